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
    "survival": np.column_stack([rng.exponential(np.exp(-2 * X[:, 0])) + 0.01, rng.random(120) < 0.8]),
}
NETWORKS = ("mlp", "cnn", "lstm", "gru", "transformer")
SMALL = {"cnn": {"width": 8, "depth": 1, "kernel": 3, "pool": 1}, "lstm": {"width": 16}, "gru": {"width": 16}}
ROUNDS = dict.fromkeys(
    ("random_forest", "extra_trees", "balanced_forest", "balanced_bagging", "xgboost", "lightgbm"),
    "n_estimators",
) | {"hist_boosting": "max_iter"}
OF_SEQUENCES = [entry.name for entry in MODELS if entry.blocks == ("sequence",) or entry.name == "transfer"]
CASES = [(entry.name, kind) for entry in MODELS for kind in entry.targets]


def read_for(name):
    """What the model reads: numbers, or sequences whose share of G and C follows the first number."""
    if name not in OF_SEQUENCES:
        return X
    draws, share = np.random.default_rng(1), 1 / (1 + np.exp(-X[:, 0]))
    texts = [
        "".join(draws.choice(list("ACGT"), 60, p=[(1 - p) / 2, p / 2, p / 2, (1 - p) / 2])) for p in share
    ]
    return np.array(texts, dtype=object)


def learner(name: str, kind: str) -> Learner:
    return MODELS.find(name, where="test").load().learner(kind, where="test")


def build(name: str, kind: str, **params):
    if name == "stack":
        if kind == "survival":
            members = [("a", build("cox", kind)), ("b", build("random_survival_forest", kind))]
        else:
            linear = Ridge() if kind == "number" else LogisticRegression()
            members = [("a", linear), ("b", build("random_forest", kind))]
        params = {"members": members, **params}
    if name in ROUNDS:
        params = {ROUNDS[name]: 8, **params}
    if name in NETWORKS:
        params = {"epochs": 2, **SMALL.get(name, {}), **params}
        if name != "mlp":
            params = {"signals": ("x",), **params}
    if name == "hybrid":
        params = {"network_params": {"epochs": 3}, "forest_params": {"n_estimators": 8}, **params}
    return seeded(learner(name, kind).build(params, where="test"), 1)


def answers(model, rows):
    if hasattr(model, "predict_survival"):
        return np.column_stack([model.predict(rows), model.predict_survival(rows, np.array([0.2, 1.0, 5.0]))])
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
    first = answers(build(name, kind).fit(read_for(name), TARGETS[kind]), read_for(name))
    np.testing.assert_array_equal(
        first, answers(build(name, kind).fit(read_for(name), TARGETS[kind]), read_for(name))
    )


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_one_row_alone_gets_what_it_gets_in_a_crowd(name, kind):
    model = build(name, kind).fit(read_for(name), TARGETS[kind])
    crowd = answers(model, read_for(name))
    alone = np.concatenate([answers(model, read_for(name)[[row]]) for row in range(10)])
    np.testing.assert_allclose(alone, crowd[:10], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("name", "kind"), [case for case in CASES if case[1] in ("binary", "multiclass")])
def test_probabilities_are_probabilities(name, kind):
    p = answers(build(name, kind).fit(read_for(name), TARGETS[kind]), read_for(name))
    assert p.shape == (120, 2 if kind == "binary" else 3)
    assert (p >= 0).all()
    np.testing.assert_allclose(p.sum(axis=1), 1, atol=1e-9)


@pytest.mark.parametrize(("name", "kind"), [case for case in CASES if case[1] == "survival"])
def test_survival_falls_with_time_from_1_on(name, kind):
    model = build(name, kind).fit(read_for(name), TARGETS[kind])
    shares = model.predict_survival(read_for(name), np.array([1e-9, 0.1, 0.5, 1.0, 3.0, 9.0]))
    assert shares.shape == (120, 6)
    np.testing.assert_allclose(shares[:, 0], 1, atol=1e-3)
    assert (np.diff(shares, axis=1) <= 0).all()
    assert (shares >= 0).all()


@pytest.mark.parametrize(("name", "kind"), [case for case in CASES if case[0] != "dummy"])
def test_it_learns_what_is_there_to_learn(name, kind):
    longer = {"epochs": 40, "learning_rate": 0.01, "dropout": 0.0} if name in NETWORKS else {}
    model = build(name, kind, **longer).fit(read_for(name), TARGETS[kind])
    if kind == "survival":
        assert np.corrcoef(model.predict(read_for(name)), X[:, 0])[0, 1] > 0.7
        return
    if kind == "number":
        assert np.corrcoef(model.predict(read_for(name)), TARGETS[kind])[0, 1] > 0.8
    else:
        assert (model.predict(read_for(name)) == TARGETS[kind]).mean() > 0.6


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_it_survives_being_saved_without_pickle(name, kind):
    from skops import io

    model = build(name, kind).fit(read_for(name), TARGETS[kind])
    data = io.dumps(model)
    strange = set(io.get_untrusted_types(data=data))
    assert strange <= TRUSTED
    np.testing.assert_array_equal(
        answers(io.loads(data, trusted=sorted(strange)), read_for(name)), answers(model, read_for(name))
    )


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
