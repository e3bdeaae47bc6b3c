"""The best model without each block: planted signal and noise, equal fits by another road, who is spared."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from prognome.core.metrics import find_metric
from prognome.core.study import Study
from prognome.errors import StudyError
from prognome.jobs.added_value import judge_blocks
from prognome.jobs.assemble import candidates, resolve, without_block
from prognome.jobs.run import prepare, run
from prognome.validate.crew import Crew
from prognome.validate.evaluate import evaluate

QUICK = {"curve": [], "seeds": 0}


def make(tmp_path, *, models, rows=400, **changes) -> Study:
    """All signal stands in ``signal``; ``noise`` and ``more`` hold none; ``where`` names a test part."""
    rng = np.random.default_rng(5)
    frame = pd.DataFrame({"id": [f"P{k}" for k in range(rows)]})
    for name in ("s1", "s2", "n1", "n2", "n3", "m1"):
        frame[name] = rng.normal(0, 1, rows).round(4)
    frame["same"] = 1.0
    frame["where"] = np.where(np.arange(rows) % 4 == 0, "test", "train")
    logit = 2 * frame["s1"] - 2 * frame["s2"]
    frame["ill"] = (rng.random(rows) < 1 / (1 + np.exp(-logit))).astype(int)
    frame["dose"] = (logit + rng.normal(0, 0.5, rows)).round(4)
    path = tmp_path / "table.tsv"
    frame.to_csv(path, sep="\t", index=False)
    said = {
        "rows": {"id": "id"},
        "blocks": {
            "signal": {"path": str(path), "columns": ["s1", "s2"]},
            "noise": {"path": str(path), "columns": ["n1", "n2", "n3"]},
        },
        "target": {"path": str(path), "column": "ill", "kind": "binary", "positive": 1},
        "split": {"outer": {"folds": 5}, "inner": {"folds": 2}},
        "judge": {"bootstrap": 100},
        "stability": QUICK,
        "models": models,
        "seed": 2,
    }
    return Study.from_mapping({**said, **changes}, folder=tmp_path)


def with_test(tmp_path, study: Study) -> Study:
    facts = {"path": str(tmp_path / "table.tsv"), "id": "id"}
    said = {**study.to_mapping(), "rows": facts}
    said["split"] = {**said["split"], "test": {"column": "where", "value": "test"}}
    return Study.from_mapping(said, folder=tmp_path)


def judged_without(study: Study, best: str, *, beside: tuple[str, ...] = ()):
    """What is done for a model, whoever is the best one; with what was evaluated."""
    study = resolve(study)
    ready = prepare(study)
    standing = [one for one in ready.candidates if one.label in (best, *beside)]
    found = evaluate(standing, ready.loaded.cohort, ready.split, ready.rules)
    if found.best != best:
        whole = evaluate(
            [one for one in standing if one.label == best], ready.loaded.cohort, ready.split, ready.rules
        )
        found = replace(found, best=best, refitted={**found.refitted, **whole.refitted})
    added = judge_blocks(
        study, standing, ready.loaded.cohort, ready.split, ready.rules, found, {},
        workers=1, progress=None, pieces=None,
    )  # fmt: skip
    return added, found


def by_block(added, part="cv"):
    return {line["block"]: line for line in added.table.query(f"part == '{part}'").to_dict("records")}


def test_a_planted_block_adds_and_noise_does_not(tmp_path):
    found = run(make(tmp_path, models=["logistic"]), tmp_path / "out", workers=1)
    assert found.best == "logistic"
    here = by_block(found.judgement.added)
    assert here["signal"]["verdict"] == "adds"
    assert here["signal"]["low"] > 0.2
    assert here["noise"]["verdict"] == "nothing shown"
    assert here["noise"]["low"] < 0 < here["noise"]["high"]
    assert abs(here["noise"]["difference"]) < 0.02

    written = pd.read_csv(tmp_path / "out" / "blocks.tsv", sep="\t", float_precision="round_trip")
    assert written["difference"].tolist() == [here[block]["difference"] for block in ("signal", "noise")]
    record = json.loads((tmp_path / "out" / "run.json").read_text())["added_value"]
    assert record["sentences"]["cv"][0].startswith("Without signal the area under the ROC curve falls by 0.")
    assert record["summary"] == (
        "What single blocks add: in cross-validation the model is worse without signal; "
        "nothing is shown of noise."
    )
    page = (tmp_path / "out" / "report.html").read_text()
    assert "What each block adds" in page
    assert (tmp_path / "out" / "figures" / "blocks.svg").is_file()


def test_without_a_block_the_figures_are_those_of_a_study_that_never_had_it(tmp_path):
    whole, full = judged_without(with_test(tmp_path, make(tmp_path, models=["logistic"])), "logistic")
    narrow = make(tmp_path, models=[{"logistic": {"blocks": ["noise"]}}])
    nothing, alone = judged_without(with_test(tmp_path, narrow), "logistic")
    assert nothing.left_out == "logistic uses the block noise alone, so none can be left out."
    for part in ("cv", "test"):
        line = by_block(whole, part)["signal"]
        asked = f"metric == 'auc_roc' and part == '{part}' and model == 'logistic' and fold.isna()"
        assert line["without"] == pytest.approx(alone.scores.query(asked)["value"].item(), abs=1e-12)
        assert line["with"] == pytest.approx(full.scores.query(asked)["value"].item(), abs=1e-12)
        assert line["verdict"] == "adds"
    assert by_block(whole, "cv")["signal"]["test"] == "corrected resampled t-test, 5 folds"
    assert by_block(whole, "test")["signal"]["test"] == "DeLong test"


def test_parameters_seeds_and_rows_are_those_of_the_folds_and_nothing_is_searched(tmp_path, monkeypatch):
    seen = []
    real = Crew.work

    def watched(self, tasks):
        seen.extend(task for task, _ in tasks)
        return real(self, tasks)

    monkeypatch.setattr(Crew, "work", watched)
    models = [{"random_forest": {"n_estimators": 5}}]
    split = {"outer": {"folds": 2}, "inner": {"folds": 2}}
    study = make(tmp_path, models=models, tune={"search": "random", "trials": 6}, split=split)
    _, found = judged_without(study, "random_forest")
    judged = {task.fold: task for task in seen if task.part == "cv"}
    again = [task for task in seen if task.part.startswith("without ")]
    assert any(task.params for task in again)
    assert [(task.part, task.fold) for task in again] == [
        (f"without {block}", fold) for block in ("signal", "noise") for fold in (1, 2)
    ]
    for task in again:
        assert task.params == found.params[("random_forest", 1, task.fold)]

        assert task.seed == judged[task.fold].seed
        assert task.train.tolist() == judged[task.fold].train.tolist()
        assert task.judge is None


def test_errors_of_numbers_rise_without_the_signal(tmp_path):
    study = make(tmp_path, models=["ridge"])
    target = {"path": str(tmp_path / "table.tsv"), "column": "dose", "kind": "number"}
    study = Study.from_mapping({**study.to_mapping(), "target": target}, folder=tmp_path)
    added, _ = judged_without(study, "ridge")
    here = by_block(added)
    assert here["signal"]["high"] < 0
    assert here["signal"]["verdict"] == "adds"
    assert added.sentences["cv"][0].startswith("Without signal the mean absolute error rises by ")


# --- stacks, fusion, and what cannot be narrowed ---------------------------------------------------------


def built(study: Study, label: str):
    study = resolve(study)
    return study, next(one for one in candidates(study) if one.label == label)


def blocks_of(estimator):
    """Every list of blocks in the parameters of an estimator."""
    found = estimator.get_params(deep=True)
    return {tuple(value) for path, value in found.items() if path.split("__")[-1] == "blocks" and value}


def test_a_stack_is_narrowed_in_its_members_and_loses_those_of_the_block_alone(tmp_path):
    models = [
        {"logistic": {"label": "of_noise", "blocks": ["noise"]}},
        "random_forest",
        {"svm": {"blocks": ["signal"]}},
        "stack",
    ]
    study, stack = built(make(tmp_path, models=models), "stack")
    narrow = without_block(study, stack, "noise")
    assert [name for name, _ in narrow.estimator.members] == ["random_forest", "svm"]
    assert blocks_of(narrow.estimator) == {("signal",)}
    assert narrow.members == ()
    # the candidate itself stays as it was
    assert len(stack.estimator.members) == 3


def test_a_joined_stack_of_one_model_a_block_is_fitted_by_itself_on_both_sides(tmp_path):
    models = [
        {"logistic": {"label": "of_signal", "blocks": ["signal"]}},
        {"logistic": {"label": "of_noise", "blocks": ["noise"]}},
        "stack",
    ]
    added, found = judged_without(make(tmp_path, models=models), "stack", beside=("of_signal", "of_noise"))
    here = by_block(added)
    assert here["signal"]["verdict"] == "adds"
    assert here["noise"]["low"] < 0 < here["noise"]["high"]
    joined = np.mean([find_metric("auc_roc", "binary").value(f.judged) for f in found.folds[("stack", "cv")]])
    assert here["noise"]["with"] == pytest.approx(joined, abs=0.02)
    # a stack of one logistic model ranks as that model does
    alone = [find_metric("auc_roc", "binary").value(f.judged) for f in found.folds[("of_signal", "cv")]]
    assert here["noise"]["without"] == pytest.approx(np.mean(alone), abs=1e-12)


def test_a_fusion_of_two_blocks_keeps_its_meta_model_over_one(tmp_path):
    study = make(tmp_path, models=["fusion"])
    _, fusion = built(study, "fusion")
    assert without_block(resolve(study), fusion, "noise").estimator.blocks == ["signal"]
    here = by_block(judged_without(study, "fusion")[0])
    assert here["signal"]["verdict"] == "adds"
    assert here["noise"]["low"] < 0 < here["noise"]["high"]


def test_baselines_can_be_narrowed_too(tmp_path):
    study, linear = built(make(tmp_path, models=["svm"]), "linear")
    assert blocks_of(without_block(study, linear, "noise").estimator) == {("signal",)}


def test_a_block_that_the_model_does_not_use_or_cannot_do_without_is_left_out_with_the_reason(tmp_path):
    path = str(tmp_path / "table.tsv")
    study = make(tmp_path, models=[{"logistic": {"blocks": ["signal", "noise"]}}])
    blocks = {**study.to_mapping()["blocks"], "more": {"path": path, "columns": ["m1"]}}
    study = Study.from_mapping({**study.to_mapping(), "blocks": blocks}, folder=tmp_path)
    with pytest.raises(StudyError, match="does not use it"):
        without_block(*built(study, "logistic"), "more")
    with pytest.raises(StudyError, match="uses no other block"):
        without_block(
            *built(make(tmp_path, models=[{"logistic": {"blocks": ["noise"]}}]), "logistic"), "noise"
        )
    added, _ = judged_without(study, "logistic")
    table = added.table.set_index(["block", "part"])
    assert table.loc[("more", ""), "verdict"] == "left out: logistic does not use it"
    assert table.loc[("signal", "cv"), "verdict"] == "adds"


def test_what_cannot_be_fitted_without_a_block_takes_no_run_with_it(tmp_path):
    path = str(tmp_path / "table.tsv")
    study = make(tmp_path, models=["logistic"])
    blocks = {
        "signal": {"path": path, "columns": ["s1", "s2"]},
        "constant": {"path": path, "columns": ["same"]},
    }
    study = Study.from_mapping({**study.to_mapping(), "blocks": blocks}, folder=tmp_path)
    table = judged_without(study, "logistic")[0].table.set_index("block")
    assert table.loc["signal", "verdict"].startswith("left out: ")
    assert pd.isna(table.loc["signal", "difference"])


# --- who is spared ---------------------------------------------------------------------------------------


def test_one_block_leaves_nothing_to_leave_out(tmp_path):
    study = make(tmp_path, models=["logistic"], rows=80)
    one = {"signal": study.to_mapping()["blocks"]["signal"]}
    study = Study.from_mapping({**study.to_mapping(), "blocks": one}, folder=tmp_path)
    added, _ = judged_without(study, "logistic")
    assert (len(added.table), added.sentences, added.summary, added.left_out) == (0, {}, "", "")


@pytest.mark.parametrize(
    ("stability", "done"),
    [({}, False), ({"blocks": True}, True), ({"costly": "full"}, True), ({"blocks": False}, False)],
)
def test_a_network_is_spared_unless_the_study_asks(tmp_path, stability, done):
    pytest.importorskip("torch")
    split = {"outer": {"folds": 2}, "inner": {"folds": 2}}
    asked = {**QUICK, **stability}
    models = [{"mlp": {"epochs": 1}}]
    study = make(tmp_path, models=models, rows=80, split=split, stability=asked)
    found, _ = judged_without(study, "mlp")
    assert bool(len(found.table)) is done
    assert bool(found.left_out) is (stability == {})
    if found.left_out:
        assert found.left_out == (
            "To save time mlp was not judged without each block, since it is a network or made of some; "
            "stability: {blocks: true} asks for it."
        )


def test_more_than_eight_blocks_are_left_out_in_turn_only_where_asked(tmp_path):
    study = make(tmp_path, models=["logistic"], rows=80)
    path = str(tmp_path / "table.tsv")
    blocks = {f"b{k}": {"path": path, "columns": ["s1", "n1"]} for k in range(9)}
    study = Study.from_mapping({**study.to_mapping(), "blocks": blocks}, folder=tmp_path)
    assert "there are 9 blocks" in judged_without(study, "logistic")[0].left_out
