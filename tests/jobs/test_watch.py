"""Guards inside a run: linked rows stay together, accepted ones do not, strict stops before judging."""

import json

import numpy as np
import pandas as pd
import pytest

from prognome.core.study import Study
from prognome.errors import StudyError
from prognome.jobs.doctor import examine
from prognome.jobs.run import prepare, run
from tests.clinic import make_study, patients_table


def write(folder, frame, name="patients.tsv"):
    path = folder / name
    frame.to_csv(path, sep="\t", index=False)
    return path


@pytest.fixture
def twins(tmp_path):
    """A clinic in which 8 rows are there twice under another id."""
    frame = patients_table(120).drop(columns=["family", "site"])
    again = frame.iloc[:8].assign(id=[f"Q{k:04d}" for k in range(8)])
    return write(tmp_path, pd.concat([frame, again]).sample(frac=1, random_state=1))


def said(told, guard, status="alarm"):
    return [one for one in told if one.guard == guard and one.status == status]


def sides(ready):
    """Fold of each row by id, in the first repeat."""
    cv = ready.split.table.query("part == 'cv' and repeat == 1")
    return dict(zip(cv["row"], cv["fold"], strict=True))


def test_the_same_row_twice_never_stands_on_both_sides_of_a_fold(twins):
    ready = prepare(make_study(twins))
    (alarm,) = [one for one in said(ready.guards, "repeated_rows") if one.where == "block genes"]
    assert "They are kept together in every fold." in alarm.what
    fold = sides(ready)
    assert all(fold[f"P{k:04d}"] == fold[f"Q{k:04d}"] for k in range(8))


def test_what_is_accepted_is_left_alone_and_its_reason_is_kept(twins):
    reason = "two visits of one person, a month apart"
    ready = prepare(make_study(twins, guards={"accept": {"repeated_rows": reason}}))
    assert not said(ready.guards, "repeated_rows")
    assert {one.reason for one in said(ready.guards, "repeated_rows", "accepted")} == {reason}
    fold = sides(ready)
    assert ready.loaded.cohort.groups is None
    assert any(fold[f"P{k:04d}"] != fold[f"Q{k:04d}"] for k in range(8))


def test_declared_groups_are_joined_where_rows_of_two_repeat_each_other(twins):
    frame = pd.read_csv(twins, sep="\t", dtype={"id": str})
    frame["family"] = [f"F{k // 2}" for k in range(len(frame))]
    frame.to_csv(twins, sep="\t", index=False)
    ready = prepare(make_study(twins, split={"outer": {"folds": 3, "group": "family"}}))
    fold = sides(ready)
    assert all(fold[f"P{k:04d}"] == fold[f"Q{k:04d}"] for k in range(8))
    families = frame.groupby("family")["id"].apply(list)
    assert all(fold[a] == fold[b] for a, b in families)


def test_strict_stops_before_anything_is_judged_and_writes_nothing(twins, tmp_path):
    with pytest.raises(StudyError) as caught:
        run(make_study(twins, guards="strict"), tmp_path / "out", workers=1)
    text = str(caught.value)
    assert "repeated_rows" in text
    assert "accept" in text
    assert not (tmp_path / "out").exists()


def test_strict_runs_where_every_alarm_is_accepted_with_a_reason(tmp_path):
    path = write(tmp_path, patients_table())
    guards = {
        "mode": "strict",
        "accept": {"repeated_people": "families are few", "undeclared_groups": "sites alike"},
    }
    result = run(
        make_study(path, guards=guards, stability={"seeds": 0, "curve": []}), tmp_path / "out", workers=1
    )
    table = pd.read_csv(tmp_path / "out" / "guards.tsv", sep="\t")
    assert "alarm" not in set(table["status"])
    assert {one.status for one in result.guards} <= {"accepted", "silent", "not_applicable"}


def test_accepting_a_guard_that_does_not_exist_names_the_nearest(twins):
    with pytest.raises(StudyError, match="repeated_rows"):
        prepare(make_study(twins, guards={"accept": {"repeated_row": "why not"}}))


def test_a_pair_parted_by_a_named_test_part_is_counted_since_nothing_can_be_moved(twins):
    frame = pd.read_csv(twins, sep="\t", dtype={"id": str})
    frame["part"] = np.where(frame["id"].str.startswith("Q"), "test", "train")
    frame.to_csv(twins, sep="\t", index=False)
    ready = prepare(
        make_study(twins, split={"test": {"column": "part", "value": "test"}, "outer": {"folds": 3}})
    )
    alarms = [one for one in said(ready.guards, "repeated_rows") if one.where == "block genes"]
    assert [one.facts["test_rows_with_a_partner_in_training"] for one in alarms] == [8]
    assert "Of the test rows, 8 have such a partner" in alarms[0].what


def test_doctor_shows_alarms_as_notes_and_as_faults_where_guards_are_strict(twins):
    for mode, state in (("warn", "note"), ("strict", "fault")):
        found = {check.what: check.state for check in examine(make_study(twins, guards=mode))}
        assert found["guard repeated_rows"] == state


