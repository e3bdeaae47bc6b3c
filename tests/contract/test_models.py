"""What every model on the menu must do; being on the menu is being tested."""

import inspect

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression, Ridge

from prognome.core.fit import seeded
from prognome.core.learner import Family, Learner
from prognome.core.space import sample
from prognome.core.trusted import TRUSTED
from prognome.errors import StudyError
from prognome.model.catalog import MODELS

rng = np.random.default_rng(0)
X = rng.normal(size=(120, 6))
TARGETS = {
    "binary": (X[:, 0] + rng.normal(size=120) > 0).astype(int),
    "multiclass": np.digitize(X[:, 0] + 0.5 * rng.normal(size=120), [-0.5, 0.5]),
    "number": 40 + 10 * X[:, 0] + rng.normal(size=120),
}
CASES = [(entry.name, kind) for entry in MODELS for kind in entry.targets]


def learner(name: str, kind: str) -> Learner:
    return MODELS.find(name, where="test").load().learner(kind, where="test")


def build(name: str, kind: str, **params):
    if name == "stack":
        linear = Ridge() if kind == "number" else LogisticRegression()
        params = {"members": [("a", linear), ("b", build("random_forest", kind))], **params}
    if name in ("random_forest", "xgboost"):
        params = {"n_estimators": 8, **params}
    return seeded(learner(name, kind).build(params, where="test"), 1)


def answers(model, rows):
    return model.predict_proba(rows) if hasattr(model, "predict_proba") else model.predict(rows)


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_the_constructor_only_stores_and_clone_keeps_it(name, kind):
    model = build(name, kind)
    again = clone(model)
    for key, value in model.get_params(deep=False).items():
        if key != "members":
            assert again.get_params(deep=False)[key] == value
    assert not [key for key in vars(model) if key.endswith("_")]


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_the_same_seed_gives_the_same_answers_twice(name, kind):
    first = answers(build(name, kind).fit(X, TARGETS[kind]), X)
    np.testing.assert_array_equal(first, answers(build(name, kind).fit(X, TARGETS[kind]), X))


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_one_row_alone_gets_what_it_gets_in_a_crowd(name, kind):
    model = build(name, kind).fit(X, TARGETS[kind])
    crowd = answers(model, X)
    alone = np.concatenate([answers(model, X[[row]]) for row in range(10)])
    np.testing.assert_allclose(alone, crowd[:10], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("name", "kind"), [case for case in CASES if case[1] != "number"])
def test_probabilities_are_probabilities(name, kind):
    p = answers(build(name, kind).fit(X, TARGETS[kind]), X)
    assert p.shape == (120, 2 if kind == "binary" else 3)
    assert (p >= 0).all()
    np.testing.assert_allclose(p.sum(axis=1), 1, atol=1e-9)


@pytest.mark.parametrize(("name", "kind"), [case for case in CASES if case[0] != "dummy"])
def test_it_learns_what_is_there_to_learn(name, kind):
    model = build(name, kind).fit(X, TARGETS[kind])
    if kind == "number":
        assert np.corrcoef(model.predict(X), TARGETS[kind])[0, 1] > 0.8
    else:
        assert (model.predict(X) == TARGETS[kind]).mean() > 0.6


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_it_survives_being_saved_without_pickle(name, kind):
    from skops import io

    model = build(name, kind).fit(X, TARGETS[kind])
    data = io.dumps(model)
    strange = set(io.get_untrusted_types(data=data))
    assert strange <= TRUSTED
    np.testing.assert_array_equal(answers(io.loads(data, trusted=sorted(strange)), X), answers(model, X))


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_every_draw_of_its_space_can_be_built(name, kind):
    found = learner(name, kind)
    draws = np.random.default_rng(0)
    for _ in range(20):
        build(name, kind, **sample(found.space, draws))
    assert set(found.space) <= set(inspect.signature(found.estimator).parameters)


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_a_parameter_it_does_not_have_is_refused_with_the_nearest(name, kind):
    with pytest.raises(StudyError, match="has no parameter 'random_stat'"):
        learner(name, kind).build({"random_stat": 1}, where="models")


@pytest.mark.parametrize(
    ("name", "params"),
    [("logistic", {"C": -1}), ("random_forest", {"n_estimators": 0}), ("xgboost", {"subsample": 2}),
     ("svm", {"kernel": "rbg"}), ("stack", {"folds": 1})],
)  # fmt: skip
def test_a_value_it_does_not_take_is_refused(name, params):
    with pytest.raises(StudyError):
        learner(name, "binary").build(params, where="models")


def test_every_line_of_the_menu_loads_and_is_explained():
    for entry in MODELS:
        assert isinstance(entry.load(), Family)
        assert entry.help
    assert MODELS.names[0] == "dummy"


def test_an_unknown_model_is_refused_with_the_nearest():
    with pytest.raises(StudyError, match="Did you mean 'random_forest'"):
        MODELS.find("random_forst", where="models")
