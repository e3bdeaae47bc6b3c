"""Phased genotypes as VCF 4.2 in blocks of gzip (BGZF), so that any reader and indexer takes them."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from prognome.simulate.haplotypes import Alleles
from prognome.simulate.sites import AUTOSOMES_BP, Sites
from prognome.simulate.truth import NOTE

_CELLS = np.frombuffer(b"\t0|0\t0|1\t1|0\t1|1\t./.", dtype=np.uint8).reshape(5, 4)
_MISSING = 4
_PIECE = 0xFF00
_END = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")


def write_vcf(
    path: Path,
    sites: Sites,
    ids: NDArray[np.object_],
    haplotypes: Alleles,
    missing: NDArray[np.bool_],
) -> None:
    """Write one hospital's genotypes.

    Parameters
    ----------
    path
        ``….vcf.gz``.
    sites
        The v sites.
    ids
        (n,) samples.
    haplotypes
        (v, n, 2) alleles 0 and 1.
    missing
        (v, n) calls to be left out, written ``./.``.

    References
    ----------
    The Variant Call Format specification, version 4.2 (samtools/hts-specs).
    """
    father, mother = haplotypes[:, :, 0], haplotypes[:, :, 1]
    calls = np.where(missing, _MISSING, 2 * father + mother)
    alt = np.where(missing, 0, father + mother).sum(axis=1)
    called = 2 * (~missing).sum(axis=1)
    cells = _CELLS[calls].reshape(len(sites), -1)
    lines = [_header(ids)]
    for site in range(len(sites)):
        start = (
            f"chr{sites.chromosome[site]}\t{sites.position[site]}\t{sites.ids[site]}\t{sites.ref[site]}\t"
            f"{sites.alt[site]}\t.\tPASS\tAC={alt[site]};AN={called[site]}\tGT"
        )
        lines += [start.encode(), cells[site].tobytes(), b"\n"]
    Path(path).write_bytes(block_gzip(b"".join(lines)))


def block_gzip(data: bytes) -> bytes:
    """Compress in independent blocks, each a gzip member that says its length; the same bytes every time.

    References
    ----------
    Sequence Alignment/Map Format Specification, section 4.1: the BGZF compression format.
    """
    blocks = []
    for start in range(0, len(data), _PIECE):
        piece = data[start : start + _PIECE]
        deflate = zlib.compressobj(5, zlib.DEFLATED, -15)
        packed = deflate.compress(piece) + deflate.flush()
        head = struct.pack("<4BI2BH2B2H", 31, 139, 8, 4, 0, 0, 255, 6, 66, 67, 2, len(packed) + 25)
        blocks += [head, packed, struct.pack("<2I", zlib.crc32(piece), len(piece))]
    return b"".join([*blocks, _END])


def _header(ids: NDArray[np.object_]) -> bytes:
    lines = [
        "##fileformat=VCFv4.2",
        '##FILTER=<ID=PASS,Description="All filters passed">',
        "##source=prognome_simulate",
        f"##note={NOTE}; alleles are invented and do not follow the reference sequence",
        *(
            f"##contig=<ID=chr{number},length={length},assembly=GRCh38>"
            for number, length in enumerate(AUTOSOMES_BP, start=1)
        ),
        '##INFO=<ID=AC,Number=A,Type=Integer,Description="ALT alleles among called genotypes (simulated)">',
        '##INFO=<ID=AN,Number=1,Type=Integer,Description="Alleles in called genotypes (simulated)">',
        '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype (simulated)">',
        "\t".join(["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", *ids]),
    ]
    return ("\n".join(lines) + "\n").encode()
