"""The order equals that of scikit-learn's RFE with its own support vector machine, solved as exactly."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.feature_selection import RFE
from sklearn.svm import SVC

from prognome.screen.svm_kernels import solve_dual
from prognome.screen.svm_rfe import svm_rfe_order


def rows(n, p, classes, seed=0):
    rng = np.random.default_rng(seed)
    y = np.arange(n) % classes
    X = rng.normal(size=(n, p))
    X[:, :4] += 0.8 * y[:, None] * [1, -1, 0.5, 0]
    return X, y


@pytest.mark.parametrize(
    ("n", "p", "classes", "c", "step"),
    [(30, 60, 2, 1.0, 1), (40, 25, 2, 0.05, 1), (45, 80, 3, 0.1, 7), (30, 50, 2, 1.0, 0.1)],
)
def test_ranking_equals_scikit_learn(n, p, classes, c, step):
    X, y = rows(n, p, classes)
    machine = SVC(kernel="linear", C=c, tol=1e-8)
    ranking = RFE(machine, n_features_to_select=1, step=step).fit(X, y).ranking_
    order = svm_rfe_order(X, y, c=c, step=step)
    assert sorted(order.tolist()) == list(range(p))
    assert_array_equal(ranking[order], np.sort(ranking))


def test_within_a_step_the_weight_decides():
    X, y = rows(30, 12, 2)
    weights = np.abs(SVC(kernel="linear", C=1.0, tol=1e-8).fit(X, y).coef_[0])
    assert_array_equal(svm_rfe_order(X, y, c=1.0, step=11), np.argsort(-weights))


def test_the_dual_is_solved_as_by_libsvm():
    X, y = rows(60, 5, 2)
    alpha = np.zeros(60)
    sign = np.where(y == 1, 1.0, -1.0)
    solve_dual(X @ X.T, sign, 0.7, 1e-8, alpha)
    machine = SVC(kernel="linear", C=0.7, tol=1e-9).fit(X, y)
    assert_allclose(X.T @ (alpha * sign), machine.coef_[0], atol=1e-6)
    assert_allclose(alpha @ sign, 0.0, atol=1e-12)
    assert alpha.min() >= 0
    assert alpha.max() <= 0.7


def test_columns_of_large_numbers_that_go_leave_the_others_their_digits():
    X, y = rows(40, 20, 2)
    noise = np.random.default_rng(1).normal(size=(40, 30)) * 1e6
    order = svm_rfe_order(np.hstack([noise, X]), y, c=1e-12, step=30)
    assert order[:5].max() < 30  # the larger numbers win at so small a cost
    order = svm_rfe_order(np.hstack([X * 1e-6, X]), y, c=1.0, step=1)
    assert order[:20].min() >= 20
    assert_array_equal(order[:20] - 20, svm_rfe_order(X, y, c=1.0, step=1))


def test_equal_and_constant_columns_go_from_the_last():
    X, y = rows(20, 4, 2)
    order = svm_rfe_order(np.column_stack([np.ones(20), X[:, 0], X[:, 0], np.ones(20)]), y, c=1.0, step=1)
    assert order.tolist() == [1, 2, 0, 3]


def test_two_rows_text_classes_and_other_layouts():
    X, y = rows(20, 9, 2)
    made = svm_rfe_order(X, y, c=1.0, step=1)
    assert_array_equal(svm_rfe_order(np.asfortranarray(X), np.array(["a", "b"])[y], c=1.0, step=1), made)
    assert svm_rfe_order([[0.0, 1.0, 3.0], [0.0, 3.0, 2.0]], [0, 1], c=1.0, step=1).tolist() == [1, 2, 0]
    assert svm_rfe_order(X[:, :1], y, c=1.0, step=1).tolist() == [0]


def test_what_cannot_be_used_is_refused():
    X, y = rows(20, 9, 2)
    with pytest.raises(ValueError, match="a single class"):
        svm_rfe_order(X, np.zeros(20), c=1.0, step=1)
    with pytest.raises(ValueError, match="expected both above 0"):
        svm_rfe_order(X, y, c=0.0, step=1)
    X[2, 3] = np.inf
    with pytest.raises(ValueError, match="missing or infinite"):
        svm_rfe_order(X, y, c=1.0, step=1)
