"""Places in a reference as the columns of a table say them: contig, position, strand, alleles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from prognome.core.letters import read_letters
from prognome.errors import DataError
from prognome.read.lines import count
from prognome.read.raw import RawTable
from prognome.read.reference import Positions
from prognome.read.sequence_source import WindowSource

Mask = NDArray[np.bool_]
_STRANDS = {"+": 1, "1": 1, "+1": 1, "plus": 1, "-": -1, "-1": -1, "\N{MINUS SIGN}": -1, "minus": -1}
_COMPLEMENT = str.maketrans("ACGTUNRYSWKMBDHV", "TGCAANYRSWMKVHDB")
PLAIN = "ACGTN"


@dataclass(frozen=True, eq=False)
class Sites:
    """Places in a reference, as a table says them; rows with a gap are marked as not ``known``.

    Parameters
    ----------
    chrom, pos
        (n,) contig and position, counted from 1, of the centre or of the first letter of REF.
    strand
        (n,) 1 or -1.
    ref, alt
        (n,) letters of the + strand, or None where windows have no alleles.
    known
        (n,) whether nothing is missing.
    """

    chrom: list[str]
    pos: Positions
    strand: NDArray[np.int64]
    ref: list[str] | None
    alt: list[str] | None
    known: Mask


def reverse_complement(text: str) -> str:
    """The other strand, read in its own direction.

    >>> reverse_complement("AACGN")
    'NCGTT'
    """
    return text.translate(_COMPLEMENT)[::-1]


def read_sites(raw: RawTable, source: WindowSource) -> Sites:
    """Contigs, positions, strands and alleles of the rows, alleles turned to the + strand.

    Raises
    ------
    DataError
        With count and lines, where a cell cannot be read.
    """
    column = dict(source.columns)
    chrom = _cells(raw, column["chrom"])
    pos_text = _cells(raw, column["pos"])
    known = np.array([bool(a and b) for a, b in zip(chrom, pos_text, strict=True)], dtype=bool)
    pos = _positions(raw, column["pos"], pos_text)
    strand = np.ones(len(raw), dtype=np.int64)
    if "strand" in column:
        cells = _cells(raw, column["strand"])
        strand = np.array([_STRANDS.get((cell or "+").lower().removesuffix(".0"), 0) for cell in cells])
        refuse_cells(raw, column["strand"], strand == 0, "is no strand", "+ or -, or 1 and -1")
        known &= np.array([cell is not None for cell in cells], dtype=bool)
    if "ref" not in column:
        return Sites([one or "" for one in chrom], pos, strand, None, None, known)
    alleles = {}
    for role in ("ref", "alt"):
        cells = _cells(raw, column[role])
        known &= np.array([cell is not None for cell in cells], dtype=bool)
        letters = read_letters(cells, "dna").texts
        strange = np.array([bool(text and text.strip(PLAIN)) for text in letters], dtype=bool)
        refuse_cells(
            raw,
            column[role],
            strange,
            f"is no {role.upper()} written in letters",
            f"letters of {PLAIN}",
            "Write one alternative allele a row in letters, as VCF does; symbols such as <DEL> or * have "
            "no sequence.",
        )
        alleles[role] = [text or "" for text in letters]
    if source.alleles == "strand":
        for role, texts in alleles.items():
            alleles[role] = [
                reverse_complement(text) if way < 0 else text
                for text, way in zip(texts, strand.tolist(), strict=True)
            ]
    return Sites([one or "" for one in chrom], pos, strand, alleles["ref"], alleles["alt"], known)


def _cells(raw: RawTable, column: str) -> list[str | None]:
    return [
        (cell.strip() or None) if cell is not None else None
        for cell in raw.frame[column].cast(pl.String).to_list()
    ]


def _positions(raw: RawTable, column: str, cells: list[str | None]) -> Positions:
    numbers = pl.Series(cells, dtype=pl.String).cast(pl.Float64, strict=False).to_numpy()
    given = np.array([cell is not None for cell in cells], dtype=bool)
    with np.errstate(invalid="ignore"):
        whole = np.isfinite(numbers) & (numbers == np.floor(numbers)) & (np.abs(numbers) < 1e12)
    refuse_cells(raw, column, given & ~whole, "is no position", "a whole number, counted from 1")
    return np.where(whole, np.nan_to_num(numbers), 0).astype(np.int64)


def refuse_cells(
    raw: RawTable, column: str, wrong: Mask, problem: str, expected: str, mend: str = ""
) -> None:
    """Raise DataError with column, count and lines where any cell is wrong."""
    if wrong.any():
        raise DataError(
            f"{raw.where}, column '{column}'",
            f"{problem} in {count(int(wrong.sum()), 'row')}",
            seen=raw.places(wrong),
            expected=expected,
            mend=mend or "Mend those cells, or name another column.",
        )
