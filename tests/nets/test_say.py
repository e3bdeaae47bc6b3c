"""Answers: each row by itself, whatever stands beside it; memory does not grow with the rows."""

import numpy as np
import pytest
import torch

from prognome.nets import say as module
from prognome.nets.network import Network
from prognome.nets.say import deep_features, say
from prognome.sequence.alphabet import DNA
from tests.nets.windows import one_block, planted, spec_of

CODES, _ = planted(700, 60, 0)
CODES[::7, :13] = DNA.pad


@pytest.mark.parametrize("encoder", ["cnn", "lstm", "gru", "transformer"])
def test_a_row_says_the_same_bits_alone_and_in_a_crowd(encoder):
    torch.manual_seed(0)
    network = Network(spec_of(60, encoder, stranded=False)).eval()
    crowd, features = say(network, one_block(CODES)), deep_features(network, one_block(CODES))
    for pick in ([0], [1], [3, 5, 9], [699, 0, 7, 8], list(range(40, 300))):
        np.testing.assert_array_equal(say(network, one_block(CODES[pick])), crowd[pick])
        np.testing.assert_array_equal(deep_features(network, one_block(CODES[pick])), features[pick])


def test_probabilities_sum_to_one():
    network = Network(spec_of(60, outputs=3)).eval()
    said = say(network, one_block(CODES))
    assert said.shape == (700, 3)
    np.testing.assert_allclose(said.sum(axis=1), 1, atol=1e-6)


def test_no_more_than_a_piece_is_asked_at_once(monkeypatch):
    sizes = []
    plain = Network.forward

    def spy(self, batch):
        sizes.append(len(batch["window"]))
        return plain(self, batch)

    monkeypatch.setattr(Network, "forward", spy)
    assert len(say(Network(spec_of(60)).eval(), one_block(CODES))) == 700
    assert max(sizes) <= module.PIECE
    assert sizes == [256, 256, 192]  # 188 rows and four copies


def test_no_row_has_no_answer():
    assert say(Network(spec_of(60)).eval(), one_block(CODES[:0])).shape == (0, 2)
    assert deep_features(Network(spec_of(60)).eval(), one_block(CODES[:0])).shape == (0, 64)
