"""The compiled loops of :mod:`prognome.screen.mutual_info`: nearest neighbours along one and two axes.

``psi`` holds the digamma function at 0, 1, 2 … (its place 0 is never read). Where points are equally far, any
order of them is as good as any other, and the mean over all orders is taken: the place at which the r-th of K
wanted ones comes among N is negative hypergeometric.
"""

from __future__ import annotations

import numpy as np
from numba import njit

_F = "float64[::1]"
_MATRIX = "float64[:, ::1]"
_COMPILED = {"cache": True, "nogil": True, "error_model": "numpy"}


@njit(f"float64(int64, int64, int64, int64, {_F})", **_COMPILED)
def _mean_psi(before, tied, wanted, which, psi):
    """Mean of psi(before + R), R the place of wanted one number ``which`` among the tied in random order."""
    if wanted == tied:
        return psi[before + which]
    chance = 1.0
    for i in range(which):
        chance *= (wanted - i) / (tied - i)
    total = 0.0
    for place in range(which, tied - wanted + which + 1):
        total += chance * psi[before + place]
        if place < tied:
            chance *= place / (place - which + 1) * (tied - place - wanted + which) / (tied - place)
    return total


@njit(f"float64({_F}, float64)", **_COMPILED)
def _between(psi, at):
    """psi between whole numbers, on a straight line."""
    low = int(at)
    return psi[low] + (at - low) * (psi[low + 1] - psi[low])


@njit(f"void({_MATRIX}, int64[:, ::1], int32[::1], int64[::1], int64, {_F}, {_F})", **_COMPILED)
def of_classes(ascending, order, codes, start, k, psi, out):
    """Ross's estimate, before it is cut at 0.

    ascending, order: (q, n) sorted columns and which row each value is of. codes: (n,) class of each row, of
    two rows or more each; start: (classes + 1,) where each class begins if rows are sorted by it.
    """
    columns, n = ascending.shape
    classes = len(start) - 1
    place = np.empty(n, np.int64)  # where the values of each class stand, class after class
    fill = np.empty(classes, np.int64)
    for column in range(columns):
        x = ascending[column]
        if x[0] == x[n - 1]:
            out[column] = 0.0
            continue
        fill[:] = start[:classes]
        for i in range(n):
            c = codes[order[column, i]]
            place[fill[c]] = i
            fill[c] += 1
        total = 0.0
        for c in range(classes):
            own = place[start[c] : start[c + 1]]
            many = len(own)
            near = min(k, many - 1)
            low, left, right = 0, 0, 0
            gave = 0.0
            for a in range(many):
                at = own[a]
                v = x[at]
                if a > 0 and x[own[a - 1]] == v:
                    total += gave
                    continue
                low = max(low, a - near)
                while low + near + 1 < many and x[own[low + near + 1]] - v < v - x[own[low]]:
                    low += 1
                d = max(v - x[own[low]], x[own[low + near]] - v)
                if d == 0.0:
                    left, right = max(left, 0), max(right, at + 1)
                    while left > 0 and x[left - 1] == v:
                        left -= 1
                    while x[left] < v:
                        left += 1
                    while right < n and x[right] == v:
                        right += 1
                    while x[right - 1] > v:
                        right -= 1
                    same = 1
                    while a + same < many and x[own[a + same]] == v:
                        same += 1
                    gave = psi[same] - psi[right - left] - psi[many]
                    total += gave
                    continue
                while left > 0 and v - x[left - 1] < d:
                    left -= 1
                while v - x[left] >= d:
                    left += 1
                right = max(right, at + 1)
                while right < n and x[right] - v < d:
                    right += 1
                while x[right - 1] - v >= d:
                    right -= 1
                inside = right - left - 1
                lowest, highest = left, right
                while lowest > 0 and v - x[lowest - 1] == d:
                    lowest -= 1
                while highest < n and x[highest] - v == d:
                    highest += 1
                tied = left - lowest + highest - right
                if tied == 1:
                    gave = psi[near] - psi[inside + 1] - psi[many]
                else:
                    closer, wanted = 0, 0
                    for b in range(a - 1, -1, -1):
                        if own[b] < lowest:
                            break
                        closer += own[b] >= left
                        wanted += own[b] < left
                    for b in range(a + 1, many):
                        if own[b] >= highest:
                            break
                        closer += own[b] < right
                        wanted += own[b] >= right
                    gave = psi[near] - _mean_psi(inside, tied, wanted, near - closer, psi) - psi[many]
                total += gave
        out[column] = psi[n] + total / n


