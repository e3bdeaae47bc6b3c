"""Times to an event, some of them censored: the product-limit estimate and what is made of it.

A target of survival is an (n, 2) array of ``float64``: time, and 1 for an event or 0 for censored. At equal
times events come before censoring.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def is_survival(target: NDArray[Any] | None) -> bool:
    """Whether a target is one of survival: (n, 2) times and events."""
    return target is not None and target.ndim == 2


def strata_of(target: NDArray[Any], classes: tuple[str, ...], least: int = 2) -> NDArray[Any] | None:
    """(n,) by what folds are stratified: class codes, or event and censored; None for numbers.

    None as well where fewer than ``least`` rows have the event, or are censored: they cannot be spread.
    """
    if is_survival(target):
        events = target[:, 1].astype(np.int64)
        return events if min(events.sum(), len(events) - events.sum()) >= least else None
    return target if classes else None


@dataclass(frozen=True, eq=False)
class Curve:
    """A step function of time that changes at ``times`` and holds from there on.

    Parameters
    ----------
    times
        (D,) rising.
    values
        (D,) from each time on.
    start
        Before the first.
    """

    times: Array
    values: Array
    start: float = 1.0

    def at(self, when: Any) -> Array:
        """Values at these times."""
        steps = np.r_[self.start, self.values]
        return np.asarray(steps[np.searchsorted(self.times, np.asarray(when, dtype=float), side="right")])


def kaplan_meier(time: Array, event: Array, weights: Array | None = None) -> Curve:
    """The product-limit estimate of the share that is free of the event.

    Parameters
    ----------
    time, event
        (n,) times, and 1 or 0.
    weights
        (n,) how often each row counts; None: once.

    References
    ----------
    Kaplan and Meier (1958), Journal of the American Statistical Association 53:457–481.

    Examples
    --------
    >>> kaplan_meier(np.array([1.0, 2, 2, 3]), np.array([1.0, 1, 0, 1])).values.tolist()
    [0.75, 0.5, 0.0]
    """
    times, dead, at_risk = count(time, event, weights)
    return Curve(times, np.asarray(np.cumprod(1 - _share(dead, at_risk)), dtype=float))


def nelson_aalen(time: Array, event: Array, weights: Array | None = None) -> Curve:
    """The cumulative hazard: the sum of events over rows at risk.

    References
    ----------
    Aalen (1978), Annals of Statistics 6:701–726.

    Examples
    --------
    >>> nelson_aalen(np.array([1.0, 2, 2, 3]), np.array([1.0, 1, 0, 1])).values.round(4).tolist()
    [0.25, 0.5833, 1.5833]
    """
    times, dead, at_risk = count(time, event, weights)
    return Curve(times, np.cumsum(_share(dead, at_risk)), 0.0)


def greenwood(time: Array, event: Array) -> Curve:
    """Σ d / (n (n - d)), the variance of the logarithm of the product-limit estimate.

    References
    ----------
    Greenwood (1926), Reports on Public Health and Medical Subjects 33:1–26.
    """
    times, dead, at_risk = count(time, event, None)
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = np.where(at_risk > dead, dead / (at_risk * (at_risk - dead)), 0.0)
    return Curve(times, np.cumsum(steps), 0.0)


def count(time: Array, event: Array, weights: Array | None) -> tuple[Array, Array, Array]:
    """(D,) distinct times, rising, the events at each, and the rows at risk just before."""
    weights = np.ones(len(time)) if weights is None else weights
    times, place = np.unique(time, return_inverse=True)
    dead = np.asarray(np.bincount(place, weights * event, minlength=len(times)), dtype=float)
    leaving = np.asarray(np.bincount(place, weights, minlength=len(times)), dtype=float)
    return times, dead, np.asarray(np.cumsum(leaving[::-1])[::-1])


def breslow(time: Array, event: Array, log_hazard: Array) -> Curve:
    """The cumulative hazard of a row whose log hazard is 0, by Breslow's estimate.

    Parameters
    ----------
    time, event
        (n,) times, and 1 or 0.
    log_hazard
        (n,) relative, as a Cox model says it.

    References
    ----------
    Breslow (1972), Journal of the Royal Statistical Society B 34:216–217.
    """
    times, place = np.unique(time, return_inverse=True)
    dead = np.asarray(np.bincount(place, event, minlength=len(times)), dtype=float)
    top = float(log_hazard.max()) if len(log_hazard) else 0.0
    leaving = np.asarray(np.bincount(place, np.exp(log_hazard - top), minlength=len(times)), dtype=float)
    at_risk = np.asarray(np.cumsum(leaving[::-1])[::-1])
    return Curve(times, np.cumsum(_share(dead, at_risk)) * np.exp(-top), 0.0)


def martingale_residuals(target: Array) -> Array:
    """(n,) events less what the time under observation leads to expect, where nothing else is known.

    Its association with a column is what the score test of a Cox model with that column alone looks at, so
    that it stands for the target wherever one number a row is wanted.

    References
    ----------
    Therneau, Grambsch and Fleming (1990), Biometrika 77:147–160.
    """
    time, event = target[:, 0], target[:, 1]
    return np.asarray(event - nelson_aalen(time, event).at(time))


def _share(above: Array, below: Array) -> Array:
    shares = np.zeros_like(above)
    np.divide(above, below, out=shares, where=below > 0)
    return shares
