"""All guards that hold another cohort against the training rows, in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from prognome.check import absent_columns, class_balance, shift
from prognome.core.alarm import Alarm
from prognome.core.cohort import Cohort
from prognome.core.profile import LEAST_ROWS
from prognome.core.schema import Schema


@dataclass(frozen=True, eq=False)
class ExternalChecked:
    """What the guards said about one cohort.

    Parameters
    ----------
    alarms
        In the order of the menu; empty where nothing speaks.
    not_applicable
        Guard → why it could not look; too little to say is not a pass.
    """

    alarms: list[Alarm]
    not_applicable: Mapping[str, str] = field(default_factory=dict)


def check_external(
    name: str,
    schema: Schema,
    learn: Cohort,
    there: Cohort,
) -> ExternalChecked:
    """Ask every guard of this stage about one external cohort; what absent columns cost is asked later.

    Parameters
    ----------
    name
        Of the cohort.
    schema
        Learned from the training rows.
    learn
        Those rows (``cohort.rows(split.learn)``), for their target.
    there
        The other cohort in the schema's form (``Arrived.cohort``), with its target.
    """
    where = f"external {name}"
    not_applicable: dict[str, str] = {}
    few = f"{len(there):,} rows; at least {LEAST_ROWS} are needed"
    alarms = []
    if len(there) < LEAST_ROWS:
        not_applicable[shift.GUARD] = few
    elif all(block.profile is None for block in schema.blocks):
        not_applicable[shift.GUARD] = f"{len(learn):,} training rows; at least {LEAST_ROWS} are needed"
    else:
        alarms += shift.check_shift(schema, there.blocks, where=where, groups=there.groups)
    alarms += absent_columns.check_absent_columns(there, where=where)
    if learn.target is None or there.target is None:
        not_applicable[class_balance.GUARD] = "no target is known there"
    elif len(there) < class_balance.LEAST_ROWS:
        not_applicable[class_balance.GUARD] = few
    else:
        alarms += class_balance.check_class_balance(learn.target, there.target, learn.classes, where=where)
    return ExternalChecked(alarms, not_applicable)
