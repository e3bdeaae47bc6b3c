"""Probabilities as the columns of a linear meta-model."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_SURE = 1e-4


def logits(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, K) probabilities → logits: (n, 1) of the second class where there are two, else (n, K).

    Probabilities nearer to 0 or 1 than 0.0001 count as that, so that no single member's certainty outweighs
    the rest.

    >>> logits(np.array([[0.5, 0.5], [1.0, 0.0]])).round(2).tolist()
    [[0.0], [-9.21]]
    """
    clipped = np.clip(p, _SURE, 1 - _SURE)
    logit = np.log(clipped / (1 - clipped))
    return np.asarray(logit[:, 1:] if p.shape[1] == 2 else logit)
