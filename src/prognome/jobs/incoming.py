"""Rows that were not there when the models learned: an external cohort, or new patients."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from prognome.core.cohort import Cohort
from prognome.core.follow_up import FollowUp
from prognome.core.schema import BlockSchema, Matched, Schema
from prognome.core.sequences import AlphabetName, Sequences
from prognome.core.study import Study
from prognome.core.study_external import External
from prognome.core.study_target import Target
from prognome.core.table import Table
from prognome.errors import DataError, StudyError
from prognome.jobs.facts import cells_of, fact
from prognome.jobs.load import Loss, match_block, select_rows
from prognome.jobs.roles import find_column, refuse_numbered_rows, role_columns
from prognome.jobs.shelf import Shelf, block_source
from prognome.jobs.survival_target import code_survival
from prognome.jobs.target import against_rest, code_by
from prognome.read.batches import read_batches, read_names
from prognome.read.fasta import is_fasta
from prognome.read.raw import RawTable
from prognome.read.sequences import read_batches_of_sequences, table_of
from prognome.read.source import Source
from prognome.read.typed import typed

BATCH = 5_000


def elsewhere(study: Study, other: External) -> Study:
    """The study as it would be asked of another cohort: its files, our columns."""
    blocks = {}
    for name, place in other.blocks.items():
        given = {key: said for key in type(place).model_fields if (said := getattr(place, key)) is not None}
        spec = study.blocks[name]
        strange = [key for key in ("columns", "fasta", "around", "build") if key in given]
        if strange and (spec.read != "sequence" or ("around" in given and spec.around is None)):
            raise StudyError(
                f"external: {other.name}: block {name}",
                f"'{strange[0]}' belongs to a block of sequences that is read so in the study",
                mend="Leave it out.",
            )
        blocks[name] = spec.model_copy(update=given)
    given = other.target.model_dump(exclude_none=True)
    event = given.pop("event", None)
    if event is not None and study.target.event is not None:
        given |= {"column": event, "event": study.target.event.model_copy(update={"column": event})}
    target = study.target.model_copy(update={"path": None, **given})
    rows = other.rows or study.rows.model_copy(update={"path": None, "drop": []})
    if rows.id is None:
        rows = rows.model_copy(update={"id": study.rows.id})
    return study.model_copy(update={"rows": rows, "blocks": blocks, "target": target, "external": []})


@dataclass(frozen=True, eq=False)
class Arrived:
    """Another cohort in the schema's form, with its target, and what became of its rows."""

    matched: Matched
    losses: tuple[Loss, ...]

    @property
    def cohort(self) -> Cohort:
        """The rows that judge."""
        return self.matched.cohort


def load_external(
    study: Study,
    other: External,
    schema: Schema,
    classes: tuple[str, ...],
    follow_up: FollowUp | None = None,
) -> Arrived:
    """Read another cohort.

    Rows without a target, or without a block that is not optional, are left out and counted. Rows that the
    schema refuses stay, since a model has to answer for what comes; they stand in ``matched.refused``.

    Raises
    ------
    DataError, StudyError
        As for the study itself, with the cohort's name in front.
    """
    there = elsewhere(study, other)
    where = f"external {other.name}"
    shelf = Shelf(role_columns(there))
    refuse_numbered_rows(there)
    there_target: Target = there.target.model_copy(update={"missing": "drop"})
    rows = select_rows(there.model_copy(update={"target": there_target}), shelf)
    found: dict[str, tuple[Table, NDArray[np.intp]]] = {}
    keep = np.ones(len(rows.ids), dtype=bool)
    losses = list(rows.losses)
    for name, spec in there.blocks.items():
        source = block_source(spec, there.rows.id)
        block = schema.block(name)
        raw = _read_whole(shelf, spec.read, source, block, schema, f"{where}, block {name}")
        table = _to_schema(raw, block, schema, f"{where}, block {name}")
        index, _ = match_block(there, name, rows, raw)
        found[name] = (table, index)
        if not block.optional:
            lost = int((keep & (index < 0)).sum())
            losses += [Loss(f"not in block {name}", lost)] if lost else []
            keep &= index >= 0
    if not keep.any():
        raise DataError(where, "no row is in all blocks")
    ids = rows.ids[keep]
    tables: dict[str, Table | None] = {
        name: replace(table.rows(index[keep]), ids=ids) for name, (table, index) in found.items()
    }
    matched = schema.match(ids, tables)
    said_at = f"{where}: {rows.where}"

    def numbered(wanted: Any) -> str:
        return shelf.numbered(rows.source, wanted)

    if rows.time is not None:
        codes, _ = code_survival(
            rows.time[keep], rows.target[keep], there_target, where=said_at, numbered=numbered
        )
    else:
        text = against_rest(rows.target[keep], there_target)
        codes = code_by(text, classes, where=said_at, numbered=numbered)
    cohort = replace(
        matched.cohort,
        target=codes,
        classes=classes,
        follow_up=follow_up,
        groups=_groups(there, shelf, ids),
        facts=_facts(there, shelf, ids),
    )
    return Arrived(replace(matched, cohort=cohort), tuple(losses))


