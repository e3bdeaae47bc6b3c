"""The main job: study → cohort → split → judge → bundle → run folder."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from prognome.core.bundle import Bundle
from prognome.core.cohort import Cohort
from prognome.core.files import new_folder, refuse_taken, write_tsv
from prognome.core.follow_up import learn_follow_up
from prognome.core.metrics import find_metric
from prognome.core.paths import anchor
from prognome.core.rule import Rule
from prognome.core.schema import Schema
from prognome.core.seeds import seed_of
from prognome.core.shared_work import SHARED
from prognome.core.split import Split, check_folds, make_split
from prognome.core.split_file import read_split
from prognome.core.study import Study
from prognome.core.survival import is_survival
from prognome.errors import StudyError
from prognome.jobs import record
from prognome.jobs.assemble import (
    candidates,
    group_mean_column,
    holds_training_rows,
    refuse_too_many_rows,
    resolve,
)
from prognome.jobs.beside_markers import Beside, read_beside
from prognome.jobs.explanation import explain_or_say_why_not
from prognome.jobs.facts_of_run import facts_of_run, judgement_facts, without_nan
from prognome.jobs.how_read import remember
from prognome.jobs.incoming import load_external
from prognome.jobs.judgement import Judgement, judge
from prognome.jobs.load import Loaded, load
from prognome.jobs.marker_tables import Explanation
from prognome.jobs.reasons import BACKGROUND, background_of
from prognome.jobs.sentinels import ask_sentinels
from prognome.jobs.table1 import table1
from prognome.jobs.watch import Said, guard_ids, guard_training_rows, guards_table, stop_if_strict
from prognome.jobs.watch_encoders import guard_encoders
from prognome.jobs.watch_external import guard_external, measure_absence
from prognome.report.report import write_report
from prognome.validate.candidate import Candidate
from prognome.validate.evaluate import Evaluation, Rules, evaluate, refit
from prognome.validate.resume import Pieces, pieces_folder
from prognome.validate.score import Interval
from prognome.validate.subgroup_levels import Levels, learn_all_levels

Progress = Callable[[int, int, str], None]
Say = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class RunResult:
    """What came of a run.

    Parameters
    ----------
    study
        Resolved.
    split
        Who trained and who judged.
    evaluation
        Predictions, scores, timing.
    judgement
        Comparisons, subgroups, decisions, stability.
    guards
        What the guards said.
    explanation
        Markers of the best model.
    bundle
        The best model refitted, with its schema.
    record
        What ``run.json`` says.
    out
        The run folder, or None.
    """

    study: Study
    split: Split
    evaluation: Evaluation
    judgement: Judgement
    guards: list[Said]
    explanation: Explanation
    bundle: Bundle
    record: Mapping[str, Any]
    out: Path | None

    @property
    def scores(self) -> pd.DataFrame:
        """``scores.tsv``."""
        return self.evaluation.scores

    @property
    def markers(self) -> pd.DataFrame:
        """``markers.tsv``; without lines where the best model was not asked."""
        return self.explanation.tables.get("markers", pd.DataFrame(columns=["feature", "rank"]))

    @property
    def predictions(self) -> pd.DataFrame:
        """``predictions.tsv``."""
        return self.evaluation.predictions

    @property
    def best(self) -> str:
        """Label of the best model."""
        return self.evaluation.best


@dataclass(frozen=True, eq=False)
class Prepared:
    """Everything that is known before anything learns."""

    loaded: Loaded
    split: Split
    candidates: list[Candidate]
    rules: Rules
    guards: list[Said]
    levels: tuple[Levels, ...]
    beside: Beside


def prepare(study: Study) -> Prepared:
    """Read, match, ask the guards, split and assemble; nothing learns here.

    Raises
    ------
    StudyError, DataError
        For everything that can be known to go wrong before the work.
    """
    metric = find_metric(study.primary, study.target.kind)
    standing = candidates(study)
    loaded, told = guard_ids(study, load(study))
    told += guard_encoders(study, standing)
    split = split_of(study, loaded)
    refuse_too_many_rows(standing, len(loaded.cohort) if study.refit == "all" else len(split.learn))
    loaded = with_follow_up(study, loaded, split)
    levels = learn_all_levels(study.subgroups, loaded.cohort.facts, split.learn)
    beside = read_beside(study, {name for block in loaded.cohort.blocks.values() for name in block.names})
    told += guard_training_rows(study, loaded, split)
    rules = Rules(
        study.target.kind,
        metric,
        study.split.inner.folds,
        study.tune,
        Interval(study.judge.bootstrap, study.judge.level, seed_of(study.seed, "bootstrap")),
        study.seed,
        study.judge,
    )
    return Prepared(loaded, split, _that_differ(standing, loaded, split), rules, told, levels, beside)


def _that_differ(standing: list[Candidate], loaded: Loaded, split: Split) -> list[Candidate]:
    """Without means of batches where all rows are of one batch: they are the dummy under another name."""
    kept = []
    for candidate in standing:
        column = group_mean_column(candidate)
        if column is None or len(set(loaded.cohort.facts[column][split.learn].tolist()) - {None}) > 1:
            kept.append(candidate)
    return kept


def with_follow_up(study: Study, loaded: Loaded, split: Split) -> Loaded:
    """Of survival: with the times at which it is asked, which are those of rows that are not test."""
    cohort = loaded.cohort
    if cohort.target is None or not is_survival(cohort.target):
        return loaded
    judge = study.judge
    follow_up = learn_follow_up(cohort.target[split.learn], judge.horizons, judge.tau)
    return replace(loaded, cohort=replace(cohort, follow_up=follow_up))


def split_of(study: Study, loaded: Loaded) -> Split:
    """The study's split: honoured where a file is given, made otherwise."""
    cohort = loaded.cohort
    assert cohort.target is not None
    if study.split.file:
        scheme = "time" if study.split.outer.time else "folds"
        split = read_split(Path(study.split.file), cohort.ids, scheme=scheme, groups=cohort.groups)  # type: ignore[arg-type]
        check_folds(split, cohort.target, cohort.classes, cohort.groups)
        if loaded.in_test is not None and set(split.test.tolist()) != set(np.flatnonzero(loaded.in_test)):
            raise StudyError(
                "split.file",
                "has another test part than split.test names",
                seen=f"{len(split.test):,} and {int(loaded.in_test.sum()):,} rows",
                mend="Leave out one of the two.",
            )
        return split
    return make_split(
        study.split,
        ids=cohort.ids,
        target=cohort.target,
        classes=cohort.classes,
        groups=cohort.groups,
        times=loaded.times,
        in_test=loaded.in_test,
        seed=seed_of(study.seed, "split"),
    )


