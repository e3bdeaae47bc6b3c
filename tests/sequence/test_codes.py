"""Texts to codes: padding, cropping, strands and faults."""

import numpy as np
import pytest

from prognome.errors import DataError
from prognome.sequence.alphabet import DNA, PROTEIN, RNA
from prognome.sequence.codes import Codes, encode, reverse_complement

ANCHORS = pytest.mark.parametrize("anchor", ["start", "centre", "end"])


def read(codes: Codes, alphabet=DNA) -> list[str]:
    letters = np.array([*alphabet.letters, *alphabet.ambiguous, "."])
    return ["".join(row) for row in letters[codes.values]]


@pytest.mark.parametrize(
    ("anchor", "expected"),
    [
        ("start", ["ACG..", "AC...", "CGTAC"]),
        ("centre", [".ACG.", ".AC..", "GTACG"]),
        ("end", ["..ACG", "...AC", "TACGA"]),
    ],
)
def test_rows_are_padded_and_cropped_around_their_anchor(anchor, expected):
    # by hand: the letter at ⌊length / 2⌋ stands in column 2 for the centre
    assert read(encode(["ACG", "AC", "CGTACGA"], DNA, length=5, anchor=anchor)) == expected


def test_the_middle_letter_keeps_its_column_whatever_the_length():
    for length in range(1, 12):
        for width in range(1, 12):
            text = "A" * (length // 2) + "G" + "A" * (length - length // 2 - 1)
            values = encode([text], DNA, length=width).values[0]
            assert values[width // 2] == 2


def test_the_longest_row_gives_the_length_and_missing_is_all_pad():
    codes = encode(["acgt", None, "", float("nan"), "RN"], DNA, anchor="start")
    assert read(codes) == ["ACGT", "....", "....", "....", "RN.."]
    assert codes.lengths.tolist() == [4, 0, 0, 0, 2]
    assert codes.values.dtype == np.uint8


def test_nothing_at_all_is_served():
    assert encode([], DNA).values.shape == (0, 0)
    assert encode([None, None], DNA).values.shape == (2, 0)
    assert encode([None], DNA, length=3).values.tolist() == [[DNA.pad] * 3]
    assert len(reverse_complement(encode([], DNA), DNA)) == 0


def test_many_rows_of_many_lengths_equal_one_row_at_a_time():
    rng = np.random.default_rng(0)
    texts = ["".join(rng.choice(list("ACGTN"), size)) for size in rng.integers(0, 30, 9000)]
    for anchor in ("start", "centre", "end"):
        crowd = encode(texts, DNA, length=17, anchor=anchor)
        for row in range(0, 9000, 613):
            alone = encode([texts[row]], DNA, length=17, anchor=anchor)
            np.testing.assert_array_equal(alone.values[0], crowd.values[row])
            assert alone.lengths[0] == crowd.lengths[row]


def test_unknown_letters_are_counted_and_numbered_from_one_without_the_sequence():
    texts = ["ACGT"] * 5000
    texts[1] = texts[4999] = "ACQJE"
    with pytest.raises(
        DataError, match=r"window: holds what is no letter .* in 2 rows \(2, 5000\)"
    ) as caught:
        encode(texts, DNA, where="window")
    assert "ACQJE" not in str(caught.value)


@pytest.mark.parametrize("strange", ["AC-T", "AC T", "ACÄT", "AC*"])
def test_gaps_spaces_and_foreign_letters_are_refused_even_where_they_would_be_cropped(strange):
    with pytest.raises(DataError, match=r"1 row \(2\)"):
        encode(["ACGT", strange], DNA, length=1, anchor="start")


def test_a_cell_that_is_no_text_is_refused():
    with pytest.raises(DataError, match=r"no text in 1 row \(3\)"):
        encode(["ACGT", None, 5], DNA)


def test_rna_and_proteins_are_read():
    assert read(encode(["ACGTU"], RNA), RNA) == ["ACGUU"]
    assert read(encode(["MKUOBZ"], PROTEIN), PROTEIN) == ["MKXXBZ"]


@ANCHORS
def test_reverse_complement_equals_encoding_the_other_strand(anchor):
    pairs = str.maketrans("ACGTRYKMN", "TGCAYRMKN")
    texts = ["ACGTT", "RRKA", "A", None, "GATTACA", "ACN"]
    other = [text and text.translate(pairs)[::-1] for text in texts]
    for width in (7, 8, 20):
        codes = encode(texts, DNA, length=width, anchor=anchor)
        turned = reverse_complement(codes, DNA)
        np.testing.assert_array_equal(turned.values, encode(other, DNA, length=width, anchor=anchor).values)
        np.testing.assert_array_equal(reverse_complement(turned, DNA).values, codes.values)
        assert turned.anchor == anchor


def test_rows_are_taken_with_their_lengths():
    codes = encode(["ACG", "A", "AC"], DNA)
    assert codes.rows([2, 0]).lengths.tolist() == [2, 3]
    np.testing.assert_array_equal(codes.rows(np.array([False, True, False])).values, codes.values[[1]])
    assert codes.starts.tolist() == [0, 1, 0]
