"""Gradient-boosted trees on binned features, by scikit-learn."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

from prognome.core.learner import Family, Learner
from prognome.core.space import Choice, Real, Space, Whole
from prognome.core.table import Index
from prognome.model.boosted import (
    AT_LEAST_0,
    AT_LEAST_1,
    AT_LEAST_2,
    BALANCED,
    SHARE,
    SHARED_RULES,
    Boosted,
    BoostedClasses,
    BoostedNumbers,
)

Array = NDArray[np.float64]
MOST_BINS = 255
_PASSED_ON = ("learning_rate", "max_leaf_nodes", "min_samples_leaf", "l2_regularization", "max_features")


class _Binned(Boosted):
    """Trees grown one after another on features cut into at most 255 bins.

    Parameters
    ----------
    max_iter
        Rounds; with ``early_stopping`` at most so many.
    learning_rate
        Share of each tree that counts.
    max_leaf_nodes
        Leaves of a tree.
    min_samples_leaf
        Fewest rows in a leaf.
    l2_regularization
        L2 penalty on leaves.
    max_features
        Share of the columns that each split may choose from.
    class_weight, early_stopping, validation, random_state
        As in :class:`prognome.model.boosting.BoostedClassifier`.

    Notes
    -----
    **Learns** as in :class:`prognome.model.boosted.Boosted`. The limits of the bins, which lie between values
    of training rows, are thrown away after learning; those at which trees split stay.

    References
    ----------
    scikit-learn's ``HistGradientBoosting``, after Ke et al. (2017), NeurIPS, 3146–3154.
    """

    _rounds_name: ClassVar[str] = "max_iter"
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "max_iter": AT_LEAST_1,
        "learning_rate": SHARE,
        "max_leaf_nodes": AT_LEAST_2,
        "min_samples_leaf": AT_LEAST_1,
        "l2_regularization": AT_LEAST_0,
        "max_features": SHARE,
        **SHARED_RULES,
    }

    def __init__(
        self,
        *,
        max_iter: int = 300,
        learning_rate: float = 0.05,
        max_leaf_nodes: int = 15,
        min_samples_leaf: int = 5,
        l2_regularization: float = 1.0,
        max_features: float = 0.5,
        class_weight: str | None = None,
        early_stopping: int | None = None,
        validation: float = 0.15,
        random_state: int | None = None,
    ) -> None:
        self.max_iter = max_iter
        self.learning_rate = learning_rate
        self.max_leaf_nodes = max_leaf_nodes
        self.min_samples_leaf = min_samples_leaf
        self.l2_regularization = l2_regularization
        self.max_features = max_features
        self.class_weight = class_weight
        self.early_stopping = early_stopping
        self.validation = validation
        self.random_state = random_state

    def _fresh(self, rows: int, rounds: int, classes: int, **params: Any) -> Any:
        kind: Any = HistGradientBoostingClassifier if classes else HistGradientBoostingRegressor
        ours = {name: getattr(self, name) for name in _PASSED_ON}
        bins = min(MOST_BINS, max(2, rows))  # more would stay empty, and cost time on wide tables
        return kind(max_iter=rounds, max_bins=bins, random_state=self.random_state or 0, **ours, **params)

    def _grow(self, X: Array, y: NDArray[Any], weights: Array | None, rounds: int, classes: int) -> None:
        with threadpool_limits(1):
            self.grown_ = self._fresh(len(X), rounds, classes, early_stopping=False).fit(X, y, weights)
        bins = self.grown_._bin_mapper  # a model asks for their number alone
        bins.bin_thresholds_ = [np.empty(0) for _ in bins.bin_thresholds_]

    def _best_round(
        self,
        X: Array,
        y: NDArray[Any],
        weights: Array | None,
        learn: Index,
        aside: Index,
        most: int,
        classes: int,
    ) -> int:
        weigh = np.ones(len(y)) if weights is None else weights
        patient = {"early_stopping": True, "n_iter_no_change": self.early_stopping, "tol": 0.0}
        with threadpool_limits(1):
            tried = self._fresh(len(learn), most, classes, scoring="loss", **patient).fit(
                X[learn],
                y[learn],
                weigh[learn],
                X_val=X[aside],
                y_val=y[aside],
                sample_weight_val=weigh[aside],
            )
        return max(1, int(np.argmax(tried.validation_score_)))  # of no round, one round, and so on

    def _said(self, X: Array) -> Array:
        if not hasattr(self.grown_, "classes_"):
            return np.asarray(self.grown_.predict(X))
        said = np.asarray(self.grown_.predict_proba(X))
        return said[:, 1] if said.shape[1] == 2 else said


class BinnedBoostedClassifier(BoostedClasses, _Binned):
    """Boosted trees on bins for two or more classes; parameters and what is learned as in ``_Binned``."""

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **_Binned._parameter_constraints,
        "class_weight": BALANCED,
    }


class BinnedBoostedRegressor(BoostedNumbers, _Binned):
    """Boosted trees on bins for numbers (squared error); parameters and what is learned as in ``_Binned``."""


_SPACE: Space = {
    "max_iter": Choice((100, 200, 300, 500)),
    "learning_rate": Real(0.02, 0.2, log=True),
    "max_leaf_nodes": Whole(3, 63, log=True),
    "min_samples_leaf": Whole(2, 30, log=True),
    "l2_regularization": Real(0.1, 30, log=True),
    "max_features": Choice((0.1, 0.3, 0.5, 1.0)),
}
HIST_BOOSTING = Family(
    classes=Learner(BinnedBoostedClassifier, {}, _SPACE), number=Learner(BinnedBoostedRegressor, {}, _SPACE)
)
