"""Transfer learns on top of an encoder that never saw these labels, and carries it into the bundle."""

import shutil
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.metrics import r2_score, roc_auc_score
from skops import io

from prognome.core.cohort import Cohort
from prognome.core.encoder_card import EncoderCard, write_encoder
from prognome.core.sequences import Sequences
from prognome.core.table import Table
from prognome.core.trusted import TRUSTED
from prognome.errors import BundleError, StudyError
from prognome.model.hybrid import HybridClassifier
from prognome.model.transfer import TransferClassifier, TransferRegressor
from prognome.nets.encoder_file import EncoderSpec, save_encoder
from prognome.nets.many_tasks import Windows
from prognome.nets.pretraining import Pretraining, pretrain
from prognome.sequence.alphabet import DNA
from prognome.sequence.codes import encode

MOTIF, LENGTH = "TGACTCAGCA", 40
QUICK = {"epochs": 4, "head_layers": (16,)}


def windows(n, seed, motif=MOTIF):
    """Texts, and which hold the motif: half of them."""
    rng = np.random.default_rng(seed)
    letters = rng.choice(list("ACGT"), (n, LENGTH))
    event = np.arange(n) % 2
    for row in np.flatnonzero(event):
        at = rng.integers(0, LENGTH - len(motif))
        letters[row, at : at + len(motif)] = list(motif)
    return ["".join(row) for row in letters], event


def put(folder, data, spec, name="test"):
    folder.mkdir()
    card = EncoderCard(
        name, "", "CC0", spec.encoder, dict(spec.params), spec.alphabet, 1, (), (), 24, (), {}, "", 0, 0.0
    )
    write_encoder(folder, data, card)
    return str(folder)


@pytest.fixture(scope="session")
def encoder(tmp_path_factory):
    """An encoder that has learned the motif from other windows."""
    spec = EncoderSpec("dna", "cnn", {"width": 16, "depth": 2})
    texts, event = windows(1200, 1)
    task = Windows("motif", encode(texts, DNA).values, event, 2)
    done = pretrain(spec, [task], Pretraining(epochs=6, batch_size=32, learning_rate=5e-3, bins=1), seed=0)
    return put(tmp_path_factory.mktemp("encoders") / "motif", save_encoder(done.trunk, spec), spec)


@pytest.fixture(scope="session")
def fresh(tmp_path_factory):
    """One with first weights."""
    spec = EncoderSpec("dna", "cnn", {"width": 16, "depth": 2})
    return put(tmp_path_factory.mktemp("encoders") / "fresh", save_encoder(spec.build(), spec), spec)


FEW, FEW_EVENT = windows(60, 2)
NEW, NEW_EVENT = windows(400, 3)


def cohort_of(texts, event, *, extra=None, present=None):
    ids = np.arange(len(texts)).astype(str).astype(object)
    blocks = {"window": Sequences(ids, pd.DataFrame({"sequence": texts}), "dna", False)}
    if extra is not None:
        blocks["more"] = Table(ids, pd.DataFrame({"a": extra, "b": np.zeros(len(texts))}))
    return Cohort(ids, blocks, event, ("0", "1"), present=present or {})


@pytest.mark.parametrize("mode", ["frozen", "finetune"])
def test_sixty_rows_are_enough_for_a_motif_that_the_encoder_knows(encoder, fresh, mode):
    def auc(name):
        model = TransferClassifier(name, mode=mode, bins=1, random_state=0, **QUICK).fit(FEW, FEW_EVENT)
        return roc_auc_score(NEW_EVENT, model.predict_proba(NEW)[:, 1])

    known, unknown = auc(encoder), auc(fresh)
    assert known > 0.9
    assert known > unknown + 0.1


def test_a_frozen_encoder_learns_no_labels_and_says_the_same_whatever_they_are(encoder):
    said = [
        TransferClassifier(encoder).fit(FEW, event).deep_features(NEW)
        for event in (FEW_EVENT, 1 - FEW_EVENT, np.random.default_rng(0).permutation(FEW_EVENT))
    ]
    assert all(np.array_equal(one, other) for one, other in pairwise(said))
    assert not TransferClassifier(encoder).learns_labels
    assert TransferClassifier(encoder, mode="finetune").learns_labels


