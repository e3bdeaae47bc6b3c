"""Nested evaluation: who trains never judges, what is chosen is chosen inside, each part is asked once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd

from prognome.core.cohort import Cohort
from prognome.core.metrics import Metric, metrics_for
from prognome.core.rule import Rule
from prognome.core.seeds import seed_of
from prognome.core.split import Fold, Split
from prognome.core.study_judge import Judge
from prognome.core.study_models import Tune
from prognome.core.table import Index
from prognome.errors import WorkError
from prognome.validate.candidate import Candidate
from prognome.validate.choose import Standing, choose
from prognome.validate.crew import Asked, Crew, Progress
from prognome.validate.join import join_all, shared, that_can_join, with_members
from prognome.validate.learn import Found, Learned, Task
from prognome.validate.network_training import training_notes, training_table
from prognome.validate.resume import Pieces
from prognome.validate.score import COLUMNS, Interval, JudgedFold, score_part
from prognome.validate.tables import predictions_table, search_table, timing_table

CHOSEN = "chosen"
Folds = dict[tuple[str, str], list[JudgedFold]]


@dataclass(frozen=True, eq=False)
class Rules:
    """How models are searched and judged: the study's ``judge``, ``tune``, ``split.inner`` and ``seed``."""

    kind: str
    metric: Metric
    inner: int
    tune: Tune
    interval: Interval
    seed: int
    judge: Judge = field(default_factory=Judge)


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Out-of-fold predictions and every score with its interval.

    Parameters
    ----------
    predictions, scores, timing
        As in the run folder.
    best
        Label of the best model by the outer folds (or the validation part).
    picks
        (repeat, fold) → label that the inner folds chose there.
    refitted
        Label → the model fitted on all rows that are not test, which the test and external parts judged.
        Where there is no such part, the best one alone.
    failures
        Label → why a model has no figures.
    folds
        (label, part) → what was said, fold by fold; refitted models on test and external parts as one fold.
    params
        (label, repeat, fold) → the parameters that the inner folds of that fold chose.
    features
        Label of a model of one feature → how many fits took which.
    training
        ``training.tsv``: losses of networks by epoch; without lines where there are none.
    training_notes
        Label → what its trainings had to say.
    search
        ``search.tsv``: every setting that was tried; without lines where nothing was searched.
    """

    predictions: pd.DataFrame
    scores: pd.DataFrame
    timing: pd.DataFrame
    best: str
    picks: Mapping[tuple[int, int], str]
    refitted: Mapping[str, Learned]
    failures: Mapping[str, str]
    folds: Folds
    params: Mapping[tuple[str, int, int], Mapping[str, Any]]
    features: Mapping[str, Mapping[str, int]]
    training: pd.DataFrame = field(default_factory=lambda: training_table([]))
    training_notes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    search: pd.DataFrame = field(default_factory=lambda: search_table([]))

    def params_of(self, label: str) -> dict[tuple[int, int], Mapping[str, Any]]:
        """(repeat, fold) → the parameters that a model chose there."""
        return {
            (repeat, fold): params for (name, repeat, fold), params in self.params.items() if name == label
        }


def evaluate(
    candidates: Sequence[Candidate],
    cohort: Cohort,
    split: Split,
    rules: Rules,
    *,
    external: Mapping[str, Cohort] | None = None,
    workers: int = 1,
    progress: Progress | None = None,
    pieces: Pieces | None = None,
) -> Evaluation:
    """Judge every candidate by the split.

    Parameters
    ----------
    candidates
        In the order of the menu.
    cohort
        All rows with their target.
    split
        Who trains and who judges.
    rules
        Metric, inner folds, search, intervals, seed.
    external
        Name → cohort that only judges.
    workers
        Processes; the result does not depend on it.
    progress
        Called with pieces done, pieces in all, and a word on the last.
    pieces
        Where finished pieces are kept, and taken up if they stand there; None keeps nothing.

    Raises
    ------
    WorkError
        If no model but the baselines could be fitted.
    """
    external = external or {}
    last: dict[str, tuple[Cohort, Index]] = {"test": (cohort, split.test)} if len(split.test) else {}
    last |= {f"external:{name}": (other, np.arange(len(other))) for name, other in external.items()}
    outer = list(split.folds())
    candidates = that_can_join(candidates)
    work = [
        (shared(_task(candidate, fold, split, rules), candidates), {fold.part: (cohort, fold.judge)})
        for fold in outer
        for candidate in candidates
    ]
    fitted_alone = sum(not candidate.members for candidate in candidates)
    total = len(outer) * fitted_alone + (fitted_alone if last else 1)
    crew = Crew(cohort, rules.metric, workers, total, progress, pieces)

    judged = _work(crew, work, cohort, rules.metric)
    failures = {one.label: one.failure for one in judged if one.failure}
    alive = _alive(candidates, failures)
    judged = [one for one in judged if one.label not in failures]
    rows = {(fold.part, fold.repeat, fold.fold): (cohort, fold.judge) for fold in outer}
    folds = _folds(judged, rows, rules.kind)
    part = outer[0].part
    picks = _picks(judged, alive, rules.metric) if part == "cv" else {}
    if picks:
        places = [(one.repeat, one.fold) for one in folds[(alive[0].label, part)]]
        folds[(CHOSEN, part)] = [folds[(picks[where], part)][k] for k, where in enumerate(places)]
    scores = _scores(folds, cohort, external, rules)
    best = _best(alive, folds, scores, rules.metric, part, rules.interval.level)

    whole = Fold("test", 1, 1, split.learn, split.test)
    wanted = [candidate for candidate in alive if last or candidate.label == best]
    found = _searched(judged) if split.scheme == "fractions" else {}
    kept = with_members([one for one in wanted if one.label == best], alive)
    refits = [
        (
            replace(
                shared(_task(one, whole, split, rules), wanted),
                keep=one in kept,
                weigh=True,
                found=found.get(one.label),
            ),
            last,
        )
        for one in with_members(wanted, alive)
    ]
    refitted = _work(crew, refits, cohort, rules.metric)
    refitted = [one for one in refitted if one.label in {candidate.label for candidate in wanted}]
    failures |= {one.label: one.failure for one in refitted if one.failure}
    if best in failures:
        raise WorkError(best, f"could not be refitted on all rows that are not test; {failures[best]}")
    refitted = [one for one in refitted if one.label not in failures]
    folds_last = _folds(refitted, {(part, 1, 1): asked for part, asked in last.items()}, rules.kind)
    tables = [scores]
    if folds_last:
        tables.append(_scores(folds_last, cohort, external, rules))
    params = {(one.label, one.repeat, one.fold): one.chosen.params for one in judged if one.chosen}
    return Evaluation(
        predictions_table({**folds, **folds_last}, cohort, external),
        pd.concat(tables, ignore_index=True),
        timing_table([*judged, *refitted]),
        best,
        picks,
        {one.label: one for one in refitted},
        failures,
        {**folds, **folds_last},
        params,
        _features(judged),
        training_table([*judged, *refitted]),
        training_notes([*judged, *refitted]),
        search_table([*judged, *refitted]),
    )


def _searched(judged: Sequence[Learned]) -> dict[str, Found]:
    """What each model's search on the validation part found, so that its refit need not search again."""
    return {
        one.label: Found(one.chosen, one.trials, one.rule, one.out_of_fold)
        for one in judged
        if one.chosen is not None
    }


