"""Chosen thresholds against pROC and counting by hand, and that a wanted share is reached by new rows."""

import numpy as np
import pytest

from prognome.core.study_judge import ThresholdSpec
from prognome.core.threshold import choose_threshold

# aSAH of R's pROC (Turck et al. 2010): S100β ×100 (µg/l), WFNS grade, and poor outcome
S100B = np.array([
    13, 14, 10, 4, 13, 10, 47, 16, 18, 10, 12, 10, 44, 71, 4, 8, 49, 4, 7, 33, 9, 9, 7, 11, 7, 17, 7, 11, 13,
    19, 5, 16, 41, 14, 34, 35, 48, 9, 96, 25, 50, 46, 16, 7, 43, 45, 11, 8, 9, 86, 52, 8, 6, 13, 207, 10, 14,
    15, 7, 6, 77, 5, 9, 30, 3, 9, 4, 23, 70, 9, 27, 71, 8, 26, 8, 16, 9, 13, 10, 8, 11, 33, 11, 28, 7, 10, 32,
    22, 7, 5, 24, 38, 10, 15, 8, 14, 10, 7, 4, 19, 56, 14, 58, 32, 82, 74, 15, 47, 17, 44, 15, 50, 48,
]) / 100  # fmt: skip
WFNS = np.array([int(c) for c in (
    "11113254125255125225211112121134214541425511241125521251222151125214524414121421232421451154221113125225"
    "552445111"
)])  # fmt: skip
POOR = np.array([int(c) for c in (
    "00001101001011001011101000000000100110110000000001100010001010011101101111000110100000010000000000001111"
    "110001000"
)])  # fmt: skip


def spec(**said) -> ThresholdSpec:
    return ThresholdSpec.model_validate(said)


def shares(truth, event, cut):
    return (event[truth == 1] > cut).mean(), (event[truth == 0] <= cut).mean()


@pytest.mark.parametrize(
    ("marker", "cut", "sensitivity", "specificity"),
    [(S100B, 0.205, 0.634146341463, 0.805555555556), (WFNS, 3.5, 0.634146341463, 0.833333333333)],
)
def test_youden_is_that_of_proc(marker, cut, sensitivity, specificity):
    # R 4.2.2, pROC 1.18.0: coords(roc(outcome, marker), "best", best.method = "youden")
    chosen = choose_threshold(POOR, marker, spec(rule="youden"))
    assert chosen == pytest.approx(cut, abs=1e-12)
    assert shares(POOR, marker, chosen) == pytest.approx((sensitivity, specificity))


def test_youden_by_counting():
    """Above .45: 4 of 5 events and 1 of 5 others, 0.8 - 0.2 = 0.6; no other cut has as much."""
    event = np.array([0.1, 0.2, 0.3, 0.4, 0.9, 0.35, 0.5, 0.6, 0.7, 0.8])
    truth = np.array([0, 0, 0, 0, 0, 1, 1, 1, 1, 1])
    assert choose_threshold(truth, event, spec(rule="youden")) == pytest.approx(0.45)


def test_of_equal_youdens_the_cut_in_the_widest_stretch_is_taken():
    """Sensitivity + specificity is equal between .2 and .3 and between .3 and .8, for .3 is one of each."""
    event = np.array([0.1, 0.1, 0.1, 0.1, 0.2, 0.3, 0.3, 0.8, 0.9, 0.9, 0.9, 0.9])
    truth = np.array([0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1])
    assert choose_threshold(truth, event, spec(rule="youden")) == pytest.approx((0.2 + 0.8) / 2)
    apart = np.array(
        [0.1, 0.1, 0.1, 0.1, 0.2, 0.4, 0.3, 0.45, 0.9, 0.9, 0.9, 0.9]
    )  # an event below a non-event
    assert choose_threshold(truth, apart, spec(rule="youden")) == pytest.approx(0.25)


