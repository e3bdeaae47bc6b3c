"""What any model of survival must beat: the same risk and the same curve for everybody."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from prognome.core.survival import Curve, kaplan_meier
from prognome.model.survival_target import read_target

Array = NDArray[np.float64]


class KaplanMeier(BaseEstimator):
    """The product-limit estimate of all training rows, and risk 0 for every row.

    Notes
    -----
    **Learns** ``times_`` and ``survival_`` (D,), from the rows of ``fit``; it reads no feature.
    """

    def fit(self, X: Any, y: Any) -> Self:
        """Fit on rows X and (n, 2) times and events."""
        y = read_target(y, len(X))
        found = kaplan_meier(y[:, 0], y[:, 1])
        steps = np.diff(found.values, prepend=1.0) < 0
        self.times_, self.survival_ = found.times[steps], found.values[steps]
        return self

    def predict(self, X: Any) -> Array:
        """(n,) 0: nobody's risk is higher than another's."""
        check_is_fitted(self)
        return np.zeros(len(X))

    def predict_survival(self, X: Any, times: Array) -> Array:
        """(n, T) share free of the event at these times, the same in every row."""
        check_is_fitted(self)
        return np.tile(Curve(self.times_, self.survival_).at(times), (len(X), 1))
