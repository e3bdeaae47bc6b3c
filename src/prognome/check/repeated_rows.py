"""Guard: the same row twice, or nearly the same, where coincidence does not explain it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from prognome.check.coincidence import IMPLAUSIBLE, Coincidence
from prognome.check.near_profiles import (
    MOSTLY,
    SAME,
    correlations,
    distances,
    equal_share,
    expect_as_near,
    nearest_rows,
)
from prognome.check.row_cells import (
    DIMENSIONS,
    Cells,
    group_codes,
    group_columns,
    mix,
    project,
    take_cells,
    which_whole,
)
from prognome.check.together import across_groups
from prognome.core.alarm import Alarm
from prognome.core.cohort import Cohort
from prognome.core.kinship import connected
from prognome.core.seeds import seed_of

GUARD = "repeated_rows"
FEWEST_ROWS = 10
FEWEST_COLUMNS = 5  # a few cells say too little of who a row is; they count beside those of the other blocks
FEWEST_MEASURED = 20
MEASURED, FINELY = 0.25, 0.75
FEW_CELLS = 0.1
BATCH = 1000
FIRST = 500
MOST_EQUAL = 5000
MOST_NEAR = 2000
TOGETHER = 2000

Pairs = NDArray[np.intp]
NO_PAIRS = np.empty((0, 2), dtype=np.intp)


@dataclass(frozen=True, eq=False)
class Repeats:
    """Pairs of rows that repeat each other.

    Parameters
    ----------
    pairs
        (m, 2) positions.
    exact
        (m,) whether all cells are equal up to a hundredth of a standard deviation.
    """

    pairs: Pairs
    exact: NDArray[np.bool_]


def find_repeated_rows(
    cohort: Cohort, *, groups: NDArray[np.object_] | None = None, seed: int = 0
) -> list[Alarm]:
    """Rows that repeat another, block by block and over all blocks together.

    Where many people share the same few answers (sex, age group, mutated or not), equal rows are no wonder.
    Blocks of fewer than five columns are only looked at together with the others. A pair counts only where
    coincidence does not explain it: for cells by the class
    :class:`~prognome.check.coincidence.Coincidence`, for profiles of measured numbers by the distances among
    all rows.

    Parameters
    ----------
    cohort
        All rows; the target is not looked at.
    groups
        (n,) groups declared, if any: rows of one group may repeat each other.
    seed
        Of the study.
    """
    found = []
    known: set[tuple[int, int]] = set()
    for name, table in cohort.blocks.items():
        rows = _rows_with(cohort, name)
        repeats = find_repeats(table.frame, rows, seed=seed_of(seed, GUARD, name))
        known |= {(i, j) for i, j in repeats.pairs.tolist()}
        found += _alarm(f"block {name}", repeats, groups, len(cohort))
    if len(cohort.blocks) > 1 and cohort.shape[1] <= TOGETHER:
        whole = pd.concat([table.frame for table in cohort.blocks.values()], axis=1)
        rows = np.flatnonzero(np.logical_and.reduce([_has(cohort, name) for name in cohort.blocks]))
        repeats = find_repeats(whole, rows, seed=seed_of(seed, GUARD))
        new = np.array([(i, j) not in known for i, j in repeats.pairs.tolist()], dtype=bool)
        found += _alarm(
            "all blocks together", Repeats(repeats.pairs[new], repeats.exact[new]), groups, len(cohort)
        )
    return found


def find_repeats(frame: pd.DataFrame, rows: NDArray[np.intp], *, seed: int) -> Repeats:
    """Pairs among these rows of one table that coincidence does not explain."""
    nothing = Repeats(NO_PAIRS, np.empty(0, dtype=bool))
    if len(rows) < FEWEST_ROWS:
        return nothing
    cells = take_cells(frame, rows)
    if cells.width < FEWEST_COLUMNS:
        return nothing
    groups = group_columns(cells, seed)
    codes = group_codes(cells, groups, exact=True)
    found = [_judge_cells(cells, groups, codes, seed=seed)]
    if not which_whole(cells.numbers).all():
        near = _near(cells, codes, seed)
        measured = _measured(cells, MEASURED)
        if len(measured) >= max(FEWEST_MEASURED, cells.width / 2):
            found.append(_judge_profiles(cells, measured, near, seed))
        else:
            codes = group_codes(cells, groups, exact=False)
            found.append(_judge_cells(cells, groups, codes, near.pairs, exact=False, seed=seed))
    pairs = np.concatenate([one.pairs for one in found])
    exact = np.concatenate([one.exact for one in found])
    order = np.lexsort((~exact, pairs[:, 1], pairs[:, 0]))
    pairs, exact = pairs[order], exact[order]
    new = np.r_[True, (pairs[1:] != pairs[:-1]).any(axis=1)] if len(pairs) else np.empty(0, dtype=bool)
    return Repeats(rows[pairs[new]], exact[new])


@dataclass(frozen=True, eq=False)
class _Near:
    """Rows in few dimensions, and pairs of different rows that are nearest there."""

    projected: NDArray[np.float32]
    pairs: Pairs


def _near(cells: Cells, codes: NDArray[np.uint64], seed: int) -> _Near:
    projected = project(cells, min(DIMENSIONS, 4 * cells.width), seed)
    different = np.unique(_join(codes), return_index=True)[1]
    pairs = nearest_rows(projected, different, seed)
    typical = np.sqrt(2 * projected.astype(np.float64).var(axis=0).sum())
    return _Near(projected, pairs[distances(projected, pairs) < 0.5 * typical])


def _judge_cells(
    cells: Cells,
    groups: list[NDArray[np.intp]],
    codes: NDArray[np.uint64],
    near: Pairs = NO_PAIRS,
    *,
    exact: bool = True,
    seed: int,
) -> Repeats:
    """Rows equal in all cells, or in all but a few."""
    whole = _join(codes)
    rarity = _rarity(codes)
    candidates = [_equal(whole), near, *_nearly_equal(codes, whole, cells.width)]
    coincidence = Coincidence(codes, whole, seed)
    found: list[Pairs] = []
    apart: list[NDArray[np.intp]] = []
    for some, most in ((candidates[0], MOST_EQUAL), (np.concatenate(candidates[1:]), MOST_NEAR)):
        pairs = np.unique(np.sort(some, axis=1), axis=0)
        pairs = pairs[np.argsort(rarity[pairs[:, 0]], kind="stable")]
        kept, unlike = _few_cells_apart(cells, groups, pairs, most, exact=exact)
        for size in dict.fromkeys((min(FIRST, len(kept)), len(kept))):
            one, other = kept[:size].T
            strange = ~coincidence.explain(one, unlike[:size], other)
            if strange.sum() < FEW_CELLS * size:
                break
        found.append(kept[: len(strange)][strange])
        apart.append(unlike[: len(strange)][strange])
    return Repeats(np.concatenate(found), np.concatenate(apart) == 0)


def _few_cells_apart(
    cells: Cells, groups: list[NDArray[np.intp]], pairs: Pairs, most: int, *, exact: bool
) -> tuple[Pairs, NDArray[np.intp]]:
    """The first so many pairs that differ in a tenth of their cells at most; in how many groups they do."""
    kept: list[Pairs] = [NO_PAIRS]
    apart: list[NDArray[np.intp]] = [np.empty(0, dtype=np.intp)]
    have = 0
    for start in range(0, len(pairs), BATCH):
        part = pairs[start : start + BATCH]
        differ = cells.differing(part, exact=exact)
        few = differ.sum(axis=1) <= FEW_CELLS * cells.width
        kept.append(part[few])
        apart.append(np.column_stack([differ[few][:, group].any(axis=1) for group in groups]).sum(axis=1))
        have += int(few.sum())
        if have >= most:
            break
    return np.concatenate(kept)[:most], np.concatenate(apart)[:most]


def _judge_profiles(cells: Cells, columns: NDArray[np.intp], near: _Near, seed: int) -> Repeats:
    """Rows whose measured numbers rise and fall together."""
    finely = _measured(cells, FINELY)
    equal = NO_PAIRS
    if len(finely) >= FEWEST_MEASURED:
        equal = near.pairs[equal_share(cells, finely, near.pairs) >= MOSTLY]
    alike = near.pairs[correlations(cells, columns, near.pairs) >= SAME]
    expected = expect_as_near(near.projected, alike, distances(near.projected, alike), seed)
    pairs = np.concatenate([alike[len(cells) * expected < IMPLAUSIBLE], equal])
    return Repeats(pairs, np.zeros(len(pairs), dtype=bool))


def _measured(cells: Cells, share: float) -> NDArray[np.intp]:
    """Columns of numbers with so many different values among 200 rows, by the number of those."""
    some = cells.numbers[:: max(1, len(cells) // 200)]
    ordered = np.sort(some, axis=0)
    different = (ordered[1:] != ordered[:-1]).sum(axis=0) + 1 - np.isnan(some).sum(axis=0)
    return np.flatnonzero(different >= share * len(some))


def _equal(whole: NDArray[np.uint64]) -> Pairs:
    """(m, 2) consecutive rows with the same number."""
    order = np.argsort(whole, kind="stable")
    same = whole[order][1:] == whole[order][:-1]
    return np.column_stack([order[:-1][same], order[1:][same]]).astype(np.intp)


def _nearly_equal(codes: NDArray[np.uint64], whole: NDArray[np.uint64], width: int) -> list[Pairs]:
    """Rows that agree in all groups of columns but one, where one cell of ten columns may differ."""
    if width * FEW_CELLS < 1:
        return []
    found = []
    for group in range(codes.shape[1]):
        pairs = _equal(whole - mix(codes[:, group] ^ np.uint64(group)))
        found.append(pairs[whole[pairs[:, 0]] != whole[pairs[:, 1]]])
    return found


def _join(codes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """(n,) one number for a row, a sum from which each group can be taken out again."""
    whole = np.zeros(len(codes), dtype=np.uint64)
    for group in range(codes.shape[1]):
        whole += mix(codes[:, group] ^ np.uint64(group))
    return whole


def _rarity(codes: NDArray[np.uint64]) -> NDArray[np.float64]:
    """(n,) log of the probability of a row if groups of columns were independent."""
    total = np.zeros(len(codes))
    for group in range(codes.shape[1]):
        _, place, count = np.unique(codes[:, group], return_inverse=True, return_counts=True)
        total += np.log(count[place] / len(codes))
    return total


def _has(cohort: Cohort, block: str) -> NDArray[np.bool_]:
    return cohort.present.get(block, np.ones(len(cohort), dtype=bool))


def _rows_with(cohort: Cohort, block: str) -> NDArray[np.intp]:
    return np.flatnonzero(_has(cohort, block)).astype(np.intp)


def _alarm(where: str, repeats: Repeats, groups: NDArray[np.object_] | None, n: int) -> list[Alarm]:
    exact, near = (across_groups(repeats.pairs[which], groups) for which in (repeats.exact, ~repeats.exact))
    pairs = np.concatenate([exact, near])
    if not len(pairs):
        return []
    sizes, same = np.bincount(connected(pairs, n)), np.bincount(connected(exact, n))
    rows, equal = int(sizes[sizes > 1].sum()), int(same[same > 1].sum())
    what = f"{rows:,} of {n:,} rows repeat another row"
    if equal == rows:
        what += ", all equal to rounding"
    elif equal:
        what += f": {equal:,} are equal to rounding, the others nearly so"
    else:
        what += " nearly, but for small differences or a few cells"
    return [
        Alarm(
            GUARD,
            where,
            f"{what}; coincidence does not explain it. They form {int((sizes > 1).sum()):,} sets.",
            "Find out whether a person or sample was taken twice, and keep one row of each set "
            "(rows: {drop: …}); or name what they come from, so that they stay on one side of every split "
            "(split: {outer: {group: COLUMN}}).",
            {
                "rows": rows,
                "equal_rows": equal,
                "sets": int((sizes > 1).sum()),
                "largest_set": int(sizes.max()),
            },
            pairs,
        )
    ]
