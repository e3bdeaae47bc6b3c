"""What one model said about one part, fold by fold, and which rows are independent of which."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from prognome.core.delong import unit_codes
from prognome.core.judged import Judged
from prognome.core.table import Index

FEW_GROUPS = 10
# In cross-validation the rows that judge one fold teach the others, so the error is larger than rows taken by
# themselves show, by a share that falls as the rows and their units grow. Measured (benchmarks/coverage.py).
EXCESS_ROWS, EXCESS_UNITS = 15.0, 5.0
# Times that excess, where not once, and with repeats. A model of too steep a slope leaves rows that make it
# look flat; a ratio's jackknife is wide enough. Repeats average the chance of the folds away and leave what
# training sets have in common: a larger part of the error of figures of ranks. Measured, like it.
EXCESS_OF = {
    "calibration_slope": 2.0,
    "calibration_intercept": 0.0,
    "r2": 0.0,
    "pearson": 0.0,
    "spearman": 0.0,
}
EXCESS_OF_REPEATED = {
    **EXCESS_OF, "auc_roc": 2.0, "average_precision": 2.0, "pearson": 1.0, "spearman": 1.0,
}  # fmt: skip
Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class JudgedFold:
    """What one model said about the rows of one fold.

    Parameters
    ----------
    repeat, fold
        Numbers from 1.
    rows
        (m,) positions in the cohort.
    judged
        What was said, decided at the fixed threshold.
    chosen
        The threshold chosen inside training, or None.
    """

    repeat: int
    fold: int
    rows: Index
    judged: Judged
    chosen: float | None = None


@dataclass(frozen=True)
class Interval:
    """How intervals are made: bootstrap samples, level such as .95, seed."""

    replicates: int
    level: float
    seed: int


@dataclass(frozen=True)
class Estimate:
    """One figure with its interval and the name of the interval's method."""

    value: float
    low: float
    high: float
    method: str


@dataclass(frozen=True, eq=False)
class JudgedPart:
    """The folds of one part and its units: rows, or groups where there are enough of them.

    Parameters
    ----------
    folds
        One for a test part.
    rows
        (n,) positions in the cohort of all rows judged.
    places
        For each fold the positions of its rows in ``rows``.
    unit
        (n,) number of the unit of each row.
    units
        How many there are.
    by
        ``rows`` or ``groups``.
    note
        Why rows are taken though there are groups; or nothing.
    sites
        Whether every fold is one group: the question is then of a group never seen.
    interval
        How intervals are made.
    """

    folds: Sequence[JudgedFold]
    rows: Index
    places: Sequence[Index]
    unit: NDArray[np.intp]
    units: int
    by: str
    note: str
    sites: bool
    interval: Interval

    @classmethod
    def of(cls, folds: Sequence[JudgedFold], groups: NDArray[Any] | None, interval: Interval) -> JudgedPart:
        """Put folds together.

        Parameters
        ----------
        folds
            What was said.
        groups
            (N,) labels of all rows of the cohort, or None.
        interval
            How intervals are made.
        """
        rows = np.unique(np.concatenate([fold.rows for fold in folds]))
        places = [np.searchsorted(rows, fold.rows) for fold in folds]
        unit, by, note, sites = np.arange(len(rows)), "rows", "", False
        if groups is not None and len(rows):
            code = unit_codes(groups[rows])
            count = int(code.max()) + 1
            sites = len(folds) > 1 and all(np.ptp(code[place]) == 0 for place in places)
            if count >= FEW_GROUPS and not sites:
                unit, by = code, "groups"
            elif not sites:
                note = f" (too few groups to draw: {count})"
        units = int(unit.max()) + 1 if len(unit) else 0
        return cls(folds, rows, places, unit, units, by, note, sites, interval)

    @property
    def named(self) -> str:
        """Ends the name of a method: of what the units are."""
        return f"{self.by}{self.note}"

    @property
    def events(self) -> int | None:
        """Rows with the event, for a binary target and for survival."""
        truth = np.zeros(len(self.rows), dtype=bool)
        for fold, place in zip(self.folds, self.places, strict=True):
            if fold.judged.events is None:
                return None
            truth[place] = fold.judged.events
        return int(truth.sum())

    def widen(self, metric: str = "") -> float:
        """By how much a figure's error over folds is larger than rows taken by themselves show.

        √(1 + times · (15 / rows + 5 / units)), ``times`` by the figure (``EXCESS_OF``); 1 on one part, where
        no row taught the model.

        References
        ----------
        Bengio and Grandvalet (2004), Journal of Machine Learning Research 5:1089–1105; Bates, Hastie and
        Tibshirani (2024), Journal of the American Statistical Association 119:1434–1445.
        """
        if len(self.folds) < 2 or not self.units:
            return 1.0
        repeated = len({fold.repeat for fold in self.folds}) > 1
        times = (EXCESS_OF_REPEATED if repeated else EXCESS_OF).get(metric, 1.0)
        return math.sqrt(1 + times * (EXCESS_ROWS / len(self.rows) + EXCESS_UNITS / self.units))

    def by_unit(self, values: Array) -> Array:
        """(units,) sums of a figure that rows have."""
        return np.asarray(np.bincount(self.unit, values, minlength=self.units), dtype=float)

    def units_among(self, which: NDArray[np.bool_]) -> int:
        """How many units have a row among these."""
        return len(np.unique(self.unit[which]))

    def units_of_rarest(
        self, judged: Sequence[Judged], places: Sequence[NDArray[np.intp]]
    ) -> tuple[int, int]:
        """How many units have a row of the rarest class in these folds, and how many one of another class."""
        truth = np.full((judged[0].classes, len(self.rows)), False)
        for one, place in zip(judged, places, strict=True):
            truth[one.truth.astype(int), place] = True
        counts = [self.units_among(row) for row in truth]
        rarest = min(range(len(counts)), key=lambda k: (counts[k] == 0, counts[k]))
        others = np.asarray(np.delete(truth, rarest, axis=0).any(axis=0))
        return counts[rarest], self.units_among(others)


def mean_over_folds(values: Array) -> Array:
    """(folds, …) → (…): the mean over the folds where the figure is defined; NaN where it is in none."""
    known = ~np.isnan(values)
    count = known.sum(axis=0)
    summed = np.where(known, values, 0).sum(axis=0)
    return np.asarray(np.where(count > 0, summed / np.maximum(count, 1), np.nan))