def test_no_test_row_is_looked_at_by_guards_of_training_rows(tmp_path):
    frame = patients_table(150)
    frame["leak"] = frame["ill"] + np.random.default_rng(0).normal(0, 0.01, 150)
    frame["part"] = np.where(np.arange(150) < 100, "train", "test")
    honest = frame.copy()
    honest.loc[honest["part"] == "train", "leak"] = np.random.default_rng(1).normal(
        0, 1, 100
    )  # leaks in test alone
    for table, alarms in ((frame, 1), (honest, 0)):
        path = write(tmp_path, table)
        ready = prepare(
            make_study(
                path,
                blocks={"genes": {"path": str(path), "columns": ["g*", "leak"]}},
                split={"test": {"column": "part", "value": "test"}, "outer": {"folds": 3}},
            )
        )
        assert len(said(ready.guards, "giveaway")) == alarms


def external_study(tmp_path, there: pd.DataFrame, **changes) -> Study:
    path = write(tmp_path, patients_table(200))
    other = write(tmp_path, there, "there.tsv")
    blocks = {"genes": {"path": str(path), "columns": ["g*"]}}
    return make_study(
        path, blocks=blocks, external=[
            {"name": "there", "blocks": {"genes": {"path": str(other)}}, "target": {"path": str(other)}}
        ], models=["logistic"], stability={"seeds": 0, "curve": []}, **changes,
    )  # fmt: skip


def test_another_platform_is_seen_and_the_same_one_is_not(tmp_path):
    there = patients_table(200, seed=9)
    same = run(external_study(tmp_path, there), workers=1)
    assert not said(same.guards, "shifted")
    there[[f"g{k}" for k in range(1, 7)]] = there[[f"g{k}" for k in range(1, 7)]] * 0.3 + 0.8
    other = run(external_study(tmp_path, there), workers=1)
    (alarm,) = said(other.guards, "shifted")
    assert (alarm.stage, alarm.where) == ("external:there", "external there, block genes")


def test_what_absent_columns_cost_is_measured_at_home(tmp_path):
    there = patients_table(80, seed=9).assign(g1=np.nan)
    result = run(external_study(tmp_path, there), workers=1)
    (alarm,) = said(result.guards, "absent_columns")
    assert "with these columns blank" in alarm.what
    assert alarm.facts["without"] < alarm.facts["as_is"] - 0.1  # g1 is what tells


def test_sentinels_are_silent_on_an_honest_procedure(tmp_path):
    path = write(tmp_path, patients_table())
    result = run(
        make_study(path, models=["logistic"], guards={"sentinels": ["shuffled_labels", "planted_noise"]},
                   stability={"seeds": 0, "curve": []}),
        workers=1,
    )  # fmt: skip
    asked = {one.guard: one.status for one in result.guards if one.stage == "on_request"}
    assert asked["shuffled_labels"] == "silent"
    assert set(asked) == {"shuffled_labels", "planted_noise"}


def test_the_run_folder_tells_verdicts_guards_and_stability(tmp_path):
    path = write(tmp_path, patients_table(200))
    study = make_study(
        path, rows={"id": "id", "batch": ["site"]}, subgroups=["sex", {"column": "age", "cuts": [60]}],
        stability={"curve": [0.5, 1.0], "seeds": 2},
        split={"outer": {"folds": 3}, "test": {"fraction": 0.25}},
    )  # fmt: skip
    result = run(study, tmp_path / "out", workers=1)
    record = json.loads((tmp_path / "out" / "run.json").read_text())
    assert set(record["verdicts"]) == {"cv", "test"}
    assert set(record["decisions"]) == {"test"}
    assert record["decisions"]["test"].startswith("On the test part ")
    assert [line.partition(",")[0] for line in record["subgroups"]["cv"]] == ["By sex", "By age"]
    assert "training rows" in record["stability"]["curve"]
    tables = {
        name: pd.read_csv(tmp_path / "out" / f"{name}.tsv", sep="\t")
        for name in ("comparisons", "gaps", "decision_curve", "stability", "guards", "scores", "predictions")
    }
    stability = tables["stability"]
    assert (stability["kind"] == "curve").sum() == 2 * 3
    assert (stability["kind"] == "seed").sum() == 2 * 3
    sure = tables["comparisons"].query("p_holm == p_holm")
    assert set(sure["a"]) == {result.best}
    assert {"dummy", "single_best", "clinical_only", "group_mean"} <= set(sure["b"])
    rivals = {part: set(lines["b"]) for part, lines in sure.groupby(["part", "metric"])}
    assert set(rivals) == {("cv", "auc_roc"), ("test", "auc_roc"), ("test", "accuracy")}
    assert rivals[("test", "accuracy")] == rivals[("test", "auc_roc")]
    accuracy = tables["scores"].query(
        "part == 'test' and metric == 'accuracy' and threshold == 'fixed' and subgroup != subgroup"
    )
    accuracy = accuracy.set_index("model")["value"]
    for line in tables["comparisons"].query("metric == 'accuracy'").itertuples():
        assert line.difference == pytest.approx(accuracy[line.a] - accuracy[line.b])
    assert {"fixed", "chosen"} <= set(tables["scores"]["threshold"].dropna())
    predictions = tables["predictions"].query("model == @result.best")
    assert predictions[["p_1", "s_1", "set_0", "set_1"]].notna().all().all()
    assert predictions["p_1"].between(0, 1).all()
