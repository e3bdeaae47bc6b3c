"""Gaussian naive Bayes, its evidence tempered: thousands of features are not certain of everything."""

from __future__ import annotations

import numbers
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.naive_bayes import GaussianNB
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted, validate_data

from prognome.core.learner import Family, Learner
from prognome.core.space import Real

Array = NDArray[np.float64]
FULL_FEATURES = 10.0


class TemperedNaiveBayes(ClassifierMixin, BaseEstimator):
    """Every feature as a normal distribution in each class, independent of the others.

    Parameters
    ----------
    temper
        What the features' log likelihoods are multiplied by; 1 is plain naive Bayes. ``auto`` is
        ``min(1, 10 / p)``: p features count as ten. Features that go together are counted again and again
        by plain naive Bayes, and its probabilities become exactly 0 and 1, which rank nobody. Between two
        classes the order of rows does not depend on it.
    var_smoothing
        Added to every variance, as a share of the largest among the features, so that a feature that is
        constant in one class does not decide alone.
    class_weight
        None or ``balanced``: all classes are taken as equally frequent.

    Notes
    -----
    **Learns** mean and variance of every feature in every class, shares of the classes and ``temper_``, from
    the rows of ``fit``.

    References
    ----------
    Hand and Yu (2001), International Statistical Review 69:385–398.
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "temper": [StrOptions({"auto"}), Interval(numbers.Real, 0, 1, closed="right")],
        "var_smoothing": [Interval(numbers.Real, 0, None, closed="left")],
        "class_weight": [StrOptions({"balanced"}), None],
    }

    def __init__(
        self, *, temper: float | str = "auto", var_smoothing: float = 0.01, class_weight: str | None = None
    ) -> None:
        self.temper = temper
        self.var_smoothing = var_smoothing
        self.class_weight = class_weight

    def fit(self, X: Any, y: Any) -> Self:
        """Fit on (n, p) numbers on one scale and (n,) classes."""
        self._validate_params()
        X, y = validate_data(self, X, y, dtype=np.float64)
        self.temper_ = min(1.0, FULL_FEATURES / X.shape[1]) if self.temper == "auto" else float(self.temper)
        self.classes_ = np.unique(y)
        count = len(self.classes_)
        equal = np.full(count, 1 / count) if self.class_weight else None
        self.normal_ = GaussianNB(priors=equal, var_smoothing=self.var_smoothing).fit(X, y)
        return self

    def predict_proba(self, X: Any) -> Array:
        """(n, K) probabilities."""
        check_is_fitted(self)
        joint = self.normal_.predict_joint_log_proba(validate_data(self, X, reset=False, dtype=np.float64))
        before = np.log(self.normal_.class_prior_)
        return np.asarray(np.exp(log_softmax(before + self.temper_ * (joint - before), axis=1)))

    def predict(self, X: Any) -> NDArray[Any]:
        """(n,) the most probable class."""
        return np.asarray(self.classes_[self.predict_proba(X).argmax(axis=1)])


NAIVE_BAYES = Family(classes=Learner(TemperedNaiveBayes, {}, {"var_smoothing": Real(1e-4, 1.0, log=True)}))
