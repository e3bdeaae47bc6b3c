"""Metrics that are a share of rows, and Wilson's interval with the number of rows that the data are worth."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from prognome.core.judged import Judged

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Share:
    """A share of rows: right decisions among all, found events among events.

    Parameters
    ----------
    base
        (n,) whether the row is counted at all.
    hit
        (n,) whether it is counted as a hit; never without ``base``.
    """

    hit: NDArray[np.bool_]
    base: NDArray[np.bool_]

    @property
    def value(self) -> float:
        """Hits among those counted; NaN where none is."""
        return float(self.hit.sum() / self.base.sum()) if self.base.any() else float("nan")


def share_of(metric: str, judged: Judged) -> Share | None:
    """The metric as a share of rows, or None where it is none (F1, a mean over classes)."""
    n = len(judged.truth)
    if metric == "coverage":
        return None if judged.covered is None else Share(judged.covered, np.ones(n, dtype=bool))
    if metric == "within_20_percent":
        near = np.abs(judged.score - judged.truth) <= 0.2 * np.abs(judged.truth)
        return Share(near, np.ones(n, dtype=bool))
    if metric == "accuracy":
        return Share(judged.truth == judged.decision, np.ones(n, dtype=bool))
    if judged.classes != 2 or metric not in _BINARY:
        return None
    base, right = _BINARY[metric](judged.truth == 1, judged.decision == 1)
    return Share(base & right, base)


Pair = tuple[NDArray[np.bool_], NDArray[np.bool_]]
_BINARY: dict[str, Callable[[NDArray[Any], NDArray[Any]], Pair]] = {
    "sensitivity": lambda truth, said: (truth, said),
    "specificity": lambda truth, said: (~truth, ~said),
    "precision": lambda truth, said: (said, truth),
    "npv": lambda truth, said: (~said, ~truth),
}


def wilson(share: float, size: float, deviate: float) -> tuple[float, float]:
    """Wilson's score interval of a share; of no width only where the size is endless.

    Parameters
    ----------
    share
        Between 0 and 1.
    size
        Rows, or how many independent rows the data are worth.
    deviate
        1.96 for 95 %.

    References
    ----------
    Wilson (1927), Journal of the American Statistical Association 22:209–212.
    """
    if math.isnan(share) or not size > 0:
        return (float("nan"), float("nan"))
    square = deviate**2 / size
    middle = (share + square / 2) / (1 + square)
    reach = deviate / (1 + square) * math.sqrt(share * (1 - share) / size + square / (4 * size))
    # at 0 and 1 the end is exact; rounding must not step over it
    low = 0.0 if share == 0 else max(0.0, middle - reach)
    high = 1.0 if share == 1 else min(1.0, middle + reach)
    return (low, high)


def effective_size(share: float, spread: float, otherwise: float) -> float:
    """How many independent rows have this variance of a share; ``otherwise`` at 0, at 1 and with no variance.

    References
    ----------
    Korn and Graubard (1998), Survey Methodology 24:193–201.
    """
    if not 0 < share < 1 or not spread > 0:
        return otherwise
    return share * (1 - share) / spread