def _groups(study: Study, shelf: Shelf, ids: NDArray[np.object_]) -> NDArray[np.object_] | None:
    """The study's groups in another cohort, if it has them: they make its intervals honest."""
    column = study.split.outer.group_column
    if column is None:
        return None
    try:
        find_column(study, shelf, column, what="split.outer.group")
    except StudyError:
        return None
    return fact(study, shelf, column, ids, what="split.outer.group")


def _facts(study: Study, shelf: Shelf, ids: NDArray[np.object_]) -> dict[str, NDArray[np.object_]]:
    """Batches, dates and subgroup columns that the other cohort has; the others are left out."""
    wanted = [*study.rows.batch, *([study.rows.date] if study.rows.date else [])]
    wanted += [one.column for one in study.subgroups]
    found = {}
    for column in dict.fromkeys(wanted):
        try:
            found[column] = cells_of(study, shelf, column, ids, what="facts").to_numpy(dtype=object)
        except StudyError:  # no file there has the column
            continue
    return found


def read_new(
    schema: Schema,
    sources: Mapping[str, tuple[str, Source]],
    *,
    size: int = BATCH,
    unasked: dict[str, int] | None = None,
) -> Iterator[tuple[NDArray[np.object_], dict[str, Table | None]]]:
    """New rows in batches, each with the table of every block.

    Who is asked about stands in the first block that is not optional. Files that hold the same ids in the
    same order are read side by side in bounded memory; where they part ways, the other block is read whole
    and matched by id.

    Parameters
    ----------
    schema
        What the bundle wants.
    sources
        Block → reader and source.
    unasked
        Filled at the end: block → how many of its rows the first block does not have, so that nobody
        vanishes without a word.

    Raises
    ------
    DataError
        If a block that is not optional is missing, or rows have no partner in it.
    """
    for block in schema.blocks:
        if block.name not in sources and not block.optional:
            raise DataError(
                f"block {block.name}",
                "is not given, and the bundle needs it",
                mend=f"Give it: --block {block.name}=FILE.",
            )
    given = [block for block in schema.blocks if block.name in sources]
    first, *others = sorted(given, key=lambda block: block.optional)
    partners = [_Partner(schema, block, sources[block.name], size) for block in others]
    for table in _batches_new(schema, first, sources[first.name], size):
        ids = table.ids
        tables: dict[str, Table | None] = {block.name: None for block in schema.blocks}
        tables[first.name] = table
        for partner in partners:
            tables[partner.block.name] = partner.rows(ids, first.name)
        yield ids, tables
    if unasked is not None:
        unasked.update({partner.block.name: rest for partner in partners if (rest := partner.unasked())})


class _Partner:
    """A block read beside the first one: in step while the ids agree, whole from where they do not."""

    def __init__(self, schema: Schema, block: BlockSchema, place: tuple[str, Source], size: int) -> None:
        self.block = block
        self._schema, self._place = schema, place
        self._steps = _batches_new(schema, block, place, size)
        self._whole: Table | None = None
        self._asked: set[str] = set()

    def rows(self, ids: NDArray[np.object_], first: str) -> Table:
        """The rows of these ids, in their order; missing throughout for those absent, if that may be."""
        if self._whole is None:
            step = next(self._steps, None)
            if step is not None and np.array_equal(step.ids, ids):
                self._asked.update(ids.tolist())
                return step
            self._whole = _whole_new(self._schema, self.block, self._place)
        self._asked.update(ids.tolist())
        at = pd.Index(self._whole.ids).get_indexer(pd.Index(ids))
        if (at < 0).any() and not self.block.optional:
            raise DataError(
                f"block {self.block.name}",
                f"{int((at < 0).sum()):,} of {len(ids):,} rows of block {first} are not in it",
                mend="Give the same rows in every file; ids must be equal to the letter.",
            )
        return self._whole.rows(at)

    def unasked(self) -> int:
        """How many rows of this block the first one did not have."""
        if self._whole is None:
            return sum(len(step) for step in self._steps)
        return len(set(self._whole.ids.tolist()) - self._asked)


