"""What is asked of the best model about its reasons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from prognome.core.study_part import Paths, StudyPart


def _as_files(value: Any) -> Any:
    """A path or a list of paths stands for ``{path: …}``."""
    return value if value is None or isinstance(value, (Mapping, StudyPart)) else {"path": value}


def as_explain(value: Any) -> Any:
    """``false`` asks for nothing, ``true`` for markers and a panel of any model."""
    return {"markers": value, "panel": value} if isinstance(value, bool) else value


class GeneSets(StudyPart):
    """Files of gene sets in which the markers are sought."""

    path: Paths = Field(description="GMT files: one set a line, tabs between.")


class Annotation(StudyPart):
    """A table that says what a marker is."""

    path: Paths = Field(description="Tables: one line a marker; every other column is shown beside it.")
    column: str = Field("feature", description="Column that names the marker as the block does.")


class Explain(StudyPart):
    """Which features the best model leans on, and how sure that is."""

    markers: Literal["auto"] | bool = Field(
        "auto", description="auto: not where the best model is a network or made of some."
    )
    top: int = Field(
        10, ge=1, le=200, description="How many markers are drawn and compared; twice as many are shuffled."
    )
    repeats: int = Field(5, ge=1, le=100, description="Shuffles of each marker in each fold.")
    seeds: int = Field(2, ge=0, le=20, description="Fits of the first fold with other seeds.")
    panel: Literal["auto"] | bool = Field(
        "auto",
        description="Score against the number of markers; auto: of linear models and trees.",
    )
    pathways: Annotated[GeneSets | None, BeforeValidator(_as_files)] = Field(
        None, description="Gene sets in which markers are sought."
    )
    annotation: Annotated[Annotation | None, BeforeValidator(_as_files)] = Field(
        None, description="What is known of a marker."
    )