@njit(f"void({_F}, {_F}, int64[::1], boolean)", **_COMPILED)
def _halve(ascending, sought, found, with_equal):
    """How many values are below (or equal) each sought one; all take a step of the search together."""
    found[:] = 0
    many = len(ascending)
    while many > 0:
        half = (many + 1) // 2
        if with_equal:
            for i in range(len(sought)):
                found[i] += half * (ascending[np.uint64(found[i] + half - 1)] <= sought[i])
        else:
            for i in range(len(sought)):
                found[i] += half * (ascending[np.uint64(found[i] + half - 1)] < sought[i])
        many = many - half if many > 1 else 0


@njit(f"void({_F}, {_F}, {_F}, float64, int64[::1], int64[::1])", **_COMPILED)
def _nearer(ascending, middles, distances, ratio, low, high):
    """Between which places of ``ascending`` the values lie that are nearer than each middle's distance."""
    n = len(ascending)
    reach = distances / ratio
    _halve(ascending, middles - reach, low, True)
    _halve(ascending, middles + reach, high, False)
    for i in range(len(middles)):
        middle, d, first, last = middles[i], distances[i], low[i], high[i]
        while first > 0 and (middle - ascending[first - 1]) * ratio < d:
            first -= 1
        while first < n and (middle - ascending[first]) * ratio >= d:
            first += 1
        while last < n and (ascending[last] - middle) * ratio < d:
            last += 1
        while last > 0 and (ascending[last - 1] - middle) * ratio >= d:
            last -= 1
        low[i], high[i] = first, last


@njit(f"void({_F}, {_F}, float64, int64, int64, {_F}, {_F}, {_F})", **_COMPILED)
def _look_around(a, b, ratio, pad, step, one, two, three):
    """Take the points ``step`` before and after each among its three nearest; without a branch."""
    n = len(one)
    at_a, a_before, a_after = a[pad:], a[pad - step :], a[pad + step :]
    at_b, b_before, b_after = b[pad:], b[pad - step :], b[pad + step :]
    for i in range(n):
        along, across = at_a[i] - a_before[i], abs(b_before[i] - at_b[i]) * ratio
        d = along if along > across else across
        along, across = a_after[i] - at_a[i], abs(b_after[i] - at_b[i]) * ratio
        e = along if along > across else across
        x, y, z = one[i], two[i], three[i]
        far = d if d > y else y
        z = z if z < far else far
        far = d if d > x else x
        y = y if y < far else far
        x = x if x < d else d
        far = e if e > y else y
        three[i] = z if z < far else far
        far = e if e > x else x
        two[i] = y if y < far else far
        one[i] = x if x < e else e


@njit(f"void({_F}, {_F}, float64, int64, int64, {_F}, {_F}, {_F})", **_COMPILED)
def _look_farther(a, b, ratio, pad, step, one, two, three):
    """For each point by itself, all those beyond ``step`` that can still be among its three nearest."""
    for i in range(len(one)):
        at = pad + i
        x, y, z = one[i], two[i], three[i]
        before, after = at - step - 1, at + step + 1
        while True:
            down, up = a[at] - a[before], a[after] - a[at]
            if down >= z and up >= z:
                break
            d = max(down, abs(b[before] - b[at]) * ratio)
            if d < z:
                z = max(d, y)
                y = min(y, max(d, x))
                x = min(x, d)
            d = max(up, abs(b[after] - b[at]) * ratio)
            if d < z:
                z = max(d, y)
                y = min(y, max(d, x))
                x = min(x, d)
            before -= 1
            after += 1
        three[i] = z


@njit(f"int64({_F}, float64, float64, float64, int64, int64)", **_COMPILED)
def _as_far(ascending, middle, ratio, d, low, high):
    """How many values outside of ``low`` to ``high`` are exactly as far."""
    many = 0
    while low > 0 and (middle - ascending[low - 1]) * ratio == d:
        low -= 1
        many += 1
    while high < len(ascending) and (ascending[high] - middle) * ratio == d:
        high += 1
        many += 1
    return many


@njit(f"float64({_F}, {_F}, {_F}, int64, {_F})", **_COMPILED)
def _of_one_place(first, b, ranked, i, psi):
    """What a point gives whose k nearest equal it: all that equal it count, on both axes and on each."""
    low, high, both = i, i + 1, 0
    while low > 0 and first[low - 1] == first[i]:
        low -= 1
    while high < len(first) and first[high] == first[i]:
        high += 1
    for j in range(low, high):
        both += b[j] == b[i]
    start, end = np.searchsorted(ranked, b[i]), np.searchsorted(ranked, b[i], "right")
    return psi[both] - psi[high - low] - psi[end - start]


