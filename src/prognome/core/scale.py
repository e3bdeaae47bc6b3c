"""Scales on which the errors of figures are nearer to symmetric: logit, Fisher's z, logarithm."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass


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


def expit(x: float) -> float:
    """1 / (1 + e^-x), without overflow."""
    return 1 / (1 + math.exp(-x)) if x > -700 else 0.0


def _exp(x: float) -> float:
    return math.exp(min(x, 700))


OWN = Scale("", -math.inf, math.inf, lambda x: x, lambda x: x, lambda x: 1.0)
LOGIT = Scale("logit", 0, 1, lambda x: math.log(x / (1 - x)), expit, lambda x: 1 / (x * (1 - x)))
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
                     "specificity", "precision", "npv", "f1", "coverage", "within_20_percent",
                     "c_uno", "c_harrell", "auc_t"), LOGIT),
    **dict.fromkeys(("mcc", "pearson", "spearman"), FISHER),
    **dict.fromkeys(("calibration_intercept", "calibration_slope", "bias", "survival_bias"), OWN),
    "r2": BELOW_ONE,
}  # fmt: skip


def scale_of(metric: str) -> Scale:
    """The scale of a metric; losses, widths and counts have the logarithm."""
    return SCALES.get(metric.partition("@")[0], LOG)