def test_one_forest_is_enough_on_a_frozen_encoder(encoder):
    model = HybridClassifier(
        TransferClassifier(encoder, bins=1), random_state=0, forest_params={"n_estimators": 50}
    ).fit(FEW, FEW_EVENT)
    assert len(model.forests_) == 1
    assert roc_auc_score(NEW_EVENT, model.predict_proba(NEW)[:, 1]) > 0.9


def test_columns_beside_the_sequences_are_used(encoder):
    rng = np.random.default_rng(5)
    event, noise = np.arange(200) % 2, ["".join(row) for row in rng.choice(list("ACGT"), (200, LENGTH))]
    cohort = cohort_of(noise, event, extra=event + 0.3 * rng.normal(size=200))
    model = TransferClassifier(encoder, bins=1).fit(cohort.rows(np.arange(100)), event[:100])
    assert roc_auc_score(event[100:], model.predict_proba(cohort.rows(np.arange(100, 200)))[:, 1]) > 0.95
    alone = TransferClassifier(encoder, bins=1, blocks=["window"]).fit(
        cohort.rows(np.arange(100)), event[:100]
    )
    assert roc_auc_score(event[100:], alone.predict_proba(cohort.rows(np.arange(100, 200)))[:, 1]) < 0.75


def test_a_row_that_lacks_an_optional_block_gets_its_mean_and_a_flag(encoder):
    rng = np.random.default_rng(6)
    here = rng.random(60) < 0.7
    cohort = cohort_of(FEW, FEW_EVENT, extra=rng.normal(size=60), present={"more": here})
    model = TransferClassifier(encoder, bins=1).fit(cohort, FEW_EVENT)
    features = model.frozen_.transform(cohort)
    assert features.shape[1] == 64 + 2 + 1
    assert np.array_equal(features[:, -1] > 0, ~here)
    assert not features[~here, 64:66].any()
    # blocks have variances that sum to 1 / 2 each; column b is constant
    assert np.isclose(features[:, :64].var(axis=0).sum(), 0.5, rtol=0.2)
    assert np.isclose(features[here][:, 64].var(), 0.25, rtol=1e-6)


def test_pairs_know_what_a_variant_changes(encoder):
    """The event is a letter that breaks a motif; other variants lie outside it."""
    rng = np.random.default_rng(7)
    rows = []
    for row in range(160):
        letters = rng.choice(list("ACGT"), LENGTH)
        letters[10:20] = list(MOTIF)
        at = rng.integers(12, 18) if row % 2 else rng.integers(28, 38)
        changed = letters.copy()
        changed[at] = rng.choice([one for one in "ACGT" if one != letters[at]])
        rows.append(("".join(letters), "".join(changed)))
    frame, event = pd.DataFrame(rows, columns=["ref", "alt"]), np.arange(160) % 2
    model = TransferClassifier(encoder, bins=1).fit(frame[:80], event[:80])
    assert roc_auc_score(event[80:], model.predict_proba(frame[80:])[:, 1]) > 0.9


@pytest.mark.parametrize("mode", ["frozen", "finetune"])
def test_numbers_come_back_in_their_unit(encoder, mode):
    texts, event = windows(240, 8)
    y = 500 + 40.0 * event
    model = TransferRegressor(encoder, mode=mode, bins=1, random_state=0, **QUICK)
    said = model.fit(texts[:160], y[:160]).predict(texts[160:])
    assert 450 < said.mean() < 590
    assert r2_score(y[160:], said) > 0.3


def test_fine_tuning_keeps_a_history_and_the_same_seed_gives_the_same_answers(encoder):
    fits = [
        TransferClassifier(encoder, mode="finetune", random_state=3, **QUICK).fit(FEW, FEW_EVENT)
        for _ in range(2)
    ]
    assert [line["epoch"] for line in fits[0].history_[0]] == [1, 2, 3, 4]
    assert np.array_equal(fits[0].predict_proba(NEW), fits[1].predict_proba(NEW))
    assert fits[0].deep_features(NEW).shape == (400, 16)
    assert set(fits[0].predict(NEW)) <= {0, 1}


