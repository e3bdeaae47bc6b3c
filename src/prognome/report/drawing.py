"""A figure of the report: a drawing with its caption, and the name of its file."""

from __future__ import annotations

import re
from dataclasses import dataclass

from prognome.page.html import Markup, element


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
        caption = element("figcaption", element("strong", f"{self.title}. "), self.caption)
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


def unique_names(drawings: list[Drawing]) -> list[str]:
    """A file name for each drawing; a second of the same name gets a number."""
    names: list[str] = []
    for one in drawings:
        name, again = one.name, 2
        while name in names:
            name, again = f"{one.name}_{again}", again + 1
        names.append(name)
    return names
