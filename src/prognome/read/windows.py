"""Windows cut from a reference around positions, for the reference and the alternative allele."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from prognome.errors import DataError
from prognome.read.builds import recognise_build
from prognome.read.lines import count
from prognome.read.raw import RawTable
from prognome.read.reference import Positions, Stretches, cut_stretches
from prognome.read.reference_check import check_reference
from prognome.read.sequence_source import WindowSource
from prognome.read.sites import Sites, read_sites, refuse_cells, reverse_complement


@dataclass(frozen=True, eq=False)
class Windows:
    """What was cut, and what there is to say.

    Parameters
    ----------
    frame
        ``ref`` and ``alt``, or ``sequence``: 2 x flank + 1 letters, null where a row says no place.
    notes
        Sentences on padded windows and unchecked letters.
    """

    frame: pl.DataFrame
    notes: tuple[str, ...] = ()


def cut_windows(raw: RawTable, source: WindowSource) -> Windows:
    """Cut the windows of a table's rows.

    A window has ``flank`` letters before the position and after it, 2 x flank + 1 in all. In that of the
    alternative allele ALT stands in the place of REF. If their lengths differ, letters are taken away or
    added at the end of higher positions, so both windows are equally long. On ``strand`` - both are
    then reversed and complemented.

    Parameters
    ----------
    raw
        Text columns that ``source`` names.
    source
        Reference, columns, flank.

    Raises
    ------
    DataError
        With count and lines: for a place that is no number or no contig, a position off its contig, an
        allele that is not written in letters, a REF that disagrees with the reference (with the likely
        cause), or a reference of another build than said.
    """
    sites = read_sites(raw, source)
    flank = source.flank
    reach = np.array([len(ref) for ref in sites.ref] if sites.ref else [1] * len(raw), dtype=np.int64)
    there = np.flatnonzero(sites.known)
    cut = cut_stretches(
        source.fasta,
        [sites.chrom[row] for row in there.tolist()],
        sites.pos[there],
        sites.pos[there] - flank - 1,
        sites.pos[there] + np.maximum(reach[there], 1) + flank,
    )
    _check_build(cut, source)
    _refuse_off(raw, source, sites, cut, there, reach)
    notes: list[str] = []
    if sites.ref is not None:
        notes += check_reference(raw, source, sites, cut, there, flank + 1)
    made: dict[str, list[str | None]] = {
        name: [None] * len(raw) for name in (("ref", "alt") if source.is_pair else ("sequence",))
    }
    padded = 0
    size = 2 * flank + 1
    for place, row in enumerate(there.tolist()):
        text = cut.texts[place]
        before, after = text[1 : flank + 1], text[flank + 1 :]
        first = before + after[: size - flank]
        windows = [first]
        if sites.ref is not None and sites.alt is not None:
            windows.append((before + sites.alt[row] + after[len(sites.ref[row]) :])[:size])
        low, high = sites.pos[row] - flank, sites.pos[row] + flank
        padded += bool(low < cut.low[place] or high > cut.high[place])
        for name, window in zip(made, windows, strict=True):
            made[name][row] = reverse_complement(window) if sites.strand[row] < 0 else window
    if padded:
        notes.append(f"{count(padded, 'window')} of {len(there):,} reach beyond the reference; padded with N")
    return Windows(pl.DataFrame(made, schema=dict.fromkeys(made, pl.String)), tuple(notes))


def _check_build(cut: Stretches, source: WindowSource) -> None:
    found = recognise_build(cut.contigs)
    if source.build is not None and found is not None and found != source.build:
        raise DataError(
            source.fasta,
            "is another build than the study says",
            seen=found,
            expected=source.build,
            mend="Give the reference of the build that the positions are of.",
        )


def _refuse_off(
    raw: RawTable,
    source: WindowSource,
    sites: Sites,
    cut: Stretches,
    there: NDArray[np.intp],
    reach: Positions,
) -> None:
    """Raise for rows whose contig is not in the reference, or whose position is off it."""
    column = dict(source.columns)
    absent = np.zeros(len(raw), dtype=bool)
    absent[there] = cut.high == 0
    shown = ", ".join(contig.name for contig in cut.contigs[:3]) + (", …" if len(cut.contigs) > 3 else "")
    refuse_cells(raw, column["chrom"], absent, f"is no contig of {source.fasta}", f"such as {shown}")
    off = np.zeros(len(raw), dtype=bool)
    last = sites.pos[there] + np.maximum(reach[there], 1) - 1
    off[there] = (sites.pos[there] < cut.low) | (last > cut.high)
    slices = any(contig.is_slice for contig in cut.contigs)
    build = recognise_build(cut.contigs)
    refuse_cells(
        raw,
        column["pos"],
        off,
        "is off its contig",
        f"positions of {shown}" if slices else "positions from 1 to the end of the contig",
        "Give a reference that covers these positions."
        if slices
        else f"Another build? The reference is {build} by the lengths of its contigs."
        if build
        else "Another build of the genome?",
    )
