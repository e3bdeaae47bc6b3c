"""Who trains and who judges: a table on disk before anything learns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from prognome.core.seeds import seed_of
from prognome.core.study_split import SplitSpec
from prognome.core.survival import is_survival, strata_of
from prognome.core.table import Index
from prognome.errors import DataError, StudyError, WorkError, number_rows

LEAST_EVENTS = 2  # among the rows that train, of survival
PARTS = ("cv", "train", "validation", "test")
Scheme = Literal["folds", "time", "fractions"]


@dataclass(frozen=True)
class Fold:
    """One judgement: rows that train, rows that judge, as positions in the cohort."""

    part: str
    repeat: int
    fold: int
    train: Index
    judge: Index


@dataclass(frozen=True, eq=False)
class Split:
    """The table ``row part repeat fold group`` and what it means.

    Parameters
    ----------
    table
        ``row`` id; ``part`` cv, train, validation or test; ``repeat`` and ``fold`` from 1 for cv (fold 0
        trains only), missing elsewhere; ``group`` text, empty where there are none.
    ids
        (n,) the cohort's ids, to which positions refer.
    scheme
        ``folds``: a fold is judged by models of all others. ``time``: by models of the folds before it.
        ``fractions``: train judges nothing, validation is judged by models of train.
    """

    table: pd.DataFrame
    ids: NDArray[np.object_]
    scheme: Scheme

    def _positions(self, mask: NDArray[np.bool_]) -> Index:
        at = pd.Index(self.ids).get_indexer(pd.Index(self.table.loc[mask, "row"]))
        return np.sort(np.asarray(at, dtype=np.intp))

    def part(self, *names: str) -> Index:
        """Positions of the rows of these parts."""
        return np.unique(self._positions(self.table["part"].isin(names).to_numpy()))

    @property
    def test(self) -> Index:
        """Rows that are scored once, at the end; may be empty."""
        return self.part("test")

    @property
    def learn(self) -> Index:
        """All rows that are not test."""
        return self.part("cv", "train", "validation")

    def folds(self) -> Iterator[Fold]:
        """Every judgement that is not the test's, in order."""
        if self.scheme == "fractions":
            yield Fold("validation", 1, 1, self.part("train"), self.part("validation"))
            return
        part = self.table["part"].to_numpy() == "cv"
        repeats = self.table["repeat"].to_numpy()
        folds = self.table["fold"].to_numpy()
        for repeat in sorted({int(r) for r in repeats[part]}):
            here = part & (repeats == repeat)
            for fold in sorted({int(f) for f in folds[here]} - {0}):
                trains = folds < fold if self.scheme == "time" else folds != fold
                yield Fold(
                    "cv",
                    repeat,
                    fold,
                    self._positions(here & trains),
                    self._positions(here & (folds == fold)),
                )


