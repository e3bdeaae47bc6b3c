"""FASTA: records one after another, plain, gzip, bgzip or zstd, in memory of one record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, pairwise

import numpy as np
import polars as pl

from prognome.errors import DataError
from prognome.read.delimited import BOM
from prognome.read.raw import RawTable, refuse_repeated_ids, stack
from prognome.read.source import Source
from prognome.read.stream import OLE, PARQUET, ZIP, check_text, magic, read_chunks

SEQUENCE = "sequence"
_FIRST_LOOK = 4096


@dataclass(frozen=True)
class Record:
    """One record: the first word of its header, the line of that header, and its letters as they stand."""

    name: str
    line: int
    letters: str


def is_fasta(path: str) -> bool:
    """Whether the first thing in the file is a header of FASTA.

    Raises
    ------
    DataError
        If the file cannot be read.
    """
    if magic(path)[:4] in (PARQUET, ZIP, OLE):
        return False
    first = next(read_chunks(path, size=_FIRST_LOOK), b"")
    return first.removeprefix(BOM).lstrip().startswith(b">")


def read_records(path: str) -> Iterator[Record]:
    """The records of a file in order; blanks and line ends inside a sequence are left out.

    Raises
    ------
    DataError
        If the file is no FASTA, is damaged, or a header has no name.
    """
    header: bytes | None = None
    header_line, line = 0, 1
    parts: list[bytes] = []
    rest = b""
    for number, chunk in enumerate(chain(read_chunks(path), [b"\n"])):
        text = rest + (chunk if number else chunk.removeprefix(BOM))
        whole = text.rfind(b"\n") + 1
        text, rest = text[:whole], text[whole:]
        headers = _headers(text)
        before = _letters(text[: headers[0]] if headers else text)
        if before and header is None:
            raise DataError(path, "is not FASTA", expected="a first line that begins with >")
        parts.append(before)
        for begin, end in pairwise([*headers, len(text)]):
            if header is not None:
                yield _record(path, header, header_line, parts)
            header, _, body = text[begin + 1 : end].partition(b"\n")
            header_line, parts = line + text.count(b"\n", 0, begin), [_letters(body)]
        line += text.count(b"\n")
    if header is None:
        raise DataError(path, "is not FASTA", expected="a first line that begins with >")
    yield _record(path, header, header_line, parts)


def read_fasta(source: Source) -> RawTable:
    """Every record a row: its name is the id, its letters the one column ``sequence``.

    Raises
    ------
    DataError
        As :func:`read_records`; and if two records have one name.
    """
    raws = [_read_file(path) for path in source.paths]
    whole = stack(raws)
    refuse_repeated_ids(whole)
    return whole


def _read_file(path: str) -> RawTable:
    records = list(read_records(path))
    return RawTable(
        np.array([record.name for record in records], dtype=object),
        pl.DataFrame(
            {SEQUENCE: [record.letters or None for record in records]}, schema={SEQUENCE: pl.String}
        ),
        (path,),
        np.zeros(len(records), dtype=np.intp),
        np.array([record.line for record in records], dtype=np.int64),
    )


def _headers(text: bytes) -> list[int]:
    """Where headers begin in text that begins with a whole line."""
    found = [0] if text.startswith(b">") else []
    at = text.find(b"\n>")
    while at >= 0:
        found.append(at + 1)
        at = text.find(b"\n>", at + 1)
    return found


def _letters(piece: bytes) -> bytes:
    return piece.translate(None, b" \t\r\n")


def _record(path: str, header: bytes, line: int, parts: list[bytes]) -> Record:
    check_text(header, path, first_line=line)
    words = header.decode("utf-8").split(maxsplit=1)
    if not words:
        raise DataError(f"{path}, line {line}", "is a header without a name", mend="Name the record.")
    return Record(words[0], line, b"".join(parts).decode("ascii", "replace"))
