"""A random forest of survival trees."""

from __future__ import annotations

import numbers
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted, validate_data

from prognome.core.learner import Family, Learner
from prognome.core.space import Choice, Whole
from prognome.core.survival import Curve
from prognome.model.survival_target import read_target
from prognome.trees.survival_trees import SurvivalTrees, grow_trees, on_a_grid

Array = NDArray[np.float64]
_PARTS = ("start", "feature", "threshold", "left", "right", "leaf", "hazard")


class RandomSurvivalForest(BaseEstimator):
    """Trees that part rows by the log-rank test; a leaf holds the Nelson–Aalen estimate of its rows.

    Parameters
    ----------
    n_estimators
        Trees.
    max_features
        Columns looked at in each node: ``sqrt``, a share of them, or a number.
    min_leaf
        Least rows of a leaf.
    n_split
        Thresholds tried for each column, drawn among the values there; 0 tries all.
    max_depth
        Of a tree; None for no limit.
    bootstrap
        Whether each tree sees rows drawn with replacement.
    random_state
        Draws rows, columns and thresholds.

    Notes
    -----
    **Learns** the trees and ``times_`` ((G,) times of events, at most 100, on which hazards are kept), from
    the rows of ``fit`` alone. The risk is the logarithm of the ensemble mortality: of the mean, over those
    times, of the cumulative hazard averaged over the trees.

    References
    ----------
    Ishwaran, Kogalur, Blackstone and Lauer (2008), Annals of Applied Statistics 2:841–860.
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "n_estimators": [Interval(numbers.Integral, 1, None, closed="left")],
        "max_features": [
            StrOptions({"sqrt"}),
            Interval(numbers.Integral, 1, None, closed="left"),
            Interval(numbers.Real, 0, 1, closed="right"),
        ],
        "min_leaf": [Interval(numbers.Integral, 1, None, closed="left")],
        "n_split": [Interval(numbers.Integral, 0, None, closed="left")],
        "max_depth": [Interval(numbers.Integral, 1, None, closed="left"), None],
        "bootstrap": ["boolean"],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        *,
        n_estimators: int = 200,
        max_features: str | float | int = "sqrt",
        min_leaf: int = 15,
        n_split: int = 10,
        max_depth: int | None = None,
        bootstrap: bool = True,
        random_state: int | None = None,
    ) -> None:
        self.n_estimators = n_estimators
        self.max_features = max_features
        self.min_leaf = min_leaf
        self.n_split = n_split
        self.max_depth = max_depth
        self.bootstrap = bootstrap
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> Self:
        """Fit on (n, p) numbers and (n, 2) times and events."""
        self._validate_params()
        X = validate_data(self, X, dtype=np.float64)
        y = read_target(y, len(X))
        timed = on_a_grid(y[:, 0], y[:, 1])
        grown = grow_trees(
            X,
            timed,
            trees=self.n_estimators,
            columns=self._columns(X.shape[1]),
            min_leaf=self.min_leaf,
            splits=self.n_split,
            max_depth=self.max_depth,
            bootstrap=self.bootstrap,
            seed=self.random_state or 0,
        )
        self.times_ = timed.grid
        self.trees_ = {name: getattr(grown, name) for name in _PARTS}
        return self

    def _columns(self, p: int) -> int:
        if self.max_features == "sqrt":
            return max(1, round(p**0.5))
        if isinstance(self.max_features, numbers.Integral):
            return min(int(self.max_features), p)
        return max(1, round(float(self.max_features) * p))

    def cumulative_hazard(self, X: Any) -> Array:
        """(n, G) at ``times_``, the mean over the trees."""
        check_is_fitted(self, "trees_")
        X = validate_data(self, X, reset=False, dtype=np.float64)
        return SurvivalTrees(**self.trees_).cumulative_hazard(X)

    def predict(self, X: Any) -> Array:
        """(n,) logarithm of the ensemble mortality: the higher, the earlier the event."""
        return np.asarray(np.log(self.cumulative_hazard(X).mean(axis=1) + 1e-12))

    def predict_survival(self, X: Any, times: Array) -> Array:
        """(n, T) share free of the event at these times."""
        hazard = self.cumulative_hazard(X)
        return np.stack([np.exp(-Curve(self.times_, one, 0.0).at(times)) for one in hazard])


RANDOM_SURVIVAL_FOREST = Family(
    survival=Learner(
        RandomSurvivalForest,
        {},
        {"min_leaf": Whole(3, 60, log=True), "max_features": Choice(("sqrt", 0.2, 0.4, 0.7))},
    )
)