def make_split(
    spec: SplitSpec,
    *,
    ids: NDArray[np.object_],
    target: NDArray[Any],
    classes: tuple[str, ...],
    groups: NDArray[np.object_] | None = None,
    times: NDArray[Any] | None = None,
    in_test: NDArray[np.bool_] | None = None,
    seed: int = 0,
) -> Split:
    """Cut the rows once.

    Parameters
    ----------
    spec
        The study's ``split``.
    ids, target, classes
        As in the cohort; the target is used to stratify and to check that every fold can be learned.
    groups
        (n,) labels that never stand on both sides; for ``leave_out`` the values left out.
    times
        (n,) sortable, for folds in time.
    in_test
        (n,) rows of a named test part.
    seed
        The study's seed.

    Raises
    ------
    StudyError, DataError
        If a class is smaller than the number of folds, a class stands in one group alone, or a part
        would be empty.
    """
    n = len(ids)
    strata = strata_of(target, classes, spec.outer.folds) if spec.outer.stratify else None
    part = np.full(n, "cv", dtype=object)
    if in_test is not None:
        part[in_test] = "test"
        if in_test.all():
            raise StudyError("split.test", "all rows are test", mend="Leave some rows to learn from.")
    elif spec.test is not None and spec.test.fraction is not None:
        part[_held_out(n, spec.test.fraction, strata, groups, times, seed_of(seed, "test"))] = "test"
    if spec.fractions is not None:
        split = _by_fractions(spec.fractions, ids, part, strata, groups, seed, in_test is not None)
        check_folds(split, target, classes, groups)
        return split

    learn = np.flatnonzero(part == "cv")
    if is_survival(target):
        _refuse_few_events(int(target[learn, 1].sum()), spec)
    counts = np.bincount(target[learn], minlength=len(classes)) if classes else np.array([], dtype=int)
    for label, count in zip(classes, counts, strict=True):
        needed = 2 if spec.outer.leave_out or spec.outer.time else spec.outer.folds
        if count < needed:
            raise StudyError(
                "split.outer",
                f"class '{label}' is smaller than the number of folds",
                seen=f"{count} rows outside the test part",
                expected=f"at least {needed}",
                mend=f"Lower split.outer.folds, merge the class with another, or leave it out with "
                f"rows: {{drop: [{{column: …, values: ['{label}']}}]}}.",
            )
    tables = []
    for repeat in range(1, spec.outer.repeats + 1):
        fold = np.zeros(n)
        fold[learn] = _fold_numbers(spec, strata, groups, times, learn, seed_of(seed, "outer", repeat))
        tables.append(_rows(ids[learn], "cv", repeat, fold[learn], None if groups is None else groups[learn]))
    test = np.flatnonzero(part == "test")
    tables.append(_rows(ids[test], "test", np.nan, np.nan, None if groups is None else groups[test]))
    scheme: Scheme = "time" if spec.outer.time else "folds"
    split = Split(pd.concat(tables, ignore_index=True), ids, scheme)
    check_folds(split, target, classes, groups)
    return split


def _refuse_few_events(events: int, spec: SplitSpec) -> None:
    needed = 2 if spec.outer.leave_out or spec.outer.time else 2 * spec.outer.folds
    if events < needed:
        raise StudyError(
            "split.outer",
            "there are too few events for so many folds",
            seen=f"{events} events outside the test part",
            expected=f"at least {needed}",
            mend="Lower split.outer.folds, or follow the rows for longer.",
        )


def _rows(
    ids: NDArray[np.object_], part: str, repeat: float, fold: Any, groups: NDArray[np.object_] | None
) -> pd.DataFrame:
    frame = pd.DataFrame({"row": ids, "part": part, "repeat": repeat, "fold": fold})
    frame["repeat"] = frame["repeat"].astype("float64")
    frame["fold"] = frame["fold"].astype("float64")
    frame["group"] = "" if groups is None else groups
    return frame


def _by_fractions(
    fractions: list[float],
    ids: NDArray[np.object_],
    part: NDArray[np.object_],
    strata: NDArray[Any] | None,
    groups: NDArray[np.object_] | None,
    seed: int,
    test_is_named: bool,
) -> Split:
    def cut(rows: Index, share: float, name: str) -> None:
        held = _held_out(
            len(rows),
            share,
            None if strata is None else strata[rows],
            None if groups is None else groups[rows],
            None,
            seed_of(seed, name),
        )
        part[rows[held]] = name

    part[part == "cv"] = "train"
    train, validation, test = fractions
    if not test_is_named:
        cut(np.flatnonzero(part == "train"), test, "test")
    cut(np.flatnonzero(part == "train"), validation / (train + validation), "validation")
    table = pd.concat(
        [
            _rows(ids[at], name, np.nan, np.nan, None if groups is None else groups[at])
            for name in ("train", "validation", "test")
            for at in [np.flatnonzero(part == name)]
        ],
        ignore_index=True,
    )
    return Split(table, ids, "fractions")


