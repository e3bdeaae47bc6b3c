"""What is to be predicted, and which of its values counts as the event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from prognome.core.study_part import MISSING_WORDS, Paths, StudyPart, Text

REST = "rest"
ONE_BY_ONE = "Make one study for each label, with a column that says yes or no to it and kind: binary."
Kind = Literal["binary", "multiclass", "number", "survival"]


class Event(StudyPart):
    """The column that says whether the time is that of an event, or the row was censored then."""

    column: str
    positive: Text | None = Field(
        None,
        description="The value that is the event; without it the column holds 0 and 1, or true and false.",
    )


def _as_event(value: Any) -> Any:
    """``died`` alone is the column ``died``."""
    return {"column": value} if isinstance(value, str) else value


class Target(StudyPart):
    """What is to be predicted."""

    path: Paths | None = Field(
        None, description="Without it the column is sought in rows, then in the blocks."
    )
    column: str = Field(
        "", description="Of survival it is not given: the columns are those of 'time' and 'event'."
    )
    kind: Kind
    time: str | None = Field(None, description="Survival: column of the time to the event or to censoring.")
    event: Annotated[Event | None, BeforeValidator(_as_event)] = Field(
        None, description="Survival: column of the event, or {column: …, positive: VALUE}."
    )
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

    @model_validator(mode="before")
    @classmethod
    def _named_by_the_event(cls, value: Any) -> Any:
        """Wherever a target needs one name, that of survival is its event's."""
        if not isinstance(value, Mapping) or value.get("column") or value.get("kind") != "survival":
            return value
        event = _as_event(value.get("event"))
        name = event.get("column") if isinstance(event, Mapping) else getattr(event, "column", None)
        return {**value, "column": name} if isinstance(name, str) else value

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.kind == "survival":
            if self.time is None or self.event is None:
                raise ValueError("survival needs 'time' and 'event': the two columns")
            if self.time == self.event.column:
                raise ValueError("survival: 'time' and 'event' are one column")
            if self.column not in ("", self.event.column):
                raise ValueError("survival has 'time' and 'event' in the place of 'column'")
        elif self.time is not None or self.event is not None:
            raise ValueError(f"'time' and 'event' belong to kind: survival, not to {self.kind}")
        elif not self.column:
            raise ValueError("needs 'column': the column that is to be predicted")
        if self.kind == "binary" and self.positive is None:
            raise ValueError("a binary target needs 'positive': the value that counts as the event")
        if self.kind != "binary" and self.positive is not None:
            raise ValueError(f"'positive' belongs to a binary target, not to {self.kind}")
        if self.negative is not None and self.positive is None:
            raise ValueError("'negative: rest' needs 'positive': the value that counts as the event")
        return self
