"""A table taken apart into one block of numbers and its categories, and put together again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from prognome.core.table import is_number
from prognome.errors import DataError, number_rows

Numbers = NDArray[np.float64]
Mask = NDArray[np.bool_]
Names = NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class Columns:
    """Numbers apart from categories; the order of all columns is kept.

    Parameters
    ----------
    names
        (p,) column names.
    number
        (p,) which columns are numbers.
    numbers
        (n, q) the numbers, C-contiguous, NaN for missing; may share memory with what was given.
    categories
        The p - q others, in order.
    index
        The frame's row index; None if it came as a plain array.
    """

    names: Names
    number: Mask
    numbers: Numbers
    categories: list[pd.Series]
    index: pd.Index | None

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def number_names(self) -> Names:
        """(q,) names of the number columns."""
        return self.names[self.number]

    @property
    def category_names(self) -> Names:
        """(p - q,) names of the category columns."""
        return self.names[~self.number]

    def as_given(self) -> pd.DataFrame | Numbers:
        """A frame if a frame came, an array if an array came."""
        if self.index is None:
            return self.numbers
        names = pd.Index(self.names, dtype=object)
        if self.number.all():
            return pd.DataFrame(self.numbers, index=self.index, columns=names)
        categories = pd.DataFrame(
            {place: column.array.copy() for place, column in enumerate(self.categories)}, index=self.index
        )
        if not self.number.any():
            return categories.set_axis(names, axis=1)
        numbers = pd.DataFrame(self.numbers, index=self.index)
        both = pd.concat([numbers, categories], axis=1)
        order = np.argsort(np.concatenate([np.flatnonzero(self.number), np.flatnonzero(~self.number)]))
        return both.iloc[:, order].set_axis(names, axis=1)


def take_apart(X: Any, *, where: str) -> Columns:
    """Read a frame or a plain 2-D array.

    Parameters
    ----------
    X
        (n, p) frame of numbers and categories, or array of numbers.
    where
        For messages.

    Raises
    ------
    DataError
        If it is neither, a column name stands twice, a column is neither number nor category, or a
        number is infinite.
    """
    columns = _from_frame(X, where) if isinstance(X, pd.DataFrame) else _from_array(X, where)
    _refuse_infinity(columns, where)
    return columns


def _from_frame(frame: pd.DataFrame, where: str) -> Columns:
    names = np.array([str(name) for name in frame.columns], dtype=object)
    refuse_twice(names, where=where)
    number = is_number(frame)
    if number.all():
        numbers = frame.to_numpy(dtype=np.float64)
    else:
        numbers = frame.iloc[:, np.flatnonzero(number)].to_numpy(dtype=np.float64)
    by_place: Any = frame.iloc
    categories: list[pd.Series] = [by_place[:, place] for place in np.flatnonzero(~number)]
    for name, column in zip(names[~number], categories, strict=True):
        if not (column.dtype == object or isinstance(column.dtype, (pd.CategoricalDtype, pd.StringDtype))):
            raise DataError(
                f"{where}: column {name}",
                "is neither numbers nor categories",
                seen=str(column.dtype),
                expected="float64, object text or category",
                mend="Turn it into a number, such as days since a date, or into text.",
            )
    return Columns(names, number, np.ascontiguousarray(numbers), categories, frame.index)


def _from_array(X: Any, where: str) -> Columns:
    try:
        numbers = np.ascontiguousarray(X, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(
            where, "got an array that is not numbers", mend="Give categories as a pandas DataFrame."
        ) from error
    if np.ndim(X) != 2:
        raise DataError(where, f"got {np.ndim(X)} dimensions", expected="rows by columns")
    width = numbers.shape[1]
    return Columns(default_names(width), np.ones(width, dtype=bool), numbers, [], None)


def default_names(width: int) -> Names:
    """``x0``, ``x1`` … as scikit-learn names the columns of an array."""
    return np.array([f"x{place}" for place in range(width)], dtype=object)


def refuse_twice(names: Names, *, where: str) -> None:
    """Raise DataError if two columns have the same name."""
    index = pd.Index(names, dtype=object)
    if index.is_unique:
        return
    twice = index[index.duplicated()].unique()
    raise DataError(
        where,
        f"{len(twice):,} column {'name stands' if len(twice) == 1 else 'names stand'} twice",
        seen=list_names(twice.to_numpy()),
        mend="Rename or leave out one of each pair.",
    )


def _refuse_infinity(columns: Columns, where: str) -> None:
    with np.errstate(invalid="ignore", over="ignore"):
        if np.isfinite(columns.numbers.sum()):
            return
    infinite = np.isinf(columns.numbers)
    if infinite.any():
        at = np.logical_or.reduce(infinite, axis=0)
        holds = "column holds" if at.sum() == 1 else "columns hold"
        rows = np.flatnonzero(infinite.any(axis=1)).tolist()
        raise DataError(
            where,
            f"{at.sum():,} {holds} infinity in {number_rows(rows)}",
            seen=list_names(columns.number_names[at]),
            mend="Say that it is missing, or leave these columns out.",
        )


def refuse_missing(columns: Columns, *, where: str) -> None:
    """Raise DataError if a number is missing, naming the remedy."""
    with np.errstate(invalid="ignore", over="ignore"):
        if not np.isnan(columns.numbers.sum()):
            return
    missing = np.logical_or.reduce(np.isnan(columns.numbers), axis=0)
    if missing.any():
        raise DataError(
            where,
            f"{missing.sum():,} {'column holds' if missing.sum() == 1 else 'columns hold'} missing values",
            seen=list_names(columns.number_names[missing]),
            mend="Put an imputing step such as impute.median before it.",
        )


def list_names(names: Names, *, limit: int = 3) -> str:
    """The first few names.

    >>> list_names(np.array(["a", "b", "c", "d"], dtype=object))
    'a, b, c, …'
    """
    return ", ".join(str(name) for name in names[:limit]) + (", …" if len(names) > limit else "")


def levels_of(column: pd.Series) -> tuple[NDArray[np.intp], list[str]]:
    """The levels that occur in a category column, and each row's.

    Parameters
    ----------
    column
        (n,) text or ``category``.

    Returns
    -------
    codes
        (n,) place in ``levels``, -1 for missing.
    levels
        As text, only those that occur: in declared order where there is one, else sorted.
    """
    if isinstance(column.dtype, pd.CategoricalDtype):
        raw = np.asarray(column.cat.codes, dtype=np.intp)
        found = column.cat.categories.tolist()
    else:
        codes, uniques = pd.factorize(column.to_numpy(dtype=object), use_na_sentinel=True)
        raw, found = codes.astype(np.intp), list(uniques)
    text = [str(value) for value in found]
    occur = {text[code] for code in np.unique(raw[raw >= 0])}
    levels = [level for level in text if level in occur] if is_ordered(column) else sorted(occur)
    place = {level: code for code, level in enumerate(levels)}
    lookup = np.array([place.get(level, -1) for level in text] + [-1], dtype=np.intp)
    return lookup[raw], levels


def match_levels(column: pd.Series, levels: list[str]) -> NDArray[np.intp]:
    """(n,) each row's place in ``levels``; -1 for missing, -2 for a level that is not there."""
    codes, found = levels_of(column)
    place = {level: code for code, level in enumerate(levels)}
    lookup = np.array([place.get(level, -2) for level in found] + [-1], dtype=np.intp)
    return lookup[codes]


def is_ordered(column: pd.Series) -> bool:
    """Whether the column declares the order of its levels."""
    return isinstance(column.dtype, pd.CategoricalDtype) and bool(column.cat.ordered)
