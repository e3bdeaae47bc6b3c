"""Predicted against observed shares in bins: marks, words and cells that all such figures share."""

from __future__ import annotations

from typing import Any, Protocol

from prognome.page.chart import Plot, line, points, whiskers
from prognome.page.html import Markup, element
from prognome.page.numbers import count, decimal
from prognome.page.palette import role
from prognome.page.table import Estimate


class Bins(Protocol):
    """(bins,) mean predicted and observed share, the ends of its interval, and rows."""

    @property
    def predicted(self) -> Any: ...
    @property
    def observed(self) -> Any: ...
    @property
    def low(self) -> Any: ...
    @property
    def high(self) -> Any: ...
    @property
    def rows(self) -> Any: ...


def reliability_marks(plot: Plot, bins: Bins) -> list[Markup]:
    """The dashed line of equal shares, and the bins with their intervals."""
    return [
        line(plot, [0, 1], [0, 1], role("soft"), width=1.2, dash="4 4"),
        whiskers(plot, bins.predicted, bins.low, bins.high, role("s1")),
        line(plot, bins.predicted, bins.observed, role("s1"), width=1.2, opacity=0.5),
        points(plot, bins.predicted, bins.observed, role("s1"), radius=4),
    ]


def reliability_told(bins: Bins) -> str:
    """The bins in words."""
    return "; ".join(
        f"predicted {decimal(p)}, observed {decimal(o)}, {count(int(n), 'row')}"
        for p, o, n in zip(bins.predicted, bins.observed, bins.rows, strict=True)
    )


def reliability_rows(bins: Bins) -> list[list[object]]:
    """Cells of a table: predicted, observed with its interval, rows."""
    return [
        [
            decimal(p, 3, top=1.0),
            Estimate(
                element("span", f"{decimal(o, 3, top=1.0)} ({decimal(lo)}–{decimal(hi)})"),
                decimal(o, 3, top=1.0),
                decimal(lo),
                decimal(hi),
            ),
            count(int(n)),
        ]
        for p, o, lo, hi, n in zip(bins.predicted, bins.observed, bins.low, bins.high, bins.rows, strict=True)
    ]
