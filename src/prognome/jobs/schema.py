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
    for part in parts.values():
        for name in ("path", "values"):  # one alone may stand without brackets
            one = part.get("properties", {}).get(name)
            if one:
                part["properties"][name] = {"anyOf": [{"type": ["string", "number", "boolean"]}, one]}
    return schema
