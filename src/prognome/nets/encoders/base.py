"""What every encoder of positions is."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional


class Trunk(nn.Module, ABC):
    """Reads positions and gives features for each position, or for each pooled stretch of positions.

    Attributes
    ----------
    features
        Width F of what it gives.
    stride
        Positions that become one stretch.
    """

    features: int
    stride: int

    @abstractmethod
    def forward(self, letters: Tensor, known: Tensor) -> Tensor:
        """Features along the sequence.

        Parameters
        ----------
        letters
            (n, L, C) shares of each letter, or a signal with C = 1; zero where there is nothing.
        known
            (n, L) bool: where there is something. A reader must not let other places speak.

        Returns
        -------
        (n, L', F), zero where a stretch holds nothing.
        """

    def positions(self, length: int) -> int:
        """L' for L: the last stretch may be shorter."""
        return -(-length // self.stride)

    def known_after(self, known: Tensor) -> Tensor:
        """(n, L) → (n, L') bool: which stretches hold something."""
        return any_of(known, self.stride)

    def stretches(self, length: int) -> NDArray[np.int64]:
        """(L', 2): first position of each stretch, and the one after its last; counted from 0."""
        start = np.arange(self.positions(length), dtype=np.int64) * self.stride
        return np.stack([start, np.minimum(start + self.stride, length)], axis=1)

    def spread(self, values: Tensor, length: int) -> Tensor:
        """(…, L') of stretches → (…, L): every position gets the value of its stretch."""
        return values.repeat_interleave(self.stride, dim=-1)[..., :length]


def any_of(known: Tensor, places: int) -> Tensor:
    """(n, L) → (n, L / places, rounded up) bool: whether any of so many neighbours is true."""
    if places == 1:
        return known
    short = -known.shape[1] % places
    return functional.pad(known, (0, short)).unflatten(1, (-1, places)).any(dim=2)


def is_whole(known: Tensor) -> bool:
    """Whether there is something everywhere."""
    return bool(torch.all(known))
