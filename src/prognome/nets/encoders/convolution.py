"""Convolutions along a sequence: blocks of convolution and pooling, with a residual path if wanted."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from prognome.nets.encoders.base import Trunk, any_of, is_whole
from prognome.nets.encoders.silence import Silence


class Along(nn.Conv2d):
    """A convolution along a sequence, laid out channels last, which CPUs read several times faster.

    The same arithmetic as :class:`torch.nn.Conv1d` with zeros at the ends and as many places out as in;
    weights are (out, in, 1, kernel).
    """

    def __init__(self, channels: int, features: int, kernel: int, dilation: int = 1) -> None:
        reach = dilation * (kernel - 1)
        self.before, self.after = reach // 2, reach - reach // 2
        at_ends = self.before if self.before == self.after else 0
        super().__init__(channels, features, (1, kernel), dilation=(1, dilation), padding=(0, at_ends))

    def forward(self, maps: Tensor) -> Tensor:
        """(n, L, C) → (n, L, F)."""
        if self.before != self.after:
            maps = functional.pad(maps, (0, 0, self.before, self.after))
        return super().forward(maps.transpose(1, 2).unsqueeze(2)).squeeze(2).transpose(1, 2)


class _Block(nn.Module):
    """Convolution, the strongest of every ``pool`` places, layer norm, GELU, dropout.

    Pooling first leaves a third of the places to the rest, which costs more than the convolution. Layer norm
    over the features of a place makes every row answer by itself, whatever stands beside it in a batch.
    """

    def __init__(
        self, channels: int, features: int, kernel: int, pool: int, dropout: float, *, residual: bool
    ) -> None:
        super().__init__()
        self.along = Along(channels, features, kernel)
        self.norm = nn.LayerNorm(features)
        self.again = Along(features, features, kernel) if residual else None
        self.norm_again = nn.LayerNorm(features) if residual else None
        self.silence = Silence(dropout)
        self.pool = pool

    def forward(self, maps: Tensor, known: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """(n, L, C) and where something is known (None: everywhere) → the same after the block."""
        maps, known = strongest(self.along(maps), known, self.pool)
        maps = functional.gelu(self.norm(maps))
        if self.again is not None and self.norm_again is not None:
            maps = functional.gelu(maps + self.norm_again(self.again(_hushed(maps, known))))
        return _hushed(self.silence(maps), known), known


def strongest(maps: Tensor, known: Tensor | None, pool: int) -> tuple[Tensor, Tensor | None]:
    """The largest of every ``pool`` places among those known; zero where a stretch holds nothing."""
    if known is not None:
        maps = maps.masked_fill(~known[:, :, None], -torch.inf)
    if pool > 1:
        image = maps.transpose(1, 2).unsqueeze(2)
        image = functional.max_pool2d(image, (1, pool), ceil_mode=True)
        maps = image.squeeze(2).transpose(1, 2)
    if known is None:
        return maps, None
    known = any_of(known, pool)
    return _hushed(maps, known), known


def _hushed(maps: Tensor, known: Tensor | None) -> Tensor:
    return maps if known is None else maps.masked_fill(~known[:, :, None], 0)


class Convolution(Trunk):
    """Several blocks of convolution and pooling.

    Parameters
    ----------
    channels
        Letters of the alphabet, or 1.
    width
        Filters of each block.
    depth
        Blocks.
    kernel
        Positions the first filters see; the later see ``kernel_after``.
    pool
        Places that become one in each block.
    residual
        Whether each block holds a second convolution with a path around it.
    dropout
        Share of filters silenced after each block.

    References
    ----------
    Alipanahi et al. (2015), Nature Biotechnology 33:831–838 (DeepBind); Kelley et al. (2016), Genome Research
    26:990–999 (Basset); residual path: He et al. (2016), CVPR, 770–778; layer norm: Ba, Kiros and Hinton
    (2016), arXiv:1607.06450.
    """

    def __init__(
        self,
        channels: int,
        *,
        width: int = 64,
        depth: int = 2,
        kernel: int = 11,
        kernel_after: int = 5,
        pool: int = 3,
        residual: bool = False,
        dropout: float = 0.2,
    ) -> None:
        super().__init__()
        if min(width, depth, kernel, kernel_after, pool) < 1:
            raise ValueError("width, depth, kernels and pool are whole numbers from 1 up")
        self.features, self.stride = width, pool**depth
        self.blocks = nn.ModuleList(
            _Block(
                channels if at == 0 else width,
                width,
                kernel if at == 0 else kernel_after,
                pool,
                dropout,
                residual=residual,
            )
            for at in range(depth)
        )

    def forward(self, letters: Tensor, known: Tensor) -> Tensor:
        """(n, L, C) → (n, L', width)."""
        maps, here = letters, None if is_whole(known) else known
        for block in self.blocks:
            maps, here = block(maps, here)
        return maps
