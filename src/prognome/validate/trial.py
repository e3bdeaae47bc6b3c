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

    def worth(self, metric: Metric) -> float:
        """The mean so that more is better; minus infinity where there is none."""
        return -np.inf if np.isnan(self.mean) else metric.better(self.mean)


def best_trial(trials: Sequence[Trial], metric: Metric) -> Trial:
    """The trial with the best mean among those that learned from all rows; of equals the earlier."""
    whole = [trial for trial in trials if trial.share == 1 and not trial.failure]
    return whole[int(np.argmax([trial.worth(metric) for trial in whole]))]