def run(
    study: Study,
    out: str | Path | None = None,
    *,
    workers: int | None = None,
    overwrite: bool = False,
    fresh: bool = False,
    progress: Progress | None = None,
    say: Say | None = None,
    notice: Say | None = None,
) -> RunResult:
    """Answer a study's question.

    Parameters
    ----------
    study
        The question.
    out
        Run folder to write; None writes nothing.
    workers
        Processes; by default as many as there are cores. Results do not depend on it.
    overwrite
        Replace a finished run.
    fresh
        Do not take up what an interrupted run into the same place has left.
    progress
        Called with pieces done, pieces in all, and a word on the last; one that is a
        :class:`prognome.validate.training_watch.WatchesTraining` hears of networks in training too.
    say
        Called with a sentence where something begins.
    notice
        Called with a sentence that matters: what was taken up, what is kept.

    Raises
    ------
    CallError
        If study, data or output place are wrong; nothing is left half-written.
    WorkError
        If no model could be fitted.
    """
    say = say or (lambda _: None)
    study = resolve(anchor(study, Path.cwd()))
    if out is None:
        return _run(study, None, None, workers, progress, say, None)
    out = Path(out)
    refuse_taken(out, overwrite=overwrite, layout=record.RUN_LAYOUT)
    pieces = Pieces(pieces_folder(out), record.versions(), fresh=fresh, notice=notice)
    try:
        with new_folder(out, overwrite=overwrite, layout=record.RUN_LAYOUT) as folder:
            result = _run(study, folder, out, workers, progress, say, pieces)
    except BaseException as error:
        stopped = isinstance(error, (KeyboardInterrupt, SystemExit))
        if notice and (words := pieces.goodbye(interrupted=stopped)):
            notice(words)
        raise
    pieces.clear()
    return result


def _run(
    study: Study,
    folder: Path | None,
    out: Path | None,
    workers: int | None,
    progress: Progress | None,
    say: Say,
    pieces: Pieces | None,
) -> RunResult:
    try:
        return _answered(study, folder, out, workers, progress, say, pieces)
    finally:
        SHARED.forget()


