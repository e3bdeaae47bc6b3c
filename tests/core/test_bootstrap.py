"""Weights of rows and groups; BCa ends and acceleration against R's boot."""

import numpy as np
import pytest
from scipy.special import ndtri

from prognome.core.bootstrap import (
    acceleration,
    bca_interval,
    bca_p_value,
    jackknife_weights,
    percentile_interval,
    replicate_weights,
)

# skewed numbers; R 4.2.2, boot 1.3: empinf(type = "jack") and boot.ci(type = "bca") of 200,000 means
NUMBERS = np.array([0.5, 1.2, 3.3, 0.1, 2.2, 8.1, 0.9, 1.5, 4.4, 0.3, 2.7, 0.6])
ACCELERATION, LOW, HIGH = 0.0750340754880063, 1.225, 3.93333333333333


def means(weights):
    return weights @ NUMBERS / weights.sum(axis=1)


def test_weights_draw_whole_groups_and_as_many_as_there_are():
    groups = np.repeat(np.arange(20), 3).astype(object)
    weights = np.concatenate(list(replicate_weights(60, groups, 50, 0)))
    assert weights.shape == (50, 60)
    for start in range(0, 60, 3):
        assert (weights[:, start] == weights[:, start + 1]).all()
    assert (weights[:, ::3].sum(axis=1) == 20).all()


def test_weights_come_in_bounded_pieces_with_the_same_seed_the_same():
    pieces = list(replicate_weights(100_000, None, 20, 3))
    assert max(piece.size for piece in pieces) <= 500_000
    again = list(replicate_weights(100_000, None, 20, 3))
    assert all((a == b).all() for a, b in zip(pieces, again, strict=True))


def test_how_often_a_row_is_drawn_is_binomial():
    weights = np.concatenate(list(replicate_weights(50, None, 4000, 1)))
    assert (weights.sum(axis=1) == 50).all()
    assert (weights == 0).mean() == pytest.approx((1 - 1 / 50) ** 50, abs=0.004)
    assert weights.var(axis=0).mean() == pytest.approx(1 - 1 / 50, abs=0.02)


def test_the_acceleration_of_a_mean_is_boots():
    assert acceleration(means(jackknife_weights(12, None))) == pytest.approx(ACCELERATION, rel=1e-12)


def test_bca_ends_are_boots_but_for_the_draw():
    drawn = means(np.concatenate(list(replicate_weights(12, None, 200_000, 1))))
    without = means(jackknife_weights(12, None))
    ends = bca_interval(NUMBERS.mean(), drawn, without, 0.95, 10**9)  # so many units: nothing is widened
    assert ends == pytest.approx((LOW, HIGH), abs=0.03)
    wider = bca_interval(NUMBERS.mean(), drawn, without, 0.95, 12)
    assert wider[0] < ends[0] < ends[1] < wider[1]


def normal_replicates(mean, count=20_001):
    """Percentiles of a normal distribution with standard deviation 1: no draw, no skewness."""
    return mean + ndtri((np.arange(count) + 0.5) / count)


def test_p_of_normal_replicates_is_students_with_the_error_widened():
    still = np.zeros(5)  # left out one by one, nothing changes: no acceleration
    # R 4.2.2: 2 * pnorm(-2); 2 * pt(-2 * sqrt(9 / 10), 9)
    assert bca_p_value(2.0, normal_replicates(2.0), still, 10**9) == pytest.approx(0.04550026, rel=2e-3)
    assert bca_p_value(-2.0, normal_replicates(-2.0), still, 10) == pytest.approx(0.09026733, rel=2e-3)
    # 0 beyond all replicates: 2 * pt(-6 * sqrt(19 / 20), 19)
    assert bca_p_value(6.0, normal_replicates(6.0), still, 20) == pytest.approx(1.241424e-05, rel=1e-2)


def test_p_is_one_minus_the_level_at_which_the_interval_touches_0():
    drawn = means(np.concatenate(list(replicate_weights(12, None, 20_000, 1))))
    without = means(jackknife_weights(12, None))
    for shift in (1.0, 1.5, 3.5, 4.0):
        value = NUMBERS.mean() - shift
        p = bca_p_value(value, drawn - shift, without - shift, 12)
        ends = bca_interval(value, drawn - shift, without - shift, 1 - p, 12)
        assert 1e-4 < p < 0.5
        assert min(abs(ends[0]), abs(ends[1])) == pytest.approx(0, abs=1e-9)


def test_replicates_that_are_all_alike_give_a_p_only_where_they_are_0():
    assert bca_p_value(0.0, np.zeros(100), np.zeros(5), 5) == pytest.approx(1.0)
    assert np.isnan(bca_p_value(1.0, np.ones(100), np.ones(5), 5))


def test_an_interval_needs_half_of_its_replicates():
    assert np.isnan(percentile_interval(np.array([1.0, np.nan, np.nan]), 0.95)).all()
    assert percentile_interval(np.arange(101.0), 0.9) == pytest.approx((5.0, 95.0))
    few = np.array([1.0, np.nan, np.nan])
    assert np.isnan(bca_interval(1.0, few, few, 0.95, 3)).all()
    assert np.isnan(bca_p_value(1.0, few, few, 3))


def test_the_jackknife_leaves_out_every_unit_once_in_blocks_of_like_size():
    alone = jackknife_weights(5, None)
    assert (alone == 1 - np.eye(5)).all()
    groups = np.array(["b", "a", "b", "c", "a"], dtype=object)
    assert sorted(map(tuple, jackknife_weights(5, groups))) == [
        (0, 1, 0, 1, 1),
        (1, 0, 1, 1, 0),
        (1, 1, 1, 0, 1),
    ]
    many = jackknife_weights(1000, None, blocks=200)
    assert many.shape == (200, 1000)
    assert ((1 - many).sum(axis=1) == 5).all()
    assert ((1 - many).sum(axis=0) == 1).all()
