"""Intervals over sites left out: what Student's has for units, and what it does where sites are small."""

import numpy as np
import pytest

from prognome.core.judged import Judged
from prognome.core.metrics import METRICS
from prognome.validate import site_interval
from prognome.validate.score import Interval, JudgedFold, score_part

# four sites of ten rows
EVENT = np.array(
    [.2, .3, .45, .6, .7, .85, .15, .35, .5, .65, .1, .25, .4, .55, .7, .9, .3, .35, .6, .8,
     .2, .3, .4, .5, .65, .75, .15, .45, .55, .85, .1, .35, .4, .6, .65, .8, .25, .5, .7, .9]
)  # fmt: skip
# fewer events than said at the first and the third, more at the others
UNEVEN = np.array(
    [0, 0, 1, 1, 0, 1, 0, 0, 0, 1, 0, 1, 1, 0, 1, 1, 0, 1, 1, 1,
     0, 0, 0, 0, 1, 0, 0, 1, 0, 1, 0, 0, 1, 0, 1, 1, 1, 1, 0, 1]
)  # fmt: skip
# ranked backwards at the first and the third
TURNED = np.array(
    [1, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 1, 1,
     1, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 1, 1, 1, 0, 1, 1, 1]
)  # fmt: skip


def whole(name, truth, event=EVENT, rows=10):
    judged = Judged(truth, np.c_[1 - event, event])
    site = np.arange(len(truth)) // rows
    folds = [
        JudgedFold(1, k + 1, np.flatnonzero(site == k), judged.rows(np.flatnonzero(site == k)))
        for k in range(site[-1] + 1)
    ]
    made = Interval(100, 0.95, 1)
    *_, line = score_part(
        "m", "cv", folds, [METRICS[name]], groups=site.astype(str).astype(object), interval=made
    )
    return line


@pytest.mark.parametrize(
    ("name", "truth", "value", "ends"),
    [
        ("calibration_slope", TURNED, 0.25575481566978, (-2.45041887967977, 2.86742601068127)),
        ("calibration_intercept", UNEVEN, 0.0317313678261372, (-1.002927697502247, 1.0528483471915369)),
    ],
)
def test_calibration_over_sites_leaves_whole_sites_out_of_the_pooled_rows(name, truth, value, ends):
    # R 4.2.2: glm(y ~ qlogis(p), binomial), or with offset(qlogis(p)), without each site in turn;
    # Quenouille's centre and qt(.975, 3) · sqrt(3/4 · sum of squares); of the intercept 3/4 of that: a model
    # that never saw a site leans by 4/3 of what sets the site off from all
    line = whole(name, truth)
    assert line["value"] == pytest.approx(value, rel=1e-9)
    assert (line["low"], line["high"]) == pytest.approx(ends, rel=1e-7)
    assert line["method"] == "jackknife, 4 sites never seen, rows of all sites pooled"


def test_average_precision_over_sites_is_less_the_bias_of_small_sites():
    # R 4.2.2: sites' .3710, 1, .3813, 1 less 9 · (mean without one row - all) = .0722, 0, .0657, 0; then
    # Student's t of the mean on the scale of qlogis
    line = whole("average_precision", TURNED)
    assert line["value"] == pytest.approx(0.688075396825397, rel=1e-12)
    assert (line["low"], line["high"]) == pytest.approx((0.101858061475603, 0.969126321341742), rel=1e-9)
    assert line["method"] == "Student's t over 4 folds, each a site never seen, logit, less their bias"


@pytest.mark.parametrize("name", ["calibration_slope", "average_precision"])
def test_sites_that_are_alike_by_chance_keep_two_thirds_of_the_interval_of_their_rows(name, monkeypatch):
    four_times = np.tile(UNEVEN[:10], 4), np.tile(EVENT[:10], 4)
    line = whole(name, *four_times)
    assert line["method"].endswith("; two thirds of the one within sites")
    monkeypatch.setattr(site_interval, "FLOOR", 1)
    rows = whole(name, *four_times)
    for end in ("low", "high"):
        assert line[end] - line["value"] == pytest.approx(2 / 3 * (rows[end] - rows["value"]), rel=1e-12)


def test_a_site_without_events_has_no_average_precision_and_the_others_do():
    truth = np.where(np.arange(40) < 10, 0, TURNED)
    line = whole("average_precision", truth)
    assert line["value"] == pytest.approx((1 + 0.381269841269841 + 1) / 3, rel=1e-9)
    assert "over 3 folds" in line["method"]
    assert "4 sites" in whole("calibration_slope", truth)["method"]


def test_losses_of_numbers_are_widened_for_their_skew_over_sites():
    """By hand: errors 1, 2, 3, 6 at four sites; 3 ± qt(.975, 3) · sd / 2 · (1 + 1.6 / 4), cut off at 0."""
    truth = np.zeros(40)
    said = np.repeat([1.0, 2.0, 3.0, 6.0], 10) * np.tile([1.0, -1.0], 20)
    judged = Judged(truth, said)
    site = np.arange(40) // 10
    folds = [
        JudgedFold(1, k + 1, np.flatnonzero(site == k), judged.rows(np.flatnonzero(site == k)))
        for k in range(4)
    ]
    *_, line = score_part(
        "m",
        "cv",
        folds,
        [METRICS["mae"]],
        groups=site.astype(str).astype(object),
        interval=Interval(100, 0.95, 1),
    )
    reach = 3.182446305284263 * 2.160246899469287 / 2 * 1.4
    assert line["value"] == 3
    assert line["high"] == pytest.approx(3 + reach, rel=1e-9)
    assert line["low"] == 0
