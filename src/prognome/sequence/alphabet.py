"""The letters of DNA, RNA and proteins, and the codes that arrays hold in their place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from prognome.errors import StudyError, nearest

UNKNOWN = 255  # what no letter of the alphabet is; never in an array that leaves this folder


@dataclass(frozen=True, eq=False)
class Alphabet:
    """Letters, and letters that stand for several of them.

    A code is a small whole number: 0 … size - 1 for ``letters`` in their order, then those of ``ambiguous``
    in theirs, and last ``pad``, which is no letter.

    Parameters
    ----------
    name
        ``dna``, ``rna`` or ``protein``.
    letters
        The plain letters.
    ambiguous
        Letter → the plain letters it may be.
    synonyms
        Letter → the letter it is read as.
    pairs
        Letter → its complement, of all letters plain and ambiguous; empty where there is none.

    Examples
    --------
    >>> DNA.letters, DNA.size, DNA.matrix[DNA.code_of["R"]].tolist()
    ('ACGT', 4, [0.5, 0.0, 0.5, 0.0])
    """

    name: str
    letters: str
    ambiguous: Mapping[str, str]
    synonyms: Mapping[str, str]
    pairs: Mapping[str, str]

    @property
    def size(self) -> int:
        """How many plain letters."""
        return len(self.letters)

    @property
    def pad(self) -> int:
        """The code of no letter at all; the last."""
        return self.size + len(self.ambiguous)

    @property
    def any(self) -> int:
        """The code of the letter that may be each of them (N, or X in proteins)."""
        return self.code_of["X" if self.name == "protein" else "N"]

    @property
    def has_strands(self) -> bool:
        """Whether there is another strand to read."""
        return bool(self.pairs)

    @cached_property
    def code_of(self) -> Mapping[str, int]:
        """Letter → code, synonyms too."""
        found = {letter: code for code, letter in enumerate([*self.letters, *self.ambiguous])}
        found.update({letter: found[read_as] for letter, read_as in self.synonyms.items()})
        return MappingProxyType(found)

    @cached_property
    def table(self) -> NDArray[np.uint8]:
        """(256,) code of each ASCII byte, either case; 255 where it is no letter."""
        codes = np.full(256, UNKNOWN, dtype=np.uint8)
        for letter, code in self.code_of.items():
            codes[[ord(letter), ord(letter.lower())]] = code
        return _fixed(codes)

    @cached_property
    def matrix(self) -> NDArray[np.float32]:
        """(codes, size) share of each plain letter: one-hot, equal shares if ambiguous, zeros for ``pad``."""
        shares = np.zeros((self.pad + 1, self.size), dtype=np.float32)
        shares[: self.size] = np.eye(self.size, dtype=np.float32)
        for letter, may_be in self.ambiguous.items():
            shares[self.code_of[letter], [self.code_of[one] for one in may_be]] = 1 / len(may_be)
        return _fixed(shares)

    @cached_property
    def complement(self) -> NDArray[np.uint8]:
        """(codes,) the code that pairs with each; ``pad`` stays.

        Raises
        ------
        StudyError
            For proteins, which have one strand.
        """
        if not self.has_strands:
            raise StudyError(
                self.name, "has no other strand", expected="dna or rna", mend="Set stranded: true."
            )
        paired = np.arange(self.pad + 1, dtype=np.uint8)
        for letter, other in self.pairs.items():
            paired[self.code_of[letter]] = self.code_of[other]
        return _fixed(paired)


def _fixed(array: NDArray) -> NDArray:
    array.flags.writeable = False
    return array


_BASES = {
    "R": "AG", "Y": "CT", "S": "CG", "W": "AT", "K": "GT", "M": "AC",
    "B": "CGT", "D": "AGT", "H": "ACT", "V": "ACG", "N": "ACGT",
}  # fmt: skip
_PAIRS = dict(zip("ACGTRYSWKMBDHVN", "TGCAYRSWMKVHDBN", strict=True))
_RESIDUES = "ACDEFGHIKLMNPQRSTVWY"


def _with_uracil(text: str) -> str:
    return text.replace("T", "U")


DNA = Alphabet("dna", "ACGT", MappingProxyType(_BASES), {"U": "T", "X": "N"}, _PAIRS)
RNA = Alphabet(
    "rna",
    "ACGU",
    MappingProxyType({letter: _with_uracil(may_be) for letter, may_be in _BASES.items()}),
    {"T": "U", "X": "N"},
    {_with_uracil(letter): _with_uracil(other) for letter, other in _PAIRS.items()},
)
PROTEIN = Alphabet(
    "protein",
    _RESIDUES,
    MappingProxyType({"B": "DN", "J": "IL", "Z": "EQ", "X": _RESIDUES}),
    {"U": "X", "O": "X"},  # selenocysteine and pyrrolysine
    {},
)
ALPHABETS = MappingProxyType({one.name: one for one in (DNA, RNA, PROTEIN)})


def alphabet(name: str) -> Alphabet:
    """The alphabet of that name.

    Raises
    ------
    StudyError
        If there is none, with the nearest.

    References
    ----------
    Letters as in Cornish-Bowden (1985), Nucleic Acids Research 13:3021–3030, and IUPAC-IUB (1984), European
    Journal of Biochemistry 138:9–37.
    """
    if name not in ALPHABETS:
        raise StudyError("alphabet", f"no alphabet is called '{name}'", mend=nearest(name, ALPHABETS))
    return ALPHABETS[name]
