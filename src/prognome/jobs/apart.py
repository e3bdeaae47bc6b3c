"""Windows an encoder must not see: those of named files, and any that share a long run with one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from prognome.check.kmers import K_PROTEIN, K, short_windows, take_kmers
from prognome.core.encoder_card import Apart
from prognome.core.files import sha256
from prognome.core.study_part import MISSING_WORDS
from prognome.core.study_pretrain import PretrainStudy
from prognome.read.sequence_source import SequenceSource
from prognome.read.sequences import read_sequences
from prognome.read.source import Source

_LONGEST = 1_000_000  # letters, so that nothing is cropped


class KeptApart:
    """What must not be seen, as runs of 24 letters on either strand (8 of a protein), short repeats aside.

    Windows of fewer letters are kept apart whole: from those that are the same, on either strand.

    Parameters
    ----------
    study
        Whose ``apart`` files are read.
    """

    def __init__(self, study: PretrainStudy) -> None:
        self.protein = study.alphabet == "protein"
        self.k = K_PROTEIN if self.protein else K
        self.files: list[Apart] = []
        found = [np.empty(0, dtype=np.uint64)]
        self.short: set[str | None] = set()
        for spec in study.apart:
            for path in spec.path:
                texts = _read(path, spec.columns, study.alphabet)
                found.append(np.unique(take_kmers(texts, self.k, protein=self.protein).code))
                self.short.update(self._short(texts))
                self.files.append(Apart(Path(path).name, sha256(Path(path)), len(texts)))
        self.codes = np.unique(np.concatenate(found))

    def allowed(self, texts: Sequence[str | None]) -> NDArray[np.bool_]:
        """(n,) which windows share no run with what is kept apart, and are none of its short windows."""
        allowed = np.array([one is None or one not in self.short for one in self._short(texts)], dtype=bool)
        if len(self.codes):
            kmers = take_kmers(texts, self.k, protein=self.protein)
            allowed[kmers.row[np.isin(kmers.code, self.codes)]] = False
        return allowed

    def _short(self, texts: Sequence[str | None]) -> list[str | None]:
        return short_windows(texts, self.k, both_strands=not self.protein)


def _read(path: str, columns: Sequence[str], alphabet: str) -> list[str]:
    """All windows of a table's columns."""
    said = SequenceSource(
        tuple((column, column) for column in columns), alphabet, length=_LONGEST, named=True
    )
    raw = read_sequences(Source((path,), None, MISSING_WORDS, sequences=said))
    return [text for column in raw.names for text in raw.frame[column].to_list() if text]
