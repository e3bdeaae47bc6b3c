"""Sequences to a sparse matrix of k-mer counts, each row brought to one length."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack

from prognome.errors import StudyError
from prognome.model.sequence_input import SequenceInput
from prognome.sequence.alphabet import Alphabet, alphabet
from prognome.sequence.codes import encode
from prognome.sequence.kmers import count_kmers, is_canonical, kmer_names

CHANGE = "alt-ref"
PROTEIN = "protein"


def lengths_of_kmers(shortest: int, longest: int, alphabet_name: str) -> list[int]:
    """Letters of the k-mers; of proteins half as many, since a residue tells about as much as two bases.

    >>> lengths_of_kmers(3, 6, "dna"), lengths_of_kmers(3, 6, "protein")
    ([3, 4, 5, 6], [1, 2, 3])
    """
    if shortest > longest:
        raise StudyError(
            "kmer", "shortest is above longest", seen=f"{shortest} and {longest}", mend="Turn them round."
        )
    if alphabet_name == PROTEIN:
        shortest, longest = max(1, shortest // 2), max(1, longest // 2)
    return list(range(shortest, longest + 1))


def describe(given: SequenceInput, ks: Sequence[int]) -> csr_matrix:
    """K-mer counts of one block.

    Parameters
    ----------
    given
        n sequences, or pairs of them. Where they are not stranded, a k-mer and its reverse complement count
        as one.
    ks
        Letters of the k-mers.

    Returns
    -------
    (n, p) ``float32`` in the order of :func:`feature_names`. The counts of each k have Euclidean length
    1 / √(number of k) in every row, or 0 where there is nothing to count. Of a pair first the reference, then
    the difference of counts, alternative less reference, each brought to that length. Zeros throughout where
    a sequence is missing, of a pair either.
    """
    letters = alphabet(given.alphabet)
    nothing = np.array(None, dtype=object)
    texts = [np.where(given.present, column, nothing) for column in given.columns.values()]
    counts = [_count(column, letters, ks, stranded=given.stranded, where=_where(given)) for column in texts]
    if given.is_pair:
        counts[1] = (counts[1] - counts[0]).tocsr()
        counts[1].eliminate_zeros()
    whole = hstack([_level(one, letters, ks) for one in counts], format="csr")
    return whole if given.stranded else whole[:, _kept(given, letters, ks)]


def feature_names(given: SequenceInput, ks: Sequence[int]) -> NDArray[np.str_]:
    """(p,) ``BLOCK:COLUMN~ACG`` of each column of :func:`describe`; ``BLOCK:alt-ref~ACG`` of differences."""
    letters = alphabet(given.alphabet)
    told = [next(iter(given.columns)), CHANGE] if given.is_pair else list(given.columns)
    start = f"{given.name}:" if given.name else ""
    kmers = kmer_names(letters, ks)
    names = np.array([f"{start}{column}~{kmer}" for column in told for kmer in kmers], dtype=np.str_)
    return names[_kept(given, letters, ks)]


def _where(given: SequenceInput) -> str:
    return f"block {given.name}" if given.name else "kmer"


def _count(
    texts: NDArray[np.object_], letters: Alphabet, ks: Sequence[int], *, stranded: bool, where: str
) -> csr_matrix:
    return count_kmers(encode(texts, letters, where=where), letters, ks, not stranded).astype(np.float32)


def _kept(given: SequenceInput, letters: Alphabet, ks: Sequence[int]) -> NDArray[np.intp]:
    """Columns that can hold anything: where both strands are one, one of each k-mer and its complement."""
    one = (
        np.ones(sum(letters.size**k for k in ks), dtype=bool) if given.stranded else is_canonical(letters, ks)
    )
    return np.flatnonzero(np.tile(one, 2 if given.is_pair else 1))


def _level(counts: csr_matrix, letters: Alphabet, ks: Sequence[int]) -> csr_matrix:
    """Each row's counts of each k brought to the Euclidean length 1 / √(number of k)."""
    ends = np.cumsum([letters.size**k for k in ks])
    which = np.searchsorted(ends, counts.indices, side="right")
    row = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    place = row * len(ks) + which
    squares = np.bincount(place, np.square(counts.data, dtype=np.float64), counts.shape[0] * len(ks))
    scale = 1 / np.sqrt(np.where(squares > 0, squares, 1) * len(ks))
    levelled = (counts.data * scale[place]).astype(np.float32)
    return csr_matrix((levelled, counts.indices, counts.indptr), shape=counts.shape)
