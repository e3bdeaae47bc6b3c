"""What each column means: the contract that a new patient must meet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from prognome.core.cohort import Cohort
from prognome.core.column import Column, as_plain, learn_columns, make_values
from prognome.core.letters import composition_names
from prognome.core.profile import BlockProfile
from prognome.core.sequence_schema import Remarks, fit_letters
from prognome.core.sequences import Sequences
from prognome.core.study_contract import Contract
from prognome.core.table import Table
from prognome.errors import DataError, near_name

SHOWN = 5


@dataclass(frozen=True)
class BlockSchema:
    """The columns of a block, in order, and what its training rows looked like.

    Parameters
    ----------
    name, columns, optional
        Its name, its columns, and whether a row may lack it.
    profile
        Summary of the training rows, by which a shifted batch is seen; None where they were too few.
    stranded
        Of a block of sequences: whether the strand means something; None for tables.
    """

    name: str
    columns: tuple[Column, ...]
    optional: bool = False
    profile: BlockProfile | None = field(default=None, compare=False)
    stranded: bool | None = None

    @property
    def holds_sequences(self) -> bool:
        """Whether its columns are sequences."""
        return self.stranded is not None

    @property
    def names(self) -> list[str]:
        """Names of the columns."""
        return [column.name for column in self.columns]

    @property
    def categories(self) -> list[str]:
        """Names of the columns that hold categories."""
        return [column.name for column in self.columns if column.kind in ("category", "ordered")]

    def locate(self, available: Sequence[str], contract: Contract, *, where: str) -> dict[str, str]:
        """Which column of a file stands for which of ours, aliases allowed.

        Returns
        -------
        Our name → the file's name, for those that are there.

        Raises
        ------
        DataError
            If two columns claim one place, or one is missing and the contract refuses that.
        """
        there = set(available)
        found: dict[str, str] = {}
        absent: list[str] = []
        for column in self.columns:
            claims = [name for name in (column.name, *column.aliases) if name in there]
            if len(claims) > 1:
                raise DataError(
                    where,
                    f"{len(claims)} columns stand for '{column.name}' of block '{self.name}'",
                    seen=", ".join(claims),
                    mend="Keep one of them.",
                )
            if claims:
                found[column.name] = claims[0]
            else:
                absent.append(column.name)
        if absent and (contract.missing_column == "refuse" or not found):
            shown = ", ".join(absent[:5]) + (", …" if len(absent) > 5 else "")
            raise DataError(
                where,
                f"{len(absent):,} of {len(self.columns):,} columns of block '{self.name}' "
                f"{'is' if len(absent) == 1 else 'are'} missing",
                seen=f"no {shown}",
                mend=f"Add them; or name them in aliases of the block; or train with contract: "
                f"{{missing_column: flag}}. {near_name(absent[0], there - set(found.values()))}",
            )
        return found


@dataclass(frozen=True, eq=False)
class Matched:
    """New rows brought into the schema's form, and what did not fit.

    Parameters
    ----------
    cohort
        The rows; a value that does not fit is missing there.
    coverage
        (n,) share of the features that the row brought.
    outside
        (n,) share of the row's numbers that lie outside the training range.
    out_of_range
        (n,) text: ``block.column`` names where that share is beyond the contract's tolerance, else empty.
    unseen
        (n,) text: ``block.column`` names of categories not seen in training; empty where all is well.
    refused
        (n,) the reason for a refusal, or empty.
    absent
        ``block.column`` names of columns that no file has, where the contract lets that pass.
    """

    cohort: Cohort
    coverage: NDArray[np.float64]
    outside: NDArray[np.float64]
    out_of_range: NDArray[np.object_]
    unseen: NDArray[np.object_]
    refused: NDArray[np.object_]
    absent: tuple[str, ...] = ()


@dataclass(frozen=True)
class Schema:
    """Every block's columns, learned from training rows.

    Examples
    --------
    >>> frame = pd.DataFrame({"age": [31.0, 47.0], "sex": ["f", "m"]})
    >>> cohort = Cohort(np.array(["a", "b"], dtype=object), {"clinical": Table(np.array(["a", "b"]), frame)})
    >>> [(c.name, c.low, c.high, c.levels) for c in Schema.learn(cohort).blocks[0].columns]
    [('age', 31.0, 47.0, ()), ('sex', None, None, ('f', 'm'))]
    """

    blocks: tuple[BlockSchema, ...]
    contract: Contract = field(default_factory=Contract)

    @classmethod
    def learn(
        cls,
        cohort: Cohort,
        *,
        contract: Contract | None = None,
        aliases: Mapping[str, Mapping[str, Sequence[str]]] | None = None,
        optional: Sequence[str] = (),
    ) -> Self:
        """Learn ranges and levels, and what the rows looked like on the whole.

        **Learns** the range of every number, the levels of every category and the profile of every block,
        from the rows of ``cohort``.
        """
        aliases = aliases or {}
        blocks = tuple(
            BlockSchema(
                name,
                tuple(learn_columns(table, aliases.get(name, {}))),
                optional=name in optional,
                profile=BlockProfile.learn(table, groups=cohort.groups),
                stranded=table.stranded if isinstance(table, Sequences) else None,
            )
            for name, table in cohort.blocks.items()
        )
        return cls(blocks, contract or Contract())

    def block(self, name: str) -> BlockSchema:
        """The block of that name."""
        return next(block for block in self.blocks if block.name == name)

    def match(self, ids: NDArray[np.object_], tables: Mapping[str, Table | None]) -> Matched:
        """Bring new rows into the form the pipeline learned on.

        Parameters
        ----------
        ids
            (n,) row ids.
        tables
            Block → table of the rows in that order, with columns under our names (see
            :meth:`BlockSchema.locate`); a column that is absent is missing for all. None for an optional
            block that nobody has.
        """
        n = len(ids)
        blocks: dict[str, Table] = {}
        present: dict[str, NDArray[np.bool_]] = {}
        known, features = np.zeros(n), np.zeros(n)
        out, strange = [], []
        absent: list[str] = []
        unfit, lengths = Remarks(n), Remarks(n)
        for block in self.blocks:
            table = tables.get(block.name)
            if table is not None:
                absent += [f"{block.name}.{name}" for name in block.names if name not in table.frame]
            source = pd.DataFrame(index=range(n)) if table is None else table.frame
            if block.holds_sequences:
                frame = _fit_sequences(block, source, n, unfit, lengths)
                beyond, unknown = np.zeros((2, *frame.shape), dtype=bool)
            else:
                frame, beyond, unknown = _fit_columns(block, source, n)
            out.append(beyond)
            strange.append(unknown)
            brought = frame.notna().to_numpy()
            has = np.asarray(brought.any(axis=1)) if block.optional else np.full(n, True)
            if block.optional:
                present[block.name] = has
            known += brought.sum(axis=1) * has
            features += brought.shape[1] * has
            blocks[block.name] = _as_block(block, ids, frame)
        names = [f"{block.name}.{column.name}" for block in self.blocks for column in block.columns]
        beyond, unknown = np.hstack(out), np.hstack(strange)
        outside = _share(beyond.sum(axis=1), known)
        coverage = _share(known, features)
        out_of_range = _name_cells(beyond & (outside > self.contract.tolerance)[:, None], names)
        out_of_range = lengths.beside(out_of_range)
        unseen = _name_cells(unknown, names)
        return Matched(
            Cohort(np.array(ids, dtype=object), blocks, present=present),
            coverage,
            outside,
            out_of_range,
            unseen,
            self._refusals(coverage, outside, out_of_range, unseen, unfit.texts),
            tuple(absent),
        )

    def _refusals(
        self,
        coverage: NDArray[np.float64],
        share_outside: NDArray[np.float64],
        out_of_range: NDArray[np.object_],
        unseen: NDArray[np.object_],
        unfit: NDArray[np.object_],
    ) -> NDArray[np.object_]:
        contract = self.contract
        reasons = []
        for covered, beyond, outside, strange, sequence in zip(
            coverage, share_outside, out_of_range, unseen, unfit, strict=True
        ):
            why = [sequence] if sequence else []
            if beyond > contract.outside:
                why.append(
                    f"{beyond:.0%} of its values lie outside the training range: another unit or scale?"
                )
            if covered < contract.coverage:
                why.append(f"brings {covered:.0%} of the features, {contract.coverage:.0%} are needed")
            if outside and contract.out_of_range == "refuse":
                why.append(f"outside the training range: {outside}")
            if strange and contract.unseen_category == "refuse":
                why.append(f"category not seen in training: {strange}")
            reasons.append("; ".join(why))
        return np.array(reasons, dtype=object)

    def probes(self, count: int, seed: int) -> dict[str, Table]:
        """Made-up rows inside the ranges and levels, on which a bundle's answers are checked."""
        rng = np.random.default_rng(seed)
        ids = np.array([f"probe_{k}" for k in range(count)], dtype=object)
        return {
            block.name: _as_block(
                block,
                ids,
                pd.DataFrame({column.name: make_values(column, count, rng) for column in block.columns}),
            )
            for block in self.blocks
        }

    def to_mapping(self) -> dict[str, Any]:
        """Plain data for JSON."""
        blocks = [
            {
                "name": block.name,
                "columns": [as_plain(column) for column in block.columns],
                "optional": block.optional,
                **({} if block.stranded is None else {"stranded": block.stranded}),
                "profile": None if block.profile is None else block.profile.to_mapping(),
            }
            for block in self.blocks
        ]
        return {"blocks": blocks, "contract": self.contract.model_dump()}

    @classmethod
    def from_mapping(cls, data: Mapping[str, Any]) -> Self:
        """The schema that :meth:`to_mapping` wrote."""
        blocks = []
        for block in data["blocks"]:
            columns = tuple(
                Column(**{**c, "levels": tuple(c["levels"]), "aliases": tuple(c["aliases"])})
                for c in block["columns"]
            )
            said = block.get("profile")
            made = BlockSchema(block["name"], columns, block["optional"], stranded=block.get("stranded"))
            profile = None if said is None else BlockProfile.from_mapping(said, _numbers_of(made))
            blocks.append(replace(made, profile=profile))
        return cls(tuple(blocks), Contract(**data["contract"]))


