"""The baseline of group means: counted by hand, and with nothing but the group."""

import numpy as np
import pytest
from sklearn.base import clone

from prognome.core.cohort import Cohort
from prognome.core.fit import fit, seeded
from prognome.core.say import say
from prognome.core.table import Table
from prognome.core.trusted import TRUSTED
from prognome.errors import DataError
from prognome.model.group_mean import GroupMeanClassifier, GroupMeanRegressor

SITES = ["a", "a", "a", "a", "b", "b", None, "c"]
ILL = np.array([1, 1, 1, 0, 0, 1, 0, 1])
DOSE = np.array([1.0, 2.0, 3.0, 6.0, 10.0, 20.0, 0.0, 6.0])


def rows(sites, column="site"):
    import pandas as pd

    ids = np.array([f"R{k}" for k in range(len(sites))], dtype=object)
    facts = {column: np.array(sites, dtype=object)} if column else {}
    return Cohort(
        ids, {"x": Table(ids, pd.DataFrame({"x": np.arange(len(sites), dtype=float)}))}, facts=facts
    )


def test_the_shares_of_the_classes_of_the_same_site_by_hand():
    model = GroupMeanClassifier("site").fit(rows(SITES), ILL)
    # a: 3 of 4 are ill; b: 1 of 2; c: 1 of 1; all: 5 of 8; a site never seen, or none, gets all
    said = model.predict_proba(rows(["b", "a", "c", "new", None]))[:, 1]
    assert said.tolist() == [0.5, 0.75, 1.0, 0.625, 0.625]
    assert model.predict(rows(["b", "a", "new"])).tolist() == [0, 1, 1]


def test_the_mean_of_the_same_site_by_hand():
    model = GroupMeanRegressor("site").fit(rows(SITES), DOSE)
    # a: (1+2+3+6)/4 = 3; b: (10+20)/2 = 15; all: 48/8 = 6
    assert model.predict(rows(["a", "b", "c", "new", None])).tolist() == [3.0, 15.0, 6.0, 6.0, 6.0]


def test_several_classes_keep_their_codes_and_the_judge_can_hear_them():
    model = GroupMeanClassifier("site").fit(rows(["a", "a", "b", "b"]), np.array([0, 2, 2, 2]))
    np.testing.assert_array_equal(say(model, rows(["a", "b"]), 3), [[0.5, 0, 0.5], [0, 0, 1]])


def test_another_cohort_that_knows_no_site_gets_the_mean_of_all():
    model = GroupMeanRegressor("site").fit(rows(SITES), DOSE)
    assert model.predict(rows(["a", "b"], column="")).tolist() == [6.0, 6.0]
    assert model.predict(rows(["a", "b"], column="plate")).tolist() == [6.0, 6.0]


def test_a_training_cohort_without_any_known_level_gives_the_mean_of_all():
    model = GroupMeanRegressor("site").fit(rows([None] * 8), DOSE)
    assert model.predict(rows(["a", None])).tolist() == [6.0, 6.0]


def test_a_column_that_the_training_rows_do_not_know_is_an_error():
    with pytest.raises(DataError, match="knows no column 'plate'"):
        GroupMeanClassifier("plate").fit(rows(SITES), ILL)


def test_it_can_be_cloned_seeded_and_fitted_like_any_model():
    model = fit(seeded(clone(GroupMeanClassifier("site")), 7), rows(SITES), ILL, np.array(list("aabbccdd")))
    assert model.column == "site"
    assert model.classes_.tolist() == [0, 1]


@pytest.mark.parametrize("known", [SITES, [None] * 8])
def test_it_survives_being_saved_without_pickle(known):
    from skops import io

    for model in (
        GroupMeanClassifier("site").fit(rows(known), ILL),
        GroupMeanRegressor("site").fit(rows(known), DOSE),
    ):
        data = io.dumps(model)
        strange = set(io.get_untrusted_types(data=data))
        assert strange <= TRUSTED
        again = io.loads(data, trusted=sorted(strange))
        np.testing.assert_array_equal(again.predict(rows(["b", "new"])), model.predict(rows(["b", "new"])))
