"""What a model said about rows, beside the truth: scores, decisions, prediction sets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from prognome.core.follow_up import FollowUp

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Judged:
    """What one model said about some rows, and the truth.

    Parameters
    ----------
    truth
        (n,) class codes, or numbers; of survival (n, 2) time and event.
    score
        (n, K) probability of each class, or (n,) predicted numbers; of survival (n, 1 + T) risk, then the
        share free of the event at the times of ``follow_up``.
    raw
        (n, K) probabilities before recalibration, by which rows are ranked; None where there was none.
    cut
        Decisions are for the event above this probability (binary); None: above .5, or the most probable.
    within
        (n, K) which classes the prediction set holds, or (n, 2) ends of the prediction interval; None where
        there is none.
    follow_up
        The times of survival; None for classes and numbers.
    """

    truth: NDArray[Any]
    score: Array
    raw: Array | None = None
    cut: float | None = None
    within: NDArray[Any] | None = None
    follow_up: FollowUp | None = None

    @property
    def classes(self) -> int:
        """Number of classes; 0 for numbers and survival."""
        return self.score.shape[1] if self.score.ndim == 2 and self.follow_up is None else 0

    @property
    def events(self) -> NDArray[np.bool_] | None:
        """(n,) rows with the event, of two classes or of survival; None where there is no event."""
        if self.follow_up is not None:
            return np.asarray(self.truth[:, 1] == 1)
        return np.asarray(self.truth == 1) if self.classes == 2 else None

    @property
    def risk(self) -> Array:
        """(n,) of survival: the higher, the earlier the event."""
        return self.ranking[:, 0]

    @property
    def survival(self) -> Array:
        """(n, T) of survival: the share free of the event at each time."""
        return self.score[:, 1:]

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

    def as_said(self) -> Judged:
        """Before recalibration."""
        return Judged(self.truth, self.ranking, follow_up=self.follow_up)

    def on_one_scale(self) -> Judged:
        """The same, with rows ranked by what is told after recalibration: so are rows of several models.

        Of survival the risk becomes the chance of the event by the middle horizon.
        """
        if self.follow_up is None:
            return replace(self, raw=None)
        columns = self.follow_up.columns
        score = self.score.copy()
        score[:, 0] = 1 - self.survival[:, columns[len(columns) // 2]]
        return replace(self, raw=None, score=score)

    def at(self, cut: float | None) -> Judged:
        """The same, with decisions at another threshold."""
        return replace(self, cut=cut)


def decide(probability: Array, cut: float | None = None) -> NDArray[np.int_]:
    """The most probable class, of equals the lower code; with a cut the event where it is more probable."""
    if cut is not None:
        return np.asarray((probability[:, 1] > cut).astype(int))
    return np.asarray(probability.argmax(axis=1))
