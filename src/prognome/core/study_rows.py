"""Who the rows are: ids, facts about them, and which are left out."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from prognome.core.study_part import Paths, StudyPart, Text, as_list


class Drop(StudyPart):
    """Rows left out before anything else, with the reason the report prints."""

    column: str
    values: Annotated[list[Text], BeforeValidator(lambda v: v if isinstance(v, list) else [v])]
    reason: str = ""


class Rows(StudyPart):
    """Who the rows are: the id column, and a table of facts about them (family, site, sex, split)."""

    path: Paths | None = None
    id: str | None = Field(
        None, description="Column of row ids; without it rows are numbered, which needs one single file."
    )
    match: Literal["exact", "relaxed"] = Field(
        "exact",
        description="relaxed: ids match without regard to case, blanks around them and leading zeros.",
    )
    drop: list[Drop] = []
    batch: Annotated[list[str], BeforeValidator(as_list)] = Field(
        [],
        description="Columns that say where a row comes from: batch, site, study, plate, tissue. For guards and the "
        "baseline of group means; a feature only where a block names it.",
    )
    date: str | None = Field(None, description="When a row was taken, a number or a date; for guards.")
