"""Linear discriminant analysis without a matrix of all pairs of features, against scikit-learn's with one."""

import numpy as np
import pytest
from sklearn.covariance import ledoit_wolf as peers_share
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from prognome.model.discriminant import ShrunkenDiscriminant, ledoit_wolf

rng = np.random.default_rng(4)


@pytest.mark.parametrize("shape", [(40, 7), (30, 90)])
def test_the_share_of_the_ball_is_ledoits_and_wolfs(shape):
    rows = rng.normal(size=shape) * rng.uniform(0.5, 2, shape[1])
    assert ledoit_wolf(rows) == pytest.approx(peers_share(rows, assume_centered=True)[1], rel=1e-9)


@pytest.mark.parametrize("shape", [(60, 5), (40, 100)])
@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("weight", [None, "balanced"])
def test_answers_are_those_of_scikit_learn_with_that_share(shape, classes, weight):
    X = rng.normal(size=shape) * rng.uniform(0.3, 3, shape[1])  # else all shapes are balls
    y = np.digitize(X[:, 0] + 0.5 * rng.normal(size=shape[0]), [0.6] if classes == 2 else [-0.5, 0.9])
    ours = ShrunkenDiscriminant(class_weight=weight).fit(X, y)
    assert 0 < ours.shrinkage_ < 1
    priors = np.full(classes, 1 / classes) if weight else None
    peer = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=ours.shrinkage_, priors=priors)
    np.testing.assert_allclose(ours.predict_proba(X), peer.fit(X, y).predict_proba(X), rtol=1e-8, atol=1e-10)


def test_features_that_never_vary_leave_the_shares_of_the_classes():
    said = ShrunkenDiscriminant().fit(np.ones((10, 3)), [0] * 7 + [1] * 3).predict_proba(np.ones((1, 3)))
    np.testing.assert_allclose(said, [[0.7, 0.3]])
