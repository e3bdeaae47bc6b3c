"""Cohorts that only judge: where their rows, blocks and target stand."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from prognome.core.study_blocks import Around
from prognome.core.study_part import Paths, StudyPart, Text
from prognome.core.study_rows import Rows


class ExternalBlock(StudyPart):
    """Where a block stands in another cohort; what is not said is as in the study."""

    path: Paths
    id: str | None = None
    missing: list[Text] | None = None
    orient: Literal["rows", "features"] | None = None
    sheet: str | None = None
    delimiter: str | None = None
    columns: list[str] | dict[str, str] | None = Field(
        None, description="Of sequences: the columns there; those of tables are as in the study."
    )
    fasta: str | None = None
    around: Around | None = None
    build: Literal["GRCh37", "GRCh38"] | None = None


class ExternalTarget(StudyPart):
    """The target in another cohort; what is not said is as in the study."""

    path: Paths | None = None
    column: str | None = None
    time: str | None = None
    event: str | None = None
    id: str | None = None


class External(StudyPart):
    """A cohort that only judges."""

    name: str = Field(min_length=1)
    rows: Rows | None = None
    blocks: dict[str, ExternalBlock]
    target: ExternalTarget = ExternalTarget()
