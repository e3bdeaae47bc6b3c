"""SHAP values of trees against all subsets by hand, against shap, and against the answers themselves."""

import itertools
import math
import warnings
from fractions import Fraction

import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier, RandomForestRegressor
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from prognome.trees.ensemble import flatten
from prognome.trees.path_shap import path_interactions, path_shap

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import shap


def expected(tree, row, known, node=0):
    """Answer with some columns known: at a column not known, both branches by their training weight."""
    if tree.children_left[node] < 0:
        return tree.value[node, 0, 0]
    left, right, column = tree.children_left[node], tree.children_right[node], tree.feature[node]
    if column in known:
        seen = np.float32(row[column])
        goes_left = tree.missing_go_to_left[node] if np.isnan(seen) else seen <= tree.threshold[node]
        return expected(tree, row, known, left if goes_left else right)
    weights = tree.weighted_n_node_samples
    return (
        weights[left] * expected(tree, row, known, left) + weights[right] * expected(tree, row, known, right)
    ) / weights[node]


def subsets(items):
    return itertools.chain.from_iterable(itertools.combinations(items, k) for k in range(len(items) + 1))


def by_all_subsets(tree, row, columns):
    """Shapley (1953): the mean gain of a column over all orders in which columns become known."""
    found = np.zeros(columns)
    for i in range(columns):
        for some in subsets([j for j in range(columns) if j != i]):
            weight = math.factorial(len(some)) * math.factorial(columns - len(some) - 1)
            gain = expected(tree, row, {*some, i}) - expected(tree, row, {*some})
            found[i] += weight / math.factorial(columns) * gain
    return found


def pair_by_all_subsets(tree, row, i, j, columns):
    """Lundberg et al. (2020), SHAP interaction values: half the Shapley interaction index."""
    found = 0.0
    for some in subsets([k for k in range(columns) if k not in (i, j)]):
        s = {*some}
        weight = (
            math.factorial(len(s)) * math.factorial(columns - len(s) - 2) / math.factorial(columns - 1) / 2
        )
        joint = expected(tree, row, s | {i, j}) - expected(tree, row, s | {i})
        found += weight * (joint - expected(tree, row, s | {j}) + expected(tree, row, s))
    return found


def rows(seed=0, n=120, columns=8, missing=0.0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, columns))
    score = X[:, 0] + X[:, 1] * X[:, 2] + 0.5 * rng.standard_normal(n)
    X[rng.random(X.shape) < missing] = np.nan
    return X, score


def by_shap(model, X):
    explainer = shap.TreeExplainer(model, feature_perturbation="tree_path_dependent")
    return explainer.shap_values(X, check_additivity=False), explainer.expected_value


def test_one_split_by_hand():
    # three rows say 0, one says 8: base 2; a row on the right gains 6, one on the left loses 2
    model = DecisionTreeRegressor().fit([[0.0], [0], [0], [1]], [0, 0, 0, 8])
    np.testing.assert_allclose(path_shap(flatten(model), [[1.0], [0.0]])[:, 0, 0], [6, -2], atol=1e-15)


def test_two_columns_by_hand():
    # and: 1 only where both are 1, a quarter of the rows each. Known alone x0 lifts 1/4 to 1/2, together to
    # 1: each column gave 3/8; jointly 1 - 1/2 - 1/2 + 1/4 = 1/4, half of it each way, alone 3/8 - 1/8 = 1/4
    X = [[0.0, 0], [0, 1], [1, 0], [1, 1]]
    trees = flatten(DecisionTreeRegressor().fit(X, [0, 0, 0, 1]))
    np.testing.assert_allclose(path_shap(trees, [[1.0, 1]])[0, :, 0], [3 / 8, 3 / 8], atol=1e-15)
    np.testing.assert_allclose(
        path_interactions(trees, [[1.0, 1]], [0, 1])[0, :, :, 0], [[1 / 4, 1 / 8], [1 / 8, 1 / 4]], atol=1e-15
    )


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("count", [2, 9])  # few rows go one by one, more go side by side
def test_all_subsets(seed, count):
    # depth 6 on 4 columns, so that paths ask the same column again
    X, score = rows(seed, n=80, columns=4, missing=0.1 * (seed % 2))
    model = DecisionTreeRegressor(max_depth=6, random_state=seed).fit(X, score)
    wanted = [by_all_subsets(model.tree_, row, 4) for row in X[:count]]
    np.testing.assert_allclose(path_shap(flatten(model), X[:count])[:, :, 0], wanted, atol=1e-13)


def test_pairs_by_all_subsets():
    X, score = rows(5, n=80, columns=4)
    model = DecisionTreeRegressor(max_depth=6, random_state=0).fit(X, score)
    found = path_interactions(flatten(model), X[:3], [3, 1])[..., 0]
    for row, one in zip(X, found, strict=False):
        assert one[0, 1] == pytest.approx(pair_by_all_subsets(model.tree_, row, 3, 1, 4), abs=1e-13)
        assert one[1, 0] == pytest.approx(one[0, 1], abs=1e-15)
        halves = sum(pair_by_all_subsets(model.tree_, row, 3, j, 4) for j in range(3))
        assert one[0, 0] == pytest.approx(by_all_subsets(model.tree_, row, 4)[3] - halves, abs=1e-13)


