"""The single best feature: which it takes, and that it takes it by the training rows alone."""

import time

import numpy as np
import pytest
from scipy.stats import f_oneway, pearsonr
from sklearn.base import clone
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import Pipeline

from prognome.core.name_feature import name_feature
from prognome.model.linear import PenalisedLogistic
from prognome.model.single_feature import (
    SingleFeatureClassifier,
    SingleFeatureRegressor,
    absolute_correlation,
    auc_distance,
    variance_explained,
)
from prognome.prepare.fuse import fuse


def noise(n=90, p=40, seed=0):
    return np.random.default_rng(seed).normal(size=(n, p))


def test_the_distance_of_the_area_by_hand_with_a_tie():
    # events 2, 3, 3 against 1, 2: of 6 pairs 5 are in order and 1 tied, so the area is 5.5/6
    column = np.array([2.0, 3.0, 3.0, 1.0, 2.0])
    event = np.array([True, True, True, False, False])
    assert auc_distance(column[:, None], event) == pytest.approx([5.5 / 6 - 0.5], abs=1e-15)


def test_areas_are_those_of_scikit_learn_with_and_without_ties():
    X = noise()
    X[:, 10:] = X[:, 10:].round()  # many ties
    X[:, 20] = 7.0
    y = np.random.default_rng(1).integers(0, 2, 90)
    theirs = [abs(roc_auc_score(y, column) - 0.5) for column in X.T]
    np.testing.assert_allclose(auc_distance(X, y == 1), theirs, atol=1e-12)
    assert auc_distance(X, y == 1)[20] == 0


def test_the_share_of_variance_gives_the_f_of_scipy_and_its_order():
    X = noise()
    y = np.random.default_rng(1).integers(0, 3, 90)
    share = variance_explained(X, y)
    f = [f_oneway(*(column[y == k] for k in range(3))).statistic for column in X.T]
    np.testing.assert_allclose((share / 2) / ((1 - share) / 87), f, rtol=1e-8)
    assert list(np.argsort(share)) == list(np.argsort(f))


def test_correlations_are_those_of_scipy():
    X, y = noise(), noise(seed=5)[:, 0]
    theirs = [abs(pearsonr(column, y).statistic) for column in X.T]
    np.testing.assert_allclose(absolute_correlation(X, y), theirs, atol=1e-11)


def test_constant_columns_have_no_association_even_where_their_mean_is_rounded():
    X = np.full((90, 3), 0.1)  # the mean of ninety 0.1 is not exactly 0.1
    y = np.arange(90) % 3
    assert variance_explained(X, y).tolist() == [0, 0, 0]
    assert absolute_correlation(X, y.astype(float)).tolist() == [0, 0, 0]
    assert auc_distance(X, y == 1).tolist() == [0, 0, 0]


