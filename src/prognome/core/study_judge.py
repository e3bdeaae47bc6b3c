"""How is judged: metric, threshold, intervals, subgroups, stability, and what guards may do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from prognome.core.study_part import StudyPart


class Cost(StudyPart):
    """What a wrong decision costs, in any unit."""

    false_positive: float = Field(1, gt=0)
    false_negative: float = Field(1, gt=0)


class ThresholdSpec(StudyPart):
    """How the threshold of a binary decision is chosen, inside training."""

    rule: Literal["youden", "sensitivity", "specificity", "cost"] = "youden"
    wanted: float | None = Field(
        None, gt=0, lt=1, description="Least sensitivity or specificity, for those rules."
    )
    cost: Cost | None = None

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        """``youden``, ``{sensitivity: 0.9}`` and ``{cost: {false_negative: 5}}`` are short forms."""
        if isinstance(value, str):
            return {"rule": value}
        if isinstance(value, Mapping) and "rule" not in value and len(value) == 1:
            (name, said), *_ = value.items()
            if name in ("sensitivity", "specificity"):
                return {"rule": name, "wanted": said}
            if name == "cost":
                return {"rule": "cost", "cost": said}
        return value

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.rule in ("sensitivity", "specificity")) != (self.wanted is not None):
            raise ValueError("say {sensitivity: 0.9} or {specificity: 0.9}, or youden")
        if (self.rule == "cost") != (self.cost is not None):
            raise ValueError("say {cost: {false_positive: 1, false_negative: 5}}")
        return self


class Judge(StudyPart):
    """What best means, how decisions are taken, and how intervals are made."""

    primary: str | None = Field(
        None, description="Default: auc_roc for classes, mae for numbers, c_uno for survival."
    )
    horizons: list[Annotated[float, Field(gt=0)]] | None = Field(
        None,
        min_length=1,
        description="Survival: times at which figures are given; default: quartiles of the times of events.",
    )
    tau: float | None = Field(
        None,
        gt=0,
        description="Survival: time up to which risk is judged; default: a tenth of the rows is still followed.",
    )
    bootstrap: int = Field(1000, ge=100, le=100_000)
    level: float = Field(0.95, gt=0.5, lt=1)
    calibrate: Literal["auto", "logistic", "isotonic", "none"] = Field(
        "auto",
        description="Recalibration on inner out-of-fold scores; auto: logistic, isotonic from 1,000 events.",
    )
    threshold: ThresholdSpec = ThresholdSpec()
    coverage: float = Field(
        0.9, gt=0.5, lt=1, description="Wanted coverage of prediction intervals and prediction sets."
    )
    gap: float = Field(
        0.1, gt=0, lt=1, description="Difference between subgroups that is tolerated, on metrics from 0 to 1."
    )


class Subgroup(StudyPart):
    """A column by whose values the judged rows are looked at apart."""

    column: str
    cuts: list[float] | None = Field(
        None, description="Where a column of numbers is cut; without it at its thirds."
    )


def as_subgroup(value: Any) -> Any:
    """``site`` alone is the column ``site``."""
    return {"column": value} if isinstance(value, str) else value


class GuardsSpec(StudyPart):
    """What happens when a guard sees a reason for doubt."""

    mode: Literal["warn", "strict"] = Field(
        "warn", description="strict: nothing is judged until it is mended."
    )
    accept: dict[str, Annotated[str, Field(min_length=1)]] = Field(
        default_factory=dict, description="Guard → the reason why it is accepted, which the report prints."
    )
    sentinels: list[Literal["shuffled_labels", "planted_noise"]] = Field(
        [], description="Costly checks on request."
    )

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        return {"mode": value} if isinstance(value, str) else value


class Stability(StudyPart):
    """How much the result hangs on the number of rows and on chance."""

    curve: list[Annotated[float, Field(gt=0, le=1)]] = Field(
        [0.25, 0.5, 0.75, 1.0],
        description="Shares of the training rows for the learning curve; empty for none.",
    )
    seeds: int = Field(
        3, ge=0, le=100, description="How often the best model is judged again with other folds and seeds."
    )
    costly: Literal["short", "full"] = Field(
        "short",
        description="Networks and what is made of them: short gives a curve of two points and no other seeds.",
    )
    blocks: Literal["auto"] | bool = Field(
        "auto",
        description="Whether the best model is judged again without each block; auto: of 2 to 8 blocks, "
        "unless it is a costly model that is to be spared.",
    )
