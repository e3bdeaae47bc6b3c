"""Association of labels with a target, against hand arithmetic and R."""

import numpy as np
import pytest

from prognome.check.association import associate, auc_of_each_class, classes_at_home


def spread(table):
    """Labels and codes of a table of counts."""
    table = np.asarray(table)
    labels, codes = np.indices(table.shape)
    return np.repeat(labels.ravel(), table.ravel()).astype(object), np.repeat(codes.ravel(), table.ravel())


def test_cramers_v_is_corrected_as_bergsma_does():
    """chi² by R 4: chisq.test(matrix(c(6,18,3,3,20,3,8,6,12,30,10,6),4), correct=FALSE) = 25.9004 (n = 125).

    By hand: φ² = .207203 − 6/124 = .158816; r̃ = 4 − 9/124, c̃ = 3 − 4/124 = 2.967742;
    V = √(.158816/1.967742) = .28409.
    """
    labels, codes = spread([[6, 20, 12], [18, 3, 30], [3, 8, 10], [3, 6, 6]])
    tie = associate(labels, codes, 3, seed=1)
    assert tie.strength == pytest.approx(0.28409, abs=2e-5)
    assert tie.p == pytest.approx(1 / 2000)
    assert tie.counts.sum() == 125


def test_no_association_by_hand_is_none():
    labels, codes = spread([[10, 10], [20, 20]])
    tie = associate(labels, codes, 2, seed=1)
    assert tie.strength == 0
    assert tie.p > 0.5
    assert tie.foretells < 0.6


def test_each_row_in_a_batch_of_its_own_is_no_association():
    codes = np.arange(60) % 2
    tie = associate(np.arange(60).astype(object), codes, 2, seed=1)
    assert tie.strength == 0
    assert tie.p == 1


def test_adjusted_r2_of_means_is_that_of_a_linear_model():
    """R 4: summary(lm(c(1,2,3,5,6,7,3,3,6) ~ factor(rep(1:3, each=3))))$adj.r.squared = 0.6078431."""
    labels = np.repeat(np.array(["a", "b", "c"], dtype=object), 3)
    tie = associate(labels, np.array([1.0, 2, 3, 5, 6, 7, 3, 3, 6]), 0, seed=1)
    assert tie.strength == pytest.approx(0.6078431, abs=1e-7)


def test_permutation_is_calibrated_on_many_small_batches():
    below = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        tie = associate(rng.integers(0, 15, 45).astype(object), rng.integers(0, 2, 45), 2, seed=seed)
        below += tie.p <= 0.05
    assert below <= 18  # binomial(200, .05): 10 expected, above 18 in 1 of 200


def test_missing_labels_are_left_out():
    labels = np.array(["a", "b"] * 10 + [None] * 5, dtype=object)
    assert associate(labels, np.arange(25) % 2, 2, seed=1).rows == 20


def test_a_class_is_at_home_only_where_chance_would_have_spread_it():
    assert classes_at_home(np.array([[20, 0], [20, 20]])) == [1]
    assert classes_at_home(np.array([[1, 0], [200, 20]])) == []
    assert classes_at_home(np.array([[20, 0], [0, 20]])) == [0, 1]


def test_auc_of_each_class_by_hand():
    assert auc_of_each_class(np.array([1.0, 2, 3, 4]), np.array([0, 1, 0, 1]), 2).tolist() == [0.25, 0.75]
