"""AUC, its variance and the paired test against R's pROC; groups by hand; extremes never of no width."""

import math
import time

import numpy as np
import pytest

from prognome.core.delong import covariance, influence, interval, newcombe, paired_test, variance

# pROC's aSAH: 113 patients with a subarachnoid haemorrhage (Turck et al. 2010); outcome Poor is the event
POOR = np.array([0,0,0,0,1,1,0,1,0,0,1,0,1,1,0,0,1,0,1,1,1,0,1,0,0,0,0,0,0,0,0,0,1,0,0,1,1,0,1,1,0,0,0,0,0,0,0,0,0,1,1,0,0,0,1,0,0,0,1,0,1,0,0,1,1,1,0,1,1,0,1,1,1,1,0,0,0,1,1,0,1,0,0,0,0,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,1,1,1,1,1,1,0,0,0,1,0,0,0], dtype=bool)  # fmt: skip  # noqa: E501
S100B = np.array([0.13,0.14,0.1,0.04,0.13,0.1,0.47,0.16,0.18,0.1,0.12,0.1,0.44,0.71,0.04,0.08,0.49,0.04,0.07,0.33,0.09,0.09,0.07,0.11,0.07,0.17,0.07,0.11,0.13,0.19,0.05,0.16,0.41,0.14,0.34,0.35,0.48,0.09,0.96,0.25,0.5,0.46,0.16,0.07,0.43,0.45,0.11,0.08,0.09,0.86,0.52,0.08,0.06,0.13,2.07,0.1,0.14,0.15,0.07,0.06,0.77,0.05,0.09,0.3,0.03,0.09,0.04,0.23,0.7,0.09,0.27,0.71,0.08,0.26,0.08,0.16,0.09,0.13,0.1,0.08,0.11,0.33,0.11,0.28,0.07,0.1,0.32,0.22,0.07,0.05,0.24,0.38,0.1,0.15,0.08,0.14,0.1,0.07,0.04,0.19,0.56,0.14,0.58,0.32,0.82,0.74,0.15,0.47,0.17,0.44,0.15,0.5,0.48])  # fmt: skip  # noqa: E501
NDKA = np.array([3.01,8.54,8.09,10.42,17.4,12.75,6,13.2,15.54,6.01,15.96,17.86,5.18,8.9,13.41,20.75,11.6,16.11,32.37,54.82,32.41,49.94,40.34,9.47,6.29,12.53,6.54,6.3,80.3,12.8,9.8,9.81,9.85,18.21,5.03,14.04,21.93,8.02,7.42,8.38,6.59,9.63,13.12,7.96,14.34,41.43,7.63,7.06,12.59,13.56,3.87,9.44,7.66,12.98,419.19,27.19,22.27,9.95,21.22,11.73,10.4,58.83,6.39,11.09,12.22,13.67,17.21,22.63,12.9,9.7,21.57,8.23,72.57,15.54,10.51,10.6,14.57,5.19,9.63,4.61,21.48,17.3,12.71,9.44,11.07,19.46,10.83,5.37,11.97,7.75,9.83,10.55,28.49,8.53,12.57,12.9,46.83,11.68,12.67,9.01,9.57,34.06,11.72,14.26,47.61,11.67,24.58,10.33,13.87,15.89,22.43,6.79,13.45])  # fmt: skip  # noqa: E501
WFNS = np.array([1,1,1,1,3,2,5,4,1,2,5,2,5,5,1,2,5,2,2,5,2,1,1,1,1,2,1,2,1,1,3,4,2,1,4,5,4,1,4,2,5,5,1,1,2,4,1,1,2,5,5,2,1,2,5,1,2,2,2,1,5,1,1,2,5,2,1,4,5,2,4,4,1,4,1,2,1,4,2,1,2,3,2,4,2,1,4,5,1,1,5,4,2,2,1,1,1,3,1,2,5,2,2,5,5,5,2,4,4,5,1,1,1])  # fmt: skip  # noqa: E501

# R 4.2.2, pROC 1.18.0: roc(y, score, direction="<", levels=c(0, 1)); auc(r); var(r, method="delong")
PROC = [
    (S100B, 0.731368563685636852, 0.002668682457172438),
    (NDKA, 0.611957994579945819, 0.003190810549391302),
    (WFNS, 0.823678861788617933, 0.001469914708823626),
]


@pytest.mark.parametrize(("score", "auc", "spread"), PROC)
def test_auc_and_variance_are_procs(score, auc, spread):
    one = influence(POOR, score)
    assert one.auc == pytest.approx(auc, abs=1e-14)
    assert variance(one) == pytest.approx(spread, abs=1e-15)


def test_covariance_of_two_markers_is_procs():
    # cov(roc(s100b), roc(ndka), method="delong")
    both = covariance([influence(POOR, S100B), influence(POOR, NDKA)])
    assert both[0, 1] == pytest.approx(-0.0007561649380565788, abs=1e-15)
    assert both[0, 0] == pytest.approx(PROC[0][2], abs=1e-15)


