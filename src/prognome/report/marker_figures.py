"""Two figures of markers: how strong each is, and how its parts spread over the rows."""

from __future__ import annotations

import numpy as np
import pandas as pd

from prognome.core.name_feature import bare
from prognome.page.chart import Axis, Plot, axes, canvas, shorten, words
from prognome.page.html import Markup, element
from prognome.page.numbers import significant
from prognome.page.palette import role
from prognome.report.drawing import Drawing
from prognome.report.folder import Run
from prognome.report.words import metric_name

ADVANCE = 26
NAME = 200
WIDTH = 720
LOW, HIGH = 0.4, 0.6  # mean rank below which values are called low, above which high


def bars_of_markers(run: Run, first: pd.DataFrame, *, by_parts: bool, unit: str) -> Drawing:
    """A bar for each marker: mean |SHAP|, or what shuffling costs."""
    values = first["shap" if by_parts else "drop"].to_numpy(float)
    label = f"Mean |SHAP|, {unit}" if by_parts else f"{metric_name(run.primary)} lost by shuffling"
    plot = _plot(Axis.around(values, label, zero=True), len(first))
    marks: list[Markup] = []
    zero = float(plot.px(0.0))
    for at, (name, value) in enumerate(zip(first["feature"], values.tolist(), strict=True)):
        y, end = _row(plot, at), float(plot.px(value))
        marks += [
            _name(at, name, y),
            element(
                "rect", x=round(min(zero, end), 1), y=y - 8, width=round(max(abs(end - zero), 0.5), 1),
                height=16, fill=role("s1"), fill_opacity=0.8,
            ),
            words(max(zero, end) + 6, y + 4, significant(value), colour=role("soft"), size=11.5),
        ]  # fmt: skip
    title = "Markers"
    told = "; ".join(f"{bare(n)}: {significant(v)}" for n, v in zip(first["feature"], values, strict=True))
    caption = f"The first {len(first)}. {label[0].upper()}{label[1:]}, mean over the folds."
    return Drawing("markers", title, caption, _drawn(plot, marks, title, told), wide=True)


def spread_of_markers(run: Run, unit: str) -> Drawing:
    """For each marker, how many rows have parts of which size; colours say whether their values are high."""
    names = list(dict.fromkeys(run.marker_spread["feature"]))
    table = run.marker_spread
    plot = _plot(Axis.around([*table["low"], *table["high"], 0.0], f"Part of the answer, {unit}"), len(names))
    marks: list[Markup] = []
    for at, name in enumerate(names):
        here, y = table[table["feature"] == name], _row(plot, at)
        most = float(here["rows"].max())
        marks.append(_name(at, name, y))
        for one in here.to_dict("records"):
            left, right = float(plot.px(one["low"])), float(plot.px(one["high"]))
            tall = 3 + 17 * float(np.sqrt(one["rows"] / most))
            marks.append(
                element(
                    "rect",
                    x=round(left, 1),
                    y=round(y - tall / 2, 1),
                    width=round(max(right - left - 0.4, 1.5), 1),
                    height=round(tall, 1),
                    rx=1.2,
                    fill=role(_colour(one["place"])),
                )
            )
    legend = [("low values", "s1"), ("middle, or a category", "soft"), ("high values", "s2")]
    across = NAME
    for text, colour in legend:
        marks += [
            element("rect", x=across, y=2, width=12, height=12, fill=role(colour)),
            words(across + 18, 12, text, size=11.5),
        ]
        across += 40 + 7 * len(text)
    title = "How the parts spread"
    told = "; ".join(
        f"{bare(n)}: {significant(float(t['low'].min()))} to {significant(float(t['high'].max()))}"
        for n, t in table.groupby("feature", sort=False)
    )
    caption = (
        "Right of 0 the column speaks for the event (or a higher number), left of it against. The taller a "
        "block, the more rows it holds; single rows are not shown."
    )
    return Drawing("marker_spread", title, caption, _drawn(plot, marks, title, told), wide=True)


def _name(at: int, name: object, y: float) -> Markup:
    """With its rank, since long names are cut."""
    return words(NAME - 8, y + 4, f"{at + 1}  {shorten(bare(name), 26)}", anchor="end")


def _plot(axis: Axis, rows: int) -> Plot:
    up = Axis(0, max(rows, 1), ticks=())
    return Plot(axis, up, width=WIDTH, height=66 + ADVANCE * rows, left=NAME, right=64, top=22, bottom=44)


def _row(plot: Plot, at: int) -> float:
    return plot.top + ADVANCE * (at + 0.5)


def _drawn(plot: Plot, marks: list[Markup], title: str, told: str) -> Markup:
    return canvas(plot.width, plot.height, [axes(plot), _nought(plot), *marks], title, told)


def _nought(plot: Plot) -> Markup:
    at = float(plot.px(0.0))
    return element(
        "path", d=f"M{at:.1f} {plot.top}V{plot.height - plot.bottom}", stroke=role("soft"), fill="none"
    )


def _colour(place: float) -> str:
    if pd.isna(place) or LOW <= place <= HIGH:
        return "soft"
    return "s1" if place < LOW else "s2"
