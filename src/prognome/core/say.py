"""What a fitted model says about rows, in one form for every model."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from prognome.errors import WorkError


def say(fitted: Any, X: Any, classes: int) -> NDArray[np.float64]:
    """Probabilities (n, K) in the order of the class codes, or (n,) numbers where ``classes`` is 0.

    A class that the model never learned has probability 0. A classifier without ``predict_proba`` gives
    its decision as 0 or 1.

    Raises
    ------
    WorkError
        If it says anything but finite numbers.
    """
    said = _said(fitted, X, classes)
    if not np.isfinite(said).all():
        raise WorkError("its predictions", "are not all finite numbers")
    return said


def _said(fitted: Any, X: Any, classes: int) -> NDArray[np.float64]:
    if not classes:
        return np.asarray(fitted.predict(X), dtype=np.float64).reshape(-1)
    codes = np.asarray(fitted.classes_, dtype=int)
    if hasattr(fitted, "predict_proba"):
        said = np.asarray(fitted.predict_proba(X), dtype=np.float64)
    else:
        said = (np.asarray(fitted.predict(X))[:, None] == codes[None, :]).astype(np.float64)
    if len(codes) == classes:
        return said
    full = np.zeros((len(said), classes))
    full[:, codes] = said
    return full
