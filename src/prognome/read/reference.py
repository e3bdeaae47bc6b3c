"""Stretches of a reference: by its index where it has one, else in one pass through the file."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from prognome.errors import DataError
from prognome.read.fasta import read_records

Positions = NDArray[np.int64]
_REGION = re.compile(r"^(.+):(\d+)-(\d+)$")
_ACCESSION = re.compile(r"^nc_0*(\d+)\.\d+$")
_SPECIAL = {"m": "mt", "23": "x", "24": "y", "12920": "mt"}


@dataclass(frozen=True)
class Contig:
    """A record of the reference.

    Parameters
    ----------
    name
        First word of its header.
    chrom
        The contig in a form in which names are compared.
    low, high
        Positions of its first and last letter, counted from 1; a header such as ``chr17:41100001-41300000``
        says that the record is a slice (:func:`as_contig`).
    """

    name: str
    chrom: str
    low: int
    high: int

    @property
    def is_slice(self) -> bool:
        """Whether it is a part of a contig that begins elsewhere."""
        return self.low != 1 or _REGION.match(self.name) is not None


@dataclass(frozen=True, eq=False)
class Stretches:
    """What stands at the places that were asked for.

    Parameters
    ----------
    texts
        n texts of the + strand, upper case, N where a stretch reaches beyond its contig; empty where there
        is no such contig.
    low, high
        (n,) first and last position of the contig; 0 where there is none.
    contigs
        All of the reference.
    """

    texts: list[str]
    low: Positions
    high: Positions
    contigs: tuple[Contig, ...]


def plain_chrom(name: str) -> str:
    """A contig's name without ``chr``; accessions of human chromosomes by number.

    >>> print(*map(plain_chrom, ("chr17", "17", "chrM", "MT", "NC_000017.11", "NC_000023.10")))
    17 17 mt mt 17 x
    """
    plain = name.strip().lower()
    plain = plain.removeprefix("chr") or plain
    accession = _ACCESSION.match(plain)
    plain = accession.group(1) if accession else plain
    return _SPECIAL.get(plain, plain) if accession or plain == "m" else plain


def as_contig(name: str, length: int, *, where: str = "reference") -> Contig:
    """A record of the reference by its name and length.

    A region in the name counts as ``samtools faidx`` writes it (from 1, the last letter included), or as
    ``bedtools getfasta`` does (from 0, the last not included); the length of the record tells which.

    Parameters
    ----------
    name
        First word of the header.
    length
        Letters of the record.
    where
        The file, for messages.

    Raises
    ------
    DataError
        If the record has neither as many letters as the region from 1 nor as the region from 0.

    Examples
    --------
    >>> as_contig("chr1:101-200", 100).low, as_contig("chr1:100-200", 100).low
    (101, 101)
    """
    region = _REGION.match(name)
    if region is None:
        return Contig(name, plain_chrom(name), 1, length)
    start, end = int(region.group(2)), int(region.group(3))
    if length not in (end - start + 1, end - start):
        raise DataError(
            where,
            f"the record {name} is not as long as the region in its header",
            seen=f"{length:,} letters",
            expected=f"{end - start + 1:,} (from 1, the last included: samtools faidx) or {end - start:,} "
            "(from 0, the last not included: bedtools getfasta)",
            mend="Cut the slice anew, within its contig; or give the header the region that it holds.",
        )
    low = start if length == end - start + 1 else start + 1
    return Contig(name, plain_chrom(region.group(1)), low, low + length - 1)


def cut_stretches(
    path: str, chrom: Sequence[str], at: Positions, first: Positions, last: Positions
) -> Stretches:
    """Cut the stretches ``first`` to ``last`` around the positions ``at``.

    A FASTA with its index beside it (``.fai``, and ``.gzi`` if it is bgzip) is read where it is asked, if
    pysam is installed; any other, plain or compressed, in one pass that keeps one contig in memory. No index
    is written anywhere.

    Parameters
    ----------
    path
        The reference.
    chrom
        n names of contigs, with or without ``chr``.
    at
        (n,) positions, counted from 1, that choose among slices of one contig.
    first, last
        (n,) first and last position of each stretch.

    Raises
    ------
    DataError
        If the file is not FASTA or cannot be read.
    """
    rows_of: dict[str, list[int]] = defaultdict(list)
    for row, name in enumerate(chrom):
        rows_of[plain_chrom(name)].append(row)
    texts = [""] * len(chrom)
    low, high = np.zeros(len(chrom), dtype=np.int64), np.zeros(len(chrom), dtype=np.int64)
    contigs = []
    for contig, fetch in _open(path):
        contigs.append(contig)
        for row in rows_of.get(contig.chrom, []):
            if high[row] and not (
                contig.low <= at[row] <= contig.high and not low[row] <= at[row] <= high[row]
            ):
                continue  # an earlier slice is as good as this one
            low[row], high[row] = contig.low, contig.high
            texts[row] = _padded(contig, fetch, int(first[row]), int(last[row]))
    return Stretches(texts, low, high, tuple(contigs))


Fetch = Callable[[int, int], str]


def _padded(contig: Contig, fetch: Fetch, first: int, last: int) -> str:
    """Letters of these positions, N where the contig has none."""
    begin, end = max(first, contig.low), min(last, contig.high)
    if begin > end:
        return "N" * (last - first + 1)
    inside = fetch(begin - contig.low, end - contig.low + 1).upper()
    return "N" * (begin - first) + inside + "N" * (last - end)


def _open(path: str) -> Iterator[tuple[Contig, Fetch]]:
    """Each contig with what gives its letters from one offset to another."""
    lengths = _index(Path(path))
    if lengths is None:
        for record in read_records(path):
            letters = record.letters
            contig = as_contig(record.name, len(letters), where=path)
            yield contig, lambda start, end, whole=letters: whole[start:end]  # type: ignore[misc]
        return
    import pysam

    try:
        file = pysam.FastaFile(path)
    except (OSError, ValueError) as error:
        raise DataError(
            path, "cannot be read with its index", mend="Make the index anew: samtools faidx FILE."
        ) from error
    with file:
        for name, length in lengths.items():
            yield (
                as_contig(name, length, where=path),
                lambda start, end, contig=name: file.fetch(contig, start, end),  # type: ignore[misc]
            )


def _index(path: Path) -> dict[str, int] | None:
    """Lengths by name from the index beside the file; None where there is none, or none that can be used."""
    index, blocks = Path(f"{path}.fai"), Path(f"{path}.gzi")
    compressed = path.suffix.lower() in (".gz", ".bgz")
    try:
        import pysam  # noqa: F401

        needed = [index, blocks] if compressed else [index]
        if any(one.stat().st_mtime < path.stat().st_mtime for one in needed):
            return None
        rows = [line.split("\t") for line in index.read_text(encoding="utf-8").splitlines()]
        return {row[0]: int(row[1]) for row in rows}
    except (ImportError, OSError, ValueError, IndexError):
        return None
