"""Naive Bayes is scikit-learn's; tempering keeps the order of rows and takes certainty away."""

import numpy as np
from sklearn.naive_bayes import GaussianNB

from prognome.model.naive_bayes import TemperedNaiveBayes

rng = np.random.default_rng(5)
X = rng.normal(size=(60, 400))
Y = (X[:, :40].sum(axis=1) > 2).astype(int)


def test_without_tempering_it_is_scikit_learns():
    for weight, priors in ((None, None), ("balanced", [0.5, 0.5])):
        ours = TemperedNaiveBayes(temper=1.0, class_weight=weight).fit(X, Y)
        peer = GaussianNB(priors=priors, var_smoothing=0.01).fit(X, Y)
        np.testing.assert_allclose(ours.predict_proba(X), peer.predict_proba(X), atol=1e-12)


def test_400_features_count_as_ten_and_no_two_rows_are_tied():
    plain, ours = TemperedNaiveBayes(temper=1.0).fit(X, Y), TemperedNaiveBayes().fit(X, Y)
    assert ours.temper_ == 10 / 400
    joint = plain.normal_.predict_joint_log_proba(X)
    odds = np.log(ours.predict_proba(X)) @ [-1, 1]
    prior = np.log(Y.mean() / (1 - Y.mean()))
    np.testing.assert_allclose(odds, prior + (joint @ [-1, 1] - prior) * 10 / 400, rtol=1e-6)
    assert len(np.unique(plain.predict_proba(X)[:, 1])) < 60 == len(np.unique(ours.predict_proba(X)[:, 1]))
