"""A card: questions with answers from the run folder, and what only the authors can answer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from prognome.page.html import Markup, element, join
from prognome.page.numbers import count
from prognome.page.table import Column, table

FOLDER = "cards"
ANSWERED, PARTLY, OPEN = "answered", "in part", "not answered"
_MARKS = re.compile(r"([\\`*_{}\[\]<>#|~])")


@dataclass(frozen=True)
class Item:
    """One question.

    Parameters
    ----------
    number
        As the guideline has it; may be empty.
    asks
        What is asked, in short.
    said
        The answer; empty where the run folder holds none.
    where
        Sections of the report that show it, by their id.
    lacks
        What the authors must add all the same; empty where nothing.
    """

    number: str
    asks: str
    said: str = ""
    where: tuple[str, ...] = ()
    lacks: str = ""

    @property
    def status(self) -> str:
        """Answered, in part, or not answered."""
        if not self.said:
            return OPEN
        return PARTLY if self.lacks else ANSWERED


@dataclass(frozen=True)
class Card:
    """Questions by part.

    Parameters
    ----------
    name
        Of the file, without an ending.
    title, source
        What it is, and whose questions these are.
    parts
        Heading and items, in their order.
    """

    name: str
    title: str
    source: str
    parts: tuple[tuple[str, tuple[Item, ...]], ...]

    @property
    def items(self) -> list[Item]:
        """All items."""
        return [item for _, items in self.parts for item in items]

    def counts(self) -> str:
        """``18 of 30 items answered, 4 in part, 8 not answered``."""
        found = [item.status for item in self.items]
        words = f"{found.count(ANSWERED)} of {count(len(found), 'item')} answered"
        return f"{words}, {found.count(PARTLY)} in part, {found.count(OPEN)} not answered"


def markdown(card: Card, titles: dict[str, str]) -> str:
    """The card as Markdown.

    Parameters
    ----------
    card
        What is written.
    titles
        Section of the report → its title.
    """
    lines = [f"# {_plain(card.title)}", "", _plain(card.source), "", f"**{card.counts()}.**"]
    lines += [
        "",
        "Filled in from the run folder and from `about` in the study; nothing else is known here.",
        "",
    ]
    for heading, items in card.parts:
        lines += [f"## {heading}", ""]
        for item in items:
            number = f"{item.number}. " if item.number else ""
            lines += [f"### {number}{_plain(item.asks)}", ""]
            lines += [_plain(item.said) if item.said else "*Not answered: the authors must.*", ""]
            if item.said and item.lacks:
                lines += [f"*In part. The authors must add: {_plain(item.lacks)}.*", ""]
            places = [titles[one] for one in item.where if one in titles]
            if places and item.said:
                lines += [f"(report.html: {', '.join(places)})", ""]
    lines += _still_open(card)
    return "\n".join(lines).rstrip("\n") + "\n"


def _still_open(card: Card) -> list[str]:
    """The list of what is left to the authors."""
    left = [item for item in card.items if item.status != ANSWERED]
    if not left:
        return []
    lines = ["## Left to the authors", ""]
    for item in left:
        number = f"{item.number}. " if item.number else ""
        more = f" (in part: {_plain(item.lacks)})" if item.said else ""
        lines.append(f"- [ ] {number}{_plain(item.asks)}{more}")
    return lines


def _plain(said: str) -> str:
    """Text that Markdown shows as it is, on one line."""
    text = _MARKS.sub(r"\\\1", " ".join(said.split()))
    return re.sub(r"^([-+]|\d+[.)])(?=\s|$)", r"\\\1", text)


def block(card: Card, titles: dict[str, str]) -> Markup:
    """The card as a collapsed table with a link to its file."""
    numbered = any(item.number for item in card.items)
    rows: list[list[object]] = []
    for heading, items in card.parts:
        for item in items:
            asks = f"{heading}: {item.asks}" if not numbered else item.asks
            rows.append([*([item.number] if numbered else []), asks, _cell(item, titles), item.status])
    columns = [*([Column("No.")] if numbered else []), Column("Item"), Column("Answer"), Column("Status")]
    classes = ["quiet" if row[-1] == OPEN else "" for row in rows]
    file = f"{FOLDER}/{card.name}.md"
    return element(
        "details",
        element("summary", f"{card.title}: {card.counts()}"),
        element(
            "p", card.source, " ", element("a", f"{card.name}.md", href=file, class_="file"), class_="note"
        ),
        table(card.title, columns, rows, row_classes=classes),
        class_="long",
    )


def _cell(item: Item, titles: dict[str, str]) -> Markup:
    if not item.said:
        return element("span", "The authors must.", class_="soft")
    links = [element("a", titles[one], href=f"#{one}") for one in item.where if one in titles]
    return element(
        "span",
        item.said,
        element("em", f" To be added: {item.lacks}.") if item.lacks else None,
        element("small", " ", join(links, ", ")) if links else None,
    )


def given(run_says: str, authors: Sequence[str]) -> str:
    """What the run says and what the authors say, one after the other."""
    return " ".join(one for one in (*(str(a).strip() for a in authors), run_says) if one)
