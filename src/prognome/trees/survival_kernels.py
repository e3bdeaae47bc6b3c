"""The compiled loops of :mod:`prognome.trees.survival_trees`."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit("float64(float64[::1], float64[::1], float64[::1], float64[::1])", cache=True, nogil=True)
def log_rank(dead_left, risk_left, dead, risk):
    """The two-sample log-rank statistic (chi-squared, one degree of freedom), its variance hypergeometric.

    Mantel (1966), Cancer Chemotherapy Reports 50:163–170. All (G,), at each time: events and rows at risk, of
    one side and of both.
    """
    away, variance = 0.0, 0.0
    for g in range(len(dead)):
        n, d = risk[g], dead[g]
        if n < 2.0 or d == 0.0:
            continue
        share = risk_left[g] / n
        away += dead_left[g] - d * share
        variance += d * share * (1.0 - share) * (n - d) / (n - 1.0)
    return away * away / variance if variance > 0.0 else 0.0


@njit(
    "void(int64[::1], uint8[::1], int64[::1], int64, int64, float64[::1], float64[::1])",
    cache=True,
    nogil=True,
)
def _count(until, event, rows, begin, end, dead, risk):
    """Events and rows at risk at each time, of the rows from begin to end."""
    dead[:] = 0.0
    risk[:] = 0.0
    for k in range(begin, end):
        i = rows[k]
        at = until[i]
        if at > 0:
            risk[at - 1] += 1.0
            if event[i]:
                dead[at - 1] += 1.0
    for g in range(len(risk) - 2, -1, -1):
        risk[g] += risk[g + 1]


@njit(cache=True, nogil=True)
def grow_tree(X, until, event, rows, times, columns, min_leaf, splits, max_depth, seed):
    """One tree: feature, threshold, left, right and leaf of its nodes; cumulative hazards of its leaves."""
    np.random.seed(seed)
    n, p = len(rows), X.shape[1]
    most = 2 * n + 1
    feature = np.full(most, -1, np.int64)
    threshold = np.zeros(most)
    left, right, leaf = np.full(most, -1, np.int64), np.full(most, -1, np.int64), np.full(most, -1, np.int64)
    begin, end, depth = np.zeros(most, np.int64), np.zeros(most, np.int64), np.zeros(most, np.int64)
    hazard = np.zeros((n + 1, times))
    rows = rows.copy()
    spare = np.empty(n, np.int64)
    order = np.arange(p)
    dead, risk = np.zeros(times), np.zeros(times)
    dead_left, risk_left = np.zeros(times), np.zeros(times)
    nodes, leaves, todo = 1, 0, 0
    end[0] = n
    while todo < nodes:
        node = todo
        todo += 1
        first, last = begin[node], end[node]
        size = last - first
        _count(until, event, rows, first, last, dead, risk)
        best, best_column, best_value = 0.0, -1, 0.0
        if size >= 2 * min_leaf and dead.sum() >= 2 and (max_depth < 0 or depth[node] < max_depth):
            for j in range(min(columns, p)):
                other = j + np.random.randint(p - j)
                order[j], order[other] = order[other], order[j]
                column = order[j]
                for trial in range(splits if splits > 0 else size):
                    at = np.random.randint(size) if splits > 0 else trial
                    value = X[rows[first + at], column]
                    dead_left[:] = 0.0
                    risk_left[:] = 0.0
                    count, events = 0, 0
                    for k in range(first, last):
                        i = rows[k]
                        if X[i, column] <= value:
                            count += 1
                            if until[i] > 0:
                                risk_left[until[i] - 1] += 1.0
                                if event[i]:
                                    dead_left[until[i] - 1] += 1.0
                                    events += 1
                    if count < min_leaf or size - count < min_leaf or events < 1 or dead.sum() - events < 1:
                        continue
                    for g in range(times - 2, -1, -1):
                        risk_left[g] += risk_left[g + 1]
                    found = log_rank(dead_left, risk_left, dead, risk)
                    if found > best:
                        best, best_column, best_value = found, column, value
        if best_column < 0:
            total = 0.0
            for g in range(times):
                if risk[g] > 0.0:
                    total += dead[g] / risk[g]
                hazard[leaves, g] = total
            leaf[node] = leaves
            leaves += 1
            continue
        # a threshold between two values, so that new rows fall to the nearer side
        above = np.inf
        for k in range(first, last):
            x = X[rows[k], best_column]
            if best_value < x < above:
                above = x
        middle = best_value + (above - best_value) / 2
        if not middle < above:
            middle = best_value
        low, high = first, 0
        for k in range(first, last):
            i = rows[k]
            if X[i, best_column] <= middle:
                rows[low] = i
                low += 1
            else:
                spare[high] = i
                high += 1
        for k in range(high):
            rows[low + k] = spare[k]
        feature[node], threshold[node] = best_column, middle
        left[node], right[node] = nodes, nodes + 1
        begin[nodes], end[nodes], depth[nodes] = first, low, depth[node] + 1
        begin[nodes + 1], end[nodes + 1], depth[nodes + 1] = low, last, depth[node] + 1
        nodes += 2
    return (
        feature[:nodes].copy(), threshold[:nodes].copy(), left[:nodes].copy(), right[:nodes].copy(),
        leaf[:nodes].copy(), hazard[:leaves].copy(),
    )  # fmt: skip


@njit(
    "void(float64[:, ::1], int64[::1], int32[::1], float64[::1], int32[::1], int32[::1], int32[::1], "
    "float32[:, ::1], float64[:, ::1])",
    cache=True,
    nogil=True,
)
def answer_rows(X, start, feature, threshold, left, right, leaf, hazard, total):
    """Add up the cumulative hazards of the leaves into which each row falls."""
    for row in range(X.shape[0]):
        for tree in range(len(start) - 1):
            first = start[tree]
            node = 0
            while feature[first + node] >= 0:
                at = first + node
                node = left[at] if X[row, feature[at]] <= threshold[at] else right[at]
            place = leaf[first + node]
            for g in range(hazard.shape[1]):
                total[row, g] += hazard[place, g]
