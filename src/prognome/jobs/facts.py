"""Columns about the rows (group, time, test part, what is dropped), matched by the rule of the blocks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from prognome.core.study import Study
from prognome.core.study_part import MISSING_WORDS
from prognome.errors import DataError, StudyError
from prognome.jobs.roles import equals, find_column
from prognome.jobs.shelf import Shelf
from prognome.read.ids import match_ids


def cells_of(study: Study, shelf: Shelf, column: str, ids: ArrayLike, *, what: str) -> pd.Series[str]:
    """The column's text for these rows, indexed by them; None where the cell is missing.

    Raises
    ------
    StudyError
        If no file has the column.
    DataError
        If the file does not have some of the rows, or has them only nearly.
    """
    place, values = find_column(study, shelf, column, what=what)
    wanted = np.asarray(ids, dtype=object)
    if len(wanted) == len(values) and (values.index.to_numpy() == wanted).all():
        return values
    relaxed = study.rows.match == "relaxed"
    match = match_ids(wanted.tolist(), values.index.tolist(), relaxed=relaxed)
    where = f"{place.source.paths[0]}, column '{column}'"
    if len(match.near) and not relaxed:
        raise DataError(
            where,
            f"{len(match.near):,} ids nearly match: they differ in case, blanks or leading zeros",
            seen=shelf.numbered(place.source, values.index[np.sort(match.near[:, 1])]),
            mend="Mend the files, or say rows: {match: relaxed}.",
        )
    absent = int((match.index < 0).sum())
    if absent:
        raise DataError(
            where,
            f"{absent:,} rows that {what} needs are not in this file",
            mend="Add them, or leave them out of the target's file.",
        )
    return pd.Series(
        values.to_numpy(dtype=object)[match.index], index=pd.Index(wanted), dtype=object, name=column
    )


def fact(
    study: Study, shelf: Shelf, column: str, ids: NDArray[np.object_], *, what: str
) -> NDArray[np.object_]:
    """A column about the rows, as text; every row must have a value.

    Raises
    ------
    DataError
        If some rows have none.
    """
    cells = cells_of(study, shelf, column, ids, what=what)
    missing = cells.isna().to_numpy()
    if missing.any():
        place, _ = find_column(study, shelf, column, what=what)
        raise DataError(
            f"{place.source.paths[0]}, column '{column}'",
            f"has no value for rows that {what} needs",
            seen=shelf.numbered(place.source, ids[missing]),
            mend=f"Fill it in, or drop those rows with rows: {{drop: [{{column: {column}, values: ['']}}]}}.",
        )
    return cells.to_numpy(dtype=object)


def facts_of(study: Study, shelf: Shelf, ids: NDArray[np.object_]) -> dict[str, NDArray[np.object_]]:
    """Columns about the rows for guards, subgroups and the baseline of group means; None where missing."""
    columns = [*study.rows.batch, *([study.rows.date] if study.rows.date else [])]
    places = dict.fromkeys(columns, "rows.batch or rows.date")
    places = {**{one.column: "subgroups" for one in study.subgroups}, **places}
    return {
        column: cells_of(study, shelf, column, ids, what=what).to_numpy(dtype=object)
        for column, what in places.items()
    }


def which_dropped(study: Study, shelf: Shelf, ids: pd.Index[str], place: int) -> NDArray[np.bool_]:
    """Rows that one entry of ``rows.drop`` leaves out; a word that means missing stands for an empty cell.

    Raises
    ------
    StudyError
        If it leaves out none, which is not what anybody means.
    """
    drop = study.rows.drop[place]
    cells = cells_of(study, shelf, drop.column, ids, what="rows.drop")
    out = np.zeros(len(ids), dtype=bool)
    for value in drop.values:
        out |= cells.isna().to_numpy() if value in MISSING_WORDS else equals(cells, value)
    if not out.any():
        raise StudyError(
            f"rows.drop: {drop.column}",
            f"no row has {' or '.join(repr(value) for value in drop.values)} there",
            mend="Check the words; they must be as in the file. Or take the entry out.",
        )
    return out


def which_test(study: Study, shelf: Shelf, ids: NDArray[np.object_]) -> NDArray[np.bool_] | None:
    """Rows of a named test part, or None where the study names none."""
    test = study.split.test
    if test is None or test.column is None or test.value is None:
        return None
    cells = cells_of(study, shelf, test.column, ids, what="split.test")
    found = equals(cells, test.value)
    if not found.any():
        raise StudyError(
            "split.test",
            f"no row has the value '{test.value}' in column '{test.column}'",
            mend="Check the value; it must be as in the file.",
        )
    return found


def times_of(study: Study, shelf: Shelf, ids: NDArray[np.object_]) -> NDArray[Any] | None:
    """(n,) sortable times for folds in time, numbers or dates; None where the study names none.

    Raises
    ------
    DataError
        If some are neither.
    """
    column = study.split.outer.time
    if column is None:
        return None
    values = pd.Series(fact(study, shelf, column, ids, what="split.outer.time"))
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype=float)
    dates = pd.to_datetime(values, format="ISO8601", errors="coerce", utc=True)
    seconds = np.where(dates.isna(), np.nan, dates.astype("int64").to_numpy() / 1e9)
    times = numbers if np.isnan(numbers).sum() <= np.isnan(seconds).sum() else seconds
    odd = np.isnan(times) | np.isinf(times)
    if odd.any():
        place, _ = find_column(study, shelf, column, what="split.outer.time")
        raise DataError(
            f"{place.source.paths[0]}, column '{column}'",
            "is neither a number nor a date",
            seen=shelf.numbered(place.source, ids[odd]),
            expected="numbers throughout, or dates such as 2024-05-31 throughout",
            mend="Mend those cells.",
        )
    return times
