"""Distances between rows with gaps, each row's reckoned by itself, and means over the nearest.

scikit-learn's ``KNNImputer`` reckons all distances in one matrix product, whose rounding depends on how many
rows there are. Where training rows are equally near, as with dosages or counts, one row alone then gets
other neighbours than in a crowd. Here it cannot.
"""

from __future__ import annotations

import numpy as np

from prognome.prepare.columns import Mask, Numbers

COLUMNS_AT_ONCE = 512
ROUNDING = 1e-9


def squared_distances(rows: Numbers, training: Numbers) -> Numbers:
    """Mean squared difference over the columns that both rows have.

    Parameters
    ----------
    rows
        (n, q), NaN for missing.
    training
        (m, q), centred like ``rows``.

    Returns
    -------
    (n, m), in steps of a billionth of the training rows' mean square, so that rounding cannot part what is
    equally far; infinite where two rows share no column.

    References
    ----------
    Dixon (1979), Pattern recognition with partly missing data, without the factor of all columns.
    """
    total = np.zeros((len(rows), len(training)))
    shared = np.zeros((len(rows), len(training)))
    for start in range(0, rows.shape[1], COLUMNS_AT_ONCE):
        which = slice(start, start + COLUMNS_AT_ONCE)
        x, has_x = _filled(rows[:, which])
        y, has_y = _filled(training[:, which])
        terms = np.hstack([x * x, x, has_x])
        total += _row_by_row(terms, np.hstack([has_y, -2 * y, y * y]))
        shared += has_x @ has_y.T
    squares = np.nansum(np.square(training)) / max(np.count_nonzero(~np.isnan(training)), 1)
    step = ROUNDING * (squares or 1.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.rint(total / shared / step) * step
    return np.where(shared > 0, mean, np.inf)


def nearest_means(distances: Numbers, training: Numbers, wanted: Mask, k: int) -> Numbers:
    """For one row, the mean of each wanted column over the k nearest training rows that have it.

    Parameters
    ----------
    distances
        (m,) to the training rows, infinite for rows that do not count.
    training
        (m, q), NaN for missing.
    wanted
        (q,) columns.
    k
        How many rows; of equally near ones the earlier.

    Returns
    -------
    (wanted,) means, over fewer rows where fewer have the column, NaN where none has.
    """
    order = np.argsort(distances, kind="stable")[: int(np.isfinite(distances).sum())]
    columns = np.flatnonzero(wanted)
    made = np.full(len(columns), np.nan)
    left = np.arange(len(columns))
    reach = 4 * k + 16  # nearly always enough; columns with many gaps look at all rows
    for order_part in (order[:reach], order):
        values = training[np.ix_(order_part, columns[left])]
        here = ~np.isnan(values)
        rank = np.cumsum(here, axis=0)
        count = np.minimum(here.sum(axis=0), k)
        sums = np.where(here & (rank <= k), values, 0.0).sum(axis=0)
        made[left] = np.divide(sums, count, out=np.full(len(left), np.nan), where=count > 0)
        left = left[count < k]
        if not len(left) or len(order_part) == len(order):
            break
    return made


def _filled(values: Numbers) -> tuple[Numbers, Numbers]:
    has = ~np.isnan(values)
    return np.where(has, values, 0.0), has.astype(np.float64)


def _row_by_row(left: Numbers, right: Numbers) -> Numbers:
    """``left @ right.T`` by one product of a vector and a matrix a row, alike for any number of rows."""
    return np.matmul(left[:, None, :], right.T)[:, 0, :]
