"""All guards that look at training rows, in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from numpy.typing import NDArray

from prognome.check.batch_is_class import batch_is_class
from prognome.check.giveaway import giveaway
from prognome.check.label_trained import label_trained_scores
from prognome.check.missingness import missingness_predicts
from prognome.check.one_file_one_class import one_class_one_file
from prognome.check.origin import origin_predicts
from prognome.check.outcome_names import outcome_name
from prognome.core.alarm import Alarm
from prognome.core.cohort import Cohort


def check_training_rows(
    learn: Cohort,
    *,
    target: str,
    batch: Sequence[str] = (),
    date: str | None = None,
    files: Mapping[str, NDArray[Any]] | None = None,
    seed: int = 0,
) -> list[Alarm]:
    """Ask every guard of this stage; test rows must not be among the rows.

    Parameters
    ----------
    learn
        Rows that are not test (``cohort.rows(split.learn)``), with a target and the facts named here.
    target
        Name of the target's column.
    batch, date
        ``rows.batch`` and ``rows.date``.
    files
        Block (or ``target``) → (n,) code of the file of each row of ``learn``; only where there are
        several files.
    seed
        Of the study.

    Returns
    -------
    list[Alarm]
        In the order of the menu; empty where nothing speaks.
    """
    of_batch = batch_is_class(learn, batch, seed=seed)
    said = {alarm.where.removeprefix("column ") for alarm in of_batch}
    of_files = [
        alarm
        for block, codes in (files or {}).items()
        for alarm in one_class_one_file(learn, codes, block=block, seed=seed)
    ]
    return [
        *giveaway(learn, seed=seed),
        *outcome_name(learn, target),
        *origin_predicts(learn, batch=batch, date=date, said=said, seed=seed),
        *of_batch,
        *missingness_predicts(learn, seed=seed),
        *label_trained_scores(learn),
        *of_files,
    ]
