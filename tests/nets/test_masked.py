"""Letters are hidden as BERT hides words, and told where there is something to tell them by."""

import math

import numpy as np
import torch

from prognome.nets.encoder_file import EncoderSpec
from prognome.nets.many_tasks import Windows
from prognome.nets.masked import LetterHead, hide_letters, letter_loss
from prognome.nets.pretraining import LETTERS, Pretraining, pretrain
from prognome.sequence.alphabet import DNA


def test_the_shares_are_those_of_the_paper():
    codes = torch.full((200, 500), 2, dtype=torch.uint8)  # G everywhere
    hidden = hide_letters(codes, DNA, 0.15, torch.Generator().manual_seed(0))
    n = int(hidden.chosen.sum())
    assert abs(n / codes.numel() - 0.15) < 0.004  # 5 standard errors of 100,000 draws
    seen = hidden.codes[hidden.chosen]
    # of the chosen 80 % hidden; 10 % changed, of which a quarter to G itself; 10 % kept: .80, .075, .125
    assert abs(float((seen == DNA.any).float().mean()) - 0.80) < 0.017
    assert abs(float((seen == 2).float().mean()) - 0.125) < 0.014
    assert torch.equal(hidden.codes[~hidden.chosen], codes[~hidden.chosen])


def test_padding_and_unsure_letters_are_never_chosen():
    codes = torch.tensor([[0, DNA.any, DNA.pad, 3] * 50], dtype=torch.uint8)
    hidden = hide_letters(codes, DNA, 0.99, torch.Generator().manual_seed(0))
    assert not hidden.chosen[codes >= 4].any()
    assert torch.equal(hidden.codes[codes >= 4], codes[codes >= 4])


def test_every_position_gets_a_say_whatever_the_pooling():
    for name, params in (("cnn", {"depth": 2, "width": 8}), ("transformer", {"width": 8, "depth": 1})):
        trunk = EncoderSpec("dna", name, params).build()
        head = LetterHead(trunk, 4)
        for length in (45, 46, 50):
            maps = trunk(torch.ones((2, length, 4)) / 4, torch.ones((2, length), dtype=torch.bool))
            assert head(maps, length).shape == (2, length, 4)


def test_guessing_costs_the_logarithm_of_the_letters():
    told, codes = torch.zeros((3, 10, 4)), torch.randint(0, 4, (3, 10))
    loss = letter_loss(told, codes, torch.ones((3, 10), dtype=torch.bool))
    assert abs(float(loss) - math.log(4)) < 1e-6


def test_repeats_are_told_from_their_surroundings():
    """Windows that repeat ACG: a hidden letter follows from its neighbours; guessing costs log 3 at best."""
    rng = np.random.default_rng(0)
    codes = np.array([(np.arange(60) + start) % 3 for start in rng.integers(0, 3, 300)], dtype=np.uint8)
    spec = EncoderSpec("dna", "cnn", {"width": 32, "depth": 1, "pool": 1, "dropout": 0.0})
    how = Pretraining(epochs=12, batch_size=16, learning_rate=1e-2, validation=0.2)
    done = pretrain(spec, [Windows("repeats", codes)], how, seed=0)
    last = done.history[-1]
    assert last.task == LETTERS
    assert last.validation_loss < 0.3 < math.log(3)
