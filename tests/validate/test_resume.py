"""Kept pieces: what is taken up is bit for bit what would come out, and only where nothing differs."""

from __future__ import annotations

import json
import os
import shutil
import stat
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from prognome.core import encoder_card
from prognome.core.cohort import Cohort
from prognome.core.encoder_card import EncoderCard, write_encoder
from prognome.core.metrics import find_metric
from prognome.core.space import Choice, Real
from prognome.core.study_judge import Judge
from prognome.core.study_models import Tune
from prognome.core.table import Table
from prognome.model.fusion import FusionClassifier
from prognome.model.hybrid import HybridClassifier
from prognome.model.network import NetworkClassifier
from prognome.model.stacking import StackedClassifier
from prognome.model.transfer import TransferClassifier
from prognome.nets import device
from prognome.nets.encoder_file import EncoderSpec, save_encoder
from prognome.prepare.fuse import fuse
from prognome.validate import resume
from prognome.validate.candidate import Candidate
from prognome.validate.craft import LEARNING
from prognome.validate.crew import Crew
from prognome.validate.learn import Learned, Task
from prognome.validate.network_training import NetworkEpoch, NetworkTraining
from prognome.validate.piece_file import PieceDamagedError, read_piece, write_piece
from prognome.validate.piece_key import NoKeyError, piece_key
from prognome.validate.resume import Pieces, pieces_folder
from prognome.validate.trial import Trial

AUC = find_metric("auc_roc", "binary")
STEPS = {"genes": [("impute.median", {}), ("scale.zscore", {})]}
VERSIONS = {"prognome": "0.1"}


@pytest.fixture
def every_piece(monkeypatch):
    """Keeps what took no time as well."""
    monkeypatch.setattr(resume, "LEAST_SECONDS", 0.0)


def candidate(model, space=None, label="model"):
    return Candidate(label, Pipeline([("prepare", fuse(STEPS, ["genes"])), ("model", model)]), 1, space or {})


FOREST = candidate(RandomForestClassifier(5), {"model__min_samples_leaf": Real(0.01, 0.2)}, "forest")
LOGISTIC = candidate(LogisticRegression(), {"model__C": Choice((0.1, 1.0))}, "logistic")


def task(model=FOREST, fold=1, **more):
    train = np.flatnonzero(np.arange(120) % 3 != fold)
    asked = {"judge": Judge(), "kind": "binary", **more}
    return Task(model, "cv", 1, fold, train, train, 2, Tune(search="random", trials=3), 7, 8, **asked)


def asked(cohort, fold=1):
    return {"cv": (cohort, np.flatnonzero(np.arange(120) % 3 == fold))}


def key(cohort, one=None, about=None, versions=VERSIONS, metric=AUC):
    return piece_key(one or task(), cohort, about or asked(cohort), metric, versions)


def same(one: Learned, other: Learned) -> None:
    """Every number equal to its last bit."""
    assert list(one.said) == list(other.said)
    for part in one.said:
        assert one.said[part].dtype == other.said[part].dtype
        assert one.said[part].tobytes() == other.said[part].tobytes()
    assert one.rule == other.rule
    assert list(one.trials) == list(other.trials)
    assert one.chosen == other.chosen
    assert repr(dict(one.timing)) == repr(dict(other.timing))
    assert (one.out_of_fold is None) == (other.out_of_fold is None)
    if one.out_of_fold is not None:
        assert one.out_of_fold.fold.tobytes() == other.out_of_fold.fold.tobytes()
        assert one.out_of_fold.said.tobytes() == other.out_of_fold.said.tobytes()
    for name in ("label", "part", "repeat", "fold", "notes", "feature", "failure", "trainings", "fitted"):
        assert getattr(one, name) == getattr(other, name), name


def test_a_new_field_of_an_answer_must_be_kept_too():
    """This list is what ``same`` compares and ``piece_file`` writes: whoever adds a field adds it there."""
    assert {field.name for field in fields(Learned)} == {
        "label", "part", "repeat", "fold", "said", "rule", "trials", "chosen", "fitted", "timing", "notes",
        "feature", "failure", "trainings", "out_of_fold",
    }  # fmt: skip


def test_a_piece_read_back_is_what_was_written_to_the_last_bit(cohort, tmp_path, every_piece):
    (one,) = Crew(cohort, AUC, 1, 1, None).work([(task(share=True), asked(cohort))])
    assert one.out_of_fold is not None
    assert one.rule.calibration.kind == "logistic"
    assert len(one.trials) == 3
    write_piece(tmp_path / "one.npz", "k", one)
    same(read_piece(tmp_path / "one.npz", "k", {"cv": 40}), one)


