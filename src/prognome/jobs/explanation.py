"""Why the best model says what it says: the model of every fold is asked for its reasons."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from prognome.core.cohort import Cohort
from prognome.core.foreign_error import tell
from prognome.core.seeds import seed_of
from prognome.core.split import Fold, Split
from prognome.core.study import Study
from prognome.errors import CallError
from prognome.explain.correlated import correlated_clusters
from prognome.jobs.beside_markers import NOTHING_BESIDE, Beside
from prognome.jobs.explained_fold import (
    JUDGE,
    PANEL_SIZES,
    ExplainTask,
    Wanted,
    associate,
    columns_of,
    strongest,
)
from prognome.jobs.explained_piece import EXPLAINING
from prognome.jobs.marker_tables import Answers, Explanation, put_together
from prognome.jobs.stability import is_costly
from prognome.validate.candidate import Candidate
from prognome.validate.crew import Asked, Crew, Progress
from prognome.validate.evaluate import Evaluation, Rules
from prognome.validate.resume import Pieces

MOST_CLUSTERED = 1000  # columns among which neighbours are sought
MOST_PANELS = ("logistic", "ridge", "random_forest", "xgboost")
FEWEST_FOR_PANEL = 4  # columns below which a smaller panel is no question


def explain(
    study: Study,
    best: Candidate,
    cohort: Cohort,
    split: Split,
    rules: Rules,
    evaluation: Evaluation,
    *,
    beside: Beside = NOTHING_BESIDE,
    workers: int = 1,
    progress: Progress | None = None,
    pieces: Pieces | None = None,
) -> Explanation:
    """Ask the best model, as every fold had it, for its reasons on the rows that the fold judged.

    Every number is of rows that the model had not learned from. The first repeat is looked at; the first fold
    is fitted with other seeds as well. Associations of single columns, and which columns say nearly the same,
    are learned from the rows that are not test.

    Parameters
    ----------
    study, best, cohort, split, rules, evaluation
        As judged.
    beside
        What the user's files say of columns.
    workers, progress, pieces
        As for ``evaluate``; every fold, and every other seed of the first one, is one piece of work.

    Raises
    ------
    WorkError
        If the model fails in a fold.
    """
    asked = study.explain
    if asked.markers is False or best.label == "dummy":
        return Explanation()
    if not _is_asked(study, best):
        left_out = (
            f"To save time {best.label} was not asked for its markers; explain: {{markers: true}} asks."
        )
        return Explanation(said={"left_out": left_out})
    learn = cohort.rows(split.learn)
    table, association = columns_of(learn), associate(learn)
    clusters = correlated_clusters(table, strongest(association)[:MOST_CLUSTERED])
    neighbours = {
        number: tuple(map(str, names)) for number, names in clusters.members.items() if len(names) > 1
    }
    panel = _wants_panel(study, best, table.shape[1])
    wanted = Wanted(2 * asked.top, asked.repeats, panel, neighbours)
    folds = _first_repeat(split)
    work = list(_work(study, best, cohort, folds, rules, evaluation, wanted))
    crew = Crew(cohort, rules.metric, min(workers, len(work)), len(work), progress, pieces)
    found = crew.do(work, EXPLAINING)
    by_fold, by_seed = found[: len(folds)], found[len(folds) :]
    answers = Answers(best.label, cohort, folds, by_fold, by_seed, association, clusters)
    return put_together(answers, asked.top, rules, beside)


def explain_or_say_why_not(*given: Any, **named: Any) -> Explanation:
    """As :func:`explain`, but a fault costs the explanation alone: what was judged by then stands.

    What is said of it quotes our own words alone: a library's may quote a patient.
    """
    try:
        return explain(*given, **named)
    except CallError:
        raise
    except Exception as error:  # whatever a model of the user's raises
        why = f"The best model could not be explained: {tell(error)}"
        logging.getLogger(__name__).warning(why)
        return Explanation(said={"left_out": f"{why} All other figures stand."})


def count_explain_fits(study: Study, candidate: Candidate, split: Split, columns: int) -> int:
    """How many fits it takes at most to explain this candidate if it is the best.

    Parameters
    ----------
    study, split
        As judged.
    candidate
        The model. One that is made of others is fitted with its own inner folds, and they count.
    columns
        Of all tables, before their steps.
    """
    if not _is_asked(study, candidate):
        return 0
    folds = len(_first_repeat(split))
    seeds = study.explain.seeds if _draws(candidate) else 0
    panels = 0
    if _wants_panel(study, candidate, columns):
        panels = len({min(size, columns) for size in PANEL_SIZES})
    members = getattr(candidate.estimator, "members", ())
    alone = len(members) * (candidate.estimator.folds + 1) if members else 1
    return (folds + seeds) * alone + folds * panels


def _is_asked(study: Study, candidate: Candidate) -> bool:
    asked = study.explain.markers
    if asked is False or candidate.label == "dummy":
        return False
    return asked is True or not is_costly(study, candidate)


def _wants_panel(study: Study, candidate: Candidate, columns: int) -> bool:
    names = {model.label: model.name for model in study.models} | {"linear": "logistic"}
    asked = study.explain.panel
    wanted = asked is True or (asked == "auto" and names.get(candidate.label) in MOST_PANELS)
    return wanted and columns >= FEWEST_FOR_PANEL


def _first_repeat(split: Split) -> list[Fold]:
    return [fold for fold in split.folds() if fold.repeat == 1]


def _work(
    study: Study,
    best: Candidate,
    cohort: Cohort,
    folds: list[Fold],
    rules: Rules,
    evaluation: Evaluation,
    wanted: Wanted,
) -> Iterator[tuple[ExplainTask, Asked]]:
    """Every fold with the seed by which it was judged, then the first with others."""

    def piece(fold: Fold, part: str, seed: int, wanted: Wanted) -> tuple[ExplainTask, Asked]:
        params = evaluation.params.get((best.label, fold.repeat, fold.fold), {})
        task = ExplainTask(best, params, part, fold.repeat, fold.fold, fold.train, seed, wanted)
        return task, {JUDGE: (cohort, fold.judge)}

    for fold in folds:
        seed = seed_of(rules.seed, "model", best.label, fold.part, fold.repeat, fold.fold)
        yield piece(fold, "reasons", seed, wanted)
    once = Wanted(wanted.top, 1, False, wanted.neighbours)
    for number in range(study.explain.seeds if _draws(best) else 0):
        seed = seed_of(rules.seed, "explain", best.label, number)
        yield piece(folds[0], f"reasons, other seed {number + 1}", seed, once)


def _draws(best: Candidate) -> bool:
    """Whether the model draws anything, so that another seed gives another model."""
    params = best.estimator.get_params(deep=True)
    return any(name.rsplit("__", 1)[-1] == "random_state" for name in params)
