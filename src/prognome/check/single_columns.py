"""How well each column, by itself, gives the target: first on a sample, then in full where it is much."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm, rankdata
from scipy.stats import t as student

from prognome.check.association import target_of
from prognome.core.cohort import Cohort
from prognome.core.table import is_number

SAMPLE = 600  # rows of the first look
WIDTH = 512  # columns at a time
NEAR = 0.08  # error of the first look up to which a column is looked at in full
LOOKED_AT = 24  # so many of the best are looked at in full, whatever their error
AT_MOST = 200  # and no more than so many: where more are near, none stands apart
LEAST = 0.25  # share of rows that must have a value
FEW = 5  # rows of a class with a value
LEVELS_SHARE = 0.5  # a category with more levels than this share of its rows is an id, not a category


@dataclass(frozen=True)
class Column:
    """What one column alone says about the target.

    Parameters
    ----------
    block, name
        Where it stands.
    error
        Classes: 1 − AUC, in whichever direction is better (more than two classes: of the worst pair of
        neighbours when classes are ordered by mean rank); a category: 1 − balanced accuracy, each row
        told by the other rows of its level. Numbers: 1 − R² (Pearson's or Spearman's, the larger; of
        level means for a category).
    p
        Chance of that under no association, for one column; in both directions.
    copy
        It is the target in other words: as many values as classes, one each; a column of two values that
        marks one class; or, for numbers, a linear function of it.
    rows
        Rows with a value.
    """

    block: str
    name: str
    error: float
    p: float
    copy: bool
    rows: int


@dataclass(frozen=True)
class Strengths:
    """The strongest columns, all looked at in full, best first; and how many there are.

    Parameters
    ----------
    best
        At least the 24 best of the first look, or all columns where there are fewer.
    looked_at
        Columns of all blocks.
    """

    best: tuple[Column, ...]
    looked_at: int


def strengths_of(cohort: Cohort, *, seed: int) -> Strengths:
    """Measure every column of every table alone against the target; sequences are no columns to be ranked.

    Parameters
    ----------
    cohort
        Training rows.
    seed
        For the rows of the first look, where there are more than 600.
    """
    target, classes = target_of(cohort), len(cohort.classes)
    some = _sample(target, classes, seed)
    firsts: list[tuple[float, int, str, int]] = []
    tables = {name: table for name, table in cohort.blocks.items() if table.kind == "table"}
    for block, table in tables.items():
        for places, values in _number_chunks(table.frame, some):
            errors, distinct = _first_look(values, target[some], classes)
            order = np.lexsort((distinct, errors))
            keep = [at for rank, at in enumerate(order) if rank < LOOKED_AT or errors[at] <= NEAR]
            firsts += [(float(errors[at]), int(distinct[at]), block, int(places[at])) for at in keep]
    firsts.sort(key=lambda one: one[:2])  # of equals those with fewer values, which may be copies
    near = sum(first[0] <= NEAR for first in firsts)
    kept = firsts[: min(max(near, LOOKED_AT), AT_MOST)]
    full = [_number_column(cohort, block, at) for _, _, block, at in kept]
    for block, table in tables.items():
        full += [_category_column(cohort, block, int(at)) for at in np.flatnonzero(~is_number(table.frame))]
    best = sorted((one for one in full if one is not None), key=lambda one: (one.error, one.block, one.name))
    return Strengths(tuple(best), cohort.shape[1])


def _sample(target: NDArray[Any], classes: int, seed: int) -> NDArray[np.intp]:
    """Up to 600 rows, as many of each class as can be."""
    n = len(target)
    if n <= SAMPLE:
        return np.arange(n)
    rng = np.random.default_rng(seed)
    if not classes:
        return np.sort(rng.choice(n, SAMPLE, replace=False))
    present = np.unique(target)
    each = max(SAMPLE // len(present), 20)
    picked = [rng.permutation(np.flatnonzero(target == code))[:each] for code in present]
    return np.sort(np.concatenate(picked))


def _number_chunks(
    frame: pd.DataFrame, rows: NDArray[np.intp]
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.float64]]]:
    """Places of number columns and their values, (columns, rows), some hundred columns at a time."""
    places = np.flatnonzero(is_number(frame))
    for start in range(0, len(places), WIDTH):
        some = places[start : start + WIDTH]
        values = frame.iloc[:, some].to_numpy(dtype=float)[rows]
        yield some, np.ascontiguousarray(values.T)


def _first_look(
    values: NDArray[np.float64], target: NDArray[Any], classes: int
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """(columns,) error of each on the sampled rows, 1 where it has few values; and its distinct values."""
    there = ~np.isnan(values)
    few = there.sum(axis=1) < max(LEAST * values.shape[1], 2 * FEW)
    ranks, distinct = _ranks(values)
    distinct = distinct - (~there).sum(axis=1)
    ranks = np.where(there, ranks, np.nan)
    if not classes:
        errors = _number_errors(values, ranks, target)
    else:
        errors = _rank_errors(ranks, there, target, classes, distinct == 2)
    return np.where(few, 1.0, errors), distinct


def _ranks(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Average ranks along rows, and how many differ; what is missing comes last, each a value of its own."""
    columns, n = values.shape
    order = np.argsort(values, axis=1)
    ordered = np.take_along_axis(values, order, axis=1)
    places = np.broadcast_to(np.arange(n), (columns, n))
    begins = np.ones((columns, n), dtype=bool)
    begins[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    first = np.maximum.accumulate(np.where(begins, places, 0), axis=1)
    ends = np.ones((columns, n), dtype=bool)
    ends[:, :-1] = begins[:, 1:]
    last = np.minimum.accumulate(np.where(ends, places, n - 1)[:, ::-1], axis=1)[:, ::-1]
    ranks = np.empty((columns, n))
    np.put_along_axis(ranks, order, (first + last) / 2 + 1, axis=1)
    return ranks, begins.sum(axis=1)


def _rank_errors(
    ranks: NDArray[np.float64],
    there: NDArray[np.bool_],
    target: NDArray[Any],
    classes: int,
    two_valued: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """A lower bound of the error: how far the lowest and the highest class are from the ends."""
    member = np.eye(classes)[target]
    sums, sizes = np.nan_to_num(ranks) @ member, there @ member
    known = sizes.sum(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        auc = (sums - sizes * (sizes + 1) / 2) / (sizes * (known - sizes))
    auc = np.where((sizes < FEW) | (known - sizes < FEW), np.nan, auc)
    silent = np.isnan(auc).all(axis=1)
    low = np.where(np.isnan(auc), 1.0, auc).min(axis=1)
    high = np.where(np.isnan(auc), 0.0, auc).max(axis=1)
    # A column of two values may mark one class: then one end alone is at its place.
    far = np.where(two_valued, np.minimum(low, 1 - high), np.maximum(low, 1 - high))
    return np.where(silent, 1.0, far)


def _number_errors(
    values: NDArray[np.float64], ranks: NDArray[np.float64], target: NDArray[Any]
) -> NDArray[np.float64]:
    by_value = _correlations(values, target)
    by_rank = _correlations(ranks, rankdata(target))
    return 1 - np.maximum(by_value, by_rank) ** 2


def _correlations(values: NDArray[np.float64], target: NDArray[Any]) -> NDArray[np.float64]:
    """(columns,) absolute Pearson correlation over the rows with a value."""
    there = ~np.isnan(values)
    sizes = np.maximum(there.sum(axis=1), 1)
    centred = np.where(there, values - (np.nansum(values, axis=1) / sizes)[:, None], 0)
    against = np.where(there, target - (there @ target / sizes)[:, None], 0)
    spread = np.sqrt((centred**2).sum(axis=1) * (against**2).sum(axis=1))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.nan_to_num(np.abs((centred * against).sum(axis=1) / spread))


def _number_column(cohort: Cohort, block: str, at: int) -> Column | None:
    frame = cohort.blocks[block].frame
    values = frame.iloc[:, at].to_numpy(dtype=float)
    there = ~np.isnan(values)
    values, target = values[there], target_of(cohort)[there]
    name, classes = str(frame.columns[at]), len(cohort.classes)
    if len(values) < max(LEAST * len(there), 2 * FEW):
        return None
    if not classes:
        row = values[None, :]
        linear = float(_correlations(row, target)[0])
        strong = max(linear, float(_correlations(rankdata(row, axis=1), rankdata(target))[0]))
        return Column(
            block, name, 1 - strong**2, _p_of_r(strong, len(target)), linear > 1 - 1e-10, len(target)
        )
    kept = np.flatnonzero(np.bincount(target, minlength=classes) >= FEW)
    if len(kept) < 2:
        return None
    distinct = len(np.unique(values))
    error, p = _class_error(values, target, kept)
    exact = error == 0 and distinct == len(kept)
    if len(kept) > 2 and distinct == 2:
        error, p, exact = _marks_a_class(values, target, kept, error, p)
    return Column(block, name, error, p, exact, len(target))


def _class_error(
    values: NDArray[np.float64], target: NDArray[Any], kept: NDArray[np.intp]
) -> tuple[float, float]:
    """Error and chance of the worst pair of neighbours, classes in the order of their mean ranks."""
    ranks = rankdata(values)
    order = sorted(kept, key=lambda code: ranks[target == code].mean())
    pairs = [_pair(values[target == one], values[target == two]) for one, two in pairwise(order)]
    return max(pair[0] for pair in pairs), max(pair[1] for pair in pairs)


def _pair(low: NDArray[np.float64], high: NDArray[np.float64]) -> tuple[float, float]:
    """1 − AUC of two classes, and the chance by Mann and Whitney's normal approximation with ties."""
    ranks = rankdata(np.concatenate([low, high]))
    a, b = len(low), len(high)
    auc = (ranks[a:].sum() - b * (b + 1) / 2) / (a * b)
    sizes = np.unique(ranks, return_counts=True)[1].astype(float)
    n = a + b
    variance = a * b / 12 * (n + 1 - (sizes**3 - sizes).sum() / (n * (n - 1)))
    z = 0.0 if variance <= 0 else abs(auc - 0.5) * a * b / np.sqrt(variance)
    return float(min(auc, 1 - auc)), float(2 * norm.sf(z))


def _marks_a_class(
    values: NDArray[np.float64], target: NDArray[Any], kept: NDArray[np.intp], error: float, p: float
) -> tuple[float, float, bool]:
    """Of three and more classes, a column of two values may be one class, said in another word."""
    for code in kept:
        inside = values[target == code]
        outside = values[target != code]
        if len(np.unique(inside)) == 1 and (outside != inside[0]).all():
            return 0.0, _pair(outside, inside)[1], True
    return error, p, False


def _p_of_r(r: float, n: int) -> float:
    if n < 4:
        return 1.0
    return float(2 * student.sf(r * np.sqrt((n - 2) / max(1 - r**2, 1e-300)), n - 2))


def _category_column(cohort: Cohort, block: str, at: int) -> Column | None:
    """Each row told by the other rows of its level: a level of one row tells nothing."""
    frame = cohort.blocks[block].frame
    codes, names = pd.factorize(frame.iloc[:, at].astype(object))
    there = codes >= 0
    codes, target = codes[there], target_of(cohort)[there]
    n, levels, classes = len(codes), len(names), len(cohort.classes)
    if n < max(LEAST * len(there), 2 * FEW) or levels < 2 or levels > LEVELS_SHARE * n:
        return None
    name = str(frame.columns[at])
    sizes = np.bincount(codes)
    if not classes:
        sums = np.bincount(codes, weights=target)
        others = np.where(
            sizes[codes] > 1, (sums[codes] - target) / np.maximum(sizes[codes] - 1, 1), target.mean()
        )
        left = float(((target - others) ** 2).sum() / max(((target - target.mean()) ** 2).sum(), 1e-300))
        r2 = max(0.0, 1 - left)
        return Column(block, name, min(1.0, left), _p_of_r(np.sqrt(r2), n), False, n)
    kept = np.flatnonzero(np.bincount(target, minlength=classes) >= FEW)
    if len(kept) < 2:
        return None
    counts = np.bincount(codes * classes + target, minlength=levels * classes).reshape(levels, classes)
    own = counts[codes, target] - 1
    rest = counts[codes].copy()
    rest[np.arange(n), target] = -1
    right = own > np.maximum(rest.max(axis=1), 0)
    recall = [right[target == code].mean() for code in kept]
    largest = np.bincount(target).max() / n
    z = (right.mean() - largest) / np.sqrt(largest * (1 - largest) / n)
    pure = levels == len(kept) and bool((np.count_nonzero(counts, axis=1) == 1).all())
    return Column(block, name, float(1 - np.mean(recall)), float(2 * norm.sf(z)), pure, n)
