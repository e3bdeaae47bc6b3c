"""Fitting one estimator: groups reach whoever asks for them, whole pipelines included."""

from __future__ import annotations

import inspect
from typing import Any

from numpy.typing import NDArray


def fit(estimator: Any, X: Any, y: NDArray[Any], groups: NDArray[Any] | None) -> Any:
    """Fit and return the estimator; ``groups`` go to it, or to a pipeline's last step, if it takes them."""
    steps = getattr(estimator, "steps", None)
    if groups is not None and steps is not None and _takes_groups(steps[-1][1]):
        return estimator.fit(X, y, **{f"{steps[-1][0]}__groups": groups})
    if groups is not None and steps is None and _takes_groups(estimator):
        return estimator.fit(X, y, groups=groups)
    return estimator.fit(X, y)


def _takes_groups(estimator: Any) -> bool:
    return "groups" in inspect.signature(estimator.fit).parameters
