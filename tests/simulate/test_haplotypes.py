"""Linkage, ancestry and descent behave as population genetics says."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest

from prognome.simulate.haplotypes import SWITCH_PER_BP, Ancestry, copy_haplotypes, draw_ancestry, transmit
from prognome.simulate.sites import Sites, draw_sites


def made_sites(chromosome: list[int], position: list[int], block: list[int]) -> Sites:
    letters = np.full(len(position), "A", dtype=object)
    arrays = [np.array(values) for values in (chromosome, position, block)]
    return Sites(arrays[0], arrays[1], letters, letters, letters, arrays[2])


def r_squared(first: np.ndarray, second: np.ndarray) -> float:
    both = np.isfinite(first) & np.isfinite(second)
    return float(np.corrcoef(first[both], second[both])[0, 1] ** 2)


def hudson_fst(one: np.ndarray, two: np.ndarray) -> float:
    """Bhatia et al., Genome Research 23 (2013) 1514, equation 10, as a ratio of means; dosages with NaN."""
    (p, n), (q, m) = (
        (np.nanmean(dosage, axis=1) / 2, 2 * np.isfinite(dosage).sum(axis=1)) for dosage in (one, two)
    )
    above = (p - q) ** 2 - p * (1 - p) / (n - 1) - q * (1 - q) / (m - 1)
    return float(above.mean() / (p * (1 - q) + q * (1 - p)).mean())


def king_kinship(one: np.ndarray, two: np.ndarray) -> float:
    """KING-robust between families: Manichaikul et al., Bioinformatics 26 (2010) 2867, equation 11."""
    both = np.isfinite(one) & np.isfinite(two)
    one, two = one[both], two[both]
    first, second = sorted([(one == 1).sum(), (two == 1).sum()])
    shared, opposite = ((one == 1) & (two == 1)).sum(), (np.abs(one - two) == 2).sum()
    return float((shared - 2 * opposite) / (2 * first) + 1 / 2 - (first + second) / (4 * first))


def test_alleles_are_frequent_enough_in_the_north(simulated):
    frequency = np.nanmean(simulated.vcf["north"].dosage, axis=1) / 2
    minor = np.minimum(frequency, 1 - frequency)
    assert (minor >= 0.01).mean() > 0.95
    assert 0.1 < (minor < 0.1).mean() < 0.5
    assert (minor > 0.3).mean() > 0.1


def test_neighbours_are_linked_and_distant_variants_are_not(simulated):
    vcf = simulated.vcf["north"]
    frequency = np.nanmean(vcf.dosage, axis=1) / 2
    common = np.flatnonzero(np.minimum(frequency, 1 - frequency) > 0.05)
    chromosome = np.array([row[0] for row in vcf.fields])[common]
    position = np.array([int(row[1]) for row in vcf.fields])[common]
    dosage = vcf.dosage[common]
    near, fair, far = [], [], []
    for place in range(0, len(common) - 10, 4):
        for step in range(1, 11):
            gap = position[place + step] - position[place]
            if chromosome[place + step] != chromosome[place] or gap > 60_000:
                continue
            (near if gap < 5_000 else fair if gap > 25_000 else []).append(
                r_squared(dosage[place], dosage[place + step])
            )
        other = (place + len(common) // 2) % len(common)
        far.append(r_squared(dosage[place], dosage[other]))
    assert min(len(near), len(fair), len(far)) > 200
    assert np.mean(near) > 0.15
    assert np.mean(near) > 2 * np.mean(fair) > 4 * np.mean(far)
    assert np.mean(far) < 0.01


def test_hospitals_differ_in_ancestry_but_not_much(simulated):
    fst = hudson_fst(simulated.vcf["north"].dosage, simulated.vcf["south"].dosage)
    assert 0.005 < fst < 0.04  # as between regions of one continent


def test_drift_gives_the_fst_it_is_asked_for():
    # Two pools with drift F each from one ancestor: E(p-q)² = 2F p(1-p), E[p(1-q)+q(1-p)] = 2 p(1-p).
    sites = draw_sites(np.random.default_rng(1), 40_000)
    ancestor = draw_ancestry(np.random.default_rng(2), sites)
    for amount in (0.02, 0.05):
        p, q = (
            (pool.templates * pool.weights[sites.block]).sum(axis=1)
            for pool in (ancestor.drift(np.random.default_rng(seed), amount) for seed in (3, 4))
        )
        assert ((p - q) ** 2).sum() / (p * (1 - q) + q * (1 - p)).sum() == pytest.approx(amount, rel=0.1)


def test_copies_have_the_frequencies_and_the_linkage_of_the_model():
    # Two ancestral haplotypes 00 and 11 in shares .7 and .3; without a switch the sites agree, with one
    # (probability 1-exp(-d/40 kb)) they are independent, so D = .21 exp(-d/40 kb) and r = exp(-d/40 kb).
    sites = made_sites([1, 1], [1, 20_001], [0, 0])
    pool = Ancestry(np.array([[0, 1], [0, 1]], dtype=np.int8), np.array([[0.7, 0.3]]))
    copied = copy_haplotypes(np.random.default_rng(5), sites, pool, 40_000)
    assert copied.mean(axis=1) == pytest.approx([0.3, 0.3], abs=0.01)
    assert np.corrcoef(copied)[0, 1] == pytest.approx(np.exp(-20_000 * SWITCH_PER_BP), abs=0.02)


def test_recombination_in_a_meiosis_follows_haldane():
    # 50 megabases are 0.5 morgan: (1 - exp(-1)) / 2 = 0.316; another chromosome: 0.5; 1 kb: 0.
    sites = made_sites([1, 1, 1, 2], [1, 1_001, 50_001_001, 700], [0, 0, 1, 2])
    shape = (4, 40_000)
    gamete = transmit(
        np.random.default_rng(6), sites, np.zeros(shape, dtype=np.int8), np.ones(shape, dtype=np.int8)
    )
    changed = (np.diff(gamete, axis=0) != 0).mean(axis=1)
    assert changed[0] < 0.001
    assert changed[1:] == pytest.approx([0.316, 0.5], abs=0.01)
    assert gamete.mean(axis=1) == pytest.approx(np.full(4, 0.5), abs=0.01)


@pytest.mark.parametrize("hospital", ["north", "south"])
def test_siblings_share_half_of_their_genomes_and_others_nothing(simulated, hospital):
    dosage = simulated.vcf[hospital].dosage
    family = simulated.clinical[hospital]["family"].reset_index(drop=True)
    siblings = [
        king_kinship(dosage[:, one], dosage[:, two])
        for people in family.groupby(family).groups.values()
        for one, two in combinations(people, 2)
    ]
    assert len(siblings) > 60
    assert 2 * np.mean(siblings) == pytest.approx(0.5, abs=0.04)
    assert min(siblings) > 0.1  # 0.177 is the usual bound for first degree; few blocks make it vary
    alone = np.flatnonzero(~family.duplicated(keep=False))
    strangers = [king_kinship(dosage[:, one], dosage[:, two]) for one, two in pairwise(alone[:150])]
    assert np.mean(strangers) < 0.01
    assert max(strangers) < 0.1
