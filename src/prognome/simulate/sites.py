"""Where the simulated variants stand: short blocks of neighbours, spread over 22 autosomes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Lengths in base pairs of chr1 … chr22 in GRCh38 (GCA_000001405.15).
AUTOSOMES_BP = (
    248_956_422, 242_193_529, 198_295_559, 190_214_555, 181_538_259, 170_805_979, 159_345_973, 145_138_636,
    138_394_717, 133_797_422, 135_086_622, 133_275_309, 114_364_328, 107_043_718, 101_991_189, 90_338_345,
    83_257_441, 80_373_285, 58_617_616, 64_444_167, 46_709_983, 50_818_468,
)  # fmt: skip
SITES_PER_BLOCK = 20
GAP_BP = (200, 6_000)
UNNAMED_SHARE = 0.04
_TRANSITION = np.array([2, 3, 0, 1])
_BASES = np.array(["A", "C", "G", "T"], dtype=object)


@dataclass(frozen=True, eq=False)
class Sites:
    """Biallelic sites in genome order.

    Parameters
    ----------
    chromosome
        (v,) 1 … 22.
    position
        (v,) base pair, from 1, rising within a chromosome.
    ref, alt
        (v,) one base each. They are invented and do not follow the reference sequence.
    ids
        (v,) an invented name, or ``.`` for the few that have none.
    block
        (v,) haplotype block from 0; sites of one block are linked, blocks are not.
    """

    chromosome: NDArray[np.int64]
    position: NDArray[np.int64]
    ref: NDArray[np.object_]
    alt: NDArray[np.object_]
    ids: NDArray[np.object_]
    block: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.position)

    @property
    def blocks(self) -> int:
        """How many haplotype blocks there are."""
        return int(self.block[-1]) + 1

    def locus(self, site: int) -> str:
        """``chr1:12345:A:G``."""
        place = f"chr{self.chromosome[site]}:{self.position[site]}"
        return f"{place}:{self.ref[site]}:{self.alt[site]}"


def draw_sites(rng: np.random.Generator, variants: int) -> Sites:
    """Place blocks of about 20 sites, a few kilobases apart, over the autosomes by their lengths.

    Parameters
    ----------
    rng
        Source of chance.
    variants
        Number of sites, at least 22.
    """
    blocks = max(len(AUTOSOMES_BP), round(variants / SITES_PER_BLOCK))
    per_chromosome = _share_out(blocks)
    sizes = np.full(blocks, variants // blocks)
    sizes[: variants % blocks] += 1
    rng.shuffle(sizes)
    block = np.repeat(np.arange(blocks), sizes)
    chromosome_of_block = np.repeat(np.arange(1, len(AUTOSOMES_BP) + 1), per_chromosome)
    gaps = rng.integers(*GAP_BP, size=variants)
    position = np.empty(variants, dtype=np.int64)
    first = 0
    for number, (length, count) in enumerate(zip(AUTOSOMES_BP, per_chromosome, strict=True), start=1):
        slot = length // count
        for place in range(count):
            inside = slice(first, first + sizes[np.flatnonzero(chromosome_of_block == number)[place]])
            span = int(gaps[inside].sum())
            start = place * slot + 1 + int(rng.integers(0, max(1, slot - span)))
            position[inside] = start + np.cumsum(gaps[inside]) - gaps[inside][0]
            first = inside.stop
    ref = rng.integers(0, 4, size=variants)
    transversion = (ref + rng.choice([1, 3], size=variants)) % 4
    alt = np.where(rng.random(variants) < 2 / 3, _TRANSITION[ref], transversion)
    ids = np.array([f"simrs{number:06d}" for number in range(1, variants + 1)], dtype=object)
    ids[rng.random(variants) < UNNAMED_SHARE] = "."
    return Sites(chromosome_of_block[block], position, _BASES[ref], _BASES[alt], ids, block)


def _share_out(blocks: int) -> list[int]:
    """Blocks of each chromosome by its length, at least one each, by largest remainders."""
    lengths = np.array(AUTOSOMES_BP, dtype=float)
    counts = np.ones(len(lengths), dtype=int)
    wish = lengths / lengths.sum() * blocks
    while counts.sum() < blocks:
        counts[np.argmax(wish - counts)] += 1
    return [int(count) for count in counts]
