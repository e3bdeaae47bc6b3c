"""One piece of work: search, fit and judge one model on one division of rows."""

from __future__ import annotations

import time
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from prognome.core.cohort import Cohort
from prognome.core.fit import fit, seeded
from prognome.core.metrics import Metric
from prognome.core.say import say
from prognome.core.split import inner_folds
from prognome.core.table import Index
from prognome.errors import CallError
from prognome.validate.candidate import Candidate
from prognome.validate.tune import Trial, best_trial, search


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
    trials
        Settings that are searched.
    seed
        Names every random choice of this piece but the inner folds.
    inner_seed
        Cuts the inner folds; the same for every model, so that they are compared on equal folds.
    keep
        Whether the fitted model is returned.
    """

    candidate: Candidate
    part: str
    repeat: int
    fold: int
    train: Index
    search: Index
    inner: int | list[tuple[Index, Index]]
    trials: int
    seed: int
    inner_seed: int
    keep: bool = False


@dataclass(frozen=True, eq=False)
class Learned:
    """What came of a :class:`Task`."""

    label: str
    part: str
    repeat: int
    fold: int
    said: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    trials: Sequence[Trial] = ()
    chosen: Trial | None = None
    fitted: Any = None
    timing: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    failure: str = ""


def learn(task: Task, cohort: Cohort, judges: Mapping[str, Cohort], metric: Metric) -> Learned:
    """Search on inner folds, fit on the training rows, ask about the judges.

    A model that fails takes nobody with it: its failure is part of the answer. A fault of the study or the
    data is raised.
    """
    name = (task.candidate.label, task.part, task.repeat, task.fold)
    heard: list[warnings.WarningMessage] = []
    try:
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            return _learn(task, cohort, judges, metric, heard)
    except (CallError, KeyboardInterrupt, MemoryError):
        raise
    except Exception as error:  # whatever a model of the user's raises
        return Learned(*name, failure=f"{type(error).__name__}: {error}"[:300])


def _learn(
    task: Task,
    cohort: Cohort,
    judges: Mapping[str, Cohort],
    metric: Metric,
    heard: list[warnings.WarningMessage],
) -> Learned:
    started, cpu = time.perf_counter(), time.process_time()
    inside = cohort.rows(task.search)
    assert inside.target is not None
    pairs = task.inner
    if isinstance(pairs, int):
        pairs = inner_folds(
            inside.target, inside.groups, pairs, task.inner_seed, classes=bool(cohort.classes)
        )
    trials = search(task.candidate, inside, pairs, metric=metric, trials=task.trials, seed=task.seed)
    chosen = best_trial(trials, metric)
    searched, searched_cpu = time.perf_counter(), time.process_time()

    train = cohort.rows(task.train)
    assert train.target is not None
    fresh = seeded(task.candidate.with_params(chosen.params), task.seed)
    fitted = fit(fresh, train, train.target, train.groups)
    fitted_at, fitted_cpu = time.perf_counter(), time.process_time()
    said = {part: say(fitted, rows, len(cohort.classes)) for part, rows in judges.items()}
    judged = sum(len(rows) for rows in judges.values())
    ended = time.perf_counter()
    return Learned(
        task.candidate.label,
        task.part,
        task.repeat,
        task.fold,
        said,
        trials,
        chosen,
        fitted if task.keep else None,
        {
            "search_seconds": searched - started,
            "search_cpu_seconds": searched_cpu - cpu,
            "fit_seconds": fitted_at - searched,
            "fit_cpu_seconds": fitted_cpu - searched_cpu,
            "predict_seconds": ended - fitted_at,
            "train_rows": len(train),
            "judged_rows": judged,
        },
        tuple(sorted({w.category.__name__ for w in heard if w.category is not DeprecationWarning})),
    )
