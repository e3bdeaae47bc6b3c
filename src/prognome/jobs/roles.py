"""Which column has which role, and where a bare column name is sought: rows, target's file, blocks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from prognome.core.study import Study
from prognome.errors import DataError, StudyError, near_name
from prognome.jobs.shelf import Shelf, block_source, fact_source
from prognome.read.fasta import is_fasta
from prognome.read.source import Source


@dataclass(frozen=True)
class Place:
    """A file in which facts about rows are sought."""

    name: str
    source: Source


def role_columns(study: Study) -> set[str]:
    """Columns that are no features unless a block names them.

    Target, split, groups, time, batches, drops, and what blocks of sequences are made of.
    """
    outer, test = study.split.outer, study.split.test
    named = {
        study.target.column,
        study.target.time,
        outer.group_column,
        outer.leave_out,
        outer.time,
        test.column if test else None,
    }
    named |= {study.rows.date, *study.rows.batch}
    named |= {drop.column for drop in study.rows.drop}
    named |= {name for spec in study.blocks.values() for name in spec.columns_read}
    ids = {study.rows.id, study.target.id, *(spec.id for spec in study.blocks.values())}
    return {name for name in named | ids if name is not None}


def places(study: Study) -> list[Place]:
    """Files in the order in which a bare column name is sought, each once."""
    found: list[Place] = []
    if study.rows.path:
        found.append(Place("rows", fact_source(study.rows.path, study.rows.id)))
    if study.target.path:
        found.append(
            Place(
                "target",
                fact_source(study.target.path, study.target.id or study.rows.id, study.target.missing_words),
            )
        )
    for name, spec in study.blocks.items():
        if spec.read == "table" and spec.orient == "rows":
            found.append(Place(f"block {name}", block_source(spec, study.rows.id)))
        elif spec.read == "sequence" and not is_fasta(spec.path[0]):
            source = fact_source(spec.path, spec.id or study.rows.id, spec.missing)
            found.append(Place(f"block {name}", source))
    unique: dict[tuple[tuple[str, ...], str | None], Place] = {}
    for place in found:
        unique.setdefault((place.source.paths, place.source.id), place)
    return list(unique.values())


def refuse_numbered_rows(study: Study) -> None:
    """Rows without ids can be matched only within one file."""
    if study.rows.id is not None:
        return
    files = {tuple(place.source.paths) for place in places(study)}
    files |= {tuple(spec.path) for spec in study.blocks.values()}
    if len(files) > 1 or any(len(paths) > 1 for paths in files):
        raise StudyError(
            "rows.id",
            "is needed to match rows of several files",
            mend="Name the column of row ids: rows: {id: COLUMN}.",
        )


def find_column(study: Study, shelf: Shelf, column: str, *, what: str) -> tuple[Place, pd.Series[str]]:
    """The first place that has the column, and its text by row id.

    Raises
    ------
    StudyError
        If no place has it.
    DataError
        If two places have it with different content.
    """
    among = places(study)
    holders = [place for place in among if column in shelf.names(place.source)]
    if not holders:
        known = {name for place in among for name in shelf.names(place.source)}
        sought = ", ".join(place.source.paths[0] for place in among)
        raise StudyError(
            what,
            f"there is no column '{column}' in {sought or 'any table'}",
            mend=near_name(column, known),
        )
    first, *others = holders
    values = shelf.text(first.source, column)
    for other in others:
        _refuse_different(shelf, column, first, other)
    return first, values


def _refuse_different(shelf: Shelf, column: str, first: Place, other: Place) -> None:
    mine, theirs = shelf.text(first.source, column), shelf.text(other.source, column)
    shared = mine.index.intersection(theirs.index, sort=False)
    a, b = mine.reindex(shared), theirs.reindex(shared)
    differ = ~((a == b) | (a.isna() & b.isna())).to_numpy()
    if differ.any():
        raise DataError(
            f"column '{column}'",
            f"is found in {first.name} ({first.source.paths[0]}) and in {other.name} "
            f"({other.source.paths[0]}) with different content",
            seen=f"they differ in {shelf.numbered(first.source, shared[differ])} of {first.source.paths[0]}",
            mend="Rename one of them, or leave one out of its file.",
        )


def equals(values: pd.Series[str], wanted: str) -> NDArray[np.bool_]:
    """Which cells are this word, or the same number written otherwise (1 and 1.0)."""
    same = (values == wanted).to_numpy(dtype=bool)
    if wanted.lower() in ("true", "false"):
        same = (values.str.lower() == wanted.lower()).to_numpy(dtype=bool)
    try:
        number = float(wanted)
    except ValueError:
        return same
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype=float)
    return np.asarray(same | (numbers == number))
