"""What a model is worth at a threshold: events found, less false alarms at the price a threshold implies."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

THRESHOLDS: Array = np.arange(1, 100) / 100


def row_benefit(truth: NDArray[Any], event: Array, thresholds: Array = THRESHOLDS) -> Array:
    """(n, T) what each row adds: 1 for an event above the threshold t, -t / (1 - t) for another row above it.

    The mean over rows is the net benefit.
    """
    happened = (truth.astype(int) == 1)[:, None]
    called = event[:, None] > thresholds[None, :]
    return np.asarray(called * np.where(happened, 1.0, -thresholds / (1 - thresholds)))


def net_benefit(
    truth: NDArray[Any], event: Array, thresholds: Array = THRESHOLDS, weights: Array | None = None
) -> Array:
    """Net benefit of calling an event where its probability is above a threshold; calling nobody is 0.

    ``TP / n - FP / n · t / (1 - t)``: events found per row, less false alarms, of which ``1 / t - 1`` weigh
    as much as one event found.

    Parameters
    ----------
    truth
        (n,) 1 for the event, 0 for the rest.
    event
        (n,) probability of the event.
    thresholds
        (T,) above 0 and below 1.
    weights
        (replicates, n) how often each row counts, or None.

    Returns
    -------
    (T,), or (replicates, T) with weights; NaN where all weights are 0.

    References
    ----------
    Vickers and Elkin (2006), Medical Decision Making 26:565–574.
    """
    return weigh_rows(row_benefit(truth, event, thresholds), weights)


def treat_all(truth: NDArray[Any], thresholds: Array = THRESHOLDS, weights: Array | None = None) -> Array:
    """Net benefit of calling everybody an event: ``prevalence - (1 - prevalence) · t / (1 - t)``."""
    return net_benefit(truth, np.ones(len(truth)), thresholds, weights)


def weigh_rows(benefit: Array, weights: Array | None = None) -> Array:
    """The mean over rows of (n, T) benefits, for each replicate if there are weights."""
    if weights is None:
        return np.asarray(benefit.mean(axis=0))
    total = weights.sum(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(total > 0, (weights @ benefit) / total, np.nan))
