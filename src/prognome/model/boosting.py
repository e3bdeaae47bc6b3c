"""Gradient-boosted trees by XGBoost, kept in XGBoost's own format."""

from __future__ import annotations

import numbers
from typing import Any, ClassVar, Self

import numpy as np
import xgboost
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils._param_validation import Interval
from sklearn.utils.validation import check_is_fitted, validate_data

from prognome.core.learner import Family, Learner
from prognome.core.space import Choice, Real, Space, Whole

Array = NDArray[np.float64]
_SHARE: list[Any] = [Interval(numbers.Real, 0, 1, closed="right")]
_AT_LEAST_0: list[Any] = [Interval(numbers.Real, 0, None, closed="left")]
_AT_LEAST_1: list[Any] = [Interval(numbers.Integral, 1, None, closed="left")]


class _Boosted(BaseEstimator):
    """Trees grown one after another, each on what the ones before it got wrong.

    Parameters
    ----------
    n_estimators
        Trees (rounds).
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
    random_state
        Draws rows and columns.

    Notes
    -----
    **Learns** the trees, from the rows of ``fit`` alone. One thread, so that results do not depend on the
    machine. Missing features are sent down a learned branch.

    References
    ----------
    Chen and Guestrin (2016), KDD, 785–794.
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "n_estimators": _AT_LEAST_1,
        "learning_rate": _SHARE,
        "max_depth": _AT_LEAST_1,
        "min_child_weight": _AT_LEAST_0,
        "subsample": _SHARE,
        "colsample_bytree": _SHARE,
        "reg_lambda": _AT_LEAST_0,
        "random_state": ["random_state"],
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
        random_state: int | None = None,
    ) -> None:
        self.n_estimators = n_estimators
        self.learning_rate = learning_rate
        self.max_depth = max_depth
        self.min_child_weight = min_child_weight
        self.subsample = subsample
        self.colsample_bytree = colsample_bytree
        self.reg_lambda = reg_lambda
        self.random_state = random_state

    def _grow(self, X: Array, y: NDArray[Any], objective: dict[str, Any]) -> None:
        params = {key: value for key, value in self.get_params().items() if key != "n_estimators"}
        params["seed"] = params.pop("random_state") or 0
        params |= {"tree_method": "hist", "nthread": 1, "verbosity": 0, **objective}
        data = xgboost.DMatrix(X, label=y, nthread=1)
        booster = xgboost.train(params, data, num_boost_round=self.n_estimators)
        self.trees_ = bytes(booster.save_raw("ubj"))
        self._loaded: Any = booster

    @property
    def feature_importances_(self) -> Array:
        """(p,) share of each feature in what all splits together gained; 0 throughout where no tree split."""
        check_is_fitted(self, "trees_")
        gains = np.zeros(self.n_features_in_)
        for name, gain in self._booster().get_score(importance_type="total_gain").items():
            gains[int(name.removeprefix("f"))] = gain
        return gains / (gains.sum() or 1.0)

    def _score(self, X: Any) -> Array:
        check_is_fitted(self, "trees_")
        X = validate_data(self, X, reset=False, ensure_all_finite="allow-nan")
        return np.asarray(self._booster().predict(xgboost.DMatrix(X, nthread=1)), dtype=np.float64)

    def _booster(self) -> Any:
        if getattr(self, "_loaded", None) is None:
            self._loaded = xgboost.Booster({"nthread": 1})
            self._loaded.load_model(bytearray(self.trees_))
        return self._loaded

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in super().__getstate__().items() if key != "_loaded"}

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags


class BoostedClassifier(ClassifierMixin, _Boosted):
    """Boosted trees for two or more classes; parameters and what is learned as in :class:`_Boosted`."""

    def fit(self, X: Any, y: Any) -> Self:
        """Fit on (n, p) numbers, NaN allowed, and (n,) classes."""
        self._validate_params()
        X, y = validate_data(self, X, y, ensure_all_finite="allow-nan")
        self.classes_, codes = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError("boosting needs at least two classes")
        if len(self.classes_) == 2:
            self._grow(X, codes, {"objective": "binary:logistic"})
        else:
            self._grow(X, codes, {"objective": "multi:softprob", "num_class": len(self.classes_)})
        return self

    def predict_proba(self, X: Any) -> Array:
        """(n, K) probabilities."""
        score = self._score(X)
        return np.column_stack([1 - score, score]) if score.ndim == 1 else score

    def predict(self, X: Any) -> NDArray[Any]:
        """(n,) the more probable class."""
        return np.asarray(self.classes_[self.predict_proba(X).argmax(axis=1)])


class BoostedRegressor(RegressorMixin, _Boosted):
    """Boosted trees for numbers (squared error); parameters and what is learned as in :class:`_Boosted`."""

    def fit(self, X: Any, y: Any) -> Self:
        """Fit on (n, p) numbers, NaN allowed, and (n,) numbers."""
        self._validate_params()
        X, y = validate_data(self, X, y, ensure_all_finite="allow-nan", y_numeric=True)
        self._grow(X, y, {"objective": "reg:squarederror"})
        return self

    def predict(self, X: Any) -> Array:
        """(n,) numbers in the target's unit."""
        return self._score(X)


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
