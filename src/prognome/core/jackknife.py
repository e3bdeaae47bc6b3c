"""Error of a figure from leaving out its units one by one, and Student's interval on a fitting scale."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prognome.core.delong import deviate

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Scale:
    """A scale on which a figure's error is nearer to symmetric, and which its bounds cannot leave.

    Parameters
    ----------
    name
        As in the name of the method; empty for the figure's own scale.
    lowest, highest
        Bounds of the figure.
    to, back
        The scale and its inverse.
    slope
        Derivative of ``to``.
    """

    name: str
    lowest: float
    highest: float
    to: Callable[[float], float]
    back: Callable[[float], float]
    slope: Callable[[float], float]

    def holds(self, value: float) -> bool:
        """Whether a value lies between the bounds and not on them."""
        return self.lowest < value < self.highest

    def bounded(self, ends: tuple[float, float]) -> tuple[float, float]:
        """Ends that do not leave what the figure can be."""
        low, high = ends
        return (max(low, self.lowest), min(high, self.highest)) if low == low and high == high else ends


def _expit(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x > -700 else 0.0


def _exp(x: float) -> float:
    return math.exp(min(x, 700))


OWN = Scale("", -math.inf, math.inf, lambda x: x, lambda x: x, lambda x: 1.0)
LOGIT = Scale("logit", 0, 1, lambda x: math.log(x / (1 - x)), _expit, lambda x: 1 / (x * (1 - x)))
FISHER = Scale("Fisher z", -1, 1, math.atanh, math.tanh, lambda x: 1 / (1 - x * x))
LOG = Scale("log", 0, math.inf, math.log, _exp, lambda x: 1 / x)
BELOW_ONE = Scale(
    "log of what is unexplained",
    -math.inf,
    1,
    lambda x: -math.log(1 - x),
    lambda e: 1 - _exp(-e),
    lambda x: 1 / (1 - x),
)

SCALES: dict[str, Scale] = {
    **dict.fromkeys(("auc_roc", "average_precision", "accuracy", "balanced_accuracy", "sensitivity",
                     "specificity", "precision", "npv", "f1", "coverage", "within_20_percent"), LOGIT),
    **dict.fromkeys(("mcc", "pearson", "spearman"), FISHER),
    **dict.fromkeys(("calibration_intercept", "calibration_slope", "bias"), OWN),
    "r2": BELOW_ONE,
}  # fmt: skip


def scale_of(metric: str) -> Scale:
    """The scale of a metric; losses, widths and counts have the logarithm."""
    return SCALES.get(metric, LOG)


def jackknife_interval(
    value: float,
    left_out: Array,
    level: float,
    *,
    units: float,
    scale: Scale = OWN,
    widen: float = 1.0,
) -> tuple[float, float]:
    """Student's interval about the figure less its bias; drawn out to the figure where that lies beyond.

    Parameters
    ----------
    value
        The figure, or a mean of it over folds.
    left_out
        The same with each block of units left out.
    level
        Such as .95.
    units
        Units that the figure is reckoned from (of one fold, where it is a mean over folds), or blocks where
        they are fewer: the squares are summed and taken (units - 1) / units times.
    scale
        On which the interval is symmetric.
    widen
        The standard error is multiplied by this.

    References
    ----------
    Quenouille (1956), Biometrika 43:353–360; Efron and Tibshirani (1993), An Introduction to the Bootstrap,
    chapter 11. Degrees of freedom from the spread of the squared pulls: Satterthwaite (1946), Biometrics
    Bulletin 2:110–114.
    """
    nothing = (float("nan"), float("nan"))
    known = left_out[np.isfinite(left_out)]
    if math.isnan(value) or len(known) < 2 or units <= 1:
        return nothing
    factor = (units - 1) / units
    pulls = known - known.mean()
    squares, fourth = float((pulls**2).sum()), float((pulls**4).sum())
    centre = value - factor * float((known - value).sum())
    centre = centre if scale.holds(centre) else value
    if not squares > 0 or not scale.holds(centre):
        return (value, value)
    freedom = degrees_of_freedom(squares, fourth, len(known))
    reach = widen * deviate(level, freedom) * math.sqrt(factor * squares) * scale.slope(centre)
    middle = scale.to(centre)
    low, high = scale.back(middle - reach), scale.back(middle + reach)
    return (min(low, value), max(high, value))


def degrees_of_freedom(squares: float, fourth: float, units: int) -> float:
    """Of a variance that is a sum of squares, from those squares' own spread; at most units - 1.

    Where a few units hold most of the variance it is known less well than the number of units tells.
    """
    spread = fourth - squares**2 / units
    return min(units - 1.0, 2 * squares**2 / spread) if spread > 0 else units - 1.0
