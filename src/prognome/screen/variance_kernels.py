"""The compiled loops of :mod:`prognome.screen.anova`: sums of squares of many columns, each read once.

Every column is taken less a value of its own (its first, or the first of its class), so that what a large
mean leaves of a small spread is all there. Four rows at a time share what is loaded and stored of the sums.
Where that value lies far from the mean, or next to nothing is left over, the column is read once more, less
its means.
"""

from __future__ import annotations

import numpy as np
from numba import njit

_COMPILED = {"cache": True, "nogil": True, "error_model": "numpy"}
_X = "float64[:, ::1]"
_F = "float64[::1]"
_I = "int64[::1]"
WIDTH = 8192  # columns at once; long pieces of rows are what memory gives fastest
WORN = 1e4  # a sum of squares that is this often what is wanted is taken anew


@njit(f"void({_X}, int64, {_I}, {_F}, {_F}, {_F})", **_COMPILED)
def _add_squares(X, first, rows, base, total, squares):
    """Sums of X less ``base`` and of its squares over some rows, for the columns from ``first`` on."""
    width = len(base)
    n = len(rows) // 4 * 4
    for i in range(0, n, 4):
        a, b = X[rows[i], first : first + width], X[rows[i + 1], first : first + width]
        c, d = X[rows[i + 2], first : first + width], X[rows[i + 3], first : first + width]
        for j in range(width):
            less = base[j]
            p, q, r, s = a[j] - less, b[j] - less, c[j] - less, d[j] - less
            total[j] += p + q + (r + s)
            squares[j] += p * p + q * q + (r * r + s * s)
    for i in range(n, len(rows)):
        a = X[rows[i], first : first + width]
        for j in range(width):
            p = a[j] - base[j]
            total[j] += p
            squares[j] += p * p


@njit(f"void({_X}, int64, {_F}, {_F}, {_F}, {_F}, {_F})", **_COMPILED)
def _add_products(X, first, y, base, total, squares, products):
    """The same over all rows, and the sums of products with y."""
    width = len(base)
    n = len(y) // 4 * 4
    for i in range(0, n, 4):
        a, b = X[i, first : first + width], X[i + 1, first : first + width]
        c, d = X[i + 2, first : first + width], X[i + 3, first : first + width]
        t, u, v, w = y[i], y[i + 1], y[i + 2], y[i + 3]
        for j in range(width):
            less = base[j]
            p, q, r, s = a[j] - less, b[j] - less, c[j] - less, d[j] - less
            total[j] += p + q + (r + s)
            squares[j] += p * p + q * q + (r * r + s * s)
            products[j] += p * t + q * u + (r * v + s * w)
    for i in range(n, len(y)):
        a = X[i, first : first + width]
        for j in range(width):
            p = a[j] - base[j]
            total[j] += p
            squares[j] += p * p
            products[j] += p * y[i]


@njit(f"void({_X}, {_I}, {_I}, {_F})", **_COMPILED)
def of_classes(X, order, start, out):
    """F between classes. order: rows sorted by class. start: (classes + 1,) where each begins in it."""
    n, columns = X.shape
    classes = len(start) - 1
    mean = np.empty((classes, WIDTH))  # of each class, less the first value of all
    total, squares, taken, within = np.empty(WIDTH), np.empty(WIDTH), np.empty(WIDTH), np.empty(WIDTH)
    base = np.empty(WIDTH)
    for first in range(0, columns, WIDTH):
        width = min(WIDTH, columns - first)
        taken[:] = 0.0
        within[:] = 0.0
        for c in range(classes):
            rows = order[start[c] : start[c + 1]]
            base[:width] = X[rows[0], first : first + width]
            total[:] = 0.0
            squares[:] = 0.0
            _add_squares(X, first, rows, base[:width], total[:width], squares[:width])
            many = len(rows)
            begin = X[order[0], first : first + width]
            for j in range(width):
                mean[c, j] = base[j] - begin[j] + total[j] / many
                taken[j] += squares[j]
                within[j] += squares[j] - total[j] * total[j] / many
        for j in range(width):
            middle, between = 0.0, 0.0
            for c in range(classes):
                middle += (start[c + 1] - start[c]) * mean[c, j]
            middle /= n
            for c in range(classes):
                between += (start[c + 1] - start[c]) * (mean[c, j] - middle) ** 2
            left = within[j]
            if taken[j] > WORN * left:
                left = 0.0
                for c in range(classes):
                    less = mean[c, j] + X[order[0], first + j]
                    off = 0.0
                    for i in range(start[c], start[c + 1]):
                        d = X[order[i], first + j] - less
                        left += d * d
                        off += d
                    left -= off * off / (start[c + 1] - start[c])
            if n == classes:
                out[first + j] = np.nan
            else:
                out[first + j] = between / (classes - 1) / (left / (n - classes))


@njit(f"void({_X}, {_F}, {_F})", **_COMPILED)
def of_number(X, y, out):
    """F of the regression on y, which sums to 0."""
    n, columns = X.shape
    total, squares, products = np.empty(WIDTH), np.empty(WIDTH), np.empty(WIDTH)
    base = np.empty(WIDTH)
    y_squares = (y * y).sum()
    y_sum = y.sum()
    for first in range(0, columns, WIDTH):
        width = min(WIDTH, columns - first)
        base[:width] = X[0, first : first + width]
        total[:] = 0.0
        squares[:] = 0.0
        products[:] = 0.0
        _add_products(X, first, y, base[:width], total[:width], squares[:width], products[:width])
        for j in range(width):
            spread = squares[j] - total[j] * total[j] / n
            joint = products[j] - total[j] * y_sum / n
            explained = joint * joint / y_squares
            left = spread - explained
            if squares[j] > WORN * left:
                less = base[j] + total[j] / n
                joint, off = 0.0, 0.0
                for i in range(n):
                    joint += (X[i, first + j] - less) * y[i]
                    off += X[i, first + j] - less
                joint -= off * y_sum / n
                explained = joint * joint / y_squares
                left = 0.0
                for i in range(n):
                    d = X[i, first + j] - less - off / n - joint / y_squares * y[i]
                    left += d * d
            out[first + j] = explained / (left / (n - 2)) if n > 2 else np.nan
