"""Figures of predicted numbers: errors and correlations."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from prognome.core.judged import Judged
from prognome.core.sklearn_value import sklearn_value
from prognome.core.weighed import Weighed, add_ties, in_order, ratio

Array = NDArray[np.float64]


def on_score(name: str) -> Callable[[Judged], float]:
    """scikit-learn's figure of the truth and what was predicted."""

    def value(j: Judged) -> float:
        return sklearn_value(name, j.truth, j.score)

    return value


def r2(j: Judged) -> float:
    """Share of variance explained; one row has none."""
    return sklearn_value("r2_score", j.truth, j.score) if len(j.truth) > 1 else float("nan")


def weighted_r2(w: Weighed) -> Array:
    """(replicates,) share of variance explained."""
    j = w.judged
    away = j.truth - j.truth.mean()  # sums of squares of numbers far from nought lose digits
    spread = w.weights @ (away**2) - w.total * w.mean(away) ** 2
    return np.asarray(1 - ratio(w.weights @ ((j.truth - j.score) ** 2), spread))


def correlation(name: str) -> Callable[[Judged], float]:
    """SciPy's correlation; NaN below three rows, and where one side is constant."""

    def value(j: Judged) -> float:
        from scipy import stats

        if len(j.truth) < 3 or np.ptp(j.truth) == 0 or np.ptp(j.score) == 0:
            return float("nan")
        return float(getattr(stats, name)(j.truth, j.score)[0])

    return value


def weighted_pearson(w: Weighed) -> Array:
    """(replicates,) linear correlation."""
    x, y = w.judged.truth - w.judged.truth.mean(), w.judged.score - w.judged.score.mean()
    sums = w.weights @ np.column_stack([x, y, x * x, y * y, x * y])
    a, b, aa, bb, ab = ratio(sums, w.total[:, None]).T
    return ratio(ab - a * b, np.sqrt(np.maximum(aa - a * a, 0) * np.maximum(bb - b * b, 0)))


def weighted_spearman(w: Weighed) -> Array:
    """(replicates,) rank correlation."""
    return _weighted_correlation(
        _ranks(w.judged.truth, w.weights), _ranks(w.judged.score, w.weights), w.weights
    )


def _weighted_correlation(x: Array, y: Array, w: Array) -> Array:
    """Pearson correlation; x and y (n,) or (replicates, n)."""
    total = w.sum(axis=1, keepdims=True)
    x, y = np.broadcast_to(x, w.shape), np.broadcast_to(y, w.shape)
    dx = x - ratio((w * x).sum(1, keepdims=True), total)
    dy = y - ratio((w * y).sum(1, keepdims=True), total)
    return ratio((w * dx * dy).sum(1), np.sqrt((w * dx**2).sum(1) * (w * dy**2).sum(1)))


def _ranks(x: Array, w: Array) -> Array:
    """(replicates, n) mid-ranks of the rows in each weighted sample."""
    order, starts, sorted_weights = in_order(x, w)
    runs = add_ties(sorted_weights, starts)
    middle = np.cumsum(runs, axis=1) - runs / 2
    run_of = np.searchsorted(starts, np.arange(len(x)), side="right") - 1
    ranks = np.empty_like(w)
    ranks[:, order] = middle[:, run_of]
    return ranks


def within_20(j: Judged) -> Array:
    """(n,) 1 where the prediction lies within 20 % of the truth, else 0."""
    return np.asarray(np.abs(j.score - j.truth) <= 0.2 * np.abs(j.truth), dtype=float)