@pytest.mark.parametrize(
    ("a", "b", "z", "p", "low", "high"),
    [  # roc.test(a, b, method="delong")
        (S100B, NDKA, 1.39077002573557706, 0.16429517522305448, -0.04887060642280935, 0.28769174463419145),
        (S100B, WFNS, -2.20898359144090772, 0.02717578222918815, -0.17421441924947756, -0.01040617695648462),
    ],
)
def test_the_paired_test_is_procs(a, b, z, p, low, high):
    test = paired_test(POOR, a, b)
    assert test.z == pytest.approx(z, abs=1e-10)
    assert test.p == pytest.approx(p, abs=1e-10)
    assert (test.low, test.high) == pytest.approx((low, high), abs=1e-10)


def test_groups_by_hand_after_obuchowski():
    # events .9 (a), .8 and .3 (b); others .1 (a), .4 (b), .5 (c): placements 1 1 1/3 and 1 2/3 2/3, AUC 7/9
    # sums less the AUC: events a 2/9, b -2/9; others a 2/9, b -1/9, c -1/9
    # S10 = 2/(1·3) · 8/81, S01 = 3/(2·3) · 6/81, S11 = 3/2 · 6/81; S10/3 + S01/3 + 2·S11/9 = 43/729
    event = np.array([1, 1, 1, 0, 0, 0])
    score = np.array([0.9, 0.8, 0.3, 0.1, 0.4, 0.5])
    one = influence(event, score)
    assert one.auc == pytest.approx(7 / 9)
    assert variance(one, np.array(["a", "b", "b", "a", "b", "c"], dtype=object)) == pytest.approx(43 / 729)


def test_groups_of_one_row_are_rows():
    one = influence(POOR, S100B)
    assert variance(one, np.arange(113)) == pytest.approx(variance(one), rel=1e-13)


def test_copies_of_every_row_in_its_group_add_almost_nothing():
    twice = influence(np.tile(POOR, 2), np.tile(S100B, 2))
    assert variance(twice, np.tile(np.arange(113), 2)) == pytest.approx(PROC[0][2], rel=1e-12)
    assert variance(twice) < 0.6 * PROC[0][2]


def test_placements_count_pairs_with_ties_half():
    rng = np.random.default_rng(0)
    event, score = rng.random(60) < 0.4, rng.integers(0, 6, 60)
    pairs = np.sign(score[event][:, None] - score[~event][None, :]) / 2 + 0.5
    one = influence(event, score)
    assert one.auc == pytest.approx(pairs.mean())
    np.testing.assert_allclose(one.values[event], (pairs.mean(1) - pairs.mean()) / event.sum(), atol=1e-15)
    np.testing.assert_allclose(
        one.values[~event], (pairs.mean(0) - pairs.mean()) / (~event).sum(), atol=1e-15
    )


def test_newcombes_interval_of_a_perfect_auc_solves_its_own_equation():
    # method 5 with 10 and 20: 1 - θ = z √(θ(1-θ)(1 + 14((1-θ)/(2-θ) + θ/(1+θ))) / 200)
    low, high = newcombe(1.0, 10, 20, 0.95)
    spread = low * (1 - low) * (1 + 14 * ((1 - low) / (2 - low) + low / (1 + low))) / 200
    assert 1 - low == pytest.approx(1.959963984540054 * math.sqrt(spread), rel=1e-9)
    assert high == 1.0
    assert newcombe(0.0, 10, 20, 0.95)[1] == pytest.approx(1 - low)


def test_no_interval_is_of_no_width():
    event = np.repeat([True, False], 15)
    perfect = interval(influence(event, event.astype(float)))
    assert perfect.high == 1.0
    assert 0.75 < perfect.low < 0.95
    nothing = interval(influence(event, np.zeros(30)))
    assert nothing.low < 0.5 < nothing.high


def test_an_interval_lies_between_nought_and_one_and_names_its_method():
    rng = np.random.default_rng(1)
    event = np.repeat([True, False], 30)
    near = interval(influence(event, event + rng.normal(0, 0.35, 60)))
    assert 0 < near.low < near.high < 1
    assert near.method == "DeLong, logit"
    by_group = interval(influence(event, event + rng.normal(0, 0.8, 60)), groups=np.arange(60) // 2)
    assert by_group.method == "DeLong by groups, logit"


def test_one_class_alone_has_no_auc_and_like_scores_do_not_differ():
    one = influence(np.ones(5), np.arange(5))
    assert math.isnan(one.auc)
    assert math.isnan(interval(one).low)
    assert math.isnan(paired_test(np.ones(5), np.arange(5), np.arange(5)).p)
    like = paired_test(POOR, S100B, 3 * S100B)
    assert (like.difference, like.z, like.p) == (0.0, 0.0, 1.0)


def test_twenty_thousand_rows_take_less_than_fifty_milliseconds():
    rng = np.random.default_rng(2)
    event = rng.random(20_000) < 0.3
    score = event + rng.normal(size=20_000)
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        interval(influence(event, score))
        seconds.append(time.perf_counter() - start)
    assert min(seconds) < 0.05