def _answered(
    study: Study,
    folder: Path | None,
    out: Path | None,
    workers: int | None,
    progress: Progress | None,
    say: Say,
    pieces: Pieces | None,
) -> RunResult:
    started, clock = datetime.now(UTC), time.perf_counter()
    say("reading and matching")
    ready = prepare(study)
    inputs = record.fingerprints(study)
    cohort, split = ready.loaded.cohort, ready.split
    if folder is not None:
        (folder / "study.yaml").write_text(study.to_yaml(), encoding="utf-8")
        write_tsv(split.table.astype({"repeat": "Int64", "fold": "Int64"}), folder / "split.tsv")
        write_mismatches(ready.loaded.mismatches, folder / "mismatches.tsv")

    schema = learn_schema(study, cohort.rows(split.learn))
    if study.external:
        say("reading external cohorts")
    elsewhere = {
        other.name: load_external(study, other, schema, cohort.classes, cohort.follow_up)
        for other in study.external
    }
    told = [*ready.guards, *guard_external(study, schema, cohort.rows(split.learn), elsewhere)]
    stop_if_strict(study, told)
    workers = workers or record.usable_cores()
    if study.guards.sentinels:
        say("asking the sentinels")
        told += ask_sentinels(
            study, cohort, split, ready.candidates, ready.rules, workers=workers, pieces=pieces
        )
        stop_if_strict(study, told)
    say("judging models")
    others = {name: arrived.cohort for name, arrived in elsewhere.items()}
    evaluation = evaluate(
        ready.candidates,
        cohort,
        split,
        ready.rules,
        external=others,
        workers=workers,
        progress=progress,
        pieces=pieces,
    )
    say("comparing models; learning curve, seeds and blocks")
    judgement = judge(
        study, ready.candidates, cohort, split, ready.rules, evaluation, others,
        levels=ready.levels, workers=workers, progress=progress, pieces=pieces,
    )  # fmt: skip
    if len(judgement.subgroup_scores):
        scores = pd.concat([evaluation.scores, judgement.subgroup_scores], ignore_index=True)
        evaluation = replace(evaluation, scores=scores)
    best = next(one for one in ready.candidates if one.label == evaluation.best)
    told = measure_absence(
        study, told, elsewhere, best, cohort, split, ready.rules, evaluation, workers, pieces
    )
    if study.explain.markers is not False:
        say("asking the best model for its reasons")
    explanation = explain_or_say_why_not(
        study, best, cohort, split, ready.rules, evaluation,
        beside=ready.beside, workers=workers, progress=progress, pieces=pieces,
    )  # fmt: skip
    say("writing the bundle and the report")
    bundle = _bundle(study, ready, evaluation, schema)
    known = facts_of_run(
        study,
        ready.loaded,
        split,
        ready.candidates,
        evaluation,
        elsewhere,
        inputs,
        started,
        time.perf_counter() - clock,
    )
    known |= judgement_facts(judgement, told)
    known["explanation"] = without_nan(explanation.said)
    if pieces is not None and pieces.taken:
        known["notes"].append(pieces.note())
    if folder is not None:
        write_tsv(evaluation.predictions, folder / "predictions.tsv")
        write_tsv(evaluation.scores, folder / "scores.tsv")
        write_tsv(evaluation.timing, folder / "timing.tsv")
        write_tsv(judgement.comparisons, folder / "comparisons.tsv")
        write_tsv(guards_table(told), folder / "guards.tsv")
        if len(evaluation.search):
            write_tsv(evaluation.search, folder / "search.tsv")
        if len(evaluation.training):
            write_tsv(evaluation.training, folder / "training.tsv")
        characteristics = table1(study, cohort, others)
        if len(characteristics):
            write_tsv(characteristics, folder / "table1.tsv")
        for name in ("gaps", "decision_curve", "stability"):
            table = getattr(judgement, name)
            if len(table):
                write_tsv(table, folder / f"{name}.tsv")
        if len(judgement.added.table):
            write_tsv(judgement.added.table, folder / "blocks.tsv")
        for name, table in explanation.tables.items():
            write_tsv(table, folder / f"{name}.tsv")
        (folder / "bundle").mkdir()
        known["bundle"] = {
            "manifest_sha256": bundle.save(folder / "bundle"),
            "model": evaluation.best,
            "holds_training_rows": bundle.holds_training_rows,
        }
        text = json.dumps(known, indent=1, ensure_ascii=False, allow_nan=False)
        (folder / "run.json").write_text(text + "\n", encoding="utf-8")
        write_report(folder)
    return RunResult(study, split, evaluation, judgement, told, explanation, bundle, known, out)


def learn_schema(study: Study, cohort: Cohort) -> Schema:
    """The contract, from rows that are not test."""
    return Schema.learn(
        cohort,
        contract=study.contract,
        aliases={name: spec.aliases for name, spec in study.blocks.items()},
        optional=[name for name, spec in study.blocks.items() if spec.optional],
    )


def write_mismatches(table: pd.DataFrame, path: Path) -> None:
    """Ids of problem rows, readable by their owner alone."""
    path.touch(mode=0o600)
    write_tsv(table, path)


def _bundle(study: Study, ready: Prepared, evaluation: Evaluation, schema: Schema) -> Bundle:
    cohort, split = ready.loaded.cohort, ready.split
    learned, rows = evaluation.refitted[evaluation.best], split.learn
    if study.refit == "all" and len(split.test):
        best = next(one for one in ready.candidates if one.label == evaluation.best)
        rows = np.arange(len(cohort))
        learned = refit(best, cohort, rows, ready.rules)
        schema = learn_schema(study, cohort)
    about: dict[str, Any] = {
        "study": study.name,
        "question": study.question,
        "target": study.target.column,
        "model": evaluation.best,
        "rows": len(rows),
        "refit": study.refit,
        "seed": study.seed,
        "study_sha256": record.study_hash(study),
        "versions": record.versions(),
        "read": {name: remember(spec, study.rows.id) for name, spec in study.blocks.items()},
    }
    if (means := background_of(learned.fitted, cohort.rows(rows))) is not None:
        about[BACKGROUND] = means
    kind = study.target.kind
    rule = learned.rule or Rule.nothing(kind, cohort.follow_up)
    holds = holds_training_rows(study, evaluation.best)
    return Bundle(learned.fitted, schema, rule, kind, cohort.classes, about, holds)
