"""Linear discriminant analysis with a shrunken covariance, also where there are more features than rows."""

from __future__ import annotations

import numbers
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import svd
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted, validate_data

from prognome.core.learner import Family, Learner
from prognome.core.space import Real

Array = NDArray[np.float64]
_ROUNDING = 1e-12


class ShrunkenDiscriminant(ClassifierMixin, BaseEstimator):
    """Classes as normal clouds of one shape, whose covariance is drawn towards a ball.

    Parameters
    ----------
    shrinkage
        Share of the ball in the covariance; ``auto``: Ledoit and Wolf's, reckoned on rows about the mean of
        their class.
    class_weight
        None or ``balanced``: all classes are taken as equally frequent.

    Notes
    -----
    **Learns** ``coef_`` (1 or K, p), ``intercept_``, and ``shrinkage_``, from the rows of ``fit``. The same
    answers as scikit-learn's ``LinearDiscriminantAnalysis(solver="lsqr")`` with that shrinkage, without its
    (p, p) matrix, which 20,000 genes would not fit into. ``auto`` there shrinks each class on its own and is
    not the same.

    References
    ----------
    Ledoit and Wolf (2004), Journal of Multivariate Analysis 88:365–411, lemmas 3.2 to 3.4; the discriminant
    for p > n: Dudoit, Fridlyand and Speed (2002), Journal of the American Statistical Association 97:77–87.
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "shrinkage": [StrOptions({"auto"}), Interval(numbers.Real, 0, 1, closed="both")],
        "class_weight": [StrOptions({"balanced"}), None],
    }

    def __init__(self, *, shrinkage: float | str = "auto", class_weight: str | None = None) -> None:
        self.shrinkage = shrinkage
        self.class_weight = class_weight

    def fit(self, X: Any, y: Any) -> Self:
        """Fit on (n, p) numbers on one scale and (n,) classes."""
        self._validate_params()
        X, y = validate_data(self, X, y, dtype=np.float64)
        self.classes_, codes = np.unique(y, return_inverse=True)
        counts = np.bincount(codes)
        if len(counts) < 2:
            raise ValueError("a discriminant needs at least two classes")
        shares = np.full(len(counts), 1 / len(counts)) if self.class_weight else counts / len(codes)
        means = (np.eye(len(counts))[codes].T @ X) / counts[:, None]
        around = (X - means[codes]) * np.sqrt(shares / counts)[codes][:, None]  # rows whose squares sum to S
        self.shrinkage_ = ledoit_wolf(X - means[codes]) if self.shrinkage == "auto" else float(self.shrinkage)
        center = shares @ means
        weights = _solve(around, means - center, self.shrinkage_)
        heights = np.log(shares) - 0.5 * ((means - center) * weights).sum(axis=1) - weights @ center
        if len(counts) == 2:
            weights, heights = weights[1:] - weights[:1], heights[1:] - heights[:1]
        self.coef_, self.intercept_ = weights, heights
        return self

    def decision_function(self, X: Any) -> Array:
        """(n,) log odds of the second of two classes, or (n, K) scores."""
        check_is_fitted(self)
        said = validate_data(self, X, reset=False, dtype=np.float64) @ self.coef_.T + self.intercept_
        return np.asarray(said[:, 0] if len(self.coef_) == 1 else said)

    def predict_proba(self, X: Any) -> Array:
        """(n, K) probabilities."""
        said = self.decision_function(X)
        return np.asarray(softmax(np.column_stack([0 * said, said]) if said.ndim == 1 else said, axis=1))

    def predict(self, X: Any) -> NDArray[Any]:
        """(n,) the most probable class."""
        return np.asarray(self.classes_[self.predict_proba(X).argmax(axis=1)])


def ledoit_wolf(centered: Array) -> float:
    """Share of a ball in the covariance that errs least on average.

    Parameters
    ----------
    centered
        (n, p) rows about their mean.

    Returns
    -------
    From 0 to 1, in n² p operations: no (p, p) matrix is made where p is larger.

    References
    ----------
    Ledoit and Wolf (2004), Journal of Multivariate Analysis 88:365–411.
    """
    n, p = centered.shape
    squares = (centered**2).sum(axis=1)
    size = squares.sum() / n
    gram = centered @ centered.T if n < p else centered.T @ centered
    spread = (gram**2).sum() / n**2 - size**2 / p
    error = ((squares**2).sum() / n - (gram**2).sum() / n**2) / n
    return 1.0 if spread <= _ROUNDING * size**2 else float(min(error, spread) / spread)


def _solve(around: Array, wanted: Array, shrinkage: float) -> Array:
    """(K, p) ``wanted`` times the inverse of the covariance around'around, drawn towards its ball."""
    _, spread, axes = svd(around, full_matrices=False)
    ball = shrinkage * (spread**2).sum() / around.shape[1]
    along = (1 - shrinkage) * spread**2 + ball
    known = along > _ROUNDING * max(float(along.max(initial=0.0)), np.finfo(float).tiny)
    axes, along = axes[known], along[known]
    inside = wanted @ axes.T
    solved = (inside / along) @ axes
    if ball > _ROUNDING * float(along.max(initial=0.0)):
        solved += (wanted - inside @ axes) / ball
    return np.asarray(solved)


LDA = Family(classes=Learner(ShrunkenDiscriminant, {}, {"shrinkage": Real(0.01, 1.0)}))