@njit(
    f"float64({_F}, {_F}, float64, int64, float64, int64, int64, int64, int64, int64, int64, int64, {_F})",
    **_COMPILED,
)
def _psi_of_edges(first, b, ratio, i, d, k, low, high, inside_a, tied_a, inside_b, tied_b, psi):
    """psi of both counts, the mean over the orders of the points that are as far as the k-th.

    low, high: between which places points are nearer along ``first``.
    """
    closer, edge_a, edge_b, corner = 0, 0, 0, 0
    for j in range(max(low - tied_a, 0), min(high + tied_a, len(b))):
        if j == i:
            continue
        along, across = abs(first[j] - first[i]), abs(b[j] - b[i]) * ratio
        if max(along, across) < d:
            closer += 1
        elif along == d:
            edge_a += across < d
            corner += across == d
        elif along < d:
            edge_b += across == d
    if edge_b + corner == 0:
        return _mean_psi(inside_a, tied_a, edge_a, k - closer, psi) + psi[inside_b + 1]
    if edge_a + corner == 0:
        return psi[inside_a + 1] + _mean_psi(inside_b, tied_b, edge_b, k - closer, psi)
    # both ways at once, as where both variables are one: the share of noise up to the k-th, by its mean
    edges, which = edge_a + edge_b, k - closer
    aim = which * (edges + corner) / (edges + corner + 1)
    share = aim / edges if corner == 0 else (np.sqrt(edges * edges + 4 * corner * aim) - edges) / (2 * corner)
    on_a = (edge_a + corner / 2) / (edges + corner)
    from_a = inside_a + share * tied_a + on_a * share + 1 - on_a
    from_b = inside_b + share * tied_b + (1 - on_a) * share + on_a
    return _between(psi, from_a) + _between(psi, from_b)


@njit(f"void({_F}, {_MATRIX}, {_MATRIX}, {_F}, int64, {_F}, {_F})", **_COMPILED)
def of_numbers(first, second, ascending, ratios, k, psi, out):
    """Kraskov's estimate, before it is cut at 0.

    first: (n,) one variable, sorted. second: (q, n) the other, q times, in the order of ``first``. ascending:
    (q, n) the same sorted. ratios: (q,) by which ``second`` is taken, so that both have one spread.
    """
    columns, n = ascending.shape
    steps = min(n - 1, int(np.sqrt(n)))  # by then most points have found theirs
    pad = n + 1
    a, b = np.full(n + 2 * pad, np.inf), np.zeros(n + 2 * pad)
    a[:pad] = -np.inf
    a[pad : pad + n] = first
    one, two, distances = np.empty(n), np.empty(n), np.empty(n)
    low_a, high_a = np.empty(n, np.int64), np.empty(n, np.int64)
    low_b, high_b = np.empty(n, np.int64), np.empty(n, np.int64)
    for column in range(columns):
        other, ranked, ratio = second[column], ascending[column], ratios[column]
        if ranked[0] == ranked[n - 1]:
            out[column] = 0.0
            continue
        b[pad : pad + n] = other
        one[:] = np.inf if k > 2 else -np.inf  # a place that is never left
        two[:] = np.inf if k > 1 else -np.inf
        distances[:] = np.inf
        for step in range(1, steps + 1):
            _look_around(a, b, ratio, pad, step, one, two, distances)
        _look_farther(a, b, ratio, pad, steps, one, two, distances)
        _nearer(first, first, distances, 1.0, low_a, high_a)
        _nearer(ranked, other, distances, ratio, low_b, high_b)
        total = 0.0
        for i in range(n):
            d = distances[i]
            if d == 0.0:
                total += _of_one_place(first, other, ranked, i, psi)
                continue
            inside_a, inside_b = high_a[i] - low_a[i] - 1, high_b[i] - low_b[i] - 1
            tied_a = _as_far(first, first[i], 1.0, d, low_a[i], high_a[i])
            tied_b = _as_far(ranked, other[i], ratio, d, low_b[i], high_b[i])
            if tied_a + tied_b == 1:
                total += psi[k] - psi[inside_a + 1] - psi[inside_b + 1]
            else:
                low, high = low_a[i], high_a[i]
                total += psi[k] - _psi_of_edges(
                    first, other, ratio, i, d, k, low, high, inside_a, tied_a, inside_b, tied_b, psi
                )
        out[column] = psi[n] + total / n
