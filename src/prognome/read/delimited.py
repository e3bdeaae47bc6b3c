"""Delimited text: header, records, and columns of numbers or text."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import polars as pl
from numpy.typing import NDArray

from prognome.errors import DataError
from prognome.read.cells import NAN_WORDS, as_numbers, blank_missing, blank_numbers, missing_words
from prognome.read.lines import count, number_lines
from prognome.read.stream import check_text, read_chunks

BOM = b"\xef\xbb\xbf"
LOOK = 100_000
FLOAT, STRING = pl.Float64(), pl.String()


@dataclass(frozen=True)
class Header:
    """The first record of a delimited file.

    Parameters
    ----------
    names
        Column names, exactly as they stand there.
    delimiter
        One character.
    size
        Bytes up to the first record.
    lines
        Lines up to the first record.
    """

    names: tuple[str, ...]
    delimiter: str
    size: int
    lines: int


@dataclass(frozen=True, eq=False)
class Records:
    """Whole records of a delimited file, blank lines taken out.

    Parameters
    ----------
    body
        Their bytes.
    lines
        (n,) the line where each begins.
    where
        The file.
    quoted
        Whether quotation marks enclose cells here.
    """

    body: bytes
    lines: NDArray[np.int64]
    where: str
    quoted: bool


def unify_newlines(data: bytes) -> bytes:
    """Every line end as one newline."""
    if b"\r" not in data:
        return data
    data = data.replace(b"\r\n", b"\n")
    return data if b"\n" in data else data.replace(b"\r", b"\n")


def find_header(data: bytes, delimiter: str | None) -> Header | None:
    """The header, or None where ``data`` end before it does.

    Parameters
    ----------
    data
        The file from its start, newlines unified, without byte order mark.
    delimiter
        None finds it: a tab if there is one, else the commoner of comma and semicolon.
    """
    start = len(data) - len(data.lstrip(b"\n"))
    end = data.find(b"\n", start)
    while end >= 0 and data.count(b'"', start, end) % 2:
        end = data.find(b"\n", end + 1)
    if end < 0:
        return None
    text = data[start:end].decode("utf-8")
    mark = delimiter or _sniff(text)
    names = next(csv.reader(io.StringIO(text, newline=""), delimiter=mark), [])
    return Header(tuple(names), mark, end + 1, data.count(b"\n", 0, end + 1))


def open_text(path: str, delimiter: str | None) -> tuple[Header, Iterator[bytes]]:
    """The header of a file, and the pieces of what follows it, newlines unified.

    Raises
    ------
    DataError
        If the file is empty or not text, or its header does not end.
    """
    pieces = _clean(read_chunks(path))
    data = b""
    for piece in pieces:
        data += piece
        if b"\n" in piece:
            check_text(data[: data.rfind(b"\n") + 1], path)
            header = find_header(data, delimiter)
            if header is not None:
                return header, chain([data[header.size :]], pieces)
    data = unify_newlines(data) + b"\n"
    check_text(data, path)
    if not data.strip():
        raise DataError(path, "the file is empty", mend="Look at how it was made or copied.")
    header = find_header(data, delimiter)
    if header is None:
        raise DataError(
            f"{path}, line 1", "a quotation mark in the header is never closed", mend="Mend the header."
        )
    return header, iter([data[header.size :]])


def _clean(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Pieces with unified newlines and no byte order mark."""
    carry, at_start = b"", True
    for fresh in pieces:
        piece = carry + fresh if carry else fresh
        if at_start:
            if len(piece) < len(BOM):
                carry = piece
                continue
            piece, at_start = piece.removeprefix(BOM), False
        carry = b"\r" if piece.endswith(b"\r") else b""
        yield piece.removesuffix(b"\r").replace(b"\r\n", b"\n") if b"\r" in piece else piece
    yield carry


def refuse_repeated(names: Sequence[str], where: str, *, noun: str = "column") -> None:
    """Raise DataError if a name stands twice."""
    if len(set(names)) == len(names):
        return
    seen: dict[str, list[int]] = {}
    for place, name in enumerate(names, start=1):
        seen.setdefault(name, []).append(place)
    twice = {name: places for name, places in seen.items() if len(places) > 1}
    shown = "; ".join(
        f"'{name}' ({noun}s {', '.join(map(str, p[:4]))})" for name, p in list(twice.items())[:3]
    )
    raise DataError(
        where,
        f"{count(len(twice), f'{noun} name')} {'stands' if len(twice) == 1 else 'stand'} more than once",
        seen=shown,
        mend=f"Give each {noun} a name of its own.",
    )


