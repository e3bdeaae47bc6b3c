"""The nearest training rows, each row's distances reckoned by itself, ties shared."""

from __future__ import annotations

import numbers
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.validation import check_is_fitted, validate_data

from prognome.core.learner import Family, Learner
from prognome.core.space import Choice, Space, Whole

Array = NDArray[np.float64]
_ROWS_AT_ONCE = 256
_ROUNDING = 1e-9


class _Nearest(BaseEstimator):
    """The mean over the k nearest training rows, by Euclidean distance.

    Parameters
    ----------
    n_neighbors
        How many; all where there are fewer training rows.
    weights
        ``uniform``, or ``distance``: a neighbour counts by one over its distance. Rows at no distance at all
        then count alone.
    class_weight
        None or ``balanced``: a neighbour counts the more, the rarer its class. Not for numbers.

    Notes
    -----
    **Learns** nothing: it keeps the rows of ``fit``, so that a bundle with it holds data of patients.
    Training rows that are as far as the k-th share its place, so that the answer does not depend on the order
    of the training rows. Distances come without a matrix product, whose rounding depends on how many rows are
    asked.

    References
    ----------
    Cover and Hart (1967), IEEE Transactions on Information Theory 13:21–27.
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "n_neighbors": [Interval(numbers.Integral, 1, None, closed="left")],
        "weights": [StrOptions({"uniform", "distance"})],
        "class_weight": [None],
    }

    def __init__(
        self, *, n_neighbors: int = 10, weights: str = "uniform", class_weight: str | None = None
    ) -> None:
        self.n_neighbors = n_neighbors
        self.weights = weights
        self.class_weight = class_weight

    def _keep(self, X: Array, values: Array, counts: Array) -> None:
        """Keep (n, p) rows, their (n, q) values, and (n,) what each counts."""
        self.rows_, self.values_, self.counts_ = X, values, counts

    def _means(self, X: Any) -> Array:
        """(n, q) means over the neighbours of each row."""
        check_is_fitted(self, "rows_")
        X = validate_data(self, X, reset=False, dtype=np.float64)
        parts = [self._some(X[at : at + _ROWS_AT_ONCE]) for at in range(0, len(X), _ROWS_AT_ONCE)]
        return np.concatenate(parts) if parts else np.empty((0, self.values_.shape[1]))

    def _some(self, X: Array) -> Array:
        far = cdist(X, self.rows_)
        k = min(self.n_neighbors, len(self.rows_))
        reach = np.partition(far, k - 1, axis=1)[:, [k - 1]]
        inside = far < reach * (1 - _ROUNDING)
        edge = ~inside & (far <= reach * (1 + _ROUNDING))
        share = inside + edge * ((k - inside.sum(axis=1, keepdims=True)) / edge.sum(axis=1, keepdims=True))
        if self.weights == "distance":
            same = (far == 0) & (share > 0)
            near = np.divide(1.0, far, out=np.zeros_like(far), where=far > 0)
            share *= np.where(same.any(axis=1, keepdims=True), same, near)
        share *= self.counts_
        return np.stack([(row[:, None] * self.values_).sum(axis=0) / row.sum() for row in share])


class NearestClassifier(ClassifierMixin, _Nearest):
    """Shares of the classes among the nearest training rows; parameters and learning as in ``_Nearest``."""

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **_Nearest._parameter_constraints,
        "class_weight": [StrOptions({"balanced"}), None],
    }

    def fit(self, X: Any, y: Any) -> Self:
        """Keep (n, p) numbers on one scale and (n,) classes."""
        self._validate_params()
        X, y = validate_data(self, X, y, dtype=np.float64)
        self.classes_, codes = np.unique(y, return_inverse=True)
        self._keep(X, np.eye(len(self.classes_))[codes], compute_sample_weight(self.class_weight, codes))
        return self

    def predict_proba(self, X: Any) -> Array:
        """(n, K) shares among the neighbours."""
        return self._means(X)

    def predict(self, X: Any) -> NDArray[Any]:
        """(n,) the most frequent class; of equals the lower."""
        return np.asarray(self.classes_[self.predict_proba(X).argmax(axis=1)])


class NearestRegressor(RegressorMixin, _Nearest):
    """The mean target of the nearest training rows; parameters and learning as in ``_Nearest``."""

    def fit(self, X: Any, y: Any) -> Self:
        """Keep (n, p) numbers on one scale and (n,) numbers."""
        self._validate_params()
        X, y = validate_data(self, X, y, dtype=np.float64, y_numeric=True)
        self._keep(X, np.asarray(y, dtype=np.float64)[:, None], np.ones(len(y)))
        return self

    def predict(self, X: Any) -> Array:
        """(n,) numbers in the target's unit."""
        return self._means(X)[:, 0]


_SPACE: Space = {"n_neighbors": Whole(1, 50, log=True), "weights": Choice(("uniform", "distance"))}
KNN = Family(
    classes=Learner(NearestClassifier, {}, _SPACE, holds_training_rows=True),
    number=Learner(NearestRegressor, {}, _SPACE, holds_training_rows=True),
)
