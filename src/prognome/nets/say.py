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
    said = _of_rows(rows, network.forward, network.spec.outputs)
    if network.spec.outputs == 1:
        return said
    return torch.softmax(torch.from_numpy(said), dim=1).numpy()


def deep_features(network: Network, rows: Rows) -> NDArray[np.float32]:
    """(n, last head layer)."""
    return _of_rows(rows, network.deep_features, network.answer.in_features)


@torch.inference_mode()
def in_pieces(
    n: int, ask: Callable[[NDArray[np.intp]], Tensor], width: Callable[[], int]
) -> NDArray[np.float32]:
    """Ask about some rows at a time, the last ones beside copies of a row; of no rows, (0, p).

    How a processor adds up a product of a few rows depends on how few they are; an answer must not.

    Parameters
    ----------
    n
        Rows in all.
    ask
        (m,) positions → (m, p) answers on the CPU; m is a multiple of 32, at most 256.
    width
        Says p where there is no row to ask about.
    """
    found = []
    with quiet_threads():
        for start in range(0, n, PIECE):
            end = min(start + PIECE, n)
            index = np.arange(start, start + -(-(end - start) // STEP) * STEP)
            found.append(ask(np.where(index < end, index, start))[: end - start].float().numpy())
        return np.concatenate(found) if found else np.empty((0, width()), dtype=np.float32)


def _of_rows(rows: Rows, ask: Callable[[Batch], Tensor], width: int) -> NDArray[np.float32]:
    return in_pieces(len(rows), lambda at: ask(rows.take(at).tensors()), lambda: width)
