"""Everything that will go wrong, before any work."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np

from prognome.core.cohort import Cohort
from prognome.core.follow_up import FollowUp
from prognome.core.letters import compose
from prognome.core.sequence_schema import length_range
from prognome.core.sequences import Sequences
from prognome.core.study import Study
from prognome.core.study_models import Named, Tune
from prognome.core.table import Table
from prognome.errors import PrognomeError, StudyError
from prognome.jobs.added_value import MOST_BLOCKS
from prognome.jobs.assemble import resolve
from prognome.jobs.explanation import count_explain_fits
from prognome.jobs.incoming import load_external
from prognome.jobs.record import input_files, usable_cores
from prognome.jobs.run import Prepared, learn_schema, prepare
from prognome.jobs.watch import Said
from prognome.jobs.watch_external import guard_external
from prognome.prepare.sequence import KmerEncoder, PositionEncoder
from prognome.sequence.alphabet import alphabet
from prognome.validate.added_value import count_fits
from prognome.validate.candidate import Candidate
from prognome.validate.evaluate import refit
from prognome.validate.search import fits_of
from prognome.validate.stability import count_pieces

State = Literal["ok", "note", "fault"]
FEW_EVENTS = 20
EVENTS_A_FEATURE = 10  # of survival: below it a note
COPIES = 4  # of the data at once: whole, training rows, inner rows, prepared


@dataclass(frozen=True)
class Check:
    """One line of the doctor's list."""

    state: State
    what: str
    text: str


def examine(study: Study, *, timed: bool = False) -> Iterator[Check]:
    """Check a study step by step; a fault ends the list.

    Parameters
    ----------
    study
        What is examined.
    timed
        Fit every model a few times to estimate how long the whole will take.

    Yields
    ------
    Checks as they are made, so that they can be shown while the next is under way.
    """
    study = resolve(study)
    target = study.target
    meant = {
        "binary": f"the event is '{target.positive}'",
        "multiclass": "one of several classes",
        "number": "a quantity",
        "survival": f"time in '{target.time}'",
    }[target.kind]
    yield Check(
        "ok",
        "study",
        f"'{study.name}': {target.column} is {target.kind} ({meant}), judged by {study.primary}",
    )
    absent = [path for path in input_files(study) if not Path(path).is_file()]
    if not absent:
        size = sum(Path(path).stat().st_size for path in input_files(study)) / 1e6
        yield Check("ok", "files", f"{len(input_files(study))} found, {size:,.1f} MB")
    try:
        ready = prepare(study)
    except PrognomeError as error:
        yield Check("fault", "study" if isinstance(error, StudyError) else "data", str(error))
        return
    yield from _on_rows(ready)
    yield from _on_blocks(ready.loaded.cohort, study)
    yield from _on_split(study, ready)
    yield from _on_guards(study, ready.guards)
    for other in study.external:
        schema = learn_schema(study, ready.loaded.cohort.rows(ready.split.learn))
        here = ready.loaded.cohort
        try:
            arrived = load_external(study, other, schema, here.classes, here.follow_up)
        except PrognomeError as error:
            yield Check("fault", f"external {other.name}", str(error))
            return
        matched = arrived.matched
        outside = int((matched.out_of_range != "").sum())
        text = f"{len(matched.cohort):,} rows, {matched.coverage.mean():.0%} of the features"
        text += "".join(f"; {loss.rows:,} {loss.reason}" for loss in arrived.losses[1:] if loss.rows)
        if outside:
            text += (
                f"; in {outside:,} rows more than {study.contract.tolerance:.0%} of the values lie outside "
                f"the training range ({matched.outside.mean():.1%} of all)"
            )
        yield Check("note" if outside else "ok", f"external {other.name}", text)
        learn = ready.loaded.cohort.rows(ready.split.learn)
        yield from _on_guards(study, guard_external(study, schema, learn, {other.name: arrived}))
    yield from _on_work(study, ready, timed=timed)


