"""Where sequences come from: columns of a table, records of FASTA, or windows of a reference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from prognome.core.study_blocks import Anchor, BlockSpec


@dataclass(frozen=True)
class WindowSource:
    """Windows that are cut from a reference.

    Parameters
    ----------
    fasta
        The reference.
    columns
        (role, column of the table): ``chrom``, ``pos``, and if given ``ref``, ``alt``, ``strand``.
    alleles
        ``plus``: REF and ALT are letters of the + strand; ``strand``: of the strand of their row.
    flank
        Letters on either side of the centre.
    build
        What the reference must be, or None.
    """

    fasta: str
    columns: tuple[tuple[str, str], ...]
    alleles: Literal["plus", "strand"] = "plus"
    flank: int = 128
    build: str | None = None

    @property
    def is_pair(self) -> bool:
        """Whether there is a reference and an alternative window."""
        return "ref" in dict(self.columns)


@dataclass(frozen=True)
class SequenceSource:
    """What is read as sequences; hashable, as its :class:`~prognome.read.source.Source`.

    Parameters
    ----------
    columns
        (our name, column of the table); not looked at where the file is FASTA or windows are cut.
    alphabet
        ``dna``, ``rna`` or ``protein``.
    length
        Letters kept; None keeps 1,000 at most.
    anchor
        Which part of a cropped sequence is kept.
    windows
        Where windows are cut, or None.
    named
        Whether the study named the columns, which FASTA does not have.
    """

    columns: tuple[tuple[str, str], ...] = (("sequence", "sequence"),)
    alphabet: str = "dna"
    length: int | None = None
    anchor: Anchor = "centre"
    windows: WindowSource | None = None
    named: bool = False


def sequence_source(spec: BlockSpec) -> SequenceSource | None:
    """What a block of the study says about its sequences; None where it holds none."""
    if spec.read != "sequence":
        return None
    windows = None
    if spec.around is not None and spec.fasta is not None:
        windows = WindowSource(
            spec.fasta,
            tuple(spec.around.columns.items()),
            spec.around.alleles,
            spec.flank or WindowSource.flank,
            spec.build,
        )
    return SequenceSource(
        tuple(spec.sequence_columns.items()),
        spec.alphabet or "dna",
        spec.length,
        spec.anchor or "centre",
        windows,
        spec.columns is not None,
    )
