"""The question, frozen: what a study file may say, and what it means when it says nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from prognome.core.changes import lay_over
from prognome.core.faults import explain
from prognome.core.paths import anchor
from prognome.core.yaml_text import Path as KeyPath
from prognome.core.yaml_text import parse_yaml, write_yaml
from prognome.errors import StudyError, nearest

MISSING_WORDS = ("", "NA", "N/A", "na", "n/a", "NaN", "nan", "NULL", "null", ".", "-", "?")
Scalar = bool | int | float | str
Kind = Literal["binary", "multiclass", "number", "survival"]


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, (str, Path)) else value


def _as_text(value: Any) -> Any:
    """``1`` and ``1.0`` are the label '1', as a table would show it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, (int, float)) else value


def _as_named(value: Any) -> Any:
    """``scale.zscore`` or ``{select.anova: {k: 10}}`` becomes a name with its parameters."""
    if isinstance(value, str):
        return {"name": value}
    if isinstance(value, Mapping) and len(value) == 1 and "name" not in value:
        (name, params), *_ = value.items()
        if params is None:
            return {"name": name}
        if isinstance(params, Mapping):
            return {"name": name, "params": dict(params)}
    return value


def _as_subgroup(value: Any) -> Any:
    return {"column": value} if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(_as_text), WithJsonSchema({"type": ["string", "number", "boolean"]})]
