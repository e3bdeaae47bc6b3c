"""Guard: rows come from several files, and a class lives in one of them only."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from prognome.check.association import associate, classes_at_home, percent, target_of
from prognome.core.alarm import Alarm
from prognome.core.cohort import Cohort
from prognome.core.seeds import seed_of

GUARD = "one_class_one_file"
LEVEL = 0.01
SAME = 0.8
EXPLAINED = 0.5
SHOWN = 20

_REMEDY = (
    "Whatever differs between the files (platform, laboratory, processing) passes for the target. "
    "Process all rows "
    "in one way, or judge on files that hold every class; name the file as rows.batch to see its baseline."
)


def one_class_one_file(
    cohort: Cohort, files: NDArray[Any] | None, *, block: str = "", seed: int = 0
) -> list[Alarm]:
    """Compare the file that a row came from with the target.

    Speaks where a class stands in one file only although five or more of its rows were expected elsewhere
    (hypergeometric), where Cramér's V reaches .8, or, for numbers, where file means explain half the
    variance.

    Parameters
    ----------
    cohort
        Training rows.
    files
        (n,) code of the file of each row, in the order of the cohort; negative where unknown; None for
        one file.
    block
        The block (or ``target``) that the files belong to, for the message.
    seed
        Of the study.
    """
    if files is None:
        return []
    labels = np.array([None if code < 0 else int(code) for code in files], dtype=object)
    classes = len(cohort.classes)
    tie = associate(labels, target_of(cohort), classes, seed=seed_of(seed, "guard", GUARD, block))
    if tie is None or tie.p > LEVEL:
        return []
    where = f"files of {block}" if block else "files"
    many = len(tie.counts)
    facts: dict[str, Any] = {"files": many, "p": round(tie.p, 6), "counts": tie.counts[:SHOWN].tolist()}
    if not classes:
        if tie.strength < EXPLAINED:
            return []
        what = f"The file of a row, of {many:,}, explains {percent(tie.strength)} of the target's variance."
        return [Alarm(GUARD, where, what, _REMEDY, {**facts, "adjusted_r2": round(tie.strength, 4)})]
    at_home = classes_at_home(tie.counts)
    strength = f"Cramér's V {tie.strength:.2f}, {tie.rows:,} rows"
    if at_home:
        names = ", ".join(cohort.classes[code] for code in at_home[:8])
        what = f"Rows come from {many:,} files; these classes stand in one file only: {names} ({strength})."
    elif tie.strength >= SAME:
        what = f"The file of a row, of {many:,}, nearly gives its class ({strength})."
    else:
        return []
    facts |= {"cramers_v": round(tie.strength, 4), "classes": list(cohort.classes)}
    return [Alarm(GUARD, where, what, _REMEDY, facts)]