@pytest.mark.parametrize("missing", [0.0, 0.15])
@pytest.mark.parametrize("cuts", [[0.0], [-0.5, 0.5]], ids=["binary", "three classes"])
@pytest.mark.parametrize("kind", [RandomForestClassifier, ExtraTreesClassifier])
def test_classes_equal_shap(kind, cuts, missing):
    X, score = rows(1, missing=missing)
    model = kind(20, random_state=0).fit(X, np.digitize(score, cuts))
    trees = flatten(model)
    wanted, base = by_shap(model, X)
    found = path_shap(trees, X)
    np.testing.assert_allclose(found, wanted, atol=1e-10, rtol=0)
    np.testing.assert_allclose(trees.base, base, atol=1e-10, rtol=0)
    np.testing.assert_allclose(found.sum(axis=1) + trees.base, model.predict_proba(X), atol=1e-12)


@pytest.mark.parametrize("missing", [0.0, 0.15])
def test_numbers_equal_shap(missing):
    X, score = rows(2, missing=missing)
    model = RandomForestRegressor(20, random_state=0, max_features=0.4).fit(X, score)
    trees = flatten(model)
    wanted, base = by_shap(model, X)
    found = path_shap(trees, X)[:, :, 0]
    np.testing.assert_allclose(found, wanted, atol=1e-10, rtol=0)
    assert trees.base[0] == pytest.approx(np.ravel(base)[0], abs=1e-10)
    np.testing.assert_allclose(found.sum(axis=1) + trees.base[0], model.predict(X), atol=1e-12)


def test_pairs_equal_shap():
    X, score = rows(3)
    model = RandomForestClassifier(10, random_state=0).fit(X, np.digitize(score, [-0.5, 0.5]))
    wanted = shap.TreeExplainer(model, feature_perturbation="tree_path_dependent").shap_interaction_values(
        X[:9]
    )
    found = path_interactions(flatten(model), X[:9], np.arange(8))
    np.testing.assert_allclose(found, wanted, atol=1e-10, rtol=0)
    np.testing.assert_allclose(found.sum(axis=2), path_shap(flatten(model), X[:9]), atol=1e-12)


def chain(n):
    """Every column marks one row, so every cut takes one row off: n - 1 columns on the longest path."""
    X = np.eye(n)
    return X, DecisionTreeRegressor(random_state=0).fit(X, np.sin(np.arange(n)))


def in_fractions(trees, row, columns):
    """Leaf by leaf with Shapley's weights k! (d - 1 - k)! / d!, nothing rounded."""
    found = [Fraction(0)] * columns
    for leaf in np.flatnonzero(trees.feature < 0):
        passes, share, node = {}, {}, leaf
        while node > 0:
            up, weight = trees.parent[node], trees.share[node]
            column = trees.feature[up]
            went_left = row[column] <= trees.threshold[up]
            passes[column] = passes.get(column, True) and went_left == (node == up + 1)
            share.setdefault(column, Fraction(float(weight)).limit_denominator(10_000))
            node = up
        for column in share:
            known = [Fraction(1)]  # of the other columns, by how many are known
            for other in share:
                if other != column:
                    longer = [share[other] * one for one in known] + [Fraction(0)]
                    for k, one in enumerate(known):
                        longer[k + 1] += one * passes[other]
                    known = longer
            d = len(share)
            sum_of = sum(
                one * math.factorial(k) * math.factorial(d - 1 - k) / math.factorial(d)
                for k, one in enumerate(known)
            )
            found[column] += Fraction(float(trees.value[leaf, 0])) * (passes[column] - share[column]) * sum_of
    return np.array([float(one) for one in found])


def test_long_paths_equal_exact_fractions():
    X, model = chain(24)
    trees = flatten(model)
    assert trees.degree.max() == 23
    wanted = in_fractions(trees, X[5], 24)
    np.testing.assert_allclose(path_shap(trees, X)[5, :, 0], wanted, atol=1e-14)
    np.testing.assert_allclose(path_shap(trees, X[5:6])[0, :, 0], wanted, atol=1e-14)


def test_paths_of_hundreds_of_columns_keep_to_rounding():
    # shap 0.51 missed the answer of such a chain by 8e-8 at 40 columns and by 1e4 at 80
    X, model = chain(400)
    trees = flatten(model)
    for count in (3, 9):  # one by one and side by side
        found = path_shap(trees, X[:count])[:, :, 0]
        np.testing.assert_allclose(found.sum(axis=1) + trees.base[0], model.predict(X[:count]), atol=1e-12)


def test_a_row_alone_equals_the_same_row_in_a_crowd():
    X, score = rows(4, n=150)
    trees = flatten(RandomForestRegressor(10, random_state=0).fit(X, score))
    crowd = path_shap(trees, X)
    for i in (0, 63, 64, 149):
        np.testing.assert_allclose(path_shap(trees, X[i : i + 1])[0], crowd[i], atol=1e-14, rtol=0)


def test_trees_that_ask_nothing_give_nothing():
    X, _ = rows(0, n=5)
    trees = flatten(DecisionTreeClassifier().fit(X, [1, 1, 1, 1, 1]))
    assert not path_shap(trees, X).any()
    assert trees.base.tolist() == [1.0]
    assert path_shap(trees, X[:0]).shape == (0, 8, 1)


def test_wrong_shapes_are_refused():
    X, score = rows()
    trees = flatten(DecisionTreeRegressor().fit(X, score))
    with pytest.raises(ValueError, match=r"shape \(120, 7\); \(n, 8\) is needed"):
        path_shap(trees, X[:, :7])
    with pytest.raises(ValueError, match="twice"):
        path_interactions(trees, X, [1, 1])
