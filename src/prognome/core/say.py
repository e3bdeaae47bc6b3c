"""What a fitted model says about rows, in one form for every model."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from prognome.core.follow_up import FollowUp
from prognome.errors import WorkError


def say(fitted: Any, X: Any, classes: int, follow_up: FollowUp | None = None) -> NDArray[np.float64]:
    """Probabilities (n, K) in the order of the class codes, or (n,) numbers where ``classes`` is 0.

    With ``follow_up``: (n, 1 + T) risk, and the share free of the event at each of its times.

    A class that the model never learned has probability 0. A classifier without ``predict_proba`` gives
    its decision as 0 or 1.

    Raises
    ------
    WorkError
        If it says anything but finite numbers.
    """
    said = _survival(fitted, X, follow_up) if follow_up else _said(fitted, X, classes)
    if not np.isfinite(said).all():
        raise WorkError("its predictions", "are not all finite numbers")
    return said


def _survival(fitted: Any, X: Any, follow_up: FollowUp) -> NDArray[np.float64]:
    if hasattr(fitted, "steps"):  # a pipeline hands on predict, and no method of our own
        X, fitted = fitted[:-1].transform(X), fitted[-1]
    risk = np.asarray(fitted.predict(X), dtype=np.float64).reshape(-1, 1)
    return np.hstack([risk, fitted.predict_survival(X, np.array(follow_up.times))])


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
