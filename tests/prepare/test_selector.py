"""What all selectors that look at the target have in common."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal

from prognome.core.cohort import Cohort
from prognome.core.table import Table
from prognome.errors import DataError
from prognome.prepare.catalog import STEPS
from prognome.prepare.fuse import build_step, fuse

QUICK = {
    "select.forest": {"trees": 20},
    "select.rfe_cv": {"folds": 2, "step": 4},
    "select.stability": {"pairs": 5},
    "select.boruta": {"rounds": 10, "trees": 10},
    "select.genetic": {"population": 8, "generations": 3},
}
NAMES = [
    name
    for name in STEPS.names
    if name.startswith("select.")
    and STEPS.find(name, where="").load().needs_target
    and STEPS.find(name, where="").targets != ("survival",)
]
NUMBERS = [name for name in NAMES if name != "select.chi2"]
SEVERAL = [name for name in NAMES if name != "select.correlation"]
GROUPED = ["select.rfe_cv", "select.stability", "select.genetic"]


def build(name):
    params = {"k": 3} if "k" in STEPS.find(name, where="").load()().get_params() else {}
    return build_step(name, {**params, **QUICK.get(name, {})}, where="here", random_state=3)


@pytest.fixture
def counts():
    """Small whole numbers in every type alike: 0 to 9, the fourth with the target."""
    rng = np.random.default_rng(2)
    X = rng.integers(0, 10, (60, 9))
    return X, (X[:, 3] > 4).astype(int)


@pytest.mark.parametrize("name", NAMES)
def test_the_same_numbers_in_any_type_give_the_same_columns_and_the_planted_one(name, counts):
    X, y = counts
    kept = build(name).fit(X.astype(np.float64), y).keep_
    assert kept[3]
    for kind in (np.int8, np.float32):
        assert_array_equal(build(name).fit(pd.DataFrame(X.astype(kind)), y).keep_, kept)
    assert_array_equal(build(name).fit(X.astype(np.float64), np.array(["a", "b"])[y]).keep_, kept)


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers_are_served(name, counts):
    X, _ = counts
    assert build(name).fit(X, X[:, 3] * 1e6 + X[:, 1] + 0.5).keep_[3]


@pytest.mark.parametrize("name", SEVERAL)
def test_several_classes_are_served(name, counts):
    X, _ = counts
    assert build(name).fit(X, np.digitize(X[:, 3], [3, 7])).keep_[3]


@pytest.mark.parametrize("name", NAMES)
def test_a_target_of_times_and_events_is_refused(name, counts):
    times = np.zeros(60, dtype=[("event", bool), ("time", float)])
    with pytest.raises(DataError, match="serves classes and numbers; seen: a target of several fields"):
        build(name).fit(counts[0], times)


@pytest.mark.parametrize("name", GROUPED)
def test_the_groups_of_a_cohort_reach_the_step(name, counts, monkeypatch):
    X, y = counts
    groups = np.repeat(np.arange(15), 4).astype(str).astype(object)
    frame = pd.DataFrame(X.astype(float), columns=[f"g{i}" for i in range(9)])
    ids = np.array([f"s{i}" for i in range(60)], dtype=object)
    cohort = Cohort(ids, {"x": Table(ids, frame)}, target=y, groups=groups)
    step = type(build(name))
    met = []
    monkeypatch.setattr(
        step,
        "_choose",
        lambda self, columns, y, *, classes, groups: met.append(groups) or np.ones(9, dtype=bool),
    )
    fuse({"x": [(name, {})]}, ["x"]).fit(cohort)
    assert_array_equal(met[0], groups)


@pytest.mark.parametrize("name", GROUPED)
def test_groups_are_kept_whole_and_must_fit(name, counts):
    X, y = counts
    groups = np.repeat(np.arange(15), 4)
    assert not np.array_equal(*(learned(build(name).fit(X, y, groups=told)) for told in (None, groups))), (
        "groups change nothing"
    )
    with pytest.raises(DataError, match=r"the groups do not fit; seen: \(15,\); expected: \(60,\)"):
        build(name).fit(X, y, groups=np.arange(15))


def learned(step):
    return step.frequency_ if hasattr(step, "frequency_") else step.scores_
