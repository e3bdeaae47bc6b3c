"""Haplotypes with linkage and ancestry: mosaics of a few ancestral ones, passed from parents to children."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prognome.simulate.sites import Sites

Alleles = NDArray[np.int8]

TEMPLATES = 16
POPULATION_DRIFT = 0.04
REGION_DRIFT = 0.015
SWITCH_PER_BP = 1 / 40_000  # ancestral recombination: linkage fades over some tens of kilobases
CROSSOVER_PER_BP = 1e-8  # one centimorgan a megabase in a meiosis
_COMMON = (0.06, 0.94)


@dataclass(frozen=True, eq=False)
class Ancestry:
    """The ancestral haplotypes of every block, and how common each is in a pool of founders.

    Parameters
    ----------
    templates
        (v, K) allele 0 or 1 of each ancestral haplotype.
    weights
        (blocks, K) share of each ancestral haplotype; rows sum to 1.
    """

    templates: Alleles
    weights: NDArray[np.float64]

    def drift(self, rng: np.random.Generator, amount: float) -> Ancestry:
        """A pool that drifted away from this one.

        Shares of the ancestral haplotypes are Dirichlet around the present ones with concentration
        (1-F)/F. Sums of Dirichlet shares are beta, so the frequency of every allele follows the
        Balding–Nichols law while linkage stays.

        Parameters
        ----------
        rng
            Source of chance.
        amount
            F, between 0 and 1.

        References
        ----------
        Balding and Nichols, Genetica 96 (1995) 3-12.
        """
        gammas = rng.standard_gamma(self.weights * (1 - amount) / amount)
        return Ancestry(self.templates, gammas / gammas.sum(axis=1, keepdims=True))


def draw_ancestry(rng: np.random.Generator, sites: Sites, *, templates: int = TEMPLATES) -> Ancestry:
    """Ancestral haplotypes: in each block a coalescent tree, and on it one mutation a site.

    Parameters
    ----------
    rng
        Source of chance.
    sites
        The v sites.
    templates
        K, ancestral haplotypes of a block.
    """
    weights = rng.dirichlet(np.full(templates, 5.0), size=sites.blocks)
    alleles = np.empty((len(sites), templates), dtype=np.int8)
    for block in range(sites.blocks):
        where = np.flatnonzero(sites.block == block)
        carriers, lengths = _tree(rng, templates)
        frequency = carriers @ weights[block]
        common = (frequency > _COMMON[0]) & (frequency < _COMMON[1])
        chance = lengths * np.where(common, 1.0, 1e-9)
        alleles[where] = carriers[rng.choice(len(lengths), size=len(where), p=chance / chance.sum())]
    return Ancestry(alleles, weights)


def copy_haplotypes(rng: np.random.Generator, sites: Sites, pool: Ancestry, count: int) -> Alleles:
    """Haplotypes of founders: each walks along a block copying one ancestral haplotype, now and then another.

    Parameters
    ----------
    rng
        Source of chance.
    sites
        The v sites.
    pool
        Where the founders come from.
    count
        How many haplotypes.

    Returns
    -------
    (v, count) alleles 0 and 1.

    References
    ----------
    Li and Stephens, Genetics 165 (2003) 2213-2233.
    """
    alleles = np.empty((len(sites), count), dtype=np.int8)
    for block in range(sites.blocks):
        where = np.flatnonzero(sites.block == block)
        gap = np.diff(sites.position[where], prepend=sites.position[where[0]])
        switch = rng.random((len(where), count)) < -np.expm1(-SWITCH_PER_BP * gap)[:, None]
        switch[0] = True
        drawn = np.searchsorted(np.cumsum(pool.weights[block])[:-1], rng.random((len(where), count)))
        since = np.maximum.accumulate(np.where(switch, np.arange(len(where))[:, None], 0), axis=0)
        copied = np.take_along_axis(drawn, since, axis=0)
        alleles[where] = np.take_along_axis(pool.templates[where], copied, axis=1)
    return alleles


def transmit(rng: np.random.Generator, sites: Sites, first: Alleles, second: Alleles) -> Alleles:
    """What children get from one parent: its two haplotypes with crossovers between them.

    Parameters
    ----------
    rng
        Source of chance.
    sites
        The v sites.
    first, second
        (v, children) the two haplotypes of each child's parent.

    Returns
    -------
    (v, children) the gamete of each child.

    References
    ----------
    Haldane, Journal of Genetics 8 (1919) 299-309: recombination (1 - exp(-2d))/2 at map distance d.
    """
    gap = np.diff(sites.position, prepend=0).astype(float)
    recombination = -np.expm1(-2 * CROSSOVER_PER_BP * np.abs(gap)) / 2
    recombination[np.flatnonzero(np.diff(sites.chromosome, prepend=0))] = 0.5
    crossed = rng.random(first.shape, dtype=np.float32) < recombination[:, None]
    return np.where(np.logical_xor.accumulate(crossed, axis=0), second, first)


def _tree(rng: np.random.Generator, leaves: int) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
    """A coalescent tree: (branches, leaves) who is below each branch, and (branches,) its length."""
    below = list(np.eye(leaves, dtype=np.int8))
    born = [0.0] * leaves
    carriers: list[NDArray[np.int8]] = []
    lengths: list[float] = []
    now = 0.0
    while len(below) > 1:
        now += rng.exponential(2 / (len(below) * (len(below) - 1)))
        pair = sorted(rng.choice(len(below), size=2, replace=False), reverse=True)
        joined = [(below.pop(one), born.pop(one)) for one in pair]
        carriers += [members for members, _ in joined]
        lengths += [now - since for _, since in joined]
        below.append(joined[0][0] + joined[1][0])
        born.append(now)
    return np.array(carriers), np.array(lengths)
