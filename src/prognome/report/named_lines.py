"""Lines of several models in one figure: a colour and a dash each, their names at their ends."""

from __future__ import annotations

from collections.abc import Sequence

from prognome.page.chart import Plot, shorten, words
from prognome.page.html import Markup
from prognome.page.palette import role
from prognome.report.folder import Run
from prognome.report.words import model_name

APART = 16  # points between two names


def names_at_ends(run: Run, plot: Plot, ends: Sequence[tuple[float, str, str]]) -> list[Markup]:
    """Names right of their lines, pushed apart where two would cover each other.

    Parameters
    ----------
    run
        For the names.
    plot
        With room at its right.
    ends
        Height of the end, label of the model, colour.
    """
    drawn: list[Markup] = []
    last = float("-inf")
    for height, label, colour in sorted(ends):
        last = max(height, last + APART)
        name = shorten(model_name(run, label), 32)
        drawn.append(words(plot.width - plot.right + 8, last + 4, name, colour=role(colour)))
    return drawn