def _on_rows(ready: Prepared) -> Iterator[Check]:
    loaded, cohort = ready.loaded, ready.loaded.cohort
    first, *lost = loaded.losses
    text = f"{len(cohort):,} of {first.rows:,} in the target's file"
    text += "".join(f"; {loss.rows:,} {loss.reason}" for loss in lost if loss.rows)
    yield Check("ok", "rows", text)
    if len(loaded.mismatches):
        yield Check(
            "note", "ids", f"{len(loaded.mismatches):,} do not match; run lists them in mismatches.tsv"
        )
    for note in loaded.notes:
        yield Check("note", "cohort", note)
    assert cohort.target is not None
    if cohort.classes:
        counts = np.bincount(cohort.target, minlength=len(cohort.classes))
        shown = ", ".join(f"{label} {count:,}" for label, count in zip(cohort.classes, counts, strict=True))
        yield Check("ok", "target", shown)
        if counts.min() < FEW_EVENTS:
            yield Check(
                "note", "target", f"the smallest class has {counts.min()} rows: intervals will be wide"
            )
    elif cohort.follow_up is not None:
        yield from _on_survival(cohort, cohort.follow_up)
    else:
        q = np.quantile(cohort.target, [0.25, 0.5, 0.75])
        yield Check("ok", "target", f"median {q[1]:.4g}, middle half {q[0]:.4g} to {q[2]:.4g}")


def _on_survival(cohort: Cohort, follow_up: FollowUp) -> Iterator[Check]:
    """Events, and how many there are for each feature: it is they, not the rows, that can be learned from."""
    assert cohort.target is not None
    events, features = int(cohort.target[:, 1].sum()), cohort.shape[1]
    at = ", ".join(f"{horizon:g}" for horizon in follow_up.horizons)
    yield Check(
        "ok",
        "target",
        f"{events:,} events in {len(cohort):,} rows ({events / len(cohort):.0%}); judged up to "
        f"{follow_up.tau:.4g}, with figures at {at}",
    )
    each = f"{events:,} events for {features:,} columns ({events / max(features, 1):.2g} each)"
    if events < FEW_EVENTS:
        yield Check("note", "target", f"{each}: intervals will be wide")
    elif events < EVENTS_A_FEATURE * features:
        yield Check(
            "note",
            "target",
            f"{each}: fewer than {EVENTS_A_FEATURE} each, so only a penalty keeps noise out",
        )


def _on_blocks(cohort: Cohort, study: Study) -> Iterator[Check]:
    for name, table in cohort.blocks.items():
        frame = table.frame
        if isinstance(table, Sequences):
            yield Check("ok", f"block {name}", _describe(table))
            continue
        numbers = frame.select_dtypes("number").shape[1]
        missing = float(frame.isna().to_numpy().mean())
        text = f"{numbers:,} numbers, {frame.shape[1] - numbers:,} categories, {missing:.1%} missing"
        yield Check("ok", f"block {name}", text)
        empty = [str(column) for column in frame.columns[frame.isna().to_numpy().mean(axis=0) > 0.5]]
        if empty:
            shown = ", ".join(empty[:3]) + (", …" if len(empty) > 3 else "")
            yield Check(
                "note", f"block {name}", f"{len(empty):,} columns are missing for more than half: {shown}"
            )
        steps = {step.name.partition(".")[0] for step in study.prepare[name]}
        gaps = [str(column) for column in frame.select_dtypes("number") if frame[column].isna().any()]
        if gaps and not steps & {"impute", "select"}:  # a selector may leave those columns out
            text = (
                f"{len(gaps):,} columns of numbers hold missing values (first: {gaps[0]}) that no step fills"
            )
            yield Check("fault", f"block {name}", f"{text}. Add one under prepare, such as impute.median.")


def _describe(table: Sequences) -> str:
    """Sequences in one line: how many, how long, of which alphabet, read on which strands."""
    present = int(table.frame.notna().all(axis=1).sum())
    low, high = length_range([text for column in table.names for text in table.frame[column]])
    letters = f"{low or 0:.0f}" if low == high else f"about {low:.0f} to {high:.0f}"
    what = "pairs of sequences" if table.is_pair else "sequences"
    made = compose(table)
    text = f"{present:,} {what} of {letters} letters, {table.alphabet}"
    if table.alphabet != "protein":
        shares = [column for column in map(str, made) if column.endswith(": GC")]
        text += f", GC {float(np.nanmean(made[shares].to_numpy())):.0%}"
        text += (
            "; stranded: read as they stand (stranded: false reads both strands alike)"
            if table.stranded
            else "; not stranded: both strands are read alike"
        )
    unsure = [column for column in map(str, made) if column.endswith(": unsure")]
    share = float(np.nanmean(made[unsure].to_numpy()))
    return text + (f"; {share:.2%} of the letters unsure" if share else "")


def _on_split(study: Study, ready: Prepared) -> Iterator[Check]:
    split, folds = ready.split, list(ready.split.folds())
    outer = study.split.outer
    sizes = [len(fold.judge) for fold in folds]
    text = f"{len(folds)} judgements of {min(sizes):,} to {max(sizes):,} rows"
    if ready.loaded.cohort.groups is not None:
        groups = len(set(ready.loaded.cohort.groups.tolist()))
        text += f"; {groups:,} groups of {outer.group_column or outer.leave_out or 'relatives'} stay whole"
    if len(split.test):
        text += f"; {len(split.test):,} test rows, asked once"
    yield Check("ok", "split", text)


