"""Sequences that rows share: exact, overlapping, on the other strand; and not by repeats or by chance."""

import numpy as np
import pandas as pd
import pytest

from prognome.check.kmers import short_windows, take_kmers
from prognome.check.sequences import find_shared_sequences, shared_between
from prognome.core.cohort import Cohort
from prognome.core.sequences import Sequences
from tests.check.plain_cohort import as_cohort, of_pairs

COMPLEMENT = str.maketrans("ACGT", "TGCA")


def reverse(sequence):
    return sequence.translate(COMPLEMENT)[::-1]


def random_sequences(n, length, seed=0, letters="ACGT"):
    rng = np.random.default_rng(seed)
    return ["".join(row) for row in rng.choice(list(letters), (n, length))]


def examine(sequences, **more):
    return find_shared_sequences(as_cohort({"dna": pd.DataFrame({"sequence": sequences})}), **more)


def test_the_same_the_overlapping_and_the_reversed_are_seen():
    some = random_sequences(300, 101)
    some[10] = some[3]
    some[20] = some[4][40:] + some[20][61:]
    some[30] = reverse(some[5])
    some[40] = reverse(some[6][:50]) + some[40][50:]
    (alarm,) = examine(some)
    assert of_pairs(alarm) == {(3, 10), (4, 20), (5, 30), (6, 40)}
    assert alarm.where == "block dna, column sequence"
    assert alarm.facts["rows"] == 8
    assert alarm.facts["exact_repeats"] == 1
    assert alarm.facts["k"] == 24


def test_random_sequences_share_nothing():
    for n, length in ((3000, 101), (2000, 57), (500, 25), (400, 300)):
        assert examine(random_sequences(n, length, seed=n)) == []


def test_repeats_link_nobody():
    some = random_sequences(300, 101)
    for row in range(0, 300, 3):
        repeat = ("A" * 30, "CA" * 15, "GATA" * 8, "ACG" * 10)[row % 4]
        some[row] = some[row][:40] + repeat + some[row][70:]
    assert examine(some) == []


@pytest.mark.parametrize("length", [22, 24, 40, 60])
def test_what_all_constructs_have_in_common_links_nobody(length):
    adapter = random_sequences(1, length, seed=9)[0]
    constructs = [adapter + one[length:] for one in random_sequences(3000, 101)]
    constructs[8] = constructs[8][:60] + constructs[7][60:]
    (alarm,) = examine(constructs)
    assert of_pairs(alarm) == {(7, 8)}


def test_lower_case_rna_and_unsure_letters_are_read():
    some = random_sequences(50, 60)
    some[1] = some[0][:30].lower() + "N" + some[0][31:].lower()
    some[2] = some[0].replace("T", "U")
    (alarm,) = examine(some)
    assert alarm.facts["rows"] == 3


def test_proteins_are_compared_on_their_one_strand():
    some = random_sequences(60, 120, letters="ACDEFGHIKLMNPQRSTVWY")
    some[7] = some[6][:20] + some[7][20:]
    some[9] = some[8][::-1]
    (alarm,) = examine(some)
    assert alarm.facts["k"] == 8
    assert of_pairs(alarm) == {(6, 7)}


def test_rows_within_declared_groups_may_share():
    some = random_sequences(50, 60)
    some[1] = some[0]
    groups = np.array([f"G{k // 2}" for k in range(50)], dtype=object)
    assert examine(some, groups=groups) == []


def test_other_text_is_no_sequence():
    words = ["a long sentence of words " * 2, "CCOC1=CC=CC=C1CCCCCCCCC=O", "missense_variant_of_some_gene"]
    assert examine(words * 20) == []
    assert examine(["ACGTTGCA", "ACGTTGCA"] * 20) == []  # too short to say


