"""scikit-learn's own figures, loaded when one is asked for."""

from __future__ import annotations

import warnings
from typing import Any


def sklearn_value(name: str, *args: Any, **kwargs: Any) -> float:
    """What ``sklearn.metrics.NAME`` gives, without its warnings of what is not defined."""
    from sklearn import metrics

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(getattr(metrics, name)(*args, **kwargs))
