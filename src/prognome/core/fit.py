"""Fitting one estimator: groups reach whoever asks for them, whole pipelines included."""

from __future__ import annotations

import inspect
from typing import Any

from numpy.typing import NDArray

from prognome.core.seeds import seed_of


def fit(estimator: Any, X: Any, y: NDArray[Any], groups: NDArray[Any] | None) -> Any:
    """Fit and return the estimator; ``groups`` go to it, or to a pipeline's last step, if it takes them."""
    steps = getattr(estimator, "steps", None)
    if groups is not None and steps is not None and takes_groups(steps[-1][1]):
        return estimator.fit(X, y, **{f"{steps[-1][0]}__groups": groups})
    if groups is not None and steps is None and takes_groups(estimator):
        return estimator.fit(X, y, groups=groups)
    return estimator.fit(X, y)


def takes_groups(estimator: Any) -> bool:
    """Whether it asks for groups when it is fitted."""
    return "groups" in inspect.signature(estimator.fit).parameters


def seeded(estimator: Any, seed: int) -> Any:
    """Set every ``random_state`` that nobody has set, in all parts of the estimator, from one seed."""
    open_states = {
        name: seed_of(seed, name)
        for name, value in estimator.get_params(deep=True).items()
        if name.rsplit("__", 1)[-1] == "random_state" and value is None
    }
    return estimator.set_params(**open_states)