def find_ends(body: bytes, *, quoted: bool) -> NDArray[np.intp]:
    """Offsets of the newlines that end a record; those inside quotation marks do not."""
    if quoted:
        array = np.frombuffer(body, dtype=np.uint8)
        return np.flatnonzero((array == 10) & ~_inside(array))
    ends, end = [], body.find(b"\n")
    while end >= 0:
        ends.append(end)
        end = body.find(b"\n", end + 1)
    return np.array(ends, dtype=np.intp)


def encloses(body: bytes, delimiter: str) -> bool:
    """Whether quotation marks enclose cells; a mark in the midst of a cell (5" end) encloses nothing."""
    return b'"' in body and (body.startswith(b'"') or b'\n"' in body or delimiter.encode() + b'"' in body)


def find_records(body: bytes, header: Header, where: str, *, first_line: int, quoted: bool) -> Records:
    """Check that every record has as many cells as the header, and number its line.

    Parameters
    ----------
    body
        Whole records, newlines unified.
    header
        The header of the file.
    where
        The file.
    first_line
        The line where ``body`` begins.
    quoted
        Whether quotation marks enclose cells.

    Raises
    ------
    DataError
        If lines are ragged, or a quotation mark is never closed.
    """
    if not body.endswith(b"\n"):
        body += b"\n"
    ends = find_ends(body, quoted=quoted)
    if not len(ends) or ends[-1] != len(body) - 1:
        raise DataError(
            where,
            "a quotation mark is opened and never closed",
            mend='Mend the cell that begins with a single ", or take the marks out.',
        )
    starts = np.concatenate([[0], ends[:-1] + 1])
    newlines = np.flatnonzero(np.frombuffer(body, dtype=np.uint8) == 10) if quoted else ends
    lines = first_line + np.searchsorted(newlines, starts)
    filled = (ends > starts) & ~_only_delimiters(body, starts, ends, header)
    if not filled.all():
        kept = zip(starts[filled].tolist(), ends[filled].tolist(), strict=True)
        body, lines = b"".join([body[a : b + 1] for a, b in kept]), lines[filled]
        ends = np.cumsum((ends - starts + 1)[filled]) - 1
        starts = np.concatenate([[0], ends[:-1] + 1]).astype(np.intp)[: len(ends)]
    cells = _count_cells(body, starts, ends, header.delimiter, quoted=quoted)
    _refuse_ragged(cells, lines, header, where, quoted=quoted)
    return Records(body, lines.astype(np.int64), where, quoted=quoted)


def _only_delimiters(
    body: bytes, starts: NDArray[np.int64], ends: NDArray[np.int64], header: Header
) -> NDArray[np.bool_]:
    """Which records hold no cell at all, such as the last line that a spreadsheet leaves."""
    blank = header.delimiter.encode() * (len(header.names) - 1)
    found = ends - starts == len(blank)
    for place in np.flatnonzero(found).tolist():
        found[place] = body[starts[place] : ends[place]] == blank
    return found


def parse(
    records: Records,
    header: Header,
    *,
    missing: Collection[str],
    text: Collection[str] | None,
    only: Collection[str] | None = None,
    numbers: Collection[str] = (),
) -> pl.DataFrame:
    """Columns of records: ``Float64`` where each cell is a number or missing, else ``String``.

    Parameters
    ----------
    records, header
        What to read.
    missing
        Words that mean missing.
    text
        Columns kept as text whatever they hold; None keeps all.
    only
        Columns wanted; None wants all.
    numbers
        Columns taken for numbers without looking at a sample.
    """
    names = [name for name in header.names if only is None or name in only]
    fixed = set(names) if text is None else {name for name in names if name in text}
    words = missing_words(missing)
    textual, met = _look(records, header, words)
    kinds = {
        name: STRING if name in fixed or (name in textual and name not in numbers) else FLOAT
        for name in names
    }
    for known in (met, words):  # each word looked for takes its time, so try those met so far
        frame = _read(records, header, kinds, known)
        if frame is not None:
            return settle(frame, missing=missing, text=fixed)
    frame = _read(records, header, kinds, words, ignore_errors=True)
    assert frame is not None
    lost = zip(names, frame.null_count().row(0), strict=True)
    doubtful = {name: STRING for name, nulls in lost if nulls and kinds[name] == FLOAT}
    cells = _read(records, header, doubtful, [])
    assert cells is not None
    return settle(frame.with_columns(cells.get_columns()), missing=missing, text=fixed)


def settle(frame: pl.DataFrame, *, missing: Collection[str], text: Collection[str]) -> pl.DataFrame:
    """Text columns become numbers where each cell is one, unless named in ``text``; missing words null."""
    settled = []
    for column in frame.get_columns():
        if column.dtype == pl.String:
            cells = blank_missing(column, missing)
            numbers = None if column.name in text else as_numbers(cells)
            settled.append(cells if numbers is None else numbers)
    return blank_numbers(frame.with_columns(settled) if settled else frame, missing)


