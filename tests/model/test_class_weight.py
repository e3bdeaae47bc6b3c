"""Balanced class weights: rows counted again, and the event made more probable by all that take them."""

import numpy as np
import pytest
from sklearn.tree import DecisionTreeClassifier

from prognome.model.catalog import MODELS

rng = np.random.default_rng(10)
X = rng.normal(size=(100, 4))
Y = (np.argsort(np.argsort(X[:, 0] + 1.5 * rng.normal(size=100))) >= 80).astype(int)  # 20 of 100
TAKE = (
    "elastic_net", "lda", "naive_bayes", "svm_linear", "decision_tree", "knn", "svm",
    "random_forest", "extra_trees", "xgboost", "lightgbm", "hist_boosting",
)  # fmt: skip


def test_for_a_tree_they_are_rows_counted_again():
    again = np.concatenate([np.flatnonzero(Y == 0), np.repeat(np.flatnonzero(Y == 1), 4)])  # 80 and 4 x 20
    weighed = DecisionTreeClassifier(class_weight="balanced", max_depth=3, random_state=0).fit(X, Y)
    repeated = DecisionTreeClassifier(max_depth=3, random_state=0).fit(X[again], Y[again])
    np.testing.assert_allclose(weighed.predict_proba(X), repeated.predict_proba(X), atol=1e-12)


@pytest.mark.parametrize("name", TAKE)
def test_they_make_the_rare_event_more_probable(name):
    learner = MODELS.find(name, where="test").load().learner("binary", where="test")
    small = {"n_estimators": 30, "max_iter": 30, "random_state": 0, "min_samples_leaf": 5}
    small = {key: value for key, value in small.items() if key in learner.estimator().get_params()}
    new = np.random.default_rng(0).normal(size=(300, 4))

    def mean(weight):
        built = learner.build({**small, "class_weight": weight}, where="test")
        return built.fit(X, Y).predict_proba(new)[:, 1].mean()

    plain, balanced = mean(None), mean("balanced")
    if name.startswith("svm"):  # their margins are calibrated afterwards: to the share of events again
        assert abs(balanced - plain) < 0.1
    else:
        assert balanced > plain + 0.02
