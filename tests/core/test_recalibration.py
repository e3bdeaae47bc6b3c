"""Calibration intercept and slope and their Wald ends against R's glm; many weightings against one by one."""

import numpy as np
import pytest

from prognome.core.recalibration import recalibration, recalibration_ends

P = np.array([0.1, 0.2, 0.35, 0.4, 0.55, 0.6, 0.7, 0.8, 0.9, 0.3])
Y = np.array([0, 0, 1, 0, 1, 0, 1, 1, 1, 0])
ONCE = np.ones((1, 10))

# R 4.2.2: x <- qlogis(p); glm(y ~ x, family = binomial), glm(y ~ offset(x)); confint.default


def test_slope_and_intercept_are_glms():
    intercept, slope = recalibration(Y, P, ONCE)
    assert slope[0] == pytest.approx(1.909335068600452, abs=1e-10)
    assert intercept[0] == pytest.approx(0.0533061442654915, abs=1e-10)


def test_weights_are_glms():
    # glm(y ~ x, weights = w)
    weights = np.array([[2, 0, 1, 3, 1, 1, 0, 2, 1, 1.0]])
    assert recalibration(Y, P, weights)[1][0] == pytest.approx(2.035931870511159, abs=1e-10)


def test_wald_ends_are_confint_defaults():
    first, second = recalibration_ends(Y, P, 0.95)
    assert first == pytest.approx((-1.37739720349422, 1.4840094920252), abs=1e-8)
    assert second == pytest.approx((-0.399405766096609, 4.21807590329751), abs=1e-6)


def test_many_weightings_together_are_those_one_by_one():
    rng = np.random.default_rng(0)
    p = rng.uniform(0.02, 0.98, 300)
    y = (rng.random(300) < p**1.3).astype(int)
    weights = rng.multinomial(300, np.full(300, 1 / 300), size=200).astype(float)
    together = recalibration(y, p, weights)
    alone = np.array([np.ravel(recalibration(y, p, row[None])) for row in weights]).T
    np.testing.assert_allclose(together, alone, rtol=1e-10, atol=1e-10)
    x = np.log(p / (1 - p))
    for row, a, b in zip(weights, *together, strict=True):  # at the solution the score is nought
        assert abs(row @ (y - 1 / (1 + np.exp(-(a + x))))) < 1e-8
        large = _line(x, y, row, b)
        mu = 1 / (1 + np.exp(-(large + b * x)))
        assert abs(row @ ((y - mu) * x)) < 1e-6


def _line(x, y, row, b):
    """The intercept that goes with a slope."""
    from scipy.optimize import brentq

    return brentq(lambda a: row @ (y - 1 / (1 + np.exp(-(a + b * x)))), -20, 20, xtol=1e-14)


def test_separated_rows_have_no_slope_and_one_class_no_intercept():
    p = np.array([0.1, 0.2, 0.8, 0.9])
    intercept, slope = recalibration(np.array([0, 0, 1, 1]), p, np.ones((1, 4)))
    assert np.isnan(slope[0])
    assert intercept[0] == pytest.approx(0.0, abs=1e-9)
    intercept, slope = recalibration(np.ones(4), p, np.ones((1, 4)))
    assert np.isnan(intercept[0])
    assert np.isnan(slope[0])
    assert np.isnan(recalibration_ends(np.array([0, 0, 1, 1]), p, 0.95)[1]).all()


def test_a_weighting_that_separates_does_not_harm_the_others():
    weights = np.ones((3, 10))
    weights[1] = [1, 1, 0, 1, 0, 0, 1, 1, 1, 1]  # what is left is in order
    slopes = recalibration(Y, P, weights)[1]
    assert np.isnan(slopes[1])
    assert slopes[[0, 2]] == pytest.approx([1.909335068600452] * 2, abs=1e-10)