def test_the_answers_do_not_depend_on_how_many_columns_are_reckoned_at_once(monkeypatch):
    X, y = noise(p=101), np.arange(90) % 3
    whole = (auc_distance(X, y == 1), variance_explained(X, y), absolute_correlation(X, y.astype(float)))
    monkeypatch.setattr("prognome.model.single_feature._CELLS_AT_ONCE", 90 * 7)
    pieces = (auc_distance(X, y == 1), variance_explained(X, y), absolute_correlation(X, y.astype(float)))
    for one, other in zip(whole, pieces, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("kind", ["binary", "multiclass", "number"])
def test_it_takes_the_planted_feature_whatever_its_direction(kind):
    X = noise()
    signal = -X[:, 17]
    y = {
        "binary": (signal > 0).astype(int),
        "multiclass": np.digitize(signal, [-0.5, 0.5]),
        "number": 50 + 3 * signal,
    }[kind]
    model = (SingleFeatureRegressor() if kind == "number" else SingleFeatureClassifier()).fit(X, y)
    assert model.feature_ == 17
    changed = X.copy()
    changed[:, np.arange(40) != 17] = 99.0
    np.testing.assert_array_equal(model.predict(changed), model.predict(X))
    assert "feature_" not in vars(clone(model))


def test_of_equal_features_the_first_is_taken_a_mirror_image_included():
    X = noise(p=5)
    X[:, 3] = -X[:, 1]
    X[:, 4] = X[:, 1] * 2 + 1
    y = (X[:, 1] > 0).astype(int)
    assert SingleFeatureClassifier().fit(X, y).feature_ == 1
    assert SingleFeatureClassifier().fit(X, np.digitize(X[:, 1], [-0.4, 0.4])).feature_ == 1
    assert SingleFeatureRegressor().fit(X, X[:, 1].round(1)).feature_ == 1


def test_the_model_is_a_logistic_regression_of_that_column_alone():
    X = 1000 + 300 * noise()  # a scale on which the solver would not converge
    y = (X[:, 3] + 200 * noise(seed=2)[:, 0] > 1000).astype(int)
    model = SingleFeatureClassifier().fit(X, y)
    z = (X[:, [3]] - X[:, 3].mean()) / X[:, 3].std()
    np.testing.assert_allclose(model.predict_proba(X), PenalisedLogistic().fit(z, y).predict_proba(z))


def test_features_that_say_nothing_at_all_give_the_class_shares():
    X, y = np.zeros((90, 4)), (np.arange(90) % 3 == 0).astype(int)
    said = SingleFeatureClassifier().fit(X, y).predict_proba(X)
    np.testing.assert_allclose(said[:, 1], 1 / 3, atol=1e-4)
    numbers = SingleFeatureRegressor().fit(X, np.arange(90.0)).predict(X)
    np.testing.assert_allclose(numbers, 44.5)


def test_a_pipeline_says_which_feature_it_took_by_its_name(cohort):
    model = Pipeline([("prepare", fuse({}, ["clinical", "genes"])), ("model", SingleFeatureClassifier())])
    fitted = model.fit(cohort, cohort.target)
    assert name_feature(fitted) == "genes:g1"  # the clinic's strongest by construction
    assert name_feature(Pipeline([("prepare", fuse({}, ["genes"])), ("model", PenalisedLogistic())])) == ""
    assert name_feature(SingleFeatureClassifier()) == ""


@pytest.mark.parametrize("kind", ["binary", "multiclass", "number"])
def test_twenty_thousand_columns_take_seconds_at_most(kind):
    X = noise(200, 20_000)
    y = X[:, 12_345] + 0.5 * noise(200, 1, seed=1)[:, 0]
    y = {"binary": (y > 0).astype(int), "multiclass": np.digitize(y, [-0.5, 0.5]), "number": y}[kind]
    began = time.process_time()
    model = (SingleFeatureRegressor() if kind == "number" else SingleFeatureClassifier()).fit(X, y)
    assert time.process_time() - began < 5  # about half a second; a loop over columns takes half a minute
    assert model.feature_ == 12_345


@pytest.mark.parametrize("classes", [2, 3])
def test_weights_of_the_columns_give_the_log_odds(classes):
    rng = np.random.default_rng(3)
    X = rng.normal(5, 2, size=(60, 4))
    y = np.digitize(X[:, 2], np.quantile(X[:, 2], np.arange(1, classes) / classes))
    model = SingleFeatureClassifier().fit(X, y)
    said = X @ model.coef_.T + model.intercept_
    np.testing.assert_allclose(said.squeeze(), model.decision_function(X), atol=1e-10)
    assert (model.coef_ != 0).any(axis=0).tolist() == [False, False, True, False]


def test_weights_of_the_columns_give_the_number():
    rng = np.random.default_rng(3)
    X = rng.normal(5, 2, size=(60, 4))
    model = SingleFeatureRegressor().fit(X, 3 * X[:, 1] + rng.normal(size=60))
    np.testing.assert_allclose(X @ model.coef_ + model.intercept_, model.predict(X), atol=1e-10)
