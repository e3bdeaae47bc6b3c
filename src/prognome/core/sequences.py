"""A block that is sequences: one text a row, or a reference and an alternative one."""

from __future__ import annotations

from dataclasses import dataclass

from prognome.core.study_blocks import PAIR, AlphabetName
from prognome.core.table import Table

__all__ = ["PAIR", "AlphabetName", "Sequences"]


@dataclass(frozen=True, eq=False)
class Sequences(Table):
    """Text columns of one alphabet; one row an observation.

    Parameters
    ----------
    ids
        (n,) row ids, text exactly as in the file.
    frame
        (n, 1) or, for a pair, (n, 2) with columns ``ref`` and ``alt``: upper-case letters of the alphabet,
        None for missing.
    alphabet
        ``dna``, ``rna`` or ``protein``.
    stranded
        Whether a sequence and its reverse complement mean different things. If not, models may read both
        strands.
    """

    alphabet: AlphabetName = "dna"
    stranded: bool = True

    kind = "sequence"

    @property
    def is_pair(self) -> bool:
        """Whether each row has a reference and an alternative sequence."""
        return tuple(self.names) == PAIR
