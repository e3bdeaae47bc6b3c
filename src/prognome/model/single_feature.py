"""The one feature that tells most by itself, and a linear model of it alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from prognome.core.cox_score import chi_squared
from prognome.core.learner import Family, Learner
from prognome.model.cox import PenalisedCox
from prognome.model.linear import PenalisedLinear, PenalisedLogistic
from prognome.model.survival_target import read_target

Array = NDArray[np.float64]
_CELLS_AT_ONCE = 250_000
_DIGITS = 12  # columns whose association differs by rounding alone are equal


class _SingleFeature(BaseEstimator):
    """What the two have in common: the column that was taken, on the scale of the training rows."""

    @property
    def coef_(self) -> Array:
        """(1 or K, p), or (p,) of a number: weights of the columns as they are given, all 0 but one."""
        check_is_fitted(self)
        weight = np.asarray(self.model_.coef_)[..., 0] / self.scale_
        found = np.zeros((*weight.shape, self.n_features_in_))
        found[..., self.feature_] = weight
        return found

    @property
    def intercept_(self) -> Array:
        """(1 or K,) or a number: the answer where all columns are 0."""
        check_is_fitted(self)
        weight = np.asarray(self.model_.coef_)[..., 0] / self.scale_
        return np.asarray(self.model_.intercept_ - weight * self.center_)

    def _take(self, X: Array, association: Array) -> Array:
        self.association_ = float(association.max())
        self.feature_ = int(association.argmax())
        column = X[:, self.feature_]
        self.center_ = float(column.mean())
        self.scale_ = float(column.std()) or 1.0
        return self._column(X)

    def _column(self, X: Array) -> Array:
        return np.asarray((X[:, [self.feature_]] - self.center_) / self.scale_)


class SingleFeatureClassifier(ClassifierMixin, _SingleFeature):
    """The one column that parts the classes best, in a logistic regression.

    Two classes: the column whose area under the ROC curve is farthest from one half. More: the column of
    which the classes explain the largest share of variance, which is the order of the ANOVA's F. Of equal
    columns the first; a constant column has no association.

    Notes
    -----
    **Learns** ``feature_`` (place of the column), ``association_`` (its distance from one half, or its share
    of variance), ``center_`` and ``scale_`` of the column, and ``model_``, all from the rows of ``fit``.
    """

    def fit(self, X: Any, y: Any) -> Self:
        """Take a column of (n, p) numbers by (n,) classes, and fit it."""
        X, y = validate_data(self, X, y, dtype=np.float64)
        self.classes_, codes = np.unique(y, return_inverse=True)
        two = len(self.classes_) == 2
        column = self._take(X, auc_distance(X, codes == 1) if two else variance_explained(X, codes))
        self.model_ = PenalisedLogistic().fit(column, y)
        return self

    def decision_function(self, X: Any) -> Array:
        """(n,) or (n, K) log odds."""
        check_is_fitted(self)
        return self.model_.decision_function(
            self._column(validate_data(self, X, reset=False, dtype=np.float64))
        )

    def predict_proba(self, X: Any) -> Array:
        """(n, K) probabilities."""
        check_is_fitted(self)
        return self.model_.predict_proba(self._column(validate_data(self, X, reset=False, dtype=np.float64)))

    def predict(self, X: Any) -> NDArray[Any]:
        """(n,) the most probable class."""
        return np.asarray(self.classes_[self.predict_proba(X).argmax(axis=1)])


class SingleFeatureRegressor(RegressorMixin, _SingleFeature):
    """The one column that correlates best with the target, in a linear regression.

    The column of the largest absolute linear correlation; of equal columns the first.

    Notes
    -----
    **Learns** ``feature_`` (place of the column), ``association_`` (its absolute correlation), ``center_``
    and ``scale_`` of the column, and ``model_``, all from the rows of ``fit``.
    """

    def fit(self, X: Any, y: Any) -> Self:
        """Take a column of (n, p) numbers by (n,) numbers, and fit it."""
        X, y = validate_data(self, X, y, dtype=np.float64, y_numeric=True)
        self.model_ = PenalisedLinear().fit(self._take(X, absolute_correlation(X, y)), y)
        return self

    def predict(self, X: Any) -> Array:
        """(n,) numbers in the target's unit."""
        check_is_fitted(self)
        return self.model_.predict(self._column(validate_data(self, X, reset=False, dtype=np.float64)))


