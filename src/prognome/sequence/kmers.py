"""How often each k-mer stands in each sequence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from prognome.sequence.alphabet import Alphabet
from prognome.sequence.codes import Codes

Ks = int | Sequence[int]
_WINDOWS_AT_ONCE = 100_000
_MOST_COLUMNS = 2**31 - 64  # of a sparse matrix with indices of 32 bits


@dataclass(frozen=True, eq=False)
class _Counted:
    """A piece of the rows: (m,) counts and columns, row after row, and (n,) how many each row has."""

    count: NDArray[np.int32]
    column: NDArray[np.int32]
    each: NDArray[np.int64]


def count_kmers(
    codes: Codes | NDArray[np.uint8], alphabet: Alphabet, k: Ks, both_strands: bool = False
) -> csr_matrix:
    """Count every run of k plain letters; a run that holds an unsure letter or padding is not counted.

    Parameters
    ----------
    codes
        (n, L) codes.
    alphabet
        Whose codes.
    k
        Letters of a k-mer; of several k the columns stand side by side.
    both_strands
        Count a k-mer and its reverse complement as one: the one that comes first in the alphabet. The
        columns of the others stay empty.

    Returns
    -------
    (n, size^k) ``int32`` counts in the order of :func:`kmer_names`, sorted indices, no stored zeros. Beside
    them only a piece of the rows is in memory.

    Examples
    --------
    >>> from prognome.sequence.alphabet import DNA
    >>> from prognome.sequence.codes import encode
    >>> count_kmers(encode(["AACA"], DNA), DNA, 1).toarray().tolist()
    [[3, 1, 0, 0]]
    """
    values = codes.values if isinstance(codes, Codes) else codes
    ks = _checked(k, alphabet)
    columns = sum(alphabet.size**one for one in ks)
    dtype = np.uint16 if columns + len(ks) < np.iinfo(np.uint16).max else np.uint32
    lookups = [_canonical(alphabet, one).astype(dtype) if both_strands else None for one in ks]
    found = [_count(piece, alphabet.size, ks, lookups, dtype) for piece in _pieces(values, ks)]
    each = np.concatenate([np.zeros(1, dtype=np.int64), *(one.each for one in found)])
    index = np.int32 if each.sum() < 2**31 else np.int64
    empty = np.empty(0, dtype=np.int32)
    column = np.concatenate([empty, *(one.column for one in found)])
    count = np.concatenate([empty, *(one.count for one in found)])
    return csr_matrix(
        (count, column.astype(index, copy=False), np.cumsum(each).astype(index)),
        shape=(len(values), columns),
    )


def kmer_names(alphabet: Alphabet, k: Ks) -> list[str]:
    """All k-mers, in the order of the columns of :func:`count_kmers`.

    >>> from prognome.sequence.alphabet import DNA
    >>> print(*kmer_names(DNA, 2)[:6])
    AA AC AG AT CA CC
    """
    return [
        "".join(letters) for one in _checked(k, alphabet) for letters in product(alphabet.letters, repeat=one)
    ]


def is_canonical(alphabet: Alphabet, k: Ks) -> NDArray[np.bool_]:
    """(size^k,) whether a k-mer does not come after its reverse complement: one of each pair."""
    ks = _checked(k, alphabet)
    return np.concatenate([_canonical(alphabet, one) == np.arange(alphabet.size**one) for one in ks])


def _checked(k: Ks, alphabet: Alphabet) -> list[int]:
    ks = [k] if isinstance(k, (int, np.integer)) else list(k)
    if not ks or min(ks) < 1:
        raise ValueError(f"k is {k!r}; whole numbers from 1 up are needed")
    if sum(alphabet.size**one for one in ks) > _MOST_COLUMNS:
        raise ValueError(f"k-mers of {max(ks)} letters of {alphabet.size} do not fit")
    return [int(one) for one in ks]


def _canonical(alphabet: Alphabet, k: int) -> NDArray[np.int64]:
    """(size^k,) for each k-mer the number of itself or of its reverse complement, whichever is smaller."""
    size = alphabet.size
    left = np.arange(size**k, dtype=np.int64)
    turned = np.zeros_like(left)
    rest = left
    for _ in range(k):
        rest, letter = np.divmod(rest, size)
        turned = turned * size + alphabet.complement[letter]
    return np.minimum(left, turned)


def _pieces(values: NDArray[np.uint8], ks: list[int]) -> Iterator[NDArray[np.uint8]]:
    per_row = sum(max(values.shape[1] - one + 1, 0) for one in ks)
    step = max(1, _WINDOWS_AT_ONCE // max(per_row, 1))
    for start in range(0, len(values), step):
        yield values[start : start + step]


def _count(
    values: NDArray[np.uint8], size: int, ks: list[int], lookups: list[NDArray[Any] | None], dtype: type
) -> _Counted:
    """Count by sorting each row: first the windows of one k, then those of the next.

    Each k has a column of its own for windows that are not counted, after its k-mers.
    """
    n, width = values.shape
    plain = values < size
    unsure = not plain.all()
    letters: NDArray[Any] = (np.where(plain, values, 0) if unsure else values).astype(dtype)
    counts = [max(width - k + 1, 0) for k in ks]
    made = np.empty((n, sum(counts)), dtype=dtype)
    if not made.size:
        return _Counted(np.empty(0, dtype=np.int32), np.empty(0, dtype=np.int32), np.zeros(n, dtype=np.int64))
    at, offset = 0, 0
    dropped = []
    for k, count, lookup in zip(ks, counts, lookups, strict=True):
        number = letters[:, :count].copy()
        known = plain[:, :count].copy()
        for place in range(1, k if count else 0):
            number *= dtype(size)
            number += letters[:, place : place + count]
            if unsure:
                known &= plain[:, place : place + count]
        if lookup is not None:
            number = lookup[number]
        if unsure:
            number[~known] = size**k
        number += dtype(offset)
        number.sort(axis=1)
        made[:, at : at + count] = number
        at += count
        offset += size**k + 1
        dropped.append(offset - 1)
    return _run_lengths(made, dropped if unsure else [], _shifts(size, ks))


def _shifts(size: int, ks: list[int]) -> NDArray[np.int32]:
    """Where each k begins among the columns that have one more for each k."""
    return np.cumsum([size**k + 1 for k in ks])[:-1].astype(np.int32)


def _run_lengths(made: NDArray[Any], dropped: list[int], shifts: NDArray[np.int32]) -> _Counted:
    """From sorted rows to columns and how often each stands there."""
    first = np.empty(made.shape, dtype=bool)
    first[:, 0] = True
    np.not_equal(made[:, 1:], made[:, :-1], out=first[:, 1:])
    place = np.flatnonzero(first).astype(np.int32)
    column = np.take(made.ravel(), place).astype(np.int32)
    count = np.empty_like(place)
    np.subtract(place[1:], place[:-1], out=count[:-1])
    count[-1] = made.size - place[-1]
    each = np.count_nonzero(first, axis=1)
    if dropped:
        away = np.isin(column, dropped)
        ends = np.cumsum(each)
        each = each - np.diff(np.cumsum(away)[ends - 1], prepend=0)
        column, count = column[~away], count[~away]
    for shift in shifts[::-1]:
        column -= column >= shift
    return _Counted(count, column, each)
