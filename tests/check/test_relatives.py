"""Relatives among the rows: found in planted families; silence among strangers and with few variants."""

import numpy as np
import pandas as pd
import pytest

from prognome.check.relatives import find_related_people, link_relatives
from prognome.core.kinship import connected, merge
from prognome.read.source import Source
from prognome.read.vcf import read_vcf
from tests.check.plain_cohort import as_cohort, of_pairs
from tests.core.test_kinship import child, someone


def genotypes(people):
    return pd.DataFrame(np.array([person.sum(axis=0) for person in people], dtype=float))


def strangers(n, variants, seed=0, low=0.1):
    rng = np.random.default_rng(seed)
    frequency = rng.uniform(low, 1 - low, variants)
    return [someone(frequency, rng) for _ in range(n)], rng


def test_planted_trios_are_found_and_become_pairs():
    people, rng = strangers(100, 3000)
    people += [child(people[0], people[1], rng), child(people[2], people[3], rng), people[4]]
    (alarm,) = find_related_people(as_cohort({"snps": genotypes(people)}))
    assert of_pairs(alarm) == {(0, 100), (1, 100), (2, 101), (3, 101), (4, 102)}
    assert alarm.where == "block snps"
    assert alarm.facts["families"] == 3
    assert alarm.facts["same_person_pairs"] == 1
    assert "kinship: 0.0884" in alarm.remedy


def test_strangers_raise_no_alarm():
    for seed, variants in enumerate((120, 300, 1000, 5000)):
        people, _ = strangers(200, variants, seed=seed)
        assert find_related_people(as_cohort({"snps": genotypes(people)})) == []


def test_people_of_two_ancestries_are_not_relatives():
    rng = np.random.default_rng(5)
    one = rng.uniform(0.1, 0.9, 2000)
    two = np.clip(one + rng.normal(0, 0.25, 2000), 0.02, 0.98)
    people = [someone(f, rng) for f in (one, two) for _ in range(80)]
    assert find_related_people(as_cohort({"snps": genotypes(people)})) == []


def test_with_fewer_variants_only_nearer_relatives_are_told():
    people, rng = strangers(300, 1000, seed=2)
    mother = child(people[0], people[1], rng)
    people += [mother, child(mother, people[2], rng), people[5]]
    (alarm,) = find_related_people(as_cohort({"snps": genotypes(people)}))
    assert alarm.facts["kinship_threshold"] == 0.177
    assert (0, 300) in of_pairs(alarm)
    assert (0, 301) not in of_pairs(alarm)  # a grandparent
    assert "cannot be told from chance" in alarm.what
    few = genotypes(people).iloc[:, :300]
    (alarm,) = find_related_people(as_cohort({"snps": few}))
    assert alarm.facts["kinship_threshold"] == 0.354
    assert of_pairs(alarm) == {(5, 302)}


def test_relatives_within_declared_groups_are_in_order():
    people, rng = strangers(60, 3000)
    people += [child(people[0], people[1], rng)]
    cohort = as_cohort({"snps": genotypes(people)})
    families = np.array([f"F{k}" for k in range(61)], dtype=object)
    families[[1, 60]] = "F0"
    assert find_related_people(cohort, groups=families) == []
    families[1] = None
    (alarm,) = find_related_people(cohort, groups=families)
    assert of_pairs(alarm) == {(1, 60)}


def test_blocks_that_are_no_genotypes_are_left_alone():
    rng = np.random.default_rng(0)
    flags = pd.DataFrame((rng.random((80, 300)) < rng.beta(0.5, 3, 300)).astype(float))
    grades = pd.DataFrame(rng.integers(0, 3, (80, 300)).astype(float))
    numbers = pd.DataFrame(rng.normal(size=(80, 300)))
    for frame in (flags, grades, numbers):
        frame = pd.concat([frame, frame.iloc[:3]])
        assert find_related_people(as_cohort({"block": frame})) == []


def test_relatives_become_groups_at_the_threshold_that_the_study_names():
    people, rng = strangers(40, 3000)
    mother = child(people[0], people[1], rng)
    people += [mother, child(mother, people[2], rng)]
    cohort = as_cohort({"snps": genotypes(people)})
    first = link_relatives(cohort, 0.177)
    second = link_relatives(cohort, 0.0884)
    assert {tuple(pair) for pair in first.tolist()} == {(0, 40), (1, 40), (2, 41), (40, 41)}
    assert {tuple(pair) for pair in second.tolist()} - {(0, 40), (1, 40), (2, 41), (40, 41)} == {
        (0, 41),
        (1, 41),
    }
    assert len(set(merge(None, first, 42).tolist())) == 38
    assert link_relatives(as_cohort({"x": pd.DataFrame({"a": np.arange(20.0)})}), 0.177) is None


def test_sites_on_the_x_chromosome_do_not_count():
    people, _ = strangers(50, 400)
    frame = genotypes(people)
    frame.columns = [f"{'X' if k < 350 else '1'}:{k}:A:G" for k in range(400)]
    assert find_related_people(as_cohort({"snps": frame}), genotypes=["snps"]) == []


@pytest.mark.realdata
def test_families_of_the_1000_genomes_are_told_to_the_first_degree(data):
    """1,214 parent–child pairs by PAT and MAT; the others are siblings and cryptic relatives."""
    raw = read_vcf(Source((str(data / "tiny1000g" / "tiny1000G.vcf.gz"),)))
    frame = raw.frame.to_pandas()
    (alarm,) = find_related_people(as_cohort({"snps": frame}, ids=raw.ids), genotypes=["snps"])
    labels = pd.read_csv(data / "tiny1000g" / "labels.psam", sep="\t", index_col=0)
    place = {name: k for k, name in enumerate(raw.ids.tolist())}
    parents = {
        tuple(sorted((place[person], place[parent])))
        for person, row in labels.iterrows()
        for parent in (row["PAT"], row["MAT"])
        if parent in place
    }
    found = of_pairs(alarm)
    assert alarm.facts["kinship_threshold"] == 0.177
    assert len(found & parents) == 1213
    assert len(found) == 1233  # 5 siblings, 15 pairs without a pedigree
    together = connected(alarm.pairs, len(place))
    assert np.bincount(together).max() == 12
    ancestry = labels.loc[raw.ids, "SuperPop"].to_numpy()
    assert (ancestry[alarm.pairs[:, 0]] == ancestry[alarm.pairs[:, 1]]).all()


@pytest.mark.realdata
def test_too_few_ancestry_markers_say_nothing(data):
    for name in ("kidd", "seldin"):
        raw = read_vcf(Source((str(data / "ancestry_1000g" / f"{name}_aisnp.vcf.gz"),)))
        cohort = as_cohort({"snps": raw.frame.to_pandas()}, ids=raw.ids)
        assert find_related_people(cohort, genotypes=["snps"]) == []
