"""What is known about the rows, block by block: where it stands and how it is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from prognome.core.study_part import MISSING_WORDS, Paths, StudyPart, Text

AlphabetName = Literal["dna", "rna", "protein"]
Anchor = Literal["start", "centre", "end"]
PAIR = ("ref", "alt")
FLANK = 128
_OF_SEQUENCES = ("alphabet", "stranded", "length", "anchor", "fasta", "around", "flank", "build")
_OF_TABLES = ("exclude", "categories", "ordered")


class Around(StudyPart):
    """Columns that say where a window stands in a reference, and what varies there."""

    chrom: str
    pos: str = Field(description="Position of the first letter of REF, counted from 1, as in VCF.")
    ref: str | None = None
    alt: str | None = None
    strand: str | None = Field(
        None, description="Column of + and - (or 1 and -1): windows of - are read from the other strand."
    )
    alleles: Literal["plus", "strand"] = Field(
        "plus", description="strand: REF and ALT are written as on the row's strand, not as on +."
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.ref is None) != (self.alt is None):
            raise ValueError("ref and alt go together")
        if self.alleles == "strand" and (self.strand is None or self.ref is None):
            raise ValueError("alleles: strand needs the columns strand, ref and alt")
        return self

    @property
    def columns(self) -> dict[str, str]:
        """Role → column, of those that are named."""
        roles = {name: getattr(self, name) for name in ("chrom", "pos", "ref", "alt", "strand")}
        return {role: column for role, column in roles.items() if column is not None}


class BlockSpec(StudyPart):
    """One kind of knowledge about the rows, and where it stands."""

    read: str = "table"
    path: Paths
    id: str | None = Field(None, description="Id column here, where it is not called as in rows.id.")
    columns: list[str] | dict[str, str] | None = Field(
        None,
        description="Names or shell patterns (ENSG*); without it, every column but those with another role. "
        "Sequences: [COLUMN], or {ref: COLUMN, alt: COLUMN}.",
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
    ordered: bool | None = Field(
        None,
        description="true: columns stand in an order that means something (genotypes along a chromosome). A VCF does so unless it says false.",
    )
    role: Literal["clinical", "omic"] | None = Field(
        None,
        description="clinical: what the clinic knows anyway; gives the baseline clinical_only. A block named clinical has it.",
    )
    aliases: dict[str, list[str]] = Field(
        default_factory=dict, description="Other names under which a new patient's file may call a column."
    )
    alphabet: AlphabetName | None = Field(None, description="Of sequences; dna where nothing is said.")
    stranded: bool | None = Field(
        None, description="false: a sequence and its reverse complement mean the same, so both are read."
    )
    length: int | None = Field(
        None, ge=1, description="Letters kept of a sequence; by default all, at most 1,000."
    )
    anchor: Anchor | None = Field(
        None,
        description="Which part of a sequence is kept where it is cropped; centre if nothing is said.",
    )
    fasta: str | None = Field(None, description="Reference that windows are cut from.")
    around: Around | None = Field(None, description="Where windows are cut.")
    flank: int | None = Field(None, ge=1, description="Letters on either side of a window's centre; 128.")
    build: Literal["GRCh37", "GRCh38"] | None = Field(None, description="What the reference must be.")

    @model_validator(mode="before")
    @classmethod
    def _spell_out(cls, value: Any) -> Any:
        """A block of sequences says its alphabet, its anchor, its flank and whether it is stranded."""
        if not isinstance(value, Mapping) or value.get("read") != "sequence":
            return value
        said = {key: one for key, one in value.items() if one is not None}
        defaults: dict[str, Any] = {"alphabet": "dna", "anchor": "centre", "stranded": True}
        if said.get("around") is not None:
            defaults["flank"] = FLANK
        return {**defaults, **said}

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.read != "sequence":
            self._refuse(_OF_SEQUENCES, "sequence")
            if isinstance(self.columns, dict):
                raise ValueError("columns: a mapping belongs to read: sequence; write a list")
            return self
        self._refuse(_OF_TABLES, "table")
        if self.orient != "rows":
            raise ValueError("orient: features belongs to read: table")
        if (self.fasta is None) != (self.around is None):
            raise ValueError("fasta and around go together: the reference, and the columns that say where")
        if self.fasta is None and self.flank is not None:
            raise ValueError("flank belongs to windows cut from a reference; add fasta and around")
        if self.around is not None and self.columns is not None:
            raise ValueError("columns and around do not go together: windows are cut, or stand in the table")
        if self.around is not None and self.alphabet == "protein":
            raise ValueError("alphabet: windows of a reference are dna or rna")
        if isinstance(self.columns, dict) and set(self.columns) != set(PAIR):
            raise ValueError("columns: a pair is {ref: COLUMN, alt: COLUMN}")
        if isinstance(self.columns, list) and len(self.columns) != 1:
            raise ValueError("columns: one column of sequences a block, or a pair {ref: COLUMN, alt: COLUMN}")
        if self.alphabet == "protein" and not self.stranded:
            raise ValueError("stranded: proteins have no other strand; leave it out")
        return self

    def _refuse(self, names: tuple[str, ...], reader: str) -> None:
        for name in names:
            if getattr(self, name) not in (None, [], {}):
                raise ValueError(f"{name} belongs to read: {reader}")

    @property
    def level_orders(self) -> dict[str, list[str] | None]:
        """Declared categorical columns, each with its levels in order or None."""
        if isinstance(self.categories, dict):
            return dict(self.categories)
        return dict.fromkeys(self.categories)

    @property
    def sequence_columns(self) -> dict[str, str]:
        """Our name (``ref`` and ``alt``, or the column's own) → the table's column that holds the sequence."""
        if isinstance(self.columns, dict):
            return {name: self.columns[name] for name in PAIR}
        return {name: name for name in self.columns or ["sequence"]}

    @property
    def columns_read(self) -> set[str]:
        """Columns of the table that a block of sequences is made of; they are no features of other blocks."""
        if self.read != "sequence":
            return set()
        if self.around is not None:
            return set(self.around.columns.values())
        return set(self.sequence_columns.values())


def lend_paths(study: Any) -> Any:
    """A study as it was written, where windows without a path of their own stand in the target's file."""
    if not isinstance(study, Mapping) or not isinstance(study.get("blocks"), Mapping):
        return study
    lender = study.get("target")
    path = lender.get("path") if isinstance(lender, Mapping) else getattr(lender, "path", None)
    if path is None:
        return study
    blocks = {
        name: {**block, "path": path}
        if isinstance(block, Mapping) and block.get("around") is not None and block.get("path") is None
        else block
        for name, block in study["blocks"].items()
    }
    return {**study, "blocks": blocks}
