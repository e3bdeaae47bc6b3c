"""Plain dosages from VCF: how many alternative alleles each sample carries at each biallelic site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from prognome.errors import DataError
from prognome.read.delimited import BOM, unify_newlines
from prognome.read.lines import count, number_lines
from prognome.read.raw import NOBODY, RawTable, refuse_repeated_ids, take_ids
from prognome.read.source import Source
from prognome.read.stream import check_text, read_bytes

FIXED = 9
TAB, COLON, SLASH, BAR = b"\t:/|"
_ALLELE = np.full(256, -1, dtype=np.int8)
_ALLELE[[ord("0"), ord("1"), ord(".")]] = 0, 1, 8


@dataclass(frozen=True, eq=False)
class _Part:
    path: str
    samples: tuple[str, ...]
    sites: list[str]
    lines: list[int]
    dosage: NDArray[np.float64]  # (sites, samples)


def read_vcf(source: Source, *, text: frozenset[str] = NOBODY) -> RawTable:
    """Dosages of the alternative allele.

    Parameters
    ----------
    source
        VCF files: plain, gzip or bgzip. Several hold either the same samples at other sites (a file a
        chromosome) or other samples at the same sites.
    text
        Sites kept as text: categories '0', '1', '2'.

    Returns
    -------
    One row a sample, one column ``chrom:pos:ref:alt`` a site: 0, 1 or 2, for a haploid call 0 or 1; missing
    if any allele of the call is. Phase does not count. ``lines`` are the columns of the samples.

    Raises
    ------
    DataError
        With the line, for a header that is absent or holds no samples, a ragged line, a site with several
        alternative alleles, a site that stands twice, and a genotype of other than 0, 1 and '.'.
    """
    parts = [_read_file(path) for path in source.paths]
    first = parts[0]
    if all(set(part.samples) == set(first.samples) for part in parts):
        dosage = np.concatenate([part.dosage[:, _order(first.samples, part.samples)] for part in parts])
        sites = [site for part in parts for site in part.sites]
        _refuse_repeated_sites(parts, sites)
        whole = _to_raw(first.samples, sites, dosage, [first], text)
    else:
        for part in parts:
            _refuse_repeated_sites([part], part.sites)
            _refuse_other_sites(part, first)
        dosage = np.concatenate([part.dosage[_order(first.sites, part.sites)] for part in parts], axis=1)
        samples = tuple(sample for part in parts for sample in part.samples)
        whole = _to_raw(samples, first.sites, dosage, parts, text)
    refuse_repeated_ids(whole)
    return whole


def _read_file(path: str) -> _Part:
    data = read_bytes(path)
    check_text(data, path)
    lines = unify_newlines(data.removeprefix(BOM)).split(b"\n")
    del data
    while lines and not lines[-1]:
        lines.pop()
    header = next((place for place, line in enumerate(lines) if not line.startswith(b"##")), len(lines))
    if header == len(lines) or not lines[header].startswith(b"#CHROM\t"):
        raise DataError(
            path,
            "is not VCF: there is no header line",
            expected="a line that begins with #CHROM and is divided by tabs",
            mend="Look whether this is the right file.",
        )
    samples = tuple(lines[header].decode().split("\t")[FIXED:])
    if not samples:
        raise DataError(
            f"{path}, line {header + 1}", "holds sites and no samples", mend="Give the VCF with genotypes."
        )
    ids = pl.Series(samples, dtype=pl.String)
    take_ids(ids, path, np.arange(len(samples)) + FIXED + 1, unit="column")
    records = lines[header + 1 :]
    if not records:
        raise DataError(path, "has a header and no sites", mend="Look at how the file was made.")
    sites: list[str] = []
    multiple: list[int] = []
    dosage = np.empty((len(records), len(samples)))
    for place, record in enumerate(records):
        line = header + 2 + place
        fields = record.split(b"\t", FIXED)
        if len(fields) <= FIXED:
            raise _ragged(path, line, len(fields), len(samples))
        chrom, position, _, ref, alt = fields[:5]
        if b"," in alt:
            multiple.append(line)
            continue
        if fields[8] != b"GT" and not fields[8].startswith(b"GT:"):
            raise DataError(
                f"{path}, line {line}",
                "FORMAT does not begin with GT",
                mend="Give a VCF with called genotypes.",
            )
        sites.append(b":".join((chrom, position, ref, alt)).decode())
        dosage[place] = _count_alleles(fields[FIXED], len(samples), path, line)
    if multiple:
        raise DataError(
            f"{path}, {number_lines(multiple)}",
            f"{count(len(multiple), 'site')} with several alternative alleles",
            expected="biallelic sites",
            mend=f"Split them: bcftools norm -m- {path}.",
        )
    return _Part(path, samples, sites, list(range(header + 2, len(lines) + 1)), dosage)


def _count_alleles(calls: bytes, n: int, path: str, line: int) -> NDArray[np.float64]:
    """(n,) alternative alleles of the calls of one line, NaN where one is missing."""
    array = np.frombuffer(calls + b"\t\t\t", dtype=np.uint8)
    if len(calls) == 4 * n - 1 and (array[3 : 4 * n : 4] == TAB).all() and calls.count(b"\t") == n - 1:
        starts = np.arange(0, 4 * n, 4)
    else:
        starts = np.concatenate([[0], np.flatnonzero(array[: len(calls)] == TAB) + 1])
        if len(starts) != n:
            raise _ragged(path, line, len(starts) + FIXED, n)
    one, mark, two, after = (array[starts + step] for step in range(4))
    haploid = (mark == TAB) | (mark == COLON)
    diploid = ((mark == SLASH) | (mark == BAR)) & ((after == TAB) | (after == COLON))
    first, second = _ALLELE[one], np.where(diploid, _ALLELE[two], 0)
    wrong = (first < 0) | (second < 0) | ~(haploid | diploid)
    if wrong.any():
        raise DataError(
            f"{path}, line {line}, {number_lines(np.flatnonzero(wrong) + FIXED + 1, unit='column')}",
            f"{count(int(wrong.sum()), 'genotype')} that cannot be read",
            expected="one or two of the alleles 0, 1 and '.', such as 0/1 or 1|1",
            mend="Mend the line, or leave the site out.",
        )
    dosage = (first + second).astype(np.float64)
    dosage[dosage > 2] = np.nan
    return dosage


def _ragged(path: str, line: int, seen: int, samples: int) -> DataError:
    return DataError(
        f"{path}, line {line}",
        "the line has more or fewer cells than the header",
        seen=f"{seen:,}",
        expected=f"{samples + FIXED:,}",
        mend="Look there for a missing tab, or whether the copy is complete.",
    )


def _order(names: Sequence[str], there: Sequence[str]) -> list[int]:
    place = {name: index for index, name in enumerate(there)}
    return [place[name] for name in names]


def _refuse_repeated_sites(parts: Sequence[_Part], sites: Sequence[str]) -> None:
    if len(set(sites)) == len(sites):
        return
    twice = np.flatnonzero(pl.Series(sites).is_duplicated().to_numpy())
    lines = [line for part in parts for line in part.lines]
    raise DataError(
        parts[0].path if len(parts) == 1 else f"{parts[0].path} and {len(parts) - 1} more",
        f"{count(len({sites[i] for i in twice.tolist()}), 'site')} more than once",
        seen=f"{count(len(twice), 'record')} ({number_lines([lines[i] for i in twice.tolist()])})",
        mend="Keep one of each: bcftools norm -d exact.",
    )


def _refuse_other_sites(part: _Part, first: _Part) -> None:
    absent, more = set(first.sites) - set(part.sites), set(part.sites) - set(first.sites)
    if absent or more:
        raise DataError(
            part.path,
            f"has neither the samples nor the sites of {first.path}",
            seen=f"{count(len(absent), 'site')} missing, {len(more):,} additional",
            expected="the same samples at other sites, or other samples at the same sites",
            mend="Merge the files first: bcftools merge or bcftools concat.",
        )


def _to_raw(
    samples: Sequence[str],
    sites: Sequence[str],
    dosage: NDArray[np.float64],
    parts: Sequence[_Part],
    text: frozenset[str],
) -> RawTable:
    columns = [pl.Series(site, row) for site, row in zip(sites, dosage, strict=True)]
    shown = [c.fill_nan(None).cast(pl.Int8).cast(pl.String) if c.name in text else c for c in columns]
    sizes = [len(part.samples) for part in parts]
    return RawTable(
        np.array(samples, dtype=object),
        pl.DataFrame(shown),
        tuple(part.path for part in parts),
        np.repeat(np.arange(len(parts)), sizes),
        np.concatenate([np.arange(size) + FIXED + 1 for size in sizes]),
        "column",
    )
