"""Net benefit by the arithmetic of Vickers and Elkin."""

import numpy as np
import pytest

from prognome.core.net_benefit import THRESHOLDS, net_benefit, treat_all


def test_net_benefit_by_hand():
    """Ten rows, four events; above .25: 3 events, 2 others → 3/10 - 2/10 · (.25 / .75) = 7/30."""
    truth = np.array([1, 1, 1, 1, 0, 0, 0, 0, 0, 0])
    event = np.array([0.9, 0.6, 0.3, 0.1, 0.7, 0.28, 0.25, 0.2, 0.1, 0.05])
    found = net_benefit(truth, event, np.array([0.25, 0.5, 0.8, 0.95]))
    np.testing.assert_allclose(found, [7 / 30, 2 / 10 - 1 / 10, 1 / 10, 0])


def test_treating_all_is_the_published_formula_and_zero_at_the_prevalence():
    """Vickers and Elkin: prevalence - (1 - prevalence) · t / (1 - t), with 105 events of 750."""
    truth = np.repeat([1, 0], [105, 645])
    found = treat_all(truth, np.array([0.05, 0.14, 0.35]))
    np.testing.assert_allclose(found, [0.14 - 0.86 / 19, 0, 0.14 - 0.86 * 7 / 13], atol=1e-12)


def test_a_perfect_model_is_worth_the_prevalence_at_every_threshold():
    truth = np.repeat([1, 0], [3, 7])
    np.testing.assert_allclose(net_benefit(truth, truth.astype(float)), 0.3)


def test_weights_give_the_value_of_the_repeated_rows():
    rng = np.random.default_rng(0)
    truth, event = rng.integers(0, 2, 50), rng.random(50).round(1)
    counts = rng.multinomial(50, np.full(50, 1 / 50), size=8).astype(float)
    found = net_benefit(truth, event, weights=counts)
    assert found.shape == (8, len(THRESHOLDS))
    for one, weights in zip(found, counts, strict=True):
        rows = np.repeat(np.arange(50), weights.astype(int))
        np.testing.assert_allclose(one, net_benefit(truth[rows], event[rows]), atol=1e-12)
    everybody = treat_all(truth, weights=counts)[0]
    alone = treat_all(truth[np.repeat(np.arange(50), counts[0].astype(int))])
    np.testing.assert_allclose(everybody, alone, atol=1e-12)


def test_no_weight_at_all_is_not_defined():
    assert np.isnan(net_benefit(np.array([0, 1]), np.array([0.2, 0.7]), weights=np.zeros((1, 2)))).all()


def test_a_probability_on_the_threshold_is_no_event_as_for_decisions():
    assert net_benefit(np.array([1]), np.array([0.5]), np.array([0.5])) == pytest.approx([0.0])
    assert THRESHOLDS[[0, -1]].tolist() == [0.01, 0.99]