def test_parameters_and_trainings_come_back_with_their_kinds(tmp_path):
    """A tuple is no list, a number of numpy none of Python: the refit would be another."""
    params = {"layers": ((32,), (64, 16)), "rate": np.float64(0.1), "depth": np.int64(3), "none": None}
    epochs = (NetworkEpoch(1, 0.1 + 0.2, 0.5, 0.01), NetworkEpoch(2, 0.1, float("inf"), 0.02))
    training = NetworkTraining("cnn 1", epochs, 1, ("smaller batches",))
    trial = Trial(params, (0.7, 0.8))
    one = Learned(
        "m", "cv", 1, 2, {"cv": np.array([[0.1, 0.9]])}, None, [trial], trial, None,
        {"fit_seconds": 1.5, "train_rows": 80}, ("ConvergenceWarning",), "genes:g1", trainings=(training,),
    )  # fmt: skip
    write_piece(tmp_path / "one.npz", "k", one)
    found = read_piece(tmp_path / "one.npz", "k", {"cv": 1})
    same(found, one)
    assert [type(value) for value in found.chosen.params.values()] == [type(v) for v in params.values()]


def test_a_piece_needs_no_pickle(cohort, tmp_path):
    (one,) = Crew(cohort, AUC, 1, 1, None).work([(task(), asked(cohort))])
    write_piece(tmp_path / "one.npz", "k", one)
    with np.load(tmp_path / "one.npz", allow_pickle=False) as arrays:
        assert {arrays[name].dtype.kind for name in arrays} <= {"f", "u"}
        words = json.loads(arrays["words"].tobytes())
    assert not set(map(str, cohort.ids)) & set(json.dumps(words).split('"'))


def test_the_key_is_the_same_for_equal_content_and_moves_with_everything_the_answer_hangs_on(cohort):
    again = Cohort(
        cohort.ids.copy(), dict(cohort.blocks), cohort.target.copy(), cohort.classes, cohort.groups
    )
    same_model = candidate(RandomForestClassifier(5), {"model__min_samples_leaf": Real(0.01, 0.2)}, "forest")
    assert key(cohort) == key(again, task(same_model), asked(again))

    frame = cohort.blocks["genes"].frame.copy()
    frame.iloc[7, 0] += 1e-12
    moved = replace(again, blocks={**cohort.blocks, "genes": Table(cohort.ids, frame)})
    turned = replace(again, target=1 - cohort.target)
    alone = replace(again, groups=None)
    deeper = candidate(RandomForestClassifier(6), FOREST.space, "forest")
    wider = candidate(RandomForestClassifier(5), {"model__min_samples_leaf": Real(0.01, 0.3)}, "forest")
    other_kind = candidate(RandomForestRegressor(5), FOREST.space, "forest")
    one = task()
    keys = [
        key(cohort),
        key(moved, about=asked(moved)),
        key(turned, about=asked(turned)),
        key(alone, about=asked(alone)),
        key(cohort, about=asked(moved)),
        key(cohort, about=asked(cohort, 2)),
        key(cohort, task(deeper)),
        key(cohort, task(wider)),
        key(cohort, task(other_kind)),
        key(cohort, task(fold=2)),
        key(cohort, replace(one, seed=9)),
        key(cohort, replace(one, inner_seed=9)),
        key(cohort, replace(one, tune=Tune(search="random", trials=4))),
        key(cohort, replace(one, inner=3)),
        key(cohort, replace(one, params={})),
        key(cohort, replace(one, judge=Judge(calibrate="none"))),
        key(cohort, versions={"prognome": "0.2"}),
        key(cohort, metric=find_metric("brier", "binary")),
    ]
    assert len(set(keys)) == len(keys)


def test_missing_is_not_the_word_for_it_and_texts_do_not_run_together(cohort):
    def told(*values):
        facts = {"site": np.array([*values, *["x"] * 118], dtype=object)}
        return key(replace(cohort, facts=facts))

    assert len({told(None, "a"), told("None", "a"), told("nan", "a"), told("", "xa"), told("x", "a")}) == 5


def test_a_file_that_a_parameter_names_counts_by_its_content(cohort, tmp_path):
    path = tmp_path / "encoder.safetensors"
    path.write_bytes(b"one")
    named = candidate(LogisticRegression(solver=str(path)))
    first = key(cohort, task(named))
    path.write_bytes(b"two")
    assert key(cohort, task(named)) != first


