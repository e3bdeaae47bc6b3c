"""Networks as estimators: what they read, how they stop, what they keep, and what they refuse."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GridSearchCV, cross_val_score

from prognome.core.cohort import Cohort
from prognome.core.sequences import Sequences
from prognome.core.table import Table
from prognome.errors import DataError, StudyError
from prognome.model.network import NetworkClassifier, NetworkRegressor
from prognome.model.stopping import stopping_rows
from prognome.nets.saved import read_spec

rng = np.random.default_rng(8)
N = 300
X = rng.normal(size=(N, 4))
Y = (X[:, 0] + 0.5 * rng.normal(size=N) > 0).astype(int)
SMALL = {"width": 16, "depth": 1, "kernel": 7, "epochs": 20, "bins": 1, "random_state": 0}


def windows(n, seed):
    """Half of them hold a motif, anywhere."""
    draws = np.random.default_rng(seed)
    letters = draws.choice(list("ACGT"), (n, 50))
    y = np.arange(n) % 2
    for row in np.flatnonzero(y):
        at = draws.integers(0, 42)
        letters[row, at : at + 8] = list("TGACGTCA")
    return ["".join(row) for row in letters], y


TEXTS, HAS = windows(400, 0)
NEW, NEW_HAS = windows(300, 1)


def test_a_planted_motif_is_learned_from_plain_texts():
    model = NetworkClassifier("cnn", **{**SMALL, "epochs": 30}).fit(TEXTS, HAS)
    assert roc_auc_score(NEW_HAS, model.predict_proba(NEW)[:, 1]) > 0.99


def test_shuffled_labels_are_not_learned():
    shuffled = np.random.default_rng(2).permutation(HAS)
    model = NetworkClassifier("cnn", **{**SMALL, "epochs": 8}).fit(TEXTS, shuffled)
    # standard error of an AUC of .5 on 150 and 150 rows: .033 (Hanley and McNeil 1982)
    assert abs(roc_auc_score(NEW_HAS, model.predict_proba(NEW)[:, 1]) - 0.5) < 3 * 0.033


def test_it_is_a_scikit_learn_estimator():
    model = NetworkClassifier("mlp", epochs=3, random_state=0)
    assert clone(model).get_params() == model.get_params()
    assert cross_val_score(model, X, Y, cv=3, scoring="roc_auc").mean() > 0.6
    search = GridSearchCV(model, {"learning_rate": [1e-5, 1e-2]}, cv=2, scoring="roc_auc").fit(X, Y)
    assert search.best_params_ == {"learning_rate": 1e-2}
    assert model.set_params(epochs=1).epochs == 1


def test_labels_may_be_words():
    words = np.where(Y == 1, "ill", "well")
    model = NetworkClassifier("mlp", epochs=15, random_state=0).fit(X, words)
    assert list(model.classes_) == ["ill", "well"]
    assert (model.predict(X) == words).mean() > 0.75


def test_members_are_averaged_and_have_seeds_of_their_own():
    model = NetworkClassifier("mlp", epochs=2, members=3, random_state=0).fit(X, Y)
    from prognome.nets.say import say

    each = [one.ask(say, X) for one in model.members_]
    np.testing.assert_allclose(model.predict_proba(X), np.mean(each, axis=0), atol=1e-7)
    assert abs(each[0] - each[1]).max() > 1e-3
    with pytest.raises(StudyError, match="do not go together"):
        model.deep_features(X)


def test_rows_that_say_when_to_stop_are_whole_groups_and_never_train():
    family = np.repeat(np.arange(N // 3), 3)
    aside = stopping_rows(Y, family, 0.15, 1, classes=True)
    assert 0.1 < len(aside) / N < 0.2
    assert set(np.unique(family[aside], return_counts=True)[1]) == {3}
    assert len(np.unique(Y[aside])) == 2
    assert not len(stopping_rows(Y, None, 0.0, 1, classes=True))
    assert not len(stopping_rows(np.array([0] * 20 + [1]), None, 0.15, 1, classes=True))


def test_the_scale_of_a_column_is_that_of_the_rows_that_train():
    model = NetworkClassifier("mlp", epochs=1, validation=0.2, random_state=3).fit(X, Y)
    from prognome.core.seeds import seed_of

    aside = stopping_rows(Y, None, 0.2, seed_of(3, "network", 0), classes=True)
    learn = np.setdiff1d(np.arange(N), aside)
    np.testing.assert_allclose(model.members_[0].inputs.mean_, X[learn].mean(axis=0), rtol=1e-12)
    assert not np.allclose(X[learn].mean(axis=0), X.mean(axis=0))


def test_history_and_configuration_are_kept():
    model = NetworkClassifier("cnn", **{**SMALL, "epochs": 2}).fit(TEXTS, HAS)
    assert [line["epoch"] for line in model.history_[0]] == [1, 2]
    assert {"train_loss", "validation_loss", "seconds"} <= set(model.history_[0][0])
    spec = read_spec(model.members_[0].weights)
    assert (spec.encoder, spec.inputs[0].kind, spec.inputs[0].length) == ("cnn", "sequence", 50)


def pair(n=40, same=False):
    ref, _ = windows(n, 3)
    alt = ref if same else [text[:25] + "A" + text[26:] for text in ref]
    return pd.DataFrame({"ref": ref, "alt": alt})


def test_a_frame_of_ref_and_alt_is_a_pair():
    model = NetworkClassifier("cnn", **{**SMALL, "epochs": 1}).fit(pair(), np.arange(40) % 2)
    assert model.members_[0].inputs.inputs[0].kind == "pair"
    assert model.predict_proba(pair()).shape == (40, 2)


def cohort(n=N, present=None, texts=None):
    ids = np.arange(n).astype(str).astype(object)
    blocks = {"scores": Table(ids, pd.DataFrame(X[:n], columns=list("abcd")))}
    if texts is not None:
        blocks["window"] = Sequences(ids, pd.DataFrame({"sequence": np.array(texts, dtype=object)}))
    return Cohort(ids, blocks, Y[:n], ("0", "1"), None, {} if present is None else {"window": present})


def test_one_network_reads_several_blocks():
    both = cohort(N, texts=TEXTS[:N])
    y = ((X[:N, 0] > 0) & (HAS[:N] == 1)).astype(int)
    model = NetworkClassifier("cnn", **SMALL).fit(both, y)
    kinds = {one.name: one.kind for one in model.members_[0].inputs.inputs}
    assert kinds == {"scores": "table", "window": "sequence"}
    assert roc_auc_score(y, model.predict_proba(both)[:, 1]) > 0.95


def test_what_stands_in_an_absent_block_changes_nothing_and_the_block_may_be_gone():
    present = rng.random(N) > 0.3
    blank = [text if here else None for text, here in zip(TEXTS[:N], present, strict=True)]
    model = NetworkClassifier("cnn", **{**SMALL, "epochs": 3}).fit(cohort(N, present, blank), Y)
    first = model.predict_proba(cohort(N, present, blank))
    np.testing.assert_array_equal(first, model.predict_proba(cohort(N, present, TEXTS[:N])))
    gone = model.predict_proba(cohort(N))
    np.testing.assert_array_equal(gone[~present], first[~present])
    needed = NetworkClassifier("cnn", **{**SMALL, "epochs": 1}).fit(cohort(N, None, TEXTS[:N]), Y)
    with pytest.raises(DataError, match="no block 'window'"):
        needed.predict_proba(cohort(N))


def test_an_ordered_table_is_a_signal_for_a_cnn_and_columns_for_an_mlp():
    cnn = NetworkClassifier("cnn", epochs=1, signals=("x",), random_state=0).fit(X, Y)
    mlp = NetworkClassifier("mlp", epochs=1, signals=("x",), random_state=0).fit(X, Y)
    assert cnn.members_[0].inputs.inputs[0].kind == "signal"
    assert mlp.members_[0].inputs.inputs[0].kind == "table"


@pytest.mark.parametrize(
    ("model", "rows", "expected"),
    [
        (NetworkClassifier("cnn"), X, "there is neither"),
        (NetworkClassifier("mlp"), TEXTS[:N], "reads no sequences"),
        (NetworkClassifier("mlp", kernel=3), X, "is no parameter of this network"),
        (NetworkClassifier("mlp"), np.where(X > 2, np.nan, X), "missing values or infinity"),
        (NetworkClassifier("mlp"), pd.DataFrame({"a": ["u", "v"] * 150, "b": X[:, 0]}), "holds categories"),
        (NetworkClassifier("cnn"), [None] * N, "no training row has a sequence"),
        (NetworkClassifier("mlp"), X[:, 0], "1 dimensions"),
        (NetworkClassifier("mlp", blocks=["genes"]), X, "no block is called 'genes'"),
    ],
)
def test_what_it_cannot_read_is_said(model, rows, expected):
    with pytest.raises((DataError, StudyError), match=expected):
        model.fit(rows, Y)


def test_one_class_alone_is_refused():
    with pytest.raises(ValueError, match="two classes"):
        NetworkClassifier("mlp").fit(X, np.zeros(N))


def test_a_batch_larger_than_the_data_and_a_handful_of_rows_still_train():
    model = NetworkClassifier("mlp", epochs=1, batch_size=1000, random_state=0).fit(X[:6], [0, 1, 0, 1, 0, 1])
    assert model.predict_proba(X[:1]).shape == (1, 2)


def test_numbers_come_back_in_their_own_unit():
    dose = 400 + 50 * X[:, 0]
    model = NetworkRegressor("mlp", epochs=30, learning_rate=0.01, random_state=0).fit(X, dose)
    assert np.corrcoef(model.predict(X), dose)[0, 1] > 0.9
    assert abs(model.predict(X).mean() - dose.mean()) < 10


def test_no_rows_have_no_answers():
    model = NetworkClassifier("mlp", epochs=1, random_state=0).fit(X, Y)
    assert model.predict_proba(X[:0]).shape == (0, 2)
    assert model.deep_features(X[:0]).shape == (0, 64)
    number = NetworkRegressor("mlp", epochs=1, random_state=0).fit(X, X[:, 0])
    assert number.predict(X[:0]).shape == (0,)