def _work(crew: Crew, work: Sequence[tuple[Task, Asked]], cohort: Cohort, metric: Metric) -> list[Learned]:
    """Fit what has to be fitted, and join the stacks of it."""
    done = crew.work([(task, asked) for task, asked in work if not task.candidate.members])
    return join_all([task for task, _ in work], done, cohort, metric)


def _task(candidate: Candidate, fold: Fold, split: Split, rules: Rules) -> Task:
    """The piece of work for one model and one fold; with fractions the validation part searches."""
    search: Index = fold.train
    inner: Any = rules.inner
    if split.scheme == "fractions":
        search = split.part("train", "validation")
        validation = np.isin(search, split.part("validation"))
        inner = [(np.flatnonzero(~validation), np.flatnonzero(validation))]
    seed = seed_of(rules.seed, "model", candidate.label, fold.part, fold.repeat, fold.fold)
    cut = seed_of(rules.seed, "inner", fold.part, fold.repeat, fold.fold)  # the same folds for every model
    return Task(
        candidate, fold.part, fold.repeat, fold.fold, fold.train, search, inner, rules.tune, seed, cut,
        judge=rules.judge, kind=rules.kind,
    )  # fmt: skip


def _alive(candidates: Sequence[Candidate], failures: Mapping[str, str]) -> list[Candidate]:
    alive = [candidate for candidate in candidates if candidate.label not in failures]
    if all(candidate.baseline for candidate in alive):
        label, why = next(iter(failures.items()), ("models", "there is none"))
        raise WorkError(label, f"could not be fitted, and no other model is left; {why}")
    return alive


