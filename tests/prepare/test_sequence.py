"""Sequences to numbers, by hand on small cases."""

import numpy as np
import pandas as pd
import pytest

from prognome.core.cohort import Cohort
from prognome.core.sequences import Sequences
from prognome.errors import DataError, StudyError
from prognome.prepare.fuse import default_steps, fuse
from prognome.prepare.sequence import KmerEncoder, PositionEncoder

NAN = float("nan")


def column(*texts, name="site"):
    return pd.DataFrame({name: pd.Series(texts, dtype=object)})


def pair(ref, alt):
    return pd.DataFrame({"ref": pd.Series(ref, dtype=object), "alt": pd.Series(alt, dtype=object)})


def said(frame, *names):
    return frame[list(names)].to_numpy().tolist()


def test_positions_are_counted_from_one_and_the_text_stays():
    made = PositionEncoder().fit_transform(column("AC", "GT", None))
    assert made.columns.tolist() == ["site", *(f"site[{at}]={letter}" for at in (1, 2) for letter in "ACGT")]
    np.testing.assert_array_equal(
        made[["site[1]=A", "site[1]=G", "site[2]=C"]], [[1, 0, 1], [0, 1, 0], [NAN, NAN, NAN]]
    )
    assert made["site"].tolist() == ["AC", "GT", None]


@pytest.mark.parametrize("texts", [["ACG", "AC"], ["A" * 101, "C" * 101], [None, None]])
def test_unequal_long_or_absent_sequences_give_no_positions(texts):
    assert PositionEncoder().fit_transform(column(*texts)).columns.tolist() == ["site"]
    assert PositionEncoder(max_length=101).fit(column("A" * 101)).lengths_.tolist() == [101]


def test_a_later_sequence_of_another_length_keeps_its_centre():
    step = PositionEncoder().fit(column("AAGAA", "CCGCC"))
    made = step.transform(column("TGT", "TTTGTTT"))
    np.testing.assert_array_equal(made["site[3]=G"], [1, 1])
    np.testing.assert_array_equal(made[[f"site[1]={letter}" for letter in "ACGT"]], [[0] * 4, [0, 0, 0, 1]])


def test_an_unsure_letter_gives_each_its_share():
    step = PositionEncoder().fit(column("A", "C"))
    made = step.transform(column("R", "N"))[["site[1]=A", "site[1]=C", "site[1]=G", "site[1]=T"]]
    np.testing.assert_allclose(made, [[0.5, 0, 0.5, 0], [0.25] * 4])


def test_a_pair_gives_reference_positions_and_what_changes():
    made = PositionEncoder().fit_transform(pair(["AC", "GG", None, "AC"], ["AT", "GG", "AA", None]))
    assert "alt[1]=A" not in made
    np.testing.assert_array_equal(made["ref[2]=C"], [1, 0, NAN, 1])
    np.testing.assert_array_equal(made["alt-ref[2]=T"], [1, 0, NAN, NAN])
    np.testing.assert_array_equal(made["alt-ref[2]=C"], [-1, 0, NAN, NAN])
    np.testing.assert_array_equal(made["alt-ref[1]=A"], [0, 0, NAN, NAN])


def test_a_pair_of_two_lengths_has_positions_of_its_own_each():
    made = PositionEncoder().fit_transform(pair(["AC", "GG"], ["A", "G"]))
    assert [name for name in made if name.endswith("=A")] == ["ref[1]=A", "ref[2]=A", "alt[1]=A"]


def test_kmers_are_shares_of_those_of_one_length():
    made = KmerEncoder(k=[1, 2]).fit_transform(column("AACG", "GNGA", "T"))
    assert made.shape == (3, 4 + 16)
    assert said(made, "site~A", "site~G") == [[0.5, 0.25], [1 / 3, 2 / 3], [0, 0]]
    # AA AC CG; GA alone, since N takes part in two; nothing to count in one letter
    np.testing.assert_array_equal(made["site~AC"], [1 / 3, 0, NAN])
    np.testing.assert_array_equal(made["site~GA"], [0, 1, NAN])


def test_counts_are_counts_where_they_are_asked_for():
    made = KmerEncoder(k=[2], normalise=False).fit_transform(column("AAAA", "A", None))
    np.testing.assert_array_equal(made["site~AA"], [3, 0, NAN])


def test_length_does_not_matter_to_shares():
    made = KmerEncoder(k=[1, 3]).fit_transform(column("ACGT" * 5 + "AC", "ACGT" * 50 + "AC"))
    np.testing.assert_allclose(made.iloc[0], made.iloc[1], atol=0.03)


