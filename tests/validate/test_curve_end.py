"""What the end of a learning curve shows: by hand, and never more than it can."""

import numpy as np
import pandas as pd
import pytest

from prognome.core.metrics import METRICS
from prognome.validate.curve_end import curve_end, curve_sentence

AUC, MAE = METRICS["auc_roc"], METRICS["mae"]
JUDGED = dict.fromkeys(range(1, 6), 20)


def curve(before, last, shares=(0.5, 1.0)):
    lines = [
        {"fold": fold, "share": share, "train_rows": round(80 * share), "value": value}
        for share, values in zip((0.25, *shares), ([0.5] * len(last), before, last), strict=True)
        for fold, value in enumerate(values, start=1)
    ]
    return pd.DataFrame(lines)


def test_a_rise_is_told_with_its_interval():
    # gains .02 .04 .01 .03 .05: mean .03, s² = .00025, error sqrt(.00025 (1/5 + 20/80)) = .010607,
    # t(.975, 4) = 2.776445, half width .029449 (arithmetic by hand, t from R's qt)
    end = curve_end(curve([0.8] * 5, [0.82, 0.84, 0.81, 0.83, 0.85]), JUDGED, AUC, 0.95)
    assert end.gain == pytest.approx(0.03)
    assert (end.low, end.high) == pytest.approx((0.03 - 0.029449, 0.03 + 0.029449), abs=1e-6)
    assert end.verdict == "rising"
    assert (end.shares, end.rows) == ((0.5, 1.0), (40.0, 80.0))
    assert curve_sentence(end, metric="AUC", error=False) == (
        "From 50\u202f% to 100\u202f% of the training rows (40 to 80 rows a fold) the AUC got better by "
        "0.030 (95\u202f% interval of the change 0.001 to 0.059): the learning curve still rises, so more "
        "rows like these are likely to help."
    )


def test_a_gain_smaller_than_chance_is_neither_rising_nor_flat():
    end = curve_end(curve([0.8] * 5, [0.82, 0.84, 0.77, 0.83, 0.76]), JUDGED, AUC, 0.95)
    assert end.verdict == "unclear"
    assert "cannot be told" in curve_sentence(end, metric="AUC", error=False)


def test_flat_means_that_the_whole_interval_is_small():
    end = curve_end(curve([0.8] * 5, [0.801, 0.799, 0.802, 0.8, 0.799]), JUDGED, AUC, 0.95)
    assert end.verdict == "flat"
    assert "flat at its end" in curve_sentence(end, metric="AUC", error=False)
    same = curve_end(curve([1.0] * 5, [1.0] * 5), JUDGED, AUC, 0.95)
    assert same.verdict == "flat"
    assert "neither better nor worse" in curve_sentence(same, metric="AUC", error=False)


def test_an_error_that_falls_is_a_rise_and_its_change_is_told_as_it_is():
    falls = curve_end(curve([10.0] * 5, [9.0, 9.1, 8.9, 9.05, 8.95]), JUDGED, MAE, 0.95)
    assert falls.verdict == "rising"
    assert falls.gain == pytest.approx(1.0)
    said = curve_sentence(falls, metric="MAE", error=True)
    # s² of the gains .00625, error sqrt(.00625 × .45) = .05303, half width .14724
    assert "got better by 1.0 (95\u202f% interval of the change −1.1 to −0.85)" in said
    grows = curve_end(curve([9.0, 9.1, 8.9, 9.05, 8.95], [10.0] * 5), JUDGED, MAE, 0.95)
    assert grows.verdict == "falling"
    assert "got worse by 1.0" in curve_sentence(grows, metric="MAE", error=True)


def test_a_single_fold_says_that_it_cannot_say():
    end = curve_end(curve([0.8], [0.9]), {1: 30}, AUC, 0.95)
    assert end.verdict == "unclear"
    assert "without an interval nothing tells chance from gain" in curve_sentence(
        end, metric="AUC", error=False
    )


def test_folds_without_a_figure_at_either_point_are_left_out():
    end = curve_end(curve([0.8, np.nan, 0.8], [0.82, 0.9, 0.84]), JUDGED, AUC, 0.95)
    assert end.gain == pytest.approx(0.03)


def test_one_point_is_no_curve():
    table = curve([0.8] * 5, [0.9] * 5)
    assert curve_end(table[table["share"] == 1.0], JUDGED, AUC, 0.95) is None
    assert curve_end(table.assign(value=np.nan), JUDGED, AUC, 0.95) is None
