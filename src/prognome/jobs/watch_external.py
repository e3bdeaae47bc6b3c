"""Ask the guards about other cohorts, and measure what columns cost that they do not have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from prognome.check import class_balance
from prognome.check.absent_columns import GUARD, Cost, blank_columns, check_absent_columns, find_absent
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
from prognome.validate.resume import Pieces
from prognome.validate.stability import judge_rows_as

_AS_IS = ""  # no cohort has this name
_FOLLOWED = "survival: the share of events depends on how long rows are followed"


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
        followed = learn.follow_up is not None
        found = check_external(
            name,
            schema,
            replace(learn, target=None) if followed else learn,
            replace(arrived.cohort, target=None) if followed else arrived.cohort,
        )
        idle = {**found.not_applicable, **({class_balance.GUARD: _FOLLOWED} if followed else {})}
        told += said(study, stage, found.alarms, idle=idle)
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
    pieces: Pieces | None = None,
) -> list[Said]:
    """The same list, with what absent columns cost the best model in cross-validation.

    Each fold is fitted once and asked about its judging rows as they are, and as each cohort would show them.
    """
    heard = {
        one.stage.partition(":")[2]
        for one in told
        if one.guard == GUARD and one.status in ("alarm", "accepted")
    }
    if split.scheme == "fractions" or not heard:
        return list(told)
    params = evaluation.params_of(best.label)
    blanked = {name: blank_columns(cohort, find_absent(elsewhere[name].cohort)) for name in sorted(heard)}
    found = judge_rows_as(
        {_AS_IS: cohort, **blanked}, best, params, cohort, split,
        metric=rules.metric, seed=rules.seed,
        crew=Crew(cohort, rules.metric, workers, len(params), None, pieces),
    )  # fmt: skip
    measured: list[Said] = []
    for one in told:
        name = one.stage.partition(":")[2]
        if one.guard != GUARD or name not in heard:
            measured.append(one)
            continue
        cost = Cost(rules.metric, found[_AS_IS], found[name], best.label)
        alarms = check_absent_columns(elsewhere[name].cohort, where=one.where, cost=cost)
        measured += said(study, one.stage, alarms, asked=[GUARD])
    return measured
