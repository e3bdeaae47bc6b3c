"""Pairs of unequal length: what both share stands at the same places."""

import numpy as np
import pytest

from prognome.errors import DataError
from prognome.sequence.alphabet import DNA, RNA
from prognome.sequence.codes import encode
from prognome.sequence.pairs import crop_pair, encode_pairs, offset_of

LEFT, RIGHT = "ACGTTGCAAG", "CTTACCGATA"


def read(codes, alphabet=DNA) -> list[str]:
    letters = np.array([*alphabet.letters, *alphabet.ambiguous, "."])
    return ["".join(row) for row in letters[codes]]


@pytest.mark.parametrize(
    ("ref", "alt", "expected"),
    [
        # by hand, ten columns; the reference about its centre (letter ⌊length / 2⌋ in column 5)
        ("AACGT", "AACGGGT", ["...AACGT..", "...AACGGGT"]),
        ("AACGT", "AAGT", ["...AACGT..", "...AAGT..."]),
        ("AACGTCC", "GTCC", ["..AACGTCC.", ".....GTCC."]),
        ("GTCC", "TTAGTCC", ["...GTCC...", "TTAGTCC..."]),
        ("AACGT", "AATGT", ["...AACGT..", "...AATGT.."]),
    ],
)
def test_an_insertion_or_deletion_leaves_the_shared_side_in_its_place(ref, alt, expected):
    assert read(encode_pairs([ref], [alt], DNA, length=10)[0]) == expected


@pytest.mark.parametrize("gained", [1, 2, 3, 4, 7])
def test_letters_in_front_of_an_insertion_differ_nowhere(gained):
    ref, alt = LEFT + "G" + RIGHT, LEFT + "G" + "T" * gained + RIGHT
    both = encode_pairs([ref], [alt], DNA, length=31)[0]
    apart = [encode([text], DNA, length=31).values[0] for text in (ref, alt)]
    begin = int(np.flatnonzero(both[0] != DNA.pad)[0])
    assert (both[0] == both[1])[: begin + len(LEFT) + 1].all()
    if gained > 1:  # each about its own centre, as it was: the shared letters are shifted
        assert (apart[0] != apart[1])[begin : begin + len(LEFT)].sum() > 4


def test_equal_lengths_are_placed_as_single_sequences():
    refs, alts = ["ACGTT", "ACG", "ACGTACGTAC"], ["ACCTT", "TCG", "TTTTTTTTTT"]
    both = encode_pairs(refs, alts, DNA, length=7)
    np.testing.assert_array_equal(both[:, 0], encode(refs, DNA, length=7).values)
    np.testing.assert_array_equal(both[:, 1], encode(alts, DNA, length=7).values)


def test_a_row_alone_is_as_in_a_crowd_whatever_case_it_is_written_in():
    rng = np.random.default_rng(0)
    refs, alts = (["".join(rng.choice(list("ACGT"), n)) for n in rng.integers(1, 30, 400)] for _ in "ab")
    crowd = encode_pairs(refs, alts, DNA, length=17)
    for row, (ref, alt) in enumerate(zip(refs, alts, strict=True)):
        np.testing.assert_array_equal(encode_pairs([ref], [alt.lower()], DNA, length=17)[0], crowd[row])
    np.testing.assert_array_equal(
        encode_pairs(["ACUU"], ["ACTTT"], RNA), encode_pairs(["ACUU"], ["ACUUU"], RNA)
    )


def test_what_reaches_beyond_the_window_falls_out_at_the_far_end():
    assert read(encode_pairs(["AACGT"], ["AAC" + "G" * 20], DNA, length=7)[0]) == [".AACGT.", ".AACGGG"]
    assert read(encode_pairs(["AACGTAACG"], ["AACGTTTAACG"], DNA, length=5)[0]) == ["CGTAA", "CGTTT"]


def test_a_missing_one_of_a_pair_is_padding_and_strange_letters_are_refused():
    assert read(encode_pairs(["ACG", None], [None, "ACG"], DNA)[0]) == ["ACG", "..."]
    assert encode_pairs([], [], DNA).shape == (0, 2, 0)
    with pytest.raises(DataError, match=r"alt: holds what is no letter"):
        encode_pairs(["ACG"], ["AC-GG"], DNA)


@pytest.mark.parametrize("length", range(1, 26))
def test_cropping_first_changes_no_place_of_an_anchored_indel(length):
    ref = LEFT + "G" + RIGHT
    for alt in (LEFT + "GTT" + RIGHT, LEFT + "G" + RIGHT[3:]):
        whole = encode_pairs([ref], [alt], DNA, length=length)
        cropped = encode_pairs(*([one] for one in crop_pair(ref, alt, length)), DNA, length=length)
        np.testing.assert_array_equal(whole, cropped)


def test_anchors_crop_both_from_the_same_side():
    assert crop_pair("AACGT", "AACGGGT", 4, "start") == ("AACG", "AACG")
    assert crop_pair("AACGT", "AACGGGT", 4, "end") == ("ACGT", "GGGT")
    assert crop_pair("A" * 50, "AA", 4) == ("AAAA", "A")  # a letter stays, so that it is not missing


def test_ties_go_to_the_beginning():
    assert offset_of("ACA", "ACACA") == 0
    assert offset_of("CCCGT", "GT") == 3
