"""One table, three forms: HTML for the page, TSV for a spreadsheet, LaTeX for a paper."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from prognome.page.html import Markup, element, join, plain
from prognome.page.latex_table import tabular

FOLDER = "tables"


@dataclass(frozen=True)
class Column:
    """A column's heading and whether its cells are numbers, set to the right."""

    name: object
    numeric: bool = False
    label: str = ""

    @property
    def short(self) -> str:
        """What stands before the cell on a narrow screen."""
        return self.label or str(self.name)


@dataclass(frozen=True)
class Estimate:
    """A cell that holds a value with its interval: one cell on the page, three columns in TSV.

    Parameters
    ----------
    html
        As it stands on the page.
    value, low, high
        As shown.
    """

    html: Markup
    value: object
    low: object
    high: object


@dataclass(frozen=True)
class Table:
    """Rows under headings; the first cell of each row names it.

    Parameters
    ----------
    name
        Of its files, without an ending; empty where it has none.
    caption
        What it shows.
    columns, rows
        Headings, and cells in their order: text, markup, or :class:`Estimate`.
    """

    name: str
    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[object]]

    def tsv(self) -> str:
        """Tab-separated text; numbers without thousands separators, a minus sign as ``-``.

        >>> cell = Estimate(Markup("0.5 (0.4 to 0.6)"), "0.5", "0.4", "0.6")
        >>> Table("t", "T", [Column("Model"), Column("AUC")], [["a", cell]]).tsv().splitlines()
        ['Model\\tAUC\\tAUC low\\tAUC high', 'a\\t0.5\\t0.4\\t0.6']
        """
        split = self._split()
        heads = []
        for column, three in zip(self.columns, split, strict=True):
            name = plain(column.name)
            heads += [name, f"{name} low", f"{name} high"] if three else [name]
        lines = [heads]
        for row in self.rows:
            line: list[str] = []
            for cell, three in zip(row, split, strict=True):
                if isinstance(cell, Estimate):
                    line += [_machine(plain(part)) for part in (cell.value, cell.low, cell.high)]
                else:
                    line += [_machine(plain(cell)), "", ""] if three else [_machine(plain(cell))]
            lines.append(line)
        return "".join("\t".join(line) + "\n" for line in lines)

    def tex(self) -> str:
        """A floating LaTeX table (booktabs); an estimate as ``value [low, high]``."""
        rows = [[_paper(cell) for cell in row] for row in self.rows]
        heads = [plain(column.name) for column in self.columns]
        numeric = [column.numeric or three for column, three in zip(self.columns, self._split(), strict=True)]
        return tabular(self.name, plain(self.caption), heads, numeric, rows)

    def _split(self) -> list[bool]:
        """Which columns hold a value with its interval."""
        return [any(isinstance(row[at], Estimate) for row in self.rows) for at in range(len(self.columns))]


_SPACED = re.compile(r"(?<=\d)[\u202f\u00a0](?=%)")
_NUMBER = re.compile(r"[<>]?[-+]?\d{1,3}(,\d{3})*(\.\d+)?")


def _machine(said: str) -> str:
    """A cell as a spreadsheet reads it."""
    told = _SPACED.sub(" ", said).replace("\u2212", "-").replace("\u202f", "")
    bare = told.replace("- ", "-") if told[:2] == "- " else told
    if _NUMBER.fullmatch(bare):
        return bare.replace(",", "")
    return "" if told == "–" else told


def _paper(cell: object) -> str:
    if not isinstance(cell, Estimate):
        return plain(cell)
    value, low, high = (plain(part) for part in (cell.value, cell.low, cell.high))
    return f"{value} [{low}, {high}]" if low and high else value


def table(
    caption: str,
    columns: Sequence[Column],
    rows: Sequence[Sequence[object]],
    *,
    name: str = "",
    row_classes: Sequence[str] = (),
    scroll: bool = False,
    caption_shown: bool = False,
) -> Markup:
    """A table as HTML that stays a table: on a narrow screen each row becomes a small card, or it scrolls.

    Parameters
    ----------
    caption
        What the table shows; read out, and seen with ``caption_shown``.
    columns, rows
        Headings, and cells in their order; the first cell of each row names it.
    name
        Of its files beside the page, to which it links; the markup carries the :class:`Table`.
    row_classes
        A class for each row, or nothing.
    scroll
        Keep the columns and scroll sideways, for wide tables of figures; otherwise rows become cards.
    """
    noun = Table(name, caption, columns, rows)
    head = element(
        "tr",
        [element("th", c.name, scope="col", role="columnheader", class_=_class(c)) for c in columns],
        role="row",
    )
    body = [
        element(
            "tr", _cells(columns, row), role="row", class_=(row_classes[at] if row_classes else "") or None
        )
        for at, row in enumerate(rows)
    ]
    built = element(
        "table",
        element("caption", caption, class_=None if caption_shown else "hidden"),
        element("thead", head, role="rowgroup"),
        element("tbody", body, role="rowgroup"),
        role="table",
        class_=None if scroll else "cards",
    )
    if scroll:
        built = element("div", built, class_="scroll", role="region", aria_label=caption, tabindex=0)
    return with_files(built, noun) if name else built


def with_files(built: Markup, noun: Table) -> Markup:
    """A table's HTML with links to its files; the markup carries the noun."""
    path = f"{FOLDER}/{noun.name}"
    links = [
        element("a", f"{noun.name}.tsv", href=f"{path}.tsv"),
        element("a", ".tex", href=f"{path}.tex", aria_label=f"{noun.name}.tex"),
    ]
    line = element("p", join(links, " · "), class_="files")
    return Markup(join([built, line]), (*built.carried, noun))


def pairs(entries: Sequence[tuple[object, object]]) -> Markup:
    """Names and what belongs to them, as a description list."""
    return element(
        "dl", [element("div", element("dt", a), element("dd", b)) for a, b in entries], class_="pairs"
    )


def _class(column: Column) -> str | None:
    return "number" if column.numeric else None


def _cells(columns: Sequence[Column], row: Sequence[object]) -> list[Markup]:
    first, *rest = [cell.html if isinstance(cell, Estimate) else cell for cell in row]
    cells = [element("th", first, scope="row", role="rowheader")]
    for column, cell in zip(columns[1:], rest, strict=True):
        # on a narrow screen a cell is a grid of its heading and one thing more
        cell = element("span", cell) if isinstance(cell, (list, tuple)) else cell
        cells.append(element("td", cell, role="cell", class_=_class(column), data_label=column.short))
    return cells