def test_a_file_that_a_mapping_among_the_parameters_names_counts_by_its_content(cohort, tmp_path):
    path = tmp_path / "weights"
    alone = LogisticRegression(class_weight={"inner": {"file": str(path)}})
    joined = StackedClassifier([("alone", alone), ("other", LogisticRegression())])

    def keys():
        return [key(cohort, task(Candidate("m", one, 1))) for one in (alone, joined)]

    path.write_bytes(b"one")
    first = keys()
    assert keys() == first
    path.write_bytes(b"two")
    assert not set(keys()) & set(first)


def made_encoder(folder, seed):
    torch.manual_seed(seed)
    spec = EncoderSpec("dna", "cnn", {"width": 4, "depth": 1})
    folder.mkdir(parents=True)
    card = EncoderCard("e", "", "CC0", "cnn", {}, "dna", 1, (), (), 24, (), {}, "", 0, 0.0)
    write_encoder(folder, save_encoder(spec.build(), spec), card)


def test_an_encoder_counts_by_its_content_named_or_by_default_wherever_it_is_held(
    cohort, tmp_path, monkeypatch
):
    """As long as before and of the same time: names, sizes and times tell nothing."""
    monkeypatch.setattr(encoder_card, "SHIPPED", tmp_path / "shipped")
    named = {"encoder": str(tmp_path / "mine")}
    models = [
        TransferClassifier(),
        TransferClassifier(**named),
        HybridClassifier("transfer"),
        HybridClassifier("transfer", network_params=named),
        StackedClassifier(
            [("a", HybridClassifier("transfer", network_params=named)), ("b", FOREST.estimator)]
        ),
    ]

    def keys(seed):
        for folder in (tmp_path / "shipped" / "small-dna", tmp_path / "mine"):
            shutil.rmtree(folder, ignore_errors=True)
            made_encoder(folder, seed)
            for path in [*folder.iterdir(), folder]:
                os.utime(path, (1, 1))
        return [key(cohort, task(Candidate("m", one, 1))) for one in models]

    first, again, other = keys(0), keys(0), keys(1)
    assert again == first
    assert len({*first, *other}) == 2 * len(models)


def test_an_encoder_or_a_device_that_is_not_there_has_no_key(cohort, tmp_path):
    for broken in (TransferClassifier(str(tmp_path / "none")), NetworkClassifier(device="none")):
        with pytest.raises(NoKeyError):
            key(cohort, task(Candidate("m", broken, 1)))


def test_device_and_precision_count_for_networks_and_what_holds_them_alone(cohort, monkeypatch):
    models = [
        NetworkClassifier(),
        TransferClassifier(),
        HybridClassifier("auto"),
        HybridClassifier("transfer"),
        FusionClassifier("mlp"),
        FusionClassifier(sequence_base="cnn"),
        StackedClassifier([("a", NetworkClassifier()), ("b", LogisticRegression())]),
    ]

    def keys(gpu, bfloat16, models=models):
        monkeypatch.setattr(torch.cuda, "is_available", lambda: gpu)
        monkeypatch.setattr(device, "has_bfloat16", lambda _: bfloat16)
        return [key(cohort, task(Candidate("m", one, 1))) for one in models]

    told = [keys(gpu, wide) for gpu in (False, True) for wide in (False, True)]
    assert len({one for four in told for one in four}) == 4 * len(models)
    held = [NetworkClassifier(device="cpu", precision="float32"), FusionClassifier(), FOREST.estimator]
    assert keys(True, True, held) == keys(False, False, held)


def test_what_cannot_be_told_apart_has_no_key(cohort):
    nameless = candidate(LogisticRegression(class_weight=lambda: None))
    with pytest.raises(NoKeyError):
        key(cohort, task(nameless))
    with pytest.raises(NoKeyError):
        key(cohort, task(candidate(LogisticRegression(random_state=np.random.RandomState(0)))))


def work(cohort, pieces, folds=(0, 1, 2)):
    done: list[str] = []
    crew = Crew(cohort, AUC, 1, len(folds), lambda *said: done.append(said[2]), pieces)
    return crew.work(
        [(task(model, fold), asked(cohort, fold)) for fold in folds for model in (FOREST, LOGISTIC)]
    )


def refuse(*_, **__):
    raise AssertionError("it was worked out again")


