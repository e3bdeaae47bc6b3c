"""HTML tables that stay tables: on a narrow screen each row becomes a small card, or the table scrolls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from prognome.page.html import Markup, element


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


def table(
    caption: str,
    columns: Sequence[Column],
    rows: Sequence[Sequence[object]],
    *,
    row_classes: Sequence[str] = (),
    scroll: bool = False,
    caption_shown: bool = False,
) -> Markup:
    """A table whose first cell in each row names the row.

    Parameters
    ----------
    caption
        What the table shows; read out, and seen with ``caption_shown``.
    columns, rows
        Headings, and cells in their order.
    row_classes
        A class for each row, or nothing.
    scroll
        Keep the columns and scroll sideways, for wide tables of figures; otherwise rows become cards.
    """
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
    if not scroll:
        return built
    return element("div", built, class_="scroll", role="region", aria_label=caption, tabindex=0)


def pairs(entries: Sequence[tuple[object, object]]) -> Markup:
    """Names and what belongs to them, as a description list."""
    return element(
        "dl", [element("div", element("dt", a), element("dd", b)) for a, b in entries], class_="pairs"
    )


def _class(column: Column) -> str | None:
    return "number" if column.numeric else None


def _cells(columns: Sequence[Column], row: Sequence[object]) -> list[Markup]:
    first, *rest = row
    cells = [element("th", first, scope="row", role="rowheader")]
    for column, cell in zip(columns[1:], rest, strict=True):
        # on a narrow screen a cell is a grid of its heading and one thing more
        cell = element("span", cell) if isinstance(cell, (list, tuple)) else cell
        cells.append(element("td", cell, role="cell", class_=_class(column), data_label=column.short))
    return cells
