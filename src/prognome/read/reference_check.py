"""REF against the reference: a mismatch is refused, with the cause that explains it best."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from prognome.errors import DataError
from prognome.read.builds import recognise_build
from prognome.read.lines import count
from prognome.read.raw import RawTable
from prognome.read.reference import Stretches
from prognome.read.sequence_source import WindowSource
from prognome.read.sites import Sites, reverse_complement

MANY = 0.05  # share of rows that disagree from which another build is thought of
EXPLAINED = 0.9  # share of rows that a cause has to explain


def check_reference(
    raw: RawTable,
    source: WindowSource,
    sites: Sites,
    cut: Stretches,
    rows: NDArray[np.intp],
    at: int,
) -> list[str]:
    """Compare REF with the reference at its place.

    Parameters
    ----------
    raw
        For lines in messages.
    source, sites
        What was asked, with alleles on the + strand.
    cut
        Stretches of ``rows``.
    rows
        (m,) positions in the table.
    at
        Where in a stretch the position stands.

    Returns
    -------
    Sentences on letters that could not be checked, since the reference has N there.

    Raises
    ------
    DataError
        If REF disagrees anywhere: with count, lines and the likely cause.
    """
    refs = [(sites.ref or [])[row] for row in rows.tolist()]
    fits = _fits(refs, cut.texts, at)
    if fits.all():
        unsure = sum(
            bool(text[at : at + len(ref)].strip("ACGT")) for ref, text in zip(refs, cut.texts, strict=True)
        )
        if not unsure:
            return []
        return [
            f"the reference has no plain letter where REF stands in {count(unsure, 'row')}; not checked there"
        ]
    wrong = np.zeros(len(raw), dtype=bool)
    wrong[rows] = ~fits
    column = dict(source.columns)["ref"]
    raise DataError(
        f"{raw.where}, column '{column}'",
        f"REF disagrees with the reference in {int((~fits).sum()):,} of {count(len(rows), 'row')}",
        seen=raw.places(wrong),
        expected=f"the letters of {source.fasta} at these positions, counted from 1",
        mend=_cause(source, sites, cut, rows, at, refs, fits),
    )


def _cause(
    source: WindowSource,
    sites: Sites,
    cut: Stretches,
    rows: NDArray[np.intp],
    at: int,
    refs: list[str],
    fits: NDArray[np.bool_],
) -> str:
    """What would make the rows agree, tried one after another."""
    alts = [(sites.alt or [])[row] for row in rows.tolist()]
    other = [reverse_complement(ref) for ref in refs]
    minus = sites.strand[rows] < 0
    names = dict(source.columns)
    turn = "say alleles: plus" if source.alleles == "strand" else "say alleles: strand"
    if "strand" not in names:
        turn = "name the column of strands and say alleles: strand"
    tries = [
        (_fits(refs, cut.texts, at + 1), "Positions seem to be counted from 0: add 1 to each."),
        (_fits(refs, cut.texts, at - 1), "Positions seem to be one too high: take 1 from each."),
        (
            np.where(minus if minus.any() else True, _fits(other, cut.texts, at), fits),
            f"The alleles seem to be written on the other strand: {turn} under around.",
        ),
    ]
    found = max(tries, key=lambda one: one[0].mean())
    gained = found[0][~fits]
    if gained.mean() >= EXPLAINED and found[0].mean() >= EXPLAINED and len(gained) > 1:
        return f"{found[1]} Then {int(found[0].sum()):,} of {count(len(rows), 'row')} agree."
    swapped = _fits(alts, cut.texts, at)[~fits]
    if swapped.mean() >= EXPLAINED:
        return (
            f"In {int(swapped.sum()):,} of them ALT is the letter of the reference: REF and ALT are swapped."
        )
    build = recognise_build(cut.contigs)
    known = f" The reference is {build} by the lengths of its contigs." if build else ""
    if (~fits).mean() > MANY:
        return (
            "So many rows suggest positions of another build of the genome: give the reference of that "
            f"build, or lift the positions over.{known}"
        )
    return f"Mend these rows, or leave them out.{known}"


def _fits(alleles: list[str], texts: list[str], at: int) -> NDArray[np.bool_]:
    """(m,) whether the allele stands there; what the reference leaves open agrees with everything."""
    return np.array(
        [
            (there := text[at : at + len(allele)]) == allele
            or (
                len(there) == len(allele)
                and all(a == b or a not in "ACGT" or b == "N" for a, b in zip(there, allele, strict=True))
            )
            for allele, text in zip(alleles, texts, strict=True)
        ],
        dtype=bool,
    )
