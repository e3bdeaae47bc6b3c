"""The guards that look before anything is split: at ids, features and facts, never at the target."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from prognome.check.relatives import find_related_people, holds_genotypes
from prognome.check.repeated_people import find_repeated_people
from prognome.check.repeated_rows import find_repeated_rows
from prognome.check.sequences import find_shared_sequences, looks_like_a_sequence, sequence_columns
from prognome.check.undeclared_groups import find_undeclared_groups, looks_like_a_group
from prognome.core.alarm import Alarm
from prognome.core.cohort import Cohort

BEFORE_SPLIT = ("repeated_rows", "repeated_people", "related_people", "shared_sequences", "undeclared_groups")

Columns = Mapping[str, NDArray[np.object_]]


def worth_reading(name: str) -> bool:
    """Whether a guard wants to see a column of this name that is no feature.

    >>> [worth_reading(name) for name in ("patient_id", "sequence", "weight_kg")]
    [True, True, False]
    """
    return looks_like_a_group(name) or looks_like_a_sequence(name)


def examine(
    cohort: Cohort,
    *,
    spare: Columns | None = None,
    groups_declared: bool = False,
    genotypes: Collection[str] = (),
    batch: Collection[str] = (),
    known: Collection[str] = (),
    seed: int = 0,
) -> Iterator[Alarm]:
    """Run them in order.

    Pairs of rows that ``cohort.groups`` already keeps together raise no alarm.

    Parameters
    ----------
    cohort
        All rows that the study uses.
    spare
        Columns of the rows' and the target's files that are no features and
        :func:`worth_reading`, (n,) text in the order of the cohort, None for missing.
    groups_declared
        Whether the study says ``split.outer.group`` or ``leave_out``.
    genotypes
        Blocks read from VCF: they hold dosages.
    batch
        Columns of ``rows.batch``.
    known
        Columns with another role, which need no word: target, date, test part.
    seed
        Of the study.
    """
    spare = {name: cells for name, cells in (spare or {}).items() if name not in known}
    groups = cohort.groups
    yield from find_repeated_rows(cohort, groups=groups, seed=seed)
    yield from find_repeated_people(cohort, spare=spare, groups=groups)
    yield from find_related_people(cohort, genotypes=genotypes, groups=groups)
    yield from find_shared_sequences(cohort, spare=spare, groups=groups)
    yield from find_undeclared_groups(cohort, spare=spare, declared=groups_declared, batch=batch, known=known)


def explain_silence(
    cohort: Cohort,
    *,
    spare: Columns | None = None,
    groups_declared: bool = False,
    genotypes: Collection[str] = (),
) -> dict[str, str]:
    """Guards that have nothing to look at here, each with the reason; the others' silence is an answer."""
    reasons = {}
    if not holds_genotypes(cohort, genotypes=genotypes):
        reasons["related_people"] = "no block holds genotypes of 100 variants or more"
    if next(sequence_columns(cohort, spare), None) is None:
        reasons["shared_sequences"] = "no column holds sequences"
    if groups_declared:
        reasons["undeclared_groups"] = "groups are declared"
    return reasons
