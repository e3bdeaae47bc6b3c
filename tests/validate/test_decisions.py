"""The decision curve against net benefit itself, repeats averaged, groups drawn whole."""

import numpy as np
import pytest

from prognome.core.judged import Judged
from prognome.core.net_benefit import net_benefit, treat_all
from prognome.validate.decisions import COLUMNS, decision_curve
from prognome.validate.judged_part import Interval, JudgedFold

INTERVAL = Interval(400, 0.95, 1)
RNG = np.random.default_rng(0)
TRUTH = RNG.integers(0, 2, 60)
EVENT = np.clip(0.5 * TRUTH + 0.5 * RNG.random(60), 0.001, 0.999)


def fold(rows, event, *, repeat=1, number=1):
    event = np.asarray(event)
    return JudgedFold(repeat, number, rows, Judged(TRUTH[rows], np.column_stack([1 - event, event])))


def curve(folds, groups=None):
    return decision_curve("logistic", "cv", folds, groups=groups, interval=INTERVAL)


def test_rows_are_pooled_over_folds():
    rows = RNG.permutation(60)
    table = curve([fold(part, EVENT[part], number=k) for k, part in enumerate(np.split(rows, 3), 1)])
    assert tuple(table.columns) == COLUMNS
    np.testing.assert_allclose(table["net_benefit"], net_benefit(TRUTH, EVENT))
    np.testing.assert_allclose(table["treat_all"], treat_all(TRUTH))
    assert (table["treat_none"] == 0).all()
    assert (table["n"] == 60).all()
    assert ((table["low"] <= table["net_benefit"]) & (table["net_benefit"] <= table["high"])).all()


def test_repeats_are_averaged_within_a_row_and_add_no_certainty():
    once = curve([fold(np.arange(60), EVENT)])
    thrice = curve([fold(np.arange(60), EVENT, repeat=r) for r in (1, 2, 3)])
    np.testing.assert_allclose(thrice[list(COLUMNS[2:])], once[list(COLUMNS[2:])], atol=1e-12)
    other = 1 - EVENT
    mixed = curve([fold(np.arange(60), EVENT), fold(np.arange(60), other, repeat=2)])
    wanted = (net_benefit(TRUTH, EVENT) + net_benefit(TRUTH, other)) / 2
    np.testing.assert_allclose(mixed["net_benefit"], wanted)


def test_interval_is_as_wide_as_the_standard_error_says():
    """At .5 a row adds 1, -1 or 0; 2 · 1.96 standard errors of that mean, by the usual formula."""
    said = np.where(RNG.random(60) < 0.3, 1 - EVENT, EVENT)
    row = curve([fold(np.arange(60), said)]).set_index("threshold").loc[0.5]
    adds = np.where(said > 0.5, np.where(TRUTH == 1, 1.0, -1.0), 0.0)
    assert row["high"] - row["low"] == pytest.approx(2 * 1.96 * adds.std() / np.sqrt(60), rel=0.15)


def test_groups_are_drawn_whole_where_there_are_enough():
    said = np.where(np.arange(60) // 5 % 2, EVENT, 1 - EVENT)  # right and wrong by groups of five
    folds = [fold(np.arange(60), said)]
    by_row, by_group = curve(folds), curve(folds, groups=np.arange(60) // 5)
    few = curve(folds, groups=np.arange(60) // 20)
    width = {name: (t["high"] - t["low"])[40:60].mean() for name, t in (("row", by_row), ("group", by_group))}
    assert width["group"] > 1.2 * width["row"]
    np.testing.assert_array_equal(few["low"], by_row["low"])


def test_a_part_of_the_cohort_takes_its_own_groups():
    groups = np.r_[np.repeat(["x"], 30), np.arange(30).astype(str)]
    table = curve([fold(np.arange(30, 60), EVENT[30:])], groups=groups)
    assert (table["n"] == 30).all()
    np.testing.assert_allclose(table["net_benefit"], net_benefit(TRUTH[30:], EVENT[30:]))
