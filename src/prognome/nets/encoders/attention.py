"""A small transformer over the tokens of a convolution stem; its attention can be read out."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from prognome.nets.encoders.base import Trunk
from prognome.nets.encoders.recurrent import stem_of
from prognome.nets.encoders.silence import Silence

FARTHEST = 32  # tokens; beyond it all distances are one


class _Attention(nn.Module):
    """Every token looks at all known tokens; how much is told by what they are and how far apart."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.asked = nn.Linear(width, 3 * width)
        self.distance = nn.Parameter(torch.zeros(heads, 2 * FARTHEST + 1))
        self.said = nn.Linear(width, width)

    def forward(self, maps: Tensor, hidden: Tensor) -> Tensor:
        """(n, T, width) → (n, T, width); ``hidden`` (n, T) bool are not looked at."""
        query, key, value = self._split(maps)
        bias = self._bias(maps.shape[1], hidden).to(query.dtype)
        seen = functional.scaled_dot_product_attention(query, key, value, attn_mask=bias)
        said: Tensor = self.said(seen.transpose(1, 2).flatten(2))
        return said

    def weights(self, maps: Tensor, hidden: Tensor) -> Tensor:
        """(n, heads, T, T): share of each token (last axis) in what a token (axis before) takes up."""
        query, key, _ = self._split(maps)
        scores = query @ key.transpose(2, 3) / math.sqrt(query.shape[-1])
        return torch.softmax(scores + self._bias(maps.shape[1], hidden), dim=-1)

    def _split(self, maps: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(n, heads, T, width / heads) each."""
        parts = self.asked(maps).unflatten(2, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        return parts[0], parts[1], parts[2]

    def _bias(self, tokens: int, hidden: Tensor) -> Tensor:
        """(n or 1, heads, T, T) added to the scores."""
        along = torch.arange(tokens, device=hidden.device)
        apart = (along[None] - along[:, None]).clamp(-FARTHEST, FARTHEST) + FARTHEST
        bias = self.distance[:, apart][None]
        if hidden.any():
            bias = bias.masked_fill(hidden[:, None, None], -torch.inf)
        return bias


class _Block(nn.Module):
    """Attention and two dense layers, each on normed tokens with a path around it."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.attention = _Attention(width, heads)
        self.norm_again = nn.LayerNorm(width)
        self.dense = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))
        self.silence = Silence(dropout)
        self.silence_again = Silence(dropout)

    def forward(self, maps: Tensor, hidden: Tensor) -> Tensor:
        maps = maps + self.silence(self.attention(self.norm(maps), hidden))
        added: Tensor = self.silence_again(self.dense(self.norm_again(maps)))
        return maps + added


class Transformer(Trunk):
    """A stem, then blocks of self-attention (norm first, relative positions).

    Places without a letter are neither looked at nor given anything to say.

    Parameters
    ----------
    channels
        Letters of the alphabet, or 1.
    width
        Features of a token.
    depth
        Blocks.
    heads
        Of each block's attention; they share the width.
    stem
        Convolution blocks before them; 0: a dense layer on each position.
    kernel
        Positions the first filters see.
    pool
        Positions of a token, all blocks of the stem together.
    dropout
        Share of features silenced in each block.

    References
    ----------
    Vaswani et al. (2017), NeurIPS, 5998–6008; norm first: Xiong et al. (2020), ICML, 10524–10533; bias by
    distance: Raffel et al. (2020), Journal of Machine Learning Research 21:140; on a convolution stem: Avsec
    et al. (2021), Nature Methods 18:1196–1203.
    """

    def __init__(
        self,
        channels: int,
        *,
        width: int = 64,
        depth: int = 2,
        heads: int = 4,
        stem: int = 1,
        kernel: int = 11,
        pool: int = 5,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        if width % heads:
            raise ValueError(f"a width of {width} cannot be shared by {heads} heads")
        self.stem = stem_of(channels, width, stem, kernel, pool, dropout)
        self.tokens = nn.Linear(channels, width) if self.stem is None else nn.Identity()
        self.stride = 1 if self.stem is None else self.stem.stride
        self.features, self.heads = width, heads
        self.blocks = nn.ModuleList(_Block(width, heads, dropout) for _ in range(depth))
        self.norm = nn.LayerNorm(width)

    def forward(self, letters: Tensor, known: Tensor) -> Tensor:
        """(n, L, C) → (n, L', width)."""
        maps, hidden, known = self._tokens(letters, known)
        for block in self.blocks:
            maps = block(maps, hidden)
        normed: Tensor = self.norm(maps)
        return normed.masked_fill(~known[:, :, None], 0)

    def attention(self, letters: Tensor, known: Tensor) -> Tensor:
        """(n, depth, heads, T, T): how much each token (axis before the last) takes from each (last axis).

        Shares of a token sum to 1. :meth:`stretches` says which positions a token is.
        """
        maps, hidden, _ = self._tokens(letters, known)
        found = []
        for block in self.blocks:
            assert isinstance(block, _Block)
            found.append(block.attention.weights(block.norm(maps), hidden))
            maps = block(maps, hidden)
        return torch.stack(found, dim=1)

    def _tokens(self, letters: Tensor, known: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Tokens (n, T, width), which are not to be looked at, and which hold something (n, T)."""
        maps = self.tokens(letters) if self.stem is None else self.stem(letters, known)
        known = self.known_after(known)
        return maps, ~known & known.any(dim=1, keepdim=True), known
