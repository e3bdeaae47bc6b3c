"""Whoever watches hears of networks in training, from this process and from workers; nobody else pays."""

import json
import time
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin

from prognome.core.metrics import find_metric
from prognome.core.study_models import Tune
from prognome.nets.epochs import _LISTENERS, Epoch, tell
from prognome.validate import training_watch
from prognome.validate.candidate import Candidate
from prognome.validate.crew import Crew
from prognome.validate.learn import Task
from prognome.validate.training_watch import NetworkStatus, read_statuses, telling, watching

AUC = find_metric("auc_roc", "binary")


class Slow(ClassifierMixin, BaseEstimator):
    """Tells of four epochs, as a network does, and waits a little after each."""

    def __init__(self, wait=0.15):
        self.wait = wait

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        for epoch in range(1, 5):
            tell(Epoch(epoch, 1 / epoch, float("nan") if epoch == 1 else 0.5, self.wait), 4)
            time.sleep(self.wait)
        return self

    def predict_proba(self, X):
        return np.full((len(X), 2), 0.5)


class Watcher:
    """A progress that writes down what it hears."""

    def __init__(self):
        self.heard: list[NetworkStatus] = []
        self.last: object = None

    def __call__(self, done, total, word):
        pass

    def training(self, networks):
        self.heard += networks
        self.last = networks


def tasks(cohort):
    rows = np.arange(len(cohort))
    return [
        (
            Task(Candidate("slow", Slow(), 1), "cv", 1, fold, rows, rows, [], Tune(), 1, 1, params={}),
            {"cv": (cohort, rows[:5])},
        )
        for fold in (1, 2)
    ]


@pytest.mark.parametrize("workers", [1, 2])
def test_epochs_arrive_with_their_model_and_fold_from_any_process(cohort, workers, monkeypatch):
    monkeypatch.setattr(training_watch, "EVERY_SECONDS", 0.02)
    watcher = Watcher()
    Crew(cohort, AUC, workers, 2, watcher).work(tasks(cohort))
    assert {one.label for one in watcher.heard} == {"slow"}
    assert {one.fold for one in watcher.heard} <= {1, 2}
    assert watcher.heard
    assert all(1 <= one.epoch <= 4 and one.most == 4 for one in watcher.heard)
    assert watcher.last == [], "at the end nothing trains"
    assert not _LISTENERS


def test_nobody_is_told_where_nobody_watches(cohort, monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("a folder was made for nobody")

    monkeypatch.setattr(training_watch.tempfile, "TemporaryDirectory", refuse)
    Crew(cohort, AUC, 1, 2, lambda *_: None).work(tasks(cohort)[:1])
    with watching(None) as folder:
        assert folder is None


def test_what_is_written_is_a_few_numbers_and_is_taken_away(tmp_path, monkeypatch):
    monkeypatch.setattr(training_watch, "EVERY_SECONDS", 0.0)
    with telling(str(tmp_path), "cnn", "cv", 1, 3):
        tell(Epoch(1, 0.7, 0.6, 1.0), 40)
        tell(Epoch(2, 0.5, 0.55, 1.0), 40)
        tell(Epoch(1, 0.9, float("nan"), 1.0), 40)  # the next network of the same piece
        (path,) = tmp_path.glob("*.json")
        assert set(json.loads(path.read_text())) == {
            "label", "part", "repeat", "fold", "network", "epoch", "most", "train_loss", "validation_loss",
        }  # fmt: skip
        (status,) = read_statuses(tmp_path)
        assert (status.label, status.fold, status.network, status.epoch) == ("cnn", 3, 2, 1)
    assert not [*tmp_path.iterdir()]


def test_a_file_that_is_gone_or_damaged_is_passed_over(tmp_path):
    (tmp_path / "1.json").write_text("{")
    (tmp_path / "2.json").write_text("[1]")
    (tmp_path / "3.json").write_text('{"label": "x"}')
    assert read_statuses(tmp_path) == []


def test_a_watcher_that_cannot_write_never_stops_the_work(tmp_path):
    with telling(str(tmp_path / "gone"), "cnn", "cv", 1, 1):
        tell(Epoch(1, 0.7, 0.6, 1.0), 40)
    assert not Path(tmp_path / "gone").exists()
