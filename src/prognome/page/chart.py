"""Drawing primitives: arrays in, SVG out.

A :class:`Plot` is an area with two linear axes. Every function returns marks for one plot; :func:`draw`
puts marks, axes and titles together. Colours are the page's variables (see :mod:`prognome.page.palette`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from prognome.page.html import Markup, element
from prognome.page.palette import explicit, role
from prognome.page.ticks import nice_ticks, tick_label

Array = NDArray[np.float64]
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
NAMESPACE = "http://www.w3.org/2000/svg"


@dataclass(frozen=True)
class Axis:
    """A linear axis.

    Parameters
    ----------
    low, high
        What stands at its ends, in the unit of the data.
    label
        Printed beside it.
    ticks
        Where it is marked; by default nice numbers inside the range.
    names
        Tick labels in place of numbers.
    """

    low: float
    high: float
    label: str = ""
    ticks: tuple[float, ...] | None = None
    names: tuple[str, ...] = ()

    @classmethod
    def around(cls, values: Iterable[float], label: str = "", *, zero: bool = False) -> Axis:
        """An axis from nice number to nice number around the finite ones of some values."""
        known = np.array([v for v in values if np.isfinite(v)] + ([0.0] if zero else []))
        marks = nice_ticks(float(known.min()), float(known.max())) if len(known) else [0.0, 1.0]
        return cls(marks[0], marks[-1], label, tuple(marks))

    def marks(self) -> tuple[float, ...]:
        """The ticks."""
        if self.ticks is not None:
            return self.ticks
        edge = 1e-9 * (self.high - self.low)
        return tuple(t for t in nice_ticks(self.low, self.high) if self.low - edge <= t <= self.high + edge)

    def tick_names(self) -> tuple[str, ...]:
        """What is printed at the ticks."""
        if self.names:
            return self.names
        marks = self.marks()
        step = marks[1] - marks[0] if len(marks) > 1 else 1.0
        return tuple(tick_label(mark, step) for mark in marks)


@dataclass(frozen=True)
class Plot:
    """An area with axes.

    Parameters
    ----------
    x, y
        The axes.
    width, height
        Of the drawing, in user units (about a pixel on a desk).
    left, right, top, bottom
        Margins around the area.
    grid
        Whether grid lines are drawn at the ticks.
    """

    x: Axis
    y: Axis
    width: int = 400
    height: int = 360
    left: int = 52
    right: int = 12
    top: int = 12
    bottom: int = 44
    grid: bool = True

    def px(self, values: Any) -> Array:
        """Where x values stand."""
        span = self.width - self.left - self.right
        return self.left + (np.asarray(values, dtype=float) - self.x.low) / (self.x.high - self.x.low) * span

    def py(self, values: Any) -> Array:
        """Where y values stand; up is less."""
        span = self.height - self.top - self.bottom
        share = (np.asarray(values, dtype=float) - self.y.low) / (self.y.high - self.y.low)
        return self.height - self.bottom - share * span


def path(xs: Array, ys: Array, *, closed: bool = False) -> str:
    """Path data through points in drawing units; a point that is not finite breaks it."""
    steps, move = [], True
    for x, y in zip(np.round(xs, 1).tolist(), np.round(ys, 1).tolist(), strict=True):
        if not (np.isfinite(x) and np.isfinite(y)):
            move = True
            continue
        steps.append(f"{'M' if move else 'L'}{x:g} {y:g}")
        move = False
    return "".join(steps) + ("Z" if closed and steps else "")


def line(
    plot: Plot, x: Any, y: Any, colour: str, *, width: float = 2, dash: str = "", opacity: float | None = None
) -> Markup:
    """A line through points."""
    return element(
        "path",
        d=path(plot.px(x), plot.py(y)),
        fill="none",
        stroke=colour,
        stroke_width=width,
        stroke_linejoin="round",
        stroke_linecap=None if dash else "round",
        stroke_dasharray=dash or None,
        stroke_opacity=opacity,
    )


def band(plot: Plot, x: Any, low: Any, high: Any, colour: str, *, opacity: float = 0.18) -> Markup:
    """The area between two lines."""
    xs = np.concatenate([plot.px(x), plot.px(x)[::-1]])
    ys = np.concatenate([plot.py(low), plot.py(high)[::-1]])
    return element("path", d=path(xs, ys, closed=True), fill=colour, fill_opacity=opacity)


def points(
    plot: Plot, x: Any, y: Any, colour: str, *, radius: float = 3.5, opacity: float = 1, hollow: bool = False
) -> Markup:
    """Dots; those that are not finite are left out."""
    dots = [
        element("circle", cx=round(a, 1), cy=round(b, 1), r=radius)
        for a, b in zip(plot.px(x).tolist(), plot.py(y).tolist(), strict=True)
        if np.isfinite(a) and np.isfinite(b)
    ]
    if hollow:
        return element("g", dots, fill=role("paper"), stroke=colour, stroke_width=1.6)
    return element("g", dots, fill=colour, fill_opacity=None if opacity == 1 else opacity)


def whiskers(plot: Plot, x: Any, low: Any, high: Any, colour: str, *, width: float = 1.4) -> Markup:
    """Upright intervals."""
    xs, lows, highs = (np.asarray(v, dtype=float) for v in (x, low, high))
    fine = np.isfinite(xs) & np.isfinite(lows) & np.isfinite(highs)
    pieces = [
        f"M{a:.1f} {b:.1f}V{c:.1f}"
        for a, b, c in zip(plot.px(xs[fine]), plot.py(lows[fine]), plot.py(highs[fine]), strict=True)
    ]
    return element("path", d="".join(pieces), stroke=colour, stroke_width=width, fill="none")


def bars(
    plot: Plot, left: Any, right: Any, base: Any, top: Any, colour: str, *, opacity: float = 0.75
) -> Markup:
    """Upright bars between x edges, from a base to a top."""
    xs, widths = plot.px(left), plot.px(right) - plot.px(left)
    lower, upper = plot.py(base), plot.py(top)
    boxes = [
        element(
            "rect",
            x=round(x + 0.5, 1),
            y=round(min(b, t), 1),
            width=round(max(w - 1, 0.5), 1),
            height=round(abs(b - t), 1),
        )
        for x, w, b, t in zip(*np.broadcast_arrays(xs, widths, lower, upper), strict=True)
        if abs(b - t) >= 0.05
    ]
    return element("g", boxes, fill=colour, fill_opacity=opacity)


def cells(plot: Plot, x_edges: Any, y_edges: Any, share: Any, colour: str) -> Markup:
    """A grid of shaded boxes.

    Parameters
    ----------
    plot
        The area.
    x_edges, y_edges
        (p + 1,) and (q + 1,) edges in the unit of the data.
    share
        (q, p) darkness from 0 (left out) to 1.
    colour
        Of the darkest box.
    """
    xs, ys, share = plot.px(x_edges), plot.py(y_edges), np.asarray(share, dtype=float)
    boxes = [
        element(
            "rect",
            x=round(xs[k], 1),
            y=round(min(ys[j], ys[j + 1]), 1),
            width=round(xs[k + 1] - xs[k] + 0.1, 1),
            height=round(abs(ys[j] - ys[j + 1]) + 0.1, 1),
            fill_opacity=round(float(share[j, k]), 3),
        )
        for j, k in np.argwhere(share > 0)
    ]
    return element("g", boxes, fill=colour)


def words(
    x: float,
    y: float,
    what: str,
    *,
    colour: str = role("ink"),
    anchor: str = "start",
    size: float = 12,
    weight: int | None = None,
    turn: float | None = None,
) -> Markup:
    """Text at a place in drawing units."""
    return element(
        "text",
        what,
        x=round(float(x), 1),
        y=round(float(y), 1),
        fill=colour,
        text_anchor=anchor,
        font_size=size,
        font_weight=weight,
        transform=None if turn is None else f"rotate({turn:g} {x:.1f} {y:.1f})",
    )


def axes(plot: Plot) -> Markup:
    """Grid, tick labels and axis labels."""
    low_x, high_x = plot.left, plot.width - plot.right
    high_y, low_y = plot.top, plot.height - plot.bottom
    grid, labels = [], []
    for mark, name in zip(plot.x.marks(), plot.x.tick_names(), strict=True):
        at = float(plot.px(mark))
        grid.append(f"M{at:.1f} {high_y}V{low_y}")
        labels.append(words(at, low_y + 17, name, colour=role("soft"), anchor="middle", size=11.5))
    for mark, name in zip(plot.y.marks(), plot.y.tick_names(), strict=True):
        at = float(plot.py(mark))
        grid.append(f"M{low_x} {at:.1f}H{high_x}")
        labels.append(words(low_x - 8, at + 4, name, colour=role("soft"), anchor="end", size=11.5))
    middle_x, middle_y = (low_x + high_x) / 2, (low_y + high_y) / 2
    return element(
        "g",
        element("path", d="".join(grid), stroke=role("grid"), fill="none") if plot.grid else None,
        element("path", d=f"M{low_x} {low_y}H{high_x}", stroke=role("soft"), fill="none"),
        labels,
        words(middle_x, plot.height - 8, plot.x.label, anchor="middle") if plot.x.label else None,
        words(14, middle_y, plot.y.label, anchor="middle", turn=-90) if plot.y.label else None,
    )


def key(entries: Sequence[tuple[str, str, str]], x: float, y: float, *, advance: float = 18) -> Markup:
    """A legend from top to bottom: (name, colour, dash)."""
    rows = []
    for at, (name, colour, dash) in enumerate(entries):
        here = y + at * advance
        rows.append(
            element(
                "path",
                d=f"M{x:g} {here - 4:g}h20",
                stroke=colour,
                stroke_width=2.5,
                fill="none",
                stroke_dasharray=dash or None,
            )
        )
        rows.append(words(x + 26, here, name, size=11.5))
    return element("g", rows)


def draw(plot: Plot, marks: Iterable[object], title: str, description: str) -> Markup:
    """The whole drawing.

    Parameters
    ----------
    plot
        Its area.
    marks
        What stands on it.
    title, description
        Read out by a screen reader; a description says what the eye would see.
    """
    return canvas(plot.width, plot.height, [axes(plot), list(marks)], title, description)


def canvas(width: float, height: float, marks: Iterable[object], title: str, description: str) -> Markup:
    """Marks in drawing units as one SVG element."""
    return element(
        "svg",
        element("title", title),
        element("desc", description),
        list(marks),
        xmlns=NAMESPACE,
        viewBox=f"0 0 {width:g} {height:g}",
        width=f"{width:g}",
        height=f"{height:g}",
        role="img",
        aria_label=f"{title}. {description}",
        font_family=FONT,
        font_size=12,
    )


def interval_bar(
    value: float | None,
    low: float | None,
    high: float | None,
    axis: Axis,
    *,
    colour: str,
    reference: float | None = None,
    width: int = 130,
    height: int = 16,
) -> Markup:
    """A value with its interval on a small scale, to stand in a table; silent for screen readers."""
    span: Callable[[float], float] = lambda v: 5 + (v - axis.low) / (axis.high - axis.low) * (width - 10)  # noqa: E731
    middle = height / 2
    marks: list[object] = [
        element("path", d=f"M5 {middle:g}H{width - 5}", stroke=role("grid"), stroke_width=1)
    ]
    if reference is not None and np.isfinite(reference):
        marks.append(
            element(
                "path",
                d=f"M{span(reference):.1f} 1V{height - 1}",
                stroke=role("soft"),
                stroke_dasharray="2 2",
            )
        )
    if low is not None and high is not None and np.isfinite(low) and np.isfinite(high):
        marks.append(
            element(
                "path", d=f"M{span(low):.1f} {middle:g}H{span(high):.1f}", stroke=colour, stroke_width=2.2
            )
        )
    if value is not None and np.isfinite(value):
        marks.append(element("circle", cx=round(span(value), 1), cy=middle, r=4, fill=colour))
    return element(
        "svg",
        marks,
        viewBox=f"0 0 {width} {height}",
        width=width,
        height=height,
        aria_hidden="true",
        class_="bar",
    )


def as_file(drawing: str) -> str:
    """A drawing as the text of an SVG file: explicit colours on white paper, nothing from outside."""
    start = drawing.index(">") + 1
    paper = element("rect", width="100%", height="100%", fill=role("paper"))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{explicit(drawing[:start] + paper + drawing[start:])}\n'


def shorten(name: str, limit: int = 28) -> str:
    """A long name cut in its middle.

    >>> shorten("a" * 20 + "b" * 20, 11)
    'aaaaa…bbbbb'
    """
    if len(name) <= limit:
        return name
    head = limit // 2
    return f"{name[:head]}…{name[len(name) - (limit - head - 1) :]}"
