"""The main job, whole, on a small clinic: every kind of target, split and block."""

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from prognome.core.bundle import Bundle
from prognome.errors import DataError, OutputError, StudyError
from prognome.jobs.doctor import examine
from prognome.jobs.record import read_replay
from prognome.jobs.run import run
from tests.clinic import make_study, patients_table


def write(folder, frame, name):
    path = folder / name
    frame.to_csv(path, sep="\t", index=False)
    return path


def value(result, model, part, metric):
    table = result.scores
    here = (table["model"] == model) & (table["part"] == part) & (table["metric"] == metric)
    return float(table[here & table["fold"].isna()]["value"].iloc[0])


def same(one, two):
    pd.testing.assert_frame_equal(one.scores, two.scores, check_exact=True)
    pd.testing.assert_frame_equal(one.predictions, two.predictions, check_exact=True)


def test_the_run_folder_holds_what_it_should_and_scores_follow_from_predictions(clinic_study, tmp_path):
    out = tmp_path / "out"
    run(clinic_study, out, workers=1)
    assert {path.name for path in out.iterdir()} >= {
        "study.yaml", "split.tsv", "predictions.tsv", "scores.tsv", "timing.tsv", "mismatches.tsv",
        "figures", "report.html", "run.json", "bundle",
    }  # fmt: skip
    said = pd.read_csv(out / "predictions.tsv", sep="\t", dtype={"row": str, "truth": str})
    scores = pd.read_csv(out / "scores.tsv", sep="\t")
    mine = said[(said["model"] == "logistic") & (said["fold"] == 2)]
    wanted = roc_auc_score(mine["truth"] == "1", mine["p_1"])
    shown = scores.query("model == 'logistic' and fold == 2 and metric == 'auc_roc'")["value"].iloc[0]
    assert shown == wanted
    split = pd.read_csv(out / "split.tsv", sep="\t")
    assert list(split.columns) == ["row", "part", "repeat", "fold", "group"]
    folds = split.set_index("row")["fold"]
    assert (said.set_index("row")["fold"] == folds.reindex(said["row"])).all()
    assert (out / "mismatches.tsv").stat().st_mode & 0o777 == 0o600


def test_a_replay_gives_the_same_numbers_and_notices_changed_inputs(clinic_study, patients, tmp_path):
    first = run(clinic_study, tmp_path / "out", workers=1)
    again = run(read_replay(tmp_path / "out" / "run.json"), workers=2)
    same(first, again)
    patients.write_text(patients.read_text() + "\n")
    with pytest.raises(DataError, match="has changed since that run"):
        read_replay(tmp_path / "out" / "run.json")
    patients.unlink()
    with pytest.raises(DataError, match="is gone since that run"):
        read_replay(tmp_path / "out" / "run.json")


@pytest.mark.parametrize("content", ["{", "{}", '{"format": 99, "study": {}, "inputs": []}'])
def test_what_is_no_run_record_is_refused(tmp_path, content):
    (tmp_path / "run.json").write_text(content)
    with pytest.raises(StudyError):
        read_replay(tmp_path / "run.json")


def test_a_written_split_is_honoured(patients, tmp_path):
    first = run(make_study(patients), tmp_path / "out", workers=1)
    changes = {"split": {"file": str(tmp_path / "out" / "split.tsv"), "outer": {"folds": 7}}, "seed": 3}
    again = run(make_study(patients, **changes), workers=1)
    same(first, again)


def test_a_finished_run_is_not_overwritten_unless_told(clinic_study, tmp_path):
    out = tmp_path / "out"
    run(clinic_study, out, workers=1)
    before = (out / "run.json").read_text()
    with pytest.raises(OutputError, match="already holds something"):
        run(clinic_study, out, workers=1)
    assert (out / "run.json").read_text() == before
    run(clinic_study, out, workers=1, overwrite=True)
    assert not [path for path in tmp_path.iterdir() if "partial" in path.name or ".old" in path.name]


def test_the_bundle_on_disk_answers_as_the_run_did_on_the_test_part(patients, tmp_path):
    study = make_study(patients, split={"test": {"fraction": 0.25}, "outer": {"folds": 3}})
    result = run(study, tmp_path / "out", workers=1)
    said = result.predictions.query("part == 'test' and model == @result.best")
    bundle = Bundle.load(tmp_path / "out" / "bundle")
    from prognome import load

    cohort = load(study).cohort
    answers = bundle.predict(cohort.ids, cohort.blocks).set_index("row")
    np.testing.assert_allclose(answers.loc[said["row"], "p_1"], said["p_1"], rtol=1e-12)
    assert result.record["split"]["test_looked_at_by_studies"] == 1


