"""Table 1: which columns are described, and over which rows."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from prognome.core.characteristics import MOST_COLUMNS, describe, numbers_where_all_are, thirds
from prognome.core.cohort import Cohort
from prognome.core.sequences import Sequences
from prognome.core.study import Study
from prognome.jobs.assemble import clinical_blocks


def table1(study: Study, cohort: Cohort, external: Mapping[str, Cohort]) -> pd.DataFrame:
    """Clinical and subgroup columns by class, or by thirds of the target.

    Parameters
    ----------
    study
        Names the clinical blocks and the subgroups.
    cohort
        All rows that were kept.
    external
        Cohorts from elsewhere; they are described whole.

    Returns
    -------
    As :func:`prognome.core.characteristics.describe`; without lines where the study names no such column.
    Of more than 60 columns the first 60.
    """
    frame, blocks = _columns(study, cohort)
    if not len(frame.columns):
        return pd.DataFrame()
    return describe(
        frame,
        blocks,
        _classes(study, cohort),
        {name: _columns(study, one)[0] for name, one in external.items()},
    )


def _columns(study: Study, cohort: Cohort) -> tuple[pd.DataFrame, dict[str, str]]:
    found: dict[str, pd.Series] = {}
    blocks: dict[str, str] = {}
    for block in clinical_blocks(study):
        table = cohort.blocks.get(block)
        if table is None or isinstance(table, Sequences):
            continue
        for name in table.names:
            found.setdefault(name, table.frame[name].reset_index(drop=True))
            blocks.setdefault(name, block)
    for one in study.subgroups:
        if one.column in cohort.facts and one.column not in found:
            found[one.column] = numbers_where_all_are(cohort.facts[one.column])
            blocks[one.column] = "subgroups"
    return pd.DataFrame(dict(list(found.items())[:MOST_COLUMNS])), blocks


def _classes(study: Study, cohort: Cohort) -> dict[str, NDArray[np.bool_]]:
    assert cohort.target is not None
    if study.target.kind == "number":
        return thirds(cohort.target.astype(float))
    if cohort.follow_up is not None:
        happened = cohort.target[:, 1] == 1
        return {"event": happened, "censored": ~happened}
    return {label: cohort.target == code for code, label in enumerate(cohort.classes)}
