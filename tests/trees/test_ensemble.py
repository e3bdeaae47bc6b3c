"""Flattened trees give scikit-learn's answers: missing values, rounding, any order of growth."""

import numpy as np
import pytest
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    GradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from prognome.trees.ensemble import flatten


def walk(trees, row):
    """The answer, node by node, as the docstring of ``Ensemble`` says."""
    answer = np.zeros(trees.value.shape[1])
    for first in trees.start[:-1]:
        node = 0
        while trees.feature[first + node] >= 0:
            at = first + node
            seen = np.float32(row[trees.feature[at]])
            left = trees.missing_left[at] if np.isnan(seen) else float(seen) <= trees.threshold[at]
            node = node + 1 if left else trees.right[at]
        answer += trees.value[first + node]
    return answer


def rows(seed=0, n=150, missing=0.2):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, 6))
    score = X[:, 0] + X[:, 1] * X[:, 2] + 0.3 * rng.standard_normal(n)
    X[rng.random(X.shape) < missing] = np.nan
    return X, score


@pytest.mark.parametrize(
    "model",
    [
        RandomForestClassifier(8, random_state=0, class_weight="balanced"),
        ExtraTreesClassifier(8, random_state=0),
        DecisionTreeClassifier(random_state=0),
        DecisionTreeClassifier(random_state=0, max_leaf_nodes=9),  # grows the best leaf first
    ],
    ids=str,
)
def test_classes_with_missing_values(model):
    X, score = rows()
    model.fit(X, np.digitize(score, [-0.5, 0.5]))
    trees = flatten(model)
    found = np.array([walk(trees, row) for row in X])
    np.testing.assert_allclose(found, model.predict_proba(X), atol=1e-14)
    assert trees.classes.tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    "model",
    [
        RandomForestRegressor(8, random_state=0),
        ExtraTreesRegressor(8, random_state=0, bootstrap=True),
        DecisionTreeRegressor(random_state=0, criterion="absolute_error", max_depth=4),
    ],
    ids=str,
)
def test_numbers(model):
    X, score = rows(missing=0)
    model.fit(X, score)
    trees = flatten(model)
    np.testing.assert_allclose([walk(trees, row)[0] for row in X], model.predict(X), atol=1e-13)
    assert trees.classes is None


def test_a_value_is_rounded_to_float32_before_it_is_compared():
    model = DecisionTreeRegressor().fit([[0.0], [0.2]], [0, 1])  # cuts at .1 in float64
    near = np.nextafter(np.float64(model.tree_.threshold[0]), 1)  # above the cut, but not in float32
    assert model.predict([[near]]) == walk(flatten(model), [near])


def test_the_base_is_the_mean_of_leaves_not_the_value_at_the_root():
    # medians: the root of an absolute-error tree says 0, its leaves say 0 (three rows) and 8 (one row)
    model = DecisionTreeRegressor(criterion="absolute_error").fit([[0], [0], [0], [1]], [0, 0, 0, 8])
    assert model.tree_.value[0, 0, 0] == 0
    assert flatten(model).base.tolist() == [2.0]


def test_shares_and_edges_by_hand():
    # x0 <= .5 (2 of 4 rows), right of it x0 <= 1.5 (1 of 2 rows): the second edge asks the same column
    trees = flatten(DecisionTreeRegressor().fit([[0.0], [0], [1], [2]], [0, 0, 5, 9]))
    assert trees.threshold[trees.feature >= 0].tolist() == [0.5, 1.5]
    assert trees.parent.tolist() == [-1, 0, 0, 2, 2]
    assert trees.above.tolist() == [-1, -1, -1, 2, 2]
    assert trees.share.tolist() == [1, 0.5, 0.5, 0.25, 0.25]
    assert trees.degree.tolist() == [0, 1, 1, 1, 1]
    assert trees.used.tolist() == [0]


def test_what_is_no_forest_is_refused():
    X, score = rows(missing=0)
    boosted = GradientBoostingRegressor(n_estimators=2).fit(X, score)
    # lists of trees too, but their answers are a weighted vote, and trees of other columns
    voted = AdaBoostClassifier(n_estimators=2).fit(X, score > 0)
    bagged = BaggingClassifier(n_estimators=2, max_features=2).fit(X, score > 0)
    for model in (boosted, voted, bagged, RandomForestRegressor(), object()):
        with pytest.raises(TypeError, match="no fitted tree or forest"):
            flatten(model)
    with pytest.raises(TypeError, match="2 targets"):
        flatten(DecisionTreeRegressor().fit(X, np.c_[score, score]))
