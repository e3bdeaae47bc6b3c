"""What a transformer looks at in given rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from prognome.errors import StudyError
from prognome.nets.block import PositionEncoder
from prognome.nets.device import quiet_threads
from prognome.nets.encoders.attention import Transformer
from prognome.nets.network import Network
from prognome.nets.rows import Rows
from prognome.nets.say import PIECE


@dataclass(frozen=True, eq=False)
class AttentionMaps:
    """Shares of attention.

    Parameters
    ----------
    weights
        (n, depth, heads, T, T) float32: how much a token (axis before the last) takes from each (last axis);
        sums to 1. Of a pair: of the alternative sequence.
    stretches
        (T, 2): first position of each token, and the one after its last; counted from 0.
    length
        Positions L of the sequence.
    """

    weights: NDArray[np.float32]
    stretches: NDArray[np.int64]
    length: int

    def by_position(self) -> NDArray[np.float32]:
        """(n, L): how much is taken from each position, mean over blocks, heads and tokens; sums to 1."""
        taken = self.weights.mean(axis=(1, 2, 3))
        each = np.diff(self.stretches, axis=1)[:, 0]
        return np.repeat((taken / each).astype(np.float32), each, axis=1)


def read_attention(network: Network, rows: Rows, block: str) -> AttentionMaps:
    """The attention of a network with the encoder ``transformer`` to the sequences of one block.

    Parameters
    ----------
    network
        In evaluation mode, on the CPU.
    rows
        Few: there are T² numbers for each head of each.
    block
        A name among its inputs.

    Raises
    ------
    StudyError
        If that block is not read with attention.
    """
    names = [one.name for one in network.spec.inputs]
    reader = list(network.encoders.values())[names.index(block)] if block in names else None
    trunk = reader.trunk if isinstance(reader, PositionEncoder) else None
    if not isinstance(reader, PositionEncoder) or not isinstance(trunk, Transformer):
        raise StudyError(f"block {block}", "is not read with attention", expected="encoder: transformer")
    length = reader.block.length
    found = []
    with torch.inference_mode(), quiet_threads():
        for start in range(0, len(rows), PIECE):
            given = torch.from_numpy(np.ascontiguousarray(rows.blocks[block][start : start + PIECE]))
            if reader.block.kind == "signal":
                letters, known = given[:, :, None], torch.ones_like(given, dtype=torch.bool)
            else:
                codes = given[:, 1] if reader.block.kind == "pair" else given
                letters = functional.embedding(codes.int(), reader.letters)
                known = codes != reader.pad
            found.append(trunk.attention(letters, known).numpy())
    return AttentionMaps(np.concatenate(found), trunk.stretches(length), length)
