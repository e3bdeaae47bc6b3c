"""The score test of a Cox model, for every column by itself and all columns at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_CELLS = 2_000_000


def cox_score(X: Array, time: Array, event: Array) -> tuple[Array, Array]:
    """Score and information of each column's coefficient at 0, in Breslow's form for ties.

    ``score² / information`` is chi-squared with one degree of freedom where the column tells nothing; of a
    column of 0 and 1 without tied events it is the log-rank test. ``score / information`` is a first step
    towards the coefficient.

    Parameters
    ----------
    X
        (n, p) finite numbers.
    time, event
        (n,) times, and 1 or 0.

    Returns
    -------
    (p,) Σ over events of the row's value less the mean of those at risk, and (p,) Σ of the variance of those
    at risk; both 0 for a constant column.

    References
    ----------
    Cox (1972), Journal of the Royal Statistical Society B 34:187–220, section 5.

    Examples
    --------
    >>> score, information = cox_score(np.array([[1.0], [0], [1], [0]]), np.array([1.0, 2, 3, 4]), np.ones(4))
    >>> score.round(4).tolist(), information.round(4).tolist()
    ([0.6667], [0.7222])
    """
    order = np.argsort(-time, kind="stable")
    time, dead = time[order], event[order] == 1
    last = (np.searchsorted(-time, -time, side="right") - 1)[dead]  # of the rows at risk at each event
    at_risk = (last + 1)[:, None]
    scores, informations = [], []
    for start in range(0, X.shape[1], step := max(1, _CELLS // max(len(time), 1))):
        part = X[order, start : start + step]
        varies = (part != part[:1]).any(axis=0)
        part = (part - part.mean(axis=0)) * varies  # far from 0 squares lose digits
        mean = np.cumsum(part, axis=0)[last] / at_risk
        square = np.cumsum(part**2, axis=0)[last] / at_risk
        scores.append((part[dead] - mean).sum(axis=0))
        informations.append(np.maximum(square - mean**2, 0).sum(axis=0))
    if not scores:
        return np.empty(0), np.empty(0)
    return np.concatenate(scores), np.concatenate(informations)


def chi_squared(X: Array, time: Array, event: Array) -> Array:
    """(p,) the statistic of the score test; 0 for a column that does not vary among those at risk."""
    score, information = cox_score(X, time, event)
    return np.divide(score**2, information, out=np.zeros_like(score), where=information > 1e-12)
