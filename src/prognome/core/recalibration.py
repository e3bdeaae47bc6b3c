"""Calibration intercept and slope under many weightings of the rows at once."""

from __future__ import annotations

from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_ROUNDS = 40
_CLOSE = 1e-6  # a step of Newton squares the error: after one this small nothing is left
_STEEPEST, _FARTHEST = 1e3, 1e6
_CERTAIN = 1e-9


def recalibration(truth: NDArray[Any], event: Array, weights: Array) -> tuple[Array, Array]:
    """Calibration intercept and slope for every row of weights.

    The slope b is of the logistic regression ``logit P(y=1) = a + b·logit(p)``, ideally 1; the intercept
    is calibration in the large, a of ``logit P(y=1) = a + logit(p)``, ideally 0. Newton's method from the
    solution for the rows as they are: the first step of all weightings is one product of matrices, the next
    ones are taken only where a weighting has not settled. NaN where truth or prediction does not vary or the
    fit runs away (separation).

    Parameters
    ----------
    truth
        (n,) 1 for the event, 0 for the other class.
    event
        (n,) probability of the event.
    weights
        (replicates, n) how often each row counts.

    Returns
    -------
    Intercepts and slopes, (replicates,) each.

    References
    ----------
    Cox (1958), Biometrika 45:562–565; Van Calster et al. (2019), BMC Medicine 17:230.
    """
    p = np.clip(event, 1e-12, 1 - 1e-12)
    x = np.log(p / (1 - p))
    y = truth.astype(float)
    events = weights @ y
    both = (events > 0) & (weights.sum(axis=1) - events > 0)
    intercept, slope = np.full(len(weights), np.nan), np.full(len(weights), np.nan)
    if not len(x) or not both.any():
        return intercept, slope
    kept = weights if both.all() else weights[both]
    intercept[both] = _settle(np.ones((len(x), 1)), y, kept, offset=x)[:, 0]
    if np.ptp(x) > 0:
        found = _settle(np.column_stack([np.ones(len(x)), x]), y, kept, offset=None)[:, 1]
        slope[both] = np.where(np.abs(found) < _STEEPEST, found, np.nan)
    return intercept, slope