def _as_block(block: BlockSchema, ids: NDArray[np.object_], frame: pd.DataFrame) -> Table:
    if block.stranded is None:
        return Table(ids, frame)
    return Sequences(ids, frame, block.columns[0].alphabet, block.stranded)  # type: ignore[arg-type]


def _numbers_of(block: BlockSchema) -> list[str]:
    """Names of the numbers of which a block's profile speaks."""
    if block.holds_sequences:
        return composition_names(block.names, block.columns[0].alphabet)
    return [column.name for column in block.columns if column.kind == "number"]


def _fit_columns(
    block: BlockSchema, source: pd.DataFrame, n: int
) -> tuple[pd.DataFrame, NDArray[np.bool_], NDArray[np.bool_]]:
    """The block's columns from what a file brought, and which cells are out of range or unseen."""
    columns = block.columns
    out = np.zeros((n, len(columns)), dtype=bool)
    strange = np.zeros((n, len(columns)), dtype=bool)
    at = [place for place, column in enumerate(columns) if column.kind == "number"]
    names = [columns[place].name for place in at]
    numbers = source.reindex(columns=names).to_numpy(dtype=float, na_value=np.nan)
    low = np.array([-np.inf if columns[p].low is None else columns[p].low for p in at], dtype=float)
    high = np.array([np.inf if columns[p].high is None else columns[p].high for p in at], dtype=float)
    with np.errstate(invalid="ignore"):
        out[:, at] = (numbers < low) | (numbers > high)
    frame = pd.DataFrame(numbers, columns=names)
    others: dict[str, Any] = {}
    for place, column in enumerate(columns):
        if column.kind == "number":
            continue
        blank = pd.Series([None] * n, dtype=object)
        values = source[column.name].astype(object) if column.name in source else blank
        values = values.where(values.notna(), None)
        known = values.isin(column.levels).to_numpy()
        strange[:, place] = values.notna().to_numpy() & ~known
        if column.kind == "ordered":
            dtype = pd.CategoricalDtype(list(column.levels), ordered=True)
            others[column.name] = pd.Categorical(values.where(known, None), dtype=dtype)
        else:
            others[column.name] = values.where(known, None).to_numpy(dtype=object)
    if others:
        frame = pd.concat([frame, pd.DataFrame(others)], axis=1)[block.names]
    return frame, out, strange


