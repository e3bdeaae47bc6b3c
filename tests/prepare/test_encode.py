"""Categories become numbers from the training rows' levels alone."""

import numpy as np
import pandas as pd
from numpy.testing import assert_array_equal
from sklearn import preprocessing

from prognome.prepare.encode import OneHotEncoder, OrdinalEncoder

NAN = np.nan


def ordered(values, levels=("low", "mid", "high")):
    return pd.Categorical(values, categories=list(levels), ordered=True)


def test_onehot_equals_scikit_learn_on_complete_categories():
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"race": rng.choice(list("xyz"), 30), "sex": rng.choice(["F", "M"], 30)})
    theirs = preprocessing.OneHotEncoder(drop="if_binary", sparse_output=False).fit_transform(frame)
    assert_array_equal(OneHotEncoder().fit_transform(frame).to_numpy(), theirs)


def test_onehot_columns_stand_in_the_place_of_their_category():
    frame = pd.DataFrame(
        {"a": [1.0, 2.0, 3.0], "race": ["y", "x", "z"], "b": [4.0, 5.0, 6.0], "sex": list("FMF")}
    )
    made = OneHotEncoder().fit_transform(frame)
    assert made.columns.tolist() == ["a", "race=x", "race=y", "race=z", "b", "sex=M"]
    assert made.iloc[1].tolist() == [2.0, 1.0, 0.0, 0.0, 5.0, 1.0]


def test_two_levels_without_drop_binary_get_two_columns():
    made = OneHotEncoder(drop_binary=False).fit_transform(pd.DataFrame({"sex": ["F", "M"]}))
    assert made.to_dict("list") == {"sex=F": [1.0, 0.0], "sex=M": [0.0, 1.0]}


def test_missing_has_its_own_column_if_training_saw_it():
    made = OneHotEncoder().fit_transform(pd.DataFrame({"sex": ["F", None, "M"]}))
    assert made.to_dict("list") == {
        "sex=F": [1.0, 0.0, 0.0],
        "sex=M": [0.0, 0.0, 1.0],
        "sex=missing": [0.0, 1.0, 0.0],
    }


def test_missing_and_unseen_levels_give_zeros():
    step = OneHotEncoder().fit(pd.DataFrame({"race": ["x", "y", "z"]}))
    new = pd.DataFrame({"race": ["w", None, "y"]})
    assert step.transform(new).to_numpy().tolist() == [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    step = OneHotEncoder().fit(pd.DataFrame({"race": ["x", None, "z"]}))
    assert step.transform(new).to_numpy().tolist() == [[0.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]]


def test_onehot_of_ordered_levels_keeps_their_order_and_only_those_that_occur():
    frame = pd.DataFrame({"dose": ordered(["high", "low", "high"])})
    made = OneHotEncoder(drop_binary=False).fit_transform(frame)
    assert made.columns.tolist() == ["dose=low", "dose=high"]


def test_category_wholly_missing_becomes_its_missing_column():
    made = OneHotEncoder().fit_transform(pd.DataFrame({"sex": pd.Series([None, None], dtype=object)}))
    assert made.to_dict("list") == {"sex=missing": [1.0, 1.0]}


def test_a_level_called_missing_stands_beside_the_gaps():
    made = OneHotEncoder().fit_transform(pd.DataFrame({"sex": ["missing", None, "M"]}))
    assert made.columns.tolist() == ["sex=M", "sex=missing", "sex=(missing)"]
    assert_array_equal(made.to_numpy(), [[0, 1, 0], [0, 0, 1], [1, 0, 0]])


def test_ordinal_places_follow_declared_order_or_alphabet():
    frame = pd.DataFrame(
        {"a": [9.0] * 4, "dose": ordered(["high", "low", None, "low"]), "site": ["q", "p", "r", None]}
    )
    made = OrdinalEncoder().fit_transform(frame)
    assert_array_equal(made["dose"], [2.0, 0.0, NAN, 0.0])
    assert_array_equal(made["site"], [1.0, 0.0, 2.0, NAN])
    assert made.columns.tolist() == ["a", "dose", "site"]


def test_ordinal_gives_nan_for_a_level_that_training_did_not_have():
    step = OrdinalEncoder().fit(pd.DataFrame({"site": ["p", "q"]}))
    assert_array_equal(step.transform(pd.DataFrame({"site": ["o", "q"]})), [[NAN], [1.0]])


def test_ordinal_knows_declared_levels_that_training_did_not_have():
    step = OrdinalEncoder().fit(pd.DataFrame({"dose": ordered(["low", "mid"])}))
    assert step.transform(pd.DataFrame({"dose": ordered(["high"])})).to_numpy().tolist() == [[2.0]]


def test_ordered_only_leaves_other_categories_for_onehot():
    frame = pd.DataFrame(
        {"site": ["q", "p", "r"], "dose": ordered(["high", "low", "mid"]), "a": [1.0, 2.0, 3.0]}
    )
    middle = OrdinalEncoder(ordered_only=True).fit_transform(frame)
    assert middle["site"].tolist() == ["q", "p", "r"]
    made = OneHotEncoder().fit_transform(middle)
    assert made.columns.tolist() == ["site=p", "site=q", "site=r", "dose", "a"]
    assert made["dose"].tolist() == [2.0, 0.0, 1.0]
