"""Which columns say what an earlier one says: absolute Pearson correlation above a threshold.

Products of blocks of columns are taken in float32, at the speed of BLAS and in bounded memory. Their error is
bounded by the number of rows. A pair that is closer to the threshold is reckoned again in float64, by itself
and in one order of the rows, so that neither threads nor blocks can change what is kept.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from prognome.screen.blocks import refuse_unusable, table

AT_ONCE = 512  # columns that are compared with the kept ones in one product
KEPT_AT_ONCE = 4096
WIDEST_MARGIN = 1e-4  # beyond it, so from 1,700 rows, products are taken in float64
EPSILON = {np.float32: 2.0**-24, np.float64: 2.0**-53}

Array = NDArray[np.float64]


def uncorrelated(X: ArrayLike, *, threshold: float = 0.95) -> NDArray[np.bool_]:
    """Which columns stay if each that is too like an earlier one that stays is dropped.

    Parameters
    ----------
    X
        (n, p) numbers.
    threshold
        A column goes if its absolute correlation with one that stays is above it.

    Returns
    -------
    (p,) True for those that stay. Constant columns have no correlation and stay; so do all where there are
    fewer than three rows, since any two columns of two rows are wholly correlated.

    Raises
    ------
    ValueError
        If X is not a table of numbers, or one is missing or infinite.

    References
    ----------
    Higham (2002), Accuracy and stability of numerical algorithms, 2nd edition, section 3.1 (the bound).

    Examples
    --------
    >>> uncorrelated([[1.0, 2, 0], [2, 4, 1], [3, 6, 0], [4, 8, 0]]).tolist()
    [True, False, True]
    """
    values = table(X)
    n, p = values.shape
    stays = np.ones(p, dtype=bool)
    if n < 3 or threshold >= 1:
        refuse_unusable(values)
        return stays
    single = (n + 8) * EPSILON[np.float32] < min(WIDEST_MARGIN, (1 - threshold) / 4)
    precision: type[np.float32 | np.float64] = np.float32 if single else np.float64
    pairs = _Pairs(values, threshold, (n + 8) * EPSILON[precision])
    kept: NDArray[Any] = np.empty((p, n), dtype=precision)
    places = np.empty(p, dtype=np.intp)
    many = 0
    for first in range(0, p, AT_ONCE):
        columns = np.arange(first, min(first + AT_ONCE, p))
        block: NDArray[Any] = standardised(values[:, columns]).astype(precision)
        for start in range(0, many, KEPT_AT_ONCE):
            end = min(start + KEPT_AT_ONCE, many)
            new = ~pairs.any_alike(block @ kept[start:end].T, columns, places[start:end])
            columns, block = columns[new], block[new]
        new = pairs.first_of_each(block @ block.T, columns)
        columns = columns[new]
        kept[many : many + len(columns)] = block[new]
        places[many : many + len(columns)] = columns
        many += len(columns)
    stays[:] = False
    stays[places[:many]] = True
    return stays


def standardised(values: NDArray[np.generic]) -> Array:
    """(p, n) columns less their means, each of length 1, or 0 for a constant column.

    Raises
    ------
    ValueError
        If a number is missing or infinite.
    """
    refuse_unusable(values)
    rows = np.array(values.T, dtype=np.float64, order="C")
    rows -= rows[:, :1]
    largest = np.abs(rows).max(axis=1, keepdims=True)
    rows /= np.where(largest > 0, largest, 1.0)  # squares of very large or small numbers are none
    rows -= rows.mean(axis=1, keepdims=True)
    length = np.sqrt(np.square(rows).sum(axis=1, keepdims=True))
    rows /= np.where(length > 0, length, 1.0)
    return rows


class _Pairs:
    """Pairs of columns that are too like: by their product, or exactly where that lies too close to say."""

    def __init__(self, values: NDArray[np.generic], threshold: float, margin: float) -> None:
        self.values, self.threshold = values, threshold
        self.surely, self.perhaps = threshold + margin, threshold - margin

    def any_alike(
        self, products: NDArray[np.floating], columns: NDArray[np.intp], others: NDArray[np.intp]
    ) -> NDArray[np.bool_]:
        """(b,) which of the columns are like one of the others."""
        most = np.maximum(products.max(axis=1), -products.min(axis=1))
        alike = most > self.surely
        for row in np.flatnonzero(~alike & (most > self.perhaps)):
            near = np.flatnonzero(np.abs(products[row]) > self.perhaps)
            alike[row] = any(self._exactly(columns[row], others[place]) for place in near)
        return alike

    def first_of_each(self, products: NDArray[np.floating], columns: NDArray[np.intp]) -> NDArray[np.bool_]:
        """(b,) which of the columns are like none before that stays."""
        stays = np.ones(len(columns), dtype=bool)
        absolute = np.abs(products)
        for row in range(len(columns)):
            if not stays[row]:
                continue
            after = absolute[row, row + 1 :]
            stays[row + 1 :] &= after <= self.surely
            for place in np.flatnonzero(stays[row + 1 :] & (after > self.perhaps)) + row + 1:
                stays[place] = not self._exactly(columns[row], columns[place])
        return stays

    def _exactly(self, one: np.intp, other: np.intp) -> bool:
        a, b = (standardised(self.values[:, [column]])[0] for column in (one, other))
        return bool(abs((a * b).sum()) > self.threshold)
