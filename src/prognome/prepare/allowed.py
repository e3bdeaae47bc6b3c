"""What a step's parameters may be, as data; one sentence reports a value that is not allowed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from numbers import Integral, Real
from typing import Any, Protocol

from prognome.errors import StudyError


class Rule(Protocol):
    """Which values a parameter may take; ``str`` says it in words."""

    def holds(self, value: Any) -> bool:
        """Whether the value is allowed."""
        ...


@dataclass(frozen=True)
class WholeFrom:
    """A whole number from ``low`` up."""

    low: int

    def holds(self, value: Any) -> bool:
        """Whether it is a whole number, not a truth value, and large enough."""
        return isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= self.low

    def __str__(self) -> str:
        return f"a whole number from {self.low} up"


@dataclass(frozen=True)
class NumberFrom:
    """A finite number from ``low`` up."""

    low: float

    def holds(self, value: Any) -> bool:
        """Whether it is a number, not a truth value, and large enough."""
        return isinstance(value, Real) and not isinstance(value, bool) and self.low <= float(value) < inf

    def __str__(self) -> str:
        return f"a number from {self.low:g} up"


@dataclass(frozen=True)
class Share:
    """A fraction written with a point, above 0.0 and up to 1.0."""

    def holds(self, value: Any) -> bool:
        """Whether it is such a fraction; the whole number 1 is not."""
        return isinstance(value, Real) and not isinstance(value, Integral) and 0.0 < float(value) <= 1.0

    def __str__(self) -> str:
        return "a share above 0.0 and up to 1.0"


@dataclass(frozen=True)
class Above:
    """A number above ``low`` and up to ``high``."""

    low: float
    high: float = inf

    def holds(self, value: Any) -> bool:
        """Whether it is a finite number, not a truth value, and between them."""
        return (
            isinstance(value, Real)
            and not isinstance(value, bool)
            and self.low < float(value) <= self.high
            and float(value) < inf
        )

    def __str__(self) -> str:
        return f"a number above {self.low:g}" + (f" and up to {self.high:g}" if self.high < inf else "")


@dataclass(frozen=True)
class Text:
    """Text with something in it."""

    def holds(self, value: Any) -> bool:
        """Whether it is such text."""
        return isinstance(value, str) and bool(value.strip())

    def __str__(self) -> str:
        return "text"


@dataclass(frozen=True)
class OneOf:
    """One of a few values."""

    values: tuple[Any, ...]

    def holds(self, value: Any) -> bool:
        """Whether it is one of them; ``1`` is not taken for ``True``."""
        return any(type(value) is type(allowed) and value == allowed for allowed in self.values)

    def __str__(self) -> str:
        return " or ".join("nothing" if value is None else str(value).lower() for value in self.values)


@dataclass(frozen=True)
class AnyOf:
    """What one of several rules allows."""

    rules: tuple[Rule, ...]

    def holds(self, value: Any) -> bool:
        """Whether one of the rules allows it."""
        return any(rule.holds(value) for rule in self.rules)

    def __str__(self) -> str:
        return ", or ".join(str(rule) for rule in self.rules)


@dataclass(frozen=True)
class ListOf:
    """A list with something in it, each as one rule says."""

    rule: Rule

    def holds(self, value: Any) -> bool:
        """Whether it is a list or tuple, not empty, and the rule allows each part."""
        return isinstance(value, (list, tuple)) and len(value) > 0 and all(map(self.rule.holds, value))

    def __str__(self) -> str:
        return f"a list, each {self.rule}"


FLAG = OneOf((True, False))
SEED = AnyOf((WholeFrom(0), OneOf((None,))))


def refuse_values(where: str, params: Mapping[str, Any], allowed: Mapping[str, Rule]) -> None:
    """Raise StudyError for the first parameter whose value is not allowed.

    Parameters
    ----------
    where
        The step, for the message.
    params
        Name → value.
    allowed
        Name → rule; a parameter without a rule may be anything.

    Raises
    ------
    StudyError
        With the parameter, its value and what it may be.
    """
    for name, value in params.items():
        if name in allowed and not allowed[name].holds(value):
            raise StudyError(
                where, f"{name} cannot be this", seen=repr(value)[:60], expected=str(allowed[name])
            )
