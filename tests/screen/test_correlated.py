"""Columns kept are those that a plain loop over numpy's correlations keeps."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from prognome.screen import correlated
from prognome.screen.correlated import uncorrelated


def plainly(X, threshold):
    like = np.abs(np.corrcoef(X.T)) > threshold
    stays = []
    for column in range(X.shape[1]):
        if not any(like[column, before] for before in stays):
            stays.append(column)
    return np.isin(np.arange(X.shape[1]), stays)


@pytest.fixture
def linked():
    """Chains of columns, each near the one before: a is like b, b like c, a not like c."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(80, 300))
    for column in range(1, 300):
        if column % 7:
            X[:, column] = rng.choice([-1, 1]) * X[:, column - 1] + 0.3 * rng.normal(size=80)
    return X


@pytest.mark.parametrize("threshold", [0.3, 0.9, 0.95, 0.9999])
def test_a_plain_loop_keeps_the_same(linked, threshold, monkeypatch):
    monkeypatch.setattr(correlated, "AT_ONCE", 64)
    monkeypatch.setattr(correlated, "KEPT_AT_ONCE", 50)
    expected = plainly(linked, threshold)
    assert_array_equal(uncorrelated(linked, threshold=threshold), expected)
    assert threshold > 0.99 or 0 < expected.sum() < 300


def test_blocks_and_many_rows_change_nothing(linked, monkeypatch):
    made = uncorrelated(linked)
    monkeypatch.setattr(correlated, "AT_ONCE", 1)
    assert_array_equal(uncorrelated(linked), made)
    monkeypatch.setattr(correlated, "WIDEST_MARGIN", 0.0)  # all in float64
    assert_array_equal(uncorrelated(linked), made)


def test_pairs_at_the_threshold_are_told_apart_beyond_float32():
    rng = np.random.default_rng(1)
    a = rng.normal(size=60)
    a = (a - a.mean()) / np.linalg.norm(a - a.mean())
    b = rng.normal(size=60)
    b -= b.mean() + (b @ a) * a
    b /= np.linalg.norm(b)
    for off, stays in [(1e-9, False), (-1e-9, True)]:
        r = 0.95 + off  # float32 cannot tell these two
        X = np.column_stack([a, r * a + np.sqrt(1 - r * r) * b])
        assert uncorrelated(X).tolist() == [True, stays]
        assert uncorrelated(X[:, ::-1]).tolist() == [True, stays]


def test_a_large_mean_and_large_or_small_numbers_do_not_matter(linked):
    made = uncorrelated(linked)
    assert_array_equal(uncorrelated(linked + 1e8), made)
    assert_array_equal(uncorrelated(linked * 1e200), made)
    assert_array_equal(uncorrelated(linked * 1e-200), made)


def test_constant_columns_and_few_rows_stay():
    X = np.random.default_rng(2).normal(size=(10, 1)) * np.ones(4)
    X[:, 1] = X[:, 3] = 0.1
    assert uncorrelated(X).tolist() == [True, True, False, True]
    assert uncorrelated(X, threshold=1.0).all()
    assert uncorrelated(X[:2]).all()


def test_layout_in_memory_and_width_of_numbers(linked):
    made = uncorrelated(linked)
    assert_array_equal(uncorrelated(np.asfortranarray(linked)), made)
    assert_array_equal(uncorrelated(np.repeat(linked, 2, axis=1)[:, ::2]), made)
    assert_array_equal(uncorrelated(linked.astype(np.float32)), made)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_cannot_be_used_is_refused(linked, bad):
    linked[3, 2] = bad
    for part, threshold in [(linked, 0.95), (linked, 1.0), (linked[2:4], 0.95)]:
        with pytest.raises(ValueError, match="missing or infinite"):
            uncorrelated(part, threshold=threshold)
