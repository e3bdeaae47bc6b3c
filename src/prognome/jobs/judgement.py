"""What the figures mean: differences that hold, subgroups, decisions, stability, what each block adds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from prognome.core.cohort import Cohort
from prognome.core.split import Split
from prognome.core.study import Study
from prognome.jobs.added_value import AddedValue, judge_blocks
from prognome.jobs.stability import judge_stability
from prognome.validate.candidate import Candidate
from prognome.validate.compare import compare, find_family
from prognome.validate.compare_sentence import decision_sentence, sentence
from prognome.validate.crew import Progress
from prognome.validate.decisions import decision_curve
from prognome.validate.evaluate import Evaluation, Rules
from prognome.validate.gaps import GAP_COLUMNS, score_gaps
from prognome.validate.resume import Pieces
from prognome.validate.score import COLUMNS
from prognome.validate.subgroup_levels import Levels
from prognome.validate.subgroup_part import SubgroupPart
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
        Part → one sentence on which differences hold, in the primary metric.
    decisions
        Part → one sentence on which differences in decisions hold, where these were compared.
    subgroups
        Part → a sentence on each column of subgroups.
    curve, spread, left_out
        Sentences on the end of the learning curve, on chance of folds and seeds, and on what was left out of
        these to save time; or empty.
    added
        What each block adds to the best model.
    """

    comparisons: pd.DataFrame
    gaps: pd.DataFrame
    decision_curve: pd.DataFrame
    stability: pd.DataFrame
    subgroup_scores: pd.DataFrame
    verdicts: Mapping[str, str]
    decisions: Mapping[str, str]
    subgroups: Mapping[str, list[str]]
    curve: str
    spread: str
    left_out: str
    added: AddedValue


def judge(
    study: Study,
    candidates: list[Candidate],
    cohort: Cohort,
    split: Split,
    rules: Rules,
    evaluation: Evaluation,
    external: Mapping[str, Cohort],
    *,
    levels: Sequence[Levels] = (),
    workers: int = 1,
    progress: Progress | None = None,
    pieces: Pieces | None = None,
) -> Judgement:
    """Compare, look at subgroups, at decisions, at stability and at each block.

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
    levels
        How the columns of subgroups are parted, learned from rows that are not test.
    workers, progress, pieces
        As for ``evaluate``, for the fits of learning curve, seeds and blocks.
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
    scores, gaps, sentences = _subgroups(study, cohorts, levels, rules, evaluation)
    stability = judge_stability(
        study, alive, cohort, split, rules, evaluation, workers=workers, progress=progress, pieces=pieces
    )
    added = judge_blocks(
        study, alive, cohort, split, rules, evaluation, external,
        workers=workers, progress=progress, pieces=pieces,
    )  # fmt: skip
    return Judgement(
        comparisons,
        gaps,
        _decisions(study, cohorts, rules, evaluation),
        stability.table,
        scores,
        {part: sentence(comparisons, family, part, metric.name) for part in parts},
        {part: said for part in parts if (said := decision_sentence(comparisons, family, part))},
        sentences,
        stability.curve,
        stability.spread,
        stability.left_out,
        added,
    )


def _subgroups(
    study: Study,
    cohorts: Mapping[str, Cohort],
    levels: Sequence[Levels],
    rules: Rules,
    evaluation: Evaluation,
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, list[str]]]:
    """The best model at each level of each column that the part has."""
    scores: list[dict[str, Any]] = []
    gaps: list[dict[str, Any]] = []
    sentences: dict[str, list[str]] = {}
    for part, source in cohorts.items():
        here = [one for one in levels if one.column in source.facts]
        if not here:
            continue
        sheet = SubgroupPart.of(
            evaluation.best, part, evaluation.folds[(evaluation.best, part)], here, source.facts,
            kind=rules.kind, primary=rules.metric, groups=source.groups, interval=rules.interval,
        )  # fmt: skip
        mine, apart = score_subgroups(sheet), score_gaps(sheet, tolerated=study.judge.gap)
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