@pytest.mark.parametrize("mode", ["frozen", "finetune"])
def test_what_is_saved_needs_the_folder_no_more(encoder, mode, tmp_path):
    copy = tmp_path / "encoder"
    shutil.copytree(encoder, copy)
    model = TransferClassifier(str(copy), mode=mode, random_state=0, **QUICK).fit(FEW, FEW_EVENT)
    said = model.predict_proba(NEW)
    shutil.rmtree(copy)
    data = io.dumps(model)
    assert set(io.get_untrusted_types(data=data)) <= TRUSTED
    again = io.loads(data, trusted=sorted(TRUSTED))
    assert np.array_equal(again.predict_proba(NEW), said)


def test_a_clone_is_unfitted_and_the_same():
    model = TransferClassifier("x", mode="finetune", bins=2, members=2)
    assert clone(model).get_params() == model.get_params()
    with pytest.raises(ValueError, match="mode"):
        TransferClassifier("x", mode="melted").fit(FEW, FEW_EVENT)


def test_an_encoder_that_is_not_there_of_another_alphabet_or_tampered_with_is_refused(encoder, tmp_path):
    with pytest.raises(StudyError, match="no encoder 'nowhere'"):
        TransferClassifier("nowhere").fit(FEW, FEW_EVENT)
    spec = EncoderSpec("protein", "cnn", {"width": 8})
    other = put(tmp_path / "protein", save_encoder(spec.build(), spec), spec)
    for mode in ("frozen", "finetune"):
        with pytest.raises(StudyError, match="another alphabet"):
            TransferClassifier(other, mode=mode).fit(FEW, FEW_EVENT)
    short = EncoderSpec("dna", "cnn", {"width": 8}, longest=LENGTH - 1)
    with pytest.raises(StudyError, match="longer than the encoder can read"):
        TransferClassifier(put(tmp_path / "short", save_encoder(short.build(), short), short)).fit(
            FEW, FEW_EVENT
        )
    broken = tmp_path / "broken"
    shutil.copytree(encoder, broken)
    weights = broken / "encoder.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x01")
    with pytest.raises(BundleError, match="changed since the encoder was made"):
        TransferClassifier(str(broken)).fit(FEW, FEW_EVENT)


def test_tables_alone_are_no_sequences(encoder):
    with pytest.raises(StudyError, match="no block holds any"):
        TransferClassifier(encoder).fit(np.random.default_rng(0).normal(size=(20, 3)), np.arange(20) % 2)


def test_the_shipped_encoder_is_the_default_and_small():
    from prognome.core.encoder_card import find_encoder, shipped_encoders

    assert "small-dna" in shipped_encoders()
    stored = find_encoder("small-dna")
    assert len(stored.data) < 1_000_000
    for what in ("licence", "shown", "apart", "never_shown", "command"):
        assert stored.card[what]
    assert TransferClassifier().encoder == "small-dna"
    model = TransferClassifier().fit(FEW, FEW_EVENT)
    assert model.encoder_sha256_ == stored.sha256


def test_a_language_model_is_read_frozen_and_must_be_the_same_later(tmp_path):
    pytest.importorskip("transformers", reason="the extra 'language' is not installed")
    from tests.nets.test_language_model import make_tiny_bert

    folder = tmp_path / "bert"
    folder.mkdir()
    make_tiny_bert(folder)
    model = TransferClassifier(str(folder)).fit(FEW, FEW_EVENT)
    assert model.deep_features(NEW).shape == (400, 16)
    assert model.frozen_.weights == b""  # too large to be copied: its files must lie there
    data = io.dumps(model)
    again = io.loads(data, trusted=sorted(TRUSTED))
    assert np.array_equal(again.predict_proba(NEW), model.predict_proba(NEW))
    with pytest.raises(StudyError, match="cannot be fine-tuned"):
        TransferClassifier(str(folder), mode="finetune").fit(FEW, FEW_EVENT)
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x01")
    with pytest.raises(BundleError, match="not the language model"):
        io.loads(data, trusted=sorted(TRUSTED)).predict_proba(NEW)
