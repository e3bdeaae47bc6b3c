"""The compiled solver of :mod:`prognome.screen.svm_rfe`: sequential minimal optimisation on a Gram matrix."""

from __future__ import annotations

import numpy as np
from numba import njit

MOST_UPDATES = 1_000_000
LEAST_CURVATURE = 1e-12


@njit(
    "int64(float64[:, ::1], float64[::1], float64, float64, float64[::1])",
    cache=True,
    nogil=True,
    error_model="numpy",
)
def solve_dual(gram, sign, c, tolerance, alpha):
    """The dual of the C-support vector machine with a free intercept, from ``alpha`` on and into it.

    gram: (n, n) products of rows. sign: (n,) 1 or -1. alpha: (n,) from 0 to c, its sum with the signs 0.
    Pairs are chosen by second order. Returns how many updates it took.
    """
    n = len(sign)
    slope = -sign  # of the objective, times the sign: what alpha would gain is the difference of two of them
    for j in range(n):
        if alpha[j] > 0:
            by = alpha[j] * sign[j]
            for i in range(n):
                slope[i] += by * gram[i, j]
    for update in range(MOST_UPDATES):
        best, up = -np.inf, -1
        for i in range(n):
            free = alpha[i] < c if sign[i] > 0 else alpha[i] > 0
            if free and -slope[i] > best:
                best, up = -slope[i], i
        least, down, most = np.inf, -1, 0.0
        if up >= 0:
            own = gram[up, up]
            for i in range(n):
                free = alpha[i] > 0 if sign[i] > 0 else alpha[i] < c
                if free:
                    least = min(least, -slope[i])
                    gap = best + slope[i]
                    if gap > 0:
                        gain = gap * gap / max(own + gram[i, i] - 2 * gram[up, i], LEAST_CURVATURE)
                        if gain > most:
                            most, down = gain, i
        if down < 0 or best - least < tolerance:
            return update
        curved = max(gram[up, up] + gram[down, down] - 2 * gram[up, down], LEAST_CURVATURE)
        move = (best + slope[down]) / curved
        room = c - alpha[up] if sign[up] > 0 else alpha[up]
        move = min(move, room, alpha[down] if sign[down] > 0 else c - alpha[down])
        alpha[up] = min(max(alpha[up] + sign[up] * move, 0.0), c)
        alpha[down] = min(max(alpha[down] - sign[down] * move, 0.0), c)
        for i in range(n):
            slope[i] += move * (gram[up, i] - gram[down, i])
    return MOST_UPDATES
