"""Search spaces: what a model's parameter may be, as plain data beside the model's class."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Real:
    """A number between ``low`` and ``high``; with ``log`` its logarithm is uniform."""

    low: float
    high: float
    log: bool = False

    def sample(self, rng: np.random.Generator) -> float:
        """One draw."""
        if self.log:
            return float(np.exp(rng.uniform(np.log(self.low), np.log(self.high))))
        return float(rng.uniform(self.low, self.high))

    def grid(self, points: int) -> tuple[float, ...]:
        """So many values at equal distances from end to end; a single one is the middle.

        >>> Real(0.01, 100.0, log=True).grid(3)
        (0.01, 1.0, 100.0)
        """
        return _evenly(self.low, self.high, points, log=self.log)


@dataclass(frozen=True)
class Whole:
    """A whole number from ``low`` to ``high``, both included; with ``log`` its logarithm is uniform."""

    low: int
    high: int
    log: bool = False

    def sample(self, rng: np.random.Generator) -> int:
        """One draw."""
        if self.log:
            drawn = np.exp(rng.uniform(np.log(self.low - 0.5), np.log(self.high + 0.5)))
            return int(np.clip(np.rint(drawn), self.low, self.high))
        return int(rng.integers(self.low, self.high, endpoint=True))

    def grid(self, points: int) -> tuple[int, ...]:
        """At most so many values at about equal distances from end to end.

        >>> Whole(1, 3).grid(5)
        (1, 2, 3)
        """
        values = _evenly(self.low, self.high, points, log=self.log)
        return tuple(dict.fromkeys(round(value) for value in values))


@dataclass(frozen=True)
class Choice:
    """One of several values."""

    values: tuple[Any, ...]

    def sample(self, rng: np.random.Generator) -> Any:
        """One draw."""
        return self.values[int(rng.integers(len(self.values)))]

    def grid(self, points: int) -> tuple[Any, ...]:
        """All of them, however many are asked for."""
        return self.values


Space = Mapping[str, Real | Whole | Choice]


def sample(space: Space, rng: np.random.Generator) -> dict[str, Any]:
    """One draw of every parameter, in the order of their names."""
    return {name: space[name].sample(rng) for name in sorted(space)}


def grid(space: Space, points: int) -> Iterator[dict[str, Any]]:
    """Every combination of the parameters' grids, in the order of their names; the last name runs fastest.

    >>> list(grid({"b": Choice(("x", "y")), "a": Whole(1, 2)}, points=3))[:2]
    [{'a': 1, 'b': 'x'}, {'a': 1, 'b': 'y'}]
    """
    names = sorted(space)
    for values in product(*(space[name].grid(points) for name in names)):
        yield dict(zip(names, values, strict=True))


def size_of_grid(space: Space, points: int) -> int:
    """How many combinations :func:`grid` gives."""
    return math.prod(len(one.grid(points)) for one in space.values())


def _evenly(low: float, high: float, points: int, *, log: bool) -> tuple[float, ...]:
    if points == 1 or low == high:
        return (math.sqrt(low * high) if log else (low + high) / 2,)
    between = np.geomspace(low, high, points) if log else np.linspace(low, high, points)
    return tuple(between.tolist())
