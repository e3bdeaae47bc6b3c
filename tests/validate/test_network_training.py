"""Histories of networks are found wherever a fitted model holds them, and become lines of training.tsv."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import Pipeline

from prognome.validate.learn import Learned
from prognome.validate.network_training import (
    COLUMNS,
    find_trainings,
    training_notes,
    training_table,
)

LINES = [
    {"epoch": 1, "train_loss": 0.9, "validation_loss": 0.8, "seconds": 0.1},
    {"epoch": 2, "train_loss": 0.7, "validation_loss": 0.6, "seconds": 0.1},
    {"epoch": 3, "train_loss": 0.5, "validation_loss": 0.7, "seconds": 0.1},
]


class Fitted:
    """As model.network.FittedNetwork says it."""

    def __init__(self, best=2, notes=()):
        self.history, self.best_epoch, self.notes = LINES, best, notes


Fitted.__module__ = "prognome.model.network"


class Model(BaseEstimator):
    """An estimator with whatever attributes it is given."""

    def __init__(self, **given):
        vars(self).update(given)

    def get_params(self, deep=True):
        return {}


def members(fitted):
    return [one.member for one in find_trainings(fitted)]


def test_networks_are_named_by_the_way_to_them():
    assert members(Model(members_=[Fitted()])) == ["1"]
    assert members(Model(members_=[Fitted(), Fitted()])) == ["1", "2"]
    cnn, mlp = Model(members_=[Fitted()]), Model(members_=[Fitted()])
    assert members(Model(members_=[("cnn", cnn), ("mlp", mlp)])) == ["cnn", "mlp"]
    assert members(Model(encoders_=[cnn, mlp], forests_=[RandomForestClassifier()])) == ["1", "2"]
    assert members(Model(models_={"window": cnn, "scores": mlp})) == ["window", "scores"]
    assert members(Pipeline([("prepare", Model()), ("model", cnn)])) == ["1"]


def test_a_network_that_two_attributes_hold_is_found_once():
    one = Fitted()
    assert members(Model(members_=[one], best_=one)) == ["1"]


def test_the_kept_epoch_is_what_the_network_says_and_else_the_lowest_validation_loss():
    assert find_trainings(Model(members_=[Fitted(best=3)]))[0].best_epoch == 3
    (foreign,) = find_trainings(Model(history_=[LINES]))
    assert foreign.best_epoch == 2
    blind = [{**line, "validation_loss": float("nan")} for line in LINES]
    (without,) = find_trainings(Model(history_=[blind]))
    assert without.best_epoch == 3


def test_models_without_networks_have_none_and_a_forest_is_not_searched():
    forest = RandomForestClassifier(3).fit(np.eye(4), [0, 1, 0, 1])
    forest.history_ = [LINES]
    assert find_trainings(forest) == ()
    assert find_trainings(Pipeline([("prepare", "passthrough"), ("model", RandomForestClassifier())])) == ()
    assert find_trainings(None) == ()


def test_a_real_network_and_a_real_hybrid_are_found():
    torch = pytest.importorskip("torch")
    assert torch
    from prognome.model.hybrid import HybridClassifier
    from prognome.model.network import NetworkClassifier

    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 4)), np.arange(60) % 2
    network = NetworkClassifier("mlp", epochs=2, members=2, random_state=1).fit(X, y)
    found = find_trainings(network)
    assert [one.member for one in found] == ["1", "2"]
    assert [[epoch.epoch for epoch in one.epochs] for one in found] == [[1, 2], [1, 2]]
    hybrid = HybridClassifier(
        "mlp", network_params={"epochs": 2}, forest_params={"n_estimators": 5}, random_state=1
    ).fit(X, y)
    assert len(find_trainings(hybrid)) == 2  # two pairs by default


def learned(part="cv", notes=()):
    return Learned("cnn", part, 1, 2, trainings=find_trainings(Model(members_=[Fitted(notes=notes)])))


def test_the_table_has_one_line_an_epoch_and_marks_the_kept_one():
    table = training_table([learned(), Learned("dummy", "cv", 1, 2), learned("test")])
    assert tuple(table) == COLUMNS
    assert table["epoch"].tolist() == [1, 2, 3, 1, 2, 3]
    assert table["best"].tolist() == [0, 1, 0, 0, 1, 0]
    assert table["part"].tolist() == ["cv"] * 3 + ["refit"] * 3
    assert table["fold"].isna().tolist() == [False] * 3 + [True] * 3
    assert len(training_table([])) == 0


def test_notes_are_said_once_with_their_number():
    done = [learned(notes=("smaller batches",)), learned(notes=("smaller batches",)), learned()]
    assert training_notes(done) == {"cnn": ["smaller batches (2 times)"]}
