"""Cox's model against lifelines and published numbers, with and without a penalty."""

import numpy as np
import pandas as pd
import pytest

from prognome.core.survival import kaplan_meier
from prognome.errors import DataError, WorkError
from prognome.model.cox import PenalisedCox
from tests.remissions import EVENT, ON_PLACEBO, TIME

TREATMENT = ON_PLACEBO[:, None]


def draw(n=200, p=4, *, ties=True, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p))
    slopes = np.array([1.0, 0.5, 0.0, -0.7, *np.zeros(p)])[:p]
    time, censoring = rng.exponential(np.exp(-X @ slopes)) + 0.05, rng.exponential(2.0, n) + 0.05
    seen = np.minimum(time, censoring)
    return X, np.column_stack([np.ceil(10 * seen) / 10 if ties else seen, time <= censoring]).astype(float)


@pytest.mark.parametrize(("ties", "published"), [("efron", 1.5721), ("breslow", 1.5092)])
def test_the_coefficient_of_placebo_is_the_published_one(ties, published):
    """R's coxph and SAS PHREG on the remissions of Freireich et al."""
    model = PenalisedCox(alpha=0, ties=ties).fit(TREATMENT, np.column_stack([TIME, EVENT]))
    assert model.coef_[0] == pytest.approx(published, abs=1e-4)


def test_it_equals_lifelines_without_a_penalty_and_in_its_common_hazard():
    fitter = pytest.importorskip("lifelines").CoxPHFitter()
    X, y = draw()
    theirs = fitter.fit(as_frame(X, y), "time", "event")
    ours = PenalisedCox(alpha=0).fit(X, y)
    np.testing.assert_allclose(ours.coef_, theirs.params_, atol=1e-5)
    times = [0.3, 0.8, 2.0]
    np.testing.assert_allclose(
        ours.predict_survival(X[:5], np.array(times)),
        theirs.predict_survival_function(pd.DataFrame(X[:5], columns=list("abcd")), times).T,
        atol=1e-5,
    )


@pytest.mark.parametrize(("strength", "l1"), [(0.1, 0.0), (0.1, 0.5), (0.2, 1.0)])
def test_it_equals_lifelines_with_a_penalty(strength, l1):
    """lifelines averages the likelihood over rows, scales columns, and rounds the corner of the L1 part."""
    fitter = pytest.importorskip("lifelines").CoxPHFitter(penalizer=strength, l1_ratio=l1)
    X, y = draw()
    X = (X - X.mean(axis=0)) / X.std(axis=0, ddof=1)
    theirs = fitter.fit(as_frame(X, y), "time", "event").params_
    ours = PenalisedCox(alpha=len(X) * strength, l1_ratio=l1).fit(X, y).coef_
    np.testing.assert_allclose(ours, theirs, atol=1e-4)


def as_frame(X, y):
    return pd.DataFrame(X, columns=list("abcd")).assign(time=y[:, 0], event=y[:, 1])


def test_coordinate_descent_and_newtons_method_agree_on_the_ridge():
    X, y = draw(120, 6)
    newton = PenalisedCox(alpha=5).fit(X, y).coef_
    descent = PenalisedCox(alpha=5, l1_ratio=1e-9).fit(X, y).coef_
    np.testing.assert_allclose(descent, newton, atol=1e-6)


def test_more_columns_than_rows_are_solved_among_the_rows():
    """The ridge's gradient is nought at its answer."""
    X, y = draw(60, 300)
    model = PenalisedCox().fit(X, y)
    assert model.alpha_ == 300
    direct = PenalisedCox(alpha=300, l1_ratio=1e-9).fit(X, y).coef_
    np.testing.assert_allclose(model.coef_, direct, atol=1e-5)


def test_the_lasso_leaves_out_what_says_nothing():
    X, y = draw(400, 20)
    chosen = np.flatnonzero(PenalisedCox(alpha=40, l1_ratio=1.0).fit(X, y).coef_)
    assert {0, 1, 3} <= set(chosen)
    assert len(chosen) < 8


def test_a_column_that_orders_all_events_needs_a_penalty_and_the_message_says_so():
    X = np.arange(20.0)[:, None] - 9.5
    y = np.column_stack([20 - np.arange(20.0), np.ones(20)])
    with pytest.raises(WorkError, match=r"no maximum.*alpha: 1"):
        PenalisedCox(alpha=0).fit(10 * X, y)
    assert PenalisedCox(alpha=1).fit(X, y).coef_[0] > 0


def test_risk_is_nought_and_survival_near_that_of_all_at_mean_features():
    X, y = draw(ties=False)
    model = PenalisedCox(alpha=1e6).fit(X, y)
    at_mean = X.mean(axis=0, keepdims=True)
    assert model.predict(at_mean)[0] == pytest.approx(0, abs=1e-12)
    times = np.array([0.3, 1.0])
    np.testing.assert_allclose(
        model.predict_survival(at_mean, times)[0], kaplan_meier(*y.T).at(times), atol=0.01
    )


@pytest.mark.parametrize(
    "bad", [np.zeros((200, 2)), np.ones(200), np.column_stack([np.ones(200), np.zeros(200)])]
)
def test_what_is_no_survival_is_refused(bad):
    with pytest.raises(DataError):
        PenalisedCox().fit(draw()[0], bad)
