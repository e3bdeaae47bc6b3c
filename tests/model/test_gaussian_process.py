"""Gaussian processes: scikit-learn's with our kernel, ridge regression where the kernel is linear."""

import numpy as np
import pytest
from sklearn.gaussian_process import GaussianProcessClassifier
from sklearn.gaussian_process.kernels import RBF, ConstantKernel
from sklearn.linear_model import Ridge

from prognome.errors import DataError
from prognome.model.gaussian_process import ProcessClassifier, ProcessRegressor

rng = np.random.default_rng(7)
X = rng.normal(size=(50, 3))
Y = (X[:, 0] ** 2 + 0.3 * rng.normal(size=50) > 0.7).astype(int)


def test_classes_are_scikit_learns_with_a_kernel_as_long_as_rows_are_apart():
    length = np.sqrt(3)
    kernel = ConstantKernel(1.0, (1e-3, 1e3)) * RBF(length, (0.1 * length, 100 * length))
    peer = GaussianProcessClassifier(kernel).fit(X, Y)
    np.testing.assert_allclose(ProcessClassifier().fit(X, Y).predict_proba(X), peer.predict_proba(X))


def test_a_linear_process_is_ridge_regression_with_the_penalty_that_it_found():
    y = 5 + 2 * X[:, 0] + rng.normal(size=50)
    ours = ProcessRegressor("linear").fit(X, y)
    size, noise = np.exp(ours.process_.kernel_.theta)
    with_ones = np.column_stack([np.ones(50), X])  # the kernel's constant: an intercept under the penalty too
    ridge = Ridge(noise / size, fit_intercept=False).fit(with_ones, (y - y.mean()) / y.std())
    np.testing.assert_allclose(ours.predict(X), ridge.predict(with_ones) * y.std() + y.mean(), rtol=1e-6)


def test_more_rows_than_it_is_for_are_refused():
    with pytest.raises(DataError, match=r"seen: 1,001 training rows; expected: at most 1,000\. Use svm"):
        ProcessRegressor().fit(np.zeros((1001, 1)), np.arange(1001.0))