def test_spare_columns_are_looked_at_and_missing_cells_are_not():
    some = np.array(random_sequences(40, 60), dtype=object)
    some[[5, 6]] = None
    some[9] = some[8]
    cohort = as_cohort({"x": pd.DataFrame({"a": np.zeros(40)})})
    (alarm,) = find_shared_sequences(cohort, spare={"window": some})
    assert of_pairs(alarm) == {(8, 9)}


def test_kmers_are_those_of_a_loop_over_letters():
    """By hand: every substring and its reverse complement, of the two the smaller as a number."""
    some = random_sequences(5, 40, seed=3)
    for k in (7, 16, 24, 31):
        value = {letter: code for code, letter in enumerate("ACGT")}

        def number(word, value=value):
            total = 0
            for letter in word:
                total = 4 * total + value[letter]
            return total

        wanted = {
            (min(number(one[at : at + k]), number(reverse(one[at : at + k]))), row)
            for row, one in enumerate(some)
            for at in range(len(one) - k + 1)
        }
        found = take_kmers(some, k)
        got = set(zip(found.code.tolist(), found.row.tolist(), strict=True))
        assert got <= wanted
        assert len(got) >= 0.8 * len(wanted)  # less short repeats, which random letters of 16 hardly hold
        if k >= 16:
            assert got == wanted


def test_windows_shorter_than_k_are_compared_whole_on_either_strand():
    short = ["ACGTTGCAAGGCT", "ACGTTGCAAGGC", "TTGGCCAAT", None]
    known = [reverse(short[0]), short[1].lower().replace("t", "u")]
    assert shared_between(known, short, 24).tolist() == [True, True, False, False]
    assert short_windows(["TTGN", "ACGT" * 6], 24, both_strands=True) == ["NCAA", None]  # by hand
    assert short_windows(["TTGN"], 24, both_strands=False) == ["TTGN"]


@pytest.mark.parametrize("stranded", [False, True])
def test_short_windows_of_a_block_link_by_the_other_strand_unless_it_is_stranded(stranded):
    some = random_sequences(60, 60)
    some[5], some[6], some[7] = "ACGTTGCAAG", reverse("ACGTTGCAAG"), "ACGTTGCAAG"
    ids = np.arange(60).astype(str).astype(object)
    block = Sequences(ids, pd.DataFrame({"sequence": some}), "dna", stranded)
    (alarm,) = find_shared_sequences(Cohort(ids, {"window": block}))
    assert alarm.facts["k"] > 10
    assert of_pairs(alarm) == ({(5, 7)} if stranded else {(5, 6), (6, 7)})
    words = "on their own strand" if stranded else "on either strand"
    assert f"(3 rows of fewer letters were compared whole, {words})" in alarm.what


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("task", "share", "dev"),
    [("prom_prom_300_tata", 0.16, 0.15), ("tf_0", 0.12, 0.12), ("tf_3", 0.19, 0.17), ("mouse_0", 0.01, 0.01)],
)
def test_windows_shared_between_train_and_test_are_counted(data, task, share, dev):
    """data/README: 16 % of the test windows of prom_300_tata share a 24-mer with training.

    The others by a loop over substrings and their reverse complements: .129 and .192 of the test windows of
    tf_0 and tf_3 with short repeats, .12 and .19 without.
    """
    train, test, tuning = (
        pd.read_csv(data / "gue" / f"{task}_{part}.tsv.gz", sep="\t")["sequence"].tolist()
        for part in ("train", "test", "dev")
    )
    shared = shared_between(train, [*test, *tuning], 24)
    assert shared[: len(test)].mean() == pytest.approx(share, abs=0.0055)
    assert shared[len(test) :].mean() == pytest.approx(dev, abs=0.0055)


@pytest.mark.realdata
def test_variants_of_one_exon_share_their_reference_sequence(data):
    table = pd.read_csv(data / "mfass" / "variants.tsv.gz", sep="\t", nrows=3000)
    (alarm,) = examine(table["ref_sequence"].tolist())
    assert alarm.facts["share"] > 0.9
