"""Ask the guards, and act on what they say: keep rows together, warn, accept with a reason, or stop."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from prognome.check import before_split
from prognome.check.catalog import GUARDS
from prognome.check.giveaway import giveaway
from prognome.check.relatives import link_relatives
from prognome.check.training_rows import check_training_rows
from prognome.core.alarm import Alarm, Pairs
from prognome.core.cohort import Cohort
from prognome.core.kinship import connected, merge
from prognome.core.seeds import seed_of
from prognome.core.split import Split
from prognome.core.study import Study
from prognome.core.study_split import Kinship
from prognome.errors import StudyError
from prognome.jobs.load import Loaded
from prognome.jobs.survival_views import by_event, by_time

COLUMNS = ("guard", "stage", "where", "status", "what", "remedy", "reason")
BEFORE_SPLIT, TRAINING_ROWS, EXTERNAL, ON_REQUEST = "before_split", "training_rows", "external", "on_request"

LARGEST = 0.1
"""Share of the rows above which a set of linked rows is not moved as one."""


@dataclass(frozen=True)
class Said:
    """What one guard said at one stage, and what became of it.

    Parameters
    ----------
    guard, stage, where
        Which guard, when it was asked, about what.
    status
        ``alarm``, ``accepted`` (with the study's reason), ``silent`` or ``not_applicable``.
    what, remedy
        In plain words; empty where it is silent.
    reason
        Why it is accepted.
    facts
        Plain numbers behind it.
    """

    guard: str
    stage: str
    where: str = ""
    status: str = "silent"
    what: str = ""
    remedy: str = ""
    reason: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


def guard_ids(study: Study, loaded: Loaded) -> tuple[Loaded, list[Said]]:
    """Ask what can be known from ids and features alone, and keep together what belongs together.

    Rows that a guard links (duplicates, relatives, overlapping sequences) become groups, or join the declared
    ones, unless the study accepts the guard; so they never stand on both sides of a fold. Where the folds are
    given (by site, by time, from a file) or a named test part parts a pair, nothing can be moved, and the
    alarm says so; nor is a set moved that holds more than a tenth of all rows.

    Returns
    -------
    The cohort with its groups, and what was said.
    """
    refuse_strange_names(study)
    cohort = loaded.cohort
    relatives = _relatives(study, cohort)
    if relatives is not None:
        cohort = replace(cohort, groups=merge(cohort.groups, relatives, len(cohort)))
    about: dict[str, Any] = {
        "spare": loaded.spare,
        "groups_declared": cohort.groups is not None,
        "genotypes": genotype_blocks(study),
    }
    alarms = list(
        before_split.examine(
            cohort,
            **about,
            batch=study.rows.batch,
            known=[one for one in (study.target.column, study.target.time) if one],
            seed=seed_of(study.seed, "guards"),
        )
    )
    idle = before_split.explain_silence(cohort, **about)
    told = [_crossing(alarm, loaded.in_test) for alarm in alarms]
    links: list[Pairs] = []
    for place, alarm in enumerate(told):
        if not len(alarm.pairs) or alarm.guard in study.guards.accept:
            continue
        if study.split.folds_are_given:
            what = (
                f"{alarm.what} The folds are given, so nothing was moved: such rows may stand on both sides."
            )
            told[place] = replace(alarm, what=what)
            continue
        largest = int(np.bincount(connected(alarm.pairs, len(cohort))).max())
        if largest > LARGEST * len(cohort):
            what = (
                f"{alarm.what} {largest:,} of them hang together, too many for one fold: nothing was moved."
            )
        else:
            links.append(_on_one_side(alarm.pairs, loaded.in_test))
            what = f"{alarm.what} They are kept together in every fold."
        told[place] = replace(alarm, what=what)
    if links:
        cohort = replace(cohort, groups=merge(cohort.groups, np.concatenate(links), len(cohort)))
    asked = before_split.BEFORE_SPLIT
    return replace(loaded, cohort=cohort), said(study, BEFORE_SPLIT, told, asked=asked, idle=idle)


def guard_training_rows(study: Study, loaded: Loaded, split: Split) -> list[Said]:
    """Ask what needs the labels, on rows that are not test."""
    rows = split.learn
    learn = loaded.cohort.rows(rows)
    alarms = check_training_rows(
        by_event(learn),
        target=study.target.column,
        batch=study.rows.batch,
        date=study.rows.date,
        files={name: codes[rows] for name, codes in loaded.files.items()},
        seed=seed_of(study.seed, "guards"),
    )
    if learn.follow_up is not None:  # a column may be the time in other words, and not the event
        known = {(alarm.where, alarm.what) for alarm in alarms}
        of_time = giveaway(by_time(learn), seed=seed_of(study.seed, "guards"))
        alarms += [alarm for alarm in of_time if (alarm.where, alarm.what) not in known]
    return said(study, TRAINING_ROWS, alarms)


def said(
    study: Study,
    stage: str,
    alarms: Iterable[Alarm],
    *,
    asked: Sequence[str] = (),
    idle: Mapping[str, str] | None = None,
) -> list[Said]:
    """Alarms with what became of them, and the guards of that stage that were silent.

    Parameters
    ----------
    study
        Whose ``guards`` decide.
    stage
        When they were asked.
    alarms
        What they said.
    asked
        Guards asked at this stage; without it those that the menu gives to the stage.
    idle
        Guard → why it had nothing to look at.
    """
    accepted = study.guards.accept
    told = [
        Said(
            alarm.guard,
            stage,
            alarm.where,
            "accepted" if alarm.guard in accepted else "alarm",
            alarm.what,
            alarm.remedy,
            accepted.get(alarm.guard, ""),
            dict(alarm.facts),
        )
        for alarm in alarms
    ]
    spoke = {one.guard for one in told}
    wanted = asked or [entry.name for entry in GUARDS if entry.stage == stage.partition(":")[0]]
    idle = idle or {}
    return told + [
        Said(name, stage, status="not_applicable", what=idle[name]) if name in idle else Said(name, stage)
        for name in wanted
        if name not in spoke
    ]


def stop_if_strict(study: Study, told: Sequence[Said]) -> None:
    """With ``guards: strict``, an alarm that nobody accepted ends the run before anything is judged.

    Raises
    ------
    StudyError
        Naming every alarm with its remedy.
    """
    alarms = [one for one in told if one.status == "alarm"]
    if study.guards.mode != "strict" or not alarms:
        return
    lines = [f"\n  {one.guard} ({one.where}): {one.what} {one.remedy}" for one in alarms]
    raise StudyError(
        "guards: strict",
        f"{len(alarms)} guard{'s' if len(alarms) > 1 else ''} gave an alarm, so nothing was judged",
        seen="".join(lines),
        mend="Mend each, or accept it by name with a reason: guards: {mode: strict, accept: "
        f"{{{alarms[0].guard}: 'why it is harmless here'}}}}.",
    )


def guards_table(told: Sequence[Said]) -> pd.DataFrame:
    """``guards.tsv``."""
    return pd.DataFrame(
        [{name: getattr(one, name) for name in COLUMNS} for one in told], columns=list(COLUMNS)
    )


def refuse_strange_names(study: Study) -> None:
    """Refuse to accept a guard that does not exist: the reason would stand for nothing.

    Raises
    ------
    StudyError
        With the nearest name.
    """
    for name in study.guards.accept:
        GUARDS.find(name, where="guards.accept")


def genotype_blocks(study: Study) -> list[str]:
    """Blocks that hold genotypes by the way they were read."""
    return [name for name, spec in study.blocks.items() if spec.read == "vcf"]


def _relatives(study: Study, cohort: Cohort) -> Pairs | None:
    """Pairs of relatives where the study says ``group: {kinship: …}``."""
    group = study.split.outer.group
    if not isinstance(group, Kinship):
        return None
    pairs = link_relatives(cohort, group.kinship, genotypes=genotype_blocks(study))
    if pairs is None:
        raise StudyError(
            "split.outer.group",
            "kinship needs genotypes, and no block holds them",
            mend="Add a block with read: vcf, or name a column of families.",
        )
    return pairs


def _on_one_side(pairs: Pairs, in_test: NDArray[np.bool_] | None) -> Pairs:
    return pairs if in_test is None else pairs[in_test[pairs[:, 0]] == in_test[pairs[:, 1]]]


def _crossing(alarm: Alarm, in_test: NDArray[np.bool_] | None) -> Alarm:
    """The alarm, with a word on rows that a named test part shares with the others."""
    if in_test is None or not len(alarm.pairs):
        return alarm
    crosses = in_test[alarm.pairs[:, 0]] != in_test[alarm.pairs[:, 1]]
    if not crosses.any():
        return alarm
    rows = np.unique(alarm.pairs[crosses])
    test = int(in_test[rows].sum())
    return replace(
        alarm,
        what=f"{alarm.what} Of the test rows, {test:,} have such a partner among the others: the test part "
        "is not independent of them.",
        facts={**alarm.facts, "test_rows_with_a_partner_in_training": test},
    )
