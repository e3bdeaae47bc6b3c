"""One figure of one level: its value, its error, and how far it may lie from the truth."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from prognome.core.bootstrap import bca_interval, bca_p_value
from prognome.core.delong import interval_of
from prognome.core.proportions import wilson

Array = NDArray[np.float64]

MOST_DEVIATES = 8.0
"""Normal deviates beyond which no p is told apart: p is never given below 1.2e-15."""


@dataclass(frozen=True, eq=False)
class Estimate:
    """A figure of the rows of one level.

    Parameters
    ----------
    value
        The figure; NaN where there are too few rows.
    error
        Its standard error, clustered by group where there are groups.
    shape
        How its interval is made: ``proportion`` (Wilson), ``auc`` (logit), ``plain`` (symmetric),
        ``drawn`` (BCa, from bootstrap replicates).
    freedom
        Degrees of freedom of Student's t; infinite for the normal.
    size
        For a proportion, how many independent trials it stands for; for an AUC its (events, non-events).
    successes
        Of a proportion of independent rows, each judged alike in all repeats: whole (successes, trials).
    by_unit
        (units,) summed influence of each group, for the covariance with another level; empty where rows are
        independent.
    drawn, left_out
        (replicates,) and (blocks,) for ``drawn``: the figure on bootstrap samples, and with each block of
        units left out.
    units
        Units drawn.
    method
        As in ``scores.tsv``.
    lack
        Why nothing is said, such as ``7 events``; empty where something is.
    """

    value: float
    error: float = float("nan")
    shape: str = "plain"
    freedom: float = math.inf
    size: tuple[float, float] = (0.0, 0.0)
    successes: tuple[int, int] | None = None
    by_unit: Array = field(default_factory=lambda: np.empty(0))
    drawn: Array = field(default_factory=lambda: np.empty(0))
    left_out: Array = field(default_factory=lambda: np.empty(0))
    units: int = 0
    method: str = ""
    lack: str = ""

    def interval(self, level: float) -> tuple[float, float]:
        """Low and high; NaN where nothing is said."""
        return self.reach(deviates_of(level))

    def reach(self, deviates: float) -> tuple[float, float]:
        """The interval that so many normal deviates give (1.96 for 95 %)."""
        if self.lack or math.isnan(self.value):
            return (float("nan"), float("nan"))
        if self.shape == "drawn":
            return bca_interval(self.value, self.drawn, self.left_out, level_of(deviates), self.units)
        if math.isfinite(self.freedom):
            deviates = -float(special.stdtrit(self.freedom, float(special.ndtr(-deviates))))
        if self.shape == "proportion":
            return wilson(self.value, self.size[0], deviates)
        if self.shape == "auc":
            level = level_of(min(deviates, MOST_DEVIATES))
            found = interval_of(self.value, self.error**2, *self.size, level=level, label="")
            return (found.low, found.high)
        return (self.value - deviates * self.error, self.value + deviates * self.error)


@dataclass(frozen=True)
class Difference:
    """Level minus all other rows.

    Parameters
    ----------
    gap, low, high
        Difference and its interval.
    p
        Two-sided, that there is none.
    method
        How both were made.
    """

    gap: float
    low: float
    high: float
    p: float
    method: str


def differ(level: Estimate, rest: Estimate, confidence: float) -> Difference:
    """The gap between two sets of rows that do not overlap.

    The two intervals are put together by the method of variance estimates recovery, which for two proportions
    is Newcombe's hybrid score interval. Groups with rows on both sides make the two figures correlated, which
    is reckoned with. The p-value is Fisher's exact for whole counts of independent rows; else it is one minus
    the level at which the interval touches 0.

    Parameters
    ----------
    level, rest
        Of disjoint rows.
    confidence
        Of the interval, such as .95.

    References
    ----------
    Newcombe (1998), Statistics in Medicine 17:873–890, method 10; Zou and Donner (2008), Statistics in
    Medicine 27:1693–1702.
    """
    gap = level.value - rest.value
    if level.shape == "drawn":
        drawn = level.drawn - rest.drawn
        left_out, units = level.left_out - rest.left_out, min(level.units, rest.units)
        low, high = bca_interval(gap, drawn, left_out, confidence, units)
        p = max(bca_p_value(gap, drawn, left_out, units), math.erfc(MOST_DEVIATES / math.sqrt(2)))
        if low > 0 or high < 0:  # where 0 lies beyond nearly all samples, p is only known to be small
            p = min(p, math.nextafter(round(1 - confidence, 12), 0))
        return Difference(gap, low, high, p, level.method)
    together = _correlation(level, rest)
    low, high = _recover(level, rest, together, deviates_of(confidence))
    if level.successes is not None and rest.successes is not None and not together:
        return Difference(gap, low, high, _fisher(level.successes, rest.successes), "Newcombe, Fisher")
    name = "Newcombe" if level.shape == "proportion" else "MOVER"
    return Difference(gap, low, high, _touching(level, rest, together), name)


def deviates_of(level: float) -> float:
    """1.96 for .95."""
    return -float(special.ndtri((1 - level) / 2))


def level_of(deviates: float) -> float:
    """.95 for 1.96."""
    return math.erf(deviates / math.sqrt(2))


def _correlation(level: Estimate, rest: Estimate) -> float:
    """Of two estimates whose rows share groups; 0 where no group has rows on both sides."""
    if not len(level.by_unit) or not len(rest.by_unit) or not level.error > 0 or not rest.error > 0:
        return 0.0
    units = int(((level.by_unit != 0) | (rest.by_unit != 0)).sum())
    if units < 2:
        return 0.0
    covariance = units / (units - 1) * float(level.by_unit @ rest.by_unit)
    return float(np.clip(covariance / (level.error * rest.error), -1.0, 1.0))


def _recover(level: Estimate, rest: Estimate, together: float, deviates: float) -> tuple[float, float]:
    gap = level.value - rest.value
    (low_a, high_a), (low_b, high_b) = level.reach(deviates), rest.reach(deviates)
    down = _join(level.value - low_a, high_b - rest.value, together)
    up = _join(high_a - level.value, rest.value - low_b, together)
    return (gap - down, gap + up)


def _join(a: float, b: float, together: float) -> float:
    return math.sqrt(max(0.0, a * a - 2 * together * a * b + b * b))


def _touching(level: Estimate, rest: Estimate, together: float) -> float:
    """One minus the level at which the interval of the gap just touches 0."""
    gap = level.value - rest.value
    if gap == 0:
        return 1.0

    def excludes(deviates: float) -> bool:
        low, high = _recover(level, rest, together, deviates)
        return low > 0 or high < 0

    inside, outside = 0.0, MOST_DEVIATES
    if excludes(outside):
        return math.erfc(outside / math.sqrt(2))
    for _ in range(50):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if excludes(middle) else (inside, middle)
    return math.erfc((inside + outside) / 2 / math.sqrt(2))


def _fisher(level: tuple[int, int], rest: tuple[int, int]) -> float:
    table = np.array([[level[0], level[1] - level[0]], [rest[0], rest[1] - rest[0]]])
    return float(stats.fisher_exact(table)[1])
