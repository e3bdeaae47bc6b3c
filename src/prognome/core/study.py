"""The question, frozen: what a study file may say, and what it means when it says nothing.

A key of a study is a field of its part: ``study_rows``, ``study_blocks``, ``study_target``, ``study_split``,
``study_judge``, ``study_models``, ``study_contract``, ``study_external``, ``study_about``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, ValidationError, field_validator, model_validator

from prognome.core.changes import lay_over
from prognome.core.faults import explain
from prognome.core.paths import anchor
from prognome.core.study_about import About
from prognome.core.study_blocks import BlockSpec, lend_paths
from prognome.core.study_contract import Contract
from prognome.core.study_explain import Explain, as_explain
from prognome.core.study_external import External
from prognome.core.study_judge import GuardsSpec, Judge, Stability, Subgroup, as_subgroup
from prognome.core.study_models import ModelSpec, Named, Tune, as_model, as_named
from prognome.core.study_part import StudyPart
from prognome.core.study_rows import Rows
from prognome.core.study_split import SplitSpec
from prognome.core.study_target import Target
from prognome.core.yaml_text import Path as KeyPath
from prognome.core.yaml_text import read_yaml, write_yaml
from prognome.errors import StudyError, nearest


class Study(StudyPart):
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
    prepare: dict[str, list[Annotated[Named, BeforeValidator(as_named)]]] = {}
    models: list[ModelSpec] = Field(
        [],
        validate_default=True,
        description="Default: logistic (ridge for numbers), random_forest, xgboost; survival: cox, random_survival_forest, xgboost.",
    )
    tune: Tune = Tune()
    external: list[External] = []
    subgroups: list[Annotated[Subgroup, BeforeValidator(as_subgroup)]] = []
    guards: GuardsSpec = GuardsSpec()
    stability: Stability = Stability()
    explain: Annotated[Explain, BeforeValidator(as_explain)] = Explain()
    contract: Contract = Contract()
    about: About = About()
    refit: Literal["not_test", "all"] = Field("not_test", description="Rows the bundle learns from.")
    seed: int = Field(0, ge=0)

    @field_validator("models", mode="before")
    @classmethod
    def _name_models(cls, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return [as_model(entry) for entry in value]

    @field_validator("prepare", mode="before")
    @classmethod
    def _list_steps(cls, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        return {
            block: [as_named(step) for step in steps] if isinstance(steps, list) else steps
            for block, steps in value.items()
        }

    @model_validator(mode="before")
    @classmethod
    def _paths_of_windows(cls, data: Any) -> Any:
        return lend_paths(data)

    @model_validator(mode="before")
    @classmethod
    def _default_models(cls, data: Any) -> Any:
        if not isinstance(data, Mapping) or data.get("models"):
            return data
        target = data.get("target")
        kind = target.get("kind") if isinstance(target, Mapping) else getattr(target, "kind", None)
        if kind == "survival":
            return {**data, "models": ["cox", "random_survival_forest", "xgboost"]}
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
            "kmer": "kmer",
            "linear": None,
            "group_mean": None,
        }
        for model in self.models:
            label = model.label.partition(":")[0] if model.label.startswith("group_mean:") else model.label
            if label in reserved and model.name != reserved[label]:
                raise ValueError(f"models: the label '{model.label}' is taken by prognome; give another")
            if "__" in model.label:
                raise ValueError(
                    f"models: the label '{model.label}' holds '__', which parts the names of parameters in a "
                    "stack; give it another name"
                )
        parted = next((name for name in self.blocks if ":" in name), None)
        if parted is not None:
            raise ValueError(
                f"blocks: the name '{parted}' holds ':', which parts block and column in the names of features; "
                "give the block another name"
            )
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
        if self.target.kind != "survival" and (self.judge.horizons or self.judge.tau):
            raise ValueError("judge: 'horizons' and 'tau' belong to a target of kind: survival")
        names = [other.name for other in self.external]
        if len(set(names)) < len(names):
            raise ValueError("external: two cohorts have the same name")
        return self

    @property
    def primary(self) -> str:
        """The metric that decides what is best."""
        return self.judge.primary or {"number": "mae", "survival": "c_uno"}.get(self.target.kind, "auc_roc")

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
        data, lines = read_yaml(path, absent="Make one with: prognome init TABLE --target COLUMN.")
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
