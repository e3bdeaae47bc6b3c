"""One column a letter, against a plain loop."""

import numpy as np
import pytest

from prognome.sequence.alphabet import ALPHABETS, DNA
from prognome.sequence.codes import encode
from prognome.sequence.one_hot import one_hot


@pytest.mark.parametrize("one", ALPHABETS.values(), ids=lambda one: one.name)
def test_it_equals_a_loop_over_letters(one):
    rng = np.random.default_rng(0)
    texts = ["".join(row) for row in rng.choice([*one.letters, *one.ambiguous], (2500, 9))]
    codes = encode(texts, one, length=11)
    made = one_hot(codes, one)
    expected = np.zeros((2500, 11, one.size), dtype=np.float32)
    for row, text in enumerate(texts):
        for at, letter in enumerate(text):
            may_be = one.ambiguous.get(letter, letter)
            for each in may_be:
                expected[row, at + 1, one.letters.index(each)] = np.float32(1 / len(may_be))
    np.testing.assert_array_equal(made, expected)
    assert made.dtype == np.float32


def test_a_piece_of_the_codes_is_taken_as_it_is():
    codes = encode(["ACGTA", "GGGNA"], DNA)
    whole = one_hot(codes, DNA)
    np.testing.assert_array_equal(one_hot(codes.values[:, 1:3], DNA), whole[:, 1:3])
    np.testing.assert_array_equal(one_hot(codes.values.T, DNA), whole.transpose(1, 0, 2))
    assert one_hot(encode([None], DNA, length=3), DNA).tolist() == [[[0.0] * 4] * 3]
    assert one_hot(codes.values[:0], DNA).shape == (0, 5, 4)
