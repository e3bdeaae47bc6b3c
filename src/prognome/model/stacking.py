"""Stacking: a meta-model learns on what other models say about rows they did not learn from."""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin, RegressorMixin, clone
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.utils._param_validation import Interval
from sklearn.utils.metaestimators import _BaseComposition
from sklearn.utils.validation import check_is_fitted

from prognome.core.fit import fit, seeded
from prognome.core.learner import Family, Learner
from prognome.core.rows import rows_of
from prognome.core.seeds import seed_of
from prognome.core.split import inner_folds
from prognome.core.table import Index
from prognome.model.cox import HazardMixin, PenalisedCox
from prognome.model.logits import logits

Array = NDArray[np.float64]


class _Stack(_BaseComposition):
    """Out-of-fold predictions of the members into one linear meta-model; then all members on all rows.

    Parameters
    ----------
    members
        Pairs of name and unfitted estimator; each takes what ``fit`` is given (a cohort, frame or array).
    folds
        Folds inside the training rows.
    C, alpha
        Inverse strength (logistic) or strength (ridge) of the meta-model's penalty.
    random_state
        Shuffles the folds.

    Notes
    -----
    **Learns** the meta-model from out-of-fold predictions (probabilities as logits) of those rows of ``fit``
    that an inner fold judges, the members from all of them. Groups, given or brought by a cohort, stay whole.

    References
    ----------
    Wolpert (1992), Neural Networks 5:241–259; Breiman (1996), Machine Learning 24:49–64.
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "folds": [Interval(numbers.Integral, 2, None, closed="left")],
        "C": [Interval(numbers.Real, 0, None, closed="neither")],
        "alpha": [Interval(numbers.Real, 0, None, closed="left")],
        "random_state": ["random_state"],
    }

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Parameters; with ``deep`` those of the members too, as ``MEMBER__PARAMETER``."""
        return dict(self._get_params("members", deep=deep))

    def set_params(self, **params: Any) -> Self:
        """Set parameters by the names that ``get_params`` gives."""
        self._set_params("members", **params)
        return self

    def learn_meta(self, said: Sequence[Array], y: NDArray[Any]) -> Self:
        """Learn the meta-model alone.

        Parameters
        ----------
        said
            Of each member in order, what it said about rows it had not learned from: (n, K) probabilities in
            the order of the class codes, or (n,) numbers.
        y
            (n,) class codes or numbers.
        """
        self._fit_meta(np.hstack([self._column(one) for one in said]), y)
        return self

    def combine(self, said: Sequence[Array]) -> Array:
        """(n, K) probabilities or (n,) numbers, of what fitted members said: as for :meth:`learn_meta`."""
        return self._from_table(np.hstack([self._column(one) for one in said]))

    def adopt(self, fitted: Sequence[Any]) -> Self:
        """Take these as the fitted members, in the order of ``members``."""
        self.fitted_members_ = list(fitted)
        self.member_names_ = [name for name, _ in self.members]
        return self

    def without_members(self) -> Self:
        """A copy of the meta-model alone, for its size."""
        bare = clone(self).set_params(members=())
        for name in ("meta_", "scale_", "hazard_times_", "hazard_"):
            if hasattr(self, name):
                setattr(bare, name, getattr(self, name))
        return bare

    def _learn(self, X: Any, y: Any, groups: NDArray[Any] | None, *, classes: bool) -> None:
        """Fit members on all rows, and the meta-model on the rows that some inner fold judged."""
        if not self.members:
            raise ValueError("a stack needs members")
        y = np.asarray(y)
        groups = getattr(X, "groups", None) if groups is None else groups
        seed = self.random_state or 0
        pairs = inner_folds(y, groups, self.folds, seed, classes=classes)

        def learned(name: str, member: Any, rows: Index) -> Any:
            fresh = seeded(clone(member), seed_of(seed, name))
            return fit(fresh, rows_of(X, rows), y[rows], None if groups is None else groups[rows])

        columns: list[Array] = []
        for name, member in self.members:
            parts = [
                (judge, self._say(learned(name, member, train), rows_of(X, judge))) for train, judge in pairs
            ]
            said = np.full((len(y), parts[0][1].shape[1]), np.nan)
            for judge, part in parts:
                said[judge] = part
            columns.append(said)
        everyone = np.arange(len(y))
        self.fitted_members_ = [learned(name, member, everyone) for name, member in self.members]
        self.member_names_ = [name for name, _ in self.members]
        table = np.hstack(columns)
        judged = ~np.isnan(table).any(axis=1)
        self._fit_meta(table[judged], y[judged])

    def _table(self, X: Any) -> Array:
        check_is_fitted(self, "meta_")
        return np.hstack([self._say(member, X) for member in self.fitted_members_])

    def _say(self, member: Any, X: Any) -> Array:
        """Columns of the meta-model's table."""
        raise TypeError("a stack is for classes or for numbers")

    def _column(self, said: Array) -> Array:
        raise TypeError("a stack is for classes or for numbers")

    def _fit_meta(self, table: Array, y: NDArray[Any]) -> None:
        raise TypeError("a stack is for classes or for numbers")

    def _from_table(self, table: Array) -> Array:
        raise TypeError("a stack is for classes or for numbers")


