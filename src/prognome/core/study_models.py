"""Steps, models and their search: names on a menu with parameters."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Discriminator, Field, Tag, WithJsonSchema, model_validator

from prognome.core.space import Choice, Real, Whole
from prognome.core.study_part import StudyPart, as_list


class Named(StudyPart):
    """A step or model with its parameters."""

    name: str
    params: dict[str, Any] = {}


def as_named(value: Any) -> Any:
    """``scale.zscore`` or ``{select.anova: {k: 10}}`` becomes a name with its parameters."""
    if isinstance(value, str):
        return {"name": value}
    if isinstance(value, Mapping) and len(value) == 1 and "name" not in value:
        (name, params), *_ = value.items()
        if params is None:
            return {"name": name}
        if isinstance(params, Mapping):
            return {"name": name, "params": dict(params)}
    return value


class ModelSpec(Named):
    """A model of the study: its name on the menu, its parameters, the blocks it sees."""

    label: str = ""
    blocks: list[str] | None = None


def as_model(entry: Any) -> Any:
    """One item of ``models``, with label and blocks taken out of the parameters."""
    named = as_named(entry)
    if not isinstance(named, Mapping) or "name" not in named:
        return named
    params = dict(named.get("params") or {})
    label = named.get("label") or params.pop("label", None) or named["name"]
    blocks = named.get("blocks") or params.pop("blocks", None)
    rest = {key: value for key, value in named.items() if key not in {"params", "label", "blocks"}}
    return {**rest, "label": label, "blocks": as_list(blocks), "params": params}


class Range(StudyPart):
    """Values from ``low`` to ``high``: whole numbers where both are whole, unless ``whole`` says otherwise."""

    low: float
    high: float
    log: bool = False
    whole: bool | None = None

    @model_validator(mode="after")
    def _has_room(self) -> Self:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise ValueError(f"'low' must be below 'high', both finite; seen: {self.low:g}, {self.high:g}")
        if self.log and self.low <= 0:
            raise ValueError(f"with 'log' all values must be above 0; seen: low {self.low:g}")
        if self.whole and not (self.low.is_integer() and self.high.is_integer()):
            raise ValueError(f"of whole numbers needs whole ends; seen: {self.low:g}, {self.high:g}")
        return self

    def domain(self) -> Real | Whole:
        """As the search takes it."""
        whole = self.low.is_integer() and self.high.is_integer() if self.whole is None else self.whole
        if whole:
            return Whole(int(self.low), int(self.high), self.log)
        return Real(self.low, self.high, self.log)


def _as_values(value: Any) -> Any:
    """A single value is a list of one."""
    return value if isinstance(value, (list, Mapping, Range)) else [value]


Values = Annotated[
    Annotated[list[Any], Field(min_length=1), Tag("values")] | Annotated[Range, Tag("range")],
    Discriminator(lambda value: "values" if isinstance(value, list) else "range"),
    BeforeValidator(_as_values),
    WithJsonSchema({"type": ["array", "object", "number", "string", "boolean"]}),
]


class Tune(StudyPart):
    """Search for parameters inside the training rows."""

    search: Literal["none", "random", "grid", "bayesian", "halving"] = "none"
    trials: int = Field(10, ge=1)
    minutes: float | None = Field(None, gt=0)
    points: int = Field(3, ge=1)
    steps: bool = False
    space: dict[str, dict[str, Values]] = {}

    @model_validator(mode="after")
    def _searches(self) -> Self:
        given = [name for name in ("space", "steps", "minutes") if getattr(self, name)]
        if self.search == "none" and given:
            raise ValueError(
                f"'{given[0]}' is given, but nothing is searched; say search: random, grid, bayesian or halving"
            )
        return self

    def space_of(self, label: str) -> dict[str, Real | Whole | Choice]:
        """What the study says a model's parameters may be."""
        return {
            name: values.domain() if isinstance(values, Range) else Choice(tuple(values))
            for name, values in self.space.get(label, {}).items()
        }
