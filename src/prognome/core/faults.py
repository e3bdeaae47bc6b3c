"""What pydantic found wrong with a study, in our words: file, line, key, remedy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from prognome.core.yaml_text import Path as KeyPath
from prognome.errors import StudyError, nearest


def explain(
    error: ValidationError,
    where: str,
    lines: Mapping[KeyPath, int],
    schema: Mapping[str, Any],
    changes: Sequence[str] = (),
) -> StudyError:
    """The first fault that pydantic found, in our words: file, line, key, remedy."""
    faults = error.errors(include_url=False, include_input=True)
    fault = next((f for f in faults if f["type"] == "extra_forbidden"), faults[0])
    path = tuple(fault["loc"])
    line = next((lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in lines), None)
    place = f"{where}, line {line}" if line else where
    key = ".".join(str(part) for part in path)
    blamed = next((c for c in changes if (key + ".").startswith(c.partition("=")[0].strip() + ".")), None)
    if blamed is not None:
        place = f"--set {blamed}"
    if fault["type"] == "extra_forbidden":
        return StudyError(
            place, f"unknown key '{key}'", mend=nearest(str(path[-1]), _keys_beside(path, schema))
        )
    if fault["type"] == "missing":
        return StudyError(place, f"'{key}' is missing", mend=f"Add the key '{path[-1]}'.")
    if fault["type"] == "value_error":
        problem = str(fault["ctx"]["error"])
        return StudyError(place, f"{key}: {problem}" if key else problem)
    return StudyError(f"{place}: {key}", fault["msg"].lower(), seen=repr(fault["input"])[:80])


def _keys_beside(path: KeyPath, schema: Mapping[str, Any]) -> list[str]:
    """The keys allowed where an unknown one stood."""
    defs = schema["$defs"]
    node: Any = schema
    for step in path[:-1]:
        node = _resolve(node, defs)
        if "properties" in node and step in node["properties"]:
            node = node["properties"][step]
        elif isinstance(step, int) and "items" in node:
            node = node["items"]
        elif isinstance(node.get("additionalProperties"), dict):
            node = node["additionalProperties"]
    return list(_resolve(node, defs).get("properties", {}))


def _resolve(node: Any, defs: Any) -> Any:
    """Follow references and take the structured branch of a union."""
    while True:
        if "$ref" in node:
            node = defs[node["$ref"].rsplit("/", 1)[-1]]
        elif "anyOf" in node:
            node = next((b for b in node["anyOf"] if b.get("type") != "null"), node["anyOf"][0])
        else:
            return node
