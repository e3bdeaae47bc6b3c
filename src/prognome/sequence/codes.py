"""From texts to one array of codes: the same length for all, padded or cropped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from prognome.errors import DataError, number_rows
from prognome.sequence.alphabet import UNKNOWN, Alphabet

Anchor = Literal["start", "centre", "end"]
_ROWS_AT_ONCE = 1024


@dataclass(frozen=True, eq=False)
class Codes:
    """Sequences as codes of an alphabet.

    Parameters
    ----------
    values
        (n, L) ``uint8``: codes, ``alphabet.pad`` where a sequence has ended.
    lengths
        (n,) ``int64``: letters in each row, at most L; 0 for a missing sequence.
    anchor
        Which part of a sequence stands at the same place in every row: its ``start`` (column 0), its
        ``centre`` (letter ⌊length / 2⌋, counted from 0, in column ⌊L / 2⌋) or its ``end`` (column L - 1).
    """

    values: NDArray[np.uint8]
    lengths: NDArray[np.int64]
    anchor: Anchor = "centre"

    def __len__(self) -> int:
        return len(self.values)

    @property
    def starts(self) -> NDArray[np.int64]:
        """(n,) column of each row's first letter."""
        return _first(self.lengths, self.values.shape[1], self.anchor)

    def rows(self, index: Any) -> Codes:
        """These rows, by position, mask or slice."""
        return Codes(self.values[index], self.lengths[index], self.anchor)


def encode(
    texts: Iterable[Any],
    alphabet: Alphabet,
    *,
    length: int | None = None,
    anchor: Anchor = "centre",
    where: str = "sequence",
) -> Codes:
    """Codes of every letter, all rows brought to one length.

    Parameters
    ----------
    texts
        (n,) letters in either case; None, NaN or an empty text is a missing sequence.
    alphabet
        Whose letters.
    length
        L. A shorter sequence is padded and a longer one cropped, so that its anchor keeps its place; by
        default the longest there is.
    anchor
        ``start``, ``centre`` or ``end``, as in :class:`Codes`.
    where
        For messages.

    Raises
    ------
    DataError
        If a text holds what is no letter of the alphabet, or a cell is no text.

    Examples
    --------
    >>> from prognome.sequence.alphabet import DNA
    >>> encode(["ACG", None, "TTTTT"], DNA, length=3, anchor="start").values.tolist()
    [[0, 1, 2], [15, 15, 15], [3, 3, 3]]
    """
    if anchor not in get_args(Anchor):
        raise ValueError(f"anchor is {anchor!r}, not start, centre or end")
    plain = _as_texts(texts, where)
    full = np.fromiter(map(len, plain), dtype=np.int64, count=len(plain))
    width = int(full.max(initial=0)) if length is None else int(length)
    lengths = np.minimum(full, width)
    whole = bool((full >= width).all())
    values = np.empty((len(plain), width), dtype=np.uint8)
    if not whole:
        values.fill(alphabet.pad)
    first = _first(lengths, width, anchor)
    skip = _skipped(full, width, anchor)
    strange: list[int] = []
    for rows in _pieces(len(plain)):
        letters = _read(plain[rows], alphabet)
        if letters.max(initial=0) == UNKNOWN:
            strange += _rows_with(letters == UNKNOWN, full[rows], rows.start)
            continue
        if (full[rows] > width).any():
            letters = letters[_kept(full[rows], skip[rows], width)]
        if whole:
            values[rows] = letters.reshape(len(values[rows]), width)
        else:
            values[rows][_covered(first[rows], lengths[rows], width)] = letters
    if strange:
        raise DataError(
            where,
            f"holds what is no letter of the alphabet in {number_rows([row + 1 for row in strange])}",
            expected=f"{alphabet.name}: {alphabet.letters}, or {''.join(alphabet.ambiguous)} where unsure",
            mend="Name another alphabet, or take gaps, stops and spaces out of the sequences.",
        )
    return Codes(values, lengths, anchor)


