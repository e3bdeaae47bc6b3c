"""Where a table stands and how to read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from prognome.core.study_part import MISSING_WORDS
from prognome.errors import StudyError
from prognome.read.sequence_source import SequenceSource


@dataclass(frozen=True)
class Source:
    """Files that together are one table; hashable, so that a caller can remember what it has read.

    Parameters
    ----------
    paths
        One file or several; several are stacked by rows.
    id
        Column of row ids; None numbers the rows '1', '2', … and needs a single file.
    missing
        Words that mean missing, besides the empty cell and NaN, which always do. A word that is a number
        (-9) also stands for other spellings of it (-9.0).
    orient
        ``rows``: a line is a sample. ``features``: a line is a feature; its first cell is the feature's name
        and the header holds the sample ids (``id`` is not used).
    sheet
        Name of the sheet of a workbook; None takes the first.
    delimiter
        One character; None finds tab, comma or semicolon in the header.
    sequences
        What is read as sequences; None for other tables.
    """

    paths: tuple[str, ...]
    id: str | None = None
    missing: tuple[str, ...] = MISSING_WORDS
    orient: Literal["rows", "features"] = "rows"
    sheet: str | None = None
    delimiter: str | None = None
    sequences: SequenceSource | None = None

    @property
    def separator(self) -> str | None:
        """The delimiter as one character, or None where it is to be found.

        Raises
        ------
        StudyError
            If it is not one plain character.
        """
        if self.delimiter is None:
            return None
        mark = {"\\t": "\t", "tab": "\t"}.get(self.delimiter, self.delimiter)
        if len(mark) != 1 or not mark.isascii() or mark in '"\r\n':
            raise StudyError(
                "delimiter",
                "is not one plain character",
                seen=repr(self.delimiter),
                mend='Write for instance delimiter: ";" or delimiter: "\\t", or leave it out.',
            )
        return mark
