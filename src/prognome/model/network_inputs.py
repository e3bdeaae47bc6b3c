"""From a cohort to the arrays a network reads: codes of sequences, scaled numbers of tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, clone

from prognome.core.cohort import Cohort
from prognome.core.sequences import Sequences
from prognome.core.table import Table
from prognome.errors import DataError, StudyError, nearest
from prognome.model.as_cohort import as_cohort, plain_numbers
from prognome.nets.rows import Rows
from prognome.nets.spec import Input, Kind
from prognome.sequence.alphabet import alphabet
from prognome.sequence.codes import encode
from prognome.sequence.pairs import encode_pairs

LONGEST = 1000


class NetworkInputs(BaseEstimator):
    """Blocks of a cohort as arrays.

    Parameters
    ----------
    prepare
        Unfitted transformer of the blocks that are tables (:class:`prognome.prepare.fuse.Fuse`), or None for
        a plain array or frame of numbers.
    blocks
        Which blocks; by default all.
    signals
        Tables whose columns stand in an order that means something.
    length
        Positions to which sequences are padded or cropped, about their centre, pairs about that of their
        reference (:func:`prognome.sequence.pairs.encode_pairs`); by default the longest of the training rows,
        at most 1,000.

    Notes
    -----
    **Learns** the steps of ``prepare``, mean and spread of every column, the length of every sequence block
    and which blocks may be absent, from the rows of ``fit`` alone.
    """

    def __init__(
        self,
        prepare: Any = None,
        blocks: Sequence[str] | None = None,
        signals: Sequence[str] = (),
        length: int | None = None,
    ) -> None:
        self.prepare = prepare
        self.blocks = blocks
        self.signals = signals
        self.length = length

    @property
    def holds_training_rows(self) -> bool:
        """Whether a step keeps rows that it was fitted on."""
        return bool(getattr(self.prepare, "holds_training_rows", False))

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn from these rows.

        Parameters
        ----------
        X
            A cohort; or a list or (n,) array of texts, a frame of columns ``ref`` and ``alt``, or (n, p)
            numbers.
        y
            (n,) target, for steps that need it.
        """
        cohort = as_cohort(X)
        names = list(cohort.blocks) if self.blocks is None else list(self.blocks)
        for name in names:
            if name not in cohort.blocks:
                raise StudyError("blocks", f"no block is called '{name}'", mend=nearest(name, cohort.blocks))
        self.sequences_ = [name for name in names if isinstance(cohort.blocks[name], Sequences)]
        self.tables_ = [name for name in names if name not in self.sequences_]
        self.optional_ = [name for name in names if name in cohort.present]
        self.prepare_ = clone(self.prepare) if self.prepare is not None and self.tables_ else None
        found: dict[str, Input] = {}
        for name in self.sequences_:
            found[name] = self._sequence(name, cohort.blocks[name])
        if self.tables_:
            whole = self._numbers(cohort, y, learn=True)
            self.mean_, spread = whole.mean(axis=0), whole.std(axis=0)
            self.spread_ = np.where(spread > 1e-9 * np.maximum(1, np.abs(self.mean_)), spread, 1.0)
            for name in self.tables_:
                kind: Kind = "signal" if name in self.signals else "table"
                columns = int(self.columns_[name].sum())
                if columns:
                    found[name] = Input(name, kind, columns, optional=name in self.optional_)
        self.inputs_ = [vars(found[name]) for name in names if name in found]
        return self

    @property
    def inputs(self) -> tuple[Input, ...]:
        """What each block brings."""
        return tuple(Input(**one) for one in self.inputs_)

    def rows(self, X: Any) -> Rows:
        """The arrays of these rows."""
        cohort = as_cohort(X)
        blocks: dict[str, Any] = {}
        for one in self.inputs:
            if one.name not in cohort.blocks and not one.optional:
                raise DataError(
                    "cohort", f"holds no block '{one.name}'", mend=nearest(one.name, cohort.blocks)
                )
            if one.name in self.sequences_:
                blocks[one.name] = self._codes(one, cohort)
        if self.tables_:
            whole = ((self._numbers(cohort, None, learn=False) - self.mean_) / self.spread_).astype(
                np.float32
            )
            blocks |= {
                name: np.ascontiguousarray(whole[:, self.columns_[name]])
                for name in self.tables_
                if self.columns_[name].any()
            }
        everyone = np.ones(len(cohort), dtype=bool)
        present = {
            name: cohort.present.get(name, everyone if name in cohort.blocks else ~everyone)
            for name in self.optional_
            if name in blocks
        }
        return Rows(blocks, present)

    def _sequence(self, name: str, block: Table) -> Input:
        assert isinstance(block, Sequences)
        longest = max((len(text) for text in block.frame.to_numpy().ravel() if text), default=0)
        if longest == 0:
            raise DataError(f"block {name}", "no training row has a sequence")
        return Input(
            name,
            "pair" if block.is_pair else "sequence",
            self.length or min(longest, LONGEST),
            block.alphabet,
            block.stranded,
            name in self.optional_,
        )

    def _codes(self, one: Input, cohort: Cohort) -> NDArray[np.uint8]:
        letters = alphabet(one.alphabet)
        block = cohort.blocks.get(one.name)
        if block is None:
            shape = (len(cohort), 2, one.length) if one.kind == "pair" else (len(cohort), one.length)
            return np.full(shape, letters.pad, dtype=np.uint8)
        columns = [block.frame[name].tolist() for name in block.names]
        if one.kind == "pair":
            return encode_pairs(columns[0], columns[1], letters, length=one.length)
        return encode(columns[0], letters, length=one.length).values

    def _numbers(self, cohort: Cohort, y: Any, *, learn: bool) -> NDArray[np.float64]:
        """(n, total) numbers of all tables; which columns are whose is learned with the steps."""
        if self.prepare_ is not None:
            if learn:
                whole = self.prepare_.fit_transform(cohort, y)
                owners = np.asarray(self.prepare_.feature_blocks_)
                flags = np.isin(
                    np.asarray(self.prepare_.feature_names_), [f"{b}=absent" for b in self.tables_]
                )
                self.columns_ = {name: (owners == name) & ~flags for name in self.tables_}
            else:
                whole = self.prepare_.transform(cohort)
            return np.asarray(whole, dtype=np.float64)
        parts = [plain_numbers(cohort.blocks[name].frame, name) for name in self.tables_]
        whole = np.hstack(parts)
        if learn:
            owners = np.repeat(self.tables_, [part.shape[1] for part in parts])
            self.columns_ = {name: owners == name for name in self.tables_}
        return whole
