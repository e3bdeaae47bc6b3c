"""Dropout that silences the same features in all that is compared."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Silence(nn.Module):
    """Silences whole features of a row in training, the same ones all along the sequence.

    Rows that stand together (reference and alternative of a pair) lose the same features. Otherwise their
    difference would be noise where they are the same.

    Parameters
    ----------
    share
        Of the features; what is left is scaled up so that the mean stays.

    Attributes
    ----------
    together
        How many rows in a row belong together.

    References
    ----------
    Srivastava et al. (2014), Journal of Machine Learning Research 15:1929–1958; of whole features: Tompson et
    al. (2015), CVPR, 648–656.
    """

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share
        self.together = 1

    def forward(self, maps: Tensor) -> Tensor:
        """(n, L', F) → (n, L', F)."""
        if not self.training or self.share == 0:
            return maps
        shape = (len(maps) // self.together, 1, maps.shape[-1])
        kept = (torch.rand(shape, device=maps.device) >= self.share).to(maps.dtype) / (1 - self.share)
        return maps * kept.repeat_interleave(self.together, dim=0)


def keep_together(module: nn.Module, rows: int) -> None:
    """Tell all silences in a module that so many neighbouring rows belong together."""
    for part in module.modules():
        if isinstance(part, Silence):
            part.together = rows
