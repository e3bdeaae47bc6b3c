"""Kinship: equal to plink2's numbers, right for simulated families, exact in what it connects."""

import numpy as np
import pandas as pd
import pytest

from prognome.core.kinship import ROWS, connected, king_robust, measure_noise, merge
from prognome.read.source import Source
from prognome.read.vcf import read_vcf

PEOPLE = (
    "202101122120112112120011021211.110200121",
    "2101021221001212111100100122212010102011",
    "2011022221102111210200210222101110201.10",
    "2.1101022110022.22120010.11211111020.111",
    "02100211111101.11112110011112.1110210020",
    "21201100.1110120121110111111000100120111",
    ".2100211111.0101111211001111211110210020",
)
# PLINK v2.00a3.5 (9 Aug 2022): plink2 --vcf these.vcf --make-king-table
PLINK = {
    (0, 1): 0.102941, (0, 2): 0.232143, (1, 2): 0.166667, (0, 3): 0.359375, (1, 3): 0.265625,
    (2, 3): 0.134615, (0, 4): 0.0882353, (1, 4): -0.0166667, (2, 4): -0.107143, (3, 4): 0.15625,
    (0, 5): 0.138889, (1, 5): -0.191176, (2, 5): -0.166667, (3, 5): 0.161765, (4, 5): 0.178571,
    (0, 6): 0.125, (1, 6): 0.102941, (2, 6): -0.0166667, (3, 6): 0.191176, (4, 6): 0.5, (5, 6): 0.166667,
}  # fmt: skip


def dosages_of(lines):
    return np.array([[np.nan if cell == "." else float(cell) for cell in line] for line in lines])


def gamete(parent, rng):
    """(variants,) one of two alleles at each variant, by Mendel."""
    return np.where(rng.random(parent.shape[1]) < 0.5, parent[0], parent[1])


def someone(frequency, rng):
    return (rng.random((2, len(frequency))) < frequency).astype(int)


def child(mother, father, rng):
    return np.array([gamete(mother, rng), gamete(father, rng)])


def test_kinship_with_missing_calls_is_that_of_plink2():
    found = king_robust(dosages_of(PEOPLE), threshold=-1)
    assert {(i, j) for i, j in found.pairs.tolist()} == set(PLINK)
    for (i, j), kinship in zip(found.pairs.tolist(), found.kinship.tolist(), strict=True):
        assert kinship == pytest.approx(PLINK[i, j], abs=1e-6)


def test_blocks_of_rows_leave_no_pair_out():
    rng = np.random.default_rng(0)
    n = 2 * ROWS + 3
    some = rng.integers(0, 3, (n, 30)).astype(float)
    assert len(king_robust(some, threshold=-np.inf).pairs) == n * (n - 1) / 2
    some[n - 1] = some[0]
    some[0, :2] = 1, 1
    some[n - 1, :2] = 1, 1
    assert (0, n - 1) in {tuple(pair) for pair in king_robust(some, threshold=0.49).pairs.tolist()}


def test_a_simulated_family_has_the_kinship_of_its_degrees():
    """By theory .5 for one person, .25 for parent or sibling, .125 for a grandparent, 0 for strangers."""
    rng = np.random.default_rng(3)
    frequency = rng.uniform(0.1, 0.9, 20_000)
    grandmother, grandfather, father, stranger = (someone(frequency, rng) for _ in range(4))
    mother, aunt = child(grandmother, grandfather, rng), child(grandmother, grandfather, rng)
    son = child(mother, father, rng)
    people = [grandmother, mother, aunt, father, son, son, stranger]
    found = king_robust(np.array([person.sum(axis=0) for person in people]), threshold=-1)
    by_pair = {tuple(pair): k for pair, k in zip(found.pairs.tolist(), found.kinship.tolist(), strict=True)}
    wanted = {(4, 5): 0.5, (0, 1): 0.25, (1, 2): 0.25, (3, 4): 0.25}
    wanted |= {(0, 4): 0.125, (2, 4): 0.125, (4, 6): 0}
    for pair, kinship in wanted.items():
        assert by_pair[pair] == pytest.approx(kinship, abs=0.025), pair


