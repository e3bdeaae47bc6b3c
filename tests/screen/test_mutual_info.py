"""Mutual information equals scikit-learn's without ties, and the mean over its noise with them."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import digamma
from sklearn.feature_selection import mutual_info_classif, mutual_info_regression

from prognome.screen.mutual_info import mutual_info_classes, mutual_info_number


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    classes = rng.integers(0, 3, 150)
    X = rng.normal(size=(150, 6)) * 10.0 ** np.arange(-3, 3) + classes[:, None] * rng.normal(size=6)
    return X, classes, X[:, 4] / 10 + rng.normal(size=150)


@pytest.mark.parametrize("neighbours", [1, 2, 3])
def test_without_ties_it_equals_scikit_learn(data, neighbours):
    X, classes, number = data  # the least gap between two distances is far above the noise of 1e-10
    theirs = mutual_info_classif(X, classes, n_neighbors=neighbours, random_state=0)
    assert theirs.max() > 0.3
    assert_allclose(mutual_info_classes(X, classes, neighbours=neighbours), theirs, atol=1e-12)
    theirs = mutual_info_regression(X, number, n_neighbors=neighbours, random_state=0)
    assert_allclose(mutual_info_number(X, number, neighbours=neighbours), theirs, atol=1e-12)


def test_far_points_lie_beyond_the_steps_that_all_take_together():
    rng = np.random.default_rng(1)
    number = np.concatenate([rng.normal(size=80), 50 + rng.normal(size=20)])
    X = np.column_stack([rng.permutation(number), np.exp(3 * rng.normal(size=100))])
    theirs = mutual_info_regression(X, number, random_state=0)
    assert_allclose(mutual_info_number(X, number), theirs, atol=1e-12)


def ross_plainly(x, classes):
    """By all distances. Those that scikit-learn takes in classes of up to seven rows are badly rounded."""
    some = [c for c in np.unique(classes) if np.sum(classes == c) > 1]
    x, classes = x[np.isin(classes, some)], classes[np.isin(classes, some)]
    far = np.abs(x[:, None] - x)
    total = 0.0
    for i, c in enumerate(classes):
        own = np.sort(far[i, classes == c])[1:]
        k = min(3, len(own))
        total += digamma(k) - digamma(len(own) + 1) - digamma(np.sum(far[i] < own[k - 1]))
    return max(0.0, digamma(len(x)) + total / len(x))


def test_small_classes_take_fewer_neighbours_and_single_rows_are_left_out(data):
    X, classes, _ = data
    classes = np.where(np.arange(150) < 5, [7, 8, 8, 9, 9] * 30, classes)
    classes[5:8] = 10
    plainly = [ross_plainly(x, classes) for x in X.T]
    assert_allclose(mutual_info_classes(X, classes), plainly, atol=1e-12)
    assert mutual_info_classes(X[:3], [0, 1, 2]).tolist() == [0.0] * 6


def columns_of(kind, rng):
    p, n = 3, 100
    if kind == "dosages":
        return rng.binomial(2, rng.uniform(0.03, 0.5, p), (n, p)).astype(float)
    if kind == "counts":
        return rng.poisson(rng.gamma(0.5, 20, (n, p))).astype(float)
    if kind == "one decimal":
        return rng.normal(size=(n, p)).round(1)
    return np.where(rng.random((n, p)) < 0.6, 0.0, rng.normal(size=(n, p)))


@pytest.mark.parametrize("kind", ["dosages", "counts", "one decimal", "half zeros"])
def test_with_ties_it_lies_within_what_scikit_learn_gives_over_seeds(kind):
    rng = np.random.default_rng(2)
    X = columns_of(kind, rng)
    classes = np.where((X[:, 0] > np.median(X[:, 0])) & (rng.random(100) < 0.5), 2, rng.integers(0, 3, 100))
    number = rng.poisson(5 + np.abs(X[:, 2])) + (kind in ("counts", "half zeros")) * rng.normal(size=100)
    tasks = [(mutual_info_classif, mutual_info_classes, classes)]
    tasks += [(mutual_info_regression, mutual_info_number, number.astype(float))]
    for theirs, ours, target in tasks:
        over_seeds = np.array([theirs(X, target, random_state=seed) for seed in range(20)])
        made = ours(X, target)
        assert (over_seeds.min(axis=0) - 1e-12 <= made).all()
        assert (made <= over_seeds.max(axis=0) + 1e-12).all()


def test_counts_against_themselves_are_near_scikit_learns_mean():
    counts = np.random.default_rng(3).poisson(40, 150).astype(float)
    mean = np.mean([mutual_info_regression(counts[:, None], counts, random_state=s)[0] for s in range(20)])
    assert_allclose(mutual_info_number(counts[:, None], counts), mean, atol=0.05)


def test_dosages_by_hand():
    # of six rows four have 0 (three of class a), two have 1 (both of class b); each gives
    # psi(6) + psi(its equals in its class) - psi(its class) - psi(its equals)
    psi = digamma(np.arange(8.0))
    by_hand = psi[6] + (3 * (psi[3] - psi[3] - psi[4]) + (psi[1] - psi[3] - psi[4]) + 2 * (-psi[3])) / 6
    made = mutual_info_classes(np.array([[0, 0, 0, 0, 1, 1]]).T, list("aaabbb"), neighbours=1)
    # the one b among zeros has its nearest at 1, as have two of two: three closer, first of two: psi(4)
    alone = (psi[1] - psi[3] - psi[4]) - (psi[1] - psi[4] - psi[3])
    assert_allclose(made, by_hand - alone / 6, rtol=1e-12)


def test_order_of_rows_and_of_memory_and_float32_change_nothing(data):
    X, classes, number = data
    X = X.round(1)
    turn = np.random.default_rng(4).permutation(150)
    for ours, target in [(mutual_info_classes, classes), (mutual_info_number, number.round(1))]:
        made = ours(X, target)
        assert_allclose(ours(X[turn], target[turn]), made, atol=1e-13)
        assert_array_equal(ours(np.asfortranarray(X), target), made)
        assert_array_equal(ours(np.repeat(X, 2, axis=1)[:, ::2], target), made)
        exact = X.astype(np.float32)
        assert_array_equal(ours(exact, target), ours(exact.astype(float), target))


def test_constant_columns_and_targets_give_nothing(data):
    X, classes, number = data
    X = np.column_stack([np.full(150, 0.1), X[:, 0]])
    assert mutual_info_classes(X, classes)[0] == 0.0
    assert mutual_info_number(X, number)[0] == 0.0
    assert mutual_info_classes(X, np.zeros(150)).tolist() == [0.0, 0.0]
    assert mutual_info_number(X, np.zeros(150)).tolist() == [0.0, 0.0]


def test_two_rows():
    X, y = np.array([[1.0, 2.0], [3.0, 2.0]]), np.array([0.5, 1.5])
    assert mutual_info_number(X, y, neighbours=1).tolist() == [
        mutual_info_regression(X[:, :1], y, n_neighbors=1, random_state=0)[0],
        0.0,
    ]
    assert mutual_info_classes(X, [0, 0]).tolist() == [0.0, 0.0]


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_cannot_be_used_is_refused(data, bad):
    X, classes, number = data
    spoiled = X.copy()
    spoiled[3, 2] = bad
    for ours, target in [(mutual_info_classes, classes), (mutual_info_number, number)]:
        with pytest.raises(ValueError, match="missing or infinite"):
            ours(spoiled, target)
        with pytest.raises(ValueError, match="does not fit"):
            ours(X, target[:-1])
        with pytest.raises(ValueError, match="neighbours=0"):
            ours(X, target, neighbours=0)
    with pytest.raises(ValueError, match="target is missing"):
        mutual_info_number(X, np.where(np.arange(150) == 1, bad, number))
    with pytest.raises(ValueError, match="expected 1, 2 or 3"):
        mutual_info_number(X[:3], number[:3])
