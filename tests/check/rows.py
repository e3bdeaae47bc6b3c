"""Small cohorts with a known fault, or none."""

import numpy as np
import pandas as pd

from prognome.core.cohort import Cohort
from prognome.core.table import Table


def typed(frame: pd.DataFrame) -> pd.DataFrame:
    """As the readers give it: numbers as float64, anything else as text with None."""
    frame = frame.reset_index(drop=True).copy()
    for name in frame.columns:
        column = frame[name]
        if column.dtype == object:
            frame[name] = column.where(column.notna(), None)
        else:
            frame[name] = column.astype(float)
    return frame


def make_cohort(features, target, *, classes=True, ids=None, facts=None, block="b", present=None) -> Cohort:
    """A cohort of one block (a frame or an array)."""
    frame = features if isinstance(features, pd.DataFrame) else pd.DataFrame(features).add_prefix("x")
    n = len(frame)
    names = np.array([f"p{k:05d}x" for k in np.random.default_rng(99).permutation(n)], dtype=object)
    ids = names if ids is None else np.asarray(ids, dtype=object)
    frame = typed(frame) if frame.shape[1] < 500 else frame.reset_index(drop=True)
    if classes:
        codes, labels = pd.factorize(np.asarray(target), sort=True)
        return Cohort(
            ids,
            {block: Table(ids, frame)},
            codes,
            tuple(map(str, labels)),
            present=present or {},
            facts=facts or {},
        )
    return Cohort(
        ids,
        {block: Table(ids, frame)},
        np.asarray(target, dtype=float),
        present=present or {},
        facts=facts or {},
    )
