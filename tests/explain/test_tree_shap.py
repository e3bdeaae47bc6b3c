"""The right engine for each kind of trees, and the gap between parts and answer."""

import lightgbm
import numpy as np
import pytest
import xgboost
from scipy.special import softmax
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import Ridge
from sklearn.tree import DecisionTreeClassifier

from prognome.explain.attribution import Attribution
from prognome.explain.tree_shap import is_served, tree_shap
from prognome.model.balanced import BalancedBaggingClassifier, BalancedForestClassifier
from prognome.model.binned_boosting import BinnedBoostedClassifier
from prognome.model.boosting import BoostedClassifier, BoostedRegressor
from prognome.model.light_boosting import LightBoostedClassifier, LightBoostedRegressor
from prognome.model.nearest import NearestClassifier
from prognome.trees.ensemble import flatten
from prognome.trees.path_shap import path_shap


def rows(seed=0, n=120):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, 5))
    score = X[:, 0] + X[:, 1] * X[:, 2] + 0.3 * rng.standard_normal(n)
    X[rng.random(X.shape) < 0.1] = np.nan
    return X, score


def test_a_forest_of_two_classes_speaks_of_the_event():
    X, score = rows()
    model = RandomForestClassifier(10, random_state=0).fit(X, np.where(score > 0, "yes", "no"))
    found = tree_shap(model, X)
    assert found.values.shape == X.shape
    assert found.unit == "probability"
    np.testing.assert_array_equal(found.said, model.predict_proba(X)[:, 1])
    np.testing.assert_array_equal(found.values, path_shap(flatten(model), X)[:, :, 1])
    assert found.error.max() < 1e-12


def test_several_classes_and_numbers():
    X, score = rows()
    many = tree_shap(RandomForestClassifier(10, random_state=0).fit(X, np.digitize(score, [-0.5, 0.5])), X)
    assert many.values.shape == (*X.shape, 3)
    assert many.base.shape == (3,)
    assert many.error.shape == (120,)
    assert many.error.max() < 1e-12
    # shares of classes sum to 1, so what a feature gives one class it takes from the others
    np.testing.assert_allclose(many.values.sum(axis=2), 0, atol=1e-14)
    number = tree_shap(RandomForestRegressor(10, random_state=0).fit(X, score), X)
    assert number.unit == "number"
    assert number.error.max() < 1e-12


@pytest.mark.parametrize("make", [lambda m: m, lambda m: m.get_booster()], ids=["estimator", "booster"])
def test_xgboost_gives_its_own_parts(make):
    X, score = rows()
    model = xgboost.XGBClassifier(n_estimators=20, nthread=1).fit(X, score > 0)
    found = tree_shap(make(model), X)
    wanted = model.get_booster().predict(xgboost.DMatrix(X), pred_contribs=True)
    np.testing.assert_allclose(found.values, wanted[:, :-1])
    assert float(found.base) == pytest.approx(wanted[0, -1])
    assert found.unit == "log-odds"
    np.testing.assert_allclose(1 / (1 + np.exp(-found.said)), model.predict_proba(X)[:, 1], rtol=1e-5)
    assert 0 < found.error.max() < 1e-4  # float32


def test_xgboost_of_several_classes_and_of_numbers():
    X, score = rows()
    many = tree_shap(xgboost.XGBClassifier(n_estimators=5).fit(X, np.digitize(score, [-0.5, 0.5])), X)
    assert many.values.shape == (*X.shape, 3)
    assert many.error.max() < 1e-4
    number = tree_shap(xgboost.XGBRegressor(n_estimators=5).fit(X, score), X)
    assert number.unit == "number"
    assert number.values.shape == X.shape


def test_units_of_xgboost_follow_its_objective():
    X, score = rows()
    for objective, unit in {
        "binary:hinge": "score",
        "reg:absoluteerror": "number",
        "reg:logistic": "log-odds",
    }.items():
        booster = xgboost.train({"objective": objective}, xgboost.DMatrix(X, label=score > 0), 2)
        assert tree_shap(booster, X).unit == unit


def test_an_estimator_that_stopped_early_is_explained_up_to_its_best_round():
    X, score = rows()
    model = xgboost.XGBClassifier(n_estimators=60, early_stopping_rounds=2, learning_rate=1.0)
    model.fit(X[:80], score[:80] > 0, eval_set=[(X[80:], score[80:] > 0)], verbose=False)
    assert model.best_iteration < model.get_booster().num_boosted_rounds() - 1
    said = tree_shap(model, X).said
    np.testing.assert_allclose(1 / (1 + np.exp(-said)), model.predict_proba(X)[:, 1], rtol=1e-5)


