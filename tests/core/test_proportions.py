"""Wilson's interval against R, shares of rows against scikit-learn's values, effective sizes by hand."""

import numpy as np
import pytest

from prognome.core.judged import Judged
from prognome.core.metrics import METRICS
from prognome.core.proportions import effective_size, share_of, wilson

Z = 1.959963984540054


def judged(seed=0, n=80):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 2, n)
    event = np.clip(0.3 * truth + 0.7 * rng.random(n), 0.01, 0.99)
    return Judged(truth, np.c_[1 - event, event], within=np.c_[event < 0.8, event > 0.2])


def test_wilson_is_r_prop_test_without_correction():
    # R 4.2.2: prop.test(23, 30, correct=FALSE)$conf.int
    assert wilson(23 / 30, 30, Z) == pytest.approx((0.590716738418778, 0.882076118555105), abs=1e-13)


def test_wilson_at_nought_and_one_has_width_and_an_exact_end():
    # 1 - 1/(1 + z²/n): with n = 10 and nothing found the upper end is z²/(n + z²)
    assert wilson(0.0, 10, Z) == (0.0, pytest.approx(Z**2 / (10 + Z**2)))
    assert wilson(1.0, 10, Z) == (pytest.approx(10 / (10 + Z**2)), 1.0)


@pytest.mark.parametrize("name", ["accuracy", "sensitivity", "specificity", "precision", "npv", "coverage"])
def test_a_share_has_the_value_of_its_metric(name):
    for seed in range(5):
        share = share_of(name, judged(seed))
        assert share.value == pytest.approx(METRICS[name].value(judged(seed)), abs=1e-15)
        assert not (share.hit & ~share.base).any()


def test_a_share_within_twenty_percent_has_the_value_of_its_metric():
    j = Judged(np.array([10.0, 10.0, 10.0, 50.0]), np.array([12.0, 12.1, 8.0, 61.0]))
    assert share_of("within_20_percent", j).value == METRICS["within_20_percent"].value(j) == 0.5


def test_what_is_no_share_of_rows_is_none():
    three = Judged(np.array([0, 1, 2]), np.eye(3))
    assert share_of("f1", judged()) is None
    assert share_of("sensitivity", three) is None  # a mean over classes
    assert share_of("coverage", three) is None  # there are no prediction sets
    assert share_of("accuracy", three).value == 1.0


def test_effective_size_by_hand():
    # a variance of .25/50 at one half is worth 50 rows; at one there is no telling
    assert effective_size(0.5, 0.005, 7) == pytest.approx(50)
    assert effective_size(1.0, 0.005, 7) == 7
    assert effective_size(0.5, 0.0, 7) == 7
