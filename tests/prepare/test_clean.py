"""Constant and duplicate columns, judged on the training rows."""

import numpy as np
import pandas as pd
import pytest

from prognome.errors import StudyError
from prognome.prepare.clean import ConstantCleaner, CorrelatedCleaner, DuplicateCleaner

NAN = np.nan


def test_constant_does_not_count_missing_as_a_value():
    frame = pd.DataFrame(
        {
            "one": [2.0, 2.0, NAN],
            "none": [NAN, NAN, NAN],
            "two": [2.0, 2.0, 3.0],
            "same": ["x", None, "x"],
            "gone": pd.Series([None, None, None], dtype=object),
            "sex": ["F", "M", None],
        }
    )
    step = ConstantCleaner().fit(frame)
    assert step.transform(frame).columns.tolist() == ["two", "sex"]
    assert step.get_support(indices=True).tolist() == [2, 5]


def test_duplicate_is_equal_in_every_row_gaps_and_signs_of_zero_included():
    frame = pd.DataFrame(
        {
            "a": [1.0, NAN, 0.0],
            "copy": [1.0, NAN, -0.0],
            "filled": [1.0, 2.0, 0.0],
            "sex": ["F", None, "M"],
            "sex copy": pd.Categorical(["F", None, "M"]),
            "other": ["F", "M", None],
            "third": [1.0, NAN, 0.0],
        }
    )
    assert DuplicateCleaner().fit_transform(frame).columns.tolist() == ["a", "filled", "sex", "other"]


def test_text_and_numbers_are_never_duplicates():
    frame = pd.DataFrame({"a": [0.0, 1.0], "b": ["0", "1"]})
    assert DuplicateCleaner().fit_transform(frame).columns.tolist() == ["a", "b"]


def test_what_stays_is_settled_in_training():
    step = DuplicateCleaner().fit(np.array([[1.0, 1.0, 2.0], [3.0, 3.0, 4.0]]))
    assert step.transform(np.array([[1.0, 9.0, 1.0]])).tolist() == [[1.0, 1.0]]


def test_of_correlated_columns_the_earlier_stays_and_categories_pass():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 50))
    frame = pd.DataFrame({"sex": "F", "a": a, "minus_a": 3 - a + 0.01 * b, "b": b, "near": a + b})
    assert CorrelatedCleaner().fit_transform(frame).columns.tolist() == ["sex", "a", "b", "near"]
    assert CorrelatedCleaner(threshold=0.5).fit_transform(frame).columns.tolist() == ["sex", "a", "b"]
    with pytest.raises(StudyError, match=r"threshold cannot be this; seen: 1\.5"):
        CorrelatedCleaner(threshold=1.5).fit(frame)
