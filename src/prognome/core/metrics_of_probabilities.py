"""Figures of probabilities: how rows are ranked, how far off the probabilities are, and calibration."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from prognome.core.judged import Judged
from prognome.core.recalibration import recalibration
from prognome.core.sklearn_value import sklearn_value
from prognome.core.weighed import Weighed, macro, ratio

Array = NDArray[np.float64]


def class_values(name: str) -> Callable[[Judged], float]:
    """scikit-learn's figure of a ranking: of the event, or macro over the classes, one against the rest."""

    def value(j: Judged) -> float:
        if j.classes == 2:
            if len(np.unique(j.truth)) < 2:
                return float("nan")
            return sklearn_value(name, j.truth, j.ranking[:, 1])
        values = [
            sklearn_value(name, j.truth == k, j.ranking[:, k])
            for k in range(j.classes)
            if 0 < (j.truth == k).sum() < len(j.truth)
        ]
        return float(np.average(values)) if values else float("nan")

    return value


def over_classes(figure: Callable[[Array, Array], Array]) -> Callable[[Weighed], Array]:
    """Its weighted form."""

    def weighted(w: Weighed) -> Array:
        values = [figure(*curve) for curve in w.curves]
        return values[0] if len(values) == 1 else macro(np.stack(values, axis=1))

    return weighted


def auc_of(yes: Array, no: Array) -> Array:
    """Area under the ROC curve as a weighted Mann–Whitney statistic, ties counted half.

    References
    ----------
    Hanley and McNeil (1982), Radiology 143:29–36.
    """
    lower = np.cumsum(no, axis=1)
    below = lower - no / 2
    return ratio(np.einsum("rk,rk->r", yes, below), yes.sum(axis=1) * lower[:, -1])


def average_precision_of(yes: Array, no: Array) -> Array:
    """Σ (R_k - R_{k-1}) P_k over falling thresholds."""
    found = np.cumsum(yes[:, ::-1], axis=1)
    alarms = found + np.cumsum(no[:, ::-1], axis=1)
    # the weights of rows that were not drawn are nought, and so is what they would add
    precision = np.divide(found, alarms, out=np.zeros_like(found), where=alarms > 0)
    return ratio(np.einsum("rk,rk->r", yes[:, ::-1], precision), found[:, -1])


def log_loss(j: Judged) -> float:
    """Mean surprise of the truth."""
    return sklearn_value("log_loss", j.truth, j.score, labels=np.arange(j.classes))


def log_losses(j: Judged) -> Array:
    """(n,) surprise of the truth in each row."""
    p = np.clip(j.score, np.finfo(float).eps, 1 - np.finfo(float).eps)
    p = p / p.sum(axis=1, keepdims=True)
    return np.asarray(-np.log(p[np.arange(len(p)), j.truth.astype(int)]))


def brier(j: Judged) -> float:
    """Mean squared error of the probabilities; of several classes summed over classes."""
    if j.classes == 2:
        return sklearn_value("brier_score_loss", j.truth, j.event, labels=[0, 1])
    return float(briers(j).mean())


def briers(j: Judged) -> Array:
    """(n,) squared error of each row."""
    if j.classes == 2:
        return np.asarray((j.event - j.truth) ** 2)
    truth = np.eye(j.classes)[j.truth.astype(int)]
    return np.asarray(((j.score - truth) ** 2).sum(axis=1))


def calibration(which: int) -> tuple[Callable[[Judged], float], Callable[[Weighed], Array]]:
    """Both forms of the intercept (0) or the slope (1)."""

    def weighted(w: Weighed) -> Array:
        return w.calibration[which]

    def value(j: Judged) -> float:
        return float(recalibration(j.truth, j.event, np.ones((1, len(j.truth))))[which][0])

    return value, weighted
