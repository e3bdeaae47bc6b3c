"""Trees that each learn from as many rows of every class: balanced sampling against rare events."""

from __future__ import annotations

import numbers
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import RandomForestClassifier
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted, validate_data

from prognome.core.learner import Family, Learner
from prognome.core.space import Choice, Space, Whole
from prognome.core.table import Index
from prognome.model.linear import PenalisedLogistic

Array = NDArray[np.float64]
_SEEDS = np.iinfo(np.int32).max


def balanced_draw(codes: NDArray[Any], rng: np.random.RandomState) -> Index:
    """Positions drawn with replacement: of every class as many as the rarest has rows.

    Parameters
    ----------
    codes
        (n,) class codes 0 … K-1, each with a row.
    rng
        Draws.

    Returns
    -------
    (K · rows of the rarest class,) positions, class by class.
    """
    fewest = int(np.bincount(codes).min())
    return np.concatenate(
        [rng.choice(np.flatnonzero(codes == code), fewest) for code in range(int(codes.max()) + 1)]
    )


class BalancedForestClassifier(RandomForestClassifier):
    """A random forest whose every tree learns from as many rows of each class.

    Parameters
    ----------
    n_estimators, max_features, min_samples_leaf, max_depth, random_state
        As in scikit-learn's ``RandomForestClassifier``.

    Notes
    -----
    **Learns** the trees, each from rows of ``fit`` drawn with replacement, of every class as many as the
    rarest has. A tree sees few rows where a class is rare, and the forest's probabilities are near those of a
    world in which all classes are equally frequent; ``judge.calibrate`` brings them back.

    Our own few lines on scikit-learn's trees, and not imbalanced-learn's: that one keeps the positions of the
    training rows of every tree in the fitted model, which would go into the bundle.

    References
    ----------
    Chen, Liaw and Breiman (2004), Using random forest to learn imbalanced data, University of California,
    Berkeley, technical report 666.
    """

    def __init__(
        self,
        n_estimators: int = 300,
        *,
        max_features: str | float | int | None = "sqrt",
        min_samples_leaf: int = 1,
        max_depth: int | None = None,
        random_state: int | None = None,
    ) -> None:
        super().__init__(
            n_estimators,
            max_features=max_features,
            min_samples_leaf=min_samples_leaf,
            max_depth=max_depth,
            n_jobs=1,
            random_state=random_state,
        )

    def fit(self, X: Any, y: Any) -> Self:
        """Fit on (n, p) numbers, NaN allowed, and (n,) classes."""
        self._validate_params()
        X, y = validate_data(self, X, y, dtype=np.float32, ensure_all_finite="allow-nan")
        self.classes_, codes = np.unique(y, return_inverse=True)
        self.n_classes_, self.n_outputs_ = len(self.classes_), 1
        rng = np.random.RandomState(self.random_state or 0)
        self.estimators_ = []
        for _ in range(self.n_estimators):
            times = np.bincount(balanced_draw(codes, rng), minlength=len(codes)).astype(np.float64)
            tree = DecisionTreeClassifier(
                max_features=self.max_features,
                min_samples_leaf=self.min_samples_leaf,
                max_depth=self.max_depth,
                random_state=rng.randint(_SEEDS),
            )
            self.estimators_.append(tree.fit(X, codes, sample_weight=times))
        return self


class BalancedBaggingClassifier(ClassifierMixin, BaseEstimator):
    """The mean of models that each learned from as many rows of every class.

    Parameters
    ----------
    base
        ``tree``: full decision trees that look at all columns; ``logistic``: logistic regressions with our
        penalty.
    n_estimators
        How many.
    random_state
        Draws rows, and the order in which trees look at columns.

    Notes
    -----
    **Learns** the models, each from rows of ``fit`` drawn as in :class:`BalancedForestClassifier`, whose
    note on probabilities holds here too.

    References
    ----------
    Hido, Kashima and Takahashi (2009), Statistical Analysis and Data Mining 2:412–426.
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "base": [StrOptions({"tree", "logistic"})],
        "n_estimators": [Interval(numbers.Integral, 1, None, closed="left")],
        "random_state": ["random_state"],
    }

    def __init__(
        self, base: str = "tree", *, n_estimators: int = 50, random_state: int | None = None
    ) -> None:
        self.base = base
        self.n_estimators = n_estimators
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> Self:
        """Fit on (n, p) numbers on one scale and (n,) classes."""
        self._validate_params()
        X, y = validate_data(self, X, y)
        self.classes_, codes = np.unique(y, return_inverse=True)
        rng = np.random.RandomState(self.random_state or 0)
        self.members_ = []
        for _ in range(self.n_estimators):
            drawn = balanced_draw(codes, rng)
            seed = rng.randint(_SEEDS)
            fresh: Any = (
                PenalisedLogistic() if self.base == "logistic" else DecisionTreeClassifier(random_state=seed)
            )
            self.members_.append(fresh.fit(X[drawn], codes[drawn]))
        return self

    def predict_proba(self, X: Any) -> Array:
        """(n, K) means of the models' probabilities."""
        check_is_fitted(self)
        X = validate_data(self, X, reset=False)
        return np.asarray(np.mean([member.predict_proba(X) for member in self.members_], axis=0))

    def predict(self, X: Any) -> NDArray[Any]:
        """(n,) the more probable class."""
        return np.asarray(self.classes_[self.predict_proba(X).argmax(axis=1)])


_FOREST_SPACE: Space = {
    "min_samples_leaf": Whole(1, 10, log=True),
    "max_features": Choice(("sqrt", 0.05, 0.1, 0.33)),
    "max_depth": Choice((None, 4, 8)),
}
BALANCED_FOREST = Family(classes=Learner(BalancedForestClassifier, {}, _FOREST_SPACE))
BALANCED_BAGGING = Family(
    classes=Learner(
        BalancedBaggingClassifier,
        {},
        {"base": Choice(("tree", "logistic")), "n_estimators": Choice((25, 50, 100))},
    )
)
