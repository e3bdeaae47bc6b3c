"""Paired tests against R, scikit-learn's documentation, papers, and arithmetic by hand."""

import itertools
import math

import numpy as np
import pytest

from prognome.core.judged import Judged
from prognome.core.metrics import METRICS
from prognome.core.paired_tests import (
    corrected_resampled_t,
    holm,
    least_wilcoxon_p,
    mcnemar,
    paired_bootstrap,
    paired_t,
    tango_interval,
    wilcoxon_signed_rank,
)

TEN = np.array([0.021, -0.013, 0.034, 0.052, 0.008, 0.041, 0.017, -0.004, 0.029, 0.036])
MAE = METRICS["mae"]


def discordant(only_a, only_b, both=0, neither=0):
    a = np.repeat([True, False, True, False], [only_a, only_b, both, neither])
    b = np.repeat([False, True, True, False], [only_a, only_b, both, neither])
    return a, b


def numbers(seed=0, n=60, worse=1.0):
    rng = np.random.default_rng(seed)
    truth = rng.standard_normal(n)
    return Judged(truth, truth + rng.standard_normal(n)), Judged(
        truth, truth + worse * rng.standard_normal(n)
    )


# --- over folds -----------------------------------------------------------------------------------------


def test_the_corrected_t_is_that_of_scikit_learns_documentation():
    # scikit-learn 1.9, "Statistical comparison of models using grid search": 10 × 10 folds of 90 and 10 rows,
    # uncorrected t 2.611 (one-sided p .005), corrected t 0.750 (p .227)
    spread = np.random.default_rng(0).standard_normal(100)
    spread = (spread - spread.mean()) / spread.std(ddof=1)
    differences = spread + 2.611 / math.sqrt(100)
    plain, corrected = paired_t(differences), corrected_resampled_t(differences, 10 / 90)
    assert plain.statistic == pytest.approx(2.611, abs=1e-9)
    assert plain.p / 2 == pytest.approx(0.005, abs=5e-4)
    assert corrected.statistic == pytest.approx(0.750, abs=5e-4)
    assert corrected.p / 2 == pytest.approx(0.227, abs=5e-4)


def test_the_corrected_t_by_hand():
    # mean .03, s² = .00025, five folds: variance (1/5 + 1/4) · .00025, t = .03 / .010607 = 2.828; with 4
    # degrees of freedom t(.975) = 2.776, so ± .02945
    found = corrected_resampled_t([0.02, 0.04, 0.01, 0.03, 0.05], 1 / 4)
    assert found.statistic == pytest.approx(2 * math.sqrt(2))
    assert (found.low, found.high) == (pytest.approx(0.00055, abs=1e-5), pytest.approx(0.05945, abs=1e-5))
    assert found.p == pytest.approx(0.0474, abs=1e-4)  # R 4: 2 * pt(-sqrt(8), 4)


def test_fewer_degrees_of_freedom_make_it_stricter():
    assert corrected_resampled_t(TEN, 1 / 4, freedom=4).p > corrected_resampled_t(TEN, 1 / 4).p


def test_the_plain_t_is_that_of_r():
    # R 4: t.test(d)
    found = paired_t(TEN)
    assert found.statistic == pytest.approx(3.41331116378185)
    assert found.p == pytest.approx(0.00770910175744)
    assert (found.low, found.high) == (pytest.approx(0.00745332089605), pytest.approx(0.03674667910395))


def test_wilcoxon_is_that_of_r():
    # R 4: wilcox.test(d, conf.int = TRUE)
    found = wilcoxon_signed_rank(TEN)
    assert found.statistic == 51
    assert found.p == pytest.approx(0.013671875)
    assert (found.difference, found.low, found.high) == tuple(map(pytest.approx, (0.023, 0.008, 0.0365)))
    six = wilcoxon_signed_rank(TEN[:6] + 0.02)
    assert (six.statistic, six.p) == (21, pytest.approx(0.03125))
    assert (six.low, six.high) == (pytest.approx(0.007), pytest.approx(0.072))


