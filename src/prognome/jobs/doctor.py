"""Everything that will go wrong, before any work: nothing is fitted here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from prognome.core.cohort import Cohort
from prognome.core.study import Study
from prognome.errors import PrognomeError
from prognome.jobs.assemble import STACK, resolve
from prognome.jobs.incoming import load_external
from prognome.jobs.record import input_files
from prognome.jobs.run import Prepared, learn_schema, prepare

State = Literal["ok", "note", "fault"]
FEW_EVENTS = 20


@dataclass(frozen=True)
class Check:
    """One line of the doctor's list."""

    state: State
    what: str
    text: str


def examine(study: Study) -> Iterator[Check]:
    """Check a study step by step; a fault ends the list.

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
        yield Check("fault", "data", str(error))
        return
    yield from _on_rows(ready)
    yield from _on_blocks(ready.loaded.cohort, study)
    yield from _on_split(study, ready)
    for other in study.external:
        schema = learn_schema(study, ready.loaded.cohort.rows(ready.split.learn))
        try:
            matched = load_external(study, other, schema, ready.loaded.cohort.classes)
        except PrognomeError as error:
            yield Check("fault", f"external {other.name}", str(error))
            return
        outside = int((matched.out_of_range != "").sum())
        text = f"{len(matched.cohort):,} rows, {matched.coverage.mean():.0%} of the features"
        if outside:
            text += (
                f"; in {outside:,} rows more than {study.contract.tolerance:.0%} of the values lie outside "
                f"the training range ({matched.outside.mean():.1%} of all)"
            )
        yield Check("note" if outside else "ok", f"external {other.name}", text)
    yield from _on_work(study, ready)


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
    else:
        q = np.quantile(cohort.target, [0.25, 0.5, 0.75])
        yield Check("ok", "target", f"median {q[1]:.4g}, middle half {q[0]:.4g} to {q[2]:.4g}")


def _on_blocks(cohort: Cohort, study: Study) -> Iterator[Check]:
    for name, table in cohort.blocks.items():
        frame = table.frame
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


def _on_split(study: Study, ready: Prepared) -> Iterator[Check]:
    split, folds = ready.split, list(ready.split.folds())
    outer = study.split.outer
    sizes = [len(fold.judge) for fold in folds]
    text = f"{len(folds)} judgements of {min(sizes):,} to {max(sizes):,} rows"
    if ready.loaded.cohort.groups is not None:
        groups = len(set(ready.loaded.cohort.groups.tolist()))
        text += f"; {groups:,} groups of {outer.group or outer.leave_out} stay whole"
    if len(split.test):
        text += f"; {len(split.test):,} test rows, asked once"
    yield Check("ok", "split", text)


def _on_work(study: Study, ready: Prepared) -> Iterator[Check]:
    names = ", ".join(candidate.label for candidate in ready.candidates)
    yield Check("ok", "models", names)
    folds = sum(1 for _ in ready.split.folds()) + 1
    inner = 1 if study.split.fractions else study.split.inner.folds
    fits = 0
    stacked = {model.label for model in study.models if model.name == STACK}
    for candidate in ready.candidates:
        trials = ready.rules.trials if candidate.space else 1
        each = 1
        if candidate.label in stacked:
            each = len(candidate.estimator.members) * (candidate.estimator.folds + 1)
        fits += folds * (trials * inner + 1) * each
    rows, columns = ready.loaded.cohort.shape
    yield Check(
        "ok", "work", f"{fits:,} fits; about {8 * rows * columns * 4 / 1e6:,.0f} MB of memory for each worker"
    )
