"""One setting of a model and how it fared on the inner folds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from prognome.core.metrics import Metric


@dataclass(frozen=True)
class Trial:
    """One setting, its figure on each inner fold, and what it said there.

    Parameters
    ----------
    params
        Parameter path → value; empty for the defaults.
    scores
        The metric on each inner fold.
    said
        What the model said about the judging rows of each inner fold, none of which it had learned from.
    share
        Of the training rows of each inner fold that it learned from: below 1 where settings compete on few
        rows first.
    seconds
        On the clock, over all inner folds; does not count where trials are compared.
    failure
        The kind of error that it ended with; empty where it did not. Then it has no scores.
    """

    params: dict[str, Any]
    scores: tuple[float, ...] = ()
    said: tuple[NDArray[np.float64], ...] = ()
    share: float = 1.0
    seconds: float = field(default=0.0, compare=False)
    failure: str = ""

    @property
    def mean(self) -> float:
        """Mean over the inner folds where the figure is defined; NaN where it never is."""
        known = [score for score in self.scores if not np.isnan(score)]
        return float(np.mean(known)) if known else float("nan")

    @property
    def known(self) -> int:
        """On how many inner folds the figure is defined."""
        return int(np.isfinite(self.scores).sum()) if self.scores else 0

    def standing(self, metric: Metric) -> tuple[int, float]:
        """What sorts trials, the best last: first the folds where the figure is defined, then the mean.

        A setting whose predictions are all alike has no correlation; a mean of the few folds where it has one
        must not win.
        """
        return self.known, metric.better(self.mean) if self.known else -np.inf


def best_trial(trials: Sequence[Trial], metric: Metric) -> Trial:
    """The best among those that learned from all rows (:meth:`Trial.standing`); of equals the earlier."""
    whole = [trial for trial in trials if trial.share == 1 and not trial.failure]
    return max(whole, key=lambda trial: trial.standing(metric))
