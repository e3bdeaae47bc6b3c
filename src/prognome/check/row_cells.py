"""The cells of rows as numbers that can be compared: columns as codes, profiles in few dimensions."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from prognome.core.table import is_number

TOLERANCE = 0.01  # of a standard deviation: rounding and tiny noise
MOST_GROUPS = 32
CLUSTERED = 500
SAMPLED = 20_000
MOST_CELLS = 2_000_000
LEAST_ROWS = 2000
AGREEING = 400
FEWEST_AGREEING = 5
TIED = 0.5  # share of what agreement in another column adds, from which it counts as implied
WHOLE = 2000
UNDER_ONE = 0.49
DIMENSIONS = 128
CHUNK = 256
_MIX = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, eq=False)
class Cells:
    """Rows of numbers and categories.

    Parameters
    ----------
    numbers
        (n, p) with NaN for missing, constant columns left out.
    mean, deviation
        (p,) of the known values.
    tolerance
        (p,) a hundredth of the deviation; less than one half in columns of whole numbers.
    categories
        (n, q) codes from 0, -1 for missing.
    """

    numbers: NDArray[np.float64]
    mean: NDArray[np.float64]
    deviation: NDArray[np.float64]
    tolerance: NDArray[np.float64]
    categories: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def width(self) -> int:
        """Columns that vary."""
        return self.numbers.shape[1] + self.categories.shape[1]

    def code(self, column: int) -> NDArray[np.int64]:
        """(n,) a column as whole numbers that are equal where the cells are."""
        p = self.numbers.shape[1]
        if column >= p:
            return self.categories[:, column - p]
        return (self.numbers[:, column] + 0.0).view(np.int64)  # -0 is 0

    def differing(self, pairs: NDArray[np.intp], *, exact: bool) -> NDArray[np.bool_]:
        """(m, columns) where the two rows of a pair differ, by anything or by more than the tolerance."""
        i, j = pairs[:, 0], pairs[:, 1]
        one, two = self.numbers[i], self.numbers[j]
        with np.errstate(invalid="ignore"):
            same = np.abs(one - two) <= (0 if exact else self.tolerance)
        same |= np.isnan(one) & np.isnan(two)
        return np.hstack([~same, self.categories[i] != self.categories[j]])


def take_cells(frame: pd.DataFrame, rows: NDArray[np.intp]) -> Cells:
    """These rows; columns with one value say nothing and are left out."""
    numeric = is_number(frame)
    numbers = (frame if numeric.all() else frame.loc[:, numeric]).to_numpy(dtype=np.float64)
    numbers = numbers if len(rows) == len(numbers) else numbers[rows]
    mean, deviation = _moments(numbers)
    varies = deviation > 1e-12 * (1 + np.abs(mean))
    texts = [
        pd.Series(frame.iloc[:, int(place)]).to_numpy(dtype=object) for place in np.flatnonzero(~numeric)
    ]
    codes = [pd.factorize(cells[rows])[0].astype(np.int64) for cells in texts]
    codes = [code for code in codes if code.min(initial=0) != code.max(initial=0)]
    numbers = numbers if varies.all() else numbers[:, varies]
    tolerance = TOLERANCE * deviation[varies]
    return Cells(
        numbers,
        mean[varies],
        deviation[varies],
        np.where(which_whole(numbers), np.minimum(tolerance, UNDER_ONE), tolerance),
        np.column_stack(codes) if codes else np.empty((len(rows), 0), dtype=np.int64),
    )


def which_whole(numbers: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(p,) columns of whole numbers, by the first 2,000 rows."""
    whole = np.ones(numbers.shape[1], dtype=bool)
    for start in range(0, numbers.shape[1], CHUNK):
        some = numbers[:WHOLE, start : start + CHUNK]
        whole[start : start + CHUNK] = ~(np.isfinite(some) & (some != np.rint(some))).any(axis=0)
    return whole


def group_columns(cells: Cells, seed: int) -> list[NDArray[np.intp]]:
    """At most 32 groups of columns; a column that follows from another stands in its group.

    It follows where rows that agree in the other nearly always agree in it too. Wide tables of more than 500
    columns are cut in runs of neighbours, which are the ones that depend on each other (linkage, one-hot).
    """
    p = cells.width
    root = _roots(cells, seed) if 1 < p <= CLUSTERED else np.arange(p)
    order = np.argsort(root, kind="stable")
    starts = np.flatnonzero(np.r_[True, root[order][1:] != root[order][:-1]])
    most = max(1.0, p / MOST_GROUPS)
    groups: list[list[int]] = [[]]
    for start, end in zip(starts, [*starts[1:], p], strict=True):
        if groups[-1] and len(groups[-1]) + (end - start) > most:
            groups.append([])
        groups[-1].extend(order[start:end].tolist())
    while len(groups) > MOST_GROUPS:
        small = int(np.argmin([len(a) + len(b) for a, b in pairwise(groups)]))
        groups[small] += groups.pop(small + 1)
    return [np.array(sorted(group), dtype=np.intp) for group in groups]


