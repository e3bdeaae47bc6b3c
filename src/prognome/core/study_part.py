"""What all parts of a study have in common: frozen, no unknown key, and the short forms of text and paths."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

MISSING_WORDS = ("", "NA", "N/A", "na", "n/a", "NaN", "nan", "NULL", "null", ".", "-", "?")


def as_list(value: Any) -> Any:
    """One word is a list of one."""
    return [value] if isinstance(value, (str, Path)) else value


def as_text(value: Any) -> Any:
    """``1`` and ``1.0`` are the label '1', as a table would show it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, (int, float)) else value


Text = Annotated[str, BeforeValidator(as_text), WithJsonSchema({"type": ["string", "number", "boolean"]})]
Paths = Annotated[list[str], BeforeValidator(as_list), Field(min_length=1)]


class StudyPart(BaseModel):
    """A part of a study: frozen, and nothing in it that it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)
