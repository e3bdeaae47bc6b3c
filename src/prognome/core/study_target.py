"""What is to be predicted, and which of its values counts as the event."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from prognome.core.study_part import MISSING_WORDS, Paths, StudyPart, Text

REST = "rest"
ONE_BY_ONE = "Make one study for each label, with a column that says yes or no to it and kind: binary."
Kind = Literal["binary", "multiclass", "number", "survival"]


class Target(StudyPart):
    """What is to be predicted."""

    path: Paths | None = Field(
        None, description="Without it the column is sought in rows, then in the blocks."
    )
    column: str
    kind: Kind
    id: str | None = None
    positive: Text | None = None
    negative: Literal["rest"] | None = Field(
        None, description="rest: every value but 'positive' is the other class, whatever it is."
    )
    missing: Literal["error", "drop"] = "error"
    missing_words: list[Text] = Field(
        list(MISSING_WORDS),
        description="Words that mean missing in the target's file; leave out those that are classes.",
    )

    @field_validator("column", mode="before")
    @classmethod
    def _one_column(cls, value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            raise ValueError(
                f"a list of columns would be a multi-label target, which is not served. {ONE_BY_ONE}"
            )
        return value

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.kind == "survival":
            raise ValueError("kind survival is not served by this version; use binary or number for now")
        if self.kind == "binary" and self.positive is None:
            raise ValueError("a binary target needs 'positive': the value that counts as the event")
        if self.kind != "binary" and self.positive is not None:
            raise ValueError(f"'positive' belongs to a binary target, not to {self.kind}")
        if self.negative is not None and self.positive is None:
            raise ValueError("'negative: rest' needs 'positive': the value that counts as the event")
        return self
