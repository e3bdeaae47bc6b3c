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

PIECE = 1024


def say(network: Network, rows: Rows) -> NDArray[np.float32]:
    """(n, K) probabilities, or (n, 1) numbers; float32 on the CPU, each row by itself."""
    said = _in_pieces(network, rows, network.forward)
    if network.spec.outputs == 1:
        return said
    return torch.softmax(torch.from_numpy(said), dim=1).numpy()


def deep_features(network: Network, rows: Rows) -> NDArray[np.float32]:
    """(n, last head layer)."""
    return _in_pieces(network, rows, network.deep_features)


@torch.inference_mode()
def _in_pieces(network: Network, rows: Rows, ask: Callable[[Batch], Tensor]) -> NDArray[np.float32]:
    found = []
    with quiet_threads():
        for start in range(0, len(rows), PIECE):
            piece = rows.take(np.arange(start, min(start + PIECE, len(rows))))
            found.append(ask(piece.tensors()).numpy())
    return np.concatenate(found)
