"""One block to one vector: letters, strands, pairs and tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from prognome.nets.catalog import encoder
from prognome.nets.dense import dense_layers
from prognome.nets.encoders.silence import keep_together
from prognome.nets.pool import Stretches
from prognome.nets.spec import Input
from prognome.sequence.alphabet import alphabet

BINS = 1


class TableEncoder(nn.Module):
    """Dense layers over the columns of a table.

    Parameters
    ----------
    columns
        Of the table.
    layers
        Widths.
    dropout
        Between layers.
    """

    def __init__(self, columns: int, layers: tuple[int, ...], dropout: float) -> None:
        super().__init__()
        self.layers = dense_layers(columns, layers, dropout)
        self.out_features = layers[-1] if layers else columns

    def forward(self, table: Tensor) -> Tensor:
        """(n, p) → (n, width)."""
        encoded: Tensor = self.layers(table)
        return encoded


class PositionEncoder(nn.Module):
    """A trunk along a sequence or signal, then what is strongest in each stretch.

    A pair is read by one trunk twice. What is shown is where the alternative answers more than the reference,
    where it answers less (both exactly zero where the two are the same), and the reference itself. The two
    are compared where both have letters, and the reference is summed up where it has: what one has beyond the
    end of the other counts for neither. Without a strand, sequence and reverse complement are read and
    averaged, so that the encoding is the same for both.

    Parameters
    ----------
    block
        What comes in.
    name
        Of the trunk.
    params
        For the trunk; ``bins`` is for the pooling.

    References
    ----------
    Zhou, Shrikumar and Kundaje (2022), Machine Learning in Computational Biology, 1–21 (conjoined strands).
    """

    def __init__(self, block: Input, name: str, params: Mapping[str, Any]) -> None:
        super().__init__()
        rest = {key: value for key, value in params.items() if key != "bins"}
        self.block = block
        channels = 1
        if block.kind != "signal":
            letters = alphabet(block.alphabet)
            channels, self.pad = letters.size, letters.pad
            self.register_buffer("letters", torch.from_numpy(letters.matrix.copy()), persistent=False)
            if not block.stranded:
                complement = torch.from_numpy(letters.complement.copy())
                self.register_buffer("complement", complement, persistent=False)
        self.trunk = encoder(name)(channels, **rest)
        if block.kind == "pair":
            keep_together(self.trunk, 2)
        positions = self.trunk.positions(block.length)
        self.pool = Stretches(self.trunk.features, positions, int(params.get("bins", BINS)))
        self.out_features = self.pool.out_features * (3 if block.kind == "pair" else 1)

    def forward(self, given: Tensor) -> Tensor:
        """Codes (n, L) or (n, 2, L), or a signal (n, p) → (n, out_features)."""
        if self.block.kind == "signal":
            known = torch.ones_like(given, dtype=torch.bool)
            return self._pooled(self.trunk(given.unsqueeze(2), known), self.trunk.known_after(known))
        if self.block.stranded:
            return self._read(given)
        return (self._read(given) + self._read(self.other_strand(given))) / 2

    def other_strand(self, codes: Tensor) -> Tensor:
        """Codes of the reverse complement, between the same padding; a pair is turned about its reference."""
        paired = self.complement[codes.int()]
        nothing = codes == self.pad
        if not nothing.any():
            return paired.flip(-1)
        length = codes.shape[-1]
        along = torch.arange(length, device=codes.device)
        nothing = nothing[:, :1] if self.block.kind == "pair" else nothing
        first = torch.where(nothing, length, along).amin(dim=-1, keepdim=True)
        last = torch.where(nothing, -1, along).amax(dim=-1, keepdim=True)
        source = (first + last - along).expand_as(codes)
        moved = paired.gather(-1, source.clamp(0, length - 1))
        return moved.masked_fill((source < 0) | (source >= length), self.pad)

    def maps(self, codes: Tensor) -> Tensor:
        """(n, L) codes → (n, L', F), before pooling."""
        maps: Tensor = self.trunk(functional.embedding(codes.int(), self.letters), codes != self.pad)
        return maps

    def _read(self, codes: Tensor) -> Tensor:
        known = codes != self.pad
        if self.block.kind == "sequence":
            return self._pooled(self.maps(codes), self.trunk.known_after(known))
        both = self.maps(codes.flatten(0, 1)).unflatten(0, codes.shape[:2])
        reference, alternative = both[:, 0], both[:, 1]
        told = self.trunk.known_after(known[:, 0])
        both_told = self.trunk.known_after(known.all(dim=1))
        more = (alternative - reference).masked_fill(~both_told[:, :, None], 0)
        parts = [(functional.relu(more), both_told), (functional.relu(-more), both_told), (reference, told)]
        return torch.cat([self._pooled(*part) for part in parts], dim=1)

    def _pooled(self, maps: Tensor, known: Tensor) -> Tensor:
        pooled: Tensor = self.pool(maps, known)
        return pooled
