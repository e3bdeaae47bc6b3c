"""A study of survival from two columns to the bedside."""

import json

import numpy as np
import pandas as pd
import pytest

from prognome.core.bundle import Bundle
from prognome.core.study import Study
from prognome.core.study_target import Target
from prognome.core.table import Table
from prognome.errors import DataError, StudyError
from prognome.jobs.assemble import candidates
from prognome.jobs.doctor import examine
from prognome.jobs.init import infer, study_text
from prognome.jobs.run import prepare, run
from prognome.jobs.target import code_target


def code(time, died, **spec):
    ids = [f"r{k}" for k in range(len(time))]
    target = Target(kind="survival", time="days", **{"event": "died", **spec})
    return code_target(
        pd.Series(died, index=ids, dtype=object), target, where="t.tsv, column 'died'",
        numbered=lambda rows: f"{len(rows)} rows", time=pd.Series(time, index=ids, dtype=object),
    )  # fmt: skip


@pytest.mark.parametrize("event", [["1", "0", "1"], ["True", "false", "TRUE"], ["1.0", "0", "1"]])
def test_times_and_events_are_read_as_they_are_written(event):
    assert code(["3", "4.5", "1e2"], event).values.tolist() == [[3, 1], [4.5, 0], [100, 1]]


def test_the_event_may_be_any_value_that_is_named():
    coded = code(["3", "4", "5"], ["dead", "alive", "lost"], event={"column": "died", "positive": "dead"})
    assert coded.values[:, 1].tolist() == [1, 0, 0]


@pytest.mark.parametrize(
    ("time", "event", "words"),
    [(["3", "0", "-1"], ["1", "0", "1"], r"times that are not above 0; seen: 2 rows.*rows: \{drop"),
     (["3", "x", "4"], ["1", "0", "1"], "no number; seen: 1 rows"),
     (["3", "4", "5"], ["0", "0", "0"], "all are censored"),
     (["3", "4", "5"], ["1", "2", "0"], r"neither 0 and 1 nor true and false; seen: 1 rows.*positive: VALUE"),
     (["3", "3", "3"], ["1", "0", "1"], "one time only")],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_with_a_count_and_a_remedy(time, event, words):
    with pytest.raises(DataError, match=words):
        code(time, event)


def test_a_named_event_that_nobody_has_is_refused():
    with pytest.raises(StudyError, match="no row has the value 'deceased'"):
        code(["3", "4"], ["dead", "alive"], event={"column": "died", "positive": "deceased"})


@pytest.mark.parametrize(
    ("target", "words"),
    [({"kind": "survival", "time": "days"}, "needs 'time' and 'event'"),
     ({"kind": "survival", "time": "died", "event": "died"}, "are one column"),
     ({"kind": "survival", "time": "days", "event": "died", "column": "x"}, "in the place of 'column'"),
     ({"kind": "number", "column": "x", "time": "days"}, "belong to kind: survival"),
     ({"kind": "number"}, "needs 'column'")],
)  # fmt: skip
def test_a_target_that_says_too_little_or_too_much_is_refused(target, words):
    with pytest.raises(ValueError, match=words):
        Target(**target)


@pytest.fixture
def table(tmp_path):
    """240 patients with two genes that tell, nine that do not, and a few of whom nobody knows."""
    rng = np.random.default_rng(0)
    genes = rng.normal(size=(240, 11))
    time = 10 * rng.exponential(np.exp(-genes[:, 0] - genes[:, 1]))
    censoring = rng.uniform(2, 40, size=240)
    frame = pd.DataFrame(genes.round(4), columns=[f"g{k}" for k in range(11)])
    frame.insert(0, "id", [f"p{k}" for k in range(240)])
    frame["days"] = np.minimum(time, censoring).round(3) + 0.001
    frame["died"] = (time <= censoring).astype(int)
    frame["site"] = rng.choice(["a", "b"], size=240)
    frame["part"] = np.where(np.arange(240) < 60, "test", "train")
    frame.loc[[100, 101], "days"] = np.nan
    path = tmp_path / "patients.tsv"
    frame.to_csv(path, sep="\t", index=False)
    return path


def ask(table, **changes):
    return Study.from_mapping(
        {
            "name": "genes and death",
            "rows": {"path": str(table), "id": "id"},
            "blocks": {"genes": {"read": "table", "path": str(table), "exclude": ["site"]}},
            "target": {"kind": "survival", "time": "days", "event": "died", "missing": "drop"},
            "split": {"test": {"column": "part", "value": "test"}, "outer": {"folds": 3}},
            "models": ["cox"],
            "tune": {"search": "none"},
            "judge": {"bootstrap": 100, "horizons": [5, 10]},
            "stability": {"curve": [], "seeds": 0, "blocks": False},
            "subgroups": ["site"],
            **changes,
        }
    )


def test_from_two_columns_to_the_bedside(table, tmp_path):
    out = tmp_path / "out"
    result = run(ask(table, explain={"markers": True, "top": 3, "repeats": 2}), out, workers=1)
    assert result.best == "cox"
    assert Study.from_file(out / "study.yaml") == result.study
    assert result.study.judge.primary == "c_uno"

    scores = pd.read_csv(out / "scores.tsv", sep="\t")
    test = scores[(scores["part"] == "test") & (scores["model"] == "cox") & scores["subgroup"].isna()]
    test = test.set_index("metric")
    assert test.loc["c_uno", "value"] > 0.65
    assert test.loc["c_uno", "method"] == "BCa bootstrap, 100 × rows"
    assert (test["low"] <= test["value"]).all()
    assert {"c_harrell", "auc_t", "brier_integrated", "auc_t@5", "brier_t@10", "survival_bias@10"} <= set(
        test.index
    )
    said = pd.read_csv(out / "predictions.tsv", sep="\t")
    assert list(said)[5:] == ["time", "event", "risk", "survival_5", "survival_10"]
    assert (test["events"] == said[(said["model"] == "cox") & (said["part"] == "test")]["event"].sum()).all()
    assert scores[scores["subgroup"] == "site"]["metric"].unique().tolist() == [
        "c_uno", "c_harrell", "brier_integrated",
    ]  # fmt: skip
    comparisons = pd.read_csv(out / "comparisons.tsv", sep="\t")
    of_dummy = comparisons[(comparisons["b"] == "dummy") & (comparisons["verdict"] == "a is better")]
    assert "test" in of_dummy["part"].tolist()
    assert result.markers["feature"].iloc[0] in ("genes:g0", "genes:g1")

    record = json.loads((out / "run.json").read_text())
    assert record["cohort"]["losses"][-1] == {"reason": "without a target", "rows": 2}
    assert [one["label"] for one in record["cohort"]["classes"]] == ["censored", "event"]
    assert record["follow_up"]["horizons"] == [5, 10]
    report = (out / "report.html").read_text()
    assert "has the higher predicted risk in" in report
    assert "Survival by third of predicted risk" in report
    assert "Calibration at 10" in report
    at_risk = pd.read_csv(out / "tables" / "at_risk_test.tsv", sep="\t")
    assert at_risk["0"].tolist() == [20, 20, 20]

    bundle = Bundle.load(out / "bundle")
    frame = pd.read_csv(table, sep="\t").iloc[:5]
    ids = frame["id"].to_numpy(object)
    answer = bundle.predict(ids, {"genes": Table(ids, frame[[f"g{k}" for k in range(11)]])})
    told = said[(said["model"] == "cox") & (said["part"] == "test")].head(5)
    np.testing.assert_allclose(answer["risk"], told["risk"], rtol=1e-9)
    np.testing.assert_allclose(answer["survival_10"], told["survival_10"], rtol=1e-9)


def test_times_of_judgement_are_learned_without_the_test_part(table):
    frame = pd.read_csv(table, sep="\t")
    frame.loc[frame["part"] == "test", "days"] *= 1000
    frame.to_csv(table, sep="\t", index=False)
    ready = prepare(ask(table, judge={}))
    assert ready.loaded.cohort.follow_up.tau < 40


def test_a_column_that_is_the_event_or_the_time_in_other_words_is_told(table):
    frame = pd.read_csv(table, sep="\t")
    frame["status_code"] = 7 - 2 * frame["died"]
    frame["weeks"] = frame["days"] / 7
    frame.to_csv(table, sep="\t", index=False)
    told = [
        one.where + one.what for one in prepare(ask(table)).guards if one.guard == "giveaway" and one.what
    ]
    assert any("status_code" in one for one in told)
    assert any("weeks" in one for one in told)


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"models": ["logistic"]}, "does not serve a survival target.*cox"),
     ({"models": ["mlp"]}, "does not serve a survival target"),
     ({"prepare": {"genes": ["impute.median", {"select.cox": {"k": 3}}, "encode.onehot"]}}, ""),
     ({"judge": {"primary": "auc_roc"}}, "no metric for a survival target is called 'auc_roc'"),
     ({"judge": {"horizons": [500]}}, "followed beyond 500")],
)  # fmt: skip
def test_what_does_not_serve_survival_is_refused_before_any_work(table, changes, words):
    if not words:
        candidates(ask(table, **changes))
        return
    with pytest.raises(StudyError, match=words):
        prepare(ask(table, **changes))