def test_both_strands_give_a_sequence_and_its_reverse_complement_the_same_numbers():
    made = KmerEncoder(k=[1, 2, 3, 4], both_strands=True).fit_transform(column("AACGTTTG", "CAAACGTT"))
    assert made.shape == (2, 2 + 10 + 32 + 136)
    np.testing.assert_array_equal(made.iloc[0], made.iloc[1])
    assert "site~A" in made
    assert "site~T" not in made


def test_a_pair_gives_shares_of_the_reference_and_the_difference_of_counts():
    made = KmerEncoder(k=[1, 2]).fit_transform(pair(["AAC", "AAC", None], ["AGC", None, "AGC"]))
    assert "alt~A" not in made
    np.testing.assert_array_equal(made["ref~A"], [2 / 3, 2 / 3, NAN])
    np.testing.assert_array_equal(made["alt-ref~A"], [-1, NAN, NAN])
    np.testing.assert_array_equal(made["alt-ref~GC"], [1, NAN, NAN])
    assert made.iloc[0].filter(like="alt-ref").sum() == 0


def test_no_difference_gives_zeros():
    made = KmerEncoder().fit_transform(pair(["AACGT"], ["AACGT"]))
    assert not made.filter(like="alt-ref").to_numpy().any()


def test_many_rows_are_counted_piece_by_piece_alike():
    texts = ["".join(row) for row in np.random.default_rng(0).choice(list("ACGT"), (4500, 12))]
    made = KmerEncoder(k=[2]).fit_transform(column(*texts))
    for row in (0, 1999, 2000, 4499):
        np.testing.assert_array_equal(
            made.iloc[row], KmerEncoder(k=[2]).fit_transform(column(texts[row])).iloc[0]
        )


def test_what_cannot_be_is_refused():
    with pytest.raises(DataError, match=r"encode\.kmer: column site: holds what is no letter .* 1 row \(2\)"):
        KmerEncoder().fit_transform(column("ACG", "AC-"))
    with pytest.raises(StudyError, match="160,000 columns"):
        KmerEncoder(alphabet="protein", k=[4]).fit(column("MKV"))
    with pytest.raises(StudyError, match="no other strand"):
        KmerEncoder(alphabet="protein", k=[1], both_strands=True).fit(column("MKV"))
    for wrong in ([], [0], 3, [1.5]):
        with pytest.raises(StudyError, match="k cannot be this"):
            KmerEncoder(k=wrong).fit(column("ACG"))


def test_a_block_of_sequences_runs_through_its_default_steps():
    rng = np.random.default_rng(0)
    texts = ["".join(row) for row in rng.choice(list("ACGT"), (50, 20))]
    texts[3] = None
    ids = np.array([f"r{row}" for row in range(50)], dtype=object)
    cohort = Cohort(ids, {"window": Sequences(ids, column(*texts))})
    made = fuse({"window": default_steps("sequence")}, ["window"]).fit(cohort)
    names = made.get_feature_names_out().tolist()
    assert "window:site[20]=T" in names
    assert "window:site~ACG" in names
    values = made.transform(cohort)
    np.testing.assert_allclose(values.mean(axis=0), 0, atol=1e-9)
    np.testing.assert_array_equal(made.transform(cohort.rows([3, 7])), values[[3, 7]])


def test_the_default_steps_follow_the_alphabet_and_the_strands():
    steps = dict(default_steps("sequence", alphabet="protein"))
    assert steps["encode.kmer"] == {"alphabet": "protein", "k": [1, 2]}
    assert steps["encode.position"] == {"alphabet": "protein"}
    both = dict(default_steps("sequence", both_strands=True))
    assert both["encode.kmer"] == {"both_strands": True}
    assert "encode.position" not in both  # a place on one strand is another on the other
    assert [name for name, _ in default_steps("sequence")] == [
        "encode.position", "encode.kmer", "impute.median", "clean.constant", "scale.zscore"
    ]  # fmt: skip
    assert default_steps("table") == default_steps("table", alphabet="rna", both_strands=True)


def test_a_later_pair_of_unequal_length_differs_only_from_the_insertion_on():
    """By hand: ACGTA and ACGGTA agree in ACG; G and T at 4, T and A at 5."""
    step = PositionEncoder().fit(pair(["ACGTA", "CCGTA"], ["ACTTA", "CCATA"]))
    made = step.transform(pair(["ACGTA", "ACGTA"], ["ACGGTA", "ACG"]))
    changes = made.filter(like="alt-ref[").to_numpy().reshape(2, 5, 4)
    by_hand = np.zeros((2, 5, 4))
    by_hand[0, 3, [2, 3]] = 1, -1
    by_hand[0, 4, [3, 0]] = 1, -1
    np.testing.assert_array_equal(changes, by_hand)  # where the shorter has ended, nothing is compared
