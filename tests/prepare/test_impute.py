"""Imputers equal scikit-learn's, lose no column, and mark what was missing."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.impute import KNNImputer, SimpleImputer

from prognome.errors import DataError
from prognome.prepare.impute import MedianImputer, ModeImputer, NearestImputer
from prognome.prepare.scale import ZScoreScaler

NAN = np.nan


@pytest.fixture
def gappy():
    rng = np.random.default_rng(5)
    numbers = rng.normal(size=(40, 12))
    numbers[rng.random(numbers.shape) < 0.3] = NAN
    numbers[:, 7] = rng.normal(size=40)
    return numbers


def test_median_equals_scikit_learn(gappy):
    assert_array_equal(
        MedianImputer().fit_transform(gappy), SimpleImputer(strategy="median").fit_transform(gappy)
    )


def test_median_with_indicators_equals_scikit_learn(gappy):
    expected = SimpleImputer(strategy="median", add_indicator=True).fit_transform(gappy)
    assert expected.shape[1] == 12 + 11
    assert_array_equal(MedianImputer(indicators=True).fit_transform(gappy), expected)


def test_mode_of_numbers_equals_scikit_learn(gappy):
    coarse = np.round(gappy)
    expected = SimpleImputer(strategy="most_frequent").fit_transform(coarse)
    assert_array_equal(ModeImputer().fit_transform(coarse), expected)


@pytest.mark.parametrize("k", [1, 5, 100])
def test_knn_equals_scikit_learn(gappy, k):
    new = gappy[::-1] + 0.01
    ours, theirs = NearestImputer(k=k).fit(gappy), KNNImputer(n_neighbors=k).fit(gappy)
    assert_allclose(ours.transform(gappy), theirs.transform(gappy), rtol=1e-13, atol=1e-14)
    assert_allclose(ours.transform(new), theirs.transform(new), rtol=1e-13, atol=1e-14)


def test_knn_by_hand_takes_the_earlier_of_equally_near_rows():
    training = np.array([[0.0, 10.0], [2.0, 20.0], [9.0, 40.0], [1.0, NAN]])
    assert NearestImputer(k=1).fit(training).transform([[1.0, NAN]]).tolist() == [[1.0, 10.0]]
    assert NearestImputer(k=2).fit(training).transform([[1.0, NAN]]).tolist() == [[1.0, 15.0]]


def test_knn_row_alone_has_the_neighbours_it_has_in_a_crowd_though_many_are_equally_near():
    rng = np.random.default_rng(0)
    dosages = rng.integers(0, 3, (300, 5)).astype(float)
    dosages[rng.random(dosages.shape) < 0.1] = NAN
    scaled = ZScoreScaler().fit_transform(dosages)  # scikit-learn's imputer changes 19 of 136 values here
    step = NearestImputer().fit(scaled)
    alone = np.vstack([step.transform(scaled[[row]]) for row in range(300)])
    assert_array_equal(alone, step.transform(scaled))
    by_dosage = NearestImputer().fit(scaled).transform(scaled[::-1])[::-1]
    assert_array_equal(by_dosage, alone)


def test_knn_row_with_nothing_to_compare_gets_the_means_of_training():
    step = NearestImputer(k=1).fit(np.array([[1.0, 10.0], [3.0, 30.0]]))
    assert step.transform(np.array([[NAN, NAN]])).tolist() == [[2.0, 20.0]]


def test_knn_looks_as_far_as_it_must_for_a_column_with_many_gaps():
    rng = np.random.default_rng(1)
    numbers = rng.normal(size=(200, 6))
    numbers[3:197, 2] = NAN
    expected = KNNImputer(n_neighbors=5).fit_transform(numbers)
    assert_allclose(NearestImputer(k=5).fit_transform(numbers), expected, rtol=1e-13, atol=1e-14)


def test_indicators_are_named_and_stand_at_the_end():
    frame = pd.DataFrame({"a": [1.0, NAN], "sex": ["F", "M"], "b": [1.0, 2.0]})
    made = MedianImputer(indicators=True).fit_transform(frame)
    assert made.columns.tolist() == ["a", "sex", "b", "a=missing"]
    assert made["a=missing"].tolist() == [0.0, 1.0]


def test_gap_in_a_column_without_gaps_in_training_is_filled_and_not_marked():
    step = MedianImputer(indicators=True).fit(np.array([[1.0], [3.0]]))
    assert step.transform(np.array([[NAN]])).tolist() == [[2.0]]


@pytest.mark.parametrize("imputer", [MedianImputer(), ModeImputer(), NearestImputer(k=1)])
def test_column_wholly_missing_in_training_stays_is_filled_with_zero_and_noted(imputer):
    made = imputer.fit_transform(np.array([[NAN, 1.0], [NAN, 1.0]]))
    assert made.tolist() == [[0.0, 1.0], [0.0, 1.0]]
    assert imputer.empty_.tolist() == [True, False]
    assert imputer.transform(np.array([[7.0, NAN]])).tolist() == [[7.0, 1.0]]
    assert clone(imputer).fit_transform(np.array([[NAN], [NAN]])).tolist() == [[0.0], [0.0]]


def test_mode_of_categories_is_first_in_declared_order_or_alphabet_among_equals():
    stage = pd.Categorical(["II", "I", None, "I", "II"], categories=["II", "I"], ordered=True)
    frame = pd.DataFrame(
        {"sex": ["M", "F", None, "M", "F"], "site": ["a", "b", "b", None, "b"], "stage": stage}
    )
    made = ModeImputer().fit_transform(frame)
    assert made["sex"].tolist() == ["M", "F", "F", "M", "F"]
    assert made["site"].tolist() == ["a", "b", "b", "b", "b"]
    assert made["stage"].tolist() == ["II", "I", "II", "I", "II"]
    assert made["stage"].dtype == frame["stage"].dtype


def test_category_wholly_missing_becomes_the_word_missing_or_the_lowest_level():
    stage = pd.Categorical([None, None], categories=["I", "II"], ordered=True)
    frame = pd.DataFrame({"sex": pd.Series([None, None], dtype=object), "stage": stage})
    step = ModeImputer()
    made = step.fit_transform(frame)
    assert made["sex"].tolist() == ["missing", "missing"]
    assert made["stage"].tolist() == ["I", "I"]
    assert step.empty_.tolist() == [True, True]


def test_only_knn_says_that_it_holds_training_rows():
    assert NearestImputer.holds_training_rows
    assert not MedianImputer.holds_training_rows
    assert not ModeImputer.holds_training_rows


def test_indicator_whose_name_is_taken_is_refused():
    frame = pd.DataFrame({"a": [1.0, NAN], "a=missing": [1.0, 2.0]})
    with pytest.raises(DataError, match="1 column name stands twice; seen: a=missing"):
        MedianImputer(indicators=True).fit(frame)
