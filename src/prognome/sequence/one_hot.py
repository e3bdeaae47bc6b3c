"""Codes to one column a letter."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from prognome.sequence.alphabet import Alphabet
from prognome.sequence.codes import Codes

_WORDS = {8: np.complex64, 16: np.complex128}  # a whole row of the matrix copied as one number
_ROWS_AT_ONCE = 1024


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
    matrix = alphabet.matrix
    made = np.empty((*values.shape, alphabet.size), dtype=np.float32)
    word = _WORDS.get(matrix.itemsize * alphabet.size)
    source, target = (matrix, made) if word is None else (matrix.view(word)[:, 0], made.view(word)[..., 0])
    for start in range(0, len(values), _ROWS_AT_ONCE):
        rows = slice(start, start + _ROWS_AT_ONCE)
        np.take(source, values[rows], axis=0, out=target[rows], mode="clip")
    return made
