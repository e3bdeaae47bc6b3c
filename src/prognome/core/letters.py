"""Texts as letters of an alphabet: cleaned, judged, cropped, summed up, before they become codes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from prognome.core.sequences import Sequences
from prognome.sequence.alphabet import Alphabet, alphabet
from prognome.sequence.pairs import crop_pair

Texts = NDArray[np.object_]
LONGEST = 1_000


@dataclass(frozen=True, eq=False)
class Letters:
    """Cells that were read as sequences.

    Parameters
    ----------
    texts
        (n,) upper-case letters of the alphabet, U and T as it writes them; None for missing.
    strange
        (n,) whether a cell holds what is no letter of the alphabet; it stands in ``texts`` as it was.
    """

    texts: Texts
    strange: NDArray[np.bool_]


def read_letters(cells: Iterable[Any], name: str) -> Letters:
    """Clean cells of text: blanks around them off, upper case, U for T or T for U, X for N in nucleotides.

    >>> read_letters([" acgu", None, "AC-T"], "dna").texts.tolist()
    ['ACGT', None, 'AC-T']
    >>> read_letters([" acgu", None, "AC-T"], "dna").strange.tolist()
    [False, False, True]
    """
    letters = alphabet(name)
    known = "".join(letters.code_of)
    change = _synonyms(letters)
    texts: list[str | None] = []
    for cell in cells:
        text = cell.strip().upper() if isinstance(cell, str) else ""
        texts.append(text.translate(change) or None)
    found = np.empty(len(texts), dtype=object)
    found[:] = texts
    strange = [text is not None and text.strip(known) != "" for text in texts]
    return Letters(found, np.array(strange, dtype=np.bool_))


def is_unsure(texts: Iterable[str | None], name: str) -> NDArray[np.bool_]:
    """(n,) which sequences are nothing but N (X in proteins)."""
    blank = "X" if name == "protein" else "N"
    return np.array(
        [bool(text) and text is not None and not text.strip(blank) for text in texts], dtype=np.bool_
    )


def lengths_of(texts: Iterable[str | None]) -> NDArray[np.int64]:
    """(n,) letters of each, 0 for missing."""
    return np.array([0 if text is None else len(text) for text in texts], dtype=np.int64)


def crop(
    texts: Sequence[str | None] | Texts, length: int, anchor: Literal["start", "centre", "end"]
) -> Texts:
    """No sequence longer than this; the anchor (its start, centre or end) keeps its place.

    >>> crop(["ACGTT", "AC"], 3, "centre").tolist(), crop(["ACGTT"], 3, "end").tolist()
    (['CGT', 'AC'], ['GTT'])
    """
    kept = np.empty(len(texts), dtype=object)
    for row, text in enumerate(texts):
        if text is not None and len(text) > length:
            skip = {"start": 0, "end": len(text) - length}.get(anchor, len(text) // 2 - length // 2)
            text = text[skip : skip + length]
        kept[row] = text
    return kept


def crop_pairs(
    refs: Texts, alts: Texts, length: int, anchor: Literal["start", "centre", "end"]
) -> tuple[Texts, Texts]:
    """Reference and alternative, neither longer than this, cropped together so that they still agree.

    >>> refs, alts = (np.array([text], dtype=object) for text in ("AACGT", "AACGGGT"))
    >>> [kept.tolist() for kept in crop_pairs(refs, alts, 3, "centre")]
    [['ACG'], ['ACG']]
    """
    kept = crop(refs, length, anchor), crop(alts, length, anchor)
    for row, (ref, alt) in enumerate(zip(refs, alts, strict=True)):
        if ref is not None and alt is not None and len(ref) != len(alt) and max(len(ref), len(alt)) > length:
            kept[0][row], kept[1][row] = crop_pair(ref, alt, length, anchor)
    return kept


def composition_names(columns: Iterable[str], name: str) -> list[str]:
    """Names of what :func:`compose` says of these columns."""
    letters = alphabet(name).letters
    kinds = ["length", *(["GC"] if name != "protein" else []), *letters, "unsure"]
    return [f"{column}: {kind}" for column in columns for kind in kinds]


def compose(sequences: Sequences) -> pd.DataFrame:
    """Each sequence in a few numbers: its length, its share of G and C, of each letter, and of unsure ones.

    Returns
    -------
    (n, columns) numbers, NaN where a sequence is missing.
    """
    names = composition_names(sequences.names, sequences.alphabet)
    letters = alphabet(sequences.alphabet).letters
    parts = []
    for column in sequences.names:
        texts = sequences.frame[column].tolist()
        size = lengths_of(texts).astype(float)
        size[size == 0] = np.nan
        counts = np.array(
            [[text.count(one) if text else 0 for one in letters] for text in texts], dtype=float
        )
        counts = counts.reshape(len(texts), len(letters))
        shares = counts / size[:, None]
        parts.append(size[:, None])
        if sequences.alphabet != "protein":
            parts.append((shares[:, letters.index("C")] + shares[:, letters.index("G")])[:, None])
        parts += [shares, ((size - counts.sum(axis=1)) / size)[:, None]]
    return pd.DataFrame(np.hstack(parts), columns=pd.Index(names, dtype=object))


def _synonyms(letters: Alphabet) -> dict[int, str]:
    """What one letter is read as, where that is not itself; of proteins those stay as they are written."""
    if letters.name == "protein":
        return {}
    return {ord(letter): read_as for letter, read_as in letters.synonyms.items()}
