"""A reference and an alternative sequence side by side: what they share stands at the same places in both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from prognome.sequence.alphabet import Alphabet
from prognome.sequence.codes import encode


def offset_of(ref: str | bytes, alt: str | bytes) -> int:
    """Letters by which the alternative begins after the reference; below 0: before it.

    0, so that both begin at the same place, where they are equally long or share at least as many letters at
    their beginning as at their end. Else they end at the same place.

    >>> offset_of("AACGT", "AACGGGT"), offset_of("GCAATT", "CAATT"), offset_of("ACG", "ATG")
    (0, 1, 0)
    """
    if len(ref) == len(alt) or _shared(ref, alt) >= _shared(ref[::-1], alt[::-1]):
        return 0
    return len(ref) - len(alt)


def encode_pairs(
    refs: Sequence[Any],
    alts: Sequence[Any],
    alphabet: Alphabet,
    *,
    length: int | None = None,
    where: tuple[str, str] = ("ref", "alt"),
) -> NDArray[np.uint8]:
    """Codes of pairs, each placed by its reference.

    The reference is padded or cropped about its centre. The alternative follows: it begins where the
    reference begins, or ends where it ends (:func:`offset_of`). So an insertion or a deletion does not move
    the letters that both have in front of it (behind it, where they share their end). What then reaches
    beyond the window falls out, and what is too short is padded.

    Parameters
    ----------
    refs, alts
        (n,) letters in either case; None, NaN or an empty text is a missing sequence. The other of the pair
        is then placed about its own centre.
    alphabet
        Whose letters.
    length
        L; by default the longest of all.
    where
        Names of the two, for messages.

    Returns
    -------
    (n, 2, L) codes, ``alphabet.pad`` where there is no letter.

    Raises
    ------
    DataError
        If a text holds what is no letter of the alphabet, or a cell is no text.

    Examples
    --------
    >>> from prognome.sequence.alphabet import DNA
    >>> encode_pairs(["AACGT"], ["AACGGGT"], DNA)[0].tolist()
    [[15, 0, 0, 1, 2, 3, 15], [15, 0, 0, 1, 2, 2, 2]]
    """
    if length is None:
        length = max((len(text) for text in (*refs, *alts) if isinstance(text, str)), default=0)
    first = encode(refs, alphabet, length=length, where=where[0])
    second = encode(alts, alphabet, length=length, where=where[1])
    values = np.stack([first.values, second.values], axis=1)
    table = alphabet.table.tobytes()
    for row, pair in enumerate(zip(refs, alts, strict=True)):
        if not all(isinstance(text, str) and text for text in pair) or len(pair[0]) == len(pair[1]):
            continue
        ref, alt = (text.encode("ascii").translate(table) for text in pair)
        begin = length // 2 - len(ref) // 2 + offset_of(ref, alt)
        kept = alt[max(-begin, 0) : max(length - begin, 0)]
        begin = max(begin, 0)
        values[row, 1] = alphabet.pad
        values[row, 1, begin : begin + len(kept)] = np.frombuffer(kept, dtype=np.uint8)
    return values


def crop_pair(ref: str, alt: str, length: int, anchor: str = "centre") -> tuple[str, str]:
    """Both of a pair cropped to at most so many letters, so that what is left of them still stands together.

    About the centre of the reference, or from the ``start`` or to the ``end`` of each. Of the shorter one at
    least one letter stays.

    >>> crop_pair("AACGT", "AACGGGT", 3), crop_pair("AACGT", "AACGGGT", 3, "end")
    (('ACG', 'ACG'), ('CGT', 'GGT'))
    """
    if anchor != "centre":
        kept = slice(0, length) if anchor == "start" else slice(-length, None)
        return ref[kept], alt[kept]
    by_end = offset_of(ref, alt) != 0
    if by_end:
        ref, alt = ref[::-1], alt[::-1]
    half = (len(ref) + by_end) // 2 - (length + by_end) // 2
    skip = min(max(half, 0), len(ref) - 1, len(alt) - 1)
    cropped = ref[skip : skip + length], alt[skip : skip + length]
    return (cropped[0][::-1], cropped[1][::-1]) if by_end else cropped


def _shared(first: str | bytes, second: str | bytes) -> int:
    """Letters that both begin with, by halving."""
    low, high = 0, min(len(first), len(second))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if first[:middle] == second[:middle] else (low, middle - 1)
    return low