class SingleFeatureCox(_SingleFeature):
    """The one column that goes best with survival by Cox's score test, in a Cox model; of equals the first.

    Notes
    -----
    **Learns** ``feature_`` (place of the column), ``association_`` (its statistic), ``center_`` and
    ``scale_`` of the column, and ``model_``, all from the rows of ``fit``.
    """

    def fit(self, X: Any, y: Any) -> Self:
        """Take a column of (n, p) numbers by (n, 2) times and events, and fit it."""
        X = validate_data(self, X, dtype=np.float64)
        y = read_target(y, len(X))
        statistic = chi_squared(X, y[:, 0], y[:, 1])
        self.model_ = PenalisedCox().fit(self._take(X, np.round(statistic, _DIGITS)), y)
        return self

    def predict(self, X: Any) -> Array:
        """(n,) log hazard: the higher, the earlier the event."""
        check_is_fitted(self)
        return self.model_.predict(self._column(validate_data(self, X, reset=False, dtype=np.float64)))

    def predict_survival(self, X: Any, times: Array) -> Array:
        """(n, T) share free of the event at these times."""
        return self.model_.survival_of(self.predict(X), times)


def auc_distance(X: Array, event: NDArray[np.bool_]) -> Array:
    """Distance of each column's area under the ROC curve from one half, ties counted as one half.

    Parameters
    ----------
    X
        (n, p) finite numbers.
    event
        (n,) which rows are the event.

    Returns
    -------
    (p,) from 0 to .5; exact, so that a column and its mirror image are equal.

    References
    ----------
    Mann and Whitney (1947), Annals of Mathematical Statistics 18:50–60, by rank sums.
    """
    n, events = len(event), int(event.sum())
    pairs = events * (n - events)
    if not pairs:
        return np.zeros(X.shape[1])
    place = np.arange(n)
    found = []
    for part in _pieces(X):
        columns = np.ascontiguousarray(part.T)
        order = columns.argsort(axis=1)
        ordered = np.take_along_axis(columns, order, axis=1)
        changes = ordered[:, 1:] != ordered[:, :-1]
        first = np.zeros(columns.shape, dtype=np.intp)
        last = np.full(columns.shape, n - 1, dtype=np.intp)
        np.copyto(first[:, 1:], place[1:], where=changes)
        np.copyto(last[:, :-1], place[:-1], where=changes)
        np.maximum.accumulate(first, axis=1, out=first)
        last = np.minimum.accumulate(last[:, ::-1], axis=1)[:, ::-1]
        twice_ranks = ((first + last) * event[order]).sum(axis=1) + 2 * events
        twice_u = twice_ranks - events * (events + 1)
        found.append(np.abs(twice_u - pairs) / (2 * pairs))
    return np.concatenate(found)


def variance_explained(X: Array, codes: NDArray[np.intp]) -> Array:
    """Share of each column's variance that lies between the classes (eta squared).

    Parameters
    ----------
    X
        (n, p) finite numbers.
    codes
        (n,) class codes 0 … K-1.

    Returns
    -------
    (p,) from 0 to 1; 0 for a constant column. For given n and K it grows with the F of a one-way analysis of
    variance: F = (eta² / (K - 1)) / ((1 - eta²) / (n - K)).

    References
    ----------
    Fisher (1925), Statistical Methods for Research Workers, chapter 7.
    """
    counts = np.bincount(codes)
    member = (codes[:, None] == np.arange(len(counts))).astype(np.float64)
    found = []
    for part in _pieces(X):
        centered = part - part.mean(axis=0)
        sums = member.T @ centered
        between = (sums**2 / counts[:, None]).sum(axis=0)
        found.append(_share(between, (centered**2).sum(axis=0), part))
    return np.concatenate(found)


def absolute_correlation(X: Array, y: Array) -> Array:
    """Absolute linear correlation of each column with the target.

    Parameters
    ----------
    X
        (n, p) finite numbers.
    y
        (n,) numbers.

    Returns
    -------
    (p,) from 0 to 1; 0 where the column or the target is constant.
    """
    if (y == y[0]).all():
        return np.zeros(X.shape[1])
    off = y - y.mean()
    found = []
    for part in _pieces(X):
        centered = part - part.mean(axis=0)
        size = np.sqrt((centered**2).sum(axis=0) * (off @ off))
        found.append(_share(np.abs(off @ centered), size, part))
    return np.concatenate(found)


def _pieces(X: Array) -> Iterator[Array]:
    """The columns, a few at a time, so that what is reckoned stays small."""
    width = max(1, _CELLS_AT_ONCE // len(X))
    for start in range(0, X.shape[1], width):
        yield X[:, start : start + width]


def _share(above: Array, below: Array, part: Array) -> Array:
    moves = (part != part[0]).any(axis=0) & (below > 0)
    shares = np.divide(above, below, out=np.zeros_like(above), where=moves)
    return np.asarray(np.round(shares, _DIGITS))


SINGLE_BEST = Family(
    classes=Learner(SingleFeatureClassifier),
    number=Learner(SingleFeatureRegressor),
    survival=Learner(SingleFeatureCox),
)