class StackedClassifier(ClassifierMixin, _Stack):
    """Stacking for classes: logits of out-of-fold probabilities into a logistic meta-model.

    Parameters and what is learned as in :class:`_Stack`.
    """

    def __init__(
        self,
        members: Sequence[tuple[str, Any]] = (),
        *,
        folds: int = 3,
        C: float = 1.0,
        random_state: int | None = None,
    ) -> None:
        self.members = members
        self.folds = folds
        self.C = C
        self.random_state = random_state

    def fit(self, X: Any, y: Any, groups: NDArray[Any] | None = None) -> Self:
        """Fit members and meta-model on rows X, (n,) classes, and groups kept whole."""
        self._learn(X, y, groups, classes=True)
        return self

    def _say(self, member: Any, X: Any) -> Array:
        return self._column(member.predict_proba(X))

    def _column(self, said: Array) -> Array:
        return logits(said)

    def _fit_meta(self, table: Array, y: NDArray[Any]) -> None:
        self.classes_ = np.unique(y)
        self.meta_ = LogisticRegression(C=self.C, max_iter=1000).fit(table, y)

    def _from_table(self, table: Array) -> Array:
        return np.asarray(self.meta_.predict_proba(table))

    def predict_proba(self, X: Any) -> Array:
        """(n, K) probabilities."""
        return self._from_table(self._table(X))

    def predict(self, X: Any) -> NDArray[Any]:
        """(n,) the more probable class."""
        return np.asarray(self.classes_[self.predict_proba(X).argmax(axis=1)])


class StackedRegressor(RegressorMixin, _Stack):
    """Stacking for numbers: out-of-fold predictions into a ridge meta-model.

    Parameters and what is learned as in :class:`_Stack`.
    """

    def __init__(
        self,
        members: Sequence[tuple[str, Any]] = (),
        *,
        folds: int = 3,
        alpha: float = 1.0,
        random_state: int | None = None,
    ) -> None:
        self.members = members
        self.folds = folds
        self.alpha = alpha
        self.random_state = random_state

    def fit(self, X: Any, y: Any, groups: NDArray[Any] | None = None) -> Self:
        """Fit members and meta-model on rows X, (n,) numbers, and groups kept whole."""
        self._learn(X, y, groups, classes=False)
        return self

    def _say(self, member: Any, X: Any) -> Array:
        return self._column(member.predict(X))

    def _column(self, said: Array) -> Array:
        return np.asarray(said, dtype=float).reshape(-1, 1)

    def _fit_meta(self, table: Array, y: NDArray[Any]) -> None:
        self.meta_ = Ridge(alpha=self.alpha).fit(table, y)

    def _from_table(self, table: Array) -> Array:
        return np.asarray(self.meta_.predict(table))

    def predict(self, X: Any) -> Array:
        """(n,) numbers in the target's unit."""
        return self._from_table(self._table(X))


class StackedSurvival(HazardMixin, _Stack):
    """Stacking for survival: out-of-fold risks, each on a scale of 1, into a Cox model with a ridge.

    Parameters and what is learned as in :class:`_Stack`.
    """

    def __init__(
        self,
        members: Sequence[tuple[str, Any]] = (),
        *,
        folds: int = 3,
        alpha: float = 1.0,
        random_state: int | None = None,
    ) -> None:
        self.members = members
        self.folds = folds
        self.alpha = alpha
        self.random_state = random_state

    def fit(self, X: Any, y: Any, groups: NDArray[Any] | None = None) -> Self:
        """Fit members and meta-model on rows X, (n, 2) times and events, and groups kept whole."""
        self._learn(X, y, groups, classes=False)
        return self

    def _say(self, member: Any, X: Any) -> Array:
        return self._column(member.predict(X))

    def _column(self, said: Array) -> Array:
        return np.asarray(said, dtype=float).reshape(len(said), -1)[:, :1]

    def _fit_meta(self, table: Array, y: NDArray[Any]) -> None:
        self.scale_ = table.std(axis=0)
        self.scale_[self.scale_ == 0] = 1.0
        self.meta_ = PenalisedCox(alpha=self.alpha).fit(table / self.scale_, y)
        self._learn_hazard(np.asarray(y, dtype=float), self._from_table(table))

    def _from_table(self, table: Array) -> Array:
        return self.meta_.predict(table / self.scale_)

    def predict(self, X: Any) -> Array:
        """(n,) log hazard: the higher, the earlier the event."""
        return self._from_table(self._table(X))


STACK = Family(
    classes=Learner(StackedClassifier),
    number=Learner(StackedRegressor),
    survival=Learner(StackedSurvival),
)
