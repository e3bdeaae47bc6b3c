"""F equals scikit-learn's, and arithmetic in longer numbers where scikit-learn's loses its digits."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.feature_selection import f_classif, f_regression

from prognome.screen.anova import anova_f, regression_f


def anova_in_long(X, classes):
    X = X.astype(np.longdouble)
    groups = [X[classes == c] for c in np.unique(classes)]
    within = sum(((g - g.mean(axis=0)) ** 2).sum(axis=0) for g in groups)
    between = sum(len(g) * (g.mean(axis=0) - X.mean(axis=0)) ** 2 for g in groups)
    return between / (len(groups) - 1) / (within / (len(X) - len(groups)))


def regression_in_long(X, y):
    X, y = X.astype(np.longdouble), y.astype(np.longdouble)
    X, y = X - X.mean(axis=0), y - y.mean()
    slope = (X * y[:, None]).sum(axis=0) / (y * y).sum()
    left = ((X - slope * y[:, None]) ** 2).sum(axis=0)
    return slope**2 * (y * y).sum() / (left / (len(X) - 2))


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    classes = rng.integers(0, 5, 101)
    X = rng.normal(size=(101, 40)) * rng.uniform(0.1, 9, 40) + classes[:, None] * rng.normal(size=40)
    return X, classes, X[:, 0] + rng.normal(size=101)


@pytest.mark.parametrize("many", [2, 5])
def test_it_equals_scikit_learn(data, many):
    X, classes, number = data
    classes = np.minimum(classes, many - 1)
    assert_allclose(anova_f(X, classes), f_classif(X, classes)[0], rtol=1e-10)
    assert_allclose(regression_f(X, number), f_regression(X, number)[0], rtol=1e-10)


def test_a_large_mean_takes_no_digits(data):
    X, classes, number = data
    X = X + 1e8
    assert_allclose(anova_f(X, classes), anova_in_long(X, classes).astype(float), rtol=1e-10)
    assert_allclose(regression_f(X, number), regression_in_long(X, number).astype(float), rtol=1e-10)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scikit-learn takes some columns for constant
        theirs = f_classif(X, classes)[0]
    assert not np.allclose(theirs, anova_f(X, classes), rtol=0.1)


def test_a_first_row_far_from_the_others_takes_none(data):
    X, classes, number = data
    X[0] = 1e9
    assert_allclose(anova_f(X, classes), anova_in_long(X, classes).astype(float), rtol=1e-10)
    assert_allclose(regression_f(X, number), regression_in_long(X, number).astype(float), rtol=1e-10)


def test_what_nearly_parts_the_classes_or_lies_nearly_on_the_line_keeps_its_digits(data):
    X, classes, number = data
    parting = X * 1e-6 + classes[:, None]
    assert_allclose(anova_f(parting, classes), anova_in_long(parting, classes).astype(float), rtol=1e-9)
    line = X * 1e-6 + number[:, None]
    assert_allclose(regression_f(line, number), regression_in_long(line, number).astype(float), rtol=1e-9)


def test_by_hand():
    # groups (1, 3) and (5, 7): between 16 on 1, within 4 on 2; line: slope 2, explained 20 of 20
    assert anova_f([[1.0], [3], [5], [7]], ["a", "a", "b", "b"]).tolist() == [8.0]
    assert regression_f([[1.0], [2], [3], [5]], [1.0, 2, 4, 4]).tolist() == [pytest.approx(6.75, rel=1e-14)]


def test_constant_columns_have_none_and_whole_parting_is_infinite():
    X = np.array([[0.1, 0.3, 1.0], [0.1, 0.3, 2.0], [0.1, 0.7, 3.0], [0.1, 0.7, 4.0]])
    assert_array_equal(anova_f(X, [0, 0, 1, 1])[:2], [np.nan, np.inf])
    assert np.isnan(regression_f(X, [1.0, 2.0, 3.0, 4.0])[0])
    assert np.isnan(anova_f(X, [0, 1, 2, 3])).all()
    assert np.isnan(regression_f(X[:2], [1.0, 2.0])).all()


def test_layout_in_memory_and_width_of_numbers(data):
    X, classes, number = data
    for ours, target in [(anova_f, classes), (regression_f, number)]:
        made = ours(X, target)
        assert_array_equal(ours(np.asfortranarray(X), target), made)
        assert_array_equal(ours(np.repeat(X, 2, axis=1)[:, ::2], target), made)
        small = X.astype(np.float32)
        assert_array_equal(ours(small, target), ours(small.astype(float), target))


def test_columns_beyond_one_block(data):
    X, classes, number = data
    wide = np.tile(X[:20], (1, 410))  # 16,400 columns, two blocks and a bit
    assert_array_equal(anova_f(wide, classes[:20]), np.tile(anova_f(X[:20], classes[:20]), 410))
    assert_array_equal(regression_f(wide, number[:20]), np.tile(regression_f(X[:20], number[:20]), 410))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_cannot_be_used_is_refused(data, bad):
    X, classes, number = data
    spoiled = X.copy()
    spoiled[3, 2] = bad
    for ours, target in [(anova_f, classes), (regression_f, number)]:
        with pytest.raises(ValueError, match="missing or infinite"):
            ours(spoiled, target)
        with pytest.raises(ValueError, match="does not fit"):
            ours(X, target[:-1])
        with pytest.raises(ValueError, match="a single"):
            ours(X, np.zeros(101))
        with pytest.raises(ValueError, match="rows by columns"):
            ours(X[:, 0], target)