def test_our_boosted_trees():
    X, score = rows()
    model = BoostedClassifier(n_estimators=20, random_state=0).fit(X, score > 0)
    found = tree_shap(model, X)
    np.testing.assert_allclose(1 / (1 + np.exp(-found.said)), model.predict_proba(X)[:, 1], rtol=1e-5)
    number = BoostedRegressor(n_estimators=20, random_state=0).fit(X, score)
    np.testing.assert_allclose(tree_shap(number, X).said, number.predict(X), rtol=1e-5)


def test_what_is_served():
    X, score = rows()
    X = np.nan_to_num(X)
    assert is_served(RandomForestRegressor(2).fit(X, score))
    assert is_served(BoostedRegressor(n_estimators=2).fit(X, score))
    assert not is_served(Ridge().fit(X, score))
    with pytest.raises(TypeError, match="Ridge is no fitted tree"):
        tree_shap(Ridge().fit(X, score), X)


def test_error_and_strength_by_hand():
    # rows: 1 + .5 - .2 = 1.3 (said 1.3); 1 - .5 + .4 = .9 (said 1): gap .1
    found = Attribution(np.array([[0.5, -0.2], [-0.5, 0.4]]), np.array(1.0), np.array([1.3, 1.0]), "number")
    np.testing.assert_allclose(found.error, [0, 0.1], atol=1e-15)
    np.testing.assert_allclose(found.strength, [0.5, 0.3])
    # two classes: gaps .1 and .3, the largest counts; |parts| .2 and .4 are summed
    many = Attribution(np.array([[[0.2, -0.4]]]), np.array([0.5, 0.5]), np.array([[0.6, 0.4]]), "probability")
    np.testing.assert_allclose(many.error, [0.3])
    np.testing.assert_allclose(many.strength, [0.6])


@pytest.mark.parametrize(
    "kind", [ExtraTreesClassifier, DecisionTreeClassifier, BalancedForestClassifier, RandomForestClassifier]
)
def test_trees_and_forests_of_the_menu_are_served_exactly(kind):
    X, score = rows()
    few = {"n_estimators": 10} if kind is not DecisionTreeClassifier else {}
    weight = {"class_weight": "balanced"} if kind is not BalancedForestClassifier else {}
    found = tree_shap(kind(random_state=0, **few, **weight).fit(X, score > 0.7), X)
    assert found.unit == "probability"
    assert found.error.max() < 1e-12


@pytest.mark.parametrize("kind", ["binary", "multiclass", "number"])
def test_lightgbm_gives_its_own_parts_and_they_add_up(kind):
    X, score = rows()
    y = {"binary": score > 0, "multiclass": np.digitize(score, [-0.5, 0.5]), "number": score}[kind]
    peer = (lightgbm.LGBMRegressor if kind == "number" else lightgbm.LGBMClassifier)(
        n_estimators=20, n_jobs=1, verbose=-1
    ).fit(X, y)
    parts = peer.predict(X, pred_contrib=True).reshape(120, -1, 6)
    for model in (peer, peer.booster_):
        found = tree_shap(model, X)
        assert found.error.max() < 1e-9
        assert found.unit == ("number" if kind == "number" else "log-odds")
        np.testing.assert_array_equal(found.values.reshape(120, 5, -1), parts[:, :, :5].transpose(0, 2, 1))
    ours = (LightBoostedRegressor if kind == "number" else LightBoostedClassifier)(n_estimators=9).fit(X, y)
    assert is_served(ours)
    found = tree_shap(ours, X)
    assert found.error.max() < 1e-9
    answer = ours.predict(X) if kind == "number" else ours.predict_proba(X)
    shown = {"binary": lambda s: 1 / (1 + np.exp(-s)), "multiclass": lambda s: softmax(s, axis=1)}
    said = shown.get(kind, lambda s: s)(found.said)
    np.testing.assert_allclose(said, answer[:, 1] if kind == "binary" else answer, rtol=1e-9)


def test_what_has_no_exact_parts_is_refused():
    X, score = rows()
    for kind in (BinnedBoostedClassifier, BalancedBaggingClassifier, NearestClassifier):
        assert not is_served(kind().fit(np.nan_to_num(X), score > 0))
