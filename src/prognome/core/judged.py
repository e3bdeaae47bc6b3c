"""What a model said about rows, beside the truth: scores, decisions, prediction sets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Judged:
    """What one model said about some rows, and the truth.

    Parameters
    ----------
    truth
        (n,) class codes, or numbers.
    score
        (n, K) probability of each class, or (n,) predicted numbers.
    raw
        (n, K) probabilities before recalibration, by which rows are ranked; None where there was none.
    cut
        Decisions are for the event above this probability (binary); None: above .5, or the most probable.
    within
        (n, K) which classes the prediction set holds, or (n, 2) ends of the prediction interval; None where
        there is none.
    """

    truth: NDArray[Any]
    score: Array
    raw: Array | None = None
    cut: float | None = None
    within: NDArray[Any] | None = None

    @property
    def classes(self) -> int:
        """Number of classes; 0 for numbers."""
        return self.score.shape[1] if self.score.ndim == 2 else 0

    @property
    def decision(self) -> NDArray[np.int_]:
        """(n,) the class decided on: above the cut, or the most probable."""
        return decide(self.score, self.cut)

    @property
    def event(self) -> Array:
        """(n,) probability of the event, for a binary target."""
        return self.score[:, 1]

    @property
    def ranking(self) -> Array:
        """(n, K) scores by which rows are ranked: those before recalibration, which may make ties."""
        return self.score if self.raw is None else self.raw

    @property
    def covered(self) -> NDArray[np.bool_] | None:
        """(n,) whether the truth lies in the prediction set or interval."""
        if self.within is None:
            return None
        if self.classes:
            return np.asarray(self.within[np.arange(len(self.truth)), self.truth.astype(int)], dtype=bool)
        return np.asarray((self.truth >= self.within[:, 0]) & (self.truth <= self.within[:, 1]))

    @property
    def extent(self) -> Array | None:
        """(n,) classes in the prediction set, or width of the prediction interval."""
        if self.within is None:
            return None
        if self.classes:
            return np.asarray(self.within.sum(axis=1), dtype=float)
        return np.asarray(self.within[:, 1] - self.within[:, 0])

    def rows(self, index: NDArray[Any]) -> Judged:
        """These rows alone."""
        return replace(
            self,
            truth=self.truth[index],
            score=self.score[index],
            raw=None if self.raw is None else self.raw[index],
            within=None if self.within is None else self.within[index],
        )

    def at(self, cut: float | None) -> Judged:
        """The same, with decisions at another threshold."""
        return replace(self, cut=cut)


def decide(probability: Array, cut: float | None = None) -> NDArray[np.int_]:
    """The most probable class, of equals the lower code; with a cut the event where it is more probable."""
    if cut is not None:
        return np.asarray((probability[:, 1] > cut).astype(int))
    return np.asarray(probability.argmax(axis=1))
