"""Interval and p-value of a gap from bootstrap samples say the same."""

import numpy as np
import pytest
from scipy.special import ndtri

from prognome.core.bootstrap import jackknife_weights, replicate_weights
from prognome.validate.subgroup_estimate import Estimate, differ


def drawn_mean(rows, replicates, seed):
    """A mean of skewed rows, as a figure that only a bootstrap gives an error to."""
    n = len(rows)
    weights = np.concatenate(list(replicate_weights(n, None, replicates, seed)))
    without = jackknife_weights(40, None)[:, :n]  # blocks of all rows, some of which hold none of these
    return Estimate(
        rows.mean(),
        shape="drawn",
        drawn=weights @ rows / n,
        left_out=without @ rows / without.sum(1),
        units=n,
    )


@pytest.mark.parametrize(("replicates", "coarse"), [(1000, 0), (100, 0), (1000, 1)])
def test_p_of_a_drawn_gap_is_below_05_exactly_where_its_interval_leaves_out_0(replicates, coarse):
    rng = np.random.default_rng(replicates + coarse)
    left_out = 0
    for seed in range(300):
        level, rest = rng.gamma(1, 1, 12), rng.gamma(1, 1, 25) + rng.uniform(-1.5, 1.5)
        if coarse:  # many samples then have a gap of exactly 0
            level, rest = level.round(), rest.round()
        gap = differ(drawn_mean(level, replicates, seed), drawn_mean(rest, replicates, seed + 1000), 0.95)
        excludes = gap.low > 0 or gap.high < 0
        assert (gap.p < 0.05) == excludes, seed
        left_out += excludes
    assert 50 < left_out < 250


def test_p_of_a_drawn_gap_of_few_rows_is_students_with_the_error_widened():
    samples = 2 + ndtri((np.arange(4001) + 0.5) / 4001)  # normal with mean 2 and standard deviation 1
    level = Estimate(2.0, shape="drawn", drawn=samples, left_out=np.full(6, 2.0), units=6)
    rest = Estimate(0.0, shape="drawn", drawn=np.zeros(4001), left_out=np.zeros(6), units=50)
    # R 4.2.2: 2 * pt(-2 * sqrt(5 / 6), 5); the normal distribution would give .0455
    assert differ(level, rest, 0.95).p == pytest.approx(0.127464, rel=5e-3)


def test_samples_that_are_all_alike_give_no_p():
    level = Estimate(1.0, shape="drawn", drawn=np.ones(100), left_out=np.ones(20), units=20)
    rest = Estimate(0.0, shape="drawn", drawn=np.zeros(100), left_out=np.zeros(20), units=20)
    assert np.isnan(differ(level, rest, 0.95).p)
    assert differ(rest, rest, 0.95).p == pytest.approx(1.0)
