"""Filling what is missing from the training rows: median, mode, k nearest neighbours."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from prognome.core.space import Space, Whole
from prognome.prepare.allowed import FLAG, Rule, WholeFrom
from prognome.prepare.base import Step
from prognome.prepare.columns import Columns, Mask, Names, Numbers, is_ordered, levels_of
from prognome.prepare.order_statistics import medians, modes

ROWS_AT_ONCE = 1000


class _NumberImputer(Step):
    """Fills number columns and, if asked, marks where they were missing.

    A number column wholly missing in the training rows is never dropped: it is filled with 0, in every
    row that lacks it, and noted in ``empty_``.
    """

    ALLOWED: ClassVar[dict[str, Rule]] = {"indicators": FLAG}

    indicators: bool
    empty_: Mask
    marked_: Mask

    def _learn(self, columns: Columns, y: Any) -> None:
        missing: Mask = np.isnan(columns.numbers)
        self.empty_ = np.logical_and.reduce(missing, axis=0)
        self.marked_ = np.logical_or.reduce(missing, axis=0) & self.indicators
        self._learn_numbers(columns.numbers)

    @abstractmethod
    def _learn_numbers(self, numbers: Numbers) -> None:
        """Learn from the (n, q) numbers."""

    @abstractmethod
    def _fill(self, numbers: Numbers) -> Numbers:
        """The (n, q) numbers without gaps."""

    def _apply(self, columns: Columns) -> Columns:
        numbers = self._fill(columns.numbers)
        marks = np.isnan(columns.numbers[:, self.marked_]).astype(np.float64)
        if marks.shape[1]:
            numbers = np.hstack([numbers, marks])
        return Columns(
            self._rename(columns.names),
            np.concatenate([columns.number, np.ones(marks.shape[1], dtype=bool)]),
            numbers,
            columns.categories,
            columns.index,
        )

    def _rename(self, names: Names) -> Names:
        marked = names[self.number_columns_][self.marked_]
        return np.concatenate([names, np.array([f"{name}=missing" for name in marked], dtype=object)])


class MedianImputer(_NumberImputer):
    """Fill missing numbers with the column's median; categories pass.

    **Learns** ``medians_`` ((q,) median of each number column over the training rows that have it; 0 where
    none has), ``empty_`` ((q,) which had none), ``marked_`` ((q,) which get an indicator).

    Parameters
    ----------
    indicators
        Add a 0/1 column ``NAME=missing`` for each number column with gaps in the training rows.

    Examples
    --------
    >>> MedianImputer().fit_transform([[1.0], [float("nan")], [5.0]]).ravel().tolist()
    [1.0, 3.0, 5.0]
    """

    NAME = "impute.median"

    def __init__(self, *, indicators: bool = False) -> None:
        self.indicators = indicators

    def _learn_numbers(self, numbers: Numbers) -> None:
        self.medians_ = np.where(self.empty_, 0.0, medians(numbers))

    def _fill(self, numbers: Numbers) -> Numbers:
        return np.where(np.isnan(numbers), self.medians_, numbers)


class ModeImputer(Step):
    """Fill missing numbers and categories with the column's most frequent value.

    Of several equally frequent ones the smallest number, the level first in the declared order, or the
    first in the alphabet. A column wholly missing in the training rows is filled with 0, with the lowest
    declared level, or with the word ``missing``.

    **Learns** ``modes_`` ((q,) of the number columns), ``levels_`` (of each category column, as text), from
    the training rows that have a value; ``empty_`` ((p,) which columns had none).
    """

    NAME = "impute.mode"

    def _learn(self, columns: Columns, y: Any) -> None:
        found = modes(columns.numbers)
        self.empty_ = np.zeros(len(columns.names), dtype=bool)
        self.empty_[columns.number] = np.isnan(found)
        self.modes_ = np.where(np.isnan(found), 0.0, found)
        self.levels_: list[str] = []
        none = []
        for column in columns.categories:
            codes, levels = levels_of(column)
            none.append(not levels)
            if levels:
                level = levels[int(np.bincount(codes[codes >= 0]).argmax())]
            else:
                declared = column.cat.categories.tolist() if is_ordered(column) else []
                level = str(declared[0]) if len(declared) else "missing"
            self.levels_.append(level)
        self.empty_[~columns.number] = none

    def _apply(self, columns: Columns) -> Columns:
        return Columns(
            columns.names,
            columns.number,
            np.where(np.isnan(columns.numbers), self.modes_, columns.numbers),
            [_filled(column, level) for column, level in zip(columns.categories, self.levels_, strict=True)],
            columns.index,
        )


def _filled(column: pd.Series, level: str) -> pd.Series:
    if isinstance(column.dtype, pd.CategoricalDtype):
        for value in column.cat.categories:
            if str(value) == level:
                return column.fillna(value)
    values = column.to_numpy(dtype=object).copy()
    values[column.isna().to_numpy()] = level
    return pd.Series(values, index=column.index, dtype=object)


class NearestImputer(_NumberImputer):
    """Fill a missing number with the mean of it in the k nearest training rows; categories pass.

    Distance is Euclidean over the number columns that both rows have, scaled to all of them, as in
    scikit-learn's ``KNNImputer``, so a column with large numbers outweighs the others: put
    ``scale.zscore`` before. Of equally near rows the earlier are taken; without such ties the result is
    scikit-learn's but for rounding. Where no training row can be compared, the column's mean is taken. The
    training rows themselves are kept.

    **Learns** ``training_`` ((n, q) the number columns of the training rows, less their means), ``means_``
    ((q,) the means), ``empty_`` ((q,) columns wholly missing; filled with 0), ``marked_`` ((q,) columns that
    get an indicator).

    Parameters
    ----------
    k
        How many neighbours.
    indicators
        Add a 0/1 column ``NAME=missing`` for each number column with gaps in the training rows.

    References
    ----------
    Troyanskaya et al. (2001), Missing value estimation methods for DNA microarrays.
    """

    NAME = "impute.knn"
    SPACE: ClassVar[Space] = {"k": Whole(3, 20)}
    ALLOWED: ClassVar[dict[str, Rule]] = {"k": WholeFrom(1), "indicators": FLAG}
    holds_training_rows = True

    def __init__(self, *, k: int = 5, indicators: bool = False) -> None:
        self.k = k
        self.indicators = indicators

    def _learn_numbers(self, numbers: Numbers) -> None:
        known = ~np.isnan(numbers)
        counts = np.maximum(known.sum(axis=0), 1)
        self.means_ = np.where(known, numbers, 0.0).sum(axis=0) / counts
        self.training_ = numbers - self.means_

    def _fill(self, numbers: Numbers) -> Numbers:
        from prognome.screen.nearest import nearest_means  # compiles when it is first needed

        filled = numbers.copy()
        missing = np.isnan(numbers)
        gaps = np.flatnonzero(missing.any(axis=1))
        for start in range(0, len(gaps), ROWS_AT_ONCE):
            rows = gaps[start : start + ROWS_AT_ONCE]
            lacking = np.nonzero(missing[rows])
            means = nearest_means(numbers[rows] - self.means_, self.training_, self.k)[lacking]
            filled[rows[lacking[0]], lacking[1]] = self.means_[lacking[1]] + np.nan_to_num(means)
        return filled
