"""From a study to its cohort: files read, ids matched once, rows that do not fit counted and listed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from prognome.check.before_split import worth_reading
from prognome.core.cohort import Cohort
from prognome.core.sequences import Sequences
from prognome.core.study import Study
from prognome.core.table import Table
from prognome.errors import DataError, StudyError
from prognome.jobs.facts import fact, facts_of, times_of, which_dropped, which_test
from prognome.jobs.roles import find_column, places, refuse_numbered_rows, role_columns
from prognome.jobs.shelf import Shelf, block_source
from prognome.jobs.target import code_target
from prognome.read.catalog import READERS
from prognome.read.columns import choose
from prognome.read.ids import match_ids
from prognome.read.raw import RawTable
from prognome.read.sequences import as_sequences, sentences_on
from prognome.read.source import Source
from prognome.read.typed import typed


@dataclass(frozen=True)
class Loss:
    """Rows that were left out, and why."""

    reason: str
    rows: int


@dataclass(frozen=True, eq=False)
class Loaded:
    """A cohort and how it came about.

    Parameters
    ----------
    cohort
        Matched rows.
    in_test
        (n,) rows of a named test part, or None.
    times
        (n,) sortable times for folds in time, or None.
    losses
        What became of the rows of the target's file, in order.
    mismatches
        ``row file problem``: the only place where ids of problem rows stand.
    notes
        What the user should know.
    spare
        Column → (n,) text of columns that are no features but that guards look at.
    files
        What was read from several files → (n,) which of them each row came from, -1 where it is absent.
    """

    cohort: Cohort
    in_test: NDArray[np.bool_] | None = None
    times: NDArray[Any] | None = None
    losses: tuple[Loss, ...] = ()
    mismatches: pd.DataFrame = field(default_factory=pd.DataFrame)
    notes: tuple[str, ...] = ()
    spare: Mapping[str, NDArray[np.object_]] = field(default_factory=dict)
    files: Mapping[str, NDArray[np.intp]] = field(default_factory=dict)


def load(study: Study, shelf: Shelf | None = None) -> Loaded:
    """Read everything a study names and match its rows.

    Raises
    ------
    DataError, StudyError
        With file, column, rows and remedy.
    """
    shelf = shelf or Shelf(role_columns(study))
    refuse_numbered_rows(study)
    rows = select_rows(study, shelf)
    tables: dict[str, tuple[Table, NDArray[np.intp]]] = {}
    trouble: list[pd.DataFrame] = [rows.mismatches]
    files: dict[str, NDArray[np.intp]] = {}
    notes: list[str] = []
    for name in study.blocks:
        raw = _read_raw(study, shelf, name)
        index, problems = match_block(study, name, rows, raw)
        table = _read_block(study, shelf, name, raw, index)
        if isinstance(table, Sequences):
            index = _with_sequence(table, index)
            notes += [f"block {name}: {said}" for said in sentences_on(raw, table.alphabet)]
        tables[name] = (table, index)
        trouble.append(problems)
        if len(set(raw.files.tolist())) > 1:
            files[f"block {name}"] = np.where(index < 0, -1, raw.files[index])
    keep = np.ones(len(rows.ids), dtype=bool)
    losses = list(rows.losses)
    for name, (_, index) in tables.items():
        absent = index < 0
        if study.blocks[name].optional:
            if absent.any():
                notes.append(f"block {name} is absent for {int(absent.sum()):,} rows (it is optional)")
            continue
        lost = int((absent & keep).sum())
        if lost:
            losses.append(Loss(f"not in block {name}", lost))
            notes.append(f"{lost:,} rows have no partner in block {name} and are left out")
        keep &= ~absent
    if not keep.any():
        raise DataError(
            "rows", "no row is in all blocks", mend="Declare blocks that may be absent: optional: true."
        )
    kept = np.flatnonzero(keep)
    coded = code_target(
        rows.target.iloc[kept],
        study.target,
        where=rows.where,
        numbered=lambda ids: shelf.numbered(rows.source, ids),
        time=None if rows.time is None else rows.time.iloc[kept],
    )
    ids = rows.ids[kept]
    outer = study.split.outer
    group = outer.group_column or outer.leave_out
    cohort = Cohort(
        ids,
        {name: _aligned(table, index[kept], ids) for name, (table, index) in tables.items()},
        coded.values,
        coded.classes,
        None if group is None else fact(study, shelf, group, ids, what="split.outer"),
        {name: tables[name][1][kept] >= 0 for name, spec in study.blocks.items() if spec.optional},
        facts_of(study, shelf, ids),
    )
    mismatches = pd.concat(trouble, ignore_index=True)
    in_test, times = which_test(study, shelf, ids), times_of(study, shelf, ids)
    if len(rows.source.paths) > 1:
        files["target"] = shelf.files_of(rows.source, rows.ids)
    return Loaded(
        cohort,
        in_test,
        times,
        tuple(losses),
        mismatches,
        (*coded.notes, *notes),
        _spare(study, shelf, cohort),
        {name: codes[kept] for name, codes in files.items()},
    )


def _spare(study: Study, shelf: Shelf, cohort: Cohort) -> dict[str, NDArray[np.object_]]:
    """Columns of any table that nobody uses and that guards look at: people, genes, sites, sequences."""
    used = {name for block in cohort.blocks.values() if block.kind == "table" for name in block.names}
    used |= role_columns(study)
    found: dict[str, NDArray[np.object_]] = {}
    for place in places(study):
        for name in shelf.names(place.source):
            if name in used or name in found or not worth_reading(name):
                continue
            cells = shelf.text(place.source, name).reindex(pd.Index(cohort.ids))
            found[name] = cells.where(cells.notna(), None).to_numpy(dtype=object)
    return found


@dataclass(frozen=True, eq=False)
class Chosen:
    """Rows that have a target and were not dropped."""

    ids: NDArray[np.object_]
    left_out: NDArray[np.object_]
    target: pd.Series[str]
    source: Source
    where: str
    losses: tuple[Loss, ...]
    mismatches: pd.DataFrame
    time: pd.Series[str] | None = None


def select_rows(study: Study, shelf: Shelf) -> Chosen:
    """The rows of the target's file, less those dropped and those without a target."""
    place, target = find_column(study, shelf, study.target.column, what="target.column")
    where = f"{place.source.paths[0]}, column '{study.target.column}'"
    keep = np.ones(len(target), dtype=bool)
    losses = [Loss("in the target's file", len(target))]
    for at, drop in enumerate(study.rows.drop):
        out = which_dropped(study, shelf, target.index, at)
        losses.append(Loss(drop.reason or f"dropped by {drop.column}", int((out & keep).sum())))
        keep &= ~out
    time = None
    missing = target.isna().to_numpy()
    if study.target.time is not None:
        time = _time_of(study, shelf, target)
        missing |= time.isna().to_numpy()
    if (missing & keep).any():
        if study.target.missing == "error":
            raise DataError(
                where,
                "the target is missing",
                seen=shelf.numbered(place.source, target.index[missing & keep]),
                mend="Fill it in, or leave those rows out: target: {missing: drop}.",
            )
        losses.append(Loss("without a target", int((missing & keep).sum())))
    problems = _problems(target.index[missing & keep], place.source.paths[0], "no target")
    keep &= ~missing
    if not keep.any():
        raise DataError(where, "no row is left", mend="Check rows.drop and the target's column.")
    ids = target.index.to_numpy(dtype=object)
    return Chosen(
        ids[keep],
        ids[~keep],
        target[keep],
        place.source,
        where,
        tuple(losses),
        problems,
        None if time is None else time[keep],
    )


