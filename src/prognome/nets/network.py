"""The whole network: an encoder for each block, their fusion, and a head."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from prognome.nets.block import PositionEncoder, TableEncoder
from prognome.nets.dense import dense_layers
from prognome.nets.rows import PRESENT, Batch
from prognome.nets.spec import Input, NetworkSpec


class Network(nn.Module):
    """Blocks to one vector each, side by side, then dense layers to the answer.

    An optional block that a row lacks is replaced by a vector that is learned, and a flag says so. In
    training present optional blocks are hidden at random (``block_dropout``), so that the network learns to
    do without.

    Parameters
    ----------
    spec
        What it is made of.
    """

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__()
        self.spec = spec
        self.encoders = nn.ModuleDict({_key(at): _encoder(spec, one) for at, one in enumerate(spec.inputs)})
        widths = [int(encoder.out_features) for encoder in self.encoders.values()]
        self.absent = nn.ParameterDict(
            {_key(at): torch.zeros(widths[at]) for at, one in enumerate(spec.inputs) if one.optional}
        )
        self.norms = nn.ModuleDict({_key(at): nn.LayerNorm(width) for at, width in enumerate(widths)})
        self.silence = nn.Dropout(spec.dropout)
        fused = sum(widths) + len(self.absent)
        self.hidden = dense_layers(fused, spec.head_layers, spec.dropout)
        self.answer = nn.Linear(spec.head_layers[-1] if spec.head_layers else fused, spec.outputs)

    def forward(self, batch: Batch) -> Tensor:
        """Blocks of n rows → (n, outputs), before the softmax."""
        return self.answer_to(self.fused(batch))

    def fused(self, batch: Batch) -> Tensor:
        """(n, all widths): the encodings side by side, and the flags of absent blocks."""
        parts, flags = [], []
        for at, one in enumerate(self.spec.inputs):
            key = _key(at)
            encoded = self.norms[key](self.encoders[key](batch[one.name]))
            if one.optional:
                here = batch[f"{PRESENT}:{one.name}"]
                if self.training:
                    here = here & (torch.rand(len(here), device=here.device) >= self.spec.block_dropout)
                encoded = torch.where(here[:, None], encoded, self.absent[key])
                flags.append((~here).to(encoded.dtype)[:, None])
            parts.append(encoded)
        return torch.cat([*parts, *flags], dim=1)

    def answer_to(self, fused: Tensor) -> Tensor:
        """(n, outputs) of encodings put side by side."""
        answer: Tensor = self.answer(self.hidden(self.silence(fused)))
        return answer

    def deep_features(self, batch: Batch) -> Tensor:
        """(n, last head layer): what the answer is made of."""
        features: Tensor = self.hidden(self.silence(self.fused(batch)))
        return features


def _key(at: int) -> str:
    """A block's name may hold what torch forbids in the name of a module."""
    return f"block{at}"


def _encoder(spec: NetworkSpec, one: Input) -> nn.Module:
    if one.kind == "table":
        return TableEncoder(one.length, spec.table_layers, spec.dropout)
    return PositionEncoder(one, spec.encoder, spec.encoder_params)
