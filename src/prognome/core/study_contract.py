"""What a new patient must bring, and what happens when it is not there."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from prognome.core.study_part import StudyPart


class Contract(StudyPart):
    """What happens when a new patient does not fit the schema. Never a silent fill."""

    missing_column: Literal["refuse", "flag"] = "refuse"
    unseen_category: Literal["refuse", "flag"] = "flag"
    out_of_range: Literal["refuse", "flag"] = "flag"
    tolerance: float = Field(
        0.02,
        ge=0,
        le=1,
        description="Share of a row's values that may lie outside the training range unremarked.",
    )
    outside: float = Field(
        0.5,
        ge=0,
        le=1,
        description="A row is refused if more than this share of its values lies outside the training range.",
    )
    coverage: float = Field(0.5, ge=0, le=1, description="Least share of features a row must bring.")
