"""Nearest rows: scikit-learn's answers where nothing is tied, and none that hang on the order of rows."""

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

from prognome.model.nearest import NearestClassifier, NearestRegressor

rng = np.random.default_rng(6)
X, NEW = rng.normal(size=(70, 5)), rng.normal(size=(30, 5))
Y = np.digitize(X[:, 0], [-0.5, 0.5])


@pytest.mark.parametrize("weights", ["uniform", "distance"])
def test_without_ties_it_is_scikit_learns(weights):
    asked = np.vstack([NEW, X[:3]])
    peer = KNeighborsClassifier(7, weights=weights, algorithm="brute").fit(X, Y)
    ours = NearestClassifier(n_neighbors=7, weights=weights).fit(X, Y)
    np.testing.assert_allclose(ours.predict_proba(NEW), peer.predict_proba(NEW), atol=1e-12)
    number = KNeighborsRegressor(7, weights=weights, algorithm="kd_tree").fit(X, X[:, 1])
    said = NearestRegressor(n_neighbors=7, weights=weights).fit(X, X[:, 1]).predict(asked)
    np.testing.assert_allclose(said, number.predict(asked), atol=1e-12)


def test_rows_as_far_as_the_last_share_its_place_whatever_their_order():
    dosages, classes = np.array([[0.0], [1], [1], [1], [2]]), np.array([0, 1, 0, 0, 1])
    for order in ([0, 1, 2, 3, 4], [0, 3, 2, 1, 4], [4, 3, 2, 1, 0]):
        found = NearestClassifier(n_neighbors=2).fit(dosages[order], classes[order])
        # by hand: the row at 0 counts whole, the three at 1 share the second place
        np.testing.assert_allclose(found.predict_proba([[0.0]]), [[5 / 6, 1 / 6]])


def test_more_neighbours_than_rows_are_all_rows():
    np.testing.assert_allclose(NearestRegressor(n_neighbors=100).fit(X, X[:, 0]).predict(NEW), X[:, 0].mean())


def test_a_rare_class_counts_as_much_as_a_common_one():
    found = NearestClassifier(n_neighbors=4, class_weight="balanced")
    said = found.fit([[0.0], [1], [2], [3]], [0, 0, 0, 1]).predict_proba([[1.0]])
    np.testing.assert_allclose(said, [[0.5, 0.5]])
