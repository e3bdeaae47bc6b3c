"""The menu of readers. Each is a function ``(source: Source, *, text: frozenset[str]) -> RawTable``."""

from __future__ import annotations

from prognome.core.menu import Entry, Menu

READERS = Menu(
    "reader",
    [
        Entry(
            "table",
            "prognome.read.raw:read_raw",
            "CSV or TSV (plain, gz, zst), Parquet, Excel: a column a feature, or a line a feature.",
            blocks=("table",),
        ),
        Entry(
            "vcf",
            "prognome.read.vcf:read_vcf",
            "VCF (plain, gz, bgzip): dosage 0, 1, 2 of the alternative allele at biallelic sites.",
            blocks=("table",),
        ),
        Entry(
            "sequence",
            "prognome.read.sequences:read_sequences",
            "DNA, RNA or protein: a table's column, a pair of columns, FASTA, or windows cut from a reference.",
            blocks=("sequence",),
        ),
    ],
    group="prognome.readers",
)
