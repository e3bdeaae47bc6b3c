"""LSTM and GRU against their equations in numpy loops; padded places are never read."""

import numpy as np
import pytest
import torch

from prognome.nets.encoders.recurrent import Gru, Lstm
from tests.nets.by_hand import convolution_block, randomise, sigmoid, weights_of

LETTERS = np.eye(4)[[0, 2, 1, 3, 3, 0, 1]]
KNOWN = np.ones(7, dtype=bool)


def ask(trunk, letters, known):
    with torch.inference_mode():
        return trunk(torch.tensor(letters[None], dtype=torch.float32), torch.tensor(known[None]))[0].numpy()


def lstm(steps, weights, prefix):
    """Hochreiter and Schmidhuber with a forget gate; gates in torch's order: in, forget, new, out."""
    input_weight, state_weight = weights[f"{prefix}.weight_ih_l0"], weights[f"{prefix}.weight_hh_l0"]
    bias = weights[f"{prefix}.bias_ih_l0"] + weights[f"{prefix}.bias_hh_l0"]
    state = cell = np.zeros(state_weight.shape[1])
    said = []
    for step in steps:
        let_in, forget, new, out = np.split(input_weight @ step + state_weight @ state + bias, 4)
        cell = sigmoid(forget) * cell + sigmoid(let_in) * np.tanh(new)
        state = sigmoid(out) * np.tanh(cell)
        said.append(state)
    return np.array(said)


def gru(steps, weights, prefix):
    """Cho et al.; gates in torch's order: reset, update, new."""
    input_weight, state_weight = weights[f"{prefix}.weight_ih_l0"], weights[f"{prefix}.weight_hh_l0"]
    input_bias, state_bias = weights[f"{prefix}.bias_ih_l0"], weights[f"{prefix}.bias_hh_l0"]
    state = np.zeros(state_weight.shape[1])
    said = []
    for step in steps:
        of_input, of_state = input_weight @ step + input_bias, state_weight @ state + state_bias
        (r, z, n), (hr, hz, hn) = np.split(of_input, 3), np.split(of_state, 3)
        reset, update = sigmoid(r + hr), sigmoid(z + hz)
        state = (1 - update) * np.tanh(n + reset * hn) + update * state
        said.append(state)
    return np.array(said)


def both_ways(read, steps, weights, prefix):
    back = read(steps[::-1], weights, f"{prefix}.back")[::-1]
    return np.hstack([read(steps, weights, f"{prefix}.ahead"), back])


@pytest.mark.parametrize(("kind", "read"), [(Lstm, lstm), (Gru, gru)])
@pytest.mark.parametrize("padded", [(0, 0), (2, 0), (1, 3)])
def test_two_layers_over_letters_are_the_equations(kind, read, padded):
    trunk = randomise(kind(4, width=3, depth=2, stem=0))
    known = KNOWN.copy()
    known[: padded[0]] = False
    known[7 - padded[1] :] = False
    weights = weights_of(trunk)
    expected = np.zeros((7, 6))
    expected[known] = both_ways(
        read, both_ways(read, LETTERS[known], weights, "layers.0"), weights, "layers.1"
    )
    np.testing.assert_allclose(ask(trunk, LETTERS * known[:, None], known), expected, atol=1e-5)


@pytest.mark.parametrize(("kind", "read"), [(Lstm, lstm), (Gru, gru)])
def test_tokens_are_those_of_the_stem(kind, read):
    trunk = randomise(kind(4, width=3, kernel=3, pool=2))
    weights = weights_of(trunk)
    tokens, _ = convolution_block(LETTERS, KNOWN, weights, "stem.blocks.0", 2)
    np.testing.assert_allclose(
        ask(trunk, LETTERS, KNOWN), both_ways(read, tokens, weights, "layers.0"), atol=1e-5
    )
    assert trunk.stretches(7).tolist() == [[0, 2], [2, 4], [4, 6], [6, 7]]


@pytest.mark.parametrize("kind", [Lstm, Gru])
def test_padding_by_whole_tokens_moves_the_answer_and_changes_nothing(kind):
    trunk = randomise(kind(4, width=3, depth=2, kernel=3, pool=2))
    alone = ask(trunk, LETTERS, KNOWN)
    nothing = np.zeros((4, 4))
    said = ask(
        trunk, np.vstack([nothing, LETTERS, nothing]), np.r_[np.zeros(4, bool), KNOWN, np.zeros(4, bool)]
    )
    np.testing.assert_allclose(said[2:6], alone, atol=1e-6)
    assert not said[:2].any()
    assert not said[6:].any()


@pytest.mark.parametrize("kind", [Lstm, Gru])
def test_gradients_are_finite_differences_with_a_padded_row(kind):
    torch.manual_seed(0)
    trunk = kind(4, width=2, kernel=3, pool=2, dropout=0).double()
    letters = torch.randn(2, 7, 4, dtype=torch.float64, requires_grad=True)
    known = torch.ones(2, 7, dtype=torch.bool)
    known[0, :3] = False
    names = [name for name, _ in trunk.named_parameters()]

    def say(given, *weights):
        return torch.func.functional_call(trunk, dict(zip(names, weights, strict=True)), (given, known))

    assert torch.autograd.gradcheck(say, (letters, *trunk.parameters()))


def test_a_row_without_letters_says_nothing():
    assert not ask(randomise(Lstm(4, width=3)), np.zeros((7, 4)), ~KNOWN).any()