def _time_of(study: Study, shelf: Shelf, event: pd.Series[str]) -> pd.Series[str]:
    """The time of survival of the rows that the event's file has, in their order."""
    assert study.target.time is not None
    _, time = find_column(study, shelf, study.target.time, what="target.time")
    return time.reindex(event.index)


def match_block(
    study: Study, name: str, rows: Chosen, raw: RawTable
) -> tuple[NDArray[np.intp], pd.DataFrame]:
    """Position in the block of each row, -1 where it is absent; and the list of those that do not fit.

    Raises
    ------
    DataError
        If nothing matches, or ids match only nearly.
    """
    spec, ids, there = study.blocks[name], rows.ids, raw.ids
    relaxed = study.rows.match == "relaxed"
    match = match_ids(ids.tolist(), there.tolist(), relaxed=relaxed)
    path = spec.path[0]
    if len(match.near) and not relaxed:
        raise DataError(
            f"block {name} ({path})",
            f"{len(match.near):,} ids nearly match: they differ in case, blanks or leading zeros",
            seen=f"{raw.places(np.sort(match.near[:, 1]))} there",
            mend="Mend the files, or say rows: {match: relaxed}.",
        )
    if (match.index < 0).all():
        raise DataError(
            f"block {name} ({path})",
            "shares no id with the target's file",
            seen=f"{len(ids):,} ids of rows, {len(there):,} in the block",
            mend="Check rows.id, or the block's own id column with id: COLUMN; "
            "samples in columns need orient: features.",
        )
    unused = np.ones(len(there), dtype=bool)
    unused[match.index[match.index >= 0]] = False
    unused &= ~np.isin(there.astype(str), rows.left_out.astype(str))
    problems = [
        _problems(ids[match.index < 0], path, f"not in block {name}"),
        _problems(there[unused], path, f"in block {name}, but no such row"),
    ]
    return match.index, pd.concat(problems, ignore_index=True)


