"""What a row's batch, site or tissue says by itself: the mean of the training rows that share it."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils.validation import check_is_fitted

from prognome.core.cohort import Cohort
from prognome.errors import DataError

Array = NDArray[np.float64]


class _GroupMean(BaseEstimator):
    """Means by level of one column of facts about the rows.

    Parameters
    ----------
    column
        Name of the fact, as in ``Cohort.facts``.

    Notes
    -----
    **Learns** ``levels_`` ((L,) text), ``means_`` ((L, K), of each level) and ``overall_`` ((K,), of all
    rows, those without the fact as well), from the rows of ``fit``. It reads no feature. Rows whose level is
    missing or was not learned, and cohorts that do not know the column, get ``overall_``.

    References
    ----------
    The baseline of group means, which models across contexts (tissues, cell types) often fail to beat:
    Schreiber et al. (2020), Genome Biology 21:282.
    """

    def __init__(self, column: str = "") -> None:
        self.column = column

    def _learn(self, X: Cohort, values: Array) -> None:
        if self.column not in X.facts:
            raise DataError(
                "group_mean",
                f"the cohort knows no column '{self.column}'",
                expected="a column that rows.batch names",
            )
        levels = X.facts[self.column]
        known = np.array([level is not None for level in levels], dtype=bool)
        self.overall_ = values.mean(axis=0)
        self.levels_, place = np.unique(levels[known].astype(str), return_inverse=True)
        sums = np.zeros((len(self.levels_), values.shape[1]))
        np.add.at(sums, place, values[known])
        self.means_ = sums / np.bincount(place, minlength=len(self.levels_))[:, None]

    def _look_up(self, X: Cohort) -> Array:
        check_is_fitted(self)
        said = np.tile(self.overall_, (len(X), 1))
        if self.column in X.facts:
            place = {level: at for at, level in enumerate(self.levels_.tolist())}
            at = np.array([place.get(level, -1) for level in X.facts[self.column]], dtype=np.intp)
            said[at >= 0] = self.means_[at[at >= 0]]
        return said


class GroupMeanClassifier(ClassifierMixin, _GroupMean):
    """The shares of the classes among the training rows of the same level.

    Parameters and what is learned as in :class:`_GroupMean`.
    """

    def fit(self, X: Cohort, y: Any) -> Self:
        """Count (n,) classes by the levels of a cohort's rows."""
        self.classes_, codes = np.unique(np.asarray(y), return_inverse=True)
        self._learn(X, np.eye(len(self.classes_))[codes])
        return self

    def predict_proba(self, X: Cohort) -> Array:
        """(n, K) class shares of each row's level."""
        return self._look_up(X)

    def predict(self, X: Cohort) -> NDArray[Any]:
        """(n,) the most frequent class of each row's level; of equals the lower."""
        return np.asarray(self.classes_[self.predict_proba(X).argmax(axis=1)])


class GroupMeanRegressor(RegressorMixin, _GroupMean):
    """The mean of the target among the training rows of the same level.

    Parameters and what is learned as in :class:`_GroupMean`.
    """

    def fit(self, X: Cohort, y: Any) -> Self:
        """Average (n,) numbers by the levels of a cohort's rows."""
        self._learn(X, np.asarray(y, dtype=np.float64)[:, None])
        return self

    def predict(self, X: Cohort) -> Array:
        """(n,) the mean of each row's level, in the target's unit."""
        return self._look_up(X)[:, 0]
