"""Attention read out of a whole network: shares that sum to one, on the positions they are of."""

import numpy as np
import pytest
import torch

from prognome.errors import StudyError
from prognome.nets.attention_maps import AttentionMaps, read_attention
from prognome.nets.network import Network
from tests.nets.windows import one_block, planted, spec_of


def test_a_token_s_share_is_spread_over_its_positions():
    weights = np.array([[[[[0.5, 0.5], [0.1, 0.9]]]]], dtype=np.float32)
    maps = AttentionMaps(weights, np.array([[0, 2], [2, 3]]), 3)
    # the tokens take .3 and .7 on average; the first has two positions
    np.testing.assert_allclose(maps.by_position(), [[0.15, 0.15, 0.7]], atol=1e-7)


@pytest.mark.parametrize("kind", ["sequence", "pair"])
def test_shares_of_a_network_sum_to_one(kind):
    codes, _ = planted(3, 42, 0)
    codes = np.stack([codes, codes], axis=1) if kind == "pair" else codes
    maps = read_attention(Network(spec_of(42, "transformer", kind)).eval(), one_block(codes), "window")
    assert maps.weights.shape == (3, 2, 4, 9, 9)
    np.testing.assert_allclose(maps.weights.sum(axis=-1), 1, atol=1e-5)
    np.testing.assert_allclose(maps.by_position().sum(axis=1), 1, atol=1e-5)
    assert maps.by_position().shape == (3, 42)


def test_a_network_without_attention_says_so():
    with pytest.raises(StudyError, match="not read with attention"):
        read_attention(Network(spec_of(42)).eval(), one_block(planted(3, 42, 0)[0]), "window")
    assert torch.is_grad_enabled()
