"""Balanced sampling: trees are scikit-learn's on rows drawn alike from every class."""

import numpy as np
from sklearn.tree import DecisionTreeClassifier

from prognome.model.balanced import BalancedBaggingClassifier, BalancedForestClassifier, balanced_draw
from prognome.model.linear import PenalisedLogistic

rng = np.random.default_rng(8)
X = rng.normal(size=(100, 4))
Y = (X[:, 0] + rng.normal(size=100) > 1.6).astype(int)


def test_every_class_is_drawn_as_often_as_the_rarest_has_rows():
    drawn = balanced_draw(Y, np.random.RandomState(0))
    assert np.bincount(Y[drawn]).tolist() == [Y.sum(), Y.sum()]
    assert len(np.unique(drawn)) < len(drawn)  # with replacement


def test_a_tree_of_the_forest_is_scikit_learns_on_the_rows_drawn():
    forest = BalancedForestClassifier(3, random_state=5).fit(X, Y)
    rolls = np.random.RandomState(5)
    said = []
    for tree in forest.estimators_:
        drawn, seed = balanced_draw(Y, rolls), rolls.randint(np.iinfo(np.int32).max)
        assert tree.tree_.weighted_n_node_samples[0] == 2 * Y.sum()
        np.testing.assert_array_equal(tree.tree_.value[0, 0], [0.5, 0.5])
        peer = DecisionTreeClassifier(max_features="sqrt", random_state=seed).fit(
            X.astype(np.float32), Y, np.bincount(drawn, minlength=100)
        )
        said.append(peer.predict_proba(X))
    np.testing.assert_allclose(forest.predict_proba(X), np.mean(said, axis=0), rtol=1e-12)


def test_bagging_is_the_mean_of_models_on_the_rows_drawn():
    bag = BalancedBaggingClassifier("logistic", n_estimators=4, random_state=5).fit(X, Y)
    rolls, said = np.random.RandomState(5), []
    for _ in range(4):
        drawn = balanced_draw(Y, rolls)
        rolls.randint(np.iinfo(np.int32).max)
        said.append(PenalisedLogistic().fit(X[drawn], Y[drawn]).predict_proba(X))
    np.testing.assert_allclose(bag.predict_proba(X), np.mean(said, axis=0), rtol=1e-12)


def test_a_rare_class_without_any_sign_is_far_more_probable_than_its_share():
    for model in (BalancedForestClassifier(100), BalancedBaggingClassifier(n_estimators=30)):
        noise = rng.normal(size=(400, 3))
        labels = (rng.random(400) < 0.1).astype(int)
        assert model.fit(noise, labels).predict_proba(rng.normal(size=(200, 3)))[:, 1].mean() > 0.3
