"""Error of a figure from leaving out its units one by one, and Student's interval on a fitting scale."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from prognome.core.delong import deviate
from prognome.core.scale import OWN, Scale

Array = NDArray[np.float64]


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
