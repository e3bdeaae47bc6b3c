"""Selectors keep what scikit-learn's keep, break ties by column order, and never touch categories."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats
from sklearn import feature_selection as theirs

from prognome.errors import DataError, StudyError
from prognome.prepare.select import (
    AnovaSelector,
    Chi2Selector,
    CorrelationSelector,
    MutualInformationSelector,
    VarianceSelector,
)


@pytest.fixture
def data():
    rng = np.random.default_rng(8)
    X = rng.normal(size=(60, 15)) * rng.uniform(0.1, 3, 15)
    classes = (X[:, 3] + rng.normal(size=60) > 0).astype(np.int64)
    numbers = X[:, 6] + rng.normal(size=60)
    return X, classes, numbers


@pytest.mark.parametrize("threshold", [0.0, 0.5])
def test_variance_keeps_what_scikit_learn_keeps(data, threshold):
    X = np.column_stack([data[0], np.full(60, 0.1)])
    expected = theirs.VarianceThreshold(threshold).fit(X)
    ours = VarianceSelector(threshold=threshold).fit(X)
    assert_array_equal(ours.get_support(), expected.get_support())
    assert 0 < ours.keep_.sum() < 16


def test_variance_keeps_the_k_that_vary_most(data):
    step = VarianceSelector(k=4).fit(data[0])
    assert set(np.flatnonzero(step.keep_)) == set(np.argsort(data[0].var(axis=0))[-4:])


def test_anova_of_classes_equals_scikit_learn(data):
    X, classes, _ = data
    expected = theirs.SelectKBest(theirs.f_classif, k=4).fit(X, classes)
    ours = AnovaSelector(k=4).fit(X, classes)
    assert_allclose(ours.scores_, expected.scores_, rtol=1e-12)
    assert_array_equal(ours.transform(X), expected.transform(X))


def test_anova_of_numbers_equals_scikit_learn(data):
    X, _, numbers = data
    expected = theirs.SelectKBest(theirs.f_regression, k=4).fit(X, numbers)
    assert_allclose(AnovaSelector(k=4).fit(X, numbers).scores_, expected.scores_, rtol=1e-12)


def test_anova_by_hand():
    # groups (1, 3) and (5, 7): between = 16 on 1 df, within = 2 + 2 on 2 df, F = 16 / 2 = 8
    step = AnovaSelector(k=1).fit([[1.0], [3.0], [5.0], [7.0]], np.array([0, 0, 1, 1]))
    assert_allclose(step.scores_, [8.0], rtol=1e-12)


def test_mutual_information_equals_scikit_learn(data):
    X, classes, numbers = data
    expected = theirs.mutual_info_classif(X, classes, random_state=4)  # no ties: its noise changes nothing
    assert_allclose(MutualInformationSelector().fit(X, classes).scores_, expected, atol=1e-12)
    expected = theirs.mutual_info_regression(X, numbers, random_state=4)
    assert_allclose(MutualInformationSelector().fit(X, numbers).scores_, expected, atol=1e-12)


def test_task_overrides_the_type_of_the_target(data):
    X, classes, _ = data
    as_numbers = AnovaSelector(task="number").fit(X, classes)
    assert_allclose(as_numbers.scores_, theirs.f_regression(X, classes.astype(float))[0], rtol=1e-10)
    as_classes = AnovaSelector(task="classes").fit(X, classes.astype(float))
    assert_allclose(as_classes.scores_, theirs.f_classif(X, classes)[0], rtol=1e-10)
    by_text = AnovaSelector().fit(X, np.array(["no", "yes"])[classes])
    assert_array_equal(by_text.scores_, as_classes.scores_)


def test_ties_go_to_the_earlier_column_and_constants_come_last(data):
    X, classes, _ = data
    twice = np.column_stack([np.ones(60), X[:, 3], X[:, 3], X[:, 3]])
    assert AnovaSelector(k=2).fit(twice, classes).get_support(indices=True).tolist() == [1, 2]
    assert VarianceSelector(k=2).fit(twice).get_support(indices=True).tolist() == [1, 2]
    assert AnovaSelector(k=4).fit(twice, classes).keep_.all()


@pytest.mark.parametrize(
    "selector", [AnovaSelector(k=99), MutualInformationSelector(k=99), VarianceSelector(k=99)]
)
def test_k_beyond_the_number_of_columns_keeps_all(selector, data):
    assert selector.fit(data[0], data[1]).keep_.all()


def test_categories_pass(data):
    X, classes, _ = data
    frame = pd.DataFrame(X[:, :4], columns=list("abcd"))
    frame.insert(1, "sex", np.where(X[:, 0] > 0, "F", "M"))
    assert AnovaSelector(k=1).fit_transform(frame, classes).columns.tolist() == ["sex", "d"]


@pytest.mark.parametrize("selector", [AnovaSelector, MutualInformationSelector])
def test_faults_are_refused_with_a_remedy(selector, data):
    X, classes, numbers = data
    gappy = X.copy()
    gappy[0, 2] = np.nan
    with pytest.raises(DataError, match=r"1 column holds missing values; seen: x2. Put an imputing step"):
        selector().fit(gappy, classes)
    with pytest.raises(DataError, match="needs the target"):
        selector().fit(X)
    with pytest.raises(DataError, match="a single class in 60 rows"):
        selector().fit(X, np.zeros(60, dtype=int))
    with pytest.raises(DataError, match=r"missing or infinite in 1 row \(1\)"):
        selector().fit(X, np.where(np.arange(60) == 1, np.nan, numbers))
    with pytest.raises(DataError, match="the target does not fit"):
        selector().fit(X, classes[:-1])
    with pytest.raises(StudyError, match="task cannot be this; seen: 'class'"):
        selector(task="class").fit(X, classes)


def test_two_rows_are_enough():
    X, y = np.array([[1.0, 2.0], [3.0, 2.0]]), np.array([0.5, 1.5])
    assert MutualInformationSelector(k=1).fit(X, y).keep_.sum() == 1
    assert AnovaSelector(k=1).fit(X, y).get_support().tolist() == [True, False]


def test_chi2_equals_scikit_learn(data):
    X, classes, _ = data
    counts = np.round(np.abs(X) * 4)
    expected = theirs.SelectKBest(theirs.chi2, k=4).fit(counts, classes)
    ours = Chi2Selector(k=4).fit(counts, classes)
    assert_array_equal(ours.scores_, expected.scores_)
    assert_array_equal(ours.get_support(), expected.get_support())


def test_chi2_by_hand():
    # a sum of 8, three rows of four in the first class: expected 6 and 2, seen 4 and 4, so 4/6 + 4/2
    step = Chi2Selector(k=1).fit([[0.0, 1.0], [0.0, 1.0], [0.0, 2.0], [0.0, 4.0]], np.array([0, 0, 0, 1]))
    assert_allclose(step.scores_, [np.nan, 8 / 3])
    assert step.get_support().tolist() == [False, True]


def test_chi2_refuses_numbers_below_nought_and_targets_of_numbers(data):
    X, classes, numbers = data
    with pytest.raises(DataError, match="15 columns hold numbers below 0; seen: x0, x1, x2, …"):
        Chi2Selector().fit(X, classes)
    with pytest.raises(DataError, match="does not serve a target of numbers"):
        Chi2Selector().fit(np.abs(X), numbers)


def test_correlation_equals_scipy(data):
    X, classes, numbers = data
    X = np.round(X, 1)  # with ties
    for y in (numbers, classes):
        for method, reference in (("pearson", stats.pearsonr), ("spearman", stats.spearmanr)):
            expected = [abs(reference(column, y).statistic) for column in X.T]
            step = CorrelationSelector(k=3, method=method).fit(X, y)
            assert_allclose(step.scores_, expected, rtol=1e-12)
            assert set(step.get_support(indices=True)) == set(np.argsort(expected)[-3:])


def test_correlation_has_no_order_for_three_classes(data):
    with pytest.raises(DataError, match="serves a number or two classes; seen: 3 classes"):
        CorrelationSelector().fit(data[0], np.arange(60) % 3)


def test_correlation_of_constants_and_copies(data):
    X, _, numbers = data
    twice = np.column_stack([np.full(60, 0.1), X[:, 6], X[:, 6], X[:, 0]])
    step = CorrelationSelector(k=1).fit(twice, numbers)
    assert step.scores_[1] == step.scores_[2]
    assert np.isnan(step.scores_[0])
    assert step.get_support(indices=True).tolist() == [1]
