"""Cross-fitted pairs: no forest learns from a row whose label its network has seen."""

import hashlib
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score

from prognome.core.cohort import Cohort
from prognome.core.sequences import Sequences
from prognome.core.table import Table
from prognome.errors import StudyError, WorkError
from prognome.model import hybrid
from prognome.model.as_cohort import as_cohort
from prognome.model.hybrid import HybridClassifier, HybridRegressor, InSampleFeatures

rng = np.random.default_rng(4)
N = 240
X = rng.normal(size=(2 * N, 5))
Y = (X[:, 0] + X[:, 1] + rng.normal(size=2 * N) > 0).astype(int)
TRAIN, NEW = slice(0, N), slice(N, 2 * N)
TREES = {"n_estimators": 50}


def rows_of_numbers(X):
    return X.blocks["x"].frame.to_numpy() if isinstance(X, Cohort) else np.asarray(X)


class Memoriser(BaseEstimator):
    """Its one deep feature is the label of every row it was fitted on, and noise for any other."""

    def fit(self, X, y):
        rows = rows_of_numbers(X)
        self.known_ = {row.tobytes(): float(label) for row, label in zip(rows, y, strict=True)}
        return self

    def deep_features(self, X):
        def noise(row):
            return hashlib.sha256(row.tobytes()).digest()[0] % 2

        return np.array([[self.known_.get(row.tobytes(), noise(row))] for row in rows_of_numbers(X)])


class Recorder(BaseEstimator):
    """Writes down the first column, which names the row, of all rows it is shown."""

    fitted: ClassVar[list[set[float]]] = []
    asked: ClassVar[list[set[float]]] = []

    def fit(self, X, y, groups=None):
        self.fitted.append(set(rows_of_numbers(X)[:, 0].tolist()))
        self.classes_seen_ = set(np.asarray(y).tolist())
        return self

    def deep_features(self, X):
        self.asked.append(set(rows_of_numbers(X)[:, 0].tolist()))
        return rows_of_numbers(X)[:, :2]


class Forest(RandomForestClassifier):
    """Writes down the rows it learns from: the first column of the table is theirs too."""

    fitted: ClassVar[list[set[float]]] = []

    def fit(self, X, y):
        self.fitted.append(set(X[:, 0].tolist()))
        return super().fit(X, y)


def auc(model, rows=NEW):
    return roc_auc_score(Y[rows], model.predict_proba(X[rows])[:, 1])