def recalibration_ends(
    truth: NDArray[Any], event: Array, level: float
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Wald intervals of calibration intercept and slope, from the information of their logistic regressions.

    Parameters
    ----------
    truth, event
        (n,) as in ``recalibration``.
    level
        Such as .95.

    Returns
    -------
    Ends of the intercept's interval, and of the slope's; NaN where the figure is.
    """
    z = NormalDist().inv_cdf((1 + level) / 2)
    once = np.ones((1, len(truth)))
    p = np.clip(event, 1e-12, 1 - 1e-12)
    x = np.log(p / (1 - p))
    intercept, slope = (float(values[0]) for values in recalibration(truth, event, once))
    large = _expit(x + intercept)
    reach = z / np.sqrt((large * (1 - large)).sum()) if len(x) else np.nan
    first = (intercept - reach, intercept + reach)
    if np.isnan(slope):
        return first, (slope, slope)
    design = np.column_stack([np.ones(len(x)), x])
    y = truth.astype(float)
    beta = _iterate(_start(y, 2), design, _products(design), y, once, None)
    mu = _expit(design @ beta[0])
    curve = mu * (1 - mu)
    a, b, d = curve.sum(), curve @ x, curve @ (x * x)
    spread = a * d - b * b
    reach = z * np.sqrt(a / spread) if spread > 0 else np.nan
    return first, (slope - reach, slope + reach)


def _settle(design: Array, y: Array, weights: Array, *, offset: Array | None) -> Array:
    """(replicates, k) coefficients of a logistic regression; NaN where Newton's steps do not settle."""
    k = design.shape[1]
    start = _start(y, k)
    products = _products(design)
    whole = np.ones((1, len(y)))
    middle = _iterate(start, design, products, y, whole, offset)
    if np.isnan(middle).any():  # the rows as they are have no solution, weighted ones may
        return _iterate(np.repeat(start, len(weights), axis=0), design, products, y, weights, offset)
    mu = _expit(_linear(middle, design, offset))[0]
    curve = mu * (1 - mu)
    gradient = weights @ ((y - mu)[:, None] * design)
    steps = _solve((weights @ (curve[:, None] * products)).reshape(-1, k, k), gradient)
    return _iterate(middle + steps, design, products, y, weights, offset)


def _start(y: Array, k: int) -> Array:
    """(1, k) where Newton's steps begin: no slope and the share of events, from where they do not run away.

    From slope 1 they do where probabilities are far too extreme. An intercept beside an offset begins at 0.
    """
    start = np.zeros((1, k))
    if k > 1:
        share = np.clip(y.mean(), 1e-6, 1 - 1e-6)
        start[0, 0] = np.log(share / (1 - share))
    return start


def _iterate(
    beta: Array, design: Array, products: Array, y: Array, weights: Array, offset: Array | None
) -> Array:
    k = design.shape[1]
    beta, settled = beta.copy(), np.zeros(len(beta), dtype=bool)
    reach, last = np.ones(len(beta)), np.zeros(len(beta))
    with np.errstate(all="ignore"):  # what runs away ends as NaN
        for _ in range(_ROUNDS):
            left = np.flatnonzero(~settled & (np.abs(beta) < _FARTHEST).all(axis=1))
            if not len(left):
                break
            w = weights if len(left) == len(weights) else weights[left]
            mu = _expit(_linear(beta[left], design, offset))
            seen = w * mu
            gradient = (w @ (y[:, None] * design)) - seen @ design
            np.subtract(1.0, mu, out=mu)
            seen *= mu
            curves = (seen @ products).reshape(-1, k, k)
            step = _solve(curves, gradient)
            if k > 1:  # separated rows end where nothing is uncertain any more
                step[curves[:, 0, 0] < _CERTAIN * w.sum(axis=1)] = np.nan
            if k == 1:  # beside an offset steps may leap from side to side: each turn halves their reach
                turned = np.sign(step[:, 0]) == -np.sign(last[left])
                reach[left] = np.where(turned, reach[left] / 2, reach[left])
                last[left] = step[:, 0]
                step = np.clip(step, -reach[left, None], reach[left, None])
            beta[left] += step
            settled[left] = np.abs(step).max(axis=1) < _CLOSE * (1 + np.abs(beta[left]).max(axis=1))
    beta[~settled] = np.nan
    return beta


def _products(design: Array) -> Array:
    """(n, k²) of every two columns."""
    k = design.shape[1]
    return np.column_stack([design[:, i] * design[:, j] for i in range(k) for j in range(k)])


def _linear(beta: Array, design: Array, offset: Array | None) -> Array:
    eta = beta @ design.T
    if offset is not None:
        eta += offset
    return np.asarray(eta)


def _expit(eta: Array) -> Array:
    """1 / (1 + e^-x), in place."""
    np.clip(eta, -700, 700, out=eta)
    np.negative(eta, out=eta)
    np.exp(eta, out=eta)
    eta += 1.0
    return np.asarray(np.reciprocal(eta, out=eta))


def _solve(curves: Array, gradients: Array) -> Array:
    """(replicates, k) Newton steps for k of one or two; NaN where the curve is flat."""
    with np.errstate(all="ignore"):
        if curves.shape[1] == 1:
            return np.asarray(gradients / curves[:, :, 0])
        (a, b), d = (curves[:, 0, 0], curves[:, 0, 1]), curves[:, 1, 1]
        scale = a * d - b * b
        g, h = gradients[:, 0], gradients[:, 1]
        steps = np.column_stack([(d * g - b * h) / scale, (a * h - b * g) / scale])
        return np.asarray(np.where(scale[:, None] > 0, steps, np.nan))
