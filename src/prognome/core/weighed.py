"""Judged rows under many weightings, as a bootstrap draws them, and what weighted figures are made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from prognome.core.judged import Judged
from prognome.core.recalibration import recalibration
from prognome.core.weighed_survival import WeighedSurvival

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Weighed:
    """Judged rows under many weightings; what several figures need is reckoned once.

    Parameters
    ----------
    judged
        The rows.
    weights
        (replicates, n) how often each row counts.
    """

    judged: Judged
    weights: Array

    @cached_property
    def total(self) -> Array:
        """(replicates,) sum of weights."""
        return np.asarray(self.weights.sum(axis=1))

    @cached_property
    def table(self) -> Array:
        """(replicates, K, K) weighted counts, truth by decision."""
        return confusion(self.judged, self.weights)

    @cached_property
    def curves(self) -> list[tuple[Array, Array]]:
        """For each class (of two the event alone) weights of its rows and of the others by score."""
        j = self.judged
        return [
            by_score(j.truth == k, j.ranking[:, k], self.weights)
            for k in ((1,) if j.classes == 2 else range(j.classes))
        ]

    @cached_property
    def calibration(self) -> tuple[Array, Array]:
        """Calibration intercept and slope."""
        return recalibration(self.judged.truth, self.judged.event, self.weights)

    @cached_property
    def survival(self) -> WeighedSurvival:
        """Of times and events: at risk, censored, pairs in order."""
        return WeighedSurvival(self.judged, self.weights)

    def mean(self, rows: Array) -> Array:
        """(replicates,) weighted mean of a figure that every row has."""
        return ratio(np.asarray(self.weights @ rows), self.total)


def confusion(judged: Judged, weights: Array) -> Array:
    """(replicates, K, K) weighted counts, truth by decision."""
    k = judged.classes
    cell = judged.truth.astype(int) * k + judged.decision
    indicator = np.zeros((len(cell), k * k))
    indicator[np.arange(len(cell)), cell] = 1.0
    return np.asarray((weights @ indicator).reshape(-1, k, k))


def by_score(event: NDArray[np.bool_], score: Array, weights: Array) -> tuple[Array, Array]:
    """(replicates, distinct scores) weight of events and of others at each score, rising."""
    order, starts, ordered = in_order(score, weights)
    yes = ordered * event[order]
    return add_ties(yes, starts), add_ties(ordered - yes, starts)


def in_order(score: Array, weights: Array) -> tuple[NDArray[np.intp], NDArray[np.intp], Array]:
    """Order of rows by rising score, where each run of equal scores begins, and the weights in that order."""
    order = np.argsort(score, kind="stable")
    ordered = score[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    return order, starts, np.take(weights, order, axis=1)


def add_ties(values: Array, starts: NDArray[np.intp]) -> Array:
    """(replicates, distinct scores) sums over each run of equal scores."""
    if len(starts) == values.shape[1]:
        return values
    return np.asarray(np.add.reduceat(values, starts, axis=1))


def ratio(above: Array, below: Array) -> Array:
    """NaN where nothing stands below."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(below > 0, above / below, np.nan))


def macro(values: Array) -> Array:
    """Mean over the classes for which the figure is defined."""
    known = ~np.isnan(values)
    return ratio(np.where(known, values, 0).sum(axis=1), known.sum(axis=1))


def row_mean(loss: Callable[[Judged], Array]) -> Callable[[Weighed], Array]:
    """The weighted form of a mean over the rows."""

    def weighted(w: Weighed) -> Array:
        return w.mean(loss(w.judged))

    return weighted


def of_rows(rows: Callable[[Judged], NDArray[Any] | None]) -> dict[str, Any]:
    """Both forms of the mean of a figure that rows have where there are prediction sets or intervals."""

    def value(j: Judged) -> float:
        found = rows(j)
        return float("nan") if found is None or not len(found) else float(np.mean(found))

    def weighted(w: Weighed) -> Array:
        found = rows(w.judged)
        return np.full(len(w.weights), np.nan) if found is None else w.mean(np.asarray(found, dtype=float))

    return {"value": value, "form": weighted}
