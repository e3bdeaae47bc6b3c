"""Recurrent readers, from both ends, over the tokens of a convolution stem."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from prognome.nets.encoders.base import Trunk, is_whole
from prognome.nets.encoders.convolution import Convolution
from prognome.nets.encoders.silence import Silence


class _Recurrent(Trunk):
    """A stem, then a recurrent layer in both directions, as often as ``depth`` says.

    Places without a letter are never read: the state does not change there.

    Parameters
    ----------
    channels
        Letters of the alphabet, or 1.
    width
        Units of each direction; the encoding has twice as many features.
    depth
        Recurrent layers.
    stem
        Convolution blocks before them; 0 reads letters themselves, one after another.
    kernel
        Positions the first filters see.
    pool
        Places that become one in the stem, all blocks together: a step of the reader.
    dropout
        Share of features silenced after the stem and between layers.
    """

    layer: type[nn.LSTM] | type[nn.GRU]

    def __init__(
        self,
        channels: int,
        *,
        width: int = 64,
        depth: int = 1,
        stem: int = 1,
        kernel: int = 11,
        pool: int = 5,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        self.stem = stem_of(channels, width, stem, kernel, pool, dropout)
        self.stride = 1 if self.stem is None else self.stem.stride
        self.features = 2 * width
        columns = [channels if stem == 0 else width, *[2 * width] * (depth - 1)]
        self.layers = nn.ModuleList(
            _BothWays(self.layer(one, width, batch_first=True), self.layer(one, width, batch_first=True))
            for one in columns
        )
        self.silences = nn.ModuleList(Silence(dropout if at else 0.0) for at in range(depth))

    def forward(self, letters: Tensor, known: Tensor) -> Tensor:
        """(n, L, C) → (n, L', 2 · width)."""
        maps = letters if self.stem is None else self.stem(letters, known)
        known = self.known_after(known)
        with torch.autocast(maps.device.type, enabled=False):
            maps = maps.to(torch.promote_types(maps.dtype, torch.float32))
            turns = None if is_whole(known) else _Turns(known)
            for silence, layer in zip(self.silences, self.layers, strict=True):
                maps = layer(silence(maps), turns)
        return maps


class Lstm(_Recurrent):
    """Long short-term memory in both directions; parameters as in ``_Recurrent``.

    References
    ----------
    Hochreiter and Schmidhuber (1997), Neural Computation 9:1735–1780; after a convolution: Quang and Xie
    (2016), Nucleic Acids Research 44:e107 (DanQ).
    """

    layer = nn.LSTM


class Gru(_Recurrent):
    """Gated recurrent units in both directions; parameters as in ``_Recurrent``.

    References
    ----------
    Cho et al. (2014), EMNLP, 1724–1734.
    """

    layer = nn.GRU


def stem_of(
    channels: int, width: int, blocks: int, kernel: int, pool: int, dropout: float
) -> Convolution | None:
    """A stem whose blocks together make one token of about ``pool`` places; None without blocks."""
    if blocks == 0:
        return None
    each = max(1, round(pool ** (1 / blocks)))
    return Convolution(channels, width=width, depth=blocks, kernel=kernel, pool=each, dropout=dropout)


class _Turns:
    """Where each row's tokens go, so that its first known one is read first, and back; or its last first."""

    def __init__(self, known: Tensor) -> None:
        tokens = known.shape[1]
        along = torch.arange(tokens, device=known.device)
        first = torch.where(known, along, tokens).amin(dim=1, keepdim=True)
        last = torch.where(known, along, 0).amax(dim=1, keepdim=True)
        self.known = known[:, :, None]
        self.ahead, self.from_ahead = (along + first) % tokens, (along - first) % tokens
        self.back = (last - along) % tokens


class _BothWays(nn.Module):
    """The same kind of layer from the first token on and from the last."""

    def __init__(self, ahead: nn.Module, back: nn.Module) -> None:
        super().__init__()
        self.ahead, self.back = ahead, back

    def forward(self, maps: Tensor, turns: _Turns | None) -> Tensor:
        """(n, T, F) → (n, T, 2 · width); zero where nothing is known."""
        if turns is None:
            return torch.cat([self.ahead(maps)[0], self.back(maps.flip(1))[0].flip(1)], dim=2)
        ahead = _moved(self.ahead(_moved(maps, turns.ahead))[0], turns.from_ahead)
        back = _moved(self.back(_moved(maps, turns.back))[0], turns.back)
        return torch.cat([ahead, back], dim=2).masked_fill(~turns.known, 0)


def _moved(maps: Tensor, to: Tensor) -> Tensor:
    return maps.gather(1, to[:, :, None].expand_as(maps))
