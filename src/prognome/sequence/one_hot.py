"""Codes to one column a letter."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from prognome.sequence.alphabet import Alphabet
from prognome.sequence.codes import Codes

_WORD = np.complex128  # a whole row of the matrix of four letters, copied as one number
_TWO_WORDS = np.dtype("V32")
_ROWS_AT_ONCE = 1024
_PAIRS_AT_ONCE = 16_384


def one_hot(codes: Codes | NDArray[np.uint8], alphabet: Alphabet) -> NDArray[np.float32]:
    """The share of each plain letter at each position.

    Parameters
    ----------
    codes
        (n, L) codes.
    alphabet
        Whose codes.

    Returns
    -------
    (n, L, size): 1 for the letter that stands there, equal shares for an ambiguous one, zeros for padding.

    Examples
    --------
    >>> from prognome.sequence.alphabet import DNA
    >>> from prognome.sequence.codes import encode
    >>> one_hot(encode(["CN"], DNA), DNA).tolist()
    [[[0.0, 1.0, 0.0, 0.0], [0.25, 0.25, 0.25, 0.25]]]
    """
    values = codes.values if isinstance(codes, Codes) else codes
    made = np.empty((*values.shape, alphabet.size), dtype=np.float32)
    if alphabet.matrix[0].nbytes != np.dtype(_WORD).itemsize:
        _take(alphabet.matrix, values, made, _ROWS_AT_ONCE)
    elif values.size % 2 or not values.flags.c_contiguous:
        _take(alphabet.matrix.view(_WORD)[:, 0], values, made.view(_WORD)[..., 0], _ROWS_AT_ONCE)
    else:
        pairs = values.reshape(-1).view("<u2")
        _take(_of_two(alphabet), pairs, made.reshape(-1).view(_TWO_WORDS), _PAIRS_AT_ONCE)
    return made


def _take(source: NDArray, places: NDArray, target: NDArray, at_once: int) -> None:
    """In pieces, since numpy makes wide whole numbers of the places first."""
    for start in range(0, len(places), at_once):
        rows = slice(start, start + at_once)
        np.take(source, places[rows], axis=0, out=target[rows], mode="clip")


@cache
def _of_two(alphabet: Alphabet) -> NDArray:
    """What two neighbours become, by the number that their codes make: the first is its low byte."""
    codes = len(alphabet.matrix)
    both = np.zeros((codes, 256, 2, alphabet.size), dtype=np.float32)
    both[:, :codes, 0] = alphabet.matrix
    both[:, :, 1] = alphabet.matrix[:, None]
    return both.reshape(codes * 256, -1).view(_TWO_WORDS)[:, 0]
