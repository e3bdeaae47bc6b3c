"""The compiled loop of :mod:`prognome.model.cox_solver`: an elastic net by coordinate descent."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(
    "void(float64[::1, :], float64[::1], float64[::1], float64[::1], float64, float64, int64, float64)",
    cache=True,
    nogil=True,
)
def descend(X, weight, rest, beta, l1, l2, sweeps, tolerance):
    """Weighted least squares with an elastic net, column by column; ``rest``, the unexplained, moves too."""
    n, p = X.shape
    size = np.zeros(p)
    for j in range(p):
        for i in range(n):
            size[j] += weight[i] * X[i, j] * X[i, j]
    everywhere = True
    for _ in range(sweeps):
        furthest = 0.0
        for j in range(p):
            if size[j] == 0.0 or (not everywhere and beta[j] == 0.0):
                continue
            pull = size[j] * beta[j]
            for i in range(n):
                pull += weight[i] * X[i, j] * rest[i]
            if pull > l1:
                new = (pull - l1) / (size[j] + l2)
            elif pull < -l1:
                new = (pull + l1) / (size[j] + l2)
            else:
                new = 0.0
            step = new - beta[j]
            if step != 0.0:
                for i in range(n):
                    rest[i] -= step * X[i, j]
                beta[j] = new
                furthest = max(furthest, step * step * size[j])
        if furthest < tolerance:
            if everywhere:
                return
            everywhere = True  # the others have to agree
        else:
            everywhere = False
