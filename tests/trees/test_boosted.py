"""XGBoost's trees as arrays: its own values and pairs as the reference, brute force on a tiny model."""

from __future__ import annotations

import json
from itertools import combinations
from math import factorial

import numpy as np
import pytest
import xgboost

from prognome.explain.tree_shap import trees_of
from prognome.model.boosting import BoostedClassifier, BoostedRegressor
from prognome.trees.boosted import flatten_boosted
from prognome.trees.path_shap import path_interactions, path_shap


def rows(n=150, columns=6, *, seed=0):
    """Missing values, and values that stand at a threshold: rounded to tenths."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, columns)).round(1)
    score = X[:, 0] + 2 * X[:, 1] * X[:, 2] + 0.3 * rng.standard_normal(n)
    X[rng.random(X.shape) < 0.1] = np.nan
    return X, score


def booster_of(model):
    booster = xgboost.Booster({"nthread": 1})
    booster.load_model(bytearray(model.trees_))
    return booster


def asked(booster, X, **what):
    return np.asarray(booster.predict(xgboost.DMatrix(X, nthread=1), strict_shape=True, **what), float)


MODELS = {
    "two classes": lambda X, s: BoostedClassifier(n_estimators=30, random_state=0).fit(X, s > 0),
    "three classes": lambda X, s: BoostedClassifier(n_estimators=15, random_state=0).fit(
        X, np.digitize(s, [-0.5, 0.5])
    ),
    "numbers": lambda X, s: BoostedRegressor(n_estimators=30, random_state=0).fit(X, s),
}


@pytest.mark.parametrize("kind", MODELS)
def test_values_and_pairs_are_those_that_xgboost_reckons(kind):
    X, score = rows()
    model = MODELS[kind](X, score)
    booster, trees = booster_of(model), trees_of(model)
    values = asked(booster, X[:40], pred_contribs=True)[:, :, :-1].transpose(0, 2, 1)
    np.testing.assert_allclose(path_shap(trees, X[:40]), values, atol=2e-5)  # XGBoost reckons in float32
    pairs = asked(booster, X[:40], pred_interactions=True)[:, :, :-1, :-1].transpose(0, 2, 3, 1)
    np.testing.assert_allclose(path_interactions(trees, X[:40], np.arange(6)), pairs, atol=2e-5)
    some = path_interactions(trees, X[:40], [2, 4, 1])
    np.testing.assert_allclose(some, pairs[:, [2, 4, 1]][:, :, [2, 4, 1]], atol=2e-5)


@pytest.mark.parametrize("kind", MODELS)
def test_rows_of_the_pairs_add_up_to_xgboosts_shap_values(kind):
    X, score = rows(seed=1)
    model = MODELS[kind](X, score)
    values = asked(booster_of(model), X, pred_contribs=True)[:, :, :-1].transpose(0, 2, 1)
    pairs = path_interactions(trees_of(model), X, np.arange(6))
    np.testing.assert_allclose(pairs.sum(axis=2), values, atol=2e-5)
    np.testing.assert_allclose(pairs, pairs.swapaxes(1, 2), atol=1e-14)


def expected(tree, row, known, node=0):
    """What a tree of XGBoost's JSON says where some columns are known: the others by training weight."""
    left, right = tree["left_children"][node], tree["right_children"][node]
    if left < 0:
        return tree["split_conditions"][node]
    column = tree["split_indices"][node]
    if column in known:
        goes_left = np.float32(row[column]) < np.float32(tree["split_conditions"][node])
        return expected(tree, row, known, left if goes_left else right)
    weight = tree["sum_hessian"]
    return sum(weight[k] / weight[node] * expected(tree, row, known, k) for k in (left, right))


def test_pairs_of_a_tiny_model_by_enumeration():
    """Lundberg et al. (2020), equation of SHAP interaction values, over all sets of the other columns."""
    X, score = (one[:60] for one in rows(columns=3))
    X = np.nan_to_num(X)
    model = BoostedRegressor(n_estimators=3, max_depth=3, random_state=0).fit(X, score[:60])
    trees = json.loads(booster_of(model).save_raw("json"))["learner"]["gradient_booster"]["model"]["trees"]
    for row, found in zip(X[:5], path_interactions(trees_of(model), X[:5], [0, 1, 2])[..., 0], strict=True):
        for i, j in combinations(range(3), 2):
            others = [k for k in range(3) if k not in (i, j)]
            value = 0.0
            for size in range(len(others) + 1):
                for some in combinations(others, size):
                    weight = factorial(size) * factorial(3 - size - 2) / (2 * factorial(2))
                    f = {
                        extra: sum(expected(tree, row, {*some, *extra}) for tree in trees)
                        for extra in ((), (i,), (j,), (i, j))
                    }
                    value += weight * (f[(i, j)] - f[(i,)] - f[(j,)] + f[()])
            assert found[i, j] == pytest.approx(value, abs=1e-6)


def test_rounds_after_the_best_one_do_not_count():
    X, score = rows()
    model = xgboost.XGBClassifier(n_estimators=60, early_stopping_rounds=2, learning_rate=1.0)
    model.fit(X[:100], score[:100] > 0, eval_set=[(X[100:], score[100:] > 0)], verbose=False)
    assert trees_of(model).trees == model.best_iteration + 1 < model.get_booster().num_boosted_rounds()


def test_what_is_no_sum_of_trees_has_none():
    X, score = rows()
    data = xgboost.DMatrix(X, label=score > 0)
    dart = xgboost.train({"booster": "dart", "objective": "binary:logistic"}, data, 2)
    assert trees_of(dart) is None
    with pytest.raises(TypeError, match="kind dart is no sum of trees"):
        flatten_boosted(dart.save_raw("json"))
