"""Self-attention against the formula in numpy; padded tokens are not looked at; shares can be read out."""

import math

import numpy as np
import pytest
import torch

from prognome.nets.encoders.attention import FARTHEST, Transformer
from tests.nets.by_hand import gelu, layer_norm, randomise, weights_of

LETTERS = np.eye(4)[[0, 2, 1, 3, 3, 0, 1]]
KNOWN = np.ones(7, dtype=bool)


def given(letters, known):
    return torch.tensor(letters[None], dtype=torch.float32), torch.tensor(known[None])


def ask(trunk, letters, known):
    with torch.inference_mode():
        return trunk(*given(letters, known))[0].numpy()


def by_hand(letters, known, weights, depth, heads):
    """All blocks, token by token and head by head; and what each token takes from each."""
    maps = letters @ weights["tokens.weight"].T + weights["tokens.bias"]
    tokens, width = maps.shape
    each = width // heads
    shares = np.zeros((depth, heads, tokens, tokens))
    for block in range(depth):
        start = f"blocks.{block}."
        own = {name[len(start) :]: value for name, value in weights.items() if name.startswith(start)}
        normed = layer_norm(maps, own["norm.weight"], own["norm.bias"])
        asked = normed @ own["attention.asked.weight"].T + own["attention.asked.bias"]
        query, key, value = asked[:, :width], asked[:, width : 2 * width], asked[:, 2 * width :]
        seen = np.zeros((tokens, width))
        for head in range(heads):
            part = slice(head * each, (head + 1) * each)
            for token in range(tokens):
                weight = np.zeros(tokens)
                for other in np.flatnonzero(known):
                    score = query[token, part] @ key[other, part] / math.sqrt(each)
                    apart = max(-FARTHEST, min(FARTHEST, other - token))
                    weight[other] = math.exp(score + own["attention.distance"][head, apart + FARTHEST])
                shares[block, head, token] = weight / weight.sum()
                seen[token, part] = shares[block, head, token] @ value[:, part]
        maps = maps + seen @ own["attention.said.weight"].T + own["attention.said.bias"]
        normed = layer_norm(maps, own["norm_again.weight"], own["norm_again.bias"])
        hidden = gelu(normed @ own["dense.0.weight"].T + own["dense.0.bias"])
        maps = maps + hidden @ own["dense.2.weight"].T + own["dense.2.bias"]
    return layer_norm(maps, weights["norm.weight"], weights["norm.bias"]) * known[:, None], shares


@pytest.mark.parametrize("padded", [(0, 0), (2, 0), (1, 3)])
def test_blocks_and_shares_are_the_formula(padded):
    trunk = randomise(Transformer(4, width=6, depth=2, heads=2, stem=0))
    known = KNOWN.copy()
    known[: padded[0]] = False
    known[7 - padded[1] :] = False
    letters = LETTERS * known[:, None]
    expected, shares = by_hand(letters, known, weights_of(trunk), 2, 2)
    np.testing.assert_allclose(ask(trunk, letters, known), expected, atol=1e-5)
    with torch.inference_mode():
        found = trunk.attention(*given(letters, known))[0].numpy()
    np.testing.assert_allclose(found, shares, atol=1e-5)


def test_shares_sum_to_one_and_padded_tokens_get_none():
    trunk = randomise(Transformer(4, width=8, depth=2, heads=4, pool=2))
    known = KNOWN.copy()
    known[5:] = False
    shares = trunk.attention(*given(LETTERS * known[:, None], known))
    assert shares.shape == (1, 2, 4, 4, 4)
    torch.testing.assert_close(shares.sum(dim=-1), torch.ones(1, 2, 4, 4))
    assert not shares[..., 3].any()  # positions 6 alone
    assert trunk.stretches(7).tolist() == [[0, 2], [2, 4], [4, 6], [6, 7]]


def test_padding_by_whole_tokens_moves_the_answer_and_changes_nothing():
    trunk = randomise(Transformer(4, width=8, heads=2, kernel=3, pool=2))
    alone = ask(trunk, LETTERS, KNOWN)
    nothing = np.zeros((4, 4))
    said = ask(
        trunk, np.vstack([nothing, LETTERS, nothing]), np.r_[np.zeros(4, bool), KNOWN, np.zeros(4, bool)]
    )
    np.testing.assert_allclose(said[2:6], alone, atol=1e-5)
    assert not said[:2].any()
    assert not said[6:].any()


def test_a_row_without_letters_says_nothing_and_is_a_number():
    trunk = randomise(Transformer(4, width=8, heads=2))
    assert not ask(trunk, np.zeros((7, 4)), ~KNOWN).any()


def test_gradients_are_finite_differences_with_a_padded_row():
    torch.manual_seed(0)
    trunk = Transformer(4, width=4, depth=1, heads=2, kernel=3, pool=2, dropout=0).double()
    letters = torch.randn(2, 7, 4, dtype=torch.float64, requires_grad=True)
    known = torch.ones(2, 7, dtype=torch.bool)
    known[0, :3] = False
    names = [name for name, _ in trunk.named_parameters()]

    def say(letters, *weights):
        return torch.func.functional_call(trunk, dict(zip(names, weights, strict=True)), (letters, known))

    assert torch.autograd.gradcheck(say, (letters, *trunk.parameters()))


def test_heads_that_cannot_share_the_width_are_refused():
    with pytest.raises(ValueError, match="cannot be shared"):
        Transformer(4, width=10, heads=4)
