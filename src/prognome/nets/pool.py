"""From maps along a sequence to one vector a row: what is strongest, what is usual, and what stands where."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from prognome.nets.encoders.base import is_whole


class Stretches(nn.Module):
    """For every feature its largest answer in each of ``bins`` stretches, its mean, and a sum by place.

    With one bin the largest does not depend on the place of a motif. The weights of places in the sum, which
    say where it should stand, begin at zero: place matters as far as the training rows ask for it, at the
    price of one number for each feature and place. Places where nothing is known do not count; a stretch that
    holds nothing says 0.

    Parameters
    ----------
    features
        F of the maps.
    positions
        L' of the maps.
    bins
        Stretches; never more than positions.

    References
    ----------
    Weights of places for each feature: Alexandari et al. (2017), bioRxiv 146431 (separable dense layers).
    """

    def __init__(self, features: int, positions: int, bins: int) -> None:
        super().__init__()
        self.bins = max(1, min(bins, positions))
        self.place = nn.Parameter(torch.zeros(positions, features))
        self.out_features = features * (self.bins + 2)

    def forward(self, maps: Tensor, known: Tensor) -> Tensor:
        """(n, L', F), zero where nothing is known, and (n, L') → (n, F · (bins + 2))."""
        whole = is_whole(known)
        counts = known.sum(dim=1, keepdim=True).clamp(min=1)
        weighed = torch.einsum("nlf,lf->nf", maps, self.place)
        if not whole:
            maps = maps.masked_fill(~known[:, :, None], -torch.inf)
        largest = self._strongest(maps)
        if not whole:
            largest = largest.masked_fill(largest == -torch.inf, 0)
            maps = maps.masked_fill(~known[:, :, None], 0)
        exact = torch.promote_types(maps.dtype, torch.float32)
        mean = maps.sum(dim=1, dtype=exact) / counts
        return torch.cat([largest.to(exact), mean, weighed], dim=1)

    def _strongest(self, maps: Tensor) -> Tensor:
        if self.bins == 1:
            return maps.amax(dim=1)
        return functional.adaptive_max_pool1d(maps.transpose(1, 2), self.bins).flatten(1)
