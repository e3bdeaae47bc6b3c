"""Bytes of a file, decompressed by what it holds and not by its name, every fault in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from prognome.errors import DataError
from prognome.read.suggest import suggest

GZIP, ZSTD, PARQUET, ZIP, OLE = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PAR1", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
CHUNK = 1 << 22
_BY_NAME = {".gz": (GZIP, "gzip"), ".bgz": (GZIP, "gzip"), ".zst": (ZSTD, "zstd")}


@contextmanager
def open_file(path: str) -> Iterator[BinaryIO]:
    """The file as it lies on disk.

    Raises
    ------
    DataError
        If it is missing (naming the nearest file beside it), a folder, not readable, or empty.
    """
    place = Path(path)
    try:
        with place.open("rb") as file:
            if not file.peek(1):
                raise DataError(path, "the file is empty", mend="Look at how it was made or copied.")
            yield file
    except FileNotFoundError as error:
        raise DataError(path, "there is no such file", mend=_beside(place)) from error
    except IsADirectoryError as error:
        raise DataError(path, "is a folder, not a file", mend="Name the file inside it.") from error
    except PermissionError as error:
        raise DataError(
            path, "you may not read this file", mend="Ask its owner for the permission, or chmod u+r it."
        ) from error
    except OSError as error:
        raise DataError(path, f"cannot be read; {error.strerror or 'the device failed'}") from error


def magic(path: str) -> bytes:
    """The first four bytes, which tell the format."""
    with open_file(path) as file:
        return file.peek(4)[:4]  # type: ignore[attr-defined]


def read_chunks(path: str, *, size: int = CHUNK) -> Iterator[bytes]:
    """The decompressed bytes of a plain, gzip (also bgzip) or zstd file, piece by piece.

    Raises
    ------
    DataError
        Besides those of :func:`open_file`, if the compressed data end too early or are damaged, or the name
        promises a compression that the content has not.
    """
    start = magic(path)
    signature, promised = _BY_NAME.get(Path(path).suffix.lower(), (b"", ""))
    if not start.startswith(signature):
        raise DataError(
            path,
            f"is named {Path(path).suffix} but is not {promised}",
            mend="Take that ending off its name, or compress it.",
        )
    codec = "gzip" if start.startswith(GZIP) else "zstd" if start == ZSTD else None
    with open_file(path) as file:
        stream = pa.CompressedInputStream(pa.PythonFile(file, mode="r"), codec) if codec else file
        while True:
            try:
                piece = stream.read(size)
            except (pa.ArrowException, OSError) as error:
                if codec is None:
                    raise
                raise DataError(
                    path,
                    f"the {codec} data end too early"
                    if "runcated" in str(error)
                    else f"the {codec} data are damaged",
                    mend="The copy is incomplete: copy or download it again.",
                ) from error
            if not piece:
                return
            yield piece


def read_bytes(path: str) -> bytes:
    """All decompressed bytes of :func:`read_chunks`."""
    return b"".join(read_chunks(path))


def check_text(data: bytes, where: str, *, first_line: int = 1) -> None:
    """Raise DataError where bytes are not UTF-8 text.

    Parameters
    ----------
    data
        Bytes that begin at a line's start.
    where
        The file.
    first_line
        Number of that line.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DataError(where, "is UTF-16 text", expected="UTF-8", mend="Save it again as UTF-8.")
    if b"\0" in data:
        raise DataError(
            where,
            "is not text; it holds binary data",
            expected="a delimited text file, Parquet or an Excel workbook",
            mend="Look whether this is the right file and whether its name ends as its format says.",
        )
    if data.isascii():
        return
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = first_line + data.count(b"\n", 0, error.start)
        raise DataError(
            f"{where}, line {line}",
            "is not UTF-8 text",
            mend="Save the file again as UTF-8; from Latin-1: iconv -f latin1 -t utf8 OLD > NEW.",
        ) from error


def _beside(place: Path) -> str:
    try:
        names = [
            entry.name
            for entry in place.parent.iterdir()
            if entry.is_file() and not entry.name.startswith(".")
        ]
    except OSError:
        return f"There is no folder {place.parent} either."
    return suggest(place.name, names) or "Its folder is empty."
