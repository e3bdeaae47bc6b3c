"""How much a result hangs on the number of rows, and on the chance of folds and seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from prognome.core.cohort import Cohort
from prognome.core.judged import Judged
from prognome.core.metrics import Metric
from prognome.core.seeds import seed_of
from prognome.core.split import Fold, Split, make_split
from prognome.core.study_models import Tune
from prognome.core.study_split import SplitSpec
from prognome.core.table import Index
from prognome.errors import CallError
from prognome.page.numbers import count, decimal, significant
from prognome.validate.candidate import Candidate
from prognome.validate.crew import Asked, Crew
from prognome.validate.curve_end import CurveEnd, curve_end
from prognome.validate.learn import Learned, Task

COLUMNS = ("model", "kind", "seed", "share", "train_rows", "repeat", "fold", "metric", "value")
FEWEST_OF_A_CLASS = 5
FEWEST_ROWS = 10
_JUDGE = "judge"
Params = Mapping[str, Any]
Piece = tuple[Task, Asked]


@dataclass(frozen=True, eq=False)
class Curve:
    """A learning curve.

    Parameters
    ----------
    table
        Lines of ``stability.tsv`` of kind ``curve``.
    end
        What its last two points show; None where there are fewer.
    """

    table: pd.DataFrame
    end: CurveEnd | None


@dataclass(frozen=True)
class Spread:
    """By how much the figure moves by chance.

    Parameters
    ----------
    mean
        Of the metric over folds and splits.
    splits
        How many splits were judged.
    over_folds
        Standard deviation over the folds of one split (pooled over splits); NaN with one fold.
    over_seeds
        Standard deviation of the splits' means; NaN with one split.
    folds_moved
        Whether folds were cut anew with each seed; if not (folds by site, by time, or from a file) the seeds
        of the models alone differ.
    """

    mean: float
    splits: int
    over_folds: float
    over_seeds: float
    folds_moved: bool


@dataclass(frozen=True, eq=False)
class Seeds:
    """A model judged again with other folds and seeds.

    Parameters
    ----------
    table
        Lines of ``stability.tsv`` of kind ``seed``.
    spread
        Their summary; None where no fold has a figure.
    """

    table: pd.DataFrame
    spread: Spread | None


def learning_curve(
    candidate: Candidate,
    params: Mapping[tuple[int, int], Params],
    cohort: Cohort,
    split: Split,
    shares: Sequence[float],
    *,
    metric: Metric,
    seed: int,
    crew: Crew,
    level: float = 0.95,
    known: Mapping[tuple[int, int], float] | None = None,
) -> Curve:
    """Judge one model after learning from growing shares of the training rows, on the same judging rows.

    Every outer fold of the first repeat has its own subsets, a smaller one inside a larger one. The
    parameters are those that the fold chose with all its rows, and the model's seed is the fold's, so the
    figure at share 1 is that of the fold, if recalibration does not change it: here there is none.

    Parameters
    ----------
    candidate
        The model.
    params
        (repeat, fold) → parameters chosen there.
    cohort, split
        As they were judged.
    shares
        Of the training rows, above 0 to 1. A share is left out where a fold would learn from fewer than 5
        rows of a class (10 rows for numbers), or where whole groups make it equal to a larger one.
    metric
        The figure.
    seed
        The study's.
    crew
        Who does the work.
    level
        Of the interval of the last rise.
    known
        (repeat, fold) → figure of the fold with all its rows, as the model itself said, where it was judged
        already: then share 1 is not fitted again. It must have been fitted with these parameters and seeds.
    """
    points = _points(cohort, split, shares, seed)
    lines = [(fold, share) for share in points for fold in _first_repeat(split)]
    values = {
        (fold.fold, 1.0): known[(fold.repeat, fold.fold)]
        for fold, share in lines
        if share == 1.0 and known is not None
    }
    work: list[Piece] = []
    open_lines = [(fold, share) for fold, share in lines if (fold.fold, share) not in values]
    for fold, share in open_lines:
        part = f"curve:{share:g}"
        at = params[(fold.repeat, fold.fold)]
        model_seed = seed_of(seed, "model", candidate.label, fold.part, fold.repeat, fold.fold)
        work.append(_piece(candidate, part, fold, points[share][fold.fold], at, model_seed, cohort))
    found = _values(crew.work(work), work, cohort, metric)
    values |= {(fold.fold, share): value for (fold, share), value in zip(open_lines, found, strict=True)}
    table = _table(
        [
            {"model": candidate.label, "kind": "curve", "share": share,
             "train_rows": len(points[share][fold.fold]), "repeat": fold.repeat, "fold": fold.fold,
             "metric": metric.name, "value": values[(fold.fold, share)]}
            for fold, share in lines
        ]
    )  # fmt: skip
    judged = {fold.fold: len(fold.judge) for fold in _first_repeat(split)}
    return Curve(table, curve_end(table, judged, metric, level))


def over_seeds(
    candidate: Candidate,
    params: Params,
    cohort: Cohort,
    split: Split,
    spec: SplitSpec,
    seeds: int,
    *,
    metric: Metric,
    seed: int,
    crew: Crew,
) -> Seeds:
    """Judge one model again with other folds and other seeds of its own, its parameters fixed.

    The test part stays as it is and is not asked. Each seed makes one repeat. A seed whose folds cannot be
    learned (a class in one group alone) is left out.

    Parameters
    ----------
    candidate
        The model.
    params
        Its parameters, those of the refit: chosen with all these rows in sight, so the level of the figures
        leans to the good side where there was a search, and their spread is what counts.
    cohort, split, spec
        As they were judged, and how the split was made.
    seeds
        How many.
    metric
        The figure.
    seed
        The study's.
    crew
        Who does the work.
    """
    work: list[Piece] = []
    lines: list[tuple[int, Fold]] = []
    for number in range(1, seeds + 1):
        other = seed_of(seed, "stability", number)
        try:
            again = recut(spec, cohort, split, seed_of(other, "split"))
        except CallError:
            continue
        for fold in _first_repeat(again):
            model_seed = seed_of(other, "model", candidate.label, fold.part, fold.repeat, fold.fold)
            part = f"seed:{number}"
            work.append(_piece(candidate, part, fold, fold.train, params, model_seed, cohort))
            lines.append((number, fold))
    values = _values(crew.work(work), work, cohort, metric)
    table = _table(
        [
            {"model": candidate.label, "kind": "seed", "seed": number, "share": 1.0,
             "train_rows": len(fold.train), "repeat": fold.repeat, "fold": fold.fold,
             "metric": metric.name, "value": value}
            for (number, fold), value in zip(lines, values, strict=True)
        ]
    )  # fmt: skip
    return Seeds(table, _spread(table, folds_moved=not spec.folds_are_given))


def judge_rows_as(
    seen: Mapping[str, Cohort],
    candidate: Candidate,
    params: Mapping[tuple[int, int], Params],
    cohort: Cohort,
    split: Split,
    *,
    metric: Metric,
    seed: int,
    crew: Crew,
) -> dict[str, float]:
    """Mean figure over the folds of the first repeat, where judging rows alone are changed.

    Each fold is fitted once, on its training rows as they are, and asked about its judging rows in all forms.

    Parameters
    ----------
    seen
        Name → the cohort as the judging rows are seen (columns blanked, say), rows in the same order.
    candidate, params, cohort, split, metric, seed, crew
        As for :func:`learning_curve`.

    Returns
    -------
    Name → figure.
    """
    work: list[Piece] = []
    for fold in _first_repeat(split):
        at = params[(fold.repeat, fold.fold)]
        model_seed = seed_of(seed, "model", candidate.label, fold.part, fold.repeat, fold.fold)
        task, _ = _piece(candidate, "changed", fold, fold.train, at, model_seed, cohort)
        work.append((task, {name: (rows, fold.judge) for name, rows in seen.items()}))
    answers = crew.work(work)
    return {name: float(np.nanmean(_values(answers, work, cohort, metric, name))) for name in seen}


def spread_sentence(spread: Spread, *, metric: str, error: bool) -> str:
    """The spread in one or two sentences.

    Parameters
    ----------
    spread
        What was found.
    metric
        The figure as people call it.
    error
        Whether less of it is better; then it has a unit.
    """

    def shown(value: float) -> str:
        return significant(value, 2) if error else decimal(value, 3)

    what = "other folds and seeds" if spread.folds_moved else "other seeds of the model (the folds are given)"
    said = f"Judged again {count(spread.splits, 'time')} with {what}, its parameters fixed, "
    if np.isnan(spread.over_seeds):
        said += f"the model has an average {metric} of {shown(spread.mean)}"
    else:
        said += f"the average {metric} of the model has a standard deviation of {shown(spread.over_seeds)}"
    if np.isnan(spread.over_folds):
        return f"{said}."
    return f"{said}; over the folds of one split it is {shown(spread.over_folds)}."


def count_pieces(
    cohort: Cohort, split: Split, shares: Sequence[float], seeds: int, seed: int, *, known: bool = False
) -> int:
    """How many fits :func:`learning_curve` and :func:`over_seeds` take together, at most.

    With ``known`` the figures at all rows are known.
    """
    points = [share for share in _points(cohort, split, shares, seed) if share < 1 or not known]
    return len(_first_repeat(split)) * (len(points) + seeds)


def nested_subsets(
    cohort: Cohort, rows: Index, shares: Sequence[float], seed: int
) -> dict[float, NDArray[np.intp]]:
    """Subsets of rows, a smaller one inside a larger one, by class; groups go in whole.

    The units (rows, or groups where there are any) are drawn in one order within each class; a group counts
    as of the rarest class it holds. A unit belongs to every share that reaches its place in that order.

    Parameters
    ----------
    cohort
        All rows, with their target.
    rows
        Positions to draw from.
    shares
        Above 0 to 1.
    seed
        Of the order.

    Returns
    -------
    Share → positions, in the order of ``rows``, from the smallest share to the largest.
    """
    rng = np.random.default_rng(seed)
    classes = np.zeros(len(rows), dtype=np.intp)
    if cohort.strata is not None:
        classes = cohort.strata[rows].astype(np.intp)
    counts = np.bincount(classes)
    rarity = np.empty(len(counts), dtype=np.intp)
    rarity[np.argsort(counts, kind="stable")] = np.arange(len(counts))
    unit = np.arange(len(rows))
    if cohort.groups is not None:
        names, numbers = np.unique(cohort.groups[rows].astype(str), return_inverse=True)
        unit = numbers if len(names) > 1 else unit
    size = np.bincount(unit)
    stratum = np.full(len(size), len(counts))
    np.minimum.at(stratum, unit, rarity[classes])
    place = np.empty(len(size))
    for one in np.unique(stratum):
        drawn = rng.permutation(np.flatnonzero(stratum == one))
        ends = np.cumsum(size[drawn])
        place[drawn] = (ends - size[drawn] / 2) / ends[-1]
    return {share: rows[place[unit] <= share] for share in sorted(set(shares))}


def recut(spec: SplitSpec, cohort: Cohort, split: Split, seed: int) -> Split:
    """The same division with another seed: the test part stays, folds are cut anew, one repeat.

    Folds that are given (by site, by time, from a file) stay as they are.

    Raises
    ------
    StudyError, DataError
        If the new folds cannot be learned.
    """
    if spec.folds_are_given:
        return split
    assert cohort.target is not None
    in_test = np.zeros(len(cohort), dtype=bool)
    in_test[split.test] = True
    return make_split(
        spec.model_copy(update={"outer": spec.outer.model_copy(update={"repeats": 1})}),
        ids=cohort.ids,
        target=cohort.target,
        classes=cohort.classes,
        groups=cohort.groups,
        in_test=in_test if in_test.any() else None,
        seed=seed,
    )


def _first_repeat(split: Split) -> list[Fold]:
    return [fold for fold in split.folds() if fold.repeat == 1]


def _points(
    cohort: Cohort, split: Split, shares: Sequence[float], seed: int
) -> dict[float, dict[int, NDArray[np.intp]]]:
    """Share → fold → rows to learn from; only shares from which every fold can learn something new."""
    drawn = {
        fold.fold: nested_subsets(
            cohort, fold.train, shares, seed_of(seed, "curve", fold.part, fold.repeat, fold.fold)
        )
        for fold in _first_repeat(split)
    }
    kept: dict[float, dict[int, NDArray[np.intp]]] = {}
    larger: dict[int, int] = {}
    for share in sorted(set(shares), reverse=True):
        here = {fold: subsets[share] for fold, subsets in drawn.items()}
        grows = all(fold not in larger or len(rows) < larger[fold] for fold, rows in here.items())
        if grows and all(_enough(cohort, rows) for rows in here.values()):
            kept[share] = here
            larger = {fold: len(rows) for fold, rows in here.items()}
    return dict(sorted(kept.items()))


def _enough(cohort: Cohort, rows: Index) -> bool:
    assert cohort.target is not None
    if cohort.follow_up is not None and cohort.target[rows, 1].sum() < FEWEST_OF_A_CLASS:
        return False
    if not cohort.classes:
        return len(rows) >= FEWEST_ROWS
    counts = np.bincount(cohort.target[rows].astype(np.intp), minlength=len(cohort.classes))
    return bool(counts.min() >= FEWEST_OF_A_CLASS)


def _piece(
    candidate: Candidate, part: str, fold: Fold, train: Index, params: Params, seed: int, cohort: Cohort
) -> Piece:
    where = (part, fold.repeat, fold.fold)
    task = Task(candidate, *where, train, train, [], Tune(), seed, seed, params=dict(params))
    return task, {_JUDGE: (cohort, fold.judge)}


def _values(
    answers: Sequence[Learned], work: Sequence[Piece], cohort: Cohort, metric: Metric, name: str = _JUDGE
) -> list[float]:
    """The figure of each piece by what it was asked under a name; NaN where it failed."""
    assert cohort.target is not None
    values = []
    for one, (_, asked) in zip(answers, work, strict=True):
        judge = asked[name][1]
        told = one.said.get(name)
        judged = None if told is None else Judged(cohort.target[judge], told, follow_up=cohort.follow_up)
        values.append(float("nan") if judged is None else metric.value(judged))
    return values


def _table(lines: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    table = pd.DataFrame(list(lines), columns=list(COLUMNS))
    return table.astype(
        {**dict.fromkeys(("seed", "train_rows", "repeat", "fold"), "Int64"), "value": "float64"}
    )


def _spread(table: pd.DataFrame, *, folds_moved: bool) -> Spread | None:
    by_split = [part["value"].dropna().to_numpy() for _, part in table.groupby("seed")]
    by_split = [values for values in by_split if len(values)]
    if not by_split:
        return None
    means = np.array([values.mean() for values in by_split])
    within = [values.var(ddof=1) for values in by_split if len(values) > 1]
    return Spread(
        float(means.mean()),
        len(means),
        float(np.sqrt(np.mean(within))) if within else float("nan"),
        float(means.std(ddof=1)) if len(means) > 1 else float("nan"),
        folds_moved,
    )
