"""The jackknife of a mean is the standard error of a mean; its bias is Quenouille's."""

import math

import numpy as np
import pytest

from prognome.core.bootstrap import jackknife_weights
from prognome.core.jackknife import degrees_of_freedom, jackknife_interval
from prognome.core.scale import LOGIT

T9 = 2.2621571627409915  # qt(.975, 9)


def test_of_a_mean_it_is_students_interval_by_hand():
    # ±1 five times each: mean 0, s² = 10/9, error √(1/9); all squares alike, so 9 degrees of freedom
    numbers = np.tile([1.0, -1.0], 5)
    without = np.array([np.delete(numbers, k).mean() for k in range(10)])
    assert jackknife_interval(0.0, without, 0.95, units=10) == pytest.approx((-T9 / 3, T9 / 3))


def test_it_takes_off_the_bias_of_a_variance():
    # the variance over n is too low by the factor (n-1)/n; less the jackknife's bias it is the one over n-1
    numbers = np.array([1.0, 2.0, 4.0, 7.0, 7.5, 9.0])
    without = np.array([np.delete(numbers, k).var() for k in range(6)])
    low, high = jackknife_interval(numbers.var(), without, 0.95, units=6)
    assert (low + high) / 2 == pytest.approx(numbers.var(ddof=1))


def test_a_mean_over_folds_has_the_error_of_its_folds():
    # two folds of five: the error of the mean is √(s1²/5 + s2²/5)/2, each s² over n-1
    a, b = np.array([1.0, 3.0, 2.0, 5.0, 4.0]), np.array([2.0, 2.5, 1.0, 4.0, 6.5])
    value = (a.mean() + b.mean()) / 2
    without = [(np.delete(a, k).mean() + b.mean()) / 2 for k in range(5)]
    without += [(a.mean() + np.delete(b, k).mean()) / 2 for k in range(5)]
    without = np.array(without)
    error = math.sqrt(a.var(ddof=1) / 5 + b.var(ddof=1) / 5) / 2
    low, high = jackknife_interval(value, without, 0.95, units=5)
    pulls = without - without.mean()
    freedom = degrees_of_freedom((pulls**2).sum(), (pulls**4).sum(), 10)
    from scipy.stats import t

    assert high - value == pytest.approx(t.ppf(0.975, freedom) * error)
    assert value - low == pytest.approx(high - value)


def test_blocks_of_many_units_give_the_same_error_as_one_by_one():
    rng = np.random.default_rng(0)
    numbers = rng.normal(size=2000)
    weights = jackknife_weights(2000, None)
    low, high = jackknife_interval(numbers.mean(), weights @ numbers / weights.sum(1), 0.95, units=200)
    assert high - low == pytest.approx(2 * 1.96 * numbers.std() / math.sqrt(2000), rel=0.15)


def test_ends_stay_within_the_bounds_of_the_figure():
    without = np.array([0.99, 0.95, 0.999, 0.90, 0.97])
    low, high = jackknife_interval(0.97, without, 0.95, units=5, scale=LOGIT)
    assert 0 < low < high < 1


def test_one_unit_that_holds_the_variance_leaves_two_degrees_of_freedom():
    # squares 1, 0, 0, … of n: 2/(1 - 1/n), which is 2 for many
    assert degrees_of_freedom(1.0, 1.0, 1000) == pytest.approx(2 / (1 - 1 / 1000))
    assert degrees_of_freedom(10.0, 10.0, 10) == 9  # ten alike


def test_of_less_than_two_values_nothing_is_known():
    assert np.isnan(jackknife_interval(0.5, np.array([0.5, np.nan]), 0.95, units=2)).all()
    assert np.isnan(jackknife_interval(np.nan, np.array([0.5, 0.6]), 0.95, units=2)).all()
