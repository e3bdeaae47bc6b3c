"""Boruta: limits by hand, planted columns and their copies confirmed, noise rejected."""

from math import comb

import numpy as np
import pytest

from prognome.prepare.select_by_shadows import ShadowSelector, hit_limits


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(1)
    X = rng.normal(size=(100, 14))
    X[:, 6] = X[:, 2] + 0.05 * rng.normal(size=100)
    z = X[:, 2] + X[:, 9] + 0.4 * rng.normal(size=100)
    return X, z


def test_limits_by_hand():
    # P(X ≤ 3 of 20) = (1 + 20 + 190 + 1140) / 2²⁰ = 1351 / 1048576 = .00129, ten times that is below .05;
    # with 4: (1351 + 4845) / 1048576 = .0059, ten times that is not
    assert hit_limits(20, 10, 0.05) == (3, 17)
    # one column: P(X ≤ 0 of 5) = 1/32 = .031; of 4 tosses 1/16 = .0625, so nothing can be said
    assert hit_limits(5, 1, 0.05) == (0, 5)
    assert hit_limits(4, 1, 0.05) == (-1, 5)
    # 2,000 columns at .01: 2,000 / 2¹⁷ = .0153 and 2,000 / 2¹⁸ = .0076
    assert hit_limits(17, 2000, 0.01)[0] == -1
    assert hit_limits(18, 2000, 0.01)[0] == 0


@pytest.mark.parametrize(("rounds", "columns", "alpha"), [(30, 7, 0.01), (50, 500, 0.05)])
def test_limits_are_those_of_the_sum_of_binomial_coefficients(rounds, columns, alpha):
    rejected, confirmed = hit_limits(rounds, columns, alpha)
    below = sum(comb(rounds, hits) for hits in range(rejected + 1)) / 2**rounds
    assert below * columns <= alpha < (below + comb(rounds, rejected + 1) / 2**rounds) * columns
    assert confirmed == rounds - rejected


@pytest.mark.parametrize("kind", ["classes", "number"])
def test_planted_columns_and_their_copy_are_confirmed_and_noise_is_not(data, kind):
    X, z = data
    y = (z > 0).astype(int) if kind == "classes" else z
    step = ShadowSelector(rounds=20, trees=20).fit(X, y)
    assert np.flatnonzero(step.decision_ == 1).tolist() == [2, 6, 9]
    assert step.get_support(indices=True).tolist() == [2, 6, 9]
    assert (step.decision_ == -1).sum() >= 8
    assert step.fits_ <= 20


def test_permutation_out_of_bag_finds_them_too(data):
    X, z = data
    step = ShadowSelector(rounds=8, trees=20, importance="permutation").fit(X, z)
    assert set(np.argsort(step.hits_)[-3:]) == {2, 6, 9}
    assert step.hits_[[2, 6, 9]].min() > np.delete(step.hits_, [2, 6, 9]).max()


def test_before_a_test_can_reject_all_is_tentative(data):
    X, z = data
    few = {"rounds": 3, "trees": 5}
    assert (ShadowSelector(**few).fit(X, z).decision_ == 0).all()
    assert ShadowSelector(**few, tentative="keep").fit(X, z).keep_.all()
    assert ShadowSelector(**few, least=0).fit(X, z).keep_.sum() == 0
    most = ShadowSelector(**few, least=2).fit(X, z)
    assert sorted(most.hits_)[-2:] == sorted(most.hits_[most.keep_])


def test_on_noise_nothing_is_confirmed():
    rng = np.random.default_rng(5)
    step = ShadowSelector(rounds=14, trees=10, least=0).fit(rng.normal(size=(60, 30)), rng.normal(size=60))
    assert not (step.decision_ == 1).any()
