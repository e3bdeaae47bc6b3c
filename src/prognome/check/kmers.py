"""The k-mers of sequences as numbers, without regard to the strand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

K = 24
K_PROTEIN = 8
SHORTEST = 20
PERIODS = range(1, 7)
MISMATCHES = 0.25
NUCLEOTIDE_BITS, PROTEIN_BITS = 2, 5

Codes = NDArray[np.uint8]
_UNKNOWN = 255
_DNA = np.full(256, _UNKNOWN, dtype=np.uint8)
for _letters, _code in (("Aa", 0), ("Cc", 1), ("Gg", 2), ("TtUu", 3)):
    _DNA[[ord(letter) for letter in _letters]] = _code
_PROTEIN = np.full(256, _UNKNOWN, dtype=np.uint8)
for _place, _letter in enumerate("ACDEFGHIKLMNPQRSTVWY"):
    _PROTEIN[[ord(_letter), ord(_letter.lower())]] = _place
_PAIRED = str.maketrans("ACGTRYKMBVDH", "TGCAYRMKVBHD")


@dataclass(frozen=True, eq=False)
class Kmers:
    """Each different k-mer of each row once, sorted by k-mer and then by row.

    Parameters
    ----------
    code
        (m,) the k-mer as a number; of the two strands the smaller.
    row
        (m,) where it stands.
    k, bits
        Letters of a k-mer, and bits of a letter.
    """

    code: NDArray[np.uint64]
    row: NDArray[np.intp]
    k: int
    bits: int

    def rarer_than(self, most: int) -> Kmers:
        """Those that stand in at most so many rows, and neither begin nor end with half of one in more rows.

        Else what borders on an adapter or a repeat would link rows by the adapter and a few letters.
        """
        if not len(self.code):
            return self
        start = np.flatnonzero(np.r_[True, self.code[1:] != self.code[:-1]])
        rows = np.diff(np.r_[start, len(self.code)])
        keep = np.repeat(rows <= most, rows)
        many = self.code[start[rows > most]]
        if len(many):
            whole = self.k - self.k // 2
            common = np.unique(np.concatenate([self._half(many, at) for at in range(whole + 1)]))
            keep &= ~(
                np.isin(self._half(self.code, 0), common) | np.isin(self._half(self.code, whole), common)
            )
        return Kmers(self.code[keep], self.row[keep], self.k, self.bits)

    def _half(self, code: NDArray[np.uint64], at: int) -> NDArray[np.uint64]:
        """Half of the letters, so many from the end, on the strand that gives the smaller number."""
        half = self.k // 2
        part = (code >> np.uint64(self.bits * at)) & np.uint64((1 << (self.bits * half)) - 1)
        return part if self.bits != NUCLEOTIDE_BITS else np.minimum(part, _reverse_complement(part, half))

    def neighbours(self) -> NDArray[np.intp]:
        """(m, 2) rows that share a k-mer, consecutive ones of each, every pair once."""
        same = self.code[1:] == self.code[:-1]
        pairs = np.column_stack([self.row[:-1][same], self.row[1:][same]])
        if not len(pairs):
            return np.empty((0, 2), dtype=np.intp)
        n = int(pairs.max()) + 1
        unique = np.unique(pairs[:, 0].astype(np.int64) * n + pairs[:, 1])
        return np.column_stack([unique // n, unique % n]).astype(np.intp)


def is_nucleotides(cells: Sequence[str]) -> bool:
    """Whether these are DNA or RNA: 20 letters or more, only A, C, G, T, U and the codes for unsure ones."""
    return _are(cells, _DNA, "NRYSWKMBDHVnryswkmbdhv", 0.8)


def is_protein(cells: Sequence[str]) -> bool:
    """Whether these are amino acids in one-letter code, 20 letters or more."""
    return not is_nucleotides(cells) and _are(cells, _PROTEIN, "XBZUOxbzuo*", 0.9)


def take_kmers(cells: Sequence[str | None], k: int, *, protein: bool = False) -> Kmers:
    """All k-mers that are neither of low complexity nor hold an unsure letter.

    Parameters
    ----------
    cells
        (n,) sequences, None for missing.
    k
        Letters: at most 31 for nucleotides, 12 for proteins.
    protein
        Amino acids, which have one strand.
    """
    bits = PROTEIN_BITS if protein else NUCLEOTIDE_BITS
    if not 1 <= k <= 63 // bits:
        raise ValueError(f"k-mers of {k} letters do not fit; at most {63 // bits}")
    known = [(place, cell) for place, cell in enumerate(cells) if cell is not None and len(cell) >= k]
    if not known:
        return Kmers(np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.intp), k, bits)
    text = "\n".join(cell for _, cell in known).encode("ascii", "replace")
    letters = (_PROTEIN if protein else _DNA)[np.frombuffer(text, dtype=np.uint8)]
    lengths = np.array([len(cell) + 1 for _, cell in known])
    row = np.repeat(np.array([place for place, _ in known], dtype=np.intp), lengths)[: len(letters)]
    unknown = np.r_[0, np.cumsum(letters == _UNKNOWN)]
    start = np.flatnonzero(unknown[k:] == unknown[:-k])
    value = letters.astype(np.uint64)
    value[letters == _UNKNOWN] = 0
    code = _roll(value, k, bits)[start]
    fine = _complex(code, k, bits)
    code, row = code[fine], row[start[fine]]
    if not protein:
        code = np.minimum(code, _reverse_complement(code, k))
    order = np.lexsort((row, code))
    code, row = code[order], row[order]
    first = np.r_[True, (code[1:] != code[:-1]) | (row[1:] != row[:-1])] if len(code) else []
    return Kmers(code[first], row[first], k, bits)


def short_windows(cells: Sequence[str | None], k: int, *, both_strands: bool) -> list[str | None]:
    """Windows that hold no k-mer since they are shorter, whole: one that is the same has the same text.

    Parameters
    ----------
    cells
        (n,) sequences, None for missing.
    k
        Letters of a k-mer.
    both_strands
        Whether nucleotides and their reverse complement are the same; of the two the first in the alphabet.

    Returns
    -------
    (n,) texts in upper case, None where a window is missing or holds a k-mer.

    Examples
    --------
    >>> short_windows(["ttgca", "TGCAA", None, "ACGTACGT"], 6, both_strands=True)
    ['TGCAA', 'TGCAA', None, None]
    """
    found: list[str | None] = []
    for cell in cells:
        text = cell.upper() if cell is not None and 0 < len(cell) < k else None
        if text is not None and both_strands:
            text = text.replace("U", "T")
            text = min(text, text.translate(_PAIRED)[::-1])
        found.append(text)
    return found


def _are(cells: Sequence[str], table: Codes, unsure: str, share: float) -> bool:
    if not cells or any(len(cell) < SHORTEST for cell in cells):
        return False
    letters = np.frombuffer("".join(cells).encode("ascii", "replace"), dtype=np.uint8)
    sure = table[letters] != _UNKNOWN
    allowed = sure | np.isin(letters, np.frombuffer(unsure.encode(), dtype=np.uint8))
    return bool(allowed.all() and sure.mean() >= share)


def _roll(value: NDArray[np.uint64], k: int, bits: int) -> NDArray[np.uint64]:
    """(m - k + 1,) the number made of k letters from each place on, by doubling."""
    whole: NDArray[np.uint64] | None = None
    have, power, length = 0, value, 1
    while k:
        if k & 1:
            if whole is None:
                whole = power
            else:
                most = min(len(whole), len(power) - have)
                whole = (whole[:most] << np.uint64(bits * length)) | power[have : have + most]
            have += length
        k >>= 1
        if k:
            power = (power[:-length] << np.uint64(bits * length)) | power[length:]
            length *= 2
    assert whole is not None
    return whole


def _complex(code: NDArray[np.uint64], k: int, bits: int) -> NDArray[np.bool_]:
    """(m,) whether it is more than a short repeat: periods of 1 to 6 letters, a quarter of them off."""
    fine = np.ones(len(code), dtype=bool)
    for period in PERIODS:
        compared = k - period
        if compared < 3 * period:
            break
        low = np.uint64((1 << (bits * compared)) - 1)
        differ = (code ^ (code >> np.uint64(bits * period))) & low
        folded = differ.copy()
        for shift in range(1, bits):
            folded |= differ >> np.uint64(shift)
        ones = np.uint64(sum(1 << (bits * place) for place in range(compared)))
        fine &= np.bitwise_count(folded & ones) > (MISMATCHES * compared if bits == NUCLEOTIDE_BITS else 0)
    return fine


def _reverse_complement(code: NDArray[np.uint64], k: int) -> NDArray[np.uint64]:
    """(m,) the same k-mer read from the other strand (the complement of a code is 3 less it)."""
    flipped = ~code
    for shift, mask in (
        (2, 0x3333333333333333),
        (4, 0x0F0F0F0F0F0F0F0F),
        (8, 0x00FF00FF00FF00FF),
        (16, 0x0000FFFF0000FFFF),
        (32, 0x00000000FFFFFFFF),
    ):
        m, s = np.uint64(mask), np.uint64(shift)
        flipped = ((flipped >> s) & m) | ((flipped & m) << s)
    return flipped >> np.uint64(64 - 2 * k)
