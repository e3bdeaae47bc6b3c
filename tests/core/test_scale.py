"""Scales turn back, stay within what a figure can be, and fit the metrics."""

import math

import pytest

from prognome.core.scale import BELOW_ONE, FISHER, LOG, LOGIT, OWN, expit, scale_of


@pytest.mark.parametrize("scale", [OWN, LOGIT, FISHER, LOG, BELOW_ONE])
def test_a_scale_turns_back_and_its_slope_is_its_derivative(scale):
    for x in (0.05, 0.4, 0.93):
        assert scale.back(scale.to(x)) == pytest.approx(x)
        assert scale.slope(x) == pytest.approx((scale.to(x + 1e-6) - scale.to(x - 1e-6)) / 2e-6, rel=1e-5)


def test_expit_is_the_inverse_of_the_logit_and_does_not_overflow():
    assert expit(math.log(3)) == pytest.approx(0.75)  # odds of 3
    assert (expit(-1e6), expit(1e6)) == (0.0, 1.0)


def test_ends_are_cut_at_the_bounds_of_the_figure():
    assert FISHER.bounded((-1.2, 0.5)) == (-1, 0.5)
    assert math.isnan(LOGIT.bounded((math.nan, 0.5))[0])
    assert not LOGIT.holds(1.0)


def test_metrics_have_the_scale_of_what_they_can_be():
    assert scale_of("f1") is LOGIT
    assert scale_of("mcc") is FISHER
    assert scale_of("rmse") is LOG
    assert scale_of("calibration_slope") is OWN
