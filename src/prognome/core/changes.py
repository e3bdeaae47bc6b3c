"""``--set key.sub=value``: values laid over a study before it is read."""

from __future__ import annotations

from typing import Any

from prognome.core.yaml_text import parse_yaml
from prognome.errors import StudyError


def lay_over(data: dict[str, Any], change: str) -> None:
    """Change the data in place.

    Raises
    ------
    StudyError
        If it is not key=value, or the key leads nowhere.
    """
    key, equals, text = change.partition("=")
    where = f"--set {change}"
    if not equals or not key.strip():
        raise StudyError(where, "is not key=value", mend="Write for instance: --set split.outer.folds=10.")
    value, _ = parse_yaml(text, where=where)
    *parents, last = key.strip().split(".")
    place: Any = data
    for step in parents:
        place = _enter(place, step, where)
    if isinstance(place, list):
        place[_position(place, last, where)] = value
    else:
        place[last] = value


def _enter(place: Any, step: str, where: str) -> Any:
    if isinstance(place, list):
        inner = place[_position(place, step, where)]
    else:
        inner = place.setdefault(step, {})
        if inner is None:
            inner = place[step] = {}
    if not isinstance(inner, (dict, list)):
        raise StudyError(where, f"'{step}' holds a single value, not keys")
    return inner


def _position(items: list[Any], step: str, where: str) -> int:
    if not step.isdigit() or int(step) >= len(items):
        raise StudyError(
            where, f"'{step}' is not a place in a list of {len(items)}", mend="Places count from 0."
        )
    return int(step)
