"""Figures over folds with their intervals, and the difference of two on the same rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from prognome.core.bootstrap import percentile_interval, replicate_weights
from prognome.core.judged import Judged
from prognome.core.metrics import METRICS, Metric
from prognome.core.seeds import seed_of
from prognome.validate.score import Interval, JudgedFold, score_part

LEVEL = 0.95
REPLICATES = 1000
Array = NDArray[np.float64]
Folds = Sequence[JudgedFold]


@dataclass(frozen=True)
class Span:
    """A value with its interval."""

    value: float
    low: float
    high: float
    method: str = ""


def judge(
    truth: NDArray[Any], scores: Array, places: Sequence[NDArray[np.intp]], *, repeat: int = 1
) -> list[JudgedFold]:
    """Folds of one repeat.

    Parameters
    ----------
    truth
        (n,) class codes.
    scores
        (n,) or (n, classes) out-of-fold scores or probabilities.
    places
        Rows of each fold.
    repeat
        Its number, from 1.
    """
    return [
        JudgedFold(repeat, fold, rows, Judged(truth[rows], scores[rows]))
        for fold, rows in enumerate(places, start=1)
    ]


def over_folds(folds: Folds, metric: str, groups: NDArray[Any] | None = None, part: str = "cv") -> Span:
    """The mean over folds with the interval that a run folder would show.

    Parameters
    ----------
    folds
        What was said.
    metric
        Its name.
    groups
        (n,) labels of all rows, or None.
    part
        For the table.
    """
    made = Interval(REPLICATES, LEVEL, seed_of(0, "lessons"))
    line = score_part("model", part, folds, [METRICS[metric]], groups=groups, interval=made)[-1]
    return Span(line["value"], line["low"], line["high"], line["method"])


def difference(flattered: Folds, honest: Folds, metric: str, groups: NDArray[Any] | None = None) -> Span:
    """Flattered minus honest: percentile bootstrap, the same rows (or groups) drawn for both.

    Parameters
    ----------
    flattered, honest
        Folds over the same rows; each may cut them in its own way.
    metric
        Its name.
    groups
        (n,) labels, or None.
    """
    figure = METRICS[metric]
    n = 1 + max(int(fold.rows.max()) for fold in (*flattered, *honest))

    def gain(weights: Array) -> Array:
        return _mean(flattered, figure, weights) - _mean(honest, figure, weights)

    return bootstrap(gain, n, groups, seed_of(0, "lessons", metric))


def over_draws(values: Sequence[float] | Array) -> Span:
    """Mean over independent draws with Student's interval."""
    drawn = np.asarray(values, dtype=float)
    half = stats.t.ppf((1 + LEVEL) / 2, len(drawn) - 1) * drawn.std(ddof=1) / np.sqrt(len(drawn))
    return Span(
        float(drawn.mean()), float(drawn.mean() - half), float(drawn.mean() + half), "Student over draws"
    )


def mean_over_folds(folds: Folds, metric: str) -> float:
    """The value alone."""
    return float(np.mean([METRICS[metric].value(fold.judged) for fold in folds]))


def bootstrap(gain: Callable[[Array], Array], n: int, groups: NDArray[Any] | None, seed: int) -> Span:
    """Percentile interval of any figure of bootstrap weights.

    Parameters
    ----------
    gain
        From (replicates, n) weights to (replicates,) figures.
    n
        Rows.
    groups
        (n,) labels, or None.
    seed
        Of the samples.
    """
    value = float(gain(np.ones((1, n)))[0])
    drawn = np.concatenate([gain(weights) for weights in replicate_weights(n, groups, REPLICATES, seed)])
    return Span(value, *percentile_interval(drawn, LEVEL), "percentile bootstrap")


def _mean(folds: Folds, metric: Metric, weights: Array) -> Array:
    """(replicates,) mean over folds; a fold that a sample leaves without a class does not count."""
    values = np.stack([metric.weighted(fold.judged, weights[:, fold.rows]) for fold in folds])
    return np.asarray(np.nanmean(values, axis=0))
