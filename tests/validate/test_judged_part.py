"""Units of a part: rows, groups, sites; how many hold the rarest class; means over folds."""

import math

import numpy as np
import pytest

from prognome.core.judged import Judged
from prognome.validate.judged_part import Interval, JudgedFold, JudgedPart, mean_over_folds

TRUTH = np.array([0, 1, 0, 1, 1, 0, 1, 1, 0, 1, 1, 1])
ALL = Judged(TRUTH, np.full((12, 2), 0.5))
MADE = Interval(100, 0.95, 1)


def of(groups, cuts=1):
    folds = [
        JudgedFold(1, k, rows, ALL.rows(rows)) for k, rows in enumerate(np.array_split(np.arange(12), cuts))
    ]
    return JudgedPart.of(folds, groups, MADE)


def test_units_are_rows_groups_or_within_sites_rows():
    assert (of(None).units, of(None).named) == (12, "rows")
    many = of(np.arange(12).astype(str).astype(object))
    assert (many.units, many.named) == (12, "groups")
    few = of(np.repeat(["a", "b", "c"], 4).astype(object))
    assert (few.units, few.named) == (12, "rows (too few groups to draw: 3)")
    sites = of(np.repeat(["a", "b", "c"], 4).astype(object), cuts=3)
    assert (sites.sites, sites.units, sites.named) == (True, 12, "rows")


def test_events_count_each_row_once():
    folds = [JudgedFold(repeat, 1, np.arange(12), ALL) for repeat in (1, 2)]
    assert JudgedPart.of(folds, None, MADE).events == 8


def test_the_rarest_class_is_counted_in_units():
    part = of(None)
    assert part.units_of_rarest([ALL], part.places) == (4, 8)
    # families of two rows, ten of them: the class 0 stands in families 0, 1, 2 and 4
    truth = np.repeat([0, 1], 10)
    judged = Judged(truth, np.full((20, 2), 0.5))
    part = JudgedPart.of([JudgedFold(1, 1, np.arange(20), judged)], np.arange(20) // 2, MADE)
    assert part.units_of_rarest([judged], part.places) == (5, 5)


def test_errors_over_folds_are_widened_by_a_share_that_falls_with_the_units():
    assert of(None).widen() == 1.0
    assert of(None, cuts=3).widen() == pytest.approx(math.sqrt(1 + 20 / 12))


@pytest.mark.parametrize(
    ("metric", "times", "repeated"),
    [("", 1, 1), ("accuracy", 1, 1), ("auc_roc", 1, 2), ("average_precision", 1, 2), ("r2", 0, 0)],
)
def test_repeats_widen_figures_of_ranks(metric, times, repeated):
    judged = Judged(np.repeat([0, 1], 6), np.full((12, 2), 0.5))
    for repeats, expected in ((1, times), (2, repeated)):
        folds = [
            JudgedFold(repeat, k, rows, judged.rows(rows))
            for repeat in range(1, repeats + 1)
            for k, rows in enumerate(np.array_split(np.arange(12), 3))
        ]
        assert JudgedPart.of(folds, None, MADE).widen(metric) == pytest.approx(
            math.sqrt(1 + expected * 20 / 12)
        )


def test_the_widening_counts_rows_and_groups():
    # 20 rows in ten groups: 1 + 15/20 + 5/10
    judged = Judged(np.repeat([0, 1], 10), np.full((20, 2), 0.5))
    folds = [
        JudgedFold(1, k, rows, judged.rows(rows)) for k, rows in enumerate(np.array_split(np.arange(20), 2))
    ]
    assert JudgedPart.of(folds, np.arange(20) // 2, MADE).widen() == pytest.approx(1.5)


def test_the_mean_over_folds_leaves_out_what_is_not_defined():
    values = np.array([[1.0, np.nan], [3.0, np.nan], [np.nan, np.nan]])
    np.testing.assert_array_equal(mean_over_folds(values), [2.0, np.nan])
