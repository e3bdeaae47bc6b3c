"""Paths of a study: relative to its file, with ``${VARIABLE}`` and ``~`` allowed."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from prognome.errors import StudyError

Model = TypeVar("Model", bound=BaseModel)
_VARIABLE = re.compile(r"\$\{(\w+)\}")


def anchor(study: Model, folder: Path) -> Model:
    """The same study with every ``path``, ``file`` and ``fasta`` absolute, and the folder of an ``encoder``.

    Parameters of steps and models are looked through for ``path`` and ``encoder``.

    Raises
    ------
    StudyError
        If a path names an environment variable that is not set.
    """
    changes: dict[str, object] = {}
    for name in type(study).model_fields:
        value = getattr(study, name)
        if name == "path" and value is not None:
            changes[name] = [absolute(path, folder) for path in value]
        elif name in ("file", "fasta") and value is not None:
            changes[name] = absolute(value, folder)
        elif name == "params" and isinstance(value, dict):
            changes[name] = _of_params(value, folder)
        elif isinstance(value, BaseModel):
            changes[name] = anchor(value, folder)
        elif isinstance(value, dict) and any(isinstance(item, BaseModel) for item in value.values()):
            changes[name] = {key: anchor(item, folder) for key, item in value.items()}
        elif isinstance(value, list) and any(isinstance(item, BaseModel) for item in value):
            changes[name] = [anchor(item, folder) for item in value]
        elif name == "prepare":
            changes[name] = {
                block: [anchor(step, folder) for step in steps] for block, steps in value.items()
            }
    return study.model_copy(update=changes)


def _of_params(params: dict[str, object], folder: Path) -> dict[str, object]:
    """Parameters of a step or model, those of its parts as well."""
    changed = dict(params)
    for name, value in params.items():
        if isinstance(value, dict):
            changed[name] = _of_params(value, folder)
        elif name == "path" and isinstance(value, str):
            changed[name] = absolute(value, folder)
        elif name == "encoder" and isinstance(value, str):
            changed[name] = _encoder(value, folder)
    return changed


def _encoder(said: str, folder: Path) -> str:
    """An encoder is a name, or the folder of one: only a folder is made absolute."""
    path = absolute(said, folder)
    there = any((Path(path) / sign).is_file() for sign in ("manifest.json", "config.json"))
    return path if there or said.startswith((".", "/", "~", "$")) else said


def absolute(path: str, folder: Path) -> str:
    """One path, expanded and made absolute."""

    def expand(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in os.environ:
            raise StudyError(
                path,
                f"the environment variable {name} is not set",
                mend=f"Set it, as in: export {name}=/where/the/data/lies.",
            )
        return os.environ[name]

    return str((folder / Path(_VARIABLE.sub(expand, path)).expanduser()).absolute())
