"""F of many columns: between classes, or of the linear regression with a number.

Equals scikit-learn's ``f_classif`` and ``f_regression`` to rounding. What is left within the classes, or
beside the line, is not taken as a difference of larger sums, so that columns of large mean and small spread,
or that part the classes nearly wholly, are right as well.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from prognome.screen.blocks import blocks_of, number_each, one_each, refuse_unusable, table
from prognome.screen.variance_kernels import of_classes, of_number

Array = NDArray[np.float64]


def anova_f(X: ArrayLike, classes: ArrayLike) -> Array:
    """F of the one-way analysis of variance of each column.

    Parameters
    ----------
    X
        (n, p) numbers. float64 in the order of C is read where it lies; other layouts in small copies.
    classes
        (n,) class of each row, of any kind that can be sorted.

    Returns
    -------
    (p,) F; NaN for a constant column, or where every row has a class of its own; infinite where columns are
    constant in each class and classes differ.

    Raises
    ------
    ValueError
        If shapes do not fit, a number is missing or infinite, or there is a single class.

    References
    ----------
    Fisher (1925), Statistical methods for research workers, chapter 7.

    Examples
    --------
    >>> anova_f([[1.0, 5.0], [3, 5], [5, 5], [7, 5]], [0, 0, 1, 1]).tolist()
    [8.0, nan]
    """
    values = table(X)
    codes = np.unique(one_each(classes, len(values)), return_inverse=True)[1]
    counts = np.bincount(codes)
    if len(counts) < 2:
        raise ValueError("the target has a single class; expected two or more")
    order = np.argsort(codes, kind="stable")
    start = np.concatenate([[0], counts.cumsum()])
    out = np.empty(values.shape[1])
    for which, block in _in_rows(values):
        of_classes(block, order, start, out[which])
    return _checked(out, values)


def regression_f(X: ArrayLike, target: ArrayLike) -> Array:
    """F of the linear regression of the target on each column (and of each column on the target).

    Parameters
    ----------
    X
        (n, p) numbers, as for :func:`anova_f`.
    target
        (n,) the number of each row.

    Returns
    -------
    (p,) F with 1 and n - 2 degrees of freedom; NaN for a constant column or two rows.

    Raises
    ------
    ValueError
        If shapes do not fit, or a number is missing or infinite, or the target has a single value.

    Examples
    --------
    >>> regression_f([[1.0], [2], [3], [5]], [1.0, 2, 4, 4]).round(6).tolist()
    [6.75]
    """
    values = table(X)
    y = number_each(target, len(values))
    if y.min() == y.max():
        raise ValueError("the target has a single value; expected two or more")
    y = y - y[0]
    y -= y.mean()
    out = np.empty(values.shape[1])
    for which, block in _in_rows(values):
        of_number(block, y, out[which])
    return _checked(out, values)


def _in_rows(values: NDArray[np.generic]) -> Iterator[tuple[slice, Array]]:
    """The table itself if its rows lie one after the other, else blocks of its columns that do."""
    if values.dtype == np.float64 and values.flags.c_contiguous:
        yield slice(None), values.astype(np.float64, copy=False)
    else:
        for which, block in blocks_of(values):
            yield which, np.ascontiguousarray(block)


def _checked(out: Array, values: NDArray[np.generic]) -> Array:
    odd = ~np.isfinite(out)
    if odd.any():  # constant and wholly parting columns, and what cannot be used
        refuse_unusable(values[:, odd])
    return out
