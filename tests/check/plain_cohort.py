"""Cohorts for guards that look before the split."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from prognome.core.cohort import Cohort
from prognome.core.table import Table


def as_cohort(blocks: Mapping[str, pd.DataFrame], ids=None, **facts) -> Cohort:
    """Frames as blocks, text cells as the reader leaves them."""
    n = len(next(iter(blocks.values())))
    names = np.array([f"P{k:05d}" for k in range(n)] if ids is None else list(ids), dtype=object)
    tables = {}
    for name, frame in blocks.items():
        frame = frame.reset_index(drop=True).copy()
        frame.columns = pd.Index([str(column) for column in frame.columns], dtype=object)
        for column in frame.columns:
            if frame[column].dtype.kind in "iub":
                frame[column] = frame[column].astype(float)
            elif frame[column].dtype == object:
                frame[column] = frame[column].where(frame[column].notna(), None)
        tables[name] = Table(names, frame)
    columns = {column: np.array(list(values), dtype=object) for column, values in facts.items()}
    return Cohort(names, tables, facts=columns)


def of_pairs(alarm) -> set[tuple[int, int]]:
    """The pairs of an alarm, the smaller row first."""
    return {tuple(sorted(pair)) for pair in alarm.pairs.tolist()}
