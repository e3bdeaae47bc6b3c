"""Guard: columns that another cohort does not have, and what that costs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from prognome.core.alarm import Alarm
from prognome.core.cohort import Cohort
from prognome.core.metrics import Metric
from prognome.core.schema import list_names
from prognome.core.table import Index, Table

GUARD = "absent_columns"
SHOWN = 20
Place = tuple[str, str]  # block, column

JudgeWithout = Callable[[Sequence[Place]], float]


@dataclass(frozen=True)
class Score:
    """The score against which blanks are held.

    Parameters
    ----------
    metric
        The primary one.
    as_is
        The best model's value in cross-validation, as in ``scores.tsv``.
    model
        The model's label.
    """

    metric: Metric
    as_is: float
    model: str


def find_absent(cohort: Cohort) -> tuple[Place, ...]:
    """Columns that bring no value in any row, whether or not a file has their names."""
    return tuple(
        (name, str(column))
        for name, table in cohort.blocks.items()
        for column, values in table.frame.items()
        if bool(values.isna().all())
    )


def blank_columns(cohort: Cohort, columns: Sequence[Place]) -> Cohort:
    """The same rows with these columns missing, as the contract would hand them to a pipeline.

    A block that may be absent, and of which nothing is left, is absent for all.
    """
    wanted: dict[str, list[str]] = defaultdict(list)
    for block, column in columns:
        wanted[block].append(column)
    blocks, present = dict(cohort.blocks), dict(cohort.present)
    for name, names in wanted.items():
        table = blocks[name]
        frame = table.frame.copy()
        texts = [column for column in names if frame[column].dtype == np.dtype(object)]
        ordered = [column for column in names if str(frame[column].dtype) == "category"]
        numbers = frame.columns.isin(set(names) - set(texts) - set(ordered))
        frame.loc[:, numbers] = np.nan
        for column in texts:
            frame[column] = np.full(len(frame), None, dtype=object)
        for column in ordered:
            frame[column] = frame[column].where(np.zeros(len(frame), dtype=bool))
        blocks[name] = Table(table.ids, frame)
        if name in present and len(names) == frame.shape[1]:
            present[name] = np.zeros(len(frame), dtype=bool)
    return replace(cohort, blocks=blocks, present=present)


def judge_blanked(
    cohort: Cohort,
    columns: Sequence[Place],
    folds: Iterable[Index],
    *,
    ask: Callable[[int, Cohort], NDArray[np.float64]],
    value: Callable[[NDArray[Any], NDArray[np.float64]], float],
) -> float:
    """Mean score over folds, the model's training rows as they are and the judging rows with blanks.

    Parameters
    ----------
    cohort
        All rows with their target.
    columns
        What is blanked.
    folds
        Judging rows of each outer fold.
    ask
        Number of the fold and rows → what the model that learned on that fold's training rows says of them.
    value
        Truth and what was said → score.
    """
    values = []
    for number, rows in enumerate(folds):
        judged = cohort.rows(rows)
        assert judged.target is not None
        values.append(value(judged.target, ask(number, blank_columns(judged, columns))))
    return float(np.mean(values))


def check_absent_columns(
    cohort: Cohort,
    *,
    where: str,
    score: Score | None = None,
    judge_without: JudgeWithout | None = None,
) -> list[Alarm]:
    """Name the columns that another cohort does not have, and measure what that costs at home.

    Parameters
    ----------
    cohort
        The other cohort in the schema's form.
    where
        What it is called: ``external vdx``.
    score
        What the best model reaches as it is.
    judge_without
        Score of the same model where the judging rows lack these columns; see :func:`judge_blanked`. Asked
        once, and only if a column is absent.
    """
    absent = find_absent(cohort)
    if not absent:
        return []
    per_block: dict[str, list[str]] = defaultdict(list)
    for block, column in absent:
        per_block[block].append(column)
    total = {name: table.shape[1] for name, table in cohort.blocks.items()}
    said = [
        f"all {len(names):,} columns of block {block}"
        if len(names) == total[block]
        else f"{len(names):,} of {total[block]:,} columns of block {block} ({list_names(names)})"
        for block, names in per_block.items()
    ]
    facts: dict[str, Any] = {
        "absent": {block: len(names) for block, names in per_block.items()},
        "names": {block: names[:SHOWN] for block, names in per_block.items()},
    }
    cost = "what that costs was not measured"
    remedy = "Bring these columns, or judge and use a model that does without them (exclude)."
    if score is not None and judge_without is not None:
        without = float(judge_without(absent))
        fall = score.metric.better(score.as_is) - score.metric.better(without)
        how = "hardly changes" if abs(fall) < 0.005 else "gets worse" if fall > 0 else "gets better"
        cost = (
            f"with these columns blank, {score.metric.name} of {score.model} in cross-validation {how}: "
            f"{without:.3f} instead of {score.as_is:.3f}"
        )
        facts |= {"metric": score.metric.name, "as_is": score.as_is, "without": without}
        if how == "hardly changes":
            remedy = "The score needs nothing; leave the columns out (exclude) to keep the model simple."
    return [Alarm(GUARD, where, f"{_join(said)} bring no value there; {cost}.", remedy, facts)]


def _join(parts: list[str]) -> str:
    text = ", ".join(parts)
    return text[:1].upper() + text[1:]
