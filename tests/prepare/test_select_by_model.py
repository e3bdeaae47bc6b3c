"""Importances and L1 weights equal scikit-learn's; permutation is made on rows a tree did not see."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.feature_selection import SelectFromModel
from sklearn.linear_model import Lasso, LogisticRegression
from sklearn.preprocessing import scale

from prognome.errors import StudyError
from prognome.prepare.forest_importance import grow, out_of_bag
from prognome.prepare.l1_path import first_in
from prognome.prepare.select_by_model import ForestSelector, L1Selector


@pytest.fixture
def data():
    rng = np.random.default_rng(3)
    X = rng.normal(size=(90, 20))
    z = X[:, 4] - X[:, 11] + 0.8 * X[:, 13] + 0.7 * rng.normal(size=90)
    return X, z


@pytest.mark.parametrize("kind", ["classes", "number"])
def test_impurity_equals_scikit_learn(data, kind):
    X, z = data
    y = (z > 0).astype(int) if kind == "classes" else z
    forest = RandomForestClassifier if kind == "classes" else RandomForestRegressor
    expected = forest(25, max_features="sqrt", random_state=5).fit(X, y).feature_importances_
    step = ForestSelector(k=3, trees=25, random_state=5).fit(X, y)
    assert_array_equal(step.scores_, expected)
    assert set(step.get_support(indices=True)) == {4, 11, 13}


@pytest.mark.parametrize("kind", ["classes", "number"])
def test_permutation_is_the_mean_loss_of_the_trees_on_rows_they_did_not_see(data, kind):
    X, z = data
    y = (z > 0).astype(int) if kind == "classes" else z
    forest = grow(X, y, classes=kind == "classes", trees=8, seed=1)
    found = out_of_bag(forest, X, y, np.random.default_rng(7), classes=kind == "classes")
    rng, lost = np.random.default_rng(7), np.zeros((8, 20))
    for row, tree, drawn in zip(lost, forest.estimators_, forest.estimators_samples_, strict=True):
        out = np.setdiff1d(np.arange(90), drawn)
        for column in sorted(set(tree.tree_.feature) - {-2}):
            shuffled = X[out].copy()
            shuffled[:, column] = rng.permutation(shuffled[:, column])
            said, before = tree.predict(shuffled), tree.predict(X[out])
            if kind == "classes":
                row[column] = (said != y[out]).mean() - (before != y[out]).mean()
            else:
                row[column] = ((said - y[out]) ** 2).mean() - ((before - y[out]) ** 2).mean()
    assert_allclose(found.mean, lost.mean(axis=0), rtol=1e-9, atol=1e-12)
    assert_allclose(found.error, lost.std(axis=0) / np.sqrt(8), rtol=1e-6, atol=1e-12)


def test_permutation_is_not_taken_in_by_noise_of_many_values():
    """Impurity ranks an id above a dosage that means something; permutation does not (Strobl et al. 2007)."""
    rng = np.random.default_rng(2)
    dosage = rng.integers(0, 3, 150)
    y = (rng.random(150) < np.array([0.35, 0.5, 0.65])[dosage]).astype(int)
    X = np.column_stack([dosage, rng.normal(size=(150, 3))])
    assert ForestSelector(trees=60).fit(X, y).scores_.argmin() == 0
    assert ForestSelector(trees=60, importance="permutation").fit(X, y).scores_.argmax() == 0


def test_l1_of_two_classes_equals_scikit_learn(data):
    X, z = data
    y, x = (z > 0).astype(int), scale(X)
    smallest = np.abs(x.T @ (y - y.mean())).max()
    model = LogisticRegression(
        C=1 / (0.4 * smallest),
        l1_ratio=1.0,
        solver="liblinear",
        intercept_scaling=10.0,
        random_state=0,
        max_iter=1000,
    )
    expected = SelectFromModel(model, threshold=1e-12).fit(x, y)
    ours = L1Selector(k=None, penalty=0.4).fit(X, y)
    assert_array_equal(ours.keep_, expected.get_support())
    assert_allclose(ours.weights_, np.abs(expected.estimator_.coef_[0]), rtol=1e-3, atol=1e-6)
    assert {4, 11, 13} <= set(np.flatnonzero(ours.keep_)) < set(range(20))


def test_lasso_equals_scikit_learn(data):
    X, z = data
    smallest = np.abs(scale(X).T @ (z - z.mean())).max() / 90
    expected = Lasso(alpha=0.3 * smallest, max_iter=10_000).fit(scale(X), z).coef_
    ours = L1Selector(k=None, penalty=0.3).fit(X, z)
    assert_allclose(ours.weights_, np.abs(expected), rtol=1e-9)
    assert_array_equal(ours.keep_, expected != 0)


@pytest.mark.parametrize("kind", ["two", "three", "number"])
def test_k_columns_are_those_of_the_first_penalty_that_lets_so_many_in(data, kind):
    X, z = data
    y = {"two": (z > 0).astype(int), "three": np.digitize(z, [-0.8, 0.8]), "number": z}[kind]
    ours = L1Selector(k=4).fit(X, y)
    assert ours.keep_.sum() == 4
    assert {4, 11, 13} <= set(np.flatnonzero(ours.keep_))
    stricter = L1Selector(k=None, penalty=ours.penalty_ / 0.9).fit(X, y)
    assert stricter.keep_.sum() < 4


def test_where_nothing_has_a_weight_the_best_of_the_plain_columns_stay(data):
    X, z = data
    none = L1Selector(k=None, penalty=1.0, least=0).fit(X, z)
    assert none.keep_.sum() == 0
    kept = L1Selector(k=None, penalty=1.0, least=2).fit(X, z)
    strongest = np.argsort([abs(np.corrcoef(x, z)[0, 1]) for x in X.T])[-2:]
    assert set(kept.get_support(indices=True)) == set(strongest)
    with pytest.raises(StudyError, match="needs k or penalty"):
        L1Selector(k=None).fit(X, z)


def test_the_lasso_path_lets_in_the_first_k_and_the_earlier_of_copies(data):
    X, z = data
    x = scale(np.column_stack([X[:, 4], X[:, 4], X]))
    found = first_in(x, z, 3, classes=False)
    assert np.flatnonzero(found).tolist() == [0, 13, 15]
