"""A long table in batches of rows, each typed as the whole would be, in bounded memory."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import chain, pairwise
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from prognome.errors import DataError
from prognome.read import delimited
from prognome.read.cells import as_booleans, to_numbers
from prognome.read.lines import count
from prognome.read.parquet import arrow_frame, open_parquet, two_kinds
from prognome.read.raw import (
    NOBODY,
    RawTable,
    number_rows_from,
    read_raw,
    refuse_absent_id,
    refuse_repeated_ids,
    take_ids,
)
from prognome.read.source import Source
from prognome.read.stream import OLE, PARQUET, ZIP, check_text, magic

Place = tuple[int, int]


def read_names(source: Source) -> list[str]:
    """Column names of a source without its id, read from the header alone where the format allows."""
    path = source.paths[0]
    if source.orient == "features" or _is_sheet(path):
        return read_raw(source).names
    if magic(path) == PARQUET:
        names = list(open_parquet(path).schema_arrow.names)
    else:
        header, _ = delimited.open_text(path, source.separator)
        names = list(header.names)
    delimited.refuse_repeated(names, path)
    if source.id is not None:
        refuse_absent_id(names, source.id, path)
    return [name for name in names if name != source.id]


def read_batches(
    source: Source,
    *,
    numbers: frozenset[str],
    text: frozenset[str] = NOBODY,
    size: int = 10_000,
) -> Iterator[RawTable]:
    """Read a table in batches of rows.

    Delimited text and Parquet stream; a workbook, and samples in columns, come as one batch.

    Parameters
    ----------
    source
        Where it stands.
    numbers, text
        The columns wanted, from a schema: the first are ``Float64`` in every batch, the second ``String``
        exactly as in the file. Other columns are left out; one that is absent from the file is absent here.
    size
        Rows in a batch, at most.

    Yields
    ------
    Batches in the order of the files.

    Raises
    ------
    DataError
        As :func:`~prognome.read.raw.read_raw`, as far as the batch has come; and for a cell of ``numbers``
        that is no number.
    """
    if source.orient == "features" or any(_is_sheet(path) for path in source.paths):
        raw = read_raw(source, text=text)
        yield _settle(raw, raw.frame, numbers, text)
        return
    if source.id is None and len(source.paths) > 1:
        raise DataError(
            source.paths[0], "rows are numbered, which needs one single file", mend="Name the 'id'."
        )
    seen: dict[str, Place] = {}
    for file, path in enumerate(source.paths):
        stream = _stream_parquet if magic(path) == PARQUET else _stream_text
        rows = 0
        for frame, lines in stream(path, source, size, numbers, text):
            if source.id is None:
                ids = number_rows_from(rows + 1, len(lines))
            else:
                ids = take_ids(frame[source.id], path, lines)
            rows += len(lines)
            raw = RawTable(ids, frame, (path,), np.zeros(len(lines), dtype=np.intp), lines)
            refuse_repeated_ids(raw)
            _refuse_seen(raw, seen, file, source.paths)
            wanted = [name for name in frame.columns if name != source.id]
            yield _settle(raw, frame.select(wanted), numbers, text)
        if not rows:
            raise DataError(path, "has a header and no rows", mend="Look at how the file was made.")


def _is_sheet(path: str) -> bool:
    return magic(path) in (ZIP, OLE) or Path(path).suffix.lower() in (
        ".xlsx",
        ".xls",
        ".xlsm",
        ".xlsb",
        ".ods",
    )


Piece = tuple[pl.DataFrame, NDArray[np.int64]]


def _stream_parquet(
    path: str, source: Source, size: int, numbers: Collection[str], text: Collection[str]
) -> Iterator[Piece]:
    file = open_parquet(path)
    names = file.schema_arrow.names
    if source.id is not None:
        refuse_absent_id(names, source.id, path)
    kept = {*text, source.id} if source.id is not None else {*text}
    wanted = [name for name in names if name in kept or name in numbers]
    first = 1
    for batch in file.iter_batches(batch_size=size, columns=wanted):
        frame = delimited.settle(two_kinds(arrow_frame(batch), text=kept), missing=source.missing, text=kept)
        yield frame, np.arange(first, first + batch.num_rows, dtype=np.int64)
        first += batch.num_rows


def _stream_text(
    path: str, source: Source, size: int, numbers: Collection[str], text: Collection[str]
) -> Iterator[Piece]:
    header, pieces = delimited.open_text(path, source.separator)
    delimited.refuse_repeated(header.names, path)
    if source.id is not None:
        refuse_absent_id(header.names, source.id, path)
    kept = {*text, source.id} if source.id is not None else {*text}
    line = header.lines + 1
    for body in _cut(pieces, header.delimiter, size):
        if body.lstrip(b"\n"):
            check_text(body, path, first_line=line)
            quoted = delimited.encloses(body, header.delimiter)
            records = delimited.find_records(body, header, path, first_line=line, quoted=quoted)
            frame = delimited.parse(
                records, header, missing=source.missing, text=kept, only={*kept, *numbers}, numbers=numbers
            )
            yield frame, records.lines
        line += body.count(b"\n")


def _cut(pieces: Iterator[bytes], delimiter: str, size: int) -> Iterator[bytes]:
    """Whole records, ``size`` of them at a time."""
    parts, newlines = [b""], 0
    for piece in chain(pieces, [b""]):
        parts.append(piece)
        newlines += piece.count(b"\n")
        if newlines < size:
            continue
        body = b"".join(parts)
        ends = delimited.find_ends(body, quoted=delimited.encloses(body, delimiter))
        cuts = [0, *(ends[size - 1 :: size] + 1).tolist()]
        yield from (body[start:end] for start, end in pairwise(cuts))
        parts = [body[cuts[-1] :]]
        newlines = parts[0].count(b"\n")
    yield b"".join(parts)


def _settle(raw: RawTable, frame: pl.DataFrame, numbers: Collection[str], text: Collection[str]) -> RawTable:
    """Hold the types that were asked for, whatever this batch alone looks like."""
    columns = []
    for column in frame.get_columns():
        if column.name in numbers:
            columns.append(_number(raw, column))
        elif column.name in text:
            columns.append(column.cast(pl.String))
    return RawTable(raw.ids, pl.DataFrame(columns), raw.paths, raw.files, raw.lines, raw.unit)


def _number(raw: RawTable, column: pl.Series) -> pl.Series:
    if column.dtype == pl.Float64:
        return column
    booleans = as_booleans(column)
    if booleans is not None:
        return booleans
    wrong = (column.is_not_null() & to_numbers(column).is_null()).to_numpy()
    raise DataError(
        f"{raw.where}, column '{column.name}'",
        f"{count(int(wrong.sum()), 'cell')} of text in a column of numbers",
        seen=raw.places(wrong),
        expected="numbers",
        mend="Mend the file, or add the word to 'missing'.",
    )


def _refuse_seen(raw: RawTable, seen: dict[str, Place], file: int, paths: tuple[str, ...]) -> None:
    """Raise DataError if an id stood in an earlier batch, and remember these."""
    ids, lines = raw.ids.tolist(), raw.lines.tolist()
    again = [place for place, name in enumerate(ids) if name in seen]
    if again:
        earlier = [seen[ids[place]] for place in again]
        files = np.array([*(f for f, _ in earlier[:2]), *([file] * len(again))], dtype=np.intp)
        numbered = np.array([*(line for _, line in earlier[:2]), *(lines[p] for p in again)], dtype=np.int64)
        both = RawTable(np.empty(len(files), dtype=object), pl.DataFrame(), paths, files, numbered, raw.unit)
        raise DataError(
            both.where,
            f"{count(len(again), 'id')} {'stands' if len(again) == 1 else 'stand'} more than once",
            seen=both.places(np.arange(len(files))),
            mend="Keep one row for each id: mend the files.",
        )
    seen.update(zip(ids, ((file, line) for line in lines), strict=True))
