"""What a line on the menu of models gives: an estimator class with our defaults and its search space."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from prognome.core.space import Space
from prognome.errors import StudyError, nearest


@dataclass(frozen=True)
class Learner:
    """A scikit-learn estimator class, set up for one kind of target.

    Parameters
    ----------
    estimator
        The class; its constructor only stores parameters.
    defaults
        Where ours differ from the class's own.
    space
        Parameter → what a search may try.
    holds_training_rows
        Whether a fitted one keeps rows it learned from (support vectors, neighbours).
    """

    estimator: type
    defaults: Mapping[str, Any] = field(default_factory=dict)
    space: Space = field(default_factory=dict)
    holds_training_rows: bool = False

    def build(self, params: Mapping[str, Any], *, where: str) -> Any:
        """A fresh unfitted estimator.

        Raises
        ------
        StudyError
            For a parameter the class does not have, with the nearest, or a value it does not take.
        """
        known = [name for name in inspect.signature(self.estimator).parameters if name != "self"]
        for name in params:
            if name not in known:
                raise StudyError(where, f"has no parameter '{name}'", mend=nearest(name, known))
        made = self.estimator(**{**self.defaults, **params})
        if hasattr(made, "_parameter_constraints"):
            try:
                made._validate_params()
            except ValueError as error:
                raise StudyError(where, str(error).split(" Got ")[0].rstrip(".")) from error
        return made


@dataclass(frozen=True)
class Family:
    """A model for classes, for numbers, for survival, or for several of these.

    One for survival is fitted on (n, 2) times and events. Its ``predict`` gives (n,) risk, the higher the
    earlier the event, and its ``predict_survival`` (n, T) the share free of the event at (T,) times.
    """

    classes: Learner | None = None
    number: Learner | None = None
    survival: Learner | None = None

    def learner(self, kind: str, *, where: str) -> Learner:
        """The one for this kind of target."""
        found = {"number": self.number, "survival": self.survival}.get(kind, self.classes)
        if found is None:
            raise StudyError(where, f"does not serve a {kind} target", mend="See: prognome list models.")
        return found