def test_steps_that_look_at_another_kind_of_target_are_refused(table):
    study = ask(table, target={"kind": "number", "column": "days", "missing": "drop"}, judge={},
                models=["ridge"], prepare={"genes": ["impute.median", "select.cox"]})  # fmt: skip
    with pytest.raises(StudyError, match=r"'select.cox' does not serve a number target"):
        candidates(study)


def test_horizons_belong_to_survival(table):
    with pytest.raises(StudyError, match="belong to a target of kind: survival"):
        ask(table, target={"kind": "number", "column": "days", "missing": "drop"}, models=["ridge"])


def test_a_stack_joins_risks_and_equals_one_fitted_alone(table):
    forest = {"random_survival_forest": {"n_estimators": 10}}
    study = ask(table, models=["cox", forest, "stack"], subgroups=[], explain={"markers": False})
    result = run(study, None, workers=1)
    folds = result.evaluation.folds[("stack", "test")]
    assert np.isfinite(folds[0].judged.score).all()
    c = result.scores.query("model == 'stack' and part == 'test' and metric == 'c_uno'")["value"].iloc[0]
    assert c > 0.6


def test_init_begins_a_study_of_survival_that_doctor_finds_well(table, tmp_path):
    inferred = infer(str(table), "died", time="days")
    out = tmp_path / "begun.yaml"
    text = study_text(str(table), "died", inferred, out=out)
    assert "kind: survival, time: days, event: died, missing: drop}" not in text
    out.write_text(text.replace("event: died}", "event: died, missing: drop}"), encoding="utf-8")
    study = Study.from_file(out)
    assert [one.name for one in study.models] == ["cox", "random_survival_forest", "xgboost"]
    said = list(examine(study))
    assert not [one for one in said if one.state == "fault"]
    assert any("events in 238 rows" in one.text for one in said if one.what == "target")
