"""Parquet columns in the two kinds a table knows: numbers and text."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from prognome.errors import DataError
from prognome.read.lines import count
from prognome.read.stream import PARQUET, magic


def open_parquet(path: str) -> pq.ParquetFile:
    """The file with its columns checked.

    Raises
    ------
    DataError
        If it is not Parquet, damaged, or a column holds lists or records.
    """
    if magic(path) != PARQUET:
        raise DataError(
            path, "is not a Parquet file", mend="Look at its name, or write it again with to_parquet()."
        )
    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise DataError(
            path, "the Parquet data are damaged or end too early", mend="Copy or download it again."
        ) from error
    nested = [field.name for field in file.schema_arrow if pa.types.is_nested(field.type)]
    if nested:
        raise DataError(
            path,
            f"{count(len(nested), 'column')} hold lists or records",
            seen=", ".join(nested[:5]),
            expected="numbers, text, true or false",
            mend="Flatten them before writing the file.",
        )
    return file


def two_kinds(frame: pl.DataFrame, *, text: Collection[str] | None) -> pl.DataFrame:
    """``Float64`` for numbers, ``String`` for everything else and for columns named in ``text`` (None: all).

    A whole number becomes text without a decimal point, true and false keep their words, a date its ISO form.
    """
    return pl.DataFrame([_one_kind(c, keep=text is None or c.name in text) for c in frame.get_columns()])


def arrow_frame(table: pa.Table | pa.RecordBatch | Iterable[pa.RecordBatch]) -> pl.DataFrame:
    """An Arrow table as a frame."""
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    return frame


def _one_kind(column: pl.Series, *, keep: bool) -> pl.Series:
    if column.dtype == pl.String:
        return column
    if column.dtype == pl.Null:
        return column.cast(pl.String if keep else pl.Float64)
    if column.dtype.is_numeric():
        if not keep:
            return column.cast(pl.Float64)
        if column.dtype.is_float():
            column = column.fill_nan(None)
            whole = column.cast(pl.Int64, strict=False)
            if (whole.cast(pl.Float64) == column.cast(pl.Float64)).all(ignore_nulls=True):
                column = whole
        return column.cast(pl.String)
    if column.dtype == pl.Binary:
        raise DataError(
            f"column '{column.name}'", "holds binary data", mend="List it under exclude, or drop it."
        )
    return column.cast(pl.String)