def test_wanted_sensitivity_takes_the_highest_cut_that_new_rows_reach():
    """19 events; ⌈.9 · 20⌉ = 18 must lie above: the second lowest is .2, the score below it .15."""
    events = np.r_[0.05, np.arange(2, 20) / 10 / 2 + 0.1]
    event = np.r_[events, 0.01, 0.02, 0.15, 0.18, 0.3]
    truth = np.r_[np.ones(19, int), np.zeros(5, int)]
    cut = choose_threshold(truth, event, spec(rule="sensitivity", wanted=0.9))
    assert cut == pytest.approx((0.18 + 0.2) / 2)
    assert (events > cut).sum() == 18


def test_wanted_specificity_mirrors_wanted_sensitivity():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, 101)
    event = rng.random(101).round(2)
    cut = choose_threshold(truth, event, spec(rule="sensitivity", wanted=0.8))
    mirrored = choose_threshold(1 - truth, 1 - event, spec(rule="specificity", wanted=0.8))
    assert mirrored == pytest.approx(1 - cut)


def test_a_share_that_so_few_rows_cannot_promise_takes_them_all():
    event = np.linspace(0.1, 0.9, 12)
    truth = np.arange(12) % 2
    cut = choose_threshold(truth, event, spec(rule="sensitivity", wanted=0.9))  # ⌈.9 · 7⌉ = 7 of 6
    assert shares(truth, event, cut)[0] == 1
    cut = choose_threshold(truth, event, spec(rule="specificity", wanted=0.9))
    assert shares(truth, event, cut)[1] == 1
    assert 0 < cut < 1


def test_wanted_sensitivity_is_reached_on_average_by_new_events_and_the_plain_quantile_is_not():
    rng = np.random.default_rng(1)
    ours, plain = [], []
    for _ in range(2000):
        events, new = rng.beta(4, 2, 25), rng.beta(4, 2, 200)
        truth = np.r_[np.ones(25, int), np.zeros(25, int)]
        said = np.r_[events, rng.beta(2, 4, 25)]
        cut = choose_threshold(truth, said, spec(rule="sensitivity", wanted=0.9))
        ours.append((new > cut).mean())
        plain.append((new >= np.sort(events)[2]).mean())  # 23 of 25 are at least .9 of these rows
    assert np.mean(ours) > 0.9
    assert np.mean(plain) < 0.9


def test_cost_is_the_threshold_of_calibrated_probabilities():
    """Elkan (2001): missing an event costs 4 times a false alarm, so act above 1 / (1 + 4)."""
    cost = {"false_positive": 1, "false_negative": 4}
    assert choose_threshold(np.array([0, 1]), np.array([0.5, 0.5]), spec(rule="cost", cost=cost)) == 0.2


def test_cost_threshold_costs_no_more_than_one_searched_for():
    rng = np.random.default_rng(2)
    weights = {"false_positive": 1.0, "false_negative": 4.0}
    new = rng.beta(1, 2, 20_000)
    happens = rng.random(20_000) < new

    def price(truth, event, cut):
        return np.mean(np.where(truth, 4.0 * (event <= cut), 1.0 * (event > cut)))

    searched = []
    for _ in range(200):
        event = rng.beta(1, 2, 80)
        truth = rng.random(80) < event
        cuts = np.unique(event)
        searched.append(price(happens, new, min(cuts, key=lambda cut: price(truth, event, cut))))
    given = choose_threshold(happens.astype(int), new, spec(rule="cost", cost=weights))
    assert price(happens, new, given) < np.mean(searched)


def test_nothing_is_chosen_from_too_few_rows_or_equal_scores():
    rule = spec(rule="youden")
    assert choose_threshold(np.repeat([1, 0], [4, 40]), np.linspace(0, 1, 44), rule) is None
    assert choose_threshold(np.repeat([1, 0], [40, 4]), np.linspace(0, 1, 44), rule) is None
    assert choose_threshold(np.repeat([1, 0], 10), np.full(20, 0.4), rule) is None


def test_a_cut_between_neighbouring_floats_keeps_them_apart():
    low = 0.5
    high = np.nextafter(low, 1)
    truth = np.repeat([0, 1], 6)
    event = np.where(truth == 1, high, low)
    for said in (
        {"rule": "youden"},
        {"rule": "sensitivity", "wanted": 0.8},
        {"rule": "specificity", "wanted": 0.8},
    ):
        assert shares(truth, event, choose_threshold(truth, event, spec(**said))) == (1, 1)
