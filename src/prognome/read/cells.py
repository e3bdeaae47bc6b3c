"""What a cell of text means: missing, a number, a yes or no."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import polars as pl

NAN_WORDS = ("nan", "NaN", "NAN", "Nan", "-nan", "-NaN", "+nan", "+NaN")
TRUE, FALSE = ("true", "TRUE", "True"), ("false", "FALSE", "False")


def missing_words(words: Collection[str]) -> list[str]:
    """The given words, with those that always mean missing."""
    return list(dict.fromkeys(["", *NAN_WORDS, *words]))


def blank_missing(cells: pl.Series, words: Collection[str]) -> pl.Series:
    """Text with null in place of missing words; blanks around a word do not save it."""
    gone = cells.str.strip_chars().is_in(missing_words(words))
    return cells.set(gone, None) if gone.any() else cells


def missing_numbers(words: Collection[str]) -> list[float]:
    """Those missing words that are numbers, such as -9."""
    numbers = pl.Series(list(words), dtype=pl.String).cast(pl.Float64, strict=False)
    return [number for number in numbers.drop_nulls().unique().to_list() if number == number]


def blank_numbers(frame: pl.DataFrame, words: Collection[str]) -> pl.DataFrame:
    """Numbers with null in place of those that mean missing."""
    gone = missing_numbers(words)
    if not gone:
        return frame
    columns = [column for column in frame.get_columns() if column.dtype == pl.Float64]
    if not columns:
        return frame
    hit = np.flatnonzero(np.isin(pl.DataFrame(columns).to_numpy(), gone).any(axis=0)).tolist()
    return frame.with_columns([columns[j].set(columns[j].is_in(gone), None) for j in hit]) if hit else frame


def to_numbers(cells: pl.Series) -> pl.Series:
    """Numbers of text cells, null where a cell is missing or no number."""
    return cells.str.strip_chars().cast(pl.Float64, strict=False)


def as_numbers(cells: pl.Series) -> pl.Series | None:
    """The column as numbers if each of its cells is a number or missing, else None."""
    numbers = to_numbers(cells)
    return numbers if numbers.null_count() == cells.null_count() else None


def as_booleans(cells: pl.Series) -> pl.Series | None:
    """The column as 1.0 and 0.0 if each of its cells is true, false or missing, else None."""
    if cells.head(1000).drop_nulls().n_unique() > len(TRUE) + len(FALSE):
        return None
    yes = cells.is_in(TRUE)
    if not (yes | cells.is_in(FALSE)).all(ignore_nulls=True) or cells.null_count() == len(cells):
        return None
    return yes.cast(pl.Float64)
