"""Gradient-boosted trees by XGBoost, kept in XGBoost's own format."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import xgboost
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from prognome.core.learner import Family, Learner
from prognome.core.space import Choice, Real, Space, Whole
from prognome.core.table import Index
from prognome.model.boosted import (
    AT_LEAST_0,
    AT_LEAST_1,
    BALANCED,
    SHARE,
    SHARED_RULES,
    Boosted,
    BoostedClasses,
    BoostedNumbers,
)

Array = NDArray[np.float64]


class XGBoosted(Boosted):
    """Trees grown one after another by XGBoost.

    Parameters
    ----------
    n_estimators
        Trees (rounds); with ``early_stopping`` at most so many.
    learning_rate
        Share of each tree that counts.
    max_depth
        Depth of a tree.
    min_child_weight
        Least weight of a leaf.
    subsample, colsample_bytree
        Share of rows and of columns each tree sees.
    reg_lambda
        L2 penalty on leaves.
    class_weight
        None or ``balanced``: every class weighs the same in the loss. Not for numbers.
    early_stopping
        Rounds without a smaller loss on rows kept aside, after which no more are tried; None grows all.
    validation
        Share of the rows of ``fit`` that is kept aside to say so.
    random_state
        Draws rows and columns, and rows kept aside.

    Notes
    -----
    **Learns** as in :class:`prognome.model.boosted.Boosted`. One thread, so that results do not depend on the
    machine.

    References
    ----------
    Chen and Guestrin (2016), KDD, 785–794.
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "n_estimators": AT_LEAST_1,
        "learning_rate": SHARE,
        "max_depth": AT_LEAST_1,
        "min_child_weight": AT_LEAST_0,
        "subsample": SHARE,
        "colsample_bytree": SHARE,
        "reg_lambda": AT_LEAST_0,
        **SHARED_RULES,
    }

    def __init__(
        self,
        *,
        n_estimators: int = 300,
        learning_rate: float = 0.05,
        max_depth: int = 4,
        min_child_weight: float = 1.0,
        subsample: float = 0.8,
        colsample_bytree: float = 0.5,
        reg_lambda: float = 1.0,
        class_weight: str | None = None,
        early_stopping: int | None = None,
        validation: float = 0.15,
        random_state: int | None = None,
    ) -> None:
        self.n_estimators = n_estimators
        self.learning_rate = learning_rate
        self.max_depth = max_depth
        self.min_child_weight = min_child_weight
        self.subsample = subsample
        self.colsample_bytree = colsample_bytree
        self.reg_lambda = reg_lambda
        self.class_weight = class_weight
        self.early_stopping = early_stopping
        self.validation = validation
        self.random_state = random_state

    def _params(self, classes: int) -> dict[str, Any]:
        names = (*("learning_rate", "max_depth", "min_child_weight"), *("subsample", "colsample_bytree"))
        params = {name: getattr(self, name) for name in (*names, "reg_lambda")}
        params |= {"seed": self.random_state or 0, "tree_method": "hist", "nthread": 1, "verbosity": 0}
        if classes > 2:
            return params | {"objective": "multi:softprob", "num_class": classes}
        return params | {"objective": "binary:logistic" if classes else "reg:squarederror"}

    def _grow(self, X: Array, y: NDArray[Any], weights: Array | None, rounds: int, classes: int) -> None:
        data = xgboost.DMatrix(X, label=y, weight=weights, nthread=1)
        booster = xgboost.train(self._params(classes), data, num_boost_round=rounds)
        self.trees_ = bytes(booster.save_raw("ubj"))
        self._loaded: Any = booster

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
        teach, judge = (
            xgboost.DMatrix(
                X[rows], label=y[rows], weight=weights if weights is None else weights[rows], nthread=1
            )
            for rows in (learn, aside)
        )
        tried = xgboost.train(
            self._params(classes),
            teach,
            num_boost_round=most,
            evals=[(judge, "aside")],
            early_stopping_rounds=self.early_stopping,
            verbose_eval=False,
        )
        return int(tried.best_iteration) + 1

    @property
    def feature_importances_(self) -> Array:
        """(p,) share of each feature in what all splits together gained; 0 throughout where no tree split."""
        check_is_fitted(self, "trees_")
        gains = np.zeros(self.n_features_in_)
        for name, gain in self._booster().get_score(importance_type="total_gain").items():
            gains[int(name.removeprefix("f"))] = gain
        return gains / (gains.sum() or 1.0)

    def _said(self, X: Array) -> Array:
        return np.asarray(self._booster().predict(xgboost.DMatrix(X, nthread=1)), dtype=np.float64)

    def _booster(self) -> Any:
        if getattr(self, "_loaded", None) is None:
            self._loaded = xgboost.Booster({"nthread": 1})
            self._loaded.load_model(bytearray(self.trees_))
        return self._loaded

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in super().__getstate__().items() if key != "_loaded"}


class BoostedClassifier(BoostedClasses, XGBoosted):
    """XGBoost for two or more classes; parameters and what is learned as in ``XGBoosted``."""

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **XGBoosted._parameter_constraints,
        "class_weight": BALANCED,
    }


class BoostedRegressor(BoostedNumbers, XGBoosted):
    """XGBoost for numbers (squared error); parameters and what is learned as in ``XGBoosted``."""


_SPACE: Space = {
    "n_estimators": Choice((100, 200, 300, 500)),
    "learning_rate": Real(0.02, 0.2, log=True),
    "max_depth": Whole(2, 8),
    "min_child_weight": Real(1, 20, log=True),
    "subsample": Real(0.5, 1.0),
    "colsample_bytree": Choice((0.1, 0.3, 0.5, 0.8, 1.0)),
    "reg_lambda": Real(0.1, 30, log=True),
}
XGBOOST = Family(classes=Learner(BoostedClassifier, {}, _SPACE), number=Learner(BoostedRegressor, {}, _SPACE))
