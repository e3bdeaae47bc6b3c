"""Guard: columns that another cohort does not have, and what that costs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from prognome.core.alarm import Alarm
from prognome.core.cohort import Cohort
from prognome.core.metrics import Metric
from prognome.core.schema import list_names

GUARD = "absent_columns"
SHOWN = 20
Place = tuple[str, str]  # block, column


@dataclass(frozen=True)
class Cost:
    """What the best model reaches in cross-validation with all columns, and with some blank.

    Parameters
    ----------
    metric
        The primary one.
    as_is, without
        Its values, by the same fits: judging rows as they are, and with the columns blank.
    model
        The model's label.
    """

    metric: Metric
    as_is: float
    without: float
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
        blocks[name] = replace(table, frame=frame)
        if name in present and len(names) == frame.shape[1]:
            present[name] = np.zeros(len(frame), dtype=bool)
    return replace(cohort, blocks=blocks, present=present)


def check_absent_columns(cohort: Cohort, *, where: str, cost: Cost | None = None) -> list[Alarm]:
    """Name the columns that another cohort does not have, and what that costs at home.

    Parameters
    ----------
    cohort
        The other cohort in the schema's form.
    where
        What it is called: ``external vdx``.
    cost
        What it costs to judge rows that lack the columns of :func:`find_absent`; None: not measured.
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
    price = "what that costs was not measured"
    remedy = "Bring these columns, or judge and use a model that does without them (exclude)."
    if cost is not None:
        fall = cost.metric.better(cost.as_is) - cost.metric.better(cost.without)
        how = "hardly changes" if abs(fall) < 0.005 else "gets worse" if fall > 0 else "gets better"
        price = (
            f"with these columns blank, {cost.metric.name} of {cost.model} in cross-validation {how}: "
            f"{cost.without:.3f} instead of {cost.as_is:.3f}"
        )
        facts |= {"metric": cost.metric.name, "as_is": cost.as_is, "without": cost.without}
        if how == "hardly changes":
            remedy = "The score needs nothing; leave the columns out (exclude) to keep the model simple."
    return [Alarm(GUARD, where, f"{_join(said)} bring no value there; {price}.", remedy, facts)]


def _join(parts: list[str]) -> str:
    text = ", ".join(parts)
    return text[:1].upper() + text[1:]
