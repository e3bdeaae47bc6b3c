"""The compiled loops of :mod:`prognome.screen.nearest`.

A pair of rows is reckoned alike whatever other rows there are: each sum runs over the columns in one and the
same order.
"""

from __future__ import annotations

import numpy as np
from numba import njit

_COMPILED = {"cache": True, "nogil": True, "error_model": "numpy"}
_MATRIX = "float64[:, ::1]"
_BITS = "uint64[:, ::1]"
TILE = 32  # training rows that stay in the cache while all rows pass


@njit(f"void({_MATRIX}, {_MATRIX}, {_MATRIX})", fastmath={"reassoc", "nsz", "contract"}, **_COMPILED)
def add_squares(rows, training, out):
    """out: (n, m) sums of squared differences over the columns that both have; four rows at a time."""
    q, m = rows.shape[1], len(training)
    for tile in range(0, m, TILE):
        for i in range(len(rows)):
            x = rows[i]
            for j in range(tile, min(tile + TILE, m), 4):
                second, third, fourth = min(j + 1, m - 1), min(j + 2, m - 1), min(j + 3, m - 1)
                a, b, c, d = training[j], training[second], training[third], training[fourth]
                from_a, from_b, from_c, from_d = 0.0, 0.0, 0.0, 0.0
                for column in range(q):
                    e = x[column] - a[column]
                    from_a += e * e if e == e else 0.0
                    e = x[column] - b[column]
                    from_b += e * e if e == e else 0.0
                    e = x[column] - c[column]
                    from_c += e * e if e == e else 0.0
                    e = x[column] - d[column]
                    from_d += e * e if e == e else 0.0
                out[i, fourth], out[i, third], out[i, second], out[i, j] = from_d, from_c, from_b, from_a


@njit(f"void({_BITS}, {_BITS}, {_MATRIX})", **_COMPILED)
def count_shared(rows, training, out):
    """out: (n, m) how many columns both have; a bit a column."""
    ones, twos = np.uint64(0x5555555555555555), np.uint64(0x3333333333333333)
    fours, each = np.uint64(0x0F0F0F0F0F0F0F0F), np.uint64(0x0101010101010101)
    one, two, four, top = np.uint64(1), np.uint64(2), np.uint64(4), np.uint64(56)
    for i in range(len(rows)):
        for j in range(len(training)):
            many = np.uint64(0)
            for word in range(rows.shape[1]):
                both = rows[i, word] & training[j, word]
                both = both - ((both >> one) & ones)
                both = (both & twos) + ((both >> two) & twos)
                many += (((both + (both >> four)) & fours) * each) >> top
            out[i, j] = many


@njit(f"void(int64[:, ::1], int64[::1], {_MATRIX}, {_MATRIX}, int64, {_MATRIX})", **_COMPILED)
def fill_means(order, reachable, rows, training, k, out):
    """out: (n, q) for what a row lacks the mean over the first k in its order that have it, else NaN."""
    for i in range(len(rows)):
        for column in range(rows.shape[1]):
            if not np.isnan(rows[i, column]):
                continue
            total, many = 0.0, 0
            for place in range(reachable[i]):
                value = training[order[i, place], column]
                if not np.isnan(value):
                    total += value
                    many += 1
                    if many == k:
                        break
            out[i, column] = total / many if many else np.nan