def test_refit_all_learns_from_the_test_rows_too_and_says_so(patients):
    split = {"test": {"fraction": 0.25}, "outer": {"folds": 3}}
    study = make_study(patients, split=split, models=["logistic"])
    without, with_all = run(study, workers=1), run(study.model_copy(update={"refit": "all"}), workers=1)
    pd.testing.assert_frame_equal(without.scores, with_all.scores)
    assert (without.bundle.about["rows"], with_all.bundle.about["rows"]) == (90, 120)
    assert with_all.bundle.about["refit"] == "all"
    assert not np.array_equal(without.bundle.pipeline[-1].coef_, with_all.bundle.pipeline[-1].coef_)


@pytest.mark.parametrize(
    ("column", "kind", "models", "metric", "least"),
    [
        ("stage", "multiclass", ["logistic", "svm", "stack"], "auc_roc", 0.75),
        ("dose", "number", ["ridge", "svm_linear", "stack"], "r2", 0.8),
    ],
)
def test_other_kinds_of_target_run_to_the_end(patients, tmp_path, column, kind, models, metric, least):
    target = {"path": str(patients), "column": column, "kind": kind}
    result = run(make_study(patients, target=target, models=models), tmp_path / "out", workers=1)
    assert value(result, result.best, "cv", metric) > least
    assert value(result, "dummy", "cv", metric) < value(result, result.best, "cv", metric)
    bundle = Bundle.load(tmp_path / "out" / "bundle")
    assert bundle.kind == kind


@pytest.mark.parametrize(
    ("split", "parts"),
    [
        ({"fractions": [0.6, 0.2, 0.2]}, {"validation", "test"}),
        ({"outer": {"leave_out": "site"}}, {"cv"}),
        ({"outer": {"time": "age", "folds": 3}}, {"cv"}),
        ({"outer": {"folds": 3, "repeats": 2, "group": "family"}}, {"cv"}),
        ({"test": {"column": "site", "value": "south"}, "outer": {"folds": 3}}, {"cv", "test"}),
    ],
)
def test_every_way_to_split_runs_to_the_end(patients, tmp_path, split, parts):
    blocks = {"genes": {"path": str(patients), "columns": ["g*"]}}
    result = run(
        make_study(patients, split=split, blocks=blocks, models=["logistic"]), tmp_path / "out", workers=1
    )
    assert set(result.scores["part"]) == parts
    assert (tmp_path / "out" / "report.html").stat().st_size > 10_000


def test_an_external_cohort_with_other_names_for_its_columns(patients, tmp_path):
    other = patients_table(60, seed=5).rename(columns={"age": "age_years", "id": "subject"})
    other["id"] = other.pop("subject")
    other.loc[0, "ill"] = np.nan
    there = write(tmp_path, other, "other.tsv")
    blocks = {
        "clinical": {"path": str(patients), "columns": ["age", "sex"], "aliases": {"age": ["age_years"]}},
        "genes": {"path": str(patients), "columns": ["g*"]},
    }
    external = [
        {
            "name": "other",
            "blocks": {name: {"path": str(there)} for name in blocks},
            "target": {"path": str(there)},
        }
    ]
    result = run(make_study(patients, blocks=blocks, external=external), workers=1)
    assert value(result, result.best, "external:other", "auc_roc") > 0.7
    facts = result.record["external"]["other"]
    assert facts["rows"] == 59
    assert {"reason": "without a target", "rows": 1} in facts["losses"]


def test_an_optional_block_is_used_where_it_is_and_missed_where_it_is_not(tmp_path):
    frame = patients_table()
    clinic = write(tmp_path, frame.drop(columns=[f"g{k}" for k in range(1, 7)]), "clinic.tsv")
    genes = write(tmp_path, frame.loc[frame.index >= 30, ["id", "g1", "g2", "g3"]], "genes.tsv")
    blocks = {
        "clinical": {"path": str(clinic), "columns": ["age", "sex"]},
        "genes": {"path": str(genes), "optional": True},
    }
    result = run(make_study(clinic, blocks=blocks, models=["logistic"]), tmp_path / "out", workers=1)
    assert len(result.predictions.query("model == 'logistic'")) == 120
    bundle = Bundle.load(tmp_path / "out" / "bundle")
    from prognome import load

    cohort = load(result.study).cohort
    alone = cohort.rows([0, 1, 2])
    answers = bundle.predict(alone.ids, {"clinical": alone.blocks["clinical"], "genes": None})
    assert set(answers["status"]) == {"ok"}
    whole = bundle.rule.answer(bundle.pipeline.predict_proba(cohort)).score[:3, 1]
    np.testing.assert_allclose(answers["p_1"], whole, rtol=1e-12)


