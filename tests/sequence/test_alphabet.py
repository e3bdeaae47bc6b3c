"""Letters and codes of the three alphabets."""

import numpy as np
import pytest

from prognome.errors import StudyError
from prognome.sequence.alphabet import ALPHABETS, DNA, PROTEIN, RNA, alphabet

EACH = pytest.mark.parametrize("one", ALPHABETS.values(), ids=lambda one: one.name)


@EACH
def test_codes_are_letters_then_ambiguous_ones_then_pad_last(one):
    assert [one.code_of[letter] for letter in one.letters] == list(range(one.size))
    assert [one.code_of[letter] for letter in one.ambiguous] == list(range(one.size, one.pad))
    assert one.matrix.shape == (one.pad + 1, one.size)
    assert one.any == one.pad - 1


@EACH
def test_rows_of_the_matrix_are_shares_of_plain_letters(one):
    np.testing.assert_array_equal(one.matrix[: one.size], np.eye(one.size))
    np.testing.assert_allclose(one.matrix[:-1].sum(axis=1), 1, rtol=1e-6)
    assert not one.matrix[one.pad].any()
    np.testing.assert_allclose(one.matrix[one.any], 1 / one.size)
    assert one.matrix.dtype == np.float32


def test_alphabets_have_the_letters_of_the_iupac_tables():
    assert (DNA.letters, RNA.letters, PROTEIN.letters) == ("ACGT", "ACGU", "ACDEFGHIKLMNPQRSTVWY")
    # Cornish-Bowden (1985), table 1
    assert "".join(DNA.ambiguous) == "RYSWKMBDHVN"
    assert DNA.matrix[DNA.code_of["V"]].tolist() == pytest.approx([1 / 3, 1 / 3, 1 / 3, 0])
    assert RNA.matrix[RNA.code_of["Y"]].tolist() == [0, 0.5, 0, 0.5]
    assert PROTEIN.matrix[PROTEIN.code_of["Z"]].nonzero()[0].tolist() == [3, 13]  # E, Q


def test_uracil_reads_as_thymine_in_dna_and_thymine_as_uracil_in_rna():
    assert DNA.code_of["U"] == DNA.code_of["T"] == 3
    assert RNA.code_of["T"] == RNA.code_of["U"] == 3


@pytest.mark.parametrize("one", [DNA, RNA], ids=lambda one: one.name)
def test_a_complement_pairs_what_a_letter_may_be_and_back(one):
    np.testing.assert_array_equal(one.complement[one.complement], np.arange(one.pad + 1))
    np.testing.assert_array_equal(one.matrix[one.complement], one.matrix[:, one.complement[: one.size]])
    assert one.complement[:4].tolist() == [3, 2, 1, 0]


def test_proteins_have_no_other_strand():
    assert not PROTEIN.has_strands
    with pytest.raises(StudyError, match="no other strand"):
        _ = PROTEIN.complement


def test_bytes_of_either_case_are_read_and_others_are_unknown():
    assert DNA.table[ord("g")] == DNA.table[ord("G")] == 2
    assert DNA.table[ord("-")] == DNA.table[ord("E")] == 255


def test_an_unknown_alphabet_is_refused_with_the_nearest():
    assert alphabet("rna") is RNA
    with pytest.raises(StudyError, match="Did you mean 'protein'"):
        alphabet("protien")
