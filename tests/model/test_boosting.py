"""Boosting is XGBoost's own, kept in its own format."""

import numpy as np
import xgboost

from prognome.model.boosting import BoostedClassifier, BoostedRegressor

rng = np.random.default_rng(3)
X = rng.normal(size=(100, 5))
Y = (X[:, 0] > 0).astype(int)


def test_answers_are_those_of_xgboosts_own_classifier():
    peer = xgboost.XGBClassifier(
        n_estimators=20, learning_rate=0.05, max_depth=4, min_child_weight=1, subsample=0.8,
        colsample_bytree=0.5, reg_lambda=1, random_state=1, tree_method="hist", n_jobs=1,
    ).fit(X, Y)  # fmt: skip
    ours = BoostedClassifier(n_estimators=20, random_state=1).fit(X, Y)
    np.testing.assert_allclose(ours.predict_proba(X), peer.predict_proba(X), rtol=1e-6)


def test_trees_are_bytes_that_xgboost_reads():
    ours = BoostedRegressor(n_estimators=5, random_state=0).fit(X, X[:, 0])
    booster = xgboost.Booster()
    booster.load_model(bytearray(ours.trees_))
    assert booster.num_boosted_rounds() == 5
    np.testing.assert_allclose(booster.predict(xgboost.DMatrix(X)), ours.predict(X), rtol=1e-6)


def test_missing_features_are_allowed():
    gaps = np.where(rng.random(X.shape) < 0.2, np.nan, X)
    assert np.isfinite(BoostedClassifier(n_estimators=5).fit(gaps, Y).predict_proba(gaps)).all()
