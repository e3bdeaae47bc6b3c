"""Judged times and events under many weightings: at risk, censoring, and which pairs are in order."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from prognome.core.judged import Judged

Array = NDArray[np.float64]
_CELLS = 4_000_000  # pairs of rows looked at together


@dataclass(frozen=True, eq=False)
class WeighedSurvival:
    """What several figures of survival need, reckoned once.

    Parameters
    ----------
    judged
        The rows; truth (n, 2) time and event.
    weights
        (replicates, n) how often each row counts.
    """

    judged: Judged
    weights: Array

    @cached_property
    def time(self) -> Array:
        """(n,) times."""
        return np.asarray(self.judged.truth[:, 0], dtype=float)

    @cached_property
    def event(self) -> NDArray[np.bool_]:
        """(n,) whether the event was seen."""
        return np.asarray(self.judged.truth[:, 1] == 1)

    @cached_property
    def _order(self) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
        """Order by time, where each run of equal times begins, and the run of each row."""
        order = np.argsort(self.time, kind="stable")
        ordered = self.time[order]
        starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
        run = np.empty(len(order), dtype=np.intp)
        run[order] = np.searchsorted(starts, np.arange(len(order)), side="right") - 1
        return order, starts, run

    @cached_property
    def times(self) -> Array:
        """(D,) distinct times, rising."""
        order, starts, _ = self._order
        return self.time[order][starts]

    def _by_time(self, which: NDArray[np.bool_] | None) -> Array:
        """(replicates, D) weight of these rows at each distinct time."""
        order, starts, _ = self._order
        ordered = np.take(self.weights, order, axis=1)
        if which is not None:
            ordered = ordered * which[order]
        return np.asarray(np.add.reduceat(ordered, starts, axis=1))

    @cached_property
    def dead(self) -> Array:
        """(replicates, D) weight of the events at each time."""
        return self._by_time(self.event)

    @cached_property
    def at_risk(self) -> Array:
        """(replicates, D) weight of the rows that are followed until each time or longer."""
        return np.asarray(np.cumsum(self._by_time(None)[:, ::-1], axis=1)[:, ::-1])

    @cached_property
    def censoring(self) -> Array:
        """(replicates, D + 1) share not censored: before the first time, and from each time on.

        The product-limit estimate with censoring in the place of the event. At equal times events come first,
        so that rows with an event then are not at risk of being censored.
        """
        left = self.at_risk - self.dead
        gone = left - np.c_[self.at_risk[:, 1:], np.zeros(len(left))]
        hazard = np.divide(gone, left, out=np.zeros_like(left), where=left > 0)
        return np.asarray(np.c_[np.ones(len(left)), np.cumprod(1 - np.clip(hazard, 0, 1), axis=1)])

    @cached_property
    def censoring_before(self) -> Array:
        """(replicates, n) share not censored just before the time of each row."""
        return np.take(self.censoring, self._order[2], axis=1)

    @cached_property
    def inverse(self) -> Array:
        """(replicates, n) weight of each event over the chance that it was seen; 0 for censored rows."""
        chance = self.censoring_before
        seen = self.weights * self.event
        return np.asarray(np.divide(seen, chance, out=np.zeros_like(seen), where=(chance > 0) & (seen > 0)))

    def uncensored(self, time: float) -> Array:
        """(replicates,) share not censored by this time."""
        return np.asarray(self.censoring[:, np.searchsorted(self.times, time, side="right")])

    def survival(self, time: float) -> Array:
        """(replicates,) the product-limit estimate of the share free of the event at this time."""
        upto = int(np.searchsorted(self.times, time, side="right"))
        hazard = np.divide(
            self.dead[:, :upto], self.at_risk[:, :upto], out=np.zeros((len(self.weights), upto)),
            where=self.at_risk[:, :upto] > 0,
        )  # fmt: skip
        return np.asarray(np.prod(1 - hazard, axis=1))

    @cached_property
    def pairs(self) -> tuple[NDArray[np.intp], Array, Array]:
        """Rows with an event, and for each (replicates, events) the weight of its pairs in order, and of all.

        A pair is an event and a row that is followed for longer, or as long and is then censored. It is in
        order where the event has the higher risk; equal risks count half.
        """
        cases = np.flatnonzero(self.event)
        order, _, run = self._order
        later = np.c_[self.at_risk[:, 1:], np.zeros(len(self.weights))]
        with_event = self.dead
        same = self.at_risk - later - with_event
        whole = np.take(later + same, run[cases], axis=1)
        risk, time = self.judged.risk, self.time
        right = np.empty_like(whole)
        for start in range(0, len(cases), step := max(1, _CELLS // max(len(order), 1))):
            some = cases[start : start + step]
            higher = (risk[some, None] > risk[None, :]) + 0.5 * (risk[some, None] == risk[None, :])
            beside = time[None, :] > time[some, None]
            beside |= (time[None, :] == time[some, None]) & ~self.event[None, :]
            right[:, start : start + step] = self.weights @ (higher * beside).T
        return cases, right, whole


def share_of_pairs(right: Array, whole: Array, weights: Array) -> Array:
    """(replicates,) weighted share of pairs in order; NaN where there is no pair."""
    above, below = (right * weights).sum(axis=1), (whole * weights).sum(axis=1)
    return np.asarray(np.divide(above, below, out=np.full(len(below), np.nan), where=below > 0))
