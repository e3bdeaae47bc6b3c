"""Columns of a table that hold DNA, RNA or protein, as blocks of a first study file."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import polars as pl

from prognome.check.kmers import is_nucleotides, is_protein
from prognome.core.letters import lengths_of
from prognome.core.study_blocks import AlphabetName
from prognome.read.lines import count
from prognome.read.raw import RawTable

LOOKED_AT = 1000
MANY_TEXTS = 50  # different texts of five letters and more over ACGTUN are no words
_PLAIN = re.compile(r"[ACGTUNacgtun]{5,}")
_BEFORE = {"ref", "reference", "wt", "wildtype", "before", "original"}
_AFTER = {"alt", "alternative", "alternate", "mut", "mutant", "mutated", "after"}


@dataclass(frozen=True)
class FoundSequences:
    """A column of sequences, or a reference and an alternative one.

    Parameters
    ----------
    columns
        One name, or two: of the reference and of the alternative.
    alphabet
        ``dna``, ``rna`` or ``protein``.
    shortest, longest
        Letters.
    """

    columns: tuple[str, ...]
    alphabet: AlphabetName
    shortest: int
    longest: int

    @property
    def is_pair(self) -> bool:
        """Whether it is a reference and an alternative sequence."""
        return len(self.columns) == 2

    def sentence(self) -> str:
        """What was found, for the user."""
        shown = " and ".join(f"'{name}'" for name in self.columns)
        letters = count(self.longest, "letter")
        if self.shortest != self.longest:
            letters = f"{self.shortest:,} to {letters}"
        what = "pairs of sequences" if self.is_pair else "sequences"
        return f"sequences: {shown} {'hold' if self.is_pair else 'holds'} {what} ({self.alphabet}, {letters})"

    def lines(self, path: str, quote: Sequence[str]) -> list[str]:
        """The block as lines of YAML, without its name."""
        columns = f"{{ref: {quote[0]}, alt: {quote[1]}}}" if self.is_pair else f"[{quote[0]}]"
        said = [
            "    read: sequence",
            f"    path: {path}",
            f"    columns: {columns}",
            f"    alphabet: {self.alphabet}                # dna | rna | protein",
        ]
        if self.alphabet == "protein":
            return said
        why = "false where the other strand means the same, as for binding sites: then both are read"
        return [*said, f"    stranded: true               # {why}"]


def find_sequences(raw: RawTable, taken: Collection[str]) -> list[FoundSequences]:
    """Columns of sequences, those that are a pair together.

    Parameters
    ----------
    raw
        The table.
    taken
        Columns that have another role.
    """
    found: dict[str, FoundSequences] = {}
    for name in raw.names:
        cells = raw.frame[name]
        if name in taken or cells.dtype != pl.String:
            continue
        one = _look_at(name, [cell.strip() for cell in cells.drop_nulls().to_list()])
        if one is not None:
            found[name] = one
    pairs = [
        (first, second)
        for first in found
        for second in found
        if found[first].alphabet == found[second].alphabet and _is_pair(first, second)
    ]
    paired = {name for pair in pairs for name in pair}
    if len(paired) < 2 * len(pairs):  # one column in two pairs: nobody knows which
        pairs, paired = [], set()
    made = [
        FoundSequences(
            pair,
            found[pair[0]].alphabet,
            min(found[name].shortest for name in pair),
            max(found[name].longest for name in pair),
        )
        for pair in pairs
    ]
    return made + [one for name, one in found.items() if name not in paired]


def _look_at(name: str, cells: list[str]) -> FoundSequences | None:
    """What a column holds, judged by its first thousand cells."""
    some = [cell for cell in cells if cell][:LOOKED_AT]
    if len(some) < 2:
        return None
    letters: AlphabetName
    if is_nucleotides(some) or (len(set(some)) > MANY_TEXTS and all(map(_PLAIN.fullmatch, some))):
        letters = "rna" if any("u" in cell.lower() for cell in some) else "dna"
    elif is_protein(some):
        letters = "protein"
    else:
        return None
    lengths = lengths_of(cells)
    lengths = lengths[lengths > 0]
    return FoundSequences((name,), letters, int(lengths.min()), int(lengths.max()))


def _is_pair(first: str, second: str) -> bool:
    """Whether two names differ in one word, which says reference in one and alternative in the other.

    >>> _is_pair("ref_sequence", "alt_sequence"), _is_pair("alt_sequence", "ref_sequence"), _is_pair("a", "b")
    (True, False, False)
    """
    one, two = (re.findall(r"[a-z]+|\d+", name.lower()) for name in (first, second))
    if len(one) != len(two):
        return False
    differ = [(a, b) for a, b in zip(one, two, strict=True) if a != b]
    return len(differ) == 1 and differ[0][0] in _BEFORE and differ[0][1] in _AFTER
