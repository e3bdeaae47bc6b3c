"""Ask the guards about other cohorts, and measure what columns cost that they do not have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from prognome.check.absent_columns import GUARD, Place, Score, blank_columns, check_absent_columns
from prognome.check.external import check_external
from prognome.core.cohort import Cohort
from prognome.core.schema import Schema
from prognome.core.split import Split
from prognome.core.study import Study
from prognome.jobs.incoming import Arrived
from prognome.jobs.watch import EXTERNAL, Said, said
from prognome.validate.candidate import Candidate
from prognome.validate.crew import Crew
from prognome.validate.evaluate import Evaluation, Rules
from prognome.validate.stability import judge_rows_as


def guard_external(
    study: Study, schema: Schema, learn: Cohort, elsewhere: Mapping[str, Arrived]
) -> list[Said]:
    """Ask about every other cohort; what absent columns cost is not known yet.

    Parameters
    ----------
    study, schema
        The study, and what its training rows look like.
    learn
        Rows that are not test.
    elsewhere
        Name → the other cohort.
    """
    told: list[Said] = []
    for name, arrived in elsewhere.items():
        stage = f"{EXTERNAL}:{name}"
        found = check_external(name, schema, learn, arrived.cohort)
        told += said(study, stage, found.alarms, idle=found.not_applicable)
    return told


def measure_absence(
    study: Study,
    told: Sequence[Said],
    elsewhere: Mapping[str, Arrived],
    best: Candidate,
    cohort: Cohort,
    split: Split,
    rules: Rules,
    evaluation: Evaluation,
    workers: int,
) -> list[Said]:
    """The same list, with what absent columns cost the best model in cross-validation."""
    if split.scheme == "fractions":
        return list(told)
    params = {
        (repeat, fold): chosen
        for (label, repeat, fold), chosen in evaluation.params.items()
        if label == best.label
    }

    def judged_as(seen: Cohort) -> float:
        crew = Crew(cohort, rules.metric, workers, len(params), None)
        return judge_rows_as(
            seen, best, params, cohort, split, metric=rules.metric, seed=rules.seed, crew=crew
        )

    def judge_without(columns: Sequence[Place]) -> float:
        return judged_as(blank_columns(cohort, columns))

    measured: list[Said] = []
    for one in told:
        if one.guard != GUARD or one.status not in ("alarm", "accepted"):
            measured.append(one)
            continue
        name = one.stage.partition(":")[2]
        alarms = check_absent_columns(
            elsewhere[name].cohort,
            where=one.where,
            score=Score(rules.metric, judged_as(cohort), best.label),
            judge_without=judge_without,
        )
        measured += said(study, one.stage, alarms, asked=[GUARD])
    return measured
