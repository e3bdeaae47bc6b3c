"""A first study file from a table: what can be inferred is inferred and said, every default is a comment."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl

from prognome.check.outcome_names import outcome_reason
from prognome.core.study_part import MISSING_WORDS
from prognome.core.study_target import Event, Kind, Target
from prognome.core.yaml_text import write_yaml
from prognome.errors import DataError, StudyError, near_name
from prognome.jobs.init_sequences import FoundSequences, find_sequences
from prognome.jobs.target import code_target
from prognome.read.batches import read_names
from prognome.read.cells import as_booleans, as_numbers
from prognome.read.lines import count
from prognome.read.raw import RawTable, read_raw
from prognome.read.source import Source
from prognome.read.typed import FREE_TEXT

_ID = re.compile(
    r"(^|[_\W])(id|ids|sample|subject|patient|person|individual|barcode|accession)([_\W]|$)", re.I
)
_PEOPLE = re.compile(r"(^|[_\W])(family|fid|pedigree|patient|subject|person)([_\W]|$)", re.I)
_PLACES = re.compile(r"(^|[_\W])(site|centre|center|hospital|study|cohort|batch|run|plate)([_\W]|$)", re.I)
_EVENTS = (
    "1",
    "true",
    "yes",
    "y",
    "case",
    "cases",
    "positive",
    "pos",
    "responder",
    "disease",
    "tumor",
    "tumour",
    "event",
    "dead",
)
FEW_VALUES = 10
_PRIMARY = {"number": "mae", "survival": "c_uno"}
_MODELS = {"number": "ridge, random_forest", "survival": "cox, random_survival_forest"}


@dataclass
class Inferred:
    """What a table seems to be."""

    id: str | None
    kind: Kind
    positive: str | None
    columns: list[str]
    exclude: dict[str, str] = field(default_factory=dict)
    categories: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    sequences: list[FoundSequences] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    time: str | None = None


def infer(
    path: str,
    target: str,
    *,
    id_column: str | None = None,
    kind: Kind | None = None,
    positive: str | None = None,
    time: str | None = None,
) -> Inferred:
    """Infer ids, the kind of target, and which columns cannot be features as they are.

    With ``time`` the target is one of survival, and ``target`` the column of the event.

    Raises
    ------
    StudyError, DataError
        If there is no such column, or the table cannot be read.
    """
    names = read_names(Source((path,), None))
    kind = "survival" if time is not None else kind
    for column in (target, id_column, time):
        if column is not None and column not in names:
            raise StudyError(path, f"there is no column '{column}'", mend=near_name(column, names))
    raw = read_raw(
        Source((path,), None), text=frozenset(names) if len(names) <= 2000 else frozenset({target})
    )
    said: list[str] = []
    sequences = find_sequences(raw, {target, id_column or ""})
    letters = {name for found in sequences for name in found.columns}
    if id_column is None:
        id_column = _find_id(raw, {target, *letters})
        said.append(
            f"rows: ids from column '{id_column}'"
            if id_column
            else "rows: no column of unique ids found, so rows are numbered"
        )
    cells = raw.frame[target].drop_nulls().cast(pl.String)
    if not len(cells):
        raise DataError(f"{path}, column '{target}'", "is empty", mend="Give another target.")
    if kind is None:
        kind = _kind(cells)
        said.append(
            f"target: '{target}' has {cells.n_unique():,} different values, so its kind is taken to be {kind}"
        )
    if positive is not None and kind not in ("binary", "survival"):
        raise StudyError("--positive", f"belongs to a binary target; '{target}' is taken to be {kind}")
    if kind == "binary" and positive is None:
        positive = _event(cells)
        said.append(f"target: the event is taken to be '{positive}'")
    if kind == "survival":
        _check_target(raw, path, Target(kind=kind, time=time, event=Event(column=target, positive=positive)))
    else:
        _check_target(raw, path, Target(column=target, kind=kind, positive=positive))
    kept = positive if kind in ("binary", "survival") else None
    inferred = Inferred(id_column, kind, kept, [], said=said, time=time)
    inferred.sequences = sequences
    said += [found.sentence() for found in sequences]
    for name in names:
        if name not in (id_column, target, time, *letters):
            _sort_column(raw, name, target, inferred)
    if inferred.exclude and (inferred.columns or not sequences):
        said.append(f"columns: {len(inferred.exclude)} cannot be features as they are; the file says why")
    inferred.groups.sort(key=lambda name: _PEOPLE.search(name) is None)
    if inferred.groups:
        said.append(
            f"groups: {', '.join(inferred.groups)} may say which rows belong together; to keep those of one "
            f"{inferred.groups[0]} on one side: split: {{outer: {{group: {inferred.groups[0]}}}}}"
        )
    return inferred


def _check_target(raw: RawTable, path: str, target: Target) -> None:
    """Raise what ``run`` would raise of this column and kind."""
    columns = [name for name in (target.column, target.time) if name is not None]
    known = raw.frame.select(pl.all_horizontal(pl.col(columns).is_not_null())).to_series().to_numpy()
    text, *times = (
        pd.Series(
            raw.frame[name].cast(pl.String).filter(known).to_list(), index=np.flatnonzero(known), dtype=object
        )
        for name in columns
    )

    def numbered(at: Any) -> str:
        rows = np.asarray(at, dtype=np.intp)
        return f"{count(len(rows), 'row')}: {raw.places(rows)}"

    where = f"{path}, column '{target.column}'"
    code_target(text, target, where=where, numbered=numbered, time=times[0] if times else None)


def study_text(path: str, target: str, inferred: Inferred, *, out: Path) -> str:
    """The study file as text, with every default as a comment."""
    name = Path(path).name.split(".")[0]
    shown = _relative(path, out)
    lines = [
        f"# A prognome study, begun from {Path(path).name}. Lines behind # show the default, or what else can be said.",
        f"name: {_one(name)}",
        "question: ''                     # in words; it heads the report",
        "",
        _rows_line(inferred),
        "#   drop: [{column: COLUMN, values: [VALUE], reason: why}]   # rows left out before anything else",
        "",
        "blocks:",
    ]
    block = name if re.fullmatch(r"[A-Za-z_]+", name) else "table"
    if inferred.columns or not inferred.sequences:
        lines += _table_lines(block, shown, inferred)
    lines += _sequence_lines(block, shown, inferred)
    target_line = f"target: {{path: {_one(shown)}, {_target_words(target, inferred)}"
    lines += [
        "",
        target_line + "}",
        "  # kind: binary | multiclass | number | survival;  missing: error | drop",
        "",
        "split:",
        *(
            [
                f"  outer: {{folds: 5}}            # rows of one {inferred.groups[0]} belong together? outer: {{folds: 5, group: {_one(inferred.groups[0])}}}"
            ]
            if inferred.groups
            else ["  outer: {folds: 5}            # group: COLUMN keeps families, patients or sites whole"]
        ),
        "  inner: {folds: 3}              # inside training rows: tuning, choosing, stacking",
        "  # test: {fraction: 0.15}       # or {column: split, value: test}; asked once, at the end",
        "  # fractions: [0.70, 0.15, 0.15]  # train, validation, test instead of folds",
        "",
        f"# judge: {{primary: {_PRIMARY.get(inferred.kind, 'auc_roc')}, bootstrap: 1000, level: 0.95, calibrate: auto, coverage: 0.9, gap: 0.1}}",
        *(
            [
                "#   threshold: youden            # or {sensitivity: 0.9}, {specificity: 0.9}, {cost: {false_negative: 5}}"
            ]
            if inferred.kind == "binary"
            else []
        ),
        "# subgroups: [sex, {column: age, cuts: [50, 65]}]   # how it serves whom, with gaps",
        "# guards: {mode: warn}           # strict stops the run; accept: {GUARD: reason}; see: prognome list guards",
        "# stability: {curve: [0.25, 0.5, 0.75, 1.0], seeds: 3, blocks: auto}",
        "# explain: {markers: auto, top: 10, panel: auto}",
        "# prepare:                       # default for a table; see: prognome list steps",
        "#   BLOCK: [{encode.ordinal: {ordered_only: true}}, encode.onehot, impute.median, clean.constant, scale.zscore]",
        f"models: [{_MODELS.get(inferred.kind, 'logistic, random_forest')}, xgboost]   # see: prognome list models",
        "# tune: {search: random, trials: 10}   # default: none; or grid, bayesian, halving",
        "# external: [{name: other hospital, blocks: {BLOCK: {path: other.tsv}}, target: {path: other.tsv}}]",
        "# contract: {missing_column: refuse, unseen_category: flag, out_of_range: flag, tolerance: 0.02, outside: 0.5, coverage: 0.5}",
        "# about: {intended_use: '', not_for: [], population: '', ethics: ''}   # words for the report; there are more",
        "# refit: not_test",
        "seed: 0",
    ]
    return "\n".join(lines) + "\n"


def _target_words(target: str, inferred: Inferred) -> str:
    """Columns, kind and event of the target, as the study says them."""
    if inferred.time is None:
        words = f"column: {_one(target)}, kind: {inferred.kind}"
        return words if inferred.positive is None else f"{words}, positive: {_one(inferred.positive)}"
    event = _one(target)
    if inferred.positive is not None:
        event = f"{{column: {event}, positive: {_one(inferred.positive)}}}"
    return f"kind: survival, time: {_one(inferred.time)}, event: {event}"


def _table_lines(block: str, path: str, inferred: Inferred) -> list[str]:
    lines = [
        f"  {block}:",
        "    read: table",
        f"    path: {_one(path)}",
        "    # columns: [age, 'ENSG*']   # default: every column but those with another role",
    ]
    if inferred.exclude:
        lines.append("    exclude:")
        lines += [f"      - {_one(column)}  # {why}" for column, why in inferred.exclude.items()]
    else:
        lines.append("    # exclude: []")
    if inferred.categories:
        lines += ["    categories:                  # texts with numbers among them"]
        lines += [f"      - {_one(column)}" for column in inferred.categories]
    else:
        lines.append(
            "    # categories: {stage: [I, II, III, IV]}   # levels in order; a plain list for no order"
        )
    missing = ", ".join(_one(word) for word in MISSING_WORDS)
    return [
        *lines,
        f"    # missing: [{missing}]",
        "    # optional: false            # true: the block may be absent for some rows",
    ]


def _sequence_lines(table: str, path: str, inferred: Inferred) -> list[str]:
    """A block for each column, or pair of columns, of sequences."""
    lines: list[str] = []
    taken = {table}
    for place, found in enumerate(inferred.sequences):
        names = ["window", *found.columns] if found.is_pair else [*found.columns, "window"]
        usable = [name for name in names if re.fullmatch(r"[A-Za-z_]\w*", name) and name not in taken]
        block = usable[0] if usable else f"sequences_{place + 1}"
        taken.add(block)
        lines += [f"  {block}:", *found.lines(_one(path), [_one(name) for name in found.columns])]
    return lines


def _rows_line(inferred: Inferred) -> str:
    """Ids, and the columns that say where rows come from."""
    said = [f"id: {_one(inferred.id)}"] if inferred.id else []
    places = [name for name in inferred.groups if not _PEOPLE.search(name)]
    if places:
        said.append(f"batch: [{', '.join(map(_one, places))}]")
    if not said:
        return (
            "# rows: {id: COLUMN}            # without ids rows are numbered; batch: [site, plate] for guards"
        )
    return f"rows: {{{', '.join(said)}}}"


def _find_id(raw: RawTable, taken: Collection[str]) -> str | None:
    """The first column of unique, never missing text whose name or content says id."""
    for name in raw.names:
        column = raw.frame[name]
        if name in taken or column.null_count() or column.n_unique() < len(column):
            continue
        if _ID.search(name) or (column.dtype == pl.String and as_numbers(column) is None):
            return name
    return None


def _kind(cells: pl.Series) -> Kind:
    different = cells.n_unique()
    if different == 2:
        return "binary"
    numeric = as_numbers(cells) is not None
    return "number" if numeric and different > FEW_VALUES else "multiclass"


def _event(cells: pl.Series) -> str:
    """The value that sounds like an event; else the rarer one."""
    values = [str(value) for value in cells.unique().sort().to_list()]
    for word in _EVENTS:
        for value in values:
            if value.strip().lower() in (word, f"{word}.0"):
                return value
    counts = {value: int((cells == value).sum()) for value in values}
    return min(values, key=lambda value: counts[value])


def _sort_column(raw: RawTable, name: str, target: str, inferred: Inferred) -> None:
    """Feature as it is, category to be declared, or left out with the reason."""
    cells = raw.frame[name]
    known = cells.drop_nulls()
    outcome = outcome_reason(name, target)
    if outcome:
        inferred.exclude[name] = f"called like {outcome}; known beforehand? then take it from this list"
    elif (_PEOPLE.search(name) or _PLACES.search(name)) and known.n_unique() < len(cells):
        inferred.groups.append(name)
        inferred.exclude[name] = "says where a row comes from, not what it is like"
    elif not len(known):
        inferred.exclude[name] = "empty throughout"
    elif known.n_unique() == 1 and not cells.null_count():
        inferred.exclude[name] = "one value only"
    elif cells.dtype == pl.String and as_booleans(cells) is None and as_numbers(cells) is None:
        some_numbers = known.cast(pl.Float64, strict=False).is_not_null().any()
        if known.str.contains(r"^\d{4}-\d\d?-\d\d?").all():
            inferred.exclude[name] = "a date; for folds in time: split: {outer: {time: …}}"
        elif known.n_unique() > FREE_TEXT:
            inferred.exclude[name] = f"free text: {known.n_unique():,} different values"
        elif some_numbers:
            inferred.categories.append(name)
            inferred.columns.append(name)
        else:
            inferred.columns.append(name)
    else:
        inferred.columns.append(name)


def _relative(path: str, out: Path) -> str:
    file, folder = Path(path).absolute(), out.absolute().parent
    return str(file.relative_to(folder)) if file.is_relative_to(folder) else str(file)


def _one(value: str | None) -> str:
    """A scalar as YAML writes it inside a flow mapping."""
    text = write_yaml([value]).strip()
    return text[1:-1] if text.startswith("[") else text.removeprefix("- ")
