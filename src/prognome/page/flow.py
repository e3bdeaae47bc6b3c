"""A flow diagram: boxes from top to bottom, what leaves on the right, what comes of it at the foot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

from prognome.page.chart import canvas, words
from prognome.page.html import Markup, element
from prognome.page.palette import role

_LINE = 16
_PAD = 10
_GAP = 30
_LETTER, _BOLD = 6.6, 7.4


@dataclass(frozen=True)
class Box:
    """Words over a count."""

    words: str
    rows: str
    strong: bool = False


@dataclass(frozen=True)
class Step:
    """A box of the main line, and what leaves behind it."""

    box: Box
    leaves: tuple[Box, ...] = ()


def flow(
    steps: Sequence[Step], ends: Sequence[Box], apart: Sequence[Box], title: str, description: str
) -> Markup:
    """The drawing.

    Parameters
    ----------
    steps
        The main line from top to bottom.
    ends
        Boxes side by side at its foot; three in a row.
    apart
        Boxes below that come from elsewhere; no arrow leads to them.
    title, description
        As for every drawing.
    """
    width, main, side = 640, 300, 260
    marks: list[object] = []
    y, left = 8.0, 8.0
    middle = left + main / 2
    for at, step in enumerate(steps):
        height = _height(step.box, main)
        marks.append(_draw(step.box, left, y, main, height))
        y += height
        last = at == len(steps) - 1
        if step.leaves:
            top = y + 12
            for box in step.leaves:
                tall = _height(box, side)
                marks.append(_arrow(f"M{middle:g} {top + tall / 2:g}H{width - side - 14:g}"))
                marks.append(_head(width - side - 8, top + tall / 2, right=True))
                marks.append(_draw(box, width - side - 8, top, side, tall, soft=True))
                top += tall + 8
            foot = top + 10
        else:
            foot = y + _GAP
        if not last:
            marks.append(_arrow(f"M{middle:g} {y:g}V{foot - 6:g}"))
            marks.append(_head(middle, foot))
            y = foot
    if ends:
        columns = min(3, len(ends))
        across = main if columns == 1 else (width - 16 - 14 * (columns - 1)) / columns
        bar = y + 16
        for start in range(0, len(ends), columns):
            row = ends[start : start + columns]
            tall = max(_height(box, across) for box in row)
            top = bar + 16 if start == 0 else y + 14
            for at, box in enumerate(row):
                x = left + at * (across + 14)
                if start == 0:
                    marks.append(_arrow(f"M{middle:g} {y:g}V{bar:g}H{x + across / 2:g}V{top - 6:g}"))
                    marks.append(_head(x + across / 2, top))
                marks.append(_draw(box, x, top, across, tall))
            y = top + tall
    if apart:
        y += 18
        marks.append(element("path", d=f"M{left:g} {y:g}H{width - 8:g}", stroke=role("grid"), fill="none"))
        y += 4
        columns = min(3, len(apart))
        across = main if columns == 1 else (width - 16 - 14 * (columns - 1)) / columns
        for start in range(0, len(apart), columns):
            row = apart[start : start + columns]
            tall = max(_height(box, across) for box in row)
            for at, box in enumerate(row):
                marks.append(_draw(box, left + at * (across + 14), y + 14, across, tall))
            y += 14 + tall
    return canvas(width, y + 8, marks, title, description)


def _height(box: Box, width: float) -> float:
    return _LINE * (len(_lines(box.words, width)) + len(_lines(box.rows, width, _BOLD))) + 2 * _PAD - 4


def _lines(said: str, width: float, letter: float = _LETTER) -> list[str]:
    return wrap(said, max(8, int((width - 2 * _PAD) / letter))) or [""]


def _draw(box: Box, x: float, y: float, width: float, height: float, *, soft: bool = False) -> Markup:
    lines, counts = _lines(box.words, width), _lines(box.rows, width, _BOLD)
    return element(
        "g",
        element(
            "rect",
            x=round(x, 1),
            y=round(y, 1),
            width=round(width, 1),
            height=round(height, 1),
            rx=5,
            fill=role("paper" if soft else "raised"),
            stroke=role("s1" if box.strong else "rule"),
            stroke_width=1.8 if box.strong else 1.2,
            stroke_dasharray="4 3" if soft else None,
        ),
        [
            words(x + _PAD, y + _PAD + 9 + k * _LINE, one, colour=role("soft" if soft else "ink"), size=12.5)
            for k, one in enumerate(lines)
        ],
        [
            words(x + _PAD, y + _PAD + 9 + (len(lines) + k) * _LINE, one, weight=650, size=12.5)
            for k, one in enumerate(counts)
        ],
    )


def _arrow(d: str) -> Markup:
    return element("path", d=d, fill="none", stroke=role("soft"), stroke_width=1.2)


def _head(x: float, y: float, *, right: bool = False) -> Markup:
    d = f"M{x:g} {y:g}l-7 -4v8z" if right else f"M{x:g} {y:g}l-4 -7h8z"
    return element("path", d=d, fill=role("soft"))
