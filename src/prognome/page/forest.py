"""A forest plot: a line a group with its value and interval, size on the left, figure on the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from prognome.page.chart import Axis, Plot, canvas, line, points, shorten, words
from prognome.page.html import Markup, element
from prognome.page.labels import LETTER
from prognome.page.palette import role
from prognome.page.ticks import tick_label

_ADVANCE = 24
_LEAST_WIDTH = 720
_LONGEST_NAME = 36


@dataclass(frozen=True)
class ForestLine:
    """One group.

    Parameters
    ----------
    name, size
        Of the group: its level and how many it has.
    value, low, high
        In the unit of the axis; a value of None leaves the place to the words alone.
    shown
        The figure in words, or why there is none.
    """

    name: str
    size: str
    value: float | None
    low: float | None
    high: float | None
    shown: str


@dataclass(frozen=True)
class ForestBlock:
    """Lines under one heading, with the figure of all of them as a dashed line."""

    heading: str
    lines: tuple[ForestLine, ...]
    whole: float | None = None


def forest(
    blocks: Sequence[ForestBlock], axis: Axis, title: str, description: str, *, colour: str = role("s1")
) -> Markup:
    """The drawing; its height grows with the number of lines.

    Parameters
    ----------
    blocks
        From top to bottom.
    axis
        Values beyond it are drawn at its end.
    title, description
        As for every drawing.
    colour
        Of points and intervals.
    """
    every = [one for block in blocks for one in block.lines]
    headed = sum(bool(block.heading) for block in blocks)
    names = round(LETTER * max(min(len(one.name), _LONGEST_NAME) for one in every)) + 14
    sizes = round(LETTER * max(len(one.size) for one in every)) + 14
    shown = round(LETTER * max([len(one.shown) for one in every if one.value is not None] or [12])) + 14
    height = _ADVANCE * (len(every) + headed) + 56
    plot = Plot(
        axis,
        Axis(0, 1, ticks=()),
        width=max(names + sizes + shown + 300, _LEAST_WIDTH),
        height=height,
        left=names + sizes + 8,
        right=shown + 8,
        top=6,
        bottom=48,
        grid=False,
    )
    marks: list[object] = [_scale(plot)]
    ticks = plot.px(plot.x.marks()).tolist()
    top = float(plot.top)
    for block in blocks:
        if block.heading:
            marks.append(words(4, top + 16, block.heading, weight=600))
            top += _ADVANCE
        bottom = top + _ADVANCE * len(block.lines)
        grid = "".join(f"M{at:.1f} {top:.1f}V{bottom:.1f}" for at in ticks)
        marks.append(element("path", d=grid, stroke=role("grid"), fill="none"))
        if block.whole is not None:
            at = float(plot.px(_inside(block.whole, axis)))
            marks.append(
                element(
                    "path",
                    d=f"M{at:.1f} {top + 2:.1f}V{bottom - 2:.1f}",
                    stroke=role("soft"),
                    stroke_dasharray="4 4",
                )
            )
        for one in block.lines:
            marks.append(_line(plot, one, top + _ADVANCE / 2, names, axis, colour))
            top += _ADVANCE
    return canvas(plot.width, height, marks, title, description)


def _scale(plot: Plot) -> Markup:
    low, bottom = plot.left, plot.height - plot.bottom
    marks = plot.x.marks()
    step = marks[1] - marks[0] if len(marks) > 1 else 1.0
    middle = (plot.left + plot.width - plot.right) / 2
    return element(
        "g",
        element("path", d=f"M{low} {bottom}H{plot.width - plot.right}", stroke=role("soft"), fill="none"),
        [
            words(float(plot.px(mark)), bottom + 17, tick_label(mark, step), colour=role("soft"),
                  anchor="middle", size=11.5)
            for mark in marks
        ],
        words(middle, plot.height - 8, plot.x.label, anchor="middle") if plot.x.label else None,
    )  # fmt: skip


def _line(plot: Plot, one: ForestLine, middle: float, names: int, axis: Axis, colour: str) -> Markup:
    text = middle + 4
    marks: list[object] = [
        words(4, text, shorten(one.name, _LONGEST_NAME)),
        words(plot.left - 12, text, one.size, colour=role("soft"), anchor="end", size=11.5),
    ]
    if one.value is None:
        marks.append(words(plot.left + 4, text, one.shown, colour=role("soft"), size=11.5))
        return element("g", marks)
    y = (plot.height - plot.bottom - middle) / (plot.height - plot.bottom - plot.top)
    if one.low is not None and one.high is not None:
        marks.append(line(plot, [_inside(one.low, axis), _inside(one.high, axis)], [y, y], colour, width=2.2))
    marks.append(points(plot, [_inside(one.value, axis)], [y], colour, radius=4.5))
    marks.append(words(plot.width - plot.right + 12, text, one.shown, size=11.5))
    return element("g", marks)


def _inside(value: float, axis: Axis) -> float:
    return min(max(value, axis.low), axis.high)
