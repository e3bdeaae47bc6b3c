"""A target of survival as a model is given it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from prognome.errors import DataError


def read_target(y: Any, n: int) -> NDArray[np.float64]:
    """(n, 2) times above 0, and events 1 or 0.

    Raises
    ------
    DataError
        If it is anything else, or no row has the event.
    """
    target = np.asarray(y, dtype=np.float64)
    if target.shape != (n, 2):
        raise DataError(
            "target", "is not one of survival", seen=str(target.shape), expected=f"({n}, 2): time and event"
        )
    time, event = target[:, 0], target[:, 1]
    if not np.isfinite(target).all() or (time <= 0).any() or not np.isin(event, (0, 1)).all():
        raise DataError("target", "holds times that are not above 0, or events that are not 0 or 1")
    if not event.any():
        raise DataError("target", "no row has the event, so nothing can be learned")
    return target