def _held_out(
    n: int,
    share: float,
    strata: NDArray[Any] | None,
    groups: NDArray[np.object_] | None,
    times: NDArray[Any] | None,
    seed: int,
) -> Index:
    """Positions of about ``share`` of n rows: whole groups, the latest rows, or a stratified draw."""
    from sklearn.model_selection import GroupShuffleSplit, ShuffleSplit, StratifiedShuffleSplit

    if times is not None:  # rows of one time stay together
        return np.flatnonzero(times >= np.sort(times)[n - max(1, round(share * n))])
    if groups is not None and strata is not None:
        folds = max(2, round(1 / share))
        whole = abs(1 / folds - share) < 0.05 * share  # a share that whole stratified groups can give
        if whole and len(np.unique(groups.astype(str))) >= folds <= np.bincount(strata).max():
            return np.flatnonzero(fold_numbers(strata, groups, folds, seed) == 1)
    try:
        if groups is not None:
            splitter: Any = GroupShuffleSplit(1, test_size=share, random_state=seed)
            return np.sort(next(splitter.split(groups, None, groups))[1])
        if strata is not None:
            splitter = StratifiedShuffleSplit(1, test_size=share, random_state=seed)
            return np.sort(next(splitter.split(strata, strata))[1])
        return np.sort(next(ShuffleSplit(1, test_size=share, random_state=seed).split(np.zeros(n)))[1])
    except ValueError as error:
        raise StudyError(
            "split",
            f"a share of {share:.0%} cannot be held out of {n:,} rows with every class and group in place",
            mend="Take a larger share, merge rare classes, or use folds.",
        ) from error


def _fold_numbers(
    spec: SplitSpec,
    strata: NDArray[Any] | None,
    groups: NDArray[np.object_] | None,
    times: NDArray[Any] | None,
    learn: Index,
    seed: int,
) -> NDArray[np.int_]:
    """Fold of each of the rows ``learn``, from 1; 0 for rows that only train."""
    outer = spec.outer
    mine = None if groups is None else groups[learn]
    if outer.leave_out:
        assert mine is not None
        values, numbers = np.unique(mine.astype(str), return_inverse=True)
        if len(values) < 2:
            raise StudyError(
                "split.outer.leave_out",
                f"column '{outer.leave_out}' has one value only",
                mend="Use folds instead.",
            )
        return np.asarray(numbers + 1)
    if outer.time:
        assert times is not None
        ranks = pd.Series(times[learn]).rank(method="dense").to_numpy()
        edges = np.quantile(ranks, np.linspace(0, 1, outer.folds + 2)[1:-1])
        numbers = np.asarray(np.searchsorted(edges, ranks, side="left"))
        if len(np.unique(numbers)) < outer.folds + 1:
            raise StudyError(
                "split.outer.time",
                f"{outer.folds} folds in time need more different times",
                seen=f"{len(np.unique(ranks)):,} different times in {len(learn):,} rows",
                mend="Lower split.outer.folds, or give times in more detail.",
            )
        return numbers
    if len(learn) < outer.folds or (mine is not None and len(np.unique(mine.astype(str))) < outer.folds):
        what = "rows" if mine is None else "groups"
        count = len(learn) if mine is None else len(np.unique(mine.astype(str)))
        raise StudyError(
            "split.outer.folds",
            f"more folds than {what}",
            seen=f"{outer.folds} folds, {count} {what}",
            mend="Lower split.outer.folds.",
        )
    return fold_numbers(
        np.zeros(len(learn)) if strata is None else strata[learn],
        mine,
        outer.folds,
        seed,
        stratify=strata is not None,
    )


def fold_numbers(
    target: NDArray[Any],
    groups: NDArray[np.object_] | None,
    folds: int,
    seed: int,
    *,
    stratify: bool = True,
) -> NDArray[np.int_]:
    """Shuffled k-fold numbers 1 … k: stratified by class, groups kept whole (scikit-learn's splitters)."""
    from sklearn.model_selection import GroupKFold, KFold, StratifiedGroupKFold, StratifiedKFold

    splitter: Any
    if groups is None:
        splitter = (StratifiedKFold if stratify else KFold)(folds, shuffle=True, random_state=seed)
    else:
        splitter = (StratifiedGroupKFold if stratify else GroupKFold)(folds, shuffle=True, random_state=seed)
    numbers = np.zeros(len(target), dtype=int)
    for number, (_, judge) in enumerate(splitter.split(target, target, groups), start=1):
        numbers[judge] = number
    return numbers


