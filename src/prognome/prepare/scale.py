"""Bringing number columns to a common scale; missing stays missing, categories pass."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import numpy as np
from scipy.special import ndtri
from sklearn.preprocessing import StandardScaler

from prognome.core.space import Choice, Space
from prognome.errors import DataError, number_rows
from prognome.prepare.allowed import OneOf, Rule
from prognome.prepare.base import NumberStep
from prognome.prepare.columns import Columns, Numbers, list_names
from prognome.prepare.order_statistics import medians, quantiles, sorted_columns


class _CentredScaler(NumberStep):
    center_: Numbers
    scale_: Numbers

    def _change(self, numbers: Numbers, columns: Columns) -> Numbers:
        changed = numbers - self.center_
        changed /= self.scale_
        return changed


class ZScoreScaler(_CentredScaler):
    """Subtract the mean and divide by the standard deviation, as scikit-learn's ``StandardScaler``.

    **Learns** ``center_`` and ``scale_`` ((q,) mean and standard deviation (ddof 0) of each number column
    over the training rows that have it; 1 for the deviation of a constant column, 0 and 1 for one wholly
    missing).

    Examples
    --------
    >>> ZScoreScaler().fit_transform([[1.0], [3.0]]).ravel().tolist()
    [-1.0, 1.0]
    """

    NAME = "scale.zscore"

    def _learn(self, columns: Columns, y: Any) -> None:
        width = columns.numbers.shape[1]
        self.center_, self.scale_ = np.zeros(width), np.ones(width)
        if width:
            with np.errstate(invalid="ignore"):
                scaler = StandardScaler().fit(columns.numbers)
            known = ~np.isnan(scaler.mean_)
            self.center_[known], self.scale_[known] = scaler.mean_[known], scaler.scale_[known]


class RobustScaler(_CentredScaler):
    """Subtract the median and divide by the interquartile range, as scikit-learn's ``RobustScaler``.

    **Learns** ``center_`` and ``scale_`` ((q,) median and interquartile range of each number column over
    the training rows that have it; 1 for a range of zero, 0 and 1 for a column wholly missing).
    """

    NAME = "scale.robust"

    def _learn(self, columns: Columns, y: Any) -> None:
        low, high = quantiles(columns.numbers, (0.25, 0.75))
        width = high - low
        self.center_ = np.nan_to_num(medians(columns.numbers))
        self.scale_ = np.where(width >= 10 * np.finfo(np.float64).eps, width, 1.0)


class Log1pScaler(NumberStep):
    """Take log(1 + x); for counts and other numbers that are never negative.

    **Learns** nothing; ``fit`` and ``transform`` refuse negative numbers.

    Raises
    ------
    DataError
        If a number is below 0, with the columns and rows.
    """

    NAME = "scale.log1p"

    def _learn(self, columns: Columns, y: Any) -> None:
        self._refuse_negative(columns)

    def _change(self, numbers: Numbers, columns: Columns) -> Numbers:
        self._refuse_negative(columns)
        return np.log1p(numbers)

    def _refuse_negative(self, columns: Columns) -> None:
        negative = columns.numbers < 0
        at = negative.any(axis=0)
        if not at.any():
            return
        names = columns.number_names[at]
        rows = np.flatnonzero(negative.any(axis=1)).tolist()
        raise DataError(
            f"{self.NAME}: column {names[0]}",
            "holds numbers below 0" + (f", as do {len(names) - 1:,} others" if len(names) > 1 else ""),
            seen=f"{number_rows(rows)} in {list_names(names)}",
            expected="counts or other numbers from 0 up",
            mend="Leave out scale.log1p where the numbers are on a log scale or centred already.",
        )


class RankScaler(NumberStep):
    """Replace a number by its place in the training rows' distribution.

    The place of a value is the share of training values below it plus half the share equal to it
    (mid-rank); between two training values it is interpolated, outside them it is that of the nearest.
    A column wholly missing in the training rows gives the middle.

    **Learns** ``values_``, ``places_`` (the distinct training values of each number column in ascending
    order, one column after the other, and their places) and ``starts_`` ((q + 1,) where each column's
    begin).

    Parameters
    ----------
    to
        ``uniform`` gives the place, in (0, 1); ``normal`` its normal score.

    References
    ----------
    Hazen (1914), Storage to be provided in impounding municipal water supply: (rank - 1/2) / n.

    Examples
    --------
    >>> RankScaler().fit_transform([[10.0], [20.0], [20.0], [90.0]]).ravel().tolist()
    [0.125, 0.5, 0.5, 0.875]
    """

    NAME = "scale.rank"
    SPACE: ClassVar[Space] = {"to": Choice(("uniform", "normal"))}
    holds_training_rows = True
    ALLOWED: ClassVar[dict[str, Rule]] = {"to": OneOf(("uniform", "normal"))}

    def __init__(self, *, to: Literal["uniform", "normal"] = "uniform") -> None:
        self.to = to

    def _learn(self, columns: Columns, y: Any) -> None:
        values, places, sizes = [np.empty(0)], [np.empty(0)], [np.zeros(1, dtype=np.intp)]
        for _, ordered, counts in sorted_columns(columns.numbers):
            first = ~np.isnan(ordered)
            first[:, 1:] &= ordered[:, 1:] != ordered[:, :-1]
            column, below = np.nonzero(first)
            next_column = np.append(column[1:], -1)
            up_to = np.where(next_column == column, np.append(below[1:], 0), counts[column])
            values.append(ordered[first])
            places.append((below + up_to) / (2 * counts[column]))
            sizes.append(first.sum(axis=1))
        self.values_, self.places_ = np.concatenate(values), np.concatenate(places)
        self.starts_ = np.cumsum(np.concatenate(sizes))

    def _change(self, numbers: Numbers, columns: Columns) -> Numbers:
        by_column = np.array(numbers.T, order="C")
        bounds = self.starts_.tolist()
        for start, stop, column in zip(bounds[:-1], bounds[1:], by_column, strict=True):
            if start == stop:
                column[~np.isnan(column)] = 0.5
            else:
                column[:] = np.interp(column, self.values_[start:stop], self.places_[start:stop])
        placed = np.ascontiguousarray(by_column.T)
        return ndtri(placed) if self.to == "normal" else placed
