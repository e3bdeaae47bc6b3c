"""Medians, quantiles and modes of many columns with gaps at once, as numpy computes them for one."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from prognome.prepare.columns import Numbers

CELLS_AT_ONCE = 2_000_000


def sorted_columns(numbers: Numbers) -> Iterator[tuple[slice, Numbers, NDArray[np.intp]]]:
    """Sort columns, some at a time.

    Parameters
    ----------
    numbers
        (n, p), NaN for missing.

    Yields
    ------
    which
        The slice of columns.
    values
        (columns, n) each column's values in ascending order, missing ones last.
    counts
        (columns,) how many are not missing.
    """
    n, p = numbers.shape
    step = max(1, CELLS_AT_ONCE // max(n, 1))
    for start in range(0, p, step):
        which = slice(start, min(start + step, p))
        values = np.array(numbers[:, which].T, order="C")
        values.sort(axis=1)
        yield which, values, n - np.isnan(values).sum(axis=1)


def medians(numbers: Numbers) -> Numbers:
    """(p,) median of what is not missing, NaN where all is."""
    made = np.full(numbers.shape[1], np.nan)
    for which, values, counts in sorted_columns(numbers):
        made[which] = (_pick(values, (counts - 1) // 2) + _pick(values, counts // 2)) / 2
    return made


def quantiles(numbers: Numbers, shares: tuple[float, ...]) -> Numbers:
    """(s, p) quantiles of what is not missing, linear between neighbours, NaN where all is missing.

    References
    ----------
    Hyndman, Fan (1996), Sample quantiles in statistical packages, definition 7.
    """
    made = np.full((len(shares), numbers.shape[1]), np.nan)
    for which, values, counts in sorted_columns(numbers):
        for row, share in enumerate(shares):
            place = (counts - 1) * share
            below = np.floor(place)
            part = place - below
            low, high = _pick(values, below.astype(np.intp)), _pick(values, np.ceil(place).astype(np.intp))
            gap = high - low  # both forms below are numpy's, so that the last bit agrees too
            made[row, which] = np.where(part >= 0.5, high - gap * (1 - part), low + gap * part)
    return made


def modes(numbers: Numbers) -> Numbers:
    """(p,) most frequent value of what is not missing, the smallest of several, NaN where all is missing."""
    made = np.full(numbers.shape[1], np.nan)
    places = np.arange(numbers.shape[0])
    for which, values, _ in sorted_columns(numbers):
        first = np.ones(values.shape, dtype=bool)
        first[:, 1:] = values[:, 1:] != values[:, :-1]
        run = places - np.maximum.accumulate(np.where(first, places, 0), axis=1)
        run[np.isnan(values)] = -1
        made[which] = values[np.arange(len(values)), run.argmax(axis=1)]
    return made


def _pick(values: Numbers, places: NDArray[np.intp]) -> Numbers:
    """(columns,) the value at one place of each row; a place before the first gives NaN."""
    picked = values[np.arange(len(values)), np.maximum(places, 0)]
    return np.where(places < 0, np.nan, picked)
