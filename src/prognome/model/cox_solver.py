"""Cox's partial likelihood with an elastic net: Newton's method, or coordinate descent for an L1 part.

Minimised is ``-log partial likelihood + alpha ((1 - l1) / 2 Σ b² + l1 Σ |b|)``, summed over rows as in
scikit-learn's ridge, not averaged.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prognome.errors import WorkError

Array = NDArray[np.float64]
_STEPS, _ROUNDS, _SWEEPS = 100, 500, 1000
_TOLERANCE = 1e-10


@dataclass(frozen=True, eq=False)
class Sample:
    """Rows in the order of falling time, and which of them are at risk at each event.

    Parameters
    ----------
    X
        (n, p) in that order.
    dead
        (E,) places of rows with an event.
    last
        (E,) place of the last row at risk at each event.
    first
        (E,) place of the first row with the same time.
    share
        (E,) by which the rows that have the event at that time count less among those at risk: 0 in Breslow's
        form, l / d for the l-th of d in Efron's.
    tied
        (E,) whether other events have the same time.
    """

    X: Array
    dead: NDArray[np.intp]
    last: NDArray[np.intp]
    first: NDArray[np.intp]
    share: Array
    tied: NDArray[np.bool_]
    group: NDArray[np.intp]  # of events with the same time
    order: NDArray[np.intp]


def sample_of(X: Array, time: Array, event: Array, ties: str) -> Sample:
    """Put rows in order.

    Parameters
    ----------
    X
        (n, p) numbers.
    time, event
        (n,) times, and 1 or 0.
    ties
        ``efron`` or ``breslow``.
    """
    order = np.argsort(-time, kind="stable")
    falling = -time[order]
    dead = np.flatnonzero(event[order] == 1)
    last = np.searchsorted(falling, falling[dead], side="right") - 1
    first = np.searchsorted(falling, falling[dead], side="left")
    _, group, size = np.unique(falling[dead], return_inverse=True, return_counts=True)
    before = np.r_[0, np.cumsum(size)[:-1]][group]
    place = np.arange(len(dead)) - before
    share = place / size[group] if ties == "efron" else np.zeros(len(dead))
    return Sample(X[order], dead, last, first, share, size[group] > 1, group, order)


def solve(X: Array, time: Array, event: Array, *, alpha: float, l1_ratio: float, ties: str) -> Array:
    """(p,) the coefficients.

    Parameters
    ----------
    X
        (n, p) numbers; columns of mean 0 are quicker.
    time, event
        (n,) times, and 1 or 0.
    alpha, l1_ratio
        Strength of the penalty, and the share of it that is L1.
    ties
        ``efron`` or ``breslow``.

    Raises
    ------
    WorkError
        Where the likelihood has no maximum: a column that parts events from others completely, and no
        penalty.

    References
    ----------
    Efron (1977), Journal of the American Statistical Association 72:557–565; Breslow (1974), Biometrics
    30:89–99. Coordinate descent: Simon et al. (2011), Journal of Statistical Software 39(5):1–13.
    """
    X = X - X.mean(axis=0)
    if alpha * l1_ratio > 0:
        return _elastic(sample_of(X, time, event, ties), alpha, l1_ratio)
    if X.shape[1] <= len(X):
        return _newton(sample_of(X, time, event, ties), alpha)
    # with fewer rows than columns the ridge's answer lies among the rows: turn to their own axes
    u, s, v = np.linalg.svd(X, full_matrices=False)
    return np.asarray(v.T @ _newton(sample_of(u * s, time, event, ties), alpha))


def log_likelihood(one: Sample, eta: Array) -> float:
    """Log partial likelihood of the (n,) log hazards."""
    top = eta.max()
    s0, _ = _at_risk(one, np.exp(eta - top))
    return float(eta[one.dead].sum() - (np.log(s0) + top).sum())


def _at_risk(one: Sample, hazard: Array) -> tuple[Array, Array]:
    """(E,) hazard of the rows at risk at each event, less a share of those that have it; and of these."""
    of_dead = np.asarray(np.bincount(one.group, hazard[one.dead])[one.group], dtype=float)
    return np.cumsum(hazard)[one.last] - one.share * of_dead, of_dead


def _pulls(one: Sample, hazard: Array) -> tuple[Array, Array]:
    """(n,) gradient of the log likelihood by the rows' log hazards, and its diagonal curvature."""
    s0, _ = _at_risk(one, hazard)
    n = len(hazard)
    inverse = np.bincount(one.last, 1 / s0, minlength=n)
    summed = np.cumsum(inverse[::-1])[::-1]  # over the events at which a row is at risk
    if one.share.any():
        less = np.bincount(one.group, one.share / s0)
        summed[one.dead] -= less[one.group]
    curve = hazard * summed
    gradient = -curve
    gradient[one.dead] += 1
    return gradient, curve


