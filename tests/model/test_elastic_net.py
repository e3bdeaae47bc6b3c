"""The elastic net solves what scikit-learn's solvers solve, and its strength is that of noise."""

import warnings

import numpy as np
import pytest
from sklearn.linear_model import ElasticNet, LogisticRegression

from prognome.model.elastic_net import ElasticNetClassifier, ElasticNetRegressor

rng = np.random.default_rng(2)
X = rng.normal(size=(80, 6))
SCORE = X[:, 0] - X[:, 1] + rng.normal(size=80)
TWO, THREE = (SCORE > 0.5).astype(int), np.digitize(SCORE, [-1, 1])


@pytest.mark.parametrize("y", [TWO, THREE])
@pytest.mark.parametrize("weight", [None, "balanced"])
@pytest.mark.parametrize("ratio", [0.3, 1.0])
def test_coefficients_are_those_of_scikit_learns_solver(y, weight, ratio):
    ours = ElasticNetClassifier(l1_ratio=ratio, class_weight=weight).fit(X, y)
    peer = LogisticRegression(
        C=ours.C_, l1_ratio=ratio, class_weight=weight, solver="saga", tol=1e-9, max_iter=50_000
    ).fit(X, y)
    np.testing.assert_allclose(ours.coef_, peer.coef_, atol=2e-4)
    np.testing.assert_allclose(ours.predict_proba(X), peer.predict_proba(X), atol=2e-4)
    assert ((ours.coef_ == 0) == (peer.coef_ == 0)).all()
    assert (ours.coef_ == 0).any() or ratio < 1


def test_numbers_are_scikit_learns_own():
    ours = ElasticNetRegressor(strength=0.3).fit(X, SCORE)
    by_hand = 0.3 * SCORE.std() * np.sqrt(2 * np.log(6) / 80)
    peer = ElasticNet(alpha=by_hand, l1_ratio=0.5, tol=1e-6).fit(X, SCORE)
    np.testing.assert_allclose(ours.predict(X), peer.predict(X), rtol=1e-12)


def test_the_strength_counts_in_standard_deviations_of_the_slope_of_noise():
    ours = ElasticNetClassifier(strength=2.0).fit(X, TWO)
    share = TWO.mean()
    np.testing.assert_allclose(1 / ours.C_, 2 * np.sqrt(80 * share * (1 - share) * 2 * np.log(6)))


def test_at_strength_1_a_lasso_lets_in_hardly_a_column_of_noise_and_the_one_that_tells():
    wide = rng.normal(size=(100, 3000))
    tells = (wide[:, 7] + 0.3 * rng.normal(size=100) > 0).astype(int)
    noise = rng.permutation(tells)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        kept = np.flatnonzero(ElasticNetClassifier(strength=1.0, l1_ratio=1.0).fit(wide, tells).coef_[0])
        none = np.flatnonzero(ElasticNetClassifier(strength=1.0, l1_ratio=1.0).fit(wide, noise).coef_[0])
    assert 7 in kept
    assert len(kept) < 10
    assert len(none) < 5