def test_a_search_is_recorded(patients):
    study = make_study(patients, models=["logistic", "svm"], tune={"search": "random", "trials": 3})
    result = run(study, workers=1)
    trials = result.evaluation.timing.groupby("model")["trials"].max()
    assert (trials["logistic"], trials["dummy"]) == (3, 1)
    assert len(result.evaluation.refitted["logistic"].trials) == 3


def test_doctor_sees_what_run_would_see(patients, tmp_path):
    checks = list(examine(make_study(patients), timed=True))
    assert {check.state for check in checks} <= {"ok", "note"}
    said = {check.what: check.text for check in checks}
    assert said["rows"] == "120 of 120 in the target's file"
    assert said["work"].startswith(
        f"{5 * (3 + 1) * 4:,} fits"
    )  # 5 models, 3 folds and the end, 3 inner and 1
    assert "seconds" in said["time"]
    broken = list(examine(make_study(patients, models=["logistik"])))
    assert (broken[-1].state, "Did you mean 'logistic'" in broken[-1].text) == ("fault", True)
    missing = make_study(tmp_path / "nowhere.tsv")
    assert [check.state for check in examine(missing)][-1] == "fault"


def test_the_record_tells_versions_inputs_and_choices(clinic_study, tmp_path):
    run(clinic_study, tmp_path / "out", workers=1)
    record = json.loads((tmp_path / "out" / "run.json").read_text())
    assert record["versions"]["prognome"]
    assert len(record["inputs"][0]["sha256"]) == 64
    assert record["study"]["prepare"]["genes"]
    assert [pick["fold"] for pick in record["picks"]] == [1, 2, 3]
    assert {line["model"] for line in record["summary"]} == {
        "dummy", "single_best", "clinical_only", "logistic", "random_forest", "chosen",
    }  # fmt: skip


def test_an_external_cohort_never_takes_its_truth_from_the_training_file(patients, tmp_path):
    there = write(tmp_path, patients_table(60, seed=5).drop(columns="ill"), "other.tsv")
    blocks = {name: {"path": str(there)} for name in ("clinical", "genes")}
    with pytest.raises(StudyError, match="there is no column 'ill'"):
        run(make_study(patients, external=[{"name": "other", "blocks": blocks}]), workers=1)


def test_an_external_cohort_with_the_same_ids_is_remarked(patients):
    blocks = {name: {"path": str(patients)} for name in ("clinical", "genes")}
    external = [{"name": "mirror", "blocks": blocks, "target": {"path": str(patients)}}]
    result = run(make_study(patients, external=external, models=["logistic"]), workers=1)
    assert any("120 ids of external cohort mirror are also ids" in note for note in result.record["notes"])


def test_a_study_made_by_keywords_with_relative_paths_is_anchored(patients, tmp_path, monkeypatch):
    from prognome import Study

    monkeypatch.chdir(patients.parent)
    study = Study(
        rows={"id": "id"},
        blocks={"genes": {"path": "patients.tsv", "columns": ["g*"]}},
        target={"path": "patients.tsv", "column": "ill", "kind": "binary", "positive": 1},
        models=["logistic"],
        judge={"bootstrap": 100},
    )
    first = run(study, tmp_path / "out", workers=1)
    monkeypatch.chdir(tmp_path / "out")
    same(first, run(read_replay(tmp_path / "out" / "run.json"), workers=1))


def test_another_test_part_in_the_split_file_is_refused(patients, tmp_path):
    split = {"test": {"column": "site", "value": "south"}, "outer": {"folds": 3}}
    run(make_study(patients, split=split, models=["logistic"]), tmp_path / "out", workers=1)
    other = {"test": {"column": "site", "value": "north"}, "file": str(tmp_path / "out" / "split.tsv")}
    with pytest.raises(StudyError, match="has another test part"):
        run(make_study(patients, split=other, models=["logistic"]), workers=1)


def test_two_sites_one_left_out_can_be_run_with_everything(patients):
    split = {"outer": {"leave_out": "site"}}
    models = ["logistic", "svm", {"xgboost": {"n_estimators": 5}}, "stack"]
    result = run(make_study(patients, split=split, models=models), workers=1)
    assert not result.record["failures"]