def test_wilcoxon_with_ties_is_exact():
    values = np.array([0.1, 0.1, -0.1, 0.2, 0.2, 0.3, -0.3, 0.0])
    ranks = [2, 2, 2, 4.5, 4.5, 6.5, 6.5]  # of the seven that are not nought, by hand
    sums = [sum(itertools.compress(ranks, signs)) for signs in itertools.product([0, 1], repeat=7)]
    found = wilcoxon_signed_rank(values)
    assert found.statistic == 19.5
    assert found.p == pytest.approx(2 * np.mean([total >= 19.5 for total in sums]))


def test_wilcoxon_sees_ties_that_rounding_broke():
    fold = np.array([0.1 + 0.2, 0.3, 0.3, -0.3, 0.6])
    assert wilcoxon_signed_rank(fold) == wilcoxon_signed_rank([0.3, 0.3, 0.3, -0.3, 0.6])


def test_five_folds_cannot_reach_a_twentieth_by_wilcoxon_and_have_no_interval():
    found = wilcoxon_signed_rank([0.1, 0.2, 0.3, 0.4, 0.5])
    assert found.p == least_wilcoxon_p(5) == 0.0625
    assert math.isnan(found.low)


def test_many_differences_take_wilcoxons_normal_form():
    values = np.random.default_rng(0).standard_normal(201) + 0.1
    exact, near = wilcoxon_signed_rank(values[:200]), wilcoxon_signed_rank(values)
    assert near.p == pytest.approx(exact.p, rel=0.2)
    assert math.isnan(near.low)


@pytest.mark.parametrize("test", [lambda d: corrected_resampled_t(d, 0.25), paired_t, wilcoxon_signed_rank])
def test_the_same_on_every_fold_is_no_difference(test):
    found = test([0.0] * 5)
    assert (found.difference, found.p) == (0, 1)


@pytest.mark.parametrize("test", [lambda d: corrected_resampled_t(d, 0.25), paired_t])
def test_folds_that_all_differ_alike_allow_no_t_test(test):
    found = test([0.8 - 0.5, 0.3, 0.3])
    assert found.difference == pytest.approx(0.3)
    assert math.isnan(found.p)


@pytest.mark.parametrize("test", [lambda d: corrected_resampled_t(d, 0.25), paired_t, wilcoxon_signed_rank])
def test_folds_without_a_figure_are_left_out_and_one_fold_is_no_test(test):
    nan = float("nan")
    assert test([nan, *TEN]) == test(TEN)
    assert math.isnan(test([nan, 0.1]).p)
    assert math.isnan(test([nan]).difference)


# --- on rows --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("only_a", "only_b", "p"),
    [(1, 7, 0.0390625), (6, 1, 0.0703125), (12, 25, 0.03355244), (40, 60, 0.04604407), (5, 0, 0.03125)],
)
def test_mcnemars_mid_p_is_rs_exact_one_less_the_chance_of_what_was_seen(only_a, only_b, p):
    # R 4: binom.test(x, n)$p.value - dbinom(x, n, .5); 1 against 7 of 21 is in Fagerland et al. (2013): .039
    found = mcnemar(*discordant(only_a, only_b, both=9, neither=3))
    assert found.p == pytest.approx(p, rel=1e-6)
    assert found.difference == pytest.approx((only_a - only_b) / (only_a + only_b + 12))
    assert found.statistic == only_a


def test_mcnemar_of_equals():
    for pair in (discordant(4, 4, 5), discordant(0, 0, 5)):
        found = mcnemar(*pair)
        assert (found.difference, found.p) == (0, 1)
        assert found.low < 0 < found.high
    assert math.isnan(mcnemar([], []).p)


def test_tangos_interval_is_the_score_interval():
    # R 4, likelihood maximised by optimize() and ends by uniroot(): (1, 7, 21) and (12, 25, 200)
    assert tango_interval(1, 7, 21) == (pytest.approx(-0.51723228), pytest.approx(-0.02600303, abs=1e-7))
    assert tango_interval(12, 25, 200) == (pytest.approx(-0.1269410552), pytest.approx(-0.0056354937))


