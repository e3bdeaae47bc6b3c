"""Boosted trees: answers of their library, early stopping by hand, class weights as sample weights."""

import lightgbm
import numpy as np
import pytest
import xgboost
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.metrics import log_loss, mean_squared_error
from sklearn.utils.class_weight import compute_sample_weight

from prognome.core.seeds import seed_of
from prognome.model.binned_boosting import BinnedBoostedClassifier, BinnedBoostedRegressor
from prognome.model.boosting import BoostedClassifier, BoostedRegressor
from prognome.model.light_boosting import LightBoostedClassifier, LightBoostedRegressor
from prognome.model.stopping import stopping_rows

rng = np.random.default_rng(9)
X = rng.normal(size=(120, 5))
SCORE = X[:, 0] + X[:, 1] * X[:, 2] + rng.normal(size=120)
TWO, THREE = (SCORE > 0.8).astype(int), np.digitize(SCORE, [-0.7, 0.7])
CLASSES = [BoostedClassifier, LightBoostedClassifier, BinnedBoostedClassifier]
NUMBERS = [BoostedRegressor, LightBoostedRegressor, BinnedBoostedRegressor]
LIGHT = {
    "n_estimators": 20, "learning_rate": 0.05, "num_leaves": 15, "min_child_samples": 5, "subsample": 0.8,
    "subsample_freq": 1, "colsample_bytree": 0.5, "reg_lambda": 1.0, "random_state": 1, "n_jobs": 1,
    "deterministic": True, "force_row_wise": True, "verbosity": -1,
}  # fmt: skip
BINNED = {
    "max_iter": 20, "learning_rate": 0.05, "max_leaf_nodes": 15, "min_samples_leaf": 5,
    "l2_regularization": 1.0, "max_features": 0.5, "random_state": 1, "early_stopping": False,
}  # fmt: skip


def with_rounds(kind, rounds, **params):
    name = "max_iter" if kind.__module__.endswith("binned_boosting") else "n_estimators"
    return kind(**{name: rounds, "random_state": 1, **params})


@pytest.mark.parametrize("y", [TWO, THREE])
@pytest.mark.parametrize("weight", [None, "balanced"])
def test_answers_are_those_of_the_librarys_own_classifier(y, weight):
    weights = compute_sample_weight(weight, y)
    light = lightgbm.LGBMClassifier(**LIGHT).fit(X, y, weights)
    binned = HistGradientBoostingClassifier(**BINNED).fit(X, y, weights)
    boosted = xgboost.XGBClassifier(
        n_estimators=20, learning_rate=0.05, max_depth=4, min_child_weight=1, subsample=0.8,
        colsample_bytree=0.5, reg_lambda=1, random_state=1, tree_method="hist", n_jobs=1,
    ).fit(X, y, sample_weight=weights)  # fmt: skip
    for kind, peer in zip(CLASSES, (boosted, light, binned), strict=True):
        ours = with_rounds(kind, 20, class_weight=weight).fit(X, y)
        np.testing.assert_allclose(ours.predict_proba(X), peer.predict_proba(X), rtol=1e-5)


def test_numbers_are_those_of_the_librarys_own_regressor():
    light = lightgbm.LGBMRegressor(**LIGHT).fit(X, SCORE)
    binned = HistGradientBoostingRegressor(**BINNED).fit(X, SCORE)
    for kind, peer in zip(NUMBERS[1:], (light, binned), strict=True):
        np.testing.assert_allclose(with_rounds(kind, 20).fit(X, SCORE).predict(X), peer.predict(X), rtol=1e-9)


@pytest.mark.parametrize(
    ("kind", "y"),
    [*((kind, y) for kind in CLASSES for y in (TWO, THREE)), *((kind, SCORE) for kind in NUMBERS)],
)
def test_it_stops_at_the_round_that_the_rows_aside_would_have(kind, y):
    of_classes = kind in CLASSES
    families = np.repeat(np.arange(40), 3)
    aside = stopping_rows(y, families, 0.3, seed_of(1, "stopping"), classes=of_classes)
    assert not set(families[aside]) & set(np.delete(families, aside))
    learn = np.setdiff1d(np.arange(120), aside)

    def loss(rounds):  # by hand: a model of so many rounds on the rows that teach
        model = with_rounds(kind, rounds, learning_rate=0.5).fit(X[learn], y[learn])
        if of_classes:
            said = model.predict_proba(X[aside])  # XGBoost's are float32 and do not quite add up to 1
            return log_loss(y[aside], said / said.sum(axis=1, keepdims=True))
        return mean_squared_error(y[aside], model.predict(X[aside]))

    losses = [loss(rounds) for rounds in range(1, 21)]
    best = int(np.argmin(losses)) + 1
    assert best < 18  # so that there was something to stop
    stopped = with_rounds(kind, 20, learning_rate=0.5, early_stopping=20, validation=0.3)
    stopped.fit(X, y, groups=families)
    assert stopped.rounds_ == best
    whole = with_rounds(kind, best, learning_rate=0.5).fit(X, y)  # then all rows teach for that many rounds
    ask = "predict_proba" if of_classes else "predict"
    np.testing.assert_array_equal(getattr(stopped, ask)(X), getattr(whole, ask)(X))


def test_with_little_patience_it_stops_at_an_earlier_round():
    calm = with_rounds(LightBoostedClassifier, 200, early_stopping=3).fit(X, TWO)
    assert calm.rounds_ < 100
    few = with_rounds(LightBoostedClassifier, 7, early_stopping=3).fit(X[:8], TWO[:8] | (np.arange(8) == 0))
    assert few.rounds_ == 7  # eight rows are too few to keep some aside


@pytest.mark.parametrize("kind", NUMBERS)
def test_class_weights_are_not_for_numbers(kind):
    with pytest.raises(ValueError, match="class_weight"):
        kind(class_weight="balanced").fit(X, SCORE)


def test_the_text_of_lightgbm_says_no_training_rows_value_and_answers_alike():
    ours = with_rounds(LightBoostedRegressor, 20).fit(X, SCORE)
    peer = lightgbm.LGBMRegressor(**LIGHT).fit(X, SCORE).booster_
    assert f"{X[:, 0].max():.6g}"[:6] in peer.model_to_string()
    assert "feature_infos=none none none none none\n" in ours.trees_
    read = lightgbm.Booster(model_str=ours.trees_)
    np.testing.assert_array_equal(read.predict(X), peer.predict(X))
    np.testing.assert_array_equal(read.predict(X, pred_contrib=True), peer.predict(X, pred_contrib=True))


def test_no_limits_of_bins_are_kept():
    ours = with_rounds(BinnedBoostedClassifier, 3).fit(X, TWO)
    assert not any(len(limits) for limits in ours.grown_._bin_mapper.bin_thresholds_)


@pytest.mark.parametrize("kind", CLASSES)
def test_missing_features_are_allowed(kind):
    gaps = np.where(rng.random(X.shape) < 0.2, np.nan, X)
    assert np.isfinite(with_rounds(kind, 5).fit(gaps, TWO).predict_proba(gaps)).all()
