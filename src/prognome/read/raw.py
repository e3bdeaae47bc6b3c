"""A table as it stands in its files: ids, numbers or text, and the line of every row."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from prognome.errors import DataError
from prognome.read import delimited
from prognome.read.excel import read_sheet
from prognome.read.lines import count, number_places
from prognome.read.parquet import arrow_frame, open_parquet, two_kinds
from prognome.read.source import Source
from prognome.read.stream import OLE, PARQUET, ZIP, check_text, magic
from prognome.read.suggest import suggest

NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True, eq=False)
class RawTable:
    """Rows as read, before anybody said what the columns mean.

    Parameters
    ----------
    ids
        (n,) text exactly as in the file; '1', '2', … where rows are only numbered.
    frame
        (n, p) the other columns. ``Float64`` where every cell is a number or missing (null or NaN), else
        ``String`` with null for missing; true and false are text here.
    paths
        The files.
    files
        (n,) position in ``paths`` of the file each row stands in.
    lines
        (n,) its line there, from 1, the header being line 1. For samples in columns, its column.
    unit
        What ``lines`` counts: ``line``, ``row`` or ``column``.
    notes
        Sentences on how it was read.
    """

    ids: NDArray[np.object_]
    frame: pl.DataFrame
    paths: tuple[str, ...]
    files: NDArray[np.intp]
    lines: NDArray[np.int64]
    unit: str = "line"
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def names(self) -> list[str]:
        """Column names in order, without the id."""
        return self.frame.columns

    @property
    def where(self) -> str:
        """The files, for messages."""
        more = f" and {len(self.paths) - 1} more" if len(self.paths) > 1 else ""
        return f"{self.paths[0]}{more}"

    def places(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> str:
        """Number the first few of these rows by line, with their file where there are several."""
        return number_places(self.paths, self.files[rows], self.lines[rows], unit=self.unit)


def read_raw(source: Source, *, text: frozenset[str] = NOBODY) -> RawTable:
    """Read a table: CSV or TSV (plain, gzip, zstd), Parquet, or an Excel workbook.

    Parameters
    ----------
    source
        Where it stands.
    text
        Columns kept as text exactly as in the file, such as categories written as numbers.

    Returns
    -------
    All rows of all files, in order.

    Raises
    ------
    DataError
        With file, line or column, what is wrong, and the remedy.
    """
    if source.id is None and source.orient == "rows" and len(source.paths) > 1:
        raise DataError(
            source.paths[0],
            "rows are numbered, which needs one single file",
            seen=f"{len(source.paths)} files",
            mend="Name the column of row ids with 'id'.",
        )
    read = _read_turned if source.orient == "features" else _read_file
    parts = [read(path, source, text) for path in source.paths]
    _refuse_other_columns(parts)
    unlike = _unlike(parts)
    if unlike:  # numbers in one file, text in another: the text of both must be as it stands there
        parts = [read(path, source, text | unlike) for path in source.paths]
    whole = stack(parts)
    refuse_repeated_ids(whole)
    return whole


def number_rows_from(first: int, n: int) -> NDArray[np.object_]:
    """Ids of rows without an id column."""
    return np.array([str(number) for number in range(first, first + n)], dtype=object)


def take_ids(
    ids: pl.Series, path: str, lines: NDArray[np.int64], *, unit: str = "line"
) -> NDArray[np.object_]:
    """Ids of one file as text.

    Raises
    ------
    DataError
        If some are empty.
    """
    empty = (ids.is_null() | (ids.str.strip_chars() == "")).fill_null(value=True).to_numpy()
    if empty.any():
        numbered = number_places([path], np.zeros(empty.sum(), dtype=np.intp), lines[empty], unit=unit)
        raise DataError(
            f"{path}, {numbered}",
            f"{count(int(empty.sum()), 'row')} without an id",
            mend="Fill in the id, or take the row out.",
        )
    return np.array(ids.to_list(), dtype=object)


def refuse_absent_id(names: Collection[str], column: str, path: str) -> None:
    """Raise DataError if there is no such id column."""
    if column not in names:
        raise DataError(path, f"there is no id column '{column}'", mend=suggest(column, names))


def refuse_repeated_ids(raw: RawTable) -> None:
    """Raise DataError if two rows have the same id."""
    if len(set(raw.ids.tolist())) == len(raw.ids):
        return
    twice = pl.Series(raw.ids.tolist(), dtype=pl.String).is_duplicated().to_numpy()
    different = len(set(raw.ids[twice].tolist()))
    raise DataError(
        raw.where,
        f"{count(different, 'id')} {'stands' if different == 1 else 'stand'} more than once",
        seen=f"{count(int(twice.sum()), 'row')}: {raw.places(twice)}",
        mend="Keep one row for each id: mend the files.",
    )


def stack(parts: list[RawTable]) -> RawTable:
    """Rows of several files with the same columns, in the order of the first."""
    if len(parts) == 1:
        return parts[0]
    first = parts[0]
    frames = [part.frame.select(first.names) for part in parts]
    unlike = [
        name for place, name in enumerate(first.names) if len({frame.dtypes[place] for frame in frames}) > 1
    ]  # only columns that are wholly missing in some file
    if unlike:
        frames = [frame.with_columns([frame[name].cast(pl.String) for name in unlike]) for frame in frames]
    return RawTable(
        np.concatenate([part.ids for part in parts]),
        pl.concat(frames, rechunk=True),
        tuple(path for part in parts for path in part.paths),
        np.repeat(np.arange(len(parts)), [len(part) for part in parts]),
        np.concatenate([part.lines for part in parts]),
        first.unit,
    )


def _read_file(path: str, source: Source, text: Collection[str] | None) -> RawTable:
    """One file, samples in rows."""
    frame, lines, unit = _load(path, source, source.id, text)
    if source.id is None:
        ids = number_rows_from(1, len(frame))
    else:
        ids = take_ids(frame[source.id], path, lines, unit=unit)
        frame.drop_in_place(source.id)
    return RawTable(ids, frame, (path,), np.zeros(len(ids), dtype=np.intp), lines, unit)


def _read_turned(path: str, source: Source, text: Collection[str]) -> RawTable:
    """One file, samples in columns."""
    frame, lines, unit = _load(path, source, None, NOBODY, first_is_id=True)
    features = take_ids(frame.to_series(0), path, lines, unit=unit).tolist()
    delimited.refuse_repeated(features, path, noun="feature")
    cells = pl.DataFrame(frame.get_columns()[1:])
    columns = np.arange(2, cells.width + 2, dtype=np.int64)
    ids = take_ids(pl.Series(cells.columns, dtype=pl.String), path, columns, unit="column")
    if not cells.width:
        raise DataError(
            path, "has no columns of samples", mend="With orient: features each sample is a column."
        )
    if all(dtype == pl.Float64 for dtype in cells.dtypes) and not set(text).intersection(features):
        turned = _of_columns(np.ascontiguousarray(cells.to_numpy()), features)
    else:
        frame, _, _ = _load(path, source, None, None, first_is_id=True)
        turned = pl.DataFrame(frame.get_columns()[1:]).transpose(column_names=features)
        turned = delimited.settle(turned, missing=source.missing, text=text)
    return RawTable(ids, turned, (path,), np.zeros(len(ids), dtype=np.intp), columns, "column")


def _of_columns(rows: NDArray[np.float64], names: list[str]) -> pl.DataFrame:
    """A frame whose columns are the rows of an array."""
    return pl.DataFrame([pl.Series(name, row) for name, row in zip(names, rows, strict=True)])


def _load(
    path: str,
    source: Source,
    id_column: str | None,
    text: Collection[str] | None,
    *,
    first_is_id: bool = False,
) -> tuple[pl.DataFrame, NDArray[np.int64], str]:
    """Columns, lines and their unit of one file; the id column as text."""
    start, ending = magic(path), Path(path).suffix.lower()
    if start == PARQUET or ending in (".parquet", ".pq"):
        file = open_parquet(path)
        names = tuple(file.schema_arrow.names)
        _check_names(names, path, id_column, samples=first_is_id)
        kept = _with_id(text, names[0] if first_is_id and names else id_column)
        frame = delimited.settle(
            two_kinds(arrow_frame(file.read()), text=kept),
            missing=source.missing,
            text=names if kept is None else {*kept},
        )
        lines, unit = np.arange(1, len(frame) + 1), "row"
    elif start in (ZIP, OLE) or ending in (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods"):
        names, frame = read_sheet(path, source.sheet)
        _check_names(names, path, id_column, samples=first_is_id)
        kept = _with_id(text, names[0] if first_is_id else id_column)
        frame.columns = list(names)
        lines, unit = np.arange(2, len(frame) + 2), "row"
        filled = ~pl.all_horizontal(pl.all().is_null())
        there = frame.select(filled.alias("filled"))["filled"].to_numpy()
        frame, lines = frame.filter(there), lines[there]
        frame = delimited.settle(frame, missing=source.missing, text=names if kept is None else kept)
    else:
        frame, lines = _load_text(path, source, id_column, text, first_is_id=first_is_id)
        unit = "line"
    if not len(frame):
        raise DataError(path, "has a header and no rows", mend="Look at how the file was made.")
    return frame, lines.astype(np.int64), unit


def _load_text(
    path: str, source: Source, id_column: str | None, text: Collection[str] | None, *, first_is_id: bool
) -> tuple[pl.DataFrame, NDArray[np.int64]]:
    header, pieces = delimited.open_text(path, source.separator)
    _check_names(header.names, path, None, samples=first_is_id)
    body = b"".join(pieces)
    check_text(body, path, first_line=header.lines + 1)
    if not body.lstrip(b"\n"):
        return pl.DataFrame(), np.empty(0, dtype=np.int64)
    quoted = delimited.encloses(body, header.delimiter)
    records = delimited.find_records(body, header, path, first_line=header.lines + 1, quoted=quoted)
    if id_column is not None:
        refuse_absent_id(header.names, id_column, path)
    kept = _with_id(text, header.names[0] if first_is_id else id_column)
    frame = delimited.parse(records, header, missing=source.missing, text=kept)
    return frame, records.lines


def _check_names(names: tuple[str, ...], path: str, id_column: str | None, *, samples: bool) -> None:
    if samples:
        _refuse_repeated_samples(names, path)
        return
    delimited.refuse_repeated(names, path)
    if id_column is not None:
        refuse_absent_id(names, id_column, path)


def _refuse_repeated_samples(ids: tuple[str, ...], path: str) -> None:
    n = len(ids)
    if len(set(ids)) < n:
        raw = RawTable(
            np.array(ids, dtype=object),
            pl.DataFrame(),
            (path,),
            np.zeros(n, dtype=np.intp),
            np.arange(1, n + 1, dtype=np.int64),
            "column",
        )
        refuse_repeated_ids(raw)


def _with_id(text: Collection[str] | None, id_column: str | None) -> Collection[str] | None:
    return text if text is None or id_column is None else {*text, id_column}


def _refuse_other_columns(parts: list[RawTable]) -> None:
    """Raise DataError if a file has other columns than the first."""
    first = parts[0]
    for part in parts[1:]:
        absent = [name for name in first.names if name not in set(part.names)]
        more = [name for name in part.names if name not in set(first.names)]
        if absent or more:
            raise DataError(
                part.paths[0],
                f"has other columns than {first.paths[0]}",
                seen="; ".join(
                    _some(n, word) for n, word in ((absent, "missing"), (more, "additional")) if n
                ),
                mend="Give all files of a table the same columns, or make them blocks of their own.",
            )


def _some(names: list[str], word: str) -> str:
    shown = ", ".join(names[:5]) + (", …" if len(names) > 5 else "")
    return f"{count(len(names), 'column')} {word} ({shown})"


def _unlike(parts: list[RawTable]) -> frozenset[str]:
    """Columns that are numbers in one file and text in another, wholly missing ones aside."""
    first = parts[0]
    kinds = {
        name: {part.frame[name].dtype for part in parts if part.frame[name].null_count() < len(part)}
        for name in (first.names if len(parts) > 1 else [])
    }
    return frozenset(name for name, found in kinds.items() if len(found) > 1)
