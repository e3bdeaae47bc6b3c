"""Columns that another cohort lacks are named, and their cost is measured at home."""

import numpy as np
import pandas as pd
import pytest

from prognome.check.absent_columns import (
    Cost,
    blank_columns,
    check_absent_columns,
    find_absent,
)
from prognome.core.cohort import Cohort
from prognome.core.metrics import find_metric
from prognome.core.table import Table

AUC = find_metric("auc_roc", "binary")


def make(n=120, seed=0) -> Cohort:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.normal(size=(n, 4)), columns=["a", "b", "c", "d"])
    target = (frame["a"] + rng.normal(size=n) > 0).astype(int).to_numpy()
    clinic = pd.DataFrame({"sex": rng.choice(np.array(["f", "m"], dtype=object), n)})
    clinic["stage"] = pd.Categorical(rng.choice(["I", "II"], n), ["I", "II"], ordered=True)
    ids = np.array([f"p{k}" for k in range(n)], dtype=object)
    return Cohort(ids, {"genes": Table(ids, frame), "clinic": Table(ids, clinic)}, target, ("0", "1"))


def test_blanks_are_missing_in_the_form_of_their_column_and_nothing_else_changes():
    cohort = make()
    blanked = blank_columns(cohort, [("genes", "a"), ("clinic", "sex"), ("clinic", "stage")])
    assert find_absent(blanked) == (("genes", "a"), ("clinic", "sex"), ("clinic", "stage"))
    assert find_absent(cohort) == ()
    for name, table in blanked.blocks.items():
        assert table.frame.dtypes.tolist() == cohort.blocks[name].frame.dtypes.tolist()
    assert blanked.blocks["clinic"].frame["sex"].tolist() == [None] * len(cohort)
    pd.testing.assert_frame_equal(
        blanked.blocks["genes"].frame[["b", "c", "d"]], cohort.blocks["genes"].frame[["b", "c", "d"]]
    )


def test_an_optional_block_of_which_nothing_is_left_is_absent():
    cohort = make(20)
    cohort = Cohort(
        cohort.ids, cohort.blocks, cohort.target, cohort.classes, present={"genes": np.ones(20, bool)}
    )
    some = blank_columns(cohort, [("genes", "a")])
    none = blank_columns(cohort, [("genes", name) for name in "abcd"])
    assert some.present["genes"].all()
    assert not none.present["genes"].any()


def test_the_cost_is_said_with_both_figures():
    external = blank_columns(make(30, seed=1), [("genes", "a")])
    cost = Cost(AUC, 0.8123, 0.5901, "logistic")
    (alarm,) = check_absent_columns(external, where="external b", cost=cost)
    assert "1 of 4 columns of block genes (a) bring no value there" in alarm.what
    assert "auc_roc of logistic in cross-validation gets worse: 0.590 instead of 0.812" in alarm.what
    assert (alarm.facts["as_is"], alarm.facts["without"]) == (0.8123, 0.5901)


def test_the_direction_of_the_metric_counts():
    mae = find_metric("mae", "number")
    external = blank_columns(make(30), [("genes", "a")])
    for without, word in ((9.0, "gets worse"), (7.0, "gets better"), (8.001, "hardly changes")):
        (alarm,) = check_absent_columns(external, where="e", cost=Cost(mae, 8.0, without, "ridge"))
        assert word in alarm.what


def test_nothing_absent_says_nothing():
    assert check_absent_columns(make(30), where="e", cost=Cost(AUC, 0.9, 0.8, "m")) == []


def test_a_whole_block_and_an_unmeasured_cost_are_said():
    external = blank_columns(make(30), [("genes", name) for name in "abcd"])
    (alarm,) = check_absent_columns(external, where="e")
    assert (
        alarm.what == "All 4 columns of block genes bring no value there; what that costs was not measured."
    )
    assert alarm.facts["absent"] == {"genes": 4}
    assert pytest.approx(0) == sum(external.blocks["genes"].frame.notna().to_numpy().sum(axis=1))