def reverse_complement(codes: Codes, alphabet: Alphabet) -> Codes:
    """The other strand, read in its own direction; padding stays where the anchor has it.

    Of a sequence of even length around a ``centre`` the middle moves by one letter, as it must.

    Raises
    ------
    StudyError
        If the alphabet has no other strand.
    """
    paired = alphabet.complement[codes.values]
    width = paired.shape[1]
    if (codes.lengths == width).all():
        return Codes(np.ascontiguousarray(paired[:, ::-1]), codes.lengths, codes.anchor)
    turned = np.full_like(paired, alphabet.pad)
    columns = np.arange(width)
    starts = codes.starts
    for rows in _pieces(len(codes)):
        begin, length = starts[rows, None], codes.lengths[rows, None]
        source = 2 * begin + length - 1 - columns
        inside = (columns >= begin) & (columns < begin + length)
        read = np.take_along_axis(paired[rows], np.clip(source, 0, max(width - 1, 0)), axis=1)
        np.copyto(turned[rows], read, where=inside)
    return Codes(turned, codes.lengths, codes.anchor)


def _as_texts(texts: Iterable[Any], where: str) -> list[str]:
    """Every cell as text, empty for missing."""
    cells = texts if isinstance(texts, list) else list(texts)
    if set(map(type, cells)) == {str}:
        return cells
    plain: list[str] = []
    strange: list[int] = []
    for row, text in enumerate(cells):
        if isinstance(text, str):
            plain.append(text)
            continue
        plain.append("")
        if not (text is None or text != text):
            strange.append(row + 1)
    if strange:
        raise DataError(where, f"is no text in {number_rows(strange)}", expected="letters, or nothing")
    return plain


def _read(texts: list[str], alphabet: Alphabet) -> NDArray[np.uint8]:
    """Codes of all letters one after another; a letter outside ASCII stays one letter, an unknown one."""
    text = "".join(texts).encode("ascii", "replace")
    return np.frombuffer(text.translate(alphabet.table.tobytes()), dtype=np.uint8)


def _rows_with(marked: NDArray[np.bool_], lengths: NDArray[np.int64], offset: int) -> list[int]:
    owner = np.repeat(np.arange(len(lengths)), lengths)
    return (np.unique(owner[marked]) + offset).tolist()


def _first(lengths: NDArray[np.int64], width: int, anchor: Anchor) -> NDArray[np.int64]:
    """(n,) column of the first letter of sequences no longer than the width."""
    if anchor == "start":
        return np.zeros_like(lengths)
    return width - lengths if anchor == "end" else width // 2 - lengths // 2


def _skipped(full: NDArray[np.int64], width: int, anchor: Anchor) -> NDArray[np.int64]:
    """(n,) letters cropped in front of sequences longer than the width."""
    longer = np.maximum(full, width)
    if anchor == "start":
        return np.zeros_like(full)
    return longer - width if anchor == "end" else np.maximum(longer // 2 - width // 2, 0)


def _kept(full: NDArray[np.int64], skip: NDArray[np.int64], width: int) -> NDArray[np.bool_]:
    """Which of all letters one after another are not cropped."""
    ends = np.cumsum(full)
    place = np.arange(int(ends[-1])) - np.repeat(ends - full, full)
    begin = np.repeat(skip, full)
    return (place >= begin) & (place < begin + width)


def _covered(first: NDArray[np.int64], lengths: NDArray[np.int64], width: int) -> NDArray[np.bool_]:
    """(n, L) which cells hold a letter."""
    columns = np.arange(width)
    return (columns >= first[:, None]) & (columns < (first + lengths)[:, None])


def _pieces(n: int) -> Iterator[slice]:
    for start in range(0, n, _ROWS_AT_ONCE):
        yield slice(start, min(start + _ROWS_AT_ONCE, n))
