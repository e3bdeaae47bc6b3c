"""Gaussian processes for few rows, their kernel fitted to the training rows."""

from __future__ import annotations

import warnings
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessClassifier, GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, DotProduct, Matern, WhiteKernel
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.validation import check_is_fitted, validate_data

from prognome.core.learner import Family, Learner
from prognome.core.space import Choice, Space
from prognome.errors import DataError

Array = NDArray[np.float64]
MOST_ROWS = 1000


class _Process(BaseEstimator):
    """A smooth function of the features, taken as likely as its kernel says.

    Parameters
    ----------
    kernel
        ``rbf``, ``matern`` (3/2, less smooth) or ``linear`` (for numbers that is ridge regression with a
        penalty that the rows choose: genomic best linear unbiased prediction).

    Notes
    -----
    **Learns** size and length of the kernel (and the noise, for numbers) by their marginal likelihood, from
    the rows of ``fit``, and keeps those rows and their targets: a bundle with it holds data of patients.

    Raises
    ------
    DataError
        With more than 1,000 rows: work grows with their cube.

    References
    ----------
    Rasmussen and Williams (2006), Gaussian Processes for Machine Learning, algorithms 2.1, 3.1, 3.2 and 5.1.
    """

    most_rows: ClassVar[int] = MOST_ROWS
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "kernel": [StrOptions({"rbf", "matern", "linear"})],
    }

    def __init__(self, kernel: str = "rbf") -> None:
        self.kernel = kernel

    def _made(self, X: Array) -> Any:
        """The unfitted kernel for (n, p) features of variance 1, whose rows lie some √(2p) apart."""
        if len(X) > MOST_ROWS:
            raise DataError(
                "models: gaussian_process",
                "is for few rows: its work grows with their cube",
                seen=f"{len(X):,} training rows",
                expected=f"at most {MOST_ROWS:,}",
                mend="Use svm, which bends as freely, or logistic or ridge.",
            )
        p = X.shape[1]
        if self.kernel == "linear":
            return ConstantKernel(1 / p, (1e-4 / p, 1e3 / p)) * DotProduct(1.0, "fixed")
        length = float(np.sqrt(p))
        limits = (0.1 * length, 100 * length)
        shape: Any = RBF(length, limits) if self.kernel == "rbf" else Matern(length, limits, nu=1.5)
        return ConstantKernel(1.0, (1e-3, 1e3)) * shape

    def _fit(self, process: Any, X: Array, y: NDArray[Any]) -> None:
        with warnings.catch_warnings():
            # at a limit the features say nothing, or everything: an answer like any other
            warnings.simplefilter("ignore", ConvergenceWarning)
            self.process_ = process.fit(X, y)


class ProcessClassifier(ClassifierMixin, _Process):
    """A Gaussian process through a logistic link, by Laplace's approximation.

    Several classes are asked one against the rest. Parameters and what is learned as in ``_Process``.
    """

    def fit(self, X: Any, y: Any) -> Self:
        """Fit on (n, p) numbers on one scale and (n,) classes."""
        self._validate_params()
        X, y = validate_data(self, X, y, dtype=np.float64)
        self.classes_ = np.unique(y)
        self._fit(GaussianProcessClassifier(self._made(X)), X, y)
        return self

    def predict_proba(self, X: Any) -> Array:
        """(n, K) probabilities, averaged over what the function may be."""
        check_is_fitted(self)
        return np.asarray(self.process_.predict_proba(validate_data(self, X, reset=False, dtype=np.float64)))

    def predict(self, X: Any) -> NDArray[Any]:
        """(n,) the most probable class."""
        return np.asarray(self.classes_[self.predict_proba(X).argmax(axis=1)])


class ProcessRegressor(RegressorMixin, _Process):
    """A Gaussian process with noise, on a target brought to mean 0 and variance 1.

    Parameters and what is learned as in ``_Process``.
    """

    def fit(self, X: Any, y: Any) -> Self:
        """Fit on (n, p) numbers on one scale and (n,) numbers."""
        self._validate_params()
        X, y = validate_data(self, X, y, dtype=np.float64, y_numeric=True)
        kernel = self._made(X) + WhiteKernel(0.5, (1e-3, 10.0))
        self._fit(GaussianProcessRegressor(kernel, normalize_y=True), X, y)
        return self

    def predict(self, X: Any) -> Array:
        """(n,) numbers in the target's unit."""
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, dtype=np.float64)
        # one row at a time: large weights that cancel would show the rounding of a crowd
        return np.concatenate([self.process_.predict(X[[row]]) for row in range(len(X))])


_SPACE: Space = {"kernel": Choice(("rbf", "matern", "linear"))}
GAUSSIAN_PROCESS = Family(
    classes=Learner(ProcessClassifier, {}, _SPACE, holds_training_rows=True),
    number=Learner(ProcessRegressor, {}, _SPACE, holds_training_rows=True),
)
