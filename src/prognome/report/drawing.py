"""A figure of the report: a drawing with its caption, and the name of its file."""

from __future__ import annotations

import re
from dataclasses import dataclass

from prognome.page.html import Markup, element

FIGURES = "figures"


@dataclass(frozen=True)
class Drawing:
    """A figure.

    Parameters
    ----------
    name
        Of the file under ``figures/``, without its ending.
    title, caption
        Printed under it.
    svg
        The drawing, in the page's colours.
    wide
        Whether it takes the whole column.
    shown
        Whether it stands in the page; a drawing that the page gives as a table is a file alone.
    """

    name: str
    title: str
    caption: str
    svg: Markup
    wide: bool = False
    shown: bool = True

    def figure(self) -> Markup:
        """The figure as HTML."""
        file = f"{FIGURES}/{self.name}.svg"
        caption = element(
            "figcaption",
            element("strong", f"{self.title}. "),
            self.caption,
            " ",
            element("a", f"{self.name}.svg", href=file, class_="file"),
        )
        if not self.wide:
            return element("figure", self.svg, caption)
        return element(
            "figure", element("div", self.svg, class_="scroll", tabindex=0), caption, class_="wide"
        )


def figures(drawings: list[Drawing]) -> Markup:
    """Figures side by side where there is room."""
    return element("div", [one.figure() for one in drawings if one.shown], class_="figures")


def slug(text: str) -> str:
    """A part or class as a piece of a file name."""
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:40] or "x"


def unique_names(names: list[str]) -> list[str]:
    """A file name for each; a second of the same name gets a number."""
    taken: list[str] = []
    for one in names:
        name, again = one, 2
        while name in taken:
            name, again = f"{one}_{again}", again + 1
        taken.append(name)
    return taken


def link_once(page: str, folder: str) -> str:
    """A page whose links into a folder lead each to its own file, numbered as :func:`unique_names` does.

    A drawing or table has one link for each of its endings.
    """
    found = list(re.finditer(rf'<a href="{folder}/([^"./]+)\.(\w+)"([^>]*)>([^<]*)</a>', page))
    places: dict[str, list[int]] = {}
    for at, one in enumerate(found):
        places.setdefault(one[2], []).append(at)
    told = {
        at: name
        for ats in places.values()
        for at, name in zip(ats, unique_names([found[at][1] for at in ats]), strict=True)
    }
    pieces, last = [], 0
    for at, one in enumerate(found):
        pieces.append(page[last : one.start()])
        name = f"{told[at]}.{one[2]}"
        said = one[4].replace(one[1], told[at])
        pieces.append(f'<a href="{folder}/{name}"{one[3]}>{said}</a>')
        last = one.end()
    return "".join(pieces) + page[last:]
