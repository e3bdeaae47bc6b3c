"""Explained folds as pieces of work: read back to the last bit, taken up, heard, and without table values."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from prognome.core.metrics import find_metric
from prognome.jobs import explained_fold, explanation
from prognome.jobs.assemble import candidates, resolve
from prognome.jobs.doctor import examine
from prognome.jobs.explained_fold import ExplainedFold, ExplainTask, Wanted, explain_fold, values_of
from prognome.jobs.explained_piece import EXPLAINING, read_explained, write_explained
from prognome.jobs.explanation import count_explain_fits
from prognome.jobs.run import prepare, run
from prognome.prepare.fuse import fuse
from prognome.validate import resume
from prognome.validate.candidate import Candidate
from prognome.validate.piece_file import PieceDamagedError
from prognome.validate.piece_key import piece_key
from tests.jobs.test_explained_fold import JUDGE, TRAIN, cohort, without_parts
from tests.jobs.test_explanation import make, of_the_dose

AUC = find_metric("auc_roc", "binary")
MODELS = {
    "linear": [("impute.median", {}), ("scale.zscore", {})],
    "forest": [("impute.median", {})],
    "components": [("impute.median", {}), ("reduce.pca", {"components": 2})],
}


def explained(kind: str) -> ExplainedFold:
    if kind == "shuffled alone":
        candidate = without_parts("whole")
    else:
        model = RandomForestClassifier(5) if kind == "forest" else LogisticRegression()
        prepare = fuse({"all": MODELS[kind]}, ["all"], random_state=None)
        candidate = Candidate(kind, Pipeline([("prepare", prepare), ("model", model)]), 1)
    here = cohort()
    wanted = Wanted(3, 2, True, {4: ("all:n1", "all:n2")})
    task = ExplainTask(candidate, {}, "reasons", 1, 2, TRAIN, 0, wanted)
    return explain_fold(task, here, {"judge": here.rows(JUDGE)}, AUC)


def same(one: Any, other: Any) -> None:
    """Every number equal to its last bit, every kind the same; one number may come as an array of none."""
    if isinstance(one, (np.ndarray, np.generic)):
        one, other = np.asarray(one), np.asarray(other)
    assert type(one) is type(other)
    if isinstance(one, np.ndarray):
        assert (one.dtype, one.shape, one.tobytes()) == (other.dtype, other.shape, other.tobytes())
    elif isinstance(one, pd.DataFrame):
        pd.testing.assert_frame_equal(one, other, check_exact=True)
    elif hasattr(one, "__dataclass_fields__"):
        for field in fields(one):
            same(getattr(one, field.name), getattr(other, field.name))
    elif isinstance(one, dict):
        assert list(one) == list(other)
        for name in one:
            same(one[name], other[name])
    else:
        assert repr(one) == repr(other)


@pytest.mark.parametrize("kind", [*MODELS, "shuffled alone"])
def test_reasons_read_back_are_those_that_were_written(tmp_path: Path, kind: str) -> None:
    one = explained(kind)
    assert (one.parts is None) == (kind == "shuffled alone")
    assert (one.pairs is not None) == (kind == "forest")
    assert bool(one.made) == (kind == "components")
    write_explained(tmp_path / "one.npz", "k", one)
    same(read_explained(tmp_path / "one.npz", "k", {"judge": 40}), one)


def test_another_key_other_rows_and_damage_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "one.npz"
    write_explained(path, "k", explained("linear"))
    for key, rows in (("other", 40), ("k", 39)):
        with pytest.raises(PieceDamagedError):
            read_explained(path, key, {"judge": rows})
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(PieceDamagedError):
        read_explained(path, "k", {"judge": 40})


def test_a_piece_holds_no_ids_no_truth_and_no_value_of_the_tables(tmp_path: Path) -> None:
    here = cohort()
    one = explained("forest")
    write_explained(tmp_path / "one.npz", "k", one)
    with np.load(tmp_path / "one.npz", allow_pickle=False) as arrays:
        words = json.loads(arrays["words"].tobytes())
        numbers = np.concatenate([arrays[name].ravel() for name in arrays if name != "words"])
    assert not set(map(str, here.ids)) & set(json.dumps(words).split('"'))
    assert not set(here.blocks["all"].frame.to_numpy().ravel().tolist()) & set(numbers.tolist())
    # and yet they are known where the table is
    known = values_of(one, here.rows(JUDGE))
    np.testing.assert_array_equal(known[:, 0], here.blocks["all"].frame["taught"].to_numpy()[JUDGE])


def test_the_key_moves_with_what_is_asked(tmp_path: Path) -> None:
    here = cohort()
    wanted = Wanted(3, 2, True, {4: ("all:n1", "all:n2")})
    task = ExplainTask(without_parts("pipeline"), {}, "reasons", 1, 2, TRAIN, 0, wanted)
    others = [
        replace(task, wanted=replace(wanted, **change))
        for change in (
            {"top": 4},
            {"repeats": 3},
            {"panel": False},
            {"neighbours": {4: ("all:n1", "all:n3")}},
        )
    ] + [replace(task, seed=1), replace(task, train=TRAIN[1:]), replace(task, part="reasons, other seed 1")]
    keys = [piece_key(one, here, {"judge": (here, JUDGE)}, AUC, {}) for one in (task, *others)]
    assert len(set(keys)) == len(keys)
    assert piece_key(replace(task), here, {"judge": (here, JUDGE)}, AUC, {}) == keys[0]


FOREST = {"random_forest": {"n_estimators": 30, "max_features": 1.0}}
PIECES = [f"random_forest, reasons fold {k}" for k in (1, 2, 3, 4)] + [
    f"random_forest, reasons, other seed {k}" for k in (1, 2)
]


def test_an_interrupted_explanation_goes_on_at_its_last_fold_and_shows_in_the_bar(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = of_the_dose(tmp_path, FOREST, repeats=2)
    undisturbed = run(study, tmp_path / "whole", workers=1)
    assert undisturbed.best == "random_forest"
    monkeypatch.setattr(resume, "LEAST_SECONDS", 0.0)
    asked: list[str] = []

    def until(most: float) -> Any:
        def do(task: ExplainTask, *rest: Any) -> ExplainedFold:
            if len(asked) >= most:
                raise KeyboardInterrupt
            asked.append(task.part)
            return explain_fold(task, *rest)

        return replace(EXPLAINING, do=do)

    monkeypatch.setattr(explanation, "EXPLAINING", until(3))
    said: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        run(study, tmp_path / "out", workers=1, notice=said.append)
    assert "are kept in" in said[-1]
    assert asked == ["reasons"] * 3
    asked.clear()
    heard: list[tuple[int, int, str]] = []
    monkeypatch.setattr(explanation, "EXPLAINING", until(np.inf))
    run(study, tmp_path / "out", workers=1, notice=said.append, progress=lambda *move: heard.append(move))
    assert "resuming: 3 of 6 pieces of work stand from an interrupted run" in said
    assert len(asked) == 3
    shown = [move for move in heard if "reasons" in move[2]]
    assert sorted(word for _, _, word in shown) == PIECES
    assert [(done, total) for done, total, _ in shown] == [(k, 6) for k in range(1, 7)]
    for name in undisturbed.explanation.tables:
        wanted, found = ((tmp_path / out / f"{name}.tsv").read_bytes() for out in ("whole", "out"))
        assert found == wanted, name
    assert not (tmp_path / ".out.pieces").exists()


@pytest.mark.parametrize(
    ("model", "panel", "most"),
    [
        ("svm", False, 4 + 2),  # two other seeds of the first fold
        ("svm", "auto", 4 + 2),  # no panel; the linear baseline, which draws nothing, would have one
        (FOREST, False, 4 + 2),
        (FOREST, "auto", 4 + 2 + 4 * 4),  # panels of 1, 2, 3 and all 4 columns
    ],
)
def test_doctor_counts_the_fits_of_markers_and_run_makes_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: Any, panel: Any, most: int
) -> None:
    made = []
    fit = explained_fold.fit

    def counted(*given: Any) -> Any:
        made.append(1)
        return fit(*given)

    monkeypatch.setattr(explained_fold, "fit", counted)
    study = of_the_dose(tmp_path, model, repeats=1, panel=panel)
    linear = 4 + 4 * 4 if panel else 4
    (work,) = [check.text for check in examine(study) if check.what == "work"]
    assert f"about {max(most, linear)} more for" in work
    assert run(study, None, workers=1).best in ("svm", "random_forest")
    assert len(made) == most


def test_a_stack_counts_with_its_inner_folds(tmp_path: Path) -> None:
    """Two members, two inner folds and the whole: 6 fits in each of 4 folds; the meta-model is none."""
    study = resolve(make(tmp_path, models=["logistic", "svm", "stack"], explain={"seeds": 0}))
    (stack,) = [one for one in candidates(study) if one.label == "stack"]
    assert (len(stack.members), stack.estimator.folds) == (2, 2)
    assert count_explain_fits(study, stack, prepare(study).split, 9) == 4 * 2 * (2 + 1)
    assert count_explain_fits(resolve(make(tmp_path, explain=False)), stack, prepare(study).split, 9) == 0
