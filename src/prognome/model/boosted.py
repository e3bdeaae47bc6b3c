"""What all boosted trees share: class weights, and rounds that rows kept aside have chosen."""

from __future__ import annotations

import numbers
from abc import ABC, abstractmethod
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.validation import check_is_fitted, validate_data

from prognome.core.seeds import seed_of
from prognome.core.table import Index
from prognome.model.stopping import stopping_rows

Array = NDArray[np.float64]
SHARE: list[Any] = [Interval(numbers.Real, 0, 1, closed="right")]
AT_LEAST_0: list[Any] = [Interval(numbers.Real, 0, None, closed="left")]
AT_LEAST_1: list[Any] = [Interval(numbers.Integral, 1, None, closed="left")]
AT_LEAST_2: list[Any] = [Interval(numbers.Integral, 2, None, closed="left")]
SHARED_RULES: dict[str, list[Any]] = {
    "early_stopping": [*AT_LEAST_1, None],
    "validation": [Interval(numbers.Real, 0, 0.5, closed="neither")],
    "random_state": ["random_state"],
    "class_weight": [None],
}
BALANCED: list[Any] = [StrOptions({"balanced"}), None]


class Boosted(BaseEstimator, ABC):
    """Trees grown one after another, each on what the ones before it got wrong.

    A library's class says how trees are grown (:meth:`_grow`), how many rounds rows kept aside would have
    (:meth:`_best_round`), and what the trees say (:meth:`_said`).

    Notes
    -----
    **Learns** the trees, from the rows of ``fit`` alone, and ``rounds_``, how many rounds there are. With
    ``early_stopping`` a share of those rows (``validation``; whole groups, every class) first says after how
    many rounds the loss of rows that did not teach was least; then all rows teach trees for that many. Where
    no such share can be cut, all rounds are grown. Steps before the model have seen the rows kept aside: a
    selection by their labels makes them stop too late.
    """

    _rounds_name: ClassVar[str] = "n_estimators"

    def _learn(self, X: Any, y: NDArray[Any], groups: NDArray[Any] | None, *, classes: int) -> None:
        weights = compute_sample_weight("balanced", y) if self.class_weight == "balanced" else None
        most = int(getattr(self, self._rounds_name))
        self.rounds_ = most
        if self.early_stopping is not None:
            seed = seed_of(self.random_state or 0, "stopping")
            aside = stopping_rows(y, groups, self.validation, seed, classes=classes > 0)
            if len(aside):
                learn = np.setdiff1d(np.arange(len(y)), aside)
                self.rounds_ = self._best_round(X, y, weights, learn, aside, most, classes)
        self._grow(X, y, weights, self.rounds_, classes)

    @abstractmethod
    def _grow(self, X: Array, y: NDArray[Any], weights: Array | None, rounds: int, classes: int) -> None:
        """Grow the trees of that many rounds; ``classes`` is 0 for numbers."""

    @abstractmethod
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
        """The number of rounds, from 1, at which the loss of the rows aside is least; the first of equals."""

    @abstractmethod
    def _said(self, X: Array) -> Array:
        """(n,) probabilities of the second of two classes or numbers, (n, K) probabilities of several."""

    def _ask(self, X: Any) -> Array:
        check_is_fitted(self, "rounds_")
        return self._said(validate_data(self, X, reset=False, ensure_all_finite="allow-nan"))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags


class BoostedClasses(ClassifierMixin, Boosted):
    """Boosted trees for two or more classes."""

    def fit(self, X: Any, y: Any, groups: NDArray[Any] | None = None) -> Self:
        """Fit on (n, p) numbers, NaN allowed, and (n,) classes; groups stay whole in rows kept aside."""
        self._validate_params()
        X, y = validate_data(self, X, y, ensure_all_finite="allow-nan")
        self.classes_, codes = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError("boosting needs at least two classes")
        self._learn(X, codes, groups, classes=len(self.classes_))
        return self

    def predict_proba(self, X: Any) -> Array:
        """(n, K) probabilities."""
        said = self._ask(X)
        return np.column_stack([1 - said, said]) if said.ndim == 1 else said

    def predict(self, X: Any) -> NDArray[Any]:
        """(n,) the more probable class."""
        return np.asarray(self.classes_[self.predict_proba(X).argmax(axis=1)])


class BoostedNumbers(RegressorMixin, Boosted):
    """Boosted trees for numbers (squared error)."""

    def fit(self, X: Any, y: Any, groups: NDArray[Any] | None = None) -> Self:
        """Fit on (n, p) numbers, NaN allowed, and (n,) numbers; groups stay whole in rows kept aside."""
        self._validate_params()
        X, y = validate_data(self, X, y, ensure_all_finite="allow-nan", y_numeric=True)
        self._learn(X, y, groups, classes=0)
        return self

    def predict(self, X: Any) -> Array:
        """(n,) numbers in the target's unit."""
        return self._ask(X)