def _fit_sequences(
    block: BlockSchema, source: pd.DataFrame, n: int, unfit: Remarks, lengths: Remarks
) -> pd.DataFrame:
    """The block's sequences from what a file brought; what does not fit is remarked row by row."""
    made: dict[str, NDArray[np.object_]] = {}
    for column in block.columns:
        cells = source[column.name].tolist() if column.name in source else [None] * n
        fitted = fit_letters(cells, column.alphabet, column.low, column.high)
        made[column.name] = fitted.texts
        unfit.add(
            fitted.strange, f"block {block.name}: holds what is no letter of the alphabet {column.alphabet}"
        )
        if not block.optional:
            gone = np.array([text is None for text in fitted.texts], dtype=bool) & ~fitted.strange
            unfit.add(gone, f"block {block.name}: no sequence")
        lengths.add(fitted.other_length, f"{block.name}.{column.name} (length)")
    return pd.DataFrame(made, columns=pd.Index(block.names, dtype=object))


def _share(part: NDArray[Any], whole: NDArray[Any]) -> NDArray[np.float64]:
    return np.asarray(np.divide(part, whole, out=np.zeros(len(whole)), where=whole > 0), dtype=np.float64)


def _name_cells(marks: NDArray[np.bool_], names: Sequence[str]) -> NDArray[np.object_]:
    """(n,) the names of the marked columns of each row, the first few and how many more."""
    found = np.full(len(marks), "", dtype=object)
    for row in np.flatnonzero(marks.any(axis=1)):
        found[row] = list_names([names[k] for k in np.flatnonzero(marks[row]).tolist()])
    return found


def list_names(names: Sequence[str]) -> str:
    """The first few names, and how many there are.

    >>> list_names(["a", "b"]), list_names(list("abcdefg"))
    ('a, b', 'a, b, c, d, e, … (7 in all)')
    """
    more = f", … ({len(names):,} in all)" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
