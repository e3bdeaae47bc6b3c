"""Search inside the training rows: every trial is judged on inner folds, never on the rows outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from prognome.core.cohort import Cohort
from prognome.core.fit import fit, seeded
from prognome.core.judged import Judged
from prognome.core.metrics import Metric
from prognome.core.say import say
from prognome.core.seeds import seed_of
from prognome.core.space import sample
from prognome.core.table import Index
from prognome.validate.candidate import Candidate


@dataclass(frozen=True)
class Trial:
    """One setting, its figure on each inner fold, and what it said there.

    Parameters
    ----------
    params
        Parameter path → value; empty for the defaults.
    scores
        The metric on each inner fold.
    said
        What the model said about the judging rows of each inner fold, none of which it had learned from.
    """

    params: dict[str, Any]
    scores: tuple[float, ...] = ()
    said: tuple[NDArray[np.float64], ...] = ()

    @property
    def mean(self) -> float:
        """Mean over the inner folds where the figure is defined; NaN where it never is."""
        known = [score for score in self.scores if not np.isnan(score)]
        return float(np.mean(known)) if known else float("nan")


def search(
    candidate: Candidate,
    cohort: Cohort,
    pairs: Sequence[tuple[Index, Index]],
    *,
    metric: Metric,
    trials: int,
    seed: int,
) -> list[Trial]:
    """Judge the defaults and ``trials - 1`` random settings on the same inner folds.

    Parameters
    ----------
    candidate
        What is searched; with an empty space only its defaults are judged.
    cohort
        Training rows alone.
    pairs
        Inner folds as positions in ``cohort``.
    metric
        What is judged.
    trials
        Settings in all; the first is always the defaults.
    seed
        Draws the settings; the same for any number of workers.

    Returns
    -------
    The trials in the order they were drawn.
    """
    rng = np.random.default_rng(seed_of(seed, "trials"))
    settings: list[dict[str, Any]] = [{}]
    if candidate.space:
        settings += [sample(candidate.space, rng) for _ in range(trials - 1)]
    found: list[Trial] = []
    for params in settings:
        judged = [_judge(candidate, params, cohort, pair, seed) for pair in pairs]
        scores = tuple(metric.value(one) for one in judged)
        found.append(Trial(params, scores, tuple(one.score for one in judged)))
    return found


def best_trial(trials: Sequence[Trial], metric: Metric) -> Trial:
    """The trial with the best mean; of equals the earlier."""
    means = [-np.inf if np.isnan(trial.mean) else metric.better(trial.mean) for trial in trials]
    return trials[int(np.argmax(means))]


def _judge(
    candidate: Candidate,
    params: dict[str, Any],
    cohort: Cohort,
    pair: tuple[Index, Index],
    seed: int,
) -> Judged:
    train, judge = cohort.rows(pair[0]), cohort.rows(pair[1])
    assert train.target is not None
    assert judge.target is not None
    fitted = fit(seeded(candidate.with_params(params), seed), train, train.target, train.groups)
    said = say(fitted, judge, len(cohort.classes), cohort.follow_up)
    return Judged(judge.target, said, follow_up=cohort.follow_up)
