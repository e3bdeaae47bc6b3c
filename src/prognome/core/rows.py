"""Rows of anything that scikit-learn takes: cohort, frame or array."""

from __future__ import annotations

from typing import Any

import numpy as np

from prognome.core.table import Index


def rows_of(X: Any, index: Index) -> Any:
    """These rows of X."""
    if hasattr(X, "iloc"):
        return X.take(index)
    return np.asarray(X)[index]
