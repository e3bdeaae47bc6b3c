"""What the figures mean: differences that hold, subgroups, decisions, stability."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from prognome.core.cohort import Cohort
from prognome.core.metrics import Metric
from prognome.core.split import Split
from prognome.core.study import Study
from prognome.report.words import metric_name
from prognome.validate.candidate import Candidate
from prognome.validate.compare import compare, find_family
from prognome.validate.compare_sentence import sentence
from prognome.validate.crew import Crew, Progress
from prognome.validate.curve_end import curve_sentence
from prognome.validate.decisions import decision_curve
from prognome.validate.evaluate import Evaluation, Rules
from prognome.validate.gaps import GAP_COLUMNS, score_gaps
from prognome.validate.score import COLUMNS
from prognome.validate.stability import count_pieces, learning_curve, over_seeds, spread_sentence
from prognome.validate.subgroup_levels import learn_all_levels
from prognome.validate.subgroup_worst import find_worst, subgroup_sentence
from prognome.validate.subgroups import score_subgroups


@dataclass(frozen=True, eq=False)
class Judgement:
    """What is said of an evaluation beyond its scores.

    Parameters
    ----------
    comparisons, gaps, decision_curve, stability
        Tables of the run folder; without lines where there is nothing to say.
    subgroup_scores
        Lines for ``scores.tsv``.
    verdicts
        Part → one sentence on which differences hold.
    subgroups
        Part → a sentence on each column of subgroups.
    curve, spread
        A sentence on the end of the learning curve, and on chance of folds and seeds; or empty.
    """

    comparisons: pd.DataFrame
    gaps: pd.DataFrame
    decision_curve: pd.DataFrame
    stability: pd.DataFrame
    subgroup_scores: pd.DataFrame
    verdicts: Mapping[str, str]
    subgroups: Mapping[str, list[str]]
    curve: str
    spread: str


def judge(
    study: Study,
    candidates: list[Candidate],
    cohort: Cohort,
    split: Split,
    rules: Rules,
    evaluation: Evaluation,
    external: Mapping[str, Cohort],
    *,
    workers: int = 1,
    progress: Progress | None = None,
) -> Judgement:
    """Compare, look at subgroups, at decisions and at stability.

    Parameters
    ----------
    study
        Resolved.
    candidates
        In the order of the menu.
    cohort, split, rules, evaluation
        As judged.
    external
        Name → cohort that judged.
    workers, progress
        As for ``evaluate``, for the fits of learning curve and seeds.
    """
    best = evaluation.best
    metric = rules.metric
    parts = list(dict.fromkeys(part for label, part in evaluation.folds if label == best))
    cohorts = {part: external[part[9:]] if part.startswith("external:") else cohort for part in parts}
    alive = [one for one in candidates if (one.label, parts[0]) in evaluation.folds]
    family = find_family(alive, evaluation.folds, metric, best=best, part=parts[0])
    comparisons = compare(
        evaluation.folds,
        metric,
        family=family,
        groups_of=lambda part: cohorts[part].groups,
        interval=rules.interval,
        train_rows={(fold.repeat, fold.fold): len(fold.train) for fold in split.folds()},
    )
    scores, gaps, sentences = _subgroups(study, cohort, cohorts, split, rules, evaluation)
    stability, curve, spread = _stability(
        study, alive, cohort, split, rules, evaluation, workers=workers, progress=progress
    )
    return Judgement(
        comparisons,
        gaps,
        _decisions(study, cohorts, rules, evaluation),
        stability,
        scores,
        {part: sentence(comparisons, family, part) for part in parts},
        sentences,
        curve,
        spread,
    )


def _subgroups(
    study: Study,
    cohort: Cohort,
    cohorts: Mapping[str, Cohort],
    split: Split,
    rules: Rules,
    evaluation: Evaluation,
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, list[str]]]:
    """The best model at each level of each column that the part has."""
    levels = learn_all_levels(study.subgroups, cohort.facts, split.learn)
    scores: list[dict[str, Any]] = []
    gaps: list[dict[str, Any]] = []
    sentences: dict[str, list[str]] = {}
    for part, source in cohorts.items():
        here = [one for one in levels if one.column in source.facts]
        folds = evaluation.folds[(evaluation.best, part)]
        if not here:
            continue
        common: dict[str, Any] = {
            "kind": rules.kind, "primary": rules.metric, "groups": source.groups, "interval": rules.interval,
        }  # fmt: skip
        mine = score_subgroups(evaluation.best, part, folds, here, source.facts, **common)
        apart = score_gaps(
            evaluation.best, part, folds, here, source.facts, tolerated=study.judge.gap, **common
        )
        sentences[part] = [subgroup_sentence(worst) for worst in find_worst(mine, apart, rules.metric)]
        scores += mine
        gaps += apart
    whole = {"repeat": "Int64", "fold": "Int64", "n": "Int64", "events": "Int64"}
    return (
        pd.DataFrame(scores, columns=list(COLUMNS)).astype(whole),
        pd.DataFrame(gaps, columns=list(GAP_COLUMNS)).astype({"n": "Int64", "events": "Int64"}),
        sentences,
    )


def _decisions(
    study: Study, cohorts: Mapping[str, Cohort], rules: Rules, evaluation: Evaluation
) -> pd.DataFrame:
    if study.target.kind != "binary":
        return pd.DataFrame()
    tables = [
        decision_curve(label, part, folds, groups=cohorts[part].groups, interval=rules.interval)
        for (label, part), folds in evaluation.folds.items()
        if part in cohorts
    ]
    return pd.concat(tables, ignore_index=True)


def _stability(
    study: Study,
    alive: list[Candidate],
    cohort: Cohort,
    split: Split,
    rules: Rules,
    evaluation: Evaluation,
    *,
    workers: int,
    progress: Progress | None,
) -> tuple[pd.DataFrame, str, str]:
    """Learning curve and spread over seeds of the best model, in cross-validation."""
    best = next(one for one in alive if one.label == evaluation.best)
    asked = study.stability
    if split.scheme == "fractions" or best.label == "dummy" or not (asked.curve or asked.seeds):
        return pd.DataFrame(), "", ""
    total = count_pieces(cohort, split, asked.curve, asked.seeds, rules.seed)
    crew = Crew(cohort, rules.metric, workers, total, progress)
    metric = rules.metric
    chosen = {
        (repeat, fold): params
        for (label, repeat, fold), params in evaluation.params.items()
        if label == best.label
    }
    curve = learning_curve(
        best, chosen, cohort, split, asked.curve,
        metric=metric, seed=rules.seed, crew=crew, level=rules.interval.level,
    )  # fmt: skip
    refitted = evaluation.refitted[best.label].chosen
    seeds = over_seeds(
        best, refitted.params if refitted else {}, cohort, split, study.split, asked.seeds,
        metric=metric, seed=rules.seed, crew=crew,
    )  # fmt: skip
    recalibrated = bool(cohort.classes) and metric.name not in ("auc_roc", "average_precision")
    caveat = " Figures are before recalibration." if recalibrated else ""
    words: dict[str, Any] = {"metric": metric_name(metric.name), "error": _is_error(metric)}
    return (
        pd.concat([one for one in (curve.table, seeds.table) if len(one)] or [curve.table]),
        curve_sentence(curve.end, **words) + caveat if curve.end else "",
        spread_sentence(seeds.spread, **words) + caveat if seeds.spread else "",
    )


def _is_error(metric: Metric) -> bool:
    return not metric.higher
