"""What an encoder is to learn from, and how: the file that ``prognome pretrain`` reads."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from prognome.core.changes import lay_over
from prognome.core.faults import explain
from prognome.core.paths import anchor
from prognome.core.study_blocks import AlphabetName, BlockSpec
from prognome.core.study_part import MISSING_WORDS, Paths, StudyPart, Text, as_list
from prognome.core.study_rows import Rows
from prognome.core.yaml_text import Path as KeyPath
from prognome.core.yaml_text import read_yaml, write_yaml
from prognome.errors import StudyError


class LabelTask(StudyPart):
    """A table of windows and what is to be told of each."""

    name: str
    path: Paths
    id: str | None = Field(None, description="Column of row ids; without it rows are numbered.")
    sequence: str = Field("sequence", description="Column of the windows.")
    column: str = Field("label", description="Column of what is to be told.")
    kind: Literal["binary", "multiclass", "number"] = "binary"
    positive: Text | None = None
    missing_words: list[Text] = Field(list(MISSING_WORDS), description="Words that mean missing.")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.kind == "binary") != (self.positive is not None):
            raise ValueError("'positive' belongs to a binary task, which needs it, and to no other")
        return self


class ApartSpec(StudyPart):
    """Files of windows that the encoder must not see."""

    path: Paths
    columns: Annotated[list[str], BeforeValidator(as_list)] = Field(
        ["sequence"], description="Columns of windows."
    )


class Pretrain(StudyPart):
    """What is learned, by which encoder, and for how long."""

    task: Literal["masked", "labels"]
    encoder: str = Field("cnn", description="cnn, lstm, gru or transformer.")
    params: dict[str, Any] = Field(default_factory=dict, description="Of that encoder, such as width: 128.")
    alphabet: AlphabetName = Field("dna", description="Of labelled tasks; a block says its own.")
    stranded: bool = Field(
        False, description="true: in labelled tasks the reverse complement means something else."
    )
    tasks: list[LabelTask] = Field([], description="For task: labels; each its own file.")
    share: float = Field(0.15, gt=0, lt=1, description="Of the letters that are masked.")
    letters: float = Field(
        0, ge=0, le=10, description="Weight of masked letters beside labels; 0: labels alone."
    )
    epochs: int = Field(10, ge=1)
    batch_size: int = Field(128, ge=1)
    learning_rate: float = Field(2e-3, gt=0)
    weight_decay: float = Field(0.01, ge=0)
    dropout: float = Field(0.2, ge=0, lt=1)
    bins: int = Field(8, ge=1, description="Stretches of a window that each task's own part keeps apart.")
    validation: float = Field(
        0.05, ge=0, le=0.5, description="Share of windows that only say how well it goes."
    )
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    device: str = "auto"

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.task == "labels" and not self.tasks:
            raise ValueError("task: labels needs 'tasks': a list of files with a column to be told")
        if self.task == "masked" and self.tasks:
            raise ValueError("'tasks' belongs to task: labels; masked letters need blocks alone")
        names = [task.name for task in self.tasks]
        if len(set(names)) < len(names):
            raise ValueError("two tasks have the same name")
        return self


class PretrainStudy(StudyPart):
    """How an encoder is learned, with every default spelled out; frozen, and the same file the same encoder."""

    name: str = "encoder"
    description: str = ""
    licence: str = Field(description="Of the encoder that comes of it; the card prints it.")
    rows: Rows = Rows()
    blocks: dict[str, BlockSpec] = Field(
        default_factory=dict, description="Windows without labels, for masked letters."
    )
    pretrain: Pretrain
    apart: list[ApartSpec] = Field(
        [],
        description="What must not be seen: windows that share 24 letters with one of these, on either strand, are left out.",
    )
    never_shown: list[str] = Field(
        [], description="Sentences for the card: what it has not seen, and what overlaps with what it has."
    )
    seed: int = Field(0, ge=0)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.pretrain.task == "masked" and not self.blocks:
            raise ValueError("task: masked needs 'blocks': windows to hide letters of")
        for name, block in self.blocks.items():
            if block.read != "sequence":
                raise ValueError(f"block '{name}' is no block of sequences; say read: sequence")
        alphabets = {block.alphabet or "dna" for block in self.blocks.values()}
        if self.pretrain.tasks:
            alphabets.add(self.pretrain.alphabet)
        if len(alphabets) > 1:
            raise ValueError(f"one encoder reads one alphabet, and these are {', '.join(sorted(alphabets))}")
        return self

    @property
    def alphabet(self) -> str:
        """Which letters the encoder reads."""
        if self.pretrain.tasks:
            return self.pretrain.alphabet
        return next(iter(self.blocks.values())).alphabet or "dna"

    @classmethod
    def from_file(cls, path: str | Path, *, changes: Sequence[str] = ()) -> Self:
        """Read a pretraining study.

        Parameters
        ----------
        path
            YAML, UTF-8; relative paths start at its folder.
        changes
            ``key.sub=value`` strings laid over it.

        Raises
        ------
        StudyError
            With the line, the unknown key and its nearest neighbour, or the rule that does not hold.
        """
        path = Path(path)
        data, lines = read_yaml(path, absent="See the example: prognome pretrain --help.")
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
    ) -> Self:
        """Build one from plain data; see :meth:`prognome.core.study.Study.from_mapping`."""
        if not isinstance(data, Mapping):
            raise StudyError(where, "is no mapping of keys", expected="keys such as name, licence, pretrain")
        merged = json.loads(json.dumps(data, default=str))
        for change in changes:
            lay_over(merged, change)
        try:
            study = cls.model_validate(merged)
        except ValidationError as error:
            raise explain(error, where, lines or {}, cls.model_json_schema(), changes) from error
        return anchor(study, Path(folder))

    def to_yaml(self) -> str:
        """With every default spelled out; :meth:`from_file` reads it back to an equal one."""
        return write_yaml(self.model_dump(mode="json", exclude_none=True))
