"""Cox's proportional hazards with a penalty that fits the number of features, on features of one scale."""

from __future__ import annotations

import numbers
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted, validate_data

from prognome.core.learner import Family, Learner
from prognome.core.space import Choice, Real
from prognome.core.survival import Curve, breslow
from prognome.model.cox_solver import solve
from prognome.model.survival_target import read_target

Array = NDArray[np.float64]


class HazardMixin:
    """Survival of a model whose log hazards are proportional: Breslow's estimate of what is common to all.

    **Learns** ``hazard_times_`` and ``hazard_`` ((D,) cumulative hazard of a row whose log hazard is 0).
    """

    hazard_times_: Array
    hazard_: Array

    def _learn_hazard(self, y: Array, log_hazard: Array) -> None:
        found = breslow(y[:, 0], y[:, 1], np.clip(log_hazard, -50, 50))
        steps = np.diff(found.values, prepend=0.0) > 0
        self.hazard_times_, self.hazard_ = found.times[steps], found.values[steps]

    def survival_of(self, log_hazard: Array, times: Array) -> Array:
        """(n, T) share free of the event at these times, of rows with these log hazards."""
        common = Curve(self.hazard_times_, self.hazard_, 0.0).at(times)
        return np.asarray(np.exp(-np.exp(np.clip(log_hazard, -50, 50))[:, None] * common[None, :]))

    def predict_survival(self, X: Any, times: Array) -> Array:
        """(n, T) share free of the event at these times."""
        return self.survival_of(self.predict(X), times)  # type: ignore[attr-defined]


class PenalisedCox(HazardMixin, BaseEstimator):
    """Cox's proportional hazards, elastic net.

    Parameters
    ----------
    alpha
        Strength of the penalty, on the summed log likelihood: ``alpha ((1 - l1) / 2 Σ b² + l1 Σ |b|)``.
        ``auto`` is p, the number of features: as a prior it expects log hazards of variance 1 from all
        features of variance 1 together, whatever their number (a patient in 40 with more than seven times the
        usual hazard), before the data speak.
    l1_ratio
        Share of the penalty that is L1, from 0 (ridge) to 1 (lasso).
    ties
        ``efron`` or ``breslow``: how events at the same time are counted.

    Notes
    -----
    **Learns** ``coef_`` (p,) and ``center_`` ((p,) means, where the log hazard is 0), ``alpha_`` and the
    common hazard (Breslow's estimate), from the rows of ``fit``.

    References
    ----------
    Cox (1972), Journal of the Royal Statistical Society B 34:187–220; the ridge: Verweij and van Houwelingen
    (1994), Statistics in Medicine 13:2427–2436; elastic net: Simon et al. (2011), Journal of Statistical
    Software 39(5):1–13.
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "alpha": [StrOptions({"auto"}), Interval(numbers.Real, 0, None, closed="left")],
        "l1_ratio": [Interval(numbers.Real, 0, 1, closed="both")],
        "ties": [StrOptions({"efron", "breslow"})],
    }

    def __init__(self, *, alpha: float | str = "auto", l1_ratio: float = 0.0, ties: str = "efron") -> None:
        self.alpha = alpha
        self.l1_ratio = l1_ratio
        self.ties = ties

    def fit(self, X: Any, y: Any) -> Self:
        """Fit on (n, p) numbers on one scale and (n, 2) times and events."""
        self._validate_params()
        X = validate_data(self, X, dtype=np.float64)
        y = read_target(y, len(X))
        self.alpha_ = float(X.shape[1]) if self.alpha == "auto" else float(self.alpha)
        self.center_ = X.mean(axis=0)
        self.coef_ = solve(X, y[:, 0], y[:, 1], alpha=self.alpha_, l1_ratio=self.l1_ratio, ties=self.ties)
        self._learn_hazard(y, self._log_hazard(X))
        return self

    @property
    def intercept_(self) -> float:
        """The log hazard where all columns are 0."""
        check_is_fitted(self)
        return -float(self.center_ @ self.coef_)

    def _log_hazard(self, X: Array) -> Array:
        return np.asarray((X - self.center_) @ self.coef_)

    def predict(self, X: Any) -> Array:
        """(n,) log hazard relative to a row of mean features: the higher, the earlier the event."""
        check_is_fitted(self)
        return self._log_hazard(validate_data(self, X, reset=False, dtype=np.float64))


COX = Family(
    survival=Learner(
        PenalisedCox, {}, {"alpha": Real(1e-1, 1e5, log=True), "l1_ratio": Choice((0.0, 0.0, 0.5, 1.0))}
    )
)
