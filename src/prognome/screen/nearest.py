"""What a row lacks, from the rows nearest to it; each row's distances are reckoned by themselves.

scikit-learn's ``KNNImputer`` reckons all distances in one matrix product, whose rounding depends on how many
rows there are. Where training rows are equally near, as with dosages or counts, one row alone then gets
other neighbours than in a crowd. Here it cannot.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from prognome.screen.nearest_kernels import add_squares, count_shared, fill_means

Array = NDArray[np.float64]
ROUNDING = 1e-9


def squared_distances(rows: ArrayLike, training: ArrayLike) -> Array:
    """Mean squared difference over the columns that both rows have.

    Parameters
    ----------
    rows
        (n, q), NaN for missing.
    training
        (m, q), NaN for missing.

    Returns
    -------
    (n, m), in steps of a billionth of the training rows' mean square, so that rounding cannot part what is
    equally far; infinite where two rows share no column.

    Raises
    ------
    ValueError
        If the shapes do not fit.

    References
    ----------
    Dixon (1979), Pattern recognition with partly missing data, without the factor of all columns.

    Examples
    --------
    >>> squared_distances([[0.0, float("nan")]], [[3.0, 1.0], [float("nan"), 2.0]]).round(6).tolist()
    [[9.0, inf]]
    """
    x, y = _both(rows, training)
    total, shared = np.zeros((len(x), len(y))), np.zeros((len(x), len(y)))
    add_squares(x, y, total)
    count_shared(_bits(x), _bits(y), shared)
    squares = np.nansum(np.square(y)) / max(np.count_nonzero(~np.isnan(y)), 1)
    step = ROUNDING * (squares or 1.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        total /= shared
        total /= step
        np.rint(total, out=total)
    total *= step
    total[shared == 0] = np.inf
    return total


def nearest_means(rows: ArrayLike, training: ArrayLike, k: int) -> Array:
    """For what each row lacks, the mean over the k nearest training rows that have it.

    Parameters
    ----------
    rows
        (n, q), NaN for missing.
    training
        (m, q), NaN for missing.
    k
        How many; of equally near ones the earlier.

    Returns
    -------
    (n, q) means where ``rows`` is missing, over fewer rows where fewer have the column, NaN where none has
    or none can be compared; elsewhere 0.

    Raises
    ------
    ValueError
        If the shapes do not fit.

    References
    ----------
    Troyanskaya et al. (2001), Missing value estimation methods for DNA microarrays.

    Examples
    --------
    >>> nearest_means([[1.0, float("nan")]], [[0.0, 10.0], [9.0, 40.0], [2.0, 20.0]], k=2).tolist()
    [[0.0, 15.0]]
    """
    x, y = _both(rows, training)
    distances = squared_distances(x, y)
    order = np.argsort(distances, axis=1, kind="stable")
    out = np.zeros(x.shape)
    fill_means(order, np.isfinite(distances).sum(axis=1), x, y, k, out)
    return out


def _both(rows: ArrayLike, training: ArrayLike) -> tuple[Array, Array]:
    x = np.ascontiguousarray(rows, dtype=np.float64)
    y = np.ascontiguousarray(training, dtype=np.float64)
    if x.ndim != 2 or y.ndim != 2 or x.shape[1] != y.shape[1]:
        raise ValueError(f"rows {x.shape} and training rows {y.shape} do not have the same columns")
    return x, y


def _bits(values: Array) -> NDArray[np.uint64]:
    """(n, words) a bit for each column that a row has, in words of 64."""
    packed = np.packbits(~np.isnan(values), axis=1)
    words = np.zeros((len(values), -(-packed.shape[1] // 8) * 8), dtype=np.uint8)
    words[:, : packed.shape[1]] = packed
    return words.view(np.uint64)
