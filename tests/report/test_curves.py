"""The numbers behind the figures, against scikit-learn, scipy and arithmetic by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import roc_auc_score, roc_curve

from prognome.report.curves import equal_bins, error_spread, mean_roc, reliability, roc, wilson


@pytest.mark.parametrize("digits", [1, 6])
def test_roc_points_and_area_equal_scikit_learn_with_and_without_ties(digits: int) -> None:
    rng = np.random.default_rng(1)
    event = rng.random(200) < 0.4
    score = np.round(event * 0.5 + rng.normal(size=200), digits)
    curve = roc(event, score)
    assert curve is not None
    x, y, _ = roc_curve(event, score, drop_intermediate=False)
    np.testing.assert_allclose(curve.x, x)
    np.testing.assert_allclose(curve.y, y)
    assert curve.area == pytest.approx(roc_auc_score(event, score))


def test_one_class_has_no_roc() -> None:
    assert roc(np.array([True, True]), np.array([0.1, 0.2])) is None


def test_the_mean_curve_has_the_mean_area() -> None:
    rng = np.random.default_rng(2)
    curves = []
    for n in (9, 14, 31):
        event = np.arange(n) % 3 == 0
        found = roc(event, np.round(event + rng.normal(size=n), 1))
        assert found is not None
        curves.append(found)
    mean = mean_roc(curves)
    assert mean.area == pytest.approx(np.mean([curve.area for curve in curves]))
    assert (np.diff(mean.x) >= 0).all()
    assert (np.diff(mean.y) >= -1e-12).all()


@pytest.mark.parametrize(("k", "n"), [(0, 10), (3, 10), (10, 10), (81, 263)])
def test_wilson_equals_scipy(k: int, n: int) -> None:
    low, high = wilson(k, n, 0.95)
    known = binomtest(k, n).proportion_ci(0.95, method="wilson")
    assert (float(low), float(high)) == pytest.approx((known.low, known.high), abs=1e-12)


def test_reliability_counts_every_row_once_by_hand() -> None:
    probability = np.array([0.1] * 10 + [0.8] * 20)
    event = np.array([True] * 2 + [False] * 8 + [True] * 15 + [False] * 5)
    bins = reliability(event, probability, 0.95)
    assert bins.rows.tolist() == [10, 20]
    assert bins.predicted.tolist() == pytest.approx([0.1, 0.8])
    assert bins.observed.tolist() == pytest.approx([0.2, 0.75])


def test_bins_are_of_equal_count_and_equal_values_share_one() -> None:
    assert np.bincount(equal_bins(np.arange(40.0), 4)).tolist() == [10, 10, 10, 10]
    assert set(equal_bins(np.full(30, 0.5), 10)) == {0}
    assert equal_bins(np.array([0.0] * 20 + [1.0] * 3), 5).max() == 1


def test_error_quantiles_by_hand() -> None:
    spread = error_spread(np.zeros(21), np.arange(21.0) - 10)
    assert spread.rows.tolist() == [21]
    assert spread.quantiles[:, 0].tolist() == pytest.approx([-9, -5, 0, 5, 9])