def test_tangos_interval_where_no_row_or_every_row_is_discordant():
    # no discordant row: |δ| < z² / (n + z²) = 3.8415 / 33.8415, by hand
    assert tango_interval(0, 0, 30) == (pytest.approx(-0.11351, abs=1e-5), pytest.approx(0.11351, abs=1e-5))
    low, high = tango_interval(5, 0, 5)
    assert (0 < low < 1, high) == (True, 1.0)
    assert tango_interval(0, 5, 5) == (-1.0, pytest.approx(-low))


def test_mcnemars_mid_p_keeps_its_size():
    # all outcomes enumerated: n rows, discordant with chance q, either way equally likely
    from scipy.stats import binom

    def wrong(count):
        found = [mcnemar(*discordant(k, count - k)).p <= 0.05 for k in range(count + 1)]
        return float(binom.pmf(np.arange(count + 1), count, 0.5) @ found)

    wrongs = np.array([0.0] + [wrong(count) for count in range(1, 41)])
    sizes = [binom.pmf(np.arange(41), 40, q) @ wrongs for q in (0.1, 0.2, 0.3, 0.42, 0.6)]
    assert 0.03 < max(sizes) < 0.05


def test_the_bootstrap_of_a_mean_difference_is_students_paired_t():
    # MAE differs by the mean of d = |a - y| - |b - y|, so its standard error is s / √n
    a, b = numbers(worse=1.5)
    d = np.abs(a.score - a.truth) - np.abs(b.score - b.truth)
    ours, students = paired_bootstrap(MAE, a, b, replicates=20_000), paired_t(d)
    assert ours.difference == pytest.approx(students.difference)
    assert ours.statistic == pytest.approx(students.statistic, rel=0.02)
    assert (ours.low, ours.high) == (
        pytest.approx(students.low, abs=0.01),
        pytest.approx(students.high, abs=0.01),
    )


def test_groups_in_the_bootstrap_are_the_t_test_of_group_means():
    a, b = numbers(n=15, worse=2.0)
    d = np.abs(a.score - a.truth) - np.abs(b.score - b.truth)
    four = np.repeat(np.arange(15), 4)
    found = paired_bootstrap(MAE, a.rows(four), b.rows(four), groups=four.astype(str), replicates=20_000)
    assert found.statistic == pytest.approx(paired_t(d).statistic, rel=0.02)
    assert found.p == pytest.approx(paired_t(d).p, abs=0.01)


@pytest.mark.parametrize("seed", range(8))
def test_interval_and_p_of_the_bootstrap_agree(seed):
    a, b = numbers(seed, n=30, worse=1.4)
    found = paired_bootstrap(MAE, a, b, replicates=300, seed=seed)
    assert (found.p <= 0.05) == (not found.low <= 0 <= found.high)


def test_the_bootstrap_of_a_model_with_itself_finds_nothing():
    a, _ = numbers()
    found = paired_bootstrap(MAE, a, a)
    assert (found.difference, found.low, found.high, found.p) == (0, 0, 0, 1)


def test_the_bootstrap_is_not_defined_without_rows_units_or_classes():
    a, b = numbers(n=10)
    one = np.zeros(10, dtype=int)
    assert math.isnan(paired_bootstrap(MAE, a.rows(one[:0]), b.rows(one[:0])).p)
    assert math.isnan(paired_bootstrap(MAE, a, b, groups=one).p)
    events = Judged(np.ones(10, dtype=int), np.tile([0.4, 0.6], (10, 1)))
    assert math.isnan(paired_bootstrap(METRICS["specificity"], events, events.at(0.7)).p)


def test_the_bootstrap_refuses_other_rows():
    a, b = numbers(n=10)
    with pytest.raises(ValueError, match="same rows"):
        paired_bootstrap(MAE, a, b.rows(np.arange(10)[::-1]))


def test_holm_is_that_of_r():
    # R 4: p.adjust(c(.012, .003, .2, .04, NA, .011), method = "holm")
    found = holm([0.012, 0.003, 0.2, 0.04, float("nan"), 0.011])
    np.testing.assert_allclose(found, [0.044, 0.015, 0.2, 0.08, np.nan, 0.044])
    assert holm([]).tolist() == []
    assert holm([0.9, 0.8]).tolist() == [1.0, 1.0]