@pytest.mark.parametrize("parts", [2, 3, 5])
def test_rows_of_each_network_and_of_its_forest_are_disjoint_and_groups_stay_whole(parts, monkeypatch):
    Recorder.fitted, Recorder.asked, Forest.fitted = [], [], []
    monkeypatch.setattr(hybrid._Hybrid, "_unfitted_forest", lambda self, classes: Forest(5))
    family = np.repeat(np.arange(N // 3), 3)
    named = np.c_[np.arange(N), X[TRAIN]]
    HybridClassifier(Recorder(), parts=parts, beside=False, random_state=1).fit(named, Y[TRAIN], family)
    assert len(Recorder.fitted) == len(Forest.fitted) == parts
    everybody = set(range(N))
    for network, asked, forest in zip(Recorder.fitted, Recorder.asked, Forest.fitted, strict=True):
        assert not network & forest
        assert network | forest == everybody
        assert asked == forest
        assert not set(family[list(map(int, network))]) & set(family[list(map(int, forest))])
    assert sorted(row for forest in Forest.fitted for row in forest) == sorted(everybody)


def test_a_memoriser_deceives_the_naive_forest_and_not_the_pairs():
    with pytest.warns(InSampleFeatures):
        naive = HybridClassifier(Memoriser(), parts=0, forest_params=TREES, random_state=0).fit(
            X[TRAIN], Y[TRAIN]
        )
    sober = HybridClassifier(Memoriser(), forest_params=TREES, random_state=0).fit(X[TRAIN], Y[TRAIN])
    alone = RandomForestClassifier(50, random_state=0).fit(X[TRAIN], Y[TRAIN])
    trust = dict(zip(naive.feature_names_, naive.feature_importances_, strict=True))
    assert trust["deep 1.01"] > 0.6
    assert auc(naive, TRAIN) == 1.0
    assert auc(naive) < auc(alone) - 0.1
    assert auc(sober) > auc(alone) - 0.03
    deep = [v for k, v in zip(sober.feature_names_, sober.feature_importances_, strict=True) if "deep" in k]
    assert sum(deep) < 0.1


def test_the_naive_form_says_so():
    with pytest.warns(InSampleFeatures, match="in sample"):
        naive = HybridClassifier(Memoriser(), parts=0, forest_params=TREES).fit(X[TRAIN], Y[TRAIN])
    assert len(naive.forests_) == 1
    assert len(HybridClassifier(Memoriser(), forest_params=TREES).fit(X[TRAIN], Y[TRAIN]).forests_) == 2


class Frozen(Recorder):
    """An encoder that learned elsewhere."""

    learns_labels = False


def test_an_encoder_that_saw_none_of_the_labels_needs_one_forest():
    model = HybridClassifier(Frozen(), forest_params=TREES).fit(X[TRAIN], Y[TRAIN])
    assert len(model.forests_) == len(model.encoders_) == 1


@pytest.mark.parametrize("forest", ["random_forest", "xgboost"])
def test_importance_names_deep_features_of_each_pair_and_columns_once(forest):
    model = HybridClassifier(
        "mlp", forest=forest, forest_params=TREES, random_state=0,
        network_params={"epochs": 2, "head_layers": (6,)},
    ).fit(X[TRAIN], Y[TRAIN])  # fmt: skip
    names = model.feature_names_
    assert names[:6] == [f"deep 1.0{k}" for k in range(1, 7)]
    assert names[6:] == [*(f"deep 2.0{k}" for k in range(1, 7)), "x0", "x1", "x2", "x3", "x4"]
    found = dict(zip(names, model.feature_importances_, strict=True))
    assert sum(found.values()) == pytest.approx(1)
    assert found["x0"] + found["x1"] > found["x2"] + found["x3"] + found["x4"]
    forests = [np.asarray(one.feature_importances_) for one in model.forests_]
    assert found["x0"] == pytest.approx(np.mean([one[6] for one in forests]))
    assert found["deep 2.03"] == pytest.approx(forests[1][2] / 2)


def test_the_answer_is_the_mean_over_pairs_each_with_its_own_table():
    model = HybridClassifier(
        "mlp", forest_params=TREES, random_state=0, network_params={"epochs": 2}
    ).fit(X[TRAIN], Y[TRAIN])  # fmt: skip
    said = [
        forest.predict_proba(np.c_[network.deep_features(X[NEW]), X[NEW]])
        for network, forest in zip(model.encoders_, model.forests_, strict=True)
    ]
    np.testing.assert_allclose(model.predict_proba(X[NEW]), np.mean(said, axis=0), atol=1e-12)


def test_numbers_are_learned_in_their_own_unit():
    y = 40 + 10 * X[:, 0] + rng.normal(size=len(X))
    model = HybridRegressor(
        forest_params=TREES, network_params={"epochs": 4}, random_state=0
    ).fit(X[TRAIN], y[TRAIN])  # fmt: skip
    assert np.corrcoef(model.predict(X[NEW]), y[NEW])[0, 1] > 0.8
    assert abs(model.predict(X[NEW]).mean() - y[NEW].mean()) < 3


def test_sequences_and_columns_meet_in_the_forest():
    letters = rng.choice(list("ACGT"), (160, 30))
    texts = np.array(["".join(row) for row in letters], dtype=object)
    ids = np.arange(160).astype(str).astype(object)
    cohort = Cohort(
        ids,
        {
            "window": Sequences(ids, pd.DataFrame({"sequence": texts})),
            "scores": Table(ids, pd.DataFrame(X[:160, :2], columns=["a", "b"])),
        },
    )
    model = HybridClassifier(
        forest_params=TREES, network_params={"epochs": 1, "width": 8, "depth": 1}, random_state=0
    ).fit(cohort, Y[:160])  # fmt: skip
    assert model.encoders_[0].encoder == "cnn"
    assert model.feature_names_[-2:] == ["a", "b"]
    assert roc_auc_score(Y[:160], model.predict_proba(cohort)[:, 1]) > 0.8


def test_a_parameter_of_network_or_forest_that_does_not_exist_is_refused_before_any_work():
    with pytest.raises(StudyError, match="Did you mean 'epochs'"):
        HybridClassifier(network_params={"epoch": 3})._validate_params()
    with pytest.raises(StudyError, match="Did you mean 'n_estimators'"):
        HybridClassifier(forest_params={"n_estimator": 3})._validate_params()
    with pytest.raises(StudyError, match="must be 1"):
        HybridClassifier(network_params={"members": 3})._validate_params()


def test_a_class_in_one_group_alone_cannot_be_cross_fitted():
    groups = np.where(Y[TRAIN] == 1, "a", "b")
    with pytest.raises(WorkError, match="class"):
        HybridClassifier(Memoriser()).fit(X[TRAIN], Y[TRAIN], groups)


def test_clone_keeps_an_encoder_that_was_given():
    model = clone(HybridClassifier(Memoriser(), parts=3))
    assert isinstance(model.encoder, Memoriser)
    assert model.parts == 3


def test_an_encoder_from_elsewhere_may_be_named():
    model = HybridClassifier("transfer", network_params={"mode": "frozen", "bins": 2}, blocks=["window"])
    encoder = model._unfitted_encoder(as_cohort(["ACGT"]))
    assert (type(encoder).__name__, encoder.bins, encoder.blocks) == ("TransferClassifier", 2, ["window"])
    assert not encoder.learns_labels
    assert model.needs_order
