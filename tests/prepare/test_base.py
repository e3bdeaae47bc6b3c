"""Steps are strict about columns, and say what differs."""

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError

from prognome.errors import DataError, StudyError
from prognome.prepare.columns import take_apart
from prognome.prepare.impute import NearestImputer
from prognome.prepare.scale import ZScoreScaler


@pytest.fixture
def frame():
    return pd.DataFrame({"a": [1.0, 2.0], "sex": ["F", None], "b": [3.0, 5.0]})


def fails(step, X, *words):
    with pytest.raises(DataError) as caught:
        step.transform(X)
    for word in words:
        assert word in str(caught.value)


def test_missing_and_unknown_columns_are_counted_and_named(frame):
    step = ZScoreScaler().fit(frame)
    other = frame.rename(columns={"b": "c"}).assign(d=0.0)
    fails(step, other, "scale.zscore: the columns are not those", "1 missing (b)", "2 unknown (c, d)")


def test_another_order_names_the_first_difference(frame):
    fails(ZScoreScaler().fit(frame), frame[["a", "b", "sex"]], "column 2 is b, was sex")


def test_another_width_of_array_is_refused():
    fails(ZScoreScaler().fit(np.ones((2, 3))), np.ones((2, 2)), "seen: 2 columns; expected: 3")


def test_text_where_numbers_were_is_refused(frame):
    step = ZScoreScaler().fit(frame)
    fails(step, frame.assign(b=["x", "y"]), "column b: holds categories, and was fitted on numbers")
    fails(step, frame.assign(sex=1.0), "column sex: holds numbers, and was fitted on categories")


def test_infinity_is_refused_with_column_and_rows():
    frame = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [1.0, np.inf, -np.inf]})
    with pytest.raises(DataError, match=r"1 column holds infinity in 2 rows \(1, 2\); seen: b"):
        ZScoreScaler().fit(frame)


def test_large_finite_numbers_are_not_taken_for_infinity():
    large = np.full((3, 1), 1.7e308)
    assert take_apart(large, where="here").numbers.max() == 1.7e308


def test_column_name_that_stands_twice_is_refused():
    frame = pd.DataFrame(np.ones((2, 3)), columns=["a", "b", "a"])
    with pytest.raises(DataError, match="1 column name stands twice; seen: a"):
        ZScoreScaler().fit(frame)


def test_dates_are_neither_numbers_nor_categories():
    frame = pd.DataFrame({"born": pd.to_datetime(["1970-01-01"])})
    with pytest.raises(DataError, match="column born: is neither numbers nor categories"):
        ZScoreScaler().fit(frame)


def test_array_of_text_is_refused():
    with pytest.raises(DataError, match="array that is not numbers"):
        ZScoreScaler().fit(np.array([["F"], ["M"]], dtype=object))


def test_no_rows_to_learn_from_is_refused():
    with pytest.raises(DataError, match="no rows to learn from"):
        ZScoreScaler().fit(np.empty((0, 2)))


def test_unfitted_step_says_so():
    with pytest.raises(NotFittedError):
        ZScoreScaler().transform(np.ones((1, 1)))


def test_wrong_parameter_is_reported_at_fit_not_in_the_constructor():
    step = NearestImputer(k=0)
    with pytest.raises(StudyError, match=r"impute.knn: k cannot be this; seen: 0"):
        step.fit(np.ones((2, 1)))


def test_refit_on_an_array_forgets_the_names(frame):
    step = ZScoreScaler().fit(frame[["a", "b"]])
    assert step.feature_names_in_.tolist() == ["a", "b"]
    step.fit(np.ones((2, 2)))
    assert not hasattr(step, "feature_names_in_")
    assert step.get_feature_names_out().tolist() == ["x0", "x1"]


def test_integers_and_booleans_count_as_numbers():
    frame = pd.DataFrame({"a": [1, 3], "b": [True, False]})
    assert ZScoreScaler().fit_transform(frame).to_numpy().tolist() == [[-1.0, 1.0], [1.0, -1.0]]