def _sniff(line: str) -> str:
    bare = "".join(line.split('"')[::2])
    return "\t" if "\t" in bare else max(",;", key=bare.count)


def _inside(array: NDArray[np.uint8]) -> NDArray[np.bool_]:
    return np.bitwise_xor.accumulate((array == 34).view(np.uint8)).view(np.bool_)


def _count_cells(
    body: bytes, starts: NDArray[np.intp], ends: NDArray[np.intp], delimiter: str, *, quoted: bool
) -> NDArray[np.intp]:
    mark = delimiter.encode()
    if not quoted:
        spans = zip(starts.tolist(), ends.tolist(), strict=True)
        return np.fromiter((body.count(mark, a, b) for a, b in spans), dtype=np.intp, count=len(ends)) + 1
    array = np.frombuffer(body, dtype=np.uint8)
    marks = np.flatnonzero((array == mark[0]) & ~_inside(array))
    return np.diff(np.searchsorted(marks, ends), prepend=0) + 1


def _refuse_ragged(
    cells: NDArray[np.intp], lines: NDArray[np.int64], header: Header, where: str, *, quoted: bool
) -> None:
    width = len(header.names)
    wrong = np.flatnonzero(cells != width)
    if not len(wrong):
        return
    if len(wrong) == len(cells) and (cells == width + 1).all():
        raise DataError(
            where,
            "every line has one cell more than the header has names",
            seen=f"{width:,} names, {width + 1:,} cells",
            mend="Put a name for the first column before the others (R's write.table leaves it out).",
        )
    raise DataError(
        f"{where}, {number_lines(lines[wrong])}",
        f"{count(len(wrong), 'line')} with more or fewer cells than the header",
        seen=f"{int(cells[wrong[0]]):,} on line {int(lines[wrong[0]])}",
        expected=f"{width:,}",
        mend="Look there for a missing or additional delimiter"
        + (", or a quotation mark that is not closed." if quoted else ", or set 'delimiter'."),
    )


def _look(records: Records, header: Header, words: Collection[str]) -> tuple[set[str], list[str]]:
    """Columns with text among the first records, and the words for missing that stand there."""
    n = min(max(LOOK // len(header.names), 3), len(records.lines))
    end = 0
    for _ in range(n):
        end = records.body.find(b"\n", end) + 1
    head = records.body[:end].decode("utf-8")
    if records.quoted:
        try:
            rows = list(csv.reader(io.StringIO(head, newline=""), delimiter=header.delimiter))
        except csv.Error:  # a cell of more than 131,072 characters
            rows = []
    else:
        rows = [line.split(header.delimiter) for line in head.split("\n")]
    rows = [row for row in rows if len(row) == len(header.names)]
    missing, textual, met = set(words), set[str](), set[str]()
    for row in rows:
        for name, cell in zip(header.names, row, strict=True):
            if cell in missing:
                met.add(cell)
            elif name not in textual and not _is_number(cell):
                textual.add(name)
    return textual, sorted(met.difference(["", *NAN_WORDS]))  # those two are known to the parser


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _read(
    records: Records,
    header: Header,
    kinds: Mapping[str, pl.DataType],
    words: Sequence[str],
    *,
    ignore_errors: bool = False,
) -> pl.DataFrame | None:
    """The columns named in ``kinds``; None where a cell is not of its kind."""
    places = [(f"column_{i}", name) for i, name in enumerate(header.names, start=1)]
    wanted = [place for place, name in places if name in kinds]
    if not wanted:
        return pl.DataFrame()
    try:
        frame = pl.read_csv(
            records.body,
            has_header=False,
            schema={place: kinds.get(name, STRING) for place, name in places},
            columns=wanted if len(wanted) < len(places) else None,
            separator=header.delimiter,
            quote_char='"' if records.quoted else None,
            null_values=list(words) or None,
            ignore_errors=ignore_errors,
            glob=False,
        )
    except pl.exceptions.ComputeError as error:
        if "could not parse" in str(error) and not ignore_errors:
            return None
        raise _unpaired(records) from error
    if len(frame) != len(records.lines):
        raise _unpaired(records)
    frame.columns = [name for _, name in places if name in kinds]
    return frame


def _unpaired(records: Records) -> DataError:
    return DataError(
        records.where,
        "quotation marks do not pair",
        expected='a cell in marks has one at either end, and "" for one inside',
        mend="Mend the marks, or take them out.",
    )