def _roots(cells: Cells, seed: int) -> NDArray[np.intp]:
    """(columns,) the column from which each follows, itself where it follows from none."""
    n, p = len(cells), cells.width
    rng = np.random.default_rng(seed)
    rows = np.sort(rng.choice(n, min(n, max(LEAST_ROWS, MOST_CELLS // p)), replace=False))
    codes = np.column_stack([cells.code(column)[rows] for column in range(p)])
    i = rng.integers(0, len(rows), SAMPLED)
    j = (i + rng.integers(1, max(len(rows), 2), SAMPLED)) % len(rows)
    usual = (codes[i] == codes[j]).mean(axis=0)
    different = np.array([len(np.unique(codes[:, column])) for column in range(p)])
    root = np.arange(p)
    firmest = np.full(p, TIED)
    for column in np.lexsort((usual, -different)).tolist():  # the most telling first
        if root[column] != column:
            continue
        order = np.argsort(codes[:, column], kind="stable")
        at = np.flatnonzero(codes[order, column][1:] == codes[order, column][:-1])
        if len(at) > AGREEING:
            at = rng.choice(at, AGREEING, replace=False)
        agree = codes[order[at]] == codes[order[at + 1]]
        agree = agree[~agree.all(axis=1)]
        if len(agree) < FEWEST_AGREEING:
            continue
        gain = (agree.mean(axis=0) - usual) / np.maximum(1 - usual, 1e-9)
        follows = (gain > firmest) & (different <= different[column]) & (np.arange(p) != column)
        follows &= np.bincount(root, minlength=p) == 1  # from it nothing follows yet
        root[follows], firmest[follows] = column, gain[follows]
    return root


def group_codes(cells: Cells, groups: list[NDArray[np.intp]], *, exact: bool) -> NDArray[np.uint64]:
    """(n, groups) one number for the content of each group of columns, the same for the same content."""
    codes = np.zeros((len(cells), len(groups)), dtype=np.uint64)
    group_of = np.empty(cells.width, dtype=np.intp)
    for place, group in enumerate(groups):
        group_of[group] = place
    factors = mix(np.arange(cells.width, dtype=np.uint64)) | np.uint64(1)
    p = cells.numbers.shape[1]
    for start in range(0, p, CHUNK):
        part = slice(start, min(start + CHUNK, p))
        values = _steps(cells, part, exact=exact)
        values *= factors[part]
        own = group_of[part]
        for place in np.unique(own).tolist():
            codes[:, place] += values[:, own == place].sum(axis=1, dtype=np.uint64)
    for column in range(p, cells.width):
        codes[:, group_of[column]] += mix(cells.categories[:, column - p].astype(np.uint64)) * factors[column]
    return mix(codes)


def _steps(cells: Cells, part: slice, *, exact: bool) -> NDArray[np.uint64]:
    """(n, columns) numbers scattered over 64 bits: as they are, or in steps of their deviation / 50."""
    values = cells.numbers[:, part]
    if not exact:
        values = np.rint(values / (2 * cells.tolerance[part]))
    bits = (values + 0.0).view(np.uint64)  # -0 is 0
    bits ^= bits >> np.uint64(32)
    bits *= _MIX
    return bits ^ (bits >> np.uint64(29))


def mix(value: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Scatter numbers over all 64 bits (splitmix64, Steele et al. 2014)."""
    value = value + _MIX
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    scattered: NDArray[np.uint64] = value ^ (value >> np.uint64(31))
    return scattered


def project(cells: Cells, dimensions: int, seed: int) -> NDArray[np.float32]:
    """(n, dimensions) standardised numbers and categories in random directions, missing ones at the mean.

    Distances are kept up to √(2 / dimensions) (Johnson and Lindenstrauss 1984).
    """
    rng = np.random.default_rng(seed)
    found = np.zeros((len(cells), dimensions), dtype=np.float32)
    for start in range(0, cells.numbers.shape[1], CHUNK):
        part = standardised(cells, np.arange(start, min(start + CHUNK, cells.numbers.shape[1])))
        signs = rng.integers(0, 2, (part.shape[1], dimensions)).astype(np.float32) * 2 - 1
        found += part @ signs
    for column in range(cells.categories.shape[1]):
        codes = cells.categories[:, column]
        found += rng.normal(size=(codes.max() + 2, dimensions)).astype(np.float32)[codes + 1]
    found /= np.float32(np.sqrt(dimensions))
    return found


def standardised(cells: Cells, columns: NDArray[np.intp]) -> NDArray[np.float32]:
    """(n, columns) numbers less their mean by their standard deviation, cut at ±5, 0 for missing."""
    values = ((cells.numbers[:, columns] - cells.mean[columns]) / cells.deviation[columns]).astype(np.float32)
    np.clip(values, -5, 5, out=values)
    values[np.isnan(values)] = 0
    return values


def _moments(numbers: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(p,) means and standard deviations of what is known."""
    p = numbers.shape[1]
    mean, deviation = np.zeros(p), np.zeros(p)
    for start in range(0, p, CHUNK):
        part = numbers[:, start : start + CHUNK]
        unknown = ~np.isfinite(part)
        count = np.maximum(len(part) - unknown.sum(axis=0), 1)
        if unknown.any():
            part = np.where(unknown, 0.0, part)
        mean[start : start + CHUNK] = part.sum(axis=0) / count
        part = part - mean[start : start + CHUNK]
        part[unknown] = 0
        deviation[start : start + CHUNK] = np.sqrt((part * part).sum(axis=0) / count)
    return mean, deviation