def _whole_new(schema: Schema, block: BlockSchema, place: tuple[str, Source]) -> Table:
    where = f"block {block.name}"
    return _to_schema(_read_whole(Shelf(), *place, block, schema, where), block, schema, where)


def _batches_new(schema: Schema, block: BlockSchema, place: tuple[str, Source], size: int) -> Iterator[Table]:
    reader, source = place
    where = f"block {block.name}"
    if reader == "sequence":
        for raw in read_batches_of_sequences(_called_here(source, block), size=size):
            yield from _in_batches(_to_sequences(raw, block), size)
        return
    if reader != "table":
        yield from _in_batches(_whole_new(schema, block, place), size)
        return
    found = block.locate(read_names(source), schema.contract, where=f"{where} ({source.paths[0]})")
    text = frozenset(found[name] for name in block.categories if name in found)
    numbers = frozenset(found.values()) - text
    for raw in read_batches(source, numbers=numbers, text=text, size=size):
        yield _to_schema(raw, block, schema, where)


def _in_batches(whole: Table, size: int) -> Iterator[Table]:
    for start in range(0, len(whole), size):
        yield whole.rows(np.arange(start, min(start + size, len(whole))))


def _read_whole(
    shelf: Shelf, reader: str, source: Source, block: BlockSchema, schema: Schema, where: str
) -> RawTable:
    if reader == "sequence":
        return shelf.table(reader, _called_here(source, block), frozenset())
    names = [name for column in block.columns for name in (column.name, *column.aliases)]
    text = frozenset(
        name for column in block.columns if column.kind != "number" for name in (column.name, *column.aliases)
    )
    if reader == "table" and source.orient == "rows":
        text &= set(shelf.names(source))
        block.locate(shelf.names(source), schema.contract, where=f"{where} ({source.paths[0]})")
        wanted = set(names) & set(shelf.names(source))
        pieces = list(read_batches(source, numbers=frozenset(wanted - text), text=text, size=1 << 62))
        if len(pieces) == 1:
            return pieces[0]
    return shelf.table(reader, source, text)


def _to_schema(raw: RawTable, block: BlockSchema, schema: Schema, where: str) -> Table:
    """The file's columns under the schema's names, numbers as numbers and categories as text."""
    if block.holds_sequences:
        return _to_sequences(raw, block)
    found = block.locate(raw.names, schema.contract, where=f"{where} ({raw.where})")
    categories = {found[name]: None for name in block.categories if name in found}
    numbers = [name for name in found.values() if name not in categories]
    table = typed(raw, list(found.values()), categories, where, numbers=numbers, allow_empty=True)
    frame = table.frame.rename(columns={theirs: ours for ours, theirs in found.items()})
    return Table(table.ids, frame)


def _to_sequences(raw: RawTable, block: BlockSchema) -> Sequences:
    """The file's sequences as they stand; the schema judges them row by row."""
    columns = {name: np.array(raw.frame[name].to_list(), dtype=object) for name in raw.names}
    if set(columns) != set(block.names):
        (ours, *_), (theirs, *_) = block.names, columns
        columns = {ours: columns[theirs]}
    alphabet: AlphabetName = block.columns[0].alphabet  # type: ignore[assignment]
    return Sequences(raw.ids, pd.DataFrame(columns)[block.names], alphabet, bool(block.stranded))


def _called_here(source: Source, block: BlockSchema) -> Source:
    """The source with the names that its file has for our columns of sequences."""
    said = source.sequences
    if said is None or said.windows is not None or is_fasta(source.paths[0]):
        return source if said is None or said.windows is not None else _without_names(source)
    there = set(read_names(table_of(source)))
    also = {column.name: column.aliases for column in block.columns}
    columns = tuple(
        (ours, next((name for name in (theirs, *also.get(ours, ())) if name in there), theirs))
        for ours, theirs in said.columns
    )
    return replace(source, sequences=replace(said, columns=columns))


def _without_names(source: Source) -> Source:
    """New rows may come as FASTA where the study had a table: the record's name is the id."""
    assert source.sequences is not None
    return replace(source, sequences=replace(source.sequences, named=False))