Paths = Annotated[list[str], BeforeValidator(_as_list), Field(min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Drop(_Part):
    """Rows left out before anything else, with the reason the report prints."""

    column: str
    values: Annotated[list[Text], BeforeValidator(lambda v: v if isinstance(v, list) else [v])]
    reason: str = ""


class Rows(_Part):
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
    batch: Annotated[list[str], BeforeValidator(_as_list)] = Field(
        [],
        description="Columns that say where a row comes from: batch, site, study, plate, tissue. For guards and the "
        "baseline of group means; a feature only where a block names it.",
    )
    date: str | None = Field(None, description="When a row was taken, a number or a date; for guards.")


class BlockSpec(_Part):
    """One kind of knowledge about the rows, and where it stands."""

    read: str = "table"
    path: Paths
    id: str | None = Field(None, description="Id column here, where it is not called as in rows.id.")
    columns: list[str] | None = Field(
        None,
        description="Names or shell patterns (ENSG*); without it, every column but those with another role.",
    )
    exclude: list[str] = []
    categories: list[str] | dict[str, list[Text] | None] = Field(
        default_factory=dict, description="Columns that hold categories; with a list, their levels in order."
    )
    missing: list[Text] = Field(list(MISSING_WORDS), description="Words that mean missing.")
    orient: Literal["rows", "features"] = Field(
        "rows", description="features: one row a feature, samples in columns."
    )
    sheet: str | None = None
    delimiter: str | None = None
    optional: bool = Field(False, description="May be absent for some rows.")
    role: Literal["clinical", "omic"] | None = Field(
        None,
        description="clinical: what the clinic knows anyway; gives the baseline clinical_only. A block named clinical has it.",
    )
    aliases: dict[str, list[str]] = Field(
        default_factory=dict, description="Other names under which a new patient's file may call a column."
    )

    @property
    def level_orders(self) -> dict[str, list[str] | None]:
        """Declared categorical columns, each with its levels in order or None."""
        if isinstance(self.categories, dict):
            return dict(self.categories)
        return dict.fromkeys(self.categories)


class Target(_Part):
    """What is to be predicted."""

    path: Paths | None = Field(
        None, description="Without it the column is sought in rows, then in the blocks."
    )
    column: str
    kind: Kind
    id: str | None = None
    positive: Text | None = None
    missing: Literal["error", "drop"] = "error"
    missing_words: list[Text] = Field(
        list(MISSING_WORDS),
        description="Words that mean missing in the target's file; leave out those that are classes.",
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.kind == "survival":
            raise ValueError("kind survival is not served by this version; use binary or number for now")
        if self.kind == "binary" and self.positive is None:
            raise ValueError("a binary target needs 'positive': the value that counts as the event")
        if self.kind != "binary" and self.positive is not None:
            raise ValueError(f"'positive' belongs to a binary target, not to {self.kind}")
        return self


class TestPart(_Part):
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


class Kinship(_Part):
    """People whose kinship (KING-robust, from the genotypes) reaches this go together."""

    kinship: float = Field(
        gt=0, lt=0.5, description="0.0884 parts second from third degree, 0.177 first from second."
    )


class Outer(_Part):
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


class Inner(_Part):
    """The folds inside the training rows: tuning, choosing, stacking, calibration."""

    folds: int = Field(3, ge=2)


class SplitSpec(_Part):
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


class Cost(_Part):
    """What a wrong decision costs, in any unit."""

    false_positive: float = Field(1, gt=0)
    false_negative: float = Field(1, gt=0)


class ThresholdSpec(_Part):
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


class Judge(_Part):
    """What best means, how decisions are taken, and how intervals are made."""

    primary: str | None = Field(None, description="Default: auc_roc for classes, mae for numbers.")
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


class Subgroup(_Part):
    """A column by whose values the judged rows are looked at apart."""

    column: str
    cuts: list[float] | None = Field(
        None, description="Where a column of numbers is cut; without it at its thirds."
    )


class GuardsSpec(_Part):
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


class Stability(_Part):
    """How much the result hangs on the number of rows and on chance."""

    curve: list[Annotated[float, Field(gt=0, le=1)]] = Field(
        [0.25, 0.5, 0.75, 1.0],
        description="Shares of the training rows for the learning curve; empty for none.",
    )
    seeds: int = Field(
        3, ge=0, le=100, description="How often the best model is judged again with other folds and seeds."
    )


class Named(_Part):
    """A step or model with its parameters."""

    name: str
    params: dict[str, Any] = {}


class ModelSpec(Named):
    """A model of the study: its name on the menu, its parameters, the blocks it sees."""

    label: str = ""
    blocks: list[str] | None = None


class Tune(_Part):
    """Search for parameters inside the training rows."""

    search: Literal["none", "random"] = "none"
    trials: int = Field(10, ge=1)


class Contract(_Part):
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


class ExternalBlock(_Part):
    """Where a block stands in another cohort; what is not said is as in the study."""

    path: Paths
    id: str | None = None
    missing: list[Text] | None = None
    orient: Literal["rows", "features"] | None = None
    sheet: str | None = None
    delimiter: str | None = None


class ExternalTarget(_Part):
    """The target in another cohort; what is not said is as in the study."""

    path: Paths | None = None
    column: str | None = None
    id: str | None = None


class External(_Part):
    """A cohort that only judges."""

    name: str = Field(min_length=1)
    rows: Rows | None = None
    blocks: dict[str, ExternalBlock]
    target: ExternalTarget = ExternalTarget()


class Study(_Part):
    """A question about a cohort, with every default spelled out.

    Frozen; equal studies give equal results. Build one with :meth:`from_file`, :meth:`from_mapping`, or
    by keywords with the same names as in a study file. Paths are made absolute against the file's folder.
    """

    name: str = "study"
    question: str = ""
    rows: Rows = Rows()
    blocks: dict[str, BlockSpec] = Field(min_length=1)
    target: Target
    split: SplitSpec = SplitSpec()
    judge: Judge = Judge()
    prepare: dict[str, list[Annotated[Named, BeforeValidator(_as_named)]]] = {}
    models: list[ModelSpec] = Field(
        [],
        validate_default=True,
        description="Default: logistic (ridge for numbers), random_forest, xgboost.",
    )
    tune: Tune = Tune()
    external: list[External] = []
    subgroups: list[Annotated[Subgroup, BeforeValidator(_as_subgroup)]] = []
    guards: GuardsSpec = GuardsSpec()
    stability: Stability = Stability()
    contract: Contract = Contract()
    refit: Literal["not_test", "all"] = Field("not_test", description="Rows the bundle learns from.")
    seed: int = Field(0, ge=0)

    @field_validator("models", mode="before")
    @classmethod
    def _name_models(cls, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return [_model_entry(entry) for entry in value]

    @field_validator("prepare", mode="before")
    @classmethod
    def _list_steps(cls, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        return {
            block: [_as_named(step) for step in steps] if isinstance(steps, list) else steps
            for block, steps in value.items()
        }

    @model_validator(mode="before")
    @classmethod
    def _default_models(cls, data: Any) -> Any:
        if not isinstance(data, Mapping) or data.get("models"):
            return data
        target = data.get("target")
        kind = target.get("kind") if isinstance(target, Mapping) else getattr(target, "kind", None)
        linear = "ridge" if kind == "number" else "logistic"
        return {**data, "models": [linear, "random_forest", "xgboost"]}

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        labels = [model.label for model in self.models]
        twice = sorted({label for label in labels if labels.count(label) > 1})
        if twice:
            raise ValueError(
                f"models: '{twice[0]}' stands twice; give one of them another name: {{{twice[0]}: {{label: other}}}}"
            )
        reserved = {
            "chosen": None,
            "dummy": "dummy",
            "clinical_only": None,
            "single_best": "single_best",
            "linear": None,
            "group_mean": None,
        }
        for model in self.models:
            label = model.label.partition(":")[0] if model.label.startswith("group_mean:") else model.label
            if label in reserved and model.name != reserved[label]:
                raise ValueError(f"models: the label '{model.label}' is taken by prognome; give another")
        for place, blocks in [
            ("prepare", list(self.prepare)),
            *((f"models: {model.label}: blocks", model.blocks or []) for model in self.models),
            *((f"external: {other.name}: blocks", list(other.blocks)) for other in self.external),
        ]:
            for block in blocks:
                if block not in self.blocks:
                    raise ValueError(f"{place}: no block is called '{block}'. {nearest(block, self.blocks)}")
        for other in self.external:
            absent = [b for b, spec in self.blocks.items() if b not in other.blocks and not spec.optional]
            if absent:
                raise ValueError(
                    f"external: {other.name}: block '{absent[0]}' is not given and is not optional"
                )
        names = [other.name for other in self.external]
        if len(set(names)) < len(names):
            raise ValueError("external: two cohorts have the same name")
        return self

    @property
    def primary(self) -> str:
        """The metric that decides what is best."""
        return self.judge.primary or ("mae" if self.target.kind == "number" else "auc_roc")

    @classmethod
    def from_file(cls, path: str | Path, *, changes: Sequence[str] = ()) -> Study:
        """Read a study file.

        Parameters
        ----------
        path
            YAML, UTF-8.
        changes
            ``key.sub=value`` strings laid over it, values in YAML.

        Raises
        ------
        StudyError
            With the line, the unknown key and its nearest neighbour, or the rule that does not hold.
        """
        path = Path(path)
        try:
            text = path.read_text(encoding="utf-8-sig")
        except FileNotFoundError as error:
            raise StudyError(
                str(path), "there is no such file", mend="Make one with: prognome init TABLE --target COLUMN."
            ) from error
        except UnicodeDecodeError as error:
            raise StudyError(str(path), "is not UTF-8 text", mend="A study is a YAML text file.") from error
        except OSError as error:
            raise StudyError(str(path), f"cannot be read; {error.strerror}") from error
        data, lines = parse_yaml(text, where=str(path))
        return cls.from_mapping(data, folder=path.parent, where=str(path), lines=lines, changes=changes)

    @classmethod
    def from_mapping(
        cls,
        data: Any,
        *,
        folder: str | Path = ".",
        where: str = "study",
        lines: Mapping[KeyPath, int] | None = None,
        changes: Sequence[str] = (),
    ) -> Study:
        """Build a study from plain data, as YAML or JSON would give it.

        Parameters
        ----------
        data
            A mapping with the keys of a study file.
        folder
            Where relative paths start.
        where, lines
            For messages.
        changes
            ``key.sub=value`` strings laid over it.
        """
        if not isinstance(data, Mapping):
            raise StudyError(
                where,
                "is empty" if data is None else "is not a mapping of keys",
                expected="keys such as blocks, target",
                mend="Make one with: prognome init TABLE --target COLUMN.",
            )
        merged = json.loads(json.dumps(data, default=str))
        for change in changes:
            lay_over(merged, change)
        try:
            study = cls.model_validate(merged)
        except ValidationError as error:
            raise explain(error, where, lines or {}, cls.model_json_schema(), changes) from error
        return anchor(study, Path(folder))

    def to_mapping(self) -> dict[str, Any]:
        """Plain data with every default spelled out."""
        return self.model_dump(mode="json", exclude_none=True)

    def to_yaml(self) -> str:
        """The resolved study as YAML; :meth:`from_file` reads it back to an equal one."""
        return write_yaml(self.to_mapping())


def _model_entry(entry: Any) -> Any:
    """One item of ``models``, with label and blocks taken out of the parameters."""
    named = _as_named(entry)
    if not isinstance(named, Mapping) or "name" not in named:
        return named
    params = dict(named.get("params") or {})
    label = named.get("label") or params.pop("label", None) or named["name"]
    blocks = named.get("blocks") or params.pop("blocks", None)
    rest = {key: value for key, value in named.items() if key not in {"params", "label", "blocks"}}
    return {**rest, "label": label, "blocks": _as_list(blocks), "params": params}
