"""Figures of decisions: everything follows from the weighted confusion table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from prognome.core.judged import Judged
from prognome.core.sklearn_value import sklearn_value
from prognome.core.weighed import Weighed, macro, ratio

Array = NDArray[np.float64]


def on_decision(name: str, **fixed: Any) -> Callable[[Judged], float]:
    """scikit-learn's figure of the truth and the decisions."""

    def value(j: Judged) -> float:
        return sklearn_value(name, j.truth, j.decision, **fixed)

    return value


def per_class(name: str) -> Callable[[Judged], float]:
    """scikit-learn's precision, recall or F1: of the event, or macro over the classes."""

    def value(j: Judged) -> float:
        if j.classes == 2:
            return sklearn_value(name, j.truth, j.decision, pos_label=1, zero_division=np.nan)
        return sklearn_value(
            name, j.truth, j.decision, labels=_present(j), average="macro", zero_division=np.nan
        )

    return value


def specificity(j: Judged) -> float:
    """Share of non-events recognised."""
    return sklearn_value("recall_score", j.truth, j.decision, pos_label=0, zero_division=np.nan)


def npv(j: Judged) -> float:
    """Share of all-clears that are right."""
    return sklearn_value("precision_score", j.truth, j.decision, pos_label=0, zero_division=np.nan)


def weighted_accuracy(w: Weighed) -> Array:
    """(replicates,) share of right decisions."""
    return ratio(np.trace(w.table, axis1=1, axis2=2), w.total)


def recalls(w: Weighed) -> Array:
    """(replicates, K) share of each class that is recognised."""
    return ratio(np.diagonal(w.table, axis1=1, axis2=2), w.table.sum(axis=2))


def precisions(w: Weighed) -> Array:
    """(replicates, K) share of the decisions for each class that are right."""
    return ratio(np.diagonal(w.table, axis1=1, axis2=2), w.table.sum(axis=1))


def f1s(w: Weighed) -> Array:
    """(replicates, K) harmonic mean of precision and recall of each class."""
    return ratio(2 * np.diagonal(w.table, axis1=1, axis2=2), w.table.sum(axis=1) + w.table.sum(axis=2))


def of_event_or_macro(figure: Callable[[Weighed], Array]) -> Callable[[Weighed], Array]:
    """The weighted form of a figure that each class has: of the event, or macro over the classes."""

    def weighted(w: Weighed) -> Array:
        values = figure(w)
        return np.asarray(values[:, 1]) if w.judged.classes == 2 else macro(values)

    return weighted


def weighted_mcc(w: Weighed) -> Array:
    """(replicates,) Matthews correlation; 0 where all decisions or all truths are one class."""
    table, total = w.table, w.total
    correct = np.trace(table, axis1=1, axis2=2)
    true, said = table.sum(axis=2), table.sum(axis=1)
    covariance = correct * total - (true * said).sum(axis=1)
    spread = np.sqrt((total**2 - (said**2).sum(axis=1)) * (total**2 - (true**2).sum(axis=1)))
    return np.asarray(np.where(spread > 0, covariance / np.where(spread > 0, spread, 1), 0.0))


def _present(j: Judged) -> NDArray[np.int_]:
    return np.unique(np.concatenate([j.truth.astype(int), j.decision]))
