"""Elimination equals scikit-learn's RFE and RFECV on the same models, steps and folds."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.feature_selection import RFE, RFECV
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler, scale
from sklearn.svm import SVC, LinearSVC, LinearSVR

from prognome.core.split import inner_folds
from prognome.errors import DataError
from prognome.prepare.elimination import elimination_rounds
from prognome.prepare.select_by_elimination import EliminationSelector as Rfe
from prognome.prepare.select_by_elimination import FoldedEliminationSelector as RfeCv


@pytest.fixture
def data():
    rng = np.random.default_rng(6)
    X = rng.normal(size=(70, 16)) * rng.uniform(0.1, 9, 16)
    z = scale(X[:, 3]) - scale(X[:, 9]) + 0.7 * rng.normal(size=70)
    return X, z


SQUARED = "squared_epsilon_insensitive"
THEIRS = {
    ("svm", "classes"): LinearSVC(C=0.1, random_state=0, max_iter=10_000),
    ("svm", "number"): LinearSVR(C=0.1, loss=SQUARED, dual="auto", random_state=0, max_iter=10_000),
    ("ridge", "classes"): LogisticRegression(C=0.1, max_iter=10_000),
    ("ridge", "number"): Ridge(alpha=10.0),
    ("hinge", "classes"): SVC(kernel="linear", C=0.1, tol=1e-8),
    ("forest", "classes"): RandomForestClassifier(10, max_features="sqrt", random_state=0),
    ("forest", "number"): RandomForestRegressor(10, max_features="sqrt", random_state=0),
}


@pytest.mark.parametrize(("model", "kind"), THEIRS)
@pytest.mark.parametrize("classes", [2, 3])
def test_ranking_equals_scikit_learn(data, model, kind, classes):
    X, z = data
    y = np.digitize(z, [0] if classes == 2 else [-0.5, 0.5]) if kind == "classes" else z
    expected = RFE(THEIRS[model, kind], n_features_to_select=4, step=3)
    expected.fit(scale(X), y if kind == "classes" else scale(y))
    ours = Rfe(k=4, model=model, step=3, trees=10).fit(X, y)
    assert_array_equal(ours.ranking_, expected.ranking_)
    assert ours.keep_.sum() == 4


def test_the_hinge_serves_classes_alone(data):
    X, z = data
    with pytest.raises(DataError, match="classes alone with model: hinge"):
        Rfe(k=4, model="hinge").fit(X, z)


def test_a_share_is_of_the_columns_still_there(data):
    X, z = data
    left = np.arange(16)
    for then in (8, 4, 3):  # halves, and then what is asked for
        chosen = RFE(THEIRS["ridge", "number"], n_features_to_select=then, step=99).fit(
            scale(X[:, left]), scale(z)
        )
        left = left[chosen.support_]
    assert Rfe(k=3, model="ridge", step=0.5).fit(X, z).get_support(indices=True).tolist() == left.tolist()
    assert {3, 9} <= set(left)


def test_of_equal_weights_the_later_column_goes_first():
    class Alike:
        def fit(self, x, y):
            self.coef_ = np.ones(x.shape[1])
            return self

    stood = elimination_rounds(np.zeros((3, 5)), np.zeros(3), Alike, [5, 3, 2, 1])
    assert stood.tolist() == [3, 2, 1, 0, 0]


@pytest.mark.parametrize("kind", ["classes", "number"])
def test_inner_scores_and_size_equal_scikit_learn(data, kind):
    X, z = data
    y = (z > 0).astype(int) if kind == "classes" else scale(z)
    weighed = make_pipeline(StandardScaler(), THEIRS["svm", kind])
    expected = RFECV(
        weighed,
        step=3,
        min_features_to_select=2,
        cv=inner_folds(y, None, 4, 0, classes=kind == "classes"),
        scoring="roc_auc" if kind == "classes" else "r2",
        importance_getter=f"named_steps.{'linearsvc' if kind == 'classes' else 'linearsvr'}.coef_",
    ).fit(X, y)
    ours = RfeCv(least=2, step=3, folds=4).fit(X, y)
    assert ours.sizes_.tolist() == expected.cv_results_["n_features"][::-1].tolist()
    assert_allclose(ours.scores_, expected.cv_results_["mean_test_score"][::-1], rtol=1e-10)
    assert ours.size_ == expected.n_features_
    assert_array_equal(ours.keep_, expected.support_)


def test_limits_and_the_rule_of_one_standard_error(data):
    X, z = data
    best = RfeCv(least=1, step=1).fit(X, z)
    fewest = RfeCv(least=1, step=1, rule="one_se").fit(X, z)
    assert fewest.size_ < best.size_
    assert fewest.keep_[[3, 9]].all()
    assert RfeCv(least=1, most=2, step=1).fit(X, z).size_ <= 2
    assert best.fits_ == 5 * 16 + 16 - best.size_