def inner_folds(
    target: NDArray[Any],
    groups: NDArray[np.object_] | None,
    folds: int,
    seed: int,
    *,
    classes: bool,
) -> list[tuple[Index, Index]]:
    """Folds inside training rows, for tuning, stacking and calibration.

    Fewer folds are made where the smallest class, or the number of groups, allows no more. Rows of one single
    group (two sites, one of them left out) are parted by themselves: there is nothing to keep whole.

    Parameters
    ----------
    target
        (n,) of the training rows alone.
    groups
        (n,) kept whole, or None.
    folds
        Wanted number.
    seed
        Named by the caller.
    classes
        Whether the target is a class, so that folds are stratified.

    Returns
    -------
    Pairs of (train, judge) positions.
    """
    smallest = int(np.unique(target, return_counts=True)[1].min()) if classes else len(target)
    if groups is not None and len(np.unique(groups.astype(str))) < 2:
        groups = None
    if groups is not None:
        smallest = min(smallest, len(np.unique(groups.astype(str))))
    if smallest < 2:
        raise WorkError(
            "inner folds",
            "a class has a single row among these training rows",
            mend="Lower split.outer.folds, or merge or drop the rare class.",
        )
    folds = min(folds, smallest)
    strata = strata_of(target, (), folds) if is_survival(target) else target if classes else None
    numbers = fold_numbers(
        target if strata is None else strata, groups, folds, seed, stratify=strata is not None
    )
    pairs = [
        (np.flatnonzero(numbers != k), np.flatnonzero(numbers == k)) for k in range(1, int(numbers.max()) + 1)
    ]
    if is_survival(target):
        pairs = [pair for pair in pairs if target[pair[0], 1].sum() >= LEAST_EVENTS]
        if not pairs:
            raise WorkError("inner folds", "no fold has two events to learn from", mend="Use fewer folds.")
    if classes:  # a class that stands in one group alone leaves a fold without it: no use for learning
        known = np.unique(target)
        pairs = [pair for pair in pairs if len(np.unique(target[pair[0]])) == len(known)]
        if not pairs:
            raise WorkError(
                "inner folds",
                "no fold can be learned: in each a class is missing from the rows that train",
                mend="Use other groups, or fewer inner folds.",
            )
    return pairs


def check_folds(
    split: Split, target: NDArray[Any], classes: tuple[str, ...], groups: NDArray[np.object_] | None
) -> None:
    """Every fold must have rows on both sides, every class among those that train, no group on both.

    Raises
    ------
    DataError
        Naming the fold, the class and the remedy.
    """
    judgements = list(split.folds())
    if len(split.test):
        judgements.append(Fold("test", 1, 1, split.learn, split.test))
    for fold in judgements:
        name = f"split: {fold.part}" + (f" fold {fold.fold}" if fold.part == "cv" else "")
        if not len(fold.train) or not len(fold.judge):
            raise DataError(name, "has no rows to learn from or to judge", mend="Use fewer or larger folds.")
        if is_survival(target) and (events := int(target[fold.train, 1].sum())) < LEAST_EVENTS:
            raise DataError(
                name,
                "has too few events to learn from",
                seen=f"{events} among {len(fold.train):,} rows",
                expected=f"at least {LEAST_EVENTS}",
                mend="Use fewer or larger folds.",
            )
        if classes:
            present = set(np.unique(target[fold.train]).tolist())
            for code, label in enumerate(classes):
                if code not in present:
                    raise DataError(
                        name,
                        f"class '{label}' has no row to learn from: all its {int((target == code).sum()):,} "
                        "rows are judged together"
                        + ("; one group holds the whole class" if groups is not None else ""),
                        mend="Use another group column, merge groups, or drop the class.",
                    )
            for code, label in enumerate(classes):
                if (target[fold.train] == code).sum() == 1:
                    raise DataError(
                        name,
                        f"class '{label}' has a single row to learn from, which no inner fold can judge",
                        mend="Merge the class with another, or drop it.",
                    )
        if groups is not None:
            both = np.intersect1d(groups[fold.train].astype(str), groups[fold.judge].astype(str))
            if len(both):
                rows = np.flatnonzero(np.isin(groups.astype(str), both)) + 1
                raise DataError(
                    name,
                    f"{len(both):,} groups stand on both sides",
                    seen=number_rows(rows.tolist()),
                    mend="Put each group wholly on one side.",
                )