def _folds(
    answers: Sequence[Learned], asked: Mapping[tuple[str, int, int], tuple[Cohort, Index]], kind: str
) -> Folds:
    """(label, part) → what was said, fold by fold."""
    folds: Folds = {}
    for one in answers:
        for part, said in one.said.items():
            source, rows = asked[(part, one.repeat, one.fold)]
            assert source.target is not None
            # the validation part taught the rule, so there the rule has no say
            nothing = one.rule is None or part == "validation"
            rule = Rule.nothing(kind, source.follow_up) if nothing or one.rule is None else one.rule
            judged = rule.judged(source.target[rows], said)
            folds.setdefault((one.label, part), []).append(
                JudgedFold(one.repeat, one.fold, rows, judged, rule.cut)
            )
    return folds


def _scores(folds: Folds, cohort: Cohort, external: Mapping[str, Cohort], rules: Rules) -> pd.DataFrame:
    rows = []
    for (label, part), judged in folds.items():
        source = external[part[9:]] if part.startswith("external:") else cohort
        rows += score_part(
            label, part, judged, metrics_for(rules.kind, source.follow_up), groups=source.groups,
            interval=rules.interval,
        )  # fmt: skip
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.astype({"repeat": "Int64", "fold": "Int64", "n": "Int64", "events": "Int64"})


def _features(answers: Sequence[Learned]) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for one in answers:
        if one.feature:
            found.setdefault(one.label, Counter())[one.feature] += 1
    return found


def _picks(
    answers: Sequence[Learned], candidates: Sequence[Candidate], metric: Metric
) -> dict[tuple[int, int], str]:
    """What the inner folds of each outer fold would have chosen."""
    rank = {one.label: one.standing for one in candidates if not one.comparison_only}
    standings: dict[tuple[int, int], list[Standing]] = {}
    for one in answers:
        if one.label not in rank:
            continue
        assert one.chosen is not None
        standings.setdefault((one.repeat, one.fold), []).append(
            Standing(one.label, rank[one.label], one.chosen.scores)
        )
    return {where: choose(models, metric) for where, models in standings.items()}


def _best(
    candidates: Sequence[Candidate],
    folds: Folds,
    scores: pd.DataFrame,
    metric: Metric,
    part: str,
    level: float,
) -> str:
    """The simplest within one standard error of the highest mean score.

    A single validation part has no spread over folds: there the interval gives the error.
    """
    standings = []
    for candidate in candidates:
        if candidate.comparison_only:
            continue
        values = tuple(metric.value(fold.judged) for fold in folds[(candidate.label, part)])
        error = None
        if len(values) == 1:
            wanted = {"model": candidate.label, "part": part, "metric": metric.name}
            line = scores[(scores[list(wanted)] == pd.Series(wanted)).all(axis=1)].iloc[0]
            width = float(line["high"] - line["low"])
            error = 0.0 if np.isnan(width) else width / (2 * NormalDist().inv_cdf((1 + level) / 2))
        repeats = len({fold.repeat for fold in folds[(candidate.label, part)]})
        standings.append(Standing(candidate.label, candidate.standing, values, error, repeats))
    return choose(standings, metric)


def refit(candidate: Candidate, cohort: Cohort, rows: Index, rules: Rules) -> Learned:
    """Search and fit one model on these rows, asking nobody.

    Raises
    ------
    WorkError
        If it cannot be fitted.
    """
    cut = seed_of(rules.seed, "model", candidate.label, "refit", 1, 1)
    tasks: list[tuple[Task, Asked]] = []
    for one in (*candidate.members, candidate):
        seed = seed_of(rules.seed, "model", one.label, "refit", 1, 1)
        task = Task(
            one, "refit", 1, 1, rows, rows, rules.inner, rules.tune, seed, cut,
            keep=True, judge=rules.judge, kind=rules.kind,
        )  # fmt: skip
        tasks.append((shared(task, [candidate]), {}))
    learned = _work(Crew(cohort, rules.metric, 1, len(tasks), None), tasks, cohort, rules.metric)[-1]
    if learned.failure:
        raise WorkError(candidate.label, f"could not be refitted; {learned.failure}")
    return learned