def test_dosages_that_are_not_called_count_as_missing():
    people = dosages_of(PEOPLE)
    doubtful = people.copy()
    doubtful[0, :5] = 0.4, 1.5, 0.7, 1.3, 0.2
    missing = people.copy()
    missing[0, :5] = np.nan
    one, two = king_robust(doubtful, threshold=-1), king_robust(missing, threshold=-1)
    np.testing.assert_array_equal(one.kinship, two.kinship)
    np.testing.assert_array_equal(
        king_robust(people + 0.05, threshold=-1).kinship, king_robust(people, threshold=-1).kinship
    )


def test_the_error_is_that_of_simulated_strangers():
    """√(Σ 12p²q²) / Σ 4pq, derived for the estimate between strangers in Hardy–Weinberg proportions."""
    rng = np.random.default_rng(1)
    frequency = rng.uniform(0.2, 0.8, 400)
    strangers = np.array([someone(frequency, rng).sum(axis=0) for _ in range(300)])
    spread = king_robust(strangers, threshold=-1).kinship
    noise = measure_noise(strangers)
    above = np.sqrt((spread[spread > 0] ** 2).mean())  # the estimate is lower than 0 on average, never higher
    assert above < 1.2 * noise.error
    assert noise.error == pytest.approx(0.87 / np.sqrt(400), rel=0.2)
    for threshold in (0.06, 0.0884):
        assert (spread >= threshold).sum() <= 1.5 * noise.false_pairs(threshold) + 3


def test_linked_variants_have_a_larger_error():
    rng = np.random.default_rng(2)
    frequency = rng.uniform(0.2, 0.8, 100)
    strangers = np.array([someone(frequency, rng).sum(axis=0) for _ in range(200)])
    assert measure_noise(np.repeat(strangers, 4, axis=1)).error > 1.5 * 0.87 / np.sqrt(400)


def test_connected_rows_have_one_number():
    assert connected([[3, 1], [1, 4], [0, 5]], 6).tolist() == [0, 1, 2, 1, 1, 0]
    assert connected(np.empty((0, 2)), 3).tolist() == [0, 1, 2]


def test_groups_are_joined_where_a_pair_links_them_and_only_there():
    groups = ["a", "a", "b", None, "c", None, None]
    merged = merge(groups, [[1, 2], [3, 5]], 7)
    assert merged.tolist() == ["a", "a", "a", "linked 4", "c", "linked 4", "linked 7"]
    assert merge(None, [[0, 2]], 3).tolist() == ["linked 1", "linked 2", "linked 1"]
    assert merge(["linked 2", None], [], 2).tolist() == ["linked 2", "linked 2'"]
    with pytest.raises(ValueError, match="2 groups for 3 rows"):
        merge(["a", "b"], [], 3)


@pytest.mark.realdata
def test_parents_of_the_1000_genomes_are_found_and_plinks_pairs_are_ours(data):
    """PLINK v2.00a3.5, --make-king-table --king-table-filter 0.0884: 1,516 pairs on 968 autosomal sites."""
    raw = read_vcf(Source((str(data / "tiny1000g" / "tiny1000G.vcf.gz"),)))
    autosomal = [name for name in raw.names if not name.startswith("X:")]
    dosages = raw.frame.select(autosomal).to_numpy()
    ids = raw.ids.tolist()
    found = king_robust(dosages, threshold=0.0884)
    assert dosages.shape == (3202, 968)
    assert len(found.pairs) == 1516
    kinship = {
        frozenset((ids[i], ids[j])): k
        for (i, j), k in zip(found.pairs.tolist(), found.kinship.tolist(), strict=True)
    }
    assert kinship[frozenset(("HG00405", "HG00403"))] == pytest.approx(0.237689, abs=1e-6)
    assert kinship[frozenset(("HG00581", "HG00578"))] == pytest.approx(0.280784, abs=1e-6)
    labels = pd.read_csv(data / "tiny1000g" / "labels.psam", sep="\t", index_col=0)
    parents = {
        frozenset((person, parent))
        for person, row in labels.iterrows()
        for parent in (row["PAT"], row["MAT"])
        if parent in labels.index
    }
    assert len(parents) == 1214
    assert sum(kinship.get(pair, 0) >= 0.177 for pair in parents) == 1213
