"""Parts by bins: counts by hand, few values one by one, small bins hidden, categories by level."""

import numpy as np
import pytest

from prognome.explain.shapes import shape_of, spread_of


def test_few_different_numbers_have_a_bin_each():
    dosage = [0.0] * 12 + [1.0] * 6 + [2.0] * 5
    parts = [-1.0] * 12 + [0.5] * 6 + [2.0] * 5
    found = shape_of("snp", parts, dosage, number=True)
    assert found[["from", "to", "rows", "shap"]].values.tolist() == [
        [0, 0, 12, -1],
        [1, 1, 6, 0.5],
        [2, 2, 5, 2],
    ]


def test_bins_and_levels_below_five_rows_are_left_out():
    found = shape_of("snp", np.arange(13.0), [0.0] * 9 + [1.0] * 4, number=True)
    assert found["rows"].tolist() == [9]
    found = shape_of("kind", np.arange(10.0), ["a"] * 6 + ["b"] * 4, number=False)
    assert found["level"].tolist() == ["a"]


def test_tenths_hold_about_as_many_rows_each_and_missing_values_none():
    value = np.r_[np.arange(100.0), np.nan]
    found = shape_of("age", np.r_[2 * np.arange(100.0), 1e6], value.tolist(), number=True)
    assert found["rows"].tolist() == [10] * 10
    assert found["value"].tolist() == pytest.approx([10 * k + 4.5 for k in range(10)])
    assert found["shap"].tolist() == pytest.approx([2 * (10 * k + 4.5) for k in range(10)])
    assert found.loc[0, ["shap_low", "shap_high"]].tolist() == pytest.approx([1.8, 16.2])  # numpy's quantile


def test_the_spread_counts_every_row_once_and_hides_the_place_of_few():
    parts = np.r_[np.zeros(20), np.ones(3)]
    found = spread_of("a", parts, np.arange(23.0), bins=4)
    assert found["rows"].tolist() == [20, 3]
    assert found["place"].iloc[0] == pytest.approx(9.5 / 22)
    assert np.isnan(found["place"].iloc[1])


def test_a_constant_part_is_one_bin_and_no_rows_are_none():
    assert spread_of("a", np.zeros(7))["rows"].tolist() == [7]
    assert not len(shape_of("a", [], [], number=True))
    assert not len(spread_of("a", []))


def test_the_extremes_are_told_only_where_five_rows_have_them():
    value = [20.0] * 6 + np.arange(30.0, 70.0).tolist() + [97.0]
    found = shape_of("age", np.arange(47.0), value, number=True)
    assert found["from"].iloc[0] == 20
    assert np.isnan(found["to"].iloc[-1])
    assert found["to"].iloc[:-1].notna().all()


def test_the_spread_does_not_tell_the_smallest_and_the_largest_part():
    parts = np.linspace(-1.2345, 2.3456, 50)
    found = spread_of("a", parts)
    width = 0.12  # 3.5801 / 31, to two digits
    assert found["low"].iloc[0] == pytest.approx(-11 * width)
    assert found["high"].iloc[-1] == pytest.approx(20 * width)
    assert found["rows"].sum() == 50
