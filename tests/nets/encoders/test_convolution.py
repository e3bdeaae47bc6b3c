"""Convolutions against loops by hand, torch's Conv1d and finite differences; padding says nothing."""

import numpy as np
import pytest
import torch

from prognome.nets.encoders.convolution import Along, Convolution
from tests.nets.by_hand import convolution_block, convolve, randomise, weights_of

LETTERS = np.eye(4)[[0, 2, 1, 3, 3, 0, 1, 2, 2, 0, 3]]
KNOWN = np.ones(11, dtype=bool)


def ask(trunk, letters, known):
    with torch.inference_mode():
        return trunk(torch.tensor(letters[None], dtype=torch.float32), torch.tensor(known[None]))[0].numpy()


def test_a_sum_worked_out_on_paper():
    along = Along(1, 1, 3)
    with torch.no_grad():
        along.weight.copy_(torch.tensor([1.0, 10.0, 100.0]).view(1, 1, 1, 3))
        along.bias.fill_(0.5)
    said = along(torch.tensor([1.0, 2.0, 3.0, 4.0]).view(1, 4, 1)).detach().flatten().tolist()
    # 10 + 200, 1 + 20 + 300, 2 + 30 + 400, 3 + 40, each and a half
    assert said == [210.5, 321.5, 432.5, 43.5]


@pytest.mark.parametrize("kernel", [1, 4, 5, 11])
def test_along_is_conv1d(kernel):
    torch.manual_seed(0)
    along, plain = Along(4, 6, kernel), torch.nn.Conv1d(4, 6, kernel)
    plain.load_state_dict({"weight": along.weight[:, :, 0], "bias": along.bias})
    maps = torch.randn(3, 20, 4)
    before, after = (kernel - 1) // 2, kernel - 1 - (kernel - 1) // 2
    expected = plain(torch.nn.functional.pad(maps.transpose(1, 2), (before, after))).transpose(1, 2)
    torch.testing.assert_close(along(maps), expected, atol=1e-6, rtol=0)


def test_along_is_the_loop_by_hand():
    along = randomise(Along(4, 3, 4))
    with torch.inference_mode():
        said = along(torch.tensor(LETTERS[None], dtype=torch.float32))[0].numpy()
    weights = weights_of(along)
    np.testing.assert_allclose(
        said, convolve(LETTERS, weights["weight"][:, :, 0], weights["bias"]), atol=1e-5
    )


@pytest.mark.parametrize("residual", [False, True])
@pytest.mark.parametrize("padded", [(0, 0), (4, 0), (1, 3)])
def test_two_blocks_are_the_loops_by_hand(residual, padded):
    trunk = randomise(
        Convolution(4, width=5, depth=2, kernel=5, kernel_after=3, pool=2, residual=residual), seed=1
    )
    known = KNOWN.copy()
    known[: padded[0]] = False
    known[len(known) - padded[1] :] = False
    letters = LETTERS * known[:, None]
    maps, there = letters, known
    for at in range(2):
        maps, there = convolution_block(maps, there, weights_of(trunk), f"blocks.{at}", 2)
    np.testing.assert_allclose(ask(trunk, letters, known), maps, atol=1e-5)
    np.testing.assert_array_equal(trunk.known_after(torch.tensor(known[None]))[0], there)


def test_padding_by_whole_stretches_moves_the_answer_and_changes_nothing():
    trunk = randomise(Convolution(4, width=5, depth=2, kernel=5, pool=3))
    alone = ask(trunk, LETTERS, KNOWN)
    nothing = np.zeros((9, 4))  # two stretches after two poolings by three
    padded = np.vstack([nothing, LETTERS, nothing])
    known = np.r_[np.zeros(9, bool), KNOWN, np.zeros(9, bool)]
    said = ask(trunk, padded, known)
    np.testing.assert_allclose(said[1 : 1 + len(alone)], alone, atol=1e-6)
    assert not said[0].any()
    assert not said[1 + len(alone) :].any()


def test_a_row_without_letters_says_nothing():
    trunk = randomise(Convolution(4, width=5))
    assert not ask(trunk, np.zeros((11, 4)), ~KNOWN).any()


@pytest.mark.parametrize("whole", [True, False])
def test_gradients_are_finite_differences(whole):
    torch.manual_seed(0)
    trunk = Convolution(
        4, width=3, depth=2, kernel=3, kernel_after=3, pool=2, residual=True, dropout=0
    ).double()
    letters = torch.randn(3, 9, 4, dtype=torch.float64, requires_grad=True)
    known = torch.ones(3, 9, dtype=torch.bool)
    if not whole:
        known[0, 7:] = False

    def say(given, *weights):
        return torch.func.functional_call(trunk, dict(zip(names, weights, strict=True)), (given, known))

    names = [name for name, _ in trunk.named_parameters()]
    assert torch.autograd.gradcheck(say, (letters, *trunk.parameters()))


@pytest.mark.parametrize(
    ("length", "pool", "depth", "expected"), [(10, 3, 2, 2), (9, 3, 2, 1), (10, 1, 3, 10)]
)
def test_positions_are_rounded_up_at_each_pooling(length, pool, depth, expected):
    trunk = Convolution(4, width=2, depth=depth, pool=pool)
    assert trunk.positions(length) == expected
    known = torch.ones(1, length, dtype=torch.bool)
    assert trunk(torch.zeros(1, length, 4), known).shape[1] == expected


def test_stretches_say_which_positions_they_are():
    trunk = Convolution(4, width=2, depth=2, pool=2)
    assert trunk.stretches(10).tolist() == [[0, 4], [4, 8], [8, 10]]
    assert trunk.spread(torch.tensor([5, 6, 7]), 10).tolist() == [5, 5, 5, 5, 6, 6, 6, 6, 7, 7]
