"""What a model that reads sequences itself is given: a cohort, a frame, or plain texts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from prognome.core.cohort import Cohort
from prognome.core.sequences import PAIR, Sequences
from prognome.errors import DataError, nearest

Texts = NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class SequenceInput:
    """The sequences of one block.

    Parameters
    ----------
    name
        Of the block; empty where plain texts were given.
    columns
        Column → (n,) text, None for missing: one, or ``ref`` and ``alt``.
    alphabet
        ``dna``, ``rna`` or ``protein``.
    stranded
        Whether a sequence and its reverse complement mean different things.
    """

    name: str
    columns: dict[str, Texts]
    alphabet: str
    stranded: bool

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    @property
    def is_pair(self) -> bool:
        """Whether each row has a reference and an alternative sequence."""
        return tuple(self.columns) == PAIR

    @property
    def present(self) -> NDArray[np.bool_]:
        """(n,) whether a row has its sequence, of a pair both."""
        return np.logical_and.reduce(
            [[isinstance(text, str) and bool(text) for text in texts] for texts in self.columns.values()]
        ).astype(bool)

    def rows(self, index: Any) -> SequenceInput:
        """These rows, by position, mask or slice."""
        return replace(self, columns={name: texts[index] for name, texts in self.columns.items()})


def read_sequences(
    X: Any,
    *,
    blocks: Sequence[str] | None = None,
    optional: Collection[str] = (),
    alphabet: str | None = None,
    stranded: bool | None = None,
    where: str,
) -> list[SequenceInput]:
    """The sequences that a model is to read, block by block.

    Parameters
    ----------
    X
        A cohort; a frame of one text column or of ``ref`` and ``alt``; or (n,) texts.
    blocks
        Which blocks of a cohort; by default all that are sequences.
    optional
        Blocks that may be absent altogether: then every row lacks them.
    alphabet, stranded
        Of texts that come without a block, DNA and ``True`` by default. A block knows its own.
    where
        The model, for messages.

    Raises
    ------
    DataError
        If there is no such block, a block is no sequences, or what came is no texts.
    """
    told = "dna" if alphabet is None else alphabet
    strand = True if stranded is None else stranded
    if not isinstance(X, Cohort):
        return [SequenceInput("", _columns(X, where), told, strand)]
    names = (
        [name for name, block in X.blocks.items() if isinstance(block, Sequences)]
        if blocks is None
        else list(blocks)
    )
    if not names:
        raise DataError(where, "the cohort holds no block of sequences", mend="Add a block: read: sequence.")
    return [_of_block(X, name, name in optional, told, where) for name in names]


def _of_block(X: Cohort, name: str, optional: bool, alphabet: str, where: str) -> SequenceInput:
    if name not in X.blocks:
        if not optional:
            raise DataError(where, f"the cohort holds no block '{name}'", mend=nearest(name, X.blocks))
        return SequenceInput(name, {"sequence": np.full(len(X), None, dtype=object)}, alphabet, True)
    block = X.blocks[name]
    if not isinstance(block, Sequences):
        raise DataError(f"block {name}", f"is no sequences, and {where} reads nothing else", seen=block.kind)
    return SequenceInput(name, _columns(block.frame, f"block {name}"), block.alphabet, block.stranded)


def _columns(X: Any, where: str) -> dict[str, Texts]:
    if isinstance(X, pd.DataFrame):
        names = [str(name) for name in X.columns]
        if len(names) != 1 and tuple(names) != PAIR:
            raise DataError(
                where,
                "is not one column of sequences",
                seen=f"{len(names)} columns",
                expected="1, or ref, alt",
            )
        return {name: X.iloc[:, place].to_numpy(dtype=object) for place, name in enumerate(names)}
    array = np.asarray(X, dtype=object)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1:
        raise DataError(
            where,
            "got an array that is not one text a row",
            seen=f"{array.ndim} dimensions",
            mend="Give a pair as a frame with the columns ref and alt.",
        )
    return {"sequence": array}
