"""One piece of work: search, fit and judge one model on one division of rows."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from prognome.core.cohort import Cohort
from prognome.core.fit import fit, seeded
from prognome.core.foreign_error import step, tell
from prognome.core.judged import Judged
from prognome.core.metrics import Metric
from prognome.core.name_feature import name_feature
from prognome.core.rule import Rule
from prognome.core.say import say
from prognome.core.split import inner_folds
from prognome.core.study_judge import Judge
from prognome.core.study_models import Tune
from prognome.core.table import Index
from prognome.errors import CallError
from prognome.validate.candidate import Candidate
from prognome.validate.cost import measured, size_kb
from prognome.validate.network_training import NetworkTraining, find_trainings
from prognome.validate.search import search
from prognome.validate.trial import Trial, best_trial

LONGEST_FAILURE = 400  # letters
FOLDED = ("cv", "reasons")  # parts of several folds
FOLDS_OF_A_PART = 5  # into which the rows of a single validation part are parted for a stack


@dataclass(frozen=True, eq=False)
class Task:
    """A model, the rows it may learn from, and the rows it will be asked about.

    Parameters
    ----------
    candidate
        The model.
    part, repeat, fold
        What the judgement is called.
    train
        Positions the final fit uses.
    search
        Positions among which inner folds are cut; normally ``train``.
    inner
        Number of inner folds, or ready pairs of positions within ``search`` (a validation part).
    tune
        How settings are searched.
    seed
        Names every random choice of this piece but the inner folds.
    inner_seed
        Cuts the inner folds; the same for every model, so that they are compared on equal folds.
    keep
        Whether the fitted model is returned.
    weigh
        Whether the size of the saved model is measured.
    params
        Parameters that are given, so that nothing is searched and no rule is learned; None to search.
    judge, kind
        How probabilities are recalibrated, thresholds chosen and sets made, for that kind of target; without
        them no rule is learned.
    share
        Whether what the chosen setting said out of fold is returned, for a stack.
    found
        What an earlier search on the same rows found, so that nothing is searched again.
    """

    candidate: Candidate
    part: str
    repeat: int
    fold: int
    train: Index
    search: Index
    inner: int | list[tuple[Index, Index]]
    tune: Tune
    seed: int
    inner_seed: int
    keep: bool = False
    weigh: bool = False
    params: Mapping[str, Any] | None = None
    judge: Judge | None = None
    kind: str = ""
    share: bool = False
    found: Found | None = None


@dataclass(frozen=True, eq=False)
class OutOfFold:
    """What a model said about rows of inner folds, none of which it had learned from.

    Parameters
    ----------
    fold
        (n,) inner fold of each row that was searched on, from 1; 0 for a row that no fold judged. The
        rows of a single validation part are parted into folds, of which none has taught the model.
    said
        (n, K) probabilities or (n,) numbers; NaN where no fold judged.
    """

    fold: NDArray[np.intp]
    said: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Learned:
    """What came of a :class:`Task`.

    Parameters
    ----------
    label, part, repeat, fold
        As in the task.
    said
        Part → what the fitted model said about its rows, before the rule.
    rule
        Recalibration, threshold and sets, learned on what the chosen trial said about inner folds.
    trials, chosen
        What was searched and taken; without what they said.
    fitted
        The model, where it was to be kept.
    timing
        Seconds, rows, memory, size.
    notes
        Kinds of warnings raised.
    feature
        The one feature that a model of a single feature took; else empty.
    failure
        Why there is no answer; empty if there is one.
    trainings
        How the networks in the fitted model were trained.
    out_of_fold
        What the chosen trial said, where it is shared.
    """

    label: str
    part: str
    repeat: int
    fold: int
    said: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    rule: Rule | None = None
    trials: Sequence[Trial] = ()
    chosen: Trial | None = None
    fitted: Any = None
    timing: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    feature: str = ""
    failure: str = ""
    trainings: tuple[NetworkTraining, ...] = ()
    out_of_fold: OutOfFold | None = None


def learn(task: Task, cohort: Cohort, judges: Mapping[str, Cohort], metric: Metric) -> Learned:
    """Search on inner folds, fit on the training rows, ask about the judges.

    A model that fails takes nobody with it: its failure is part of the answer, and says which fold, which
    step and what kind of exception; of the words only our own. A fault of the study or the data is raised.
    """
    name = (task.candidate.label, task.part, task.repeat, task.fold)
    heard: list[warnings.WarningMessage] = []
    try:
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            return _learn(task, cohort, judges, metric, heard)
    except (CallError, KeyboardInterrupt, MemoryError):
        raise
    except Exception as error:
        return Learned(*name, failure=tell(error)[:LONGEST_FAILURE])


@dataclass(frozen=True, eq=False)
class Found:
    """What a search on inner folds found."""

    chosen: Trial
    trials: Sequence[Trial] = ()
    rule: Rule | None = None
    out_of_fold: OutOfFold | None = None


def _search(task: Task, cohort: Cohort, metric: Metric) -> Found:
    inside = cohort.rows(task.search)
    pairs = _pairs(task, inside)
    trials = search(task.candidate, inside, pairs, metric=metric, tune=task.tune, seed=task.seed)
    return _found(task, inside, pairs, trials, metric)


def _pairs(task: Task, inside: Cohort) -> list[tuple[Index, Index]]:
    assert inside.target is not None
    if not isinstance(task.inner, int):
        return task.inner
    return inner_folds(
        inside.target, inside.groups, task.inner, task.inner_seed, classes=bool(inside.classes)
    )


def _found(
    task: Task,
    inside: Cohort,
    pairs: Sequence[tuple[Index, Index]],
    trials: Sequence[Trial],
    metric: Metric,
) -> Found:
    assert inside.target is not None
    chosen = best_trial(trials, metric)
    rule = None
    if task.judge is not None:
        judged = np.concatenate([judge for _, judge in pairs])
        rule = Rule.learn(
            inside.target[judged],
            np.concatenate(chosen.said),
            kind=task.kind,
            judge=task.judge,
            groups=None if inside.groups is None else inside.groups[judged],
            follow_up=inside.follow_up,
        )
    out_of_fold = _out_of_fold(task, inside, pairs, chosen) if task.share else None
    return Found(replace(chosen, said=()), [replace(trial, said=()) for trial in trials], rule, out_of_fold)


def _out_of_fold(
    task: Task, inside: Cohort, pairs: Sequence[tuple[Index, Index]], chosen: Trial
) -> OutOfFold:
    assert inside.target is not None
    fold = np.zeros(len(inside), dtype=np.intp)
    said = np.full((len(inside), *chosen.said[0].shape[1:]), np.nan)
    for number, ((_, judge), told) in enumerate(zip(pairs, chosen.said, strict=True), start=1):
        fold[judge], said[judge] = number, told
    if len(pairs) == 1:
        ((_, rows),) = pairs
        groups = None if inside.groups is None else inside.groups[rows]
        parted = inner_folds(
            inside.target[rows], groups, FOLDS_OF_A_PART, task.inner_seed, classes=bool(inside.classes)
        )
        for number, (_, judge) in enumerate(parted, start=1):
            fold[rows[judge]] = number
    return OutOfFold(fold, said)


def _given(task: Task) -> Found | None:
    return Found(Trial(dict(task.params))) if task.params is not None else task.found


def _judges_where_it_searches(task: Task, judges: Mapping[str, Cohort]) -> bool:
    """Whether the one setting would be fitted on the same rows, and asked about the same, twice."""
    if (
        isinstance(task.inner, int)
        or len(task.inner) != 1
        or task.params is not None
        or task.found is not None
    ):
        return False
    ((train, judge),) = task.inner
    one_setting = task.tune.search == "none" or not task.candidate.space
    return (
        one_setting
        and set(judges) == {"validation"}
        and np.array_equal(task.search[train], task.train)
        and len(judge) == len(judges["validation"])
    )


def _learn(
    task: Task,
    cohort: Cohort,
    judges: Mapping[str, Cohort],
    metric: Metric,
    heard: list[warnings.WarningMessage],
) -> Learned:
    with measured() as meter:
        twice = _judges_where_it_searches(task, judges)
        with step(f"{place_of(task)}, search on inner folds"):
            found = _given(task) or (Found(Trial({})) if twice else _search(task, cohort, metric))
        searched = meter.lap()
        train = cohort.rows(task.train)
        assert train.target is not None
        with step(f"{place_of(task)}, fit"):
            fresh = seeded(task.candidate.with_params(found.chosen.params), task.seed)
            fitted = fit(fresh, train, train.target, train.groups)
        fit_cost = meter.lap()
        with step(f"{place_of(task)}, answers about judged rows"):
            said = {
                part: say(fitted, rows, len(cohort.classes), cohort.follow_up)
                for part, rows in judges.items()
            }
        asked = meter.lap()
        if twice:
            inside, ((part, told),) = cohort.rows(task.search), said.items()
            truth = judges[part].target
            assert truth is not None
            score = metric.value(Judged(truth, told, follow_up=cohort.follow_up))
            found = _found(task, inside, _pairs(task, inside), [Trial({}, (score,), (told,))], metric)
    return Learned(
        task.candidate.label,
        task.part,
        task.repeat,
        task.fold,
        said,
        found.rule,
        found.trials,
        found.chosen,
        fitted if task.keep else None,
        {
            "search_seconds": searched.wall_seconds,
            "search_cpu_seconds": searched.cpu_seconds,
            "fit_seconds": fit_cost.wall_seconds,
            "fit_cpu_seconds": fit_cost.cpu_seconds,
            "predict_seconds": asked.wall_seconds,
            "predict_cpu_seconds": asked.cpu_seconds,
            "train_rows": len(train),
            "judged_rows": sum(len(rows) for rows in judges.values()),
            "peak_mb": meter.total.peak_mb,
            "model_kb": _number(size_kb(fitted)) if task.weigh else np.nan,
        },
        tuple(sorted({w.category.__name__ for w in heard if w.category is not DeprecationWarning})),
        name_feature(fitted),
        trainings=find_trainings(fitted),
        out_of_fold=found.out_of_fold,
    )


def place_of(task: Any) -> str:
    """``cv fold 2`` of a piece of work; the part alone where it is not one of several folds."""
    return f"{task.part} fold {task.fold}" if task.part in FOLDED else task.part


def _number(value: float | None) -> float:
    return np.nan if value is None else value