def _newton(one: Sample, alpha: float) -> Array:
    n, p = one.X.shape
    beta, eta = np.zeros(p), np.zeros(n)
    value = -log_likelihood(one, eta)
    for _ in range(_STEPS):
        hazard = np.exp(eta - eta.max())
        s0, _ = _at_risk(one, hazard)
        gradient, curve = _pulls(one, hazard)
        means = _means(one, hazard, s0)
        slope = one.X.T @ gradient - alpha * beta
        hessian = one.X.T @ (one.X * curve[:, None]) - means.T @ means
        hessian[np.diag_indices(p)] += alpha
        step = _solve(hessian, slope)
        size, fell = 1.0, float(slope @ step)
        if fell < _TOLERANCE * max(1.0, abs(value)):
            return beta + step if _falls(one, beta + step, alpha, value) else beta
        while True:
            moved = beta + size * step
            lower = _loss(one, moved, alpha)
            if lower <= value - 1e-4 * size * fell or size < 1e-8:
                break
            size /= 2
        beta, value = moved, lower
        eta = one.X @ beta
        if np.abs(eta).max() > 100:
            break
    raise WorkError(
        "cox",
        "the likelihood has no maximum: some column parts early events from all other rows",
        mend="Give a penalty: cox: {alpha: 1}; or leave that column out.",
    )


def _loss(one: Sample, beta: Array, alpha: float) -> float:
    return -log_likelihood(one, one.X @ beta) + alpha / 2 * float(beta @ beta)


def _falls(one: Sample, beta: Array, alpha: float, value: float) -> bool:
    return _loss(one, beta, alpha) <= value


def _solve(hessian: Array, slope: Array) -> Array:
    from scipy.linalg import LinAlgError, cho_factor, cho_solve

    try:
        return np.asarray(cho_solve(cho_factor(hessian), slope))
    except LinAlgError:  # columns that say the same, and no penalty
        return np.asarray(np.linalg.lstsq(hessian, slope, rcond=1e-10)[0])


def _means(one: Sample, hazard: Array, s0: Array) -> Array:
    """(E, p) mean of the columns over the rows at risk at each event, weighed by hazard."""
    weighed = one.X * hazard[:, None]
    means = np.cumsum(weighed, axis=0)[one.last]
    if one.share.any():
        of_dead = np.zeros((int(one.group.max()) + 1, one.X.shape[1]))
        np.add.at(of_dead, one.group, weighed[one.dead])
        means -= one.share[:, None] * of_dead[one.group]
    return np.asarray(means / s0[:, None])


def _elastic(one: Sample, alpha: float, l1_ratio: float) -> Array:
    """Rounds of a weighted least-squares problem, each solved column by column.

    The curvature is taken as its diagonal part, which is never less than it is, so that every round lowers
    what is minimised.
    """
    from prognome.model.cox_descent import descend  # compiled: only where it is asked for

    X = np.asfortranarray(one.X)
    n, p = X.shape
    beta, eta = np.zeros(p), np.zeros(n)
    l1, l2 = alpha * l1_ratio, alpha * (1 - l1_ratio)
    value = np.inf
    for _ in range(_ROUNDS):
        hazard = np.exp(eta - eta.max())
        gradient, curve = _pulls(one, hazard)
        weight = np.maximum(curve, 1e-12)
        moved = beta.copy()
        descend(X, weight, gradient / weight, moved, l1, l2, _SWEEPS, 1e-12)
        size = 1.0
        while True:  # far from the answer the diagonal is not enough
            trial = beta + size * (moved - beta)
            eta_trial = X @ trial
            lower = -log_likelihood(one, eta_trial) + l1 * np.abs(trial).sum() + l2 / 2 * float(trial @ trial)
            if lower <= value or size < 1e-6:
                break
            size /= 2
        shift = float(np.abs(trial - beta).max()) if p else 0.0
        beta, eta, value = trial, eta_trial, min(value, lower)
        if shift < 1e-8:
            break
    return beta
