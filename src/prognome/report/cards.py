"""Model card, TRIPOD+AI and data sheet: a section of the report, and files that read without us."""

from __future__ import annotations

from collections.abc import Mapping

from prognome.page.html import Markup, element
from prognome.report.card import FOLDER, Card, block, markdown
from prognome.report.data_sheet import data_sheet
from prognome.report.folder import Run
from prognome.report.model_card import model_card
from prognome.report.tripod_ai import tripod_ai


def cards_of(run: Run) -> list[Card]:
    """The three cards."""
    return [model_card(run), tripod_ai(run), data_sheet(run)]


def cards_section(cards: list[Card], titles: Mapping[str, str]) -> Markup:
    """The cards, collapsed.

    Parameters
    ----------
    cards
        As :func:`cards_of` gives them.
    titles
        Section of this very report → its title, for links.
    """
    return element(
        "section",
        element("h2", "Model card and checklists"),
        element(
            "p",
            "Filled in from this run and from what the study says under ",
            element("code", "about"),
            ". Nothing is made up: what neither says is listed as not answered, and only the authors can.",
        ),
        [block(card, dict(titles)) for card in cards],
        id="cards",
    )


def card_files(cards: list[Card], titles: Mapping[str, str]) -> dict[str, str]:
    """Path in the run folder → text."""
    return {f"{FOLDER}/{card.name}.md": markdown(card, dict(titles)) for card in cards}
