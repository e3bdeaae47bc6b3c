"""Support vectors, linear and RBF, with probabilities that were not fitted on the margins they calibrate."""

from __future__ import annotations

import numbers
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC, SVR, LinearSVC, LinearSVR
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted, validate_data

from prognome.core.learner import Family, Learner
from prognome.core.space import Choice, Real, Space
from prognome.core.split import inner_folds

Array = NDArray[np.float64]
_POSITIVE = Interval(numbers.Real, 0, None, closed="neither")
_FLAT = -1e-3
_SHARED_RULES: dict[str, list[Any]] = {
    "kernel": [StrOptions({"linear", "rbf"})],
    "C": [_POSITIVE],
    "gamma": [StrOptions({"scale", "auto"}), _POSITIVE],
}


class SupportVectorClassifier(ClassifierMixin, BaseEstimator):
    """Support vectors whose margins become probabilities, by a sigmoid or (several classes) a temperature.

    Parameters
    ----------
    kernel
        ``linear`` or ``rbf``.
    C
        Inverse strength of the penalty.
    gamma
        Width of the RBF kernel: ``scale``, ``auto`` or a number.
    class_weight
        None or ``balanced``.
    calibration_folds
        Folds inside the training rows on whose out-of-fold margins the sigmoid is fitted.
    random_state
        Shuffles those folds.
    prepare
        Unfitted transformer that makes the (n, p) numbers, or None. Given here, and not as a step before, it
        is learned anew in every calibration fold, so that features chosen by their labels do not flatter the
        margins.

    Notes
    -----
    **Learns** the support vectors from all rows given to ``fit``, and the sigmoid (two classes) or the
    temperature (more) from out-of-fold margins of the same rows; groups given to ``fit`` stay whole in those
    folds. Neither changes the order of the margins: where out-of-fold margins point the wrong way, as they
    may across batches, the sigmoid is made all but flat and never turned round.

    References
    ----------
    Cortes and Vapnik (1995), Machine Learning 20:273–297; Platt (1999), Advances in Large Margin
    Classifiers, 61–74; Guo et al. (2017), ICML, 1321–1330 (temperature).
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **_SHARED_RULES,
        "class_weight": [StrOptions({"balanced"}), None],
        "calibration_folds": [Interval(numbers.Integral, 2, None, closed="left")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        kernel: str = "rbf",
        *,
        C: float = 1.0,
        gamma: str | float = "scale",
        class_weight: str | None = None,
        calibration_folds: int = 5,
        random_state: int | None = None,
        prepare: Any = None,
    ) -> None:
        self.kernel = kernel
        self.C = C
        self.gamma = gamma
        self.class_weight = class_weight
        self.calibration_folds = calibration_folds
        self.random_state = random_state
        self.prepare = prepare

    def fit(self, X: Any, y: Any, groups: NDArray[Any] | None = None) -> Self:
        """Fit margins and sigmoid.

        Parameters
        ----------
        X
            (n, p) numbers on one scale; with ``prepare`` whatever that takes.
        y
            (n,) classes.
        groups
            (n,) kept whole in the folds of the calibration, or None; a cohort brings its own.
        """
        self._validate_params()
        if self.prepare is None:
            X, y = validate_data(self, X, y)
        y = np.asarray(y)
        groups = getattr(X, "groups", None) if groups is None else groups
        if self.kernel == "linear":
            base: Any = LinearSVC(
                C=self.C, class_weight=self.class_weight, random_state=self.random_state, max_iter=10_000
            )
        else:
            base = SVC(C=self.C, gamma=self.gamma, class_weight=self.class_weight)
        if self.prepare is not None:
            base = Pipeline([("prepare", clone(self.prepare)), ("margins", base)])
        folds = inner_folds(y, groups, self.calibration_folds, self.random_state or 0, classes=True)
        method = "sigmoid" if len(np.unique(y)) == 2 else "temperature"
        self.calibrated_ = CalibratedClassifierCV(base, method=method, cv=folds, ensemble=False).fit(X, y)
        if method == "sigmoid":
            _keep_order(self.calibrated_.calibrated_classifiers_[0].calibrators[0], y)
        self.calibrated_.cv = None  # positions of training rows are nobody's business later
        self.classes_ = self.calibrated_.classes_
        return self

    def decision_function(self, X: Any) -> Array:
        """(n,) or (n, K) margins, not calibrated."""
        check_is_fitted(self)
        margins = self.calibrated_.calibrated_classifiers_[0].estimator
        return np.asarray(margins.decision_function(self._checked(X)))

    def predict_proba(self, X: Any) -> Array:
        """(n, K) probabilities."""
        check_is_fitted(self)
        return np.asarray(self.calibrated_.predict_proba(self._checked(X)))

    def predict(self, X: Any) -> NDArray[Any]:
        """(n,) the more probable class."""
        return np.asarray(self.classes_[self.predict_proba(X).argmax(axis=1)])

    def _checked(self, X: Any) -> Any:
        return X if self.prepare is not None else validate_data(self, X, reset=False)


def _keep_order(sigmoid: Any, y: NDArray[Any]) -> None:
    """Flatten a sigmoid 1 / (1 + exp(a·margin + b)) that would turn the margins round."""
    if sigmoid.a_ > _FLAT:
        share = float(np.mean(y == np.unique(y)[1]))
        sigmoid.a_, sigmoid.b_ = _FLAT, float(np.log((1 - share) / share))


class SupportVectorRegressor(RegressorMixin, BaseEstimator):
    """Support-vector regression on a target brought to mean 0 and variance 1, so that C and ε mean something.

    Parameters
    ----------
    kernel, C, gamma
        As in :class:`SupportVectorClassifier`.
    epsilon
        Half width of the tube without loss, in standard deviations of the target.
    random_state
        For the linear solver.

    Notes
    -----
    **Learns** mean and standard deviation of the target and the support vectors, from the rows of ``fit``.

    References
    ----------
    Smola and Schölkopf (2004), Statistics and Computing 14:199–222.
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **_SHARED_RULES,
        "epsilon": [Interval(numbers.Real, 0, None, closed="left")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        kernel: str = "rbf",
        *,
        C: float = 1.0,
        gamma: str | float = "scale",
        epsilon: float = 0.1,
        random_state: int | None = None,
    ) -> None:
        self.kernel = kernel
        self.C = C
        self.gamma = gamma
        self.epsilon = epsilon
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> Self:
        """Fit on (n, p) numbers on one scale and (n,) numbers."""
        self._validate_params()
        X, y = validate_data(self, X, y, y_numeric=True)
        self.mean_, self.spread_ = float(y.mean()), float(y.std()) or 1.0
        if self.kernel == "linear":
            self.margin_: Any = LinearSVR(
                C=self.C,
                epsilon=self.epsilon,
                loss="squared_epsilon_insensitive",
                dual="auto",
                random_state=self.random_state,
                max_iter=10_000,
            )
        else:
            self.margin_ = SVR(C=self.C, gamma=self.gamma, epsilon=self.epsilon)
        self.margin_.fit(X, (y - self.mean_) / self.spread_)
        return self

    def predict(self, X: Any) -> Array:
        """(n,) numbers in the target's unit."""
        check_is_fitted(self)
        X = validate_data(self, X, reset=False)
        return np.asarray(self.margin_.predict(X) * self.spread_ + self.mean_)


_LINEAR_SPACE: Space = {"C": Real(1e-4, 1e1, log=True)}
_RBF_SPACE: Space = {"C": Real(1e-1, 1e2, log=True), "gamma": Choice(("scale", 1e-4, 1e-3, 1e-2))}

LINEAR = Family(
    classes=Learner(SupportVectorClassifier, {"kernel": "linear", "C": 0.1}, _LINEAR_SPACE),
    number=Learner(SupportVectorRegressor, {"kernel": "linear"}, _LINEAR_SPACE),
)
RBF = Family(
    classes=Learner(SupportVectorClassifier, {"kernel": "rbf"}, _RBF_SPACE, holds_training_rows=True),
    number=Learner(SupportVectorRegressor, {"kernel": "rbf"}, _RBF_SPACE, holds_training_rows=True),
)