def feature_columns(study: Study, shelf: Shelf, name: str, names: list[str]) -> list[str]:
    """Columns of a block that are features."""
    spec = study.blocks[name]
    assert not isinstance(spec.columns, dict)
    chosen = choose(names, spec.columns, spec.exclude, role_columns(study), f"block {name}")
    for column in (study.target.column, study.target.time):
        if column in chosen and spec.read == "table":
            raise StudyError(
                f"block {name}: columns",
                f"'{column}' is the target and cannot be a feature",
                mend="Leave it out of columns.",
            )
    return chosen


def _read_raw(study: Study, shelf: Shelf, name: str) -> RawTable:
    spec = study.blocks[name]
    return shelf.table(spec.read, block_source(spec, study.rows.id), frozenset(spec.level_orders))


def _read_block(study: Study, shelf: Shelf, name: str, raw: RawTable, index: NDArray[np.intp]) -> Table:
    spec = study.blocks[name]
    if "sequence" in READERS.find(spec.read, where=f"blocks.{name}.read").blocks:
        return as_sequences(
            raw,
            spec.alphabet or "dna",
            stranded=spec.stranded is not False,
            where=f"block {name}",
            optional=spec.optional,
            used=index[index >= 0],
        )
    levels = study.blocks[name].level_orders
    columns = feature_columns(study, shelf, name, raw.names)
    for column in levels:
        if column not in columns:
            choose(raw.names, [column], [], (), f"block {name}: categories")  # names the nearest
    return typed(raw, columns, {c: v for c, v in levels.items() if c in columns}, f"block {name}")


def _with_sequence(table: Sequences, index: NDArray[np.intp]) -> NDArray[np.intp]:
    """Rows whose sequence is missing do not have the block."""
    there = table.frame.notna().all(axis=1).to_numpy()
    return np.where((index >= 0) & ~there[index], -1, index)


def _aligned(table: Table, index: NDArray[np.intp], ids: NDArray[np.object_]) -> Table:
    return replace(table.rows(index), ids=ids)


def _problems(ids: Any, file: str, problem: str) -> pd.DataFrame:
    return pd.DataFrame(
        {"row": np.asarray(ids, dtype=object), "file": file, "problem": problem}, dtype=object
    )
