"""A table in blocks of columns, so that copies of it stay small."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

VALUES_AT_ONCE = 1 << 17  # 1 MB of float64, which the processor's cache holds


def table(X: ArrayLike) -> NDArray[np.generic]:
    """(n, p) array of numbers of any layout and width; not copied.

    Raises
    ------
    ValueError
        If it is not rows by columns of numbers, or has no rows.
    """
    values = np.asarray(X)
    if values.ndim != 2 or values.dtype.kind not in "fiub":
        raise ValueError(f"X has shape {values.shape} of {values.dtype}; expected rows by columns of numbers")
    if not len(values):
        raise ValueError("X has no rows")
    return values


def one_each(values: ArrayLike, n: int) -> NDArray[np.generic]:
    """(n,) what each row has.

    Raises
    ------
    ValueError
        If it is not one value a row.
    """
    given = np.asarray(values)
    if given.shape != (n,):
        raise ValueError(f"the target does not fit; seen {given.shape}, expected {(n,)}")
    return given


def number_each(values: ArrayLike, n: int) -> NDArray[np.float64]:
    """(n,) the number of each row.

    Raises
    ------
    ValueError
        If it is not one number a row, or one is missing or infinite.
    """
    given = one_each(values, n).astype(np.float64)
    if not np.isfinite(given).all():
        raise ValueError("the target is missing or infinite in some rows")
    return given


def blocks_of(values: NDArray[np.generic]) -> Iterator[tuple[slice, NDArray[np.float64]]]:
    """The columns in blocks of float64, with the place of each; float64 is not copied.

    Parameters
    ----------
    values
        (n, p) of :func:`table`.
    """
    width = max(1, VALUES_AT_ONCE // len(values))
    for first in range(0, values.shape[1], width):
        which = slice(first, min(first + width, values.shape[1]))
        yield which, values[:, which].astype(np.float64, copy=False)


def refuse_unusable(values: NDArray[np.generic]) -> None:
    """Raise ValueError if a number is missing or infinite."""
    if not np.isfinite(values).all():
        raise ValueError("X holds missing or infinite values; impute them before")
