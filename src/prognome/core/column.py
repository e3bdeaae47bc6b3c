"""One column of a schema: what it is called, what it holds, and what values training had."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from prognome.core.sequence_schema import length_range, make_up
from prognome.core.sequences import Sequences
from prognome.core.table import Table


@dataclass(frozen=True)
class Column:
    """One feature as the training rows showed it.

    Parameters
    ----------
    name, aliases
        Its name, and others under which a new file may bring it.
    kind
        ``number``, ``category``, ``ordered`` where the study gave the levels in order, or ``sequence``.
    low, high
        Range of a number in training, rounded outwards to two significant digits, so that the extremes
        are not written more exactly than that. Of a sequence the range of its length, which is exact where
        all are equally long.
    levels
        Levels of a category in training (or as the study gave them); no sequence is written down.
    alphabet
        Of a sequence: ``dna``, ``rna`` or ``protein``; empty for others.
    """

    name: str
    kind: Literal["number", "category", "ordered", "sequence"]
    low: float | None = None
    high: float | None = None
    levels: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    alphabet: str = ""


def learn_columns(table: Table, aliases: Mapping[str, Sequence[str]]) -> Iterator[Column]:
    """The columns of a block, in order.

    **Learns** ranges, levels and lengths from its rows.
    """
    for name, values in table.frame.items():
        if isinstance(table, Sequences):
            low, high = length_range(values)
            also = tuple(aliases.get(str(name), ()))
            yield Column(str(name), "sequence", low, high, aliases=also, alphabet=table.alphabet)
        else:
            yield _column(values, aliases)


def as_plain(column: Column) -> dict[str, Any]:
    """Plain data; the alphabet only where there is one."""
    said = asdict(column)
    return said if column.alphabet else {key: value for key, value in said.items() if key != "alphabet"}


def make_values(column: Column, count: int, rng: np.random.Generator) -> Any:
    """So many made-up values inside the column's range, levels or lengths."""
    if column.kind == "sequence":
        return make_up(column.alphabet, column.low, column.high, count, rng)
    if column.kind == "number":
        low, high = column.low or 0.0, column.high or 0.0
        return low + (high - low) * rng.random(count)
    drawn = rng.integers(0, len(column.levels) + 1, count)  # one beyond the levels: missing
    values = [column.levels[k] if k < len(column.levels) else None for k in drawn]
    if column.kind == "ordered":
        return pd.Categorical(values, categories=list(column.levels), ordered=True)
    return np.array(values, dtype=object)


def _column(values: pd.Series[Any], aliases: Mapping[str, Sequence[str]]) -> Column:
    name = str(values.name)
    also = tuple(aliases.get(name, ()))
    if isinstance(values.dtype, pd.CategoricalDtype):
        return Column(name, "ordered", levels=tuple(map(str, values.dtype.categories)), aliases=also)
    if values.dtype == np.dtype(object):
        return Column(name, "category", levels=tuple(sorted(set(values.dropna()))), aliases=also)
    numbers = values.to_numpy(dtype=float)
    if np.isnan(numbers).all():
        return Column(name, "number", aliases=also)
    return Column(
        name,
        "number",
        low=_outwards(float(np.nanmin(numbers)), math.floor),
        high=_outwards(float(np.nanmax(numbers)), math.ceil),
        aliases=also,
    )


def _outwards(value: float, towards: Any) -> float:
    """Two significant digits, rounded away from the range's inside."""
    if value == 0 or not math.isfinite(value):
        return value
    step = 10.0 ** (math.floor(math.log10(abs(value))) - 1)
    return float(f"{towards(round(value / step, 9)) * step:.6g}")
