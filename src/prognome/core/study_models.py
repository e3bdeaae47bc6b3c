"""Steps, models and their search: names on a menu with parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

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


class Tune(StudyPart):
    """Search for parameters inside the training rows."""

    search: Literal["none", "random"] = "none"
    trials: int = Field(10, ge=1)
