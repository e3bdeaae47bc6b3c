"""One trunk learns several tasks of different lengths, kinds and strands, and the same twice."""

import math

import numpy as np
import pytest

from prognome.errors import WorkError
from prognome.nets.encoder_file import EncoderSpec, save_encoder
from prognome.nets.many_tasks import ManyTasks, Windows
from prognome.nets.masked import LetterHead
from prognome.nets.pretraining import LETTERS, Pretraining, pretrain
from prognome.sequence.alphabet import DNA
from prognome.sequence.codes import Codes, encode, reverse_complement

SPEC = EncoderSpec("dna", "cnn", {"width": 16, "depth": 1})
MOTIF = encode(["TGACTCAGCA"], DNA).values[0]


def planted(n, length, seed, outputs=2):
    """Windows, half of them with a motif; class, or a number that the motif makes larger."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 4, (n, length)).astype(np.uint8)
    event = rng.random(n) < 0.5
    for row in np.flatnonzero(event):
        at = rng.integers(0, length - len(MOTIF))
        codes[row, at : at + len(MOTIF)] = MOTIF
    return codes, event.astype(np.int64) if outputs > 1 else (event * 2.0 - 1.0).astype(np.float32)


TASKS = [
    Windows("short", *planted(600, 40, 1), 2),
    Windows("long", *planted(800, 50, 2), 2, stranded=False),
    Windows("number", *planted(600, 45, 3, outputs=1), 1),
]
HOW = Pretraining(epochs=10, batch_size=32, learning_rate=1e-2, validation=0.2, bins=1)


def test_every_task_reads_with_one_trunk():
    trunk = SPEC.build()
    many = ManyTasks(trunk, SPEC, TASKS)
    shared = {id(one) for one in trunk.parameters()}
    for network in many.networks:
        assert shared <= {id(one) for one in network.parameters()}
    own = sum(p.numel() for network in many.networks for p in network.parameters() if id(p) not in shared)
    whole = sum(p.numel() for p in many.parameters())
    assert whole == own + sum(p.numel() for p in trunk.parameters())  # counted once


def test_all_tasks_are_learned_and_the_same_seed_gives_the_same_encoder():
    first, again = (pretrain(SPEC, TASKS, HOW, seed=3) for _ in range(2))
    last = {one.task: one.validation_loss for one in first.history if one.epoch == HOW.epochs}
    assert max(last["short"], last["long"]) < 0.55  # guessing: log 2 = .69
    assert last["number"] < 0.5  # guessing: 1
    assert save_encoder(first.trunk, SPEC) == save_encoder(again.trunk, SPEC)
    other = pretrain(SPEC, TASKS, Pretraining(epochs=1), seed=4)
    assert save_encoder(other.trunk, SPEC) != save_encoder(first.trunk, SPEC)


def test_letters_are_told_beside_labels_and_progress_is_reported():
    heard = []
    how = Pretraining(epochs=2, batch_size=50, letters=0.5, validation=0.0)
    done = pretrain(SPEC, TASKS, how, seed=0, progress=lambda *said: heard.append(said))
    assert [one.task for one in done.history] == ["short", "long", "number", LETTERS] * 2
    assert all(math.isnan(one.validation_loss) for one in done.history)
    assert [one[0] for one in heard] == list(range(1, 2 * 40 + 1))  # of 50: 12, 16, 12 steps, twice
    assert heard[-1][1] == 80
    assert heard[-1][2].startswith("epoch 2, loss ")


def test_a_task_without_a_strand_is_read_alike_from_both():
    many = ManyTasks(SPEC.build(), SPEC, TASKS).eval()
    codes = TASKS[1].codes[:20]
    other = reverse_complement(Codes(codes, np.full(20, codes.shape[1])), DNA).values
    import torch

    with torch.inference_mode():
        said, turned = (many.networks[1]({"window": torch.from_numpy(one)}) for one in (codes, other.copy()))
    assert torch.allclose(said, turned, atol=1e-5)


def test_a_loss_that_is_no_number_stops_it():
    broken = Windows("broken", TASKS[2].codes, np.full(600, np.nan, dtype=np.float32), 1)
    with pytest.raises(WorkError, match="no number"):
        pretrain(SPEC, [broken], HOW, seed=0)


def test_a_head_for_letters_knows_the_stride():
    assert LetterHead(EncoderSpec("dna", "cnn", {"width": 8, "depth": 2, "pool": 3}).build(), 4).stride == 9
