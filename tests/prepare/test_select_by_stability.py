"""Stability selection: the bound by hand, halves of classes and groups, planted columns, quiet on noise."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from prognome.prepare.select_by_stability import StabilitySelector, bound_on_false, first_half


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(1)
    X = rng.normal(size=(100, 60))
    return X, X[:, 7] - X[:, 20] + X[:, 41] + 0.5 * rng.normal(size=100)


def test_bound_by_hand():
    # Meinshausen and Bühlmann, theorem 1: 28² / ((2 · .9 - 1) · 1,000) = 784 / 800
    assert bound_on_false(28, 1000, 0.9) == pytest.approx(0.98)
    assert bound_on_false(10, 200, 0.75) == pytest.approx(100 / 100)


def test_what_each_half_chooses_follows_from_the_errors(data):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(20, 1000)), rng.normal(size=20)
    # their example below theorem 1: for one error at .9 choose √(.8 p) = √800 = 28.3
    step = StabilitySelector(threshold=0.9, errors=1.0, pairs=1).fit(X, y)
    assert step.chosen_ == 28
    assert step.bound_ == pytest.approx(0.98)
    assert step.fits_ == 2


@pytest.mark.parametrize("kind", ["classes", "number"])
def test_planted_columns_stay_and_noise_does_not(data, kind):
    X, z = data
    y = (z > 0).astype(int) if kind == "classes" else z
    step = StabilitySelector(pairs=20).fit(X, y)
    assert step.get_support(indices=True).tolist() == [7, 20, 41]
    assert_array_equal(step.keep_, step.frequency_ >= 0.75)
    assert_allclose(step.frequency_ * 40, np.round(step.frequency_ * 40))


def test_on_noise_fewer_stay_than_the_bound_says():
    rng = np.random.default_rng(8)
    kept = [
        StabilitySelector(pairs=10, errors=2.0, threshold=0.7, least=0)
        .fit(rng.normal(size=(40, 50)), rng.normal(size=40))
        .keep_.sum()
        for _ in range(15)
    ]
    assert np.mean(kept) <= 2.0


def test_k_and_least(data):
    X, z = data
    strict = {"threshold": 1.0, "chosen": 1, "pairs": 5}
    assert StabilitySelector(**strict, least=0).fit(X, z).keep_.sum() == 0
    assert StabilitySelector(**strict, least=2).fit(X, z).keep_.sum() == 2
    two = StabilitySelector(pairs=10, k=2).fit(X, z)
    assert_array_equal(np.flatnonzero(two.keep_), np.sort(np.argsort(-two.frequency_, kind="stable")[:2]))


def test_halves_hold_half_of_each_class_and_whole_groups():
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1, 2], [20, 10, 4])
    half = first_half(y, None, rng, classes=True)
    assert np.bincount(y[half]).tolist() == [10, 5, 2]
    assert first_half(np.arange(9.0), None, rng, classes=False).sum() in (4, 5)
    groups = np.repeat(np.arange(17), 2).astype(object)
    half = first_half(y, groups, rng, classes=True)
    assert_array_equal(half[::2], half[1::2])
    assert half.sum() == 16
