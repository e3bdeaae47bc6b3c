"""Scalers equal scikit-learn's to the last bit; ranks and refusals by hand."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import norm, rankdata
from sklearn import preprocessing

from prognome.errors import DataError
from prognome.prepare.scale import Log1pScaler, RankScaler, RobustScaler, ZScoreScaler

NAN = np.nan


@pytest.fixture
def gappy():
    rng = np.random.default_rng(11)
    numbers = rng.normal(3, 2, size=(37, 20)) * 10.0 ** rng.integers(-3, 4, 20)
    numbers[rng.random(numbers.shape) < 0.2] = NAN
    numbers[:, 4] = 0.1
    return numbers


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (ZScoreScaler(), preprocessing.StandardScaler()),
        (RobustScaler(), preprocessing.RobustScaler()),
    ],
)
def test_scaler_equals_scikit_learn_to_the_last_bit(ours, theirs, gappy):
    new = gappy[::-1] * 1.5
    assert_array_equal(ours.fit_transform(gappy), theirs.fit_transform(gappy))
    assert_array_equal(ours.transform(new), theirs.transform(new))


@pytest.mark.parametrize("scaler", [ZScoreScaler(), RobustScaler()])
def test_column_wholly_missing_in_training_is_left_as_it_comes(scaler):
    scaler.fit(np.array([[NAN, 1.0], [NAN, 3.0]]))
    assert scaler.transform(np.array([[5.0, 2.0]])).tolist() == [[5.0, 0.0]]


def test_log1p_is_log1p():
    assert_array_equal(Log1pScaler().fit_transform([[0.0], [NAN], [1.0]]), np.log1p([[0.0], [NAN], [1.0]]))


def test_log1p_refuses_negatives_at_fit_and_at_transform_with_column_and_rows():
    frame = pd.DataFrame({"a": [0.0, 1.0, 2.0], "b": [1.0, -1.0, -0.5]})
    with pytest.raises(
        DataError, match=r"scale.log1p: column b: holds numbers below 0; seen: 2 rows \(1, 2\)"
    ):
        Log1pScaler().fit(frame)
    step = Log1pScaler().fit(frame.abs())
    with pytest.raises(DataError, match="column b"):
        step.transform(frame)


def test_rank_gives_hazen_places_with_mid_ranks_for_ties():
    rng = np.random.default_rng(2)
    numbers = rng.integers(0, 6, size=(30, 4)).astype(float)
    expected = (rankdata(numbers, axis=0) - 0.5) / 30
    assert_allclose(RankScaler().fit_transform(numbers), expected, rtol=1e-15)
    assert_allclose(
        RankScaler(to="normal").fit_transform(numbers), norm.ppf(expected), rtol=1e-12, atol=1e-15
    )


def test_rank_of_a_new_value_is_interpolated_and_ends_are_held():
    step = RankScaler().fit(np.array([[10.0], [20.0], [20.0], [90.0]]))  # places .125 .5 .5 .875
    new = np.array([[15.0], [55.0], [5.0], [1000.0], [20.0], [NAN]])
    assert_array_equal(step.transform(new).ravel(), [0.3125, 0.6875, 0.125, 0.875, 0.5, NAN])


def test_rank_counts_only_what_is_not_missing():
    made = RankScaler().fit_transform(np.array([[1.0, NAN], [NAN, NAN], [3.0, NAN]]))
    assert_array_equal(made, [[0.25, NAN], [NAN, NAN], [0.75, NAN]])


def test_rank_of_a_column_wholly_missing_in_training_is_the_middle():
    fitted = np.array([[1.0, NAN], [2.0, NAN]])
    assert RankScaler().fit(fitted).transform([[1.0, 9.0]]).tolist() == [[0.25, 0.5]]
    assert RankScaler(to="normal").fit(fitted).transform([[1.5, 9.0]]).tolist() == [[0.0, 0.0]]
