"""Which model is best: the simplest within one standard error of the highest mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from prognome.core.metrics import Metric


@dataclass(frozen=True)
class Standing:
    """A model's figures: its label, its place (what sorts, the simplest first), the metric on each fold.

    Folds of one row set repeated ``repeats`` times count once for the standard error: repeating is not more
    data.
    """

    label: str
    rank: Any
    scores: tuple[float, ...]
    standard_error: float | None = None
    repeats: int = 1

    @property
    def mean(self) -> float:
        """Mean over the folds where the figure is defined."""
        known = [score for score in self.scores if not np.isnan(score)]
        return float(np.mean(known)) if known else float("nan")

    @property
    def error(self) -> float:
        """Standard error of the mean over folds, or the one that was given."""
        if self.standard_error is not None:
            return self.standard_error
        known = [score for score in self.scores if not np.isnan(score)]
        return float(np.std(known, ddof=1) / np.sqrt(len(known) / self.repeats)) if len(known) > 1 else 0.0


def choose(standings: Sequence[Standing], metric: Metric) -> str:
    """Label of the simplest model within one standard error of the best.

    References
    ----------
    Breiman et al. (1984), Classification and Regression Trees, section 3.4.3 (the one-SE rule).

    Examples
    --------
    >>> from prognome.core.metrics import METRICS
    >>> forest = Standing("forest", 5, (0.80, 0.84))
    >>> choose([Standing("logistic", 1, (0.79, 0.83)), forest], METRICS["auc_roc"])
    'logistic'
    >>> choose([Standing("logistic", 1, (0.70, 0.72)), forest], METRICS["auc_roc"])
    'forest'
    """
    known = [one for one in standings if not np.isnan(one.mean)]
    if not known:
        return min(standings, key=lambda one: one.rank).label
    top = max(metric.better(one.mean) for one in known)
    best = min((one for one in known if metric.better(one.mean) == top), key=lambda one: one.rank)
    within = [one for one in known if metric.better(one.mean) >= metric.better(best.mean) - best.error]
    return min(within, key=lambda one: one.rank).label
