"""Linear models with an L2 penalty that fits the number of features, on features of one scale."""

from __future__ import annotations

import numbers
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted, validate_data

from prognome.core.learner import Family, Learner
from prognome.core.space import Real

Array = NDArray[np.float64]
LOG_ODDS_VARIANCE = 10.0


class PenalisedLogistic(ClassifierMixin, BaseEstimator):
    """Logistic regression, L2.

    Parameters
    ----------
    C
        Inverse strength of the penalty, as in scikit-learn; the prior variance of a coefficient. ``auto``
        divides a variance of 10 over the p features, ``min(1, 10 / p)``: whatever their number, the log odds
        are expected within about ±3 before the data speak (probabilities from .05 to .95), which keeps
        20,000 genes from being certain of everything.
    class_weight
        None or ``balanced``.
    max_iter
        Steps of the solver.

    Notes
    -----
    **Learns** ``coef_`` (1 or K, p), ``intercept_`` and ``C_``, from the rows of ``fit``. Several classes:
    multinomial.

    References
    ----------
    The penalty as a prior: le Cessie and van Houwelingen (1992), Applied Statistics 41:191–201; a prior on
    the scale of the log odds: Gelman et al. (2008), Annals of Applied Statistics 2:1360–1383.
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "C": [StrOptions({"auto"}), Interval(numbers.Real, 0, None, closed="neither")],
        "class_weight": [StrOptions({"balanced"}), None],
        "max_iter": [Interval(numbers.Integral, 1, None, closed="left")],
    }

    def __init__(
        self, *, C: float | str = "auto", class_weight: str | None = None, max_iter: int = 1000
    ) -> None:
        self.C = C
        self.class_weight = class_weight
        self.max_iter = max_iter

    def fit(self, X: Any, y: Any) -> Self:
        """Fit on (n, p) numbers on one scale and (n,) classes."""
        self._validate_params()
        X, y = validate_data(self, X, y)
        self.C_ = min(1.0, LOG_ODDS_VARIANCE / X.shape[1]) if self.C == "auto" else float(self.C)
        self.solved_ = LogisticRegression(
            C=self.C_, class_weight=self.class_weight, max_iter=self.max_iter
        ).fit(X, y)
        self.classes_, self.coef_, self.intercept_ = (
            self.solved_.classes_,
            self.solved_.coef_,
            self.solved_.intercept_,
        )
        return self

    def decision_function(self, X: Any) -> Array:
        """(n,) or (n, K) log odds."""
        check_is_fitted(self)
        return np.asarray(self.solved_.decision_function(validate_data(self, X, reset=False)))

    def predict_proba(self, X: Any) -> Array:
        """(n, K) probabilities."""
        check_is_fitted(self)
        return np.asarray(self.solved_.predict_proba(validate_data(self, X, reset=False)))

    def predict(self, X: Any) -> NDArray[Any]:
        """(n,) the most probable class."""
        return np.asarray(self.classes_[self.predict_proba(X).argmax(axis=1)])


class PenalisedLinear(RegressorMixin, BaseEstimator):
    """Linear regression, L2 (ridge).

    Parameters
    ----------
    alpha
        Strength of the penalty, as in scikit-learn. ``auto`` is p: on features of variance 1, all together
        are expected to explain about as much variance as is left over, whatever their number.

    Notes
    -----
    **Learns** ``coef_`` (p,), ``intercept_`` and ``alpha_``, from the rows of ``fit``.

    References
    ----------
    Hoerl and Kennard (1970), Technometrics 12:55–67; the strength as p·σ²/σ_g² is that of genomic best linear
    unbiased prediction: Meuwissen et al. (2001), Genetics 157:1819–1829.
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "alpha": [StrOptions({"auto"}), Interval(numbers.Real, 0, None, closed="left")],
    }

    def __init__(self, *, alpha: float | str = "auto") -> None:
        self.alpha = alpha

    def fit(self, X: Any, y: Any) -> Self:
        """Fit on (n, p) numbers on one scale and (n,) numbers."""
        self._validate_params()
        X, y = validate_data(self, X, y, y_numeric=True)
        self.alpha_ = float(X.shape[1]) if self.alpha == "auto" else float(self.alpha)
        self.solved_ = Ridge(alpha=self.alpha_).fit(X, y)
        self.coef_, self.intercept_ = self.solved_.coef_, float(self.solved_.intercept_)
        return self

    def predict(self, X: Any) -> Array:
        """(n,) numbers in the target's unit."""
        check_is_fitted(self)
        return np.asarray(self.solved_.predict(validate_data(self, X, reset=False)))


LOGISTIC = Family(classes=Learner(PenalisedLogistic, {}, {"C": Real(1e-4, 1e1, log=True)}))
RIDGE = Family(number=Learner(PenalisedLinear, {}, {"alpha": Real(1e-1, 1e5, log=True)}))
