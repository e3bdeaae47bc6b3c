"""The published JSON schema of the study language, and the menus it names."""

from __future__ import annotations

from typing import Any

from prognome.check.catalog import GUARDS
from prognome.core.menu import Menu
from prognome.core.study import Study
from prognome.model.catalog import MODELS
from prognome.prepare.catalog import STEPS
from prognome.read.catalog import READERS


def menu(name: str) -> Menu:
    """The menu of ``models``, ``steps``, ``readers`` or ``guards``."""
    return {"models": MODELS, "steps": STEPS, "readers": READERS, "guards": GUARDS}[name]


def study_schema() -> dict[str, Any]:
    """JSON schema of a study file, with the names on the menus; short forms of steps and models included."""
    schema = Study.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "prognome study"
    parts = schema["$defs"]
    parts["BlockSpec"]["properties"]["read"]["enum"] = list(READERS.names)
    parts["GuardsSpec"]["properties"]["accept"]["propertyNames"] = {"enum": list(GUARDS.names)}
    for part, names in (("ModelSpec", MODELS.names), ("Named", STEPS.names)):
        parts[part]["properties"]["name"]["enum"] = list(names)
    for form in ("ModelSpec", "Named"):
        parts[f"{form}Long"] = parts.pop(form)
        names = parts[f"{form}Long"]["properties"]["name"]["enum"]
        short = {"type": "object", "minProperties": 1, "maxProperties": 1, "propertyNames": {"enum": names}}
        parts[form] = {"anyOf": [{"enum": names}, short, {"$ref": f"#/$defs/{form}Long"}]}
    _allow_short_forms(parts)
    for part in parts.values():
        for name in ("path", "values", "batch"):  # one alone may stand without brackets
            one = part.get("properties", {}).get(name)
            if one:
                part["properties"][name] = {"anyOf": [{"type": ["string", "number", "boolean"]}, one]}
    return schema


def _allow_short_forms(parts: dict[str, Any]) -> None:
    """A column, a word, a rule, a yes or no, a file in the place of a mapping, as a study may write them."""
    files = [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]
    share = {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}
    short: dict[str, list[Any]] = {
        "Subgroup": [{"type": "string"}],
        "GuardsSpec": [{"enum": ["warn", "strict"]}],
        "Explain": [{"type": "boolean"}],
        "Event": [{"type": "string"}],
        "GeneSets": files,
        "Annotation": files,
        "ThresholdSpec": [
            {"enum": ["youden"]},
            {"type": "object", "properties": {"sensitivity": share}, "required": ["sensitivity"]},
            {"type": "object", "properties": {"specificity": share}, "required": ["specificity"]},
            {"type": "object", "properties": {"cost": {"$ref": "#/$defs/Cost"}}, "required": ["cost"]},
        ],
    }
    for name, forms in short.items():
        parts[f"{name}Long"] = parts.pop(name)
        parts[name] = {"anyOf": [*forms, {"$ref": f"#/$defs/{name}Long"}]}
