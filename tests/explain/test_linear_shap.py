"""Linear SHAP by hand, and against shap's LinearExplainer with independent features."""

import warnings

import numpy as np
import pytest
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.svm import LinearSVC

from prognome.explain.linear_shap import linear_shap
from prognome.model.discriminant import ShrunkenDiscriminant
from prognome.model.elastic_net import ElasticNetClassifier, ElasticNetRegressor
from prognome.model.linear import PenalisedLinear, PenalisedLogistic

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import shap


def rows(seed=0, n=80):
    rng = np.random.default_rng(seed)
    X = rng.normal([0, 1, 2, 3], size=(n, 4))
    return X, X[:, 0] - 2 * X[:, 1] + rng.standard_normal(n)


class Fitted:
    """y = 1 + 2 a - 3 b"""

    coef_ = np.array([2.0, -3.0])
    intercept_ = 1.0

    def predict(self, X):
        return 1.0 + np.asarray(X) @ self.coef_


def test_by_hand():
    # means 1 and 2: base 1 + 2 - 6 = -3; row (4, 0): 2 * 3 = 6 and -3 * -2 = 6, and -3 + 12 = 9 = 1 + 8 - 0
    found = linear_shap(Fitted(), [[4.0, 0.0]], [[0.0, 1.0], [2.0, 3.0]])
    assert found.values.tolist() == [[6.0, 6.0]]
    assert float(found.base) == -3
    assert found.said.tolist() == [9.0]
    assert found.error.tolist() == [0.0]
    assert found.unit == "number"
    assert found.strength.tolist() == [6.0, 6.0]


@pytest.mark.parametrize("model", [LogisticRegression(), Ridge()])
def test_equals_shap(model):
    X, score = rows()
    model.fit(X, score > 0 if isinstance(model, LogisticRegression) else score)
    found = linear_shap(model, X[:9], X)
    explainer = shap.LinearExplainer(model, shap.maskers.Independent(X, max_samples=len(X)))
    np.testing.assert_allclose(found.values, explainer.shap_values(X[:9]), atol=1e-10)
    assert float(found.base) == pytest.approx(float(explainer.expected_value), abs=1e-10)
    assert found.error.max() < 1e-12


@pytest.mark.parametrize("model", [LogisticRegression(), PenalisedLogistic()])
def test_several_classes_have_parts_of_their_own(model):
    X, score = rows()
    model.fit(X, np.digitize(score, [-3, -1]))
    found = linear_shap(model, X[:5], X)
    assert found.values.shape == (5, 4, 3)
    assert found.unit == "log-odds"
    np.testing.assert_allclose(found.said, model.decision_function(X[:5]), atol=1e-12)
    assert found.error.shape == (5,)
    assert found.error.max() < 1e-9
    # class 2, feature 1, by its definition
    wanted = model.coef_[2, 1] * (X[0, 1] - X[:, 1].mean())
    assert found.values[0, 1, 2] == pytest.approx(wanted)


def test_our_own_linear_models_and_margins():
    X, score = rows()
    assert linear_shap(PenalisedLinear().fit(X, score), X, X).error.max() < 1e-9
    binary = linear_shap(PenalisedLogistic().fit(X, score > 0), X, X)
    assert binary.values.shape == (80, 4)
    assert binary.error.max() < 1e-9
    assert linear_shap(LinearSVC().fit(X, score > 0), X, X).unit == "score"


def test_the_error_shows_an_answer_that_is_not_linear():
    class Bent(Fitted):
        def predict(self, X):
            return np.maximum(super().predict(X), 0)

    # row (0, 3): 1 - 9 = -8, said 0
    assert linear_shap(Bent(), [[0.0, 3.0]], [[0.0, 0.0]]).error.tolist() == [8.0]


def test_what_does_not_fit_is_refused():
    X, score = rows()
    with pytest.raises(TypeError, match="no coef_"):
        linear_shap(RandomForestRegressor(2).fit(X, score), X, X)
    with pytest.raises(ValueError, match=r"\(n, 2\) is needed"):
        linear_shap(Fitted(), X, X)


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("kind", [ElasticNetClassifier, ShrunkenDiscriminant])
def test_elastic_nets_and_discriminants_are_linear_in_log_odds(kind, classes):
    X, score = rows()
    model = kind().fit(X, np.digitize(score, [-2] if classes == 2 else [-3, -1]))
    found = linear_shap(model, X, X)
    assert found.unit == "log-odds"
    assert found.error.max() < 1e-9
    p = model.predict_proba(X)
    odds = np.log(p[:, 1] / p[:, 0]) if classes == 2 else np.log(p[:, 1:] / p[:, :1])
    np.testing.assert_allclose(odds, found.said if classes == 2 else found.said[:, 1:] - found.said[:, :1])


def test_an_elastic_net_of_numbers():
    X, score = rows()
    found = linear_shap(ElasticNetRegressor().fit(X, score), X, X)
    assert found.unit == "number"
    assert found.error.max() < 1e-12
