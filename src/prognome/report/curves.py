"""The numbers behind the figures: ROC curves, reliability, binned errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Curve:
    """A ROC curve as a line: false-positive and true-positive rates, both rising from 0 to 1."""

    x: Array
    y: Array

    @property
    def area(self) -> float:
        """Under the line."""
        return float(np.sum(np.diff(self.x) * (self.y[1:] + self.y[:-1]) / 2))


def roc(event: NDArray[np.bool_], score: Array) -> Curve | None:
    """The ROC curve; None where there is one class only.

    Parameters
    ----------
    event
        (n,) whether the row is an event.
    score
        (n,) higher for events.

    References
    ----------
    Fawcett (2006), Pattern Recognition Letters 27:861–874, algorithm 1.
    """
    events = int(event.sum())
    if events in (0, len(event)):
        return None
    order = np.argsort(-score, kind="stable")
    hits = np.cumsum(event[order])
    last = np.flatnonzero(np.r_[np.diff(score[order]) != 0, True])
    true = hits[last] / events
    false = (last + 1 - hits[last]) / (len(event) - events)
    return Curve(np.r_[0.0, false], np.r_[0.0, true])


def mean_roc(curves: Sequence[Curve]) -> Curve:
    """The vertical average; its area is the mean of the areas.

    References
    ----------
    Fawcett (2006), Pattern Recognition Letters 27:861–874, section 8.1.
    """
    if len(curves) == 1:
        return curves[0]
    grid = np.unique(np.concatenate([curve.x for curve in curves]))
    lows, highs = zip(*(_limits(curve, grid) for curve in curves), strict=True)
    y = np.empty(2 * len(grid))
    y[0::2], y[1::2] = np.mean(lows, axis=0), np.mean(highs, axis=0)
    return Curve(np.repeat(grid, 2), y)


def _limits(curve: Curve, grid: Array) -> tuple[Array, Array]:
    """Height of a curve just left and just right of each place."""
    places, first = np.unique(curve.x, return_index=True)
    last = np.r_[first[1:], len(curve.x)] - 1
    bottoms, tops = curve.y[first], curve.y[last]
    at = np.searchsorted(places, grid, side="right") - 1
    on = places[at] == grid
    after = np.minimum(at + 1, len(places) - 1)
    gap = np.where(after > at, places[after] - places[at], 1.0)
    between = tops[at] + (grid - places[at]) / gap * (bottoms[after] - tops[at])
    return np.where(on, bottoms[at], between), np.where(on, tops[at], between)


def wilson(events: Any, n: Any, level: float) -> tuple[Array, Array]:
    """Interval of a share.

    References
    ----------
    Wilson (1927), Journal of the American Statistical Association 22:209–212.
    """
    events, n = np.asarray(events, dtype=float), np.asarray(n, dtype=float)
    z = NormalDist().inv_cdf((1 + level) / 2)
    middle = (events + z * z / 2) / (n + z * z)
    half = z / (n + z * z) * np.sqrt(events * (n - events) / n + z * z / 4)
    return np.clip(middle - half, 0.0, 1.0), np.clip(middle + half, 0.0, 1.0)


@dataclass(frozen=True, eq=False)
class Reliability:
    """Rows in bins of predicted probability: mean predicted, share observed with its interval, count."""

    predicted: Array
    observed: Array
    low: Array
    high: Array
    rows: NDArray[np.int_]


def reliability(event: NDArray[np.bool_], probability: Array, level: float, *, bins: int = 10) -> Reliability:
    """Observed shares in bins of about equal count, at least ten rows each where there are that many."""
    index = equal_bins(probability, max(1, min(bins, len(probability) // 10)))
    rows = np.bincount(index)
    events = np.bincount(index, weights=event)
    low, high = wilson(events, rows, level)
    return Reliability(np.bincount(index, weights=probability) / rows, events / rows, low, high, rows)


def equal_bins(values: Array, bins: int) -> NDArray[np.int_]:
    """Bin of each value by its mid-rank, numbered without gaps; equal values share a bin."""
    _, which, counts = np.unique(values, return_inverse=True, return_counts=True)
    middle = (np.cumsum(counts) - counts / 2) / len(values)
    coarse = np.floor(middle * bins).astype(int)
    return np.asarray(np.unique(coarse[which], return_inverse=True)[1])


@dataclass(frozen=True, eq=False)
class Spread:
    """Rows in bins of a prediction: its mean in the bin, and quantiles of the error there."""

    predicted: Array
    quantiles: Array
    rows: NDArray[np.int_]


def error_spread(
    predicted: Array, error: Array, *, share: tuple[float, ...] = (0.05, 0.25, 0.5, 0.75, 0.95)
) -> Spread:
    """Quantiles (len(share), bins) of the error in bins of about equal count, thirty rows or more each."""
    index = equal_bins(predicted, int(np.clip(len(predicted) // 30, 1, 12)))
    rows = np.bincount(index)
    quantiles = np.array([np.quantile(error[index == at], share) for at in range(len(rows))]).T
    return Spread(np.bincount(index, weights=predicted) / rows, quantiles, rows)