def _on_guards(study: Study, told: Sequence[Said]) -> Iterator[Check]:
    """Every alarm with its remedy; the silent ones in one line."""
    for one in told:
        if one.status == "alarm":
            state: State = "fault" if study.guards.mode == "strict" else "note"
            yield Check(state, f"guard {one.guard}", f"{one.where}: {one.what} {one.remedy}")
        elif one.status == "accepted":
            yield Check("ok", f"guard {one.guard}", f"{one.where}: {one.what} Accepted: {one.reason}.")
    silent = [one.guard for one in told if one.status == "silent"]
    if silent:
        yield Check("ok", "guards", f"silent: {', '.join(silent)}")


def _on_work(study: Study, ready: Prepared, *, timed: bool) -> Iterator[Check]:
    names = ", ".join(candidate.label for candidate in ready.candidates)
    yield Check("ok", "models", names)
    fits = {candidate.label: _fits(study, ready, candidate) for candidate in ready.candidates}
    more = 0
    if study.split.fractions is None:
        asked = study.stability
        place = ready.loaded.cohort, ready.split
        more = count_pieces(*place, asked.curve, asked.seeds, ready.rules.seed, known=True)
        more += count_pieces(*place, asked.curve, 0, ready.rules.seed, known=True)  # a linear model beside
    if study.stability.blocks is not False and len(study.blocks) > 1:
        many = len(study.blocks) > MOST_BLOCKS and study.stability.blocks == "auto"
        elsewhere = bool(len(ready.split.test) or study.external)
        more += count_fits(ready.split, 0 if many else len(study.blocks), elsewhere=elsewhere)
    more += _explain_fits(study, ready)
    cohort = ready.loaded.cohort
    columns = sum(_width(table, study.prepare[name]) for name, table in cohort.blocks.items())
    memory = 8 * len(cohort) * columns * COPIES / 1e6
    yield Check(
        "ok",
        "work",
        f"{sum(fits.values()):,} fits, and about {more:,} more for learning curves, seeds, blocks and "
        f"markers; about {memory:,.0f} MB of memory for each worker",
    )
    if not timed:
        return
    fold = next(iter(ready.split.folds()))
    seconds = 0.0
    for candidate in ready.candidates:
        if not fits[candidate.label]:
            continue
        one = refit(candidate, ready.loaded.cohort, fold.train, replace(ready.rules, tune=Tune(), inner=2))
        whole = one.timing["search_seconds"] + one.timing["fit_seconds"]
        seconds += fits[candidate.label] * whole / 3  # two inner fits and the final one
    cores = usable_cores()
    yield Check("ok", "time", f"about {_duration(seconds / cores)} on {cores} cores")


def _width(table: Table, steps: Sequence[Named]) -> int:
    """Columns of a block before its steps; of sequences those that k-mers and positions make of it."""
    if not isinstance(table, Sequences):
        return table.shape[1]
    letters = alphabet(table.alphabet).size
    _, longest = length_range([text for name in table.names for text in table.frame[name]])
    width = 0
    for step in steps:
        if step.name == "encode.kmer":
            width += sum(letters**k for k in KmerEncoder(**step.params).k)
        elif step.name == "encode.position":
            most = PositionEncoder(**step.params).max_length
            width += letters * int(longest or 0) if (longest or 0) <= most else 0
    return width * table.shape[1]


def _fits(study: Study, ready: Prepared, candidate: Candidate) -> int:
    """Fits of this candidate in all: by fold and at the end, inner ones of each setting and a final one."""
    if candidate.members and study.split.fractions is None:
        return 0  # a stack of models that stand in the study is joined of their answers
    inner = 1 if study.split.fractions else study.split.inner.folds
    each = inner * fits_of(ready.rules.tune, candidate.space) + 1
    return math.ceil((sum(1 for _ in ready.split.folds()) + 1) * each)


def _explain_fits(study: Study, ready: Prepared) -> int:
    """Fits of the explanation: which model will be the best is not known, so of the one that takes most."""
    tables = [one for one in ready.loaded.cohort.blocks.values() if not isinstance(one, Sequences)]
    columns = sum(table.shape[1] for table in tables)
    standing = [one for one in ready.candidates if not one.comparison_only]
    return max((count_explain_fits(study, one, ready.split, columns) for one in standing), default=0)


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(seconds, 1):.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 5400 else f"{seconds / 3600:.1f} hours"
