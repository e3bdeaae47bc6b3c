"""A tiny reference and tables of places in it, for tests."""

from pathlib import Path

import pandas as pd

from prognome.read.sequence_source import SequenceSource, WindowSource
from prognome.read.source import Source

#         123456789012345678901234567890
CHR1 = "ACGTTGCAAGGCTTACCGATAGGCATTCGA"
CHR2 = "TTTTTCCCCCGGGGGAAAAA"


def write_reference(folder: Path) -> Path:
    """Two contigs, lines of ten letters, the second soft-masked."""
    path = folder / "genome.fa"
    lines = [">chr1 the first", *(CHR1[k : k + 10] for k in range(0, 30, 10))]
    lines += [">chr2", *(CHR2.lower()[k : k + 10] for k in range(0, 20, 10))]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def windows(folder: Path, rows: list[dict], *, flank: int = 4, fasta: Path | None = None, **said) -> Source:
    """A table of these rows, and windows around its places."""
    table = folder / "places.tsv"
    frame = pd.DataFrame([{"id": f"r{k}", **row} for k, row in enumerate(rows)])
    frame.to_csv(table, sep="\t", index=False)
    named = [name for name in ("chrom", "pos", "ref", "alt", "strand") if name in frame]
    cut = WindowSource(
        str(fasta or write_reference(folder)), tuple((name, name) for name in named), flank=flank, **said
    )
    return Source((str(table),), "id", sequences=SequenceSource(windows=cut))