def test_kept_pieces_are_not_worked_out_again(cohort, tmp_path, every_piece, monkeypatch):
    folder, said = tmp_path / ".out.pieces", []
    first = work(cohort, Pieces(folder, VERSIONS))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert len([*folder.iterdir()]) == 6
    monkeypatch.setattr("prognome.validate.crew.LEARNING", replace(LEARNING, do=refuse))
    pieces = Pieces(folder, VERSIONS, notice=said.append)
    for one, other in zip(first, work(cohort, pieces), strict=True):
        same(one, other)
    assert said == ["resuming: 6 of 6 pieces of work stand from an interrupted run"]
    pieces.clear()
    assert not folder.exists()


def test_another_version_and_fresh_take_up_nothing(cohort, tmp_path, every_piece, monkeypatch):
    folder = tmp_path / ".out.pieces"
    work(cohort, Pieces(folder, VERSIONS))
    monkeypatch.setattr("prognome.validate.crew.LEARNING", replace(LEARNING, do=refuse))
    with pytest.raises(AssertionError):
        work(cohort, Pieces(folder, {"prognome": "0.2"}))
    with pytest.raises(AssertionError):
        work(cohort, Pieces(folder, VERSIONS, fresh=True))
    assert not folder.exists()


@pytest.mark.parametrize("damage", ["cut", "turned", "empty", "foreign", "pickled"])
def test_a_damaged_piece_is_done_again_with_a_note(cohort, tmp_path, every_piece, damage):
    folder, said = tmp_path / ".out.pieces", []
    first = work(cohort, Pieces(folder, VERSIONS), folds=(0,))
    paths = sorted(folder.iterdir())
    content = paths[0].read_bytes()
    if damage == "pickled":
        np.savez(paths[0], words=np.array([{"key": "x"}], dtype=object))
    else:
        middle = len(content) // 2
        paths[0].write_bytes(
            {
                "cut": content[:middle],
                "turned": content[:400] + bytes([content[400] ^ 1]) + content[401:],
                "empty": b"",
                "foreign": paths[1].read_bytes(),
            }[damage]
        )
    again = work(cohort, Pieces(folder, VERSIONS, notice=said.append), folds=(0,))
    for one, other in zip(first, again, strict=True):
        assert one.said["cv"].tobytes() == other.said["cv"].tobytes()
    assert [line.split(":")[0] for line in said] == [
        "a piece of the interrupted run is damaged and is done again",
        "resuming",
    ]


def test_wrong_shape_is_another_piece(cohort, tmp_path):
    (one,) = Crew(cohort, AUC, 1, 1, None).work([(task(), asked(cohort))])
    write_piece(tmp_path / "one.npz", "k", one)
    for wanted, rows in (("k", {"cv": 39}), ("k", {"cv": 40, "test": 1}), ("other", {"cv": 40})):
        with pytest.raises(PieceDamagedError):
            read_piece(tmp_path / "one.npz", wanted, rows)


def test_quick_pieces_failures_and_models_that_are_kept_are_not_stored(cohort, tmp_path, monkeypatch):
    folder = tmp_path / ".out.pieces"
    work(cohort, Pieces(folder, VERSIONS))
    assert not folder.exists()  # nothing took five seconds
    monkeypatch.setattr(resume, "LEAST_SECONDS", 0.0)
    failing = candidate(LogisticRegression(C=-1.0), label="bad")
    tasks = [(task(failing), asked(cohort)), (task(keep=True), asked(cohort))]
    Crew(cohort, AUC, 1, 2, None, Pieces(folder, VERSIONS)).work(tasks)
    assert not folder.exists()


def test_a_folder_in_which_others_may_write_is_not_believed(cohort, tmp_path, every_piece):
    folder, said = tmp_path / ".out.pieces", []
    work(cohort, Pieces(folder, VERSIONS), folds=(0,))
    folder.chmod(0o777)
    work(cohort, Pieces(folder, VERSIONS, notice=said.append), folds=(0,))
    assert [line.split(": ")[1] for line in said] == [
        "is not yours alone to write, so what it holds is not taken up"
    ]


def test_a_disk_that_is_full_stops_the_keeping_and_not_the_work(cohort, tmp_path, every_piece, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    said: list[str] = []
    monkeypatch.setattr("prognome.validate.crew.LEARNING", replace(LEARNING, write=full))
    done = work(cohort, Pieces(tmp_path / ".out.pieces", VERSIONS, notice=said.append))
    assert len(done) == 6
    assert len(said) == 1
    assert "cannot be kept" in said[0]


def test_pieces_stand_hidden_beside_the_run_folder():
    assert pieces_folder(Path("/a/b/out")) == Path("/a/b/.out.pieces")
