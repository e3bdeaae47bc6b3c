"""Keeping the number columns that a list names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np

from prognome.core.space import Space
from prognome.errors import DataError, StudyError, near_name
from prognome.prepare.allowed import AnyOf, ListOf, OneOf, Rule, Text, WholeFrom
from prognome.prepare.base import KeepingStep
from prognome.prepare.columns import Columns, list_names

_NOTHING = OneOf((None,))


class ListSelector(KeepingStep):
    """Keep the number columns that a list names: a panel, a signature, the genes of a pathway.

    **Learns** nothing from the values; ``absent_`` (how many names the table lacks), ``keep_`` ((p,) columns
    that stay). Categories pass, named or not.

    In a study the file is read when the study is resolved: its names take the place of ``path`` in the
    resolved study and in the bundle, and prediction needs no file.

    A list that was chosen by looking at the same rows is selection outside the folds, and no guard sees it.

    Parameters
    ----------
    columns
        Names, in any order; whole numbers stand for their digits.
    path
        In place of ``columns``: a file in UTF-8 with one name a line, up to the first tab. Empty lines and
        those that begin with ``#`` say nothing.
    header
        Name of the column of that file, tab-separated with a header, that holds the names; None for a file
        without a header.
    missing
        ``error`` or ``drop``: what becomes of names that the table lacks. A list of which no name is found
        is an error in any case.
    """

    NAME = "select.list"
    SPACE: ClassVar[Space] = {}
    ALLOWED: ClassVar[dict[str, Rule]] = {
        "columns": AnyOf((ListOf(AnyOf((Text(), WholeFrom(0)))), _NOTHING)),
        "path": AnyOf((Text(), _NOTHING)),
        "header": AnyOf((Text(), _NOTHING)),
        "missing": OneOf(("error", "drop")),
    }

    def __init__(
        self,
        *,
        columns: Sequence[str] | None = None,
        path: str | None = None,
        header: str | None = None,
        missing: Literal["error", "drop"] = "error",
    ) -> None:
        self.columns = columns
        self.path = path
        self.header = header
        self.missing = missing

    @classmethod
    def settle(cls, params: Mapping[str, Any], *, where: str) -> dict[str, Any]:
        """The parameters with the file read: ``columns`` in place of ``path`` and ``header``.

        Parameters
        ----------
        params
            As given.
        where
            For messages.

        Raises
        ------
        StudyError
            If there are both a list and a path, or the file cannot be read or names nothing.
        """
        rest = {name: value for name, value in params.items() if name not in ("path", "header")}
        if params.get("path") is None:
            return dict(params)
        if params.get("columns") is not None:
            raise StudyError(where, "has both columns and path", expected="one of them")
        return {**rest, "columns": read_names(params["path"], params.get("header"), where=where)}

    def _learn(self, columns: Columns, y: Any) -> None:
        settled = self.settle(self.get_params(deep=False), where=self.NAME)
        if settled.get("columns") is None:
            raise StudyError(self.NAME, "needs a list", mend="Give columns: [NAME, …] or path: FILE.")
        wanted = list(dict.fromkeys(str(name) for name in settled["columns"]))
        here = {str(name) for name in columns.names}
        absent = np.array([name for name in wanted if name not in here], dtype=object)
        self.absent_ = len(absent)
        if self.absent_ and (
            self.missing == "error" or (self.absent_ == len(wanted) and columns.number.any())
        ):
            raise DataError(
                self.NAME,
                f"{self.absent_:,} of {len(wanted):,} names are not among the {len(here):,} columns",
                seen=list_names(absent),
                mend=f"{near_name(absent[0], here)} Say missing: drop to go on without.".strip()
                if self.missing == "error"
                else "Are the columns called by other ids?",
            )
        named = np.isin(columns.names.astype(str), wanted)
        self.keep_ = named | ~columns.number


def read_names(path: str, header: str | None, *, where: str) -> list[str]:
    """The names that a file holds, each once, in order.

    Parameters
    ----------
    path
        UTF-8; one name a line, up to the first tab.
    header
        Name of the column to read, or None for a file without header.
    where
        For messages.

    Raises
    ------
    StudyError
        If it cannot be read, lacks the column, or names nothing.
    """
    where = f"{where}: {path}"
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise StudyError(where, "cannot be read as a list of columns", seen=type(error).__name__) from error
    lines = [line.split("\t") for line in text.splitlines() if line.strip() and not line.startswith("#")]
    place = 0
    if header is not None and lines:
        heads, lines = [head.strip() for head in lines[0]], lines[1:]
        if header not in heads:
            raise StudyError(
                where, f"has no column '{header}'", seen=list_names(np.array(heads, dtype=object))
            )
        place = heads.index(header)
    names = [line[place].strip() for line in lines if len(line) > place]
    found = list(dict.fromkeys(name for name in names if name))
    if not found:
        raise StudyError(where, "names no column")
    return found
