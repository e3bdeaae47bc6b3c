"""Names beside points, none over another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from prognome.page.chart import words
from prognome.page.html import Markup, element
from prognome.page.palette import role

LETTER, CAPITAL = 6.3, 1.5  # a letter's width, and what a capital has more
_SIZE, _ABOVE, _BELOW = 11.5, 9.0, 3.0
_RINGS = (9.0, 16.0, 26.0, 40.0, 56.0, 76.0, 100.0, 130.0, 165.0)
_FAR = 14.0


@dataclass(frozen=True)
class Box:
    """A rectangle in drawing units; down is more."""

    left: float
    top: float
    right: float
    bottom: float

    def shared(self, other: Box) -> float:
        """Area that two rectangles have in common."""
        wide = min(self.right, other.right) - max(self.left, other.left)
        high = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(wide, 0.0) * max(high, 0.0)

    def outside(self, bounds: Box) -> float:
        """Area that lies beyond the bounds."""
        whole = (self.right - self.left) * (self.bottom - self.top)
        return whole - self.shared(bounds)

    def within(self, bounds: Box) -> Box:
        """The same rectangle, pushed inside the bounds; at their left and top where it is larger."""
        across = max(bounds.left - self.left, min(0.0, bounds.right - self.right))
        down = max(bounds.top - self.top, min(0.0, bounds.bottom - self.bottom))
        return Box(self.left + across, self.top + down, self.right + across, self.bottom + down)


@dataclass(frozen=True)
class Label:
    """A name with its rectangle, and the point it belongs to."""

    name: str
    box: Box
    x: float
    y: float


def place_labels(
    names: Sequence[str],
    at: Sequence[tuple[float, float]],
    bounds: Box,
    taken: Sequence[Box] = (),
) -> list[Label]:
    """A place for each name near its point, clear of the others and of what is drawn already.

    Parameters
    ----------
    names
        In the order in which they choose their place.
    at
        (x, y) of the point of each, in drawing units.
    bounds
        Where names may stand.
    taken
        What they must not cover: points, whiskers, a key.

    Returns
    -------
    One label a name, inside the bounds where it is not wider than they are. Where nothing is free, the place
    with the least overlap.
    """
    taken = [*taken, *(Box(x - 5, y - 5, x + 5, y + 5) for x, y in at)]
    placed: list[Label] = []
    for name, (x, y) in zip(names, at, strict=True):
        here = [*taken, *(one.box for one in placed)]
        best, least = None, math.inf
        for box in (one.within(bounds) for one in _places(_width(name), x, y)):
            cost = sum(box.shared(other) for other in here)
            if cost < least - 1e-9:
                best, least = box, cost
            if least <= 0:
                break
        assert best is not None
        placed.append(Label(name, best, x, y))
    return placed


def _width(name: str) -> float:
    return LETTER * len(name) + CAPITAL * sum(one.isupper() for one in name)


def draw_labels(labels: Sequence[Label], colours: Sequence[str]) -> Markup:
    """The names, each with a thin line to its point where it stands far off."""
    marks = []
    for one, colour in zip(labels, colours, strict=True):
        box = one.box
        nearest_x = min(max(one.x, box.left), box.right)
        nearest_y = min(max(one.y, box.top), box.bottom)
        if math.hypot(nearest_x - one.x, nearest_y - one.y) > _FAR:
            marks.append(
                element(
                    "path",
                    d=f"M{one.x:.1f} {one.y:.1f}L{nearest_x:.1f} {nearest_y:.1f}",
                    stroke=role("rule"),
                    stroke_width=1,
                )
            )
        marks.append(words(box.left, box.bottom - _BELOW, one.name, colour=colour, size=_SIZE))
    return element("g", marks)


def _places(width: float, x: float, y: float) -> list[Box]:
    """Rectangles around a point, the nearest first: right, left, above, below, then ring by ring."""
    found = []
    for ring in _RINGS:
        for turn in (0, 180, 270, 90, 315, 45, 225, 135, 340, 20, 200, 160, 290, 70, 250, 110):
            dx, dy = ring * math.cos(math.radians(turn)), ring * math.sin(math.radians(turn))
            # the near edge of the name stands at the end of the ray
            left = x + dx if dx > 0.1 else x + dx - width if dx < -0.1 else x - width / 2
            middle = y + dy + (5 if dy > 0.1 else -5 if dy < -0.1 else 0)
            found.append(Box(left, middle - _ABOVE + 3, left + width, middle + _BELOW + 3))
    return found
