"""What each block adds to the best model: it is judged once more without it, where that can be afforded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from prognome.core.cohort import Cohort
from prognome.core.split import Split
from prognome.core.study import Study
from prognome.errors import StudyError
from prognome.jobs.assemble import without_block
from prognome.jobs.stability import is_costly
from prognome.report.words import metric_name
from prognome.validate.added_value import COLUMNS, count_fits, judge_narrowed, tabulate
from prognome.validate.added_value_sentence import block_sentences, summary_sentence
from prognome.validate.candidate import Candidate
from prognome.validate.crew import Crew, Progress
from prognome.validate.evaluate import Evaluation, Rules
from prognome.validate.resume import Pieces

MOST_BLOCKS = 8  # that are left out in turn without being asked for


@dataclass(frozen=True, eq=False)
class AddedValue:
    """What was found.

    Parameters
    ----------
    table
        ``blocks.tsv``; without lines where nothing was done.
    sentences
        Part → a sentence on each block.
    summary
        One line on the part that chose the best model; or empty.
    left_out
        Why nothing was done, where somebody might expect it; or empty.
    """

    table: pd.DataFrame
    sentences: Mapping[str, list[str]] = field(default_factory=dict)
    summary: str = ""
    left_out: str = ""


def judge_blocks(
    study: Study,
    alive: Sequence[Candidate],
    cohort: Cohort,
    split: Split,
    rules: Rules,
    evaluation: Evaluation,
    external: Mapping[str, Cohort],
    *,
    workers: int,
    progress: Progress | None,
    pieces: Pieces | None,
) -> AddedValue:
    """Judge the best model again without each of its blocks, on the same folds and with its parameters.

    Done by itself with two to eight blocks, unless the best model is a costly one that is to be spared
    (:func:`prognome.jobs.stability.is_costly`); ``stability: {blocks: true}`` asks for it in any case.

    Parameters
    ----------
    study, alive, cohort, split, rules, evaluation, external
        As judged; ``alive`` are candidates that did not fail.
    workers, progress, pieces
        As for ``evaluate``.
    """
    nothing = pd.DataFrame(columns=list(COLUMNS))
    best = next(one for one in alive if one.label == evaluation.best)
    asked = study.stability.blocks
    if asked is False or best.label == "dummy" or len(study.blocks) < 2:
        return AddedValue(nothing)
    if asked == "auto" and (why := _spared(study, best)):
        return AddedValue(
            nothing,
            left_out=f"To save time {best.label} was not judged without each block, since {why}; "
            "stability: {blocks: true} asks for it.",
        )
    narrowed, reasons = _narrow(study, best)
    parts = [part for label, part in evaluation.folds if label == best.label]
    total = count_fits(split, len(narrowed), elsewhere=len(parts) > 1, joined=bool(best.members))
    crew = Crew(cohort, rules.metric, workers, total, progress, pieces)
    if not narrowed:
        return AddedValue(nothing, left_out=_only(reasons, best.label))
    found = judge_narrowed(best, narrowed, cohort, split, rules, evaluation, external, crew)
    groups = {part: (external[part[9:]] if part.startswith("external:") else cohort).groups for part in parts}
    table = tabulate(
        best.label,
        found,
        rules.metric,
        groups_of=groups,
        interval=rules.interval,
        train_rows={(fold.repeat, fold.fold): len(fold.train) for fold in split.folds()},
        left_out=reasons,
    )
    sentences = {
        part: block_sentences(
            table, part,
            metric=metric_name(rules.metric.name), error=not rules.metric.higher, level=rules.interval.level,
        )
        for part in parts
    }  # fmt: skip
    return AddedValue(
        table, {part: said for part, said in sentences.items() if said}, summary_sentence(table, parts[0])
    )


def _spared(study: Study, best: Candidate) -> str:
    """Why the work is not done by itself; empty where it is."""
    if len(study.blocks) > MOST_BLOCKS:
        return f"there are {len(study.blocks)} blocks"
    if study.stability.costly == "short" and is_costly(study, best):
        return "it is a network or made of some"
    return ""


def _narrow(study: Study, best: Candidate) -> tuple[dict[str, Candidate], dict[str, str]]:
    """Block → the model without it, and block → why there is none."""
    narrowed: dict[str, Candidate] = {}
    reasons: dict[str, str] = {}
    for block in study.blocks:
        try:
            narrowed[block] = without_block(study, best, block)
        except StudyError as error:
            reasons[block] = f"{best.label} {error.problem}"
    return narrowed, reasons


def _only(reasons: Mapping[str, str], label: str) -> str:
    """Why no block at all can be left out."""
    alone = [block for block, why in reasons.items() if why.endswith("uses no other block")]
    if alone:
        return f"{label} uses the block {alone[0]} alone, so none can be left out."
    return f"{label} cannot do without any of its blocks."
