"""Who trains and who judges: the test part, outer and inner folds, and what stays together."""

from __future__ import annotations

from typing import Self

from pydantic import Field, field_validator, model_validator

from prognome.core.study_part import StudyPart, Text


class TestPart(StudyPart):
    """A part that is scored once, at the end."""

    __test__ = False

    fraction: float | None = Field(None, gt=0, lt=1)
    column: str | None = None
    value: Text | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.fraction is None) == (self.column is None):
            raise ValueError("say either fraction, or column and value")
        if (self.column is None) != (self.value is None):
            raise ValueError("column and value go together")
        return self


class Kinship(StudyPart):
    """People whose kinship (KING-robust, from the genotypes) reaches this go together."""

    kinship: float = Field(
        gt=0, lt=0.5, description="0.0884 parts second from third degree, 0.177 first from second."
    )


class Outer(StudyPart):
    """The folds that judge."""

    folds: int = Field(5, ge=2)
    repeats: int = Field(1, ge=1)
    group: str | Kinship | None = Field(
        None,
        description="Rows with the same value of this column never stand on both sides; or {kinship: 0.0884}.",
    )
    leave_out: str | None = Field(None, description="One fold for each value of this column.")
    time: str | None = Field(
        None, description="Folds go forward in time: each is judged by models of the rows before it."
    )
    stratify: bool = True

    @property
    def group_column(self) -> str | None:
        """The column of groups, where groups are a column."""
        return self.group if isinstance(self.group, str) else None

    @model_validator(mode="after")
    def _one_scheme(self) -> Self:
        if self.leave_out and (self.group or self.time):
            raise ValueError("leave_out already says the groups; drop group and time")
        if self.time and self.repeats > 1:
            raise ValueError("folds in time cannot be repeated; drop repeats")
        if self.leave_out and self.repeats > 1:
            raise ValueError("leave_out has one way to split; drop repeats")
        return self


class Inner(StudyPart):
    """The folds inside the training rows: tuning, choosing, stacking, calibration."""

    folds: int = Field(3, ge=2)


class SplitSpec(StudyPart):
    """Who trains and who judges."""

    test: TestPart | None = None
    fractions: list[float] | None = Field(
        None, description="[train, validation, test]: one validation part instead of outer folds."
    )
    outer: Outer = Outer()
    inner: Inner = Inner()
    file: str | None = Field(None, description="A split.tsv to be honoured.")

    @property
    def folds_are_given(self) -> bool:
        """Whether a file, sites left out or time say who judges whom, so that no other draw can be made."""
        return bool(self.file or self.outer.leave_out or self.outer.time)

    @field_validator("fractions")
    @classmethod
    def _sum_to_one(cls, value: list[float] | None) -> list[float] | None:
        if value is not None and (len(value) != 3 or min(value) <= 0 or abs(sum(value) - 1) > 1e-6):
            raise ValueError("needs three shares above 0 that sum to 1, such as [0.70, 0.15, 0.15]")
        return value

    @model_validator(mode="after")
    def _one_test(self) -> Self:
        if self.fractions and self.test and self.test.fraction:
            raise ValueError("fractions already gives the test share; drop test.fraction")
        if self.fractions and (self.outer.time or self.outer.leave_out or self.outer.repeats > 1):
            raise ValueError("fractions has no folds; drop outer.time, outer.leave_out and outer.repeats")
        return self
