"""Search spaces: what a model's parameter may be, as plain data beside the model's class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Choice:
    """One of several values."""

    values: tuple[Any, ...]

    def sample(self, rng: np.random.Generator) -> Any:
        """One draw."""
        return self.values[int(rng.integers(len(self.values)))]


Space = Mapping[str, Real | Whole | Choice]


def sample(space: Space, rng: np.random.Generator) -> dict[str, Any]:
    """One draw of every parameter, in the order of their names."""
    return {name: space[name].sample(rng) for name in sorted(space)}
