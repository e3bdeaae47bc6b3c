"""Excel workbooks, every cell as text that loses nothing."""

from __future__ import annotations

import fastexcel
import polars as pl

from prognome.errors import DataError
from prognome.read.stream import open_file
from prognome.read.suggest import suggest


def read_sheet(path: str, sheet: str | None) -> tuple[tuple[str, ...], pl.DataFrame]:
    """One sheet of a workbook.

    Parameters
    ----------
    path
        The workbook.
    sheet
        Name of the sheet; None takes the first.

    Returns
    -------
    Column names of the first filled row, and all rows below it as text in columns '0', '1', …

    Raises
    ------
    DataError
        If it is no workbook, has no such sheet, or the sheet is empty.
    """
    with open_file(path):
        pass
    try:
        book = fastexcel.read_excel(path)
    except fastexcel.FastExcelError as error:
        raise DataError(
            path,
            "is not an Excel workbook that can be read",
            mend="Save it again as .xlsx without a password, or as CSV.",
        ) from error
    if sheet is not None and sheet not in book.sheet_names:
        raise DataError(path, f"has no sheet '{sheet}'", mend=suggest(sheet, book.sheet_names))
    name = sheet if sheet is not None else book.sheet_names[0]
    cells = book.load_sheet(name, header_row=None, dtypes="string").to_polars()
    numbers = book.load_sheet(name, header_row=None, dtypes="float").to_polars()
    if not cells.height or not cells.width:
        raise DataError(f"{path}, sheet {name}", "the sheet is empty", mend="Name another with 'sheet'.")
    names: list[str] = []
    columns: list[pl.Series] = []
    for text, number in zip(cells.get_columns(), numbers.get_columns(), strict=True):
        if text.null_count() < len(text):  # a formatted column may hold nothing at all
            names.append(text[0] or "")
            columns.append(_exact(text, number).slice(1).alias(str(len(columns))))
    return tuple(names), pl.DataFrame(columns)


def _exact(text: pl.Series, numbers: pl.Series) -> pl.Series:
    """Text of numbers with all their digits: the reader rounds to nine decimals when it makes text."""
    rounded = (text.cast(pl.Float64, strict=False) != numbers).fill_null(value=False)
    if not rounded.any():
        return text
    exact = [
        repr(number) if lossy else cell for cell, number, lossy in zip(text, numbers, rounded, strict=True)
    ]
    return pl.Series(text.name, exact, dtype=pl.String)
