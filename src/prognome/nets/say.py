"""What a trained network says about rows, a piece at a time so that memory stays bounded."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from prognome.nets.device import quiet_threads
from prognome.nets.network import Network
from prognome.nets.rows import Batch, Rows

PIECE = 256  # rows at once
STEP = 32  # a piece holds a multiple of it


def say(network: Network, rows: Rows) -> NDArray[np.float32]:
    """(n, K) probabilities, or (n, 1) numbers; float32 on the CPU, each row by itself."""
    said = _in_pieces(rows, network.forward, network.spec.outputs)
    if network.spec.outputs == 1:
        return said
    return torch.softmax(torch.from_numpy(said), dim=1).numpy()


def deep_features(network: Network, rows: Rows) -> NDArray[np.float32]:
    """(n, last head layer)."""
    return _in_pieces(rows, network.deep_features, network.answer.in_features)


@torch.inference_mode()
def _in_pieces(rows: Rows, ask: Callable[[Batch], Tensor], width: int) -> NDArray[np.float32]:
    """Ask of some rows at a time, the last ones beside copies of a row.

    How a processor adds up a product of a few rows depends on how few they are; an answer must not.
    """
    found = []
    with quiet_threads():
        for start in range(0, len(rows), PIECE):
            end = min(start + PIECE, len(rows))
            index = np.arange(start, start + -(-(end - start) // STEP) * STEP)
            piece = rows.take(np.where(index < end, index, start))
            found.append(ask(piece.tensors())[: end - start].numpy())
    return np.concatenate(found) if found else np.empty((0, width), dtype=np.float32)
