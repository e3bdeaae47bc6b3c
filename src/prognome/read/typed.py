"""From a raw table to one whose columns are numbers and categories."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd
import polars as pl
from numpy.typing import NDArray

from prognome.core.table import Table
from prognome.errors import DataError
from prognome.read.cells import as_booleans, as_numbers, to_numbers
from prognome.read.lines import count
from prognome.read.raw import RawTable

FREE_TEXT = 100
SHOWN = 3


def typed(
    raw: RawTable,
    columns: Sequence[str],
    levels: Mapping[str, Sequence[str] | None],
    where: str,
    *,
    numbers: Collection[str] = (),
    allow_empty: bool = False,
) -> Table:
    """Give the chosen columns their types.

    Parameters
    ----------
    raw
        The table; columns of ``levels`` should have been read as text, so that 1, 1.0 and 01 stay apart.
    columns
        Columns wanted, in this order.
    levels
        Columns that hold categories; with a list, their levels in order.
    where
        Block, for messages.
    numbers
        Columns that have to be numbers (from a schema).
    allow_empty
        Accept columns that are missing throughout, as with a single new patient.

    Returns
    -------
    Numbers, true (1.0) and false (0.0) as ``float64`` in one block; categories as text with None for
    missing, or as an ordered ``category`` where their levels are given.

    Raises
    ------
    DataError
        For a column that mixes numbers and text, is missing throughout, holds infinity, free text, decimal
        commas, or a category outside its levels.
    """
    where = f"{where} ({raw.where})"
    found = {name: _kind(raw.frame[name], declared=name in levels) for name in columns}
    texts = {name: cells for name, cells in found.items() if cells.dtype == pl.String}
    free = {name: cells for name, cells in texts.items() if name not in levels}
    _refuse_text_among_numbers(raw, free, numbers, where)
    _refuse_free_text(free, where)
    numeric = [name for name in columns if name not in texts]
    array = _to_array([found[name] for name in numeric], len(raw))
    _refuse_infinity(raw, numeric, array, where)
    if not allow_empty:
        void = {numeric[place] for place in np.flatnonzero(np.isnan(array).all(axis=0)).tolist()}
        void |= {name for name, cells in texts.items() if cells.null_count() == len(raw)}
        _refuse_empty([name for name in columns if name in void], where)
    frame = pd.DataFrame(array, columns=pd.Index(numeric, dtype=object), copy=False)
    if texts:
        categories = pd.DataFrame(
            {name: _category(raw, cells, levels.get(name), where) for name, cells in texts.items()}
        )
        categories.columns = pd.Index(list(texts), dtype=object)
        frame = pd.concat([frame, categories], axis=1)[list(columns)]
    return Table(raw.ids, frame)


def _kind(cells: pl.Series, *, declared: bool) -> pl.Series:
    """The column as ``Float64`` where it is numbers or booleans and no category, else as text."""
    if declared:
        if cells.dtype == pl.String:
            return cells
        if cells.null_count() == len(cells):
            return cells.cast(pl.String)
        raise ValueError(f"column {cells.name} holds categories and was not read as text")
    if cells.dtype == pl.Float64:
        return cells
    if cells.null_count() == len(cells):
        return cells.cast(pl.Float64)
    for change in (as_booleans, as_numbers):
        changed = change(cells)
        if changed is not None:
            return changed
    return cells


def _to_array(columns: list[pl.Series], n: int) -> NDArray[np.float64]:
    """(n, p) numbers in one block, NaN for missing."""
    if not columns:
        return np.empty((n, 0))
    return pl.DataFrame(columns).to_numpy(order="c", writable=True)


def _refuse_text_among_numbers(
    raw: RawTable, texts: Mapping[str, pl.Series], numbers: Collection[str], where: str
) -> None:
    mixed = []
    for name, cells in texts.items():
        is_number = to_numbers(cells).is_not_null()
        is_text = (cells.is_not_null() & ~is_number).to_numpy()
        commas = cells.str.contains(r"^\s*[+-]?\d+,\d+\s*$").fill_null(value=False).to_numpy()
        if commas.any() and (commas | ~is_text).all():
            raise DataError(
                f"{where}, column '{name}'",
                f"{count(int(commas.sum()), 'cell')} with a decimal comma",
                seen=raw.places(commas),
                expected="a decimal point",
                mend=f"Write 1.5 and not 1,5, or list '{name}' under categories.",
            )
        if is_number.any() or name in numbers:
            shown = f"'{name}': {int(is_number.sum()):,} numbers, {int(is_text.sum()):,} text"
            mixed.append(f"{shown} ({raw.places(is_text)})")
    if mixed:
        several = len(mixed) > 1
        raise DataError(
            where,
            f"{count(len(mixed), 'column')} {'mix' if several else 'mixes'} numbers and text",
            seen=_first(mixed),
            expected="numbers",
            mend="Add the word to 'missing', list the column under 'categories', or mend the file.",
        )


def _refuse_free_text(texts: Mapping[str, pl.Series], where: str) -> None:
    free = []
    for name, cells in texts.items():
        different = cells.drop_nulls().n_unique()
        if different > FREE_TEXT:
            free.append(f"'{name}': {different:,} different texts")
    if free:
        raise DataError(
            where,
            f"{count(len(free), 'column')} {'holds' if len(free) == 1 else 'hold'} free text",
            seen=_first(free),
            expected=f"at most {FREE_TEXT} different texts in a category",
            mend="List it under 'exclude', or under 'categories' if each text does stand for a group.",
        )


def _refuse_infinity(raw: RawTable, names: Sequence[str], array: NDArray[np.float64], where: str) -> None:
    if not np.isinf(array).any():
        return
    infinite = np.isinf(array)
    columns = np.flatnonzero(infinite.any(axis=0)).tolist()
    seen = [
        f"'{names[j]}': {count(int(infinite[:, j].sum()), 'cell')} ({raw.places(infinite[:, j])})"
        for j in columns
    ]
    raise DataError(
        where,
        f"{count(len(columns), 'column')} {'holds' if len(columns) == 1 else 'hold'} infinity",
        seen=_first(seen),
        expected="finite numbers",
        mend="Mend the file (a division by zero?), or add the word to 'missing'.",
    )


def _refuse_empty(names: Sequence[str], where: str) -> None:
    if not names:
        return
    shown = ", ".join(names[:10])
    raise DataError(
        where,
        f"{count(len(names), 'column')} without a single value",
        seen=f"{shown}{', …' if len(names) > 10 else ''}",
        mend=f"Leave {'it' if len(names) == 1 else 'them'} out: exclude: [{shown}].",
    )


def _category(
    raw: RawTable, cells: pl.Series, levels: Sequence[str] | None, where: str
) -> NDArray[np.object_] | pd.Categorical:
    if levels is None:
        return np.array(cells.to_list(), dtype=object)
    outside = (~cells.is_in(list(levels))).fill_null(value=False).to_numpy()
    if outside.any():
        raise DataError(
            f"{where}, column '{cells.name}'",
            f"{count(int(outside.sum()), 'cell')} outside the levels of the category",
            seen=raw.places(outside),
            expected=", ".join(levels),
            mend="Add the level under 'categories', the word to 'missing', or mend the file.",
        )
    return pd.Categorical(cells.to_list(), categories=list(levels), ordered=True)


def _first(parts: Sequence[str]) -> str:
    return "; ".join(parts[:SHOWN]) + ("; …" if len(parts) > SHOWN else "")
