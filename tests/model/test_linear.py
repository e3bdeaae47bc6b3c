"""Linear models are scikit-learn's; only the automatic penalty is ours."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import log_loss
from sklearn.model_selection import cross_val_predict

from prognome.model.linear import PenalisedLinear, PenalisedLogistic

rng = np.random.default_rng(4)
X = rng.normal(size=(100, 40))
Y = (X[:, 0] + rng.normal(size=100) > 0).astype(int)


@pytest.mark.parametrize(("features", "C"), [(4, 1.0), (10, 1.0), (20, 0.5), (40, 0.25)])
def test_the_automatic_penalty_divides_a_variance_of_ten_over_the_features(features, C):
    assert PenalisedLogistic().fit(X[:, :features], Y).C_ == C


@pytest.mark.parametrize("C", [0.02, 3.0])
def test_with_a_given_penalty_it_is_scikit_learns(C):
    ours, peer = PenalisedLogistic(C=C).fit(X, Y), LogisticRegression(C=C, max_iter=1000).fit(X, Y)
    np.testing.assert_array_equal(ours.predict_proba(X), peer.predict_proba(X))
    np.testing.assert_array_equal(ours.coef_, peer.coef_)
    np.testing.assert_array_equal(ours.decision_function(X), peer.decision_function(X))


def test_ridge_is_scikit_learns_with_as_much_penalty_as_features():
    y = X[:, 0] + rng.normal(size=100)
    np.testing.assert_array_equal(PenalisedLinear().fit(X, y).predict(X), Ridge(40.0).fit(X, y).predict(X))
    np.testing.assert_array_equal(
        PenalisedLinear(alpha=2).fit(X, y).predict(X), Ridge(2.0).fit(X, y).predict(X)
    )


def test_with_many_features_its_probabilities_are_better_than_those_of_the_usual_penalty():
    wide = rng.normal(size=(80, 1000))
    ill = (wide[:, :50].sum(axis=1) + 5 * rng.normal(size=80) > 0).astype(int)
    said = [
        cross_val_predict(m, wide, ill, cv=5, method="predict_proba")
        for m in (PenalisedLogistic(), LogisticRegression())
    ]
    ours, usual = (log_loss(ill, p) for p in said)
    assert ours < usual
