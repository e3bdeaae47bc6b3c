"""Whatever a model that reads cohorts is given, as a cohort."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from prognome.core.cohort import Cohort
from prognome.core.sequences import PAIR, Sequences
from prognome.core.table import Table, is_number
from prognome.errors import DataError

ALONE = "x"


def plain_numbers(frame: pd.DataFrame, block: str) -> NDArray[np.float64]:
    """(n, p) of a table that no step prepares.

    Raises
    ------
    DataError
        If it holds anything but finite numbers.
    """
    if not is_number(frame).all():
        raise DataError(f"block {block}", "holds categories", mend="Encode them first.")
    values = frame.to_numpy(dtype=np.float64)
    if not np.isfinite(values).all():
        raise DataError(f"block {block}", "holds missing values or infinity", mend="Impute them first.")
    return values


def as_cohort(X: Any) -> Cohort:
    """A cohort as it is; texts, a frame or an array as the one block ``x``."""
    if isinstance(X, Cohort):
        return X
    if isinstance(X, pd.DataFrame):
        frame = X.reset_index(drop=True)
    else:
        array = np.asarray(X, dtype=object if isinstance(X, list) and X and isinstance(X[0], str) else None)
        if array.ndim == 1 and array.dtype.kind in "OU":
            frame = pd.DataFrame({"sequence": array.astype(object)})
        elif array.ndim == 2:
            frame = pd.DataFrame(array, columns=pd.Index([f"x{k}" for k in range(array.shape[1])]))
        else:
            raise DataError("network", f"got an array of {array.ndim} dimensions", expected="rows by columns")
    ids = np.arange(len(frame)).astype(str).astype(object)
    text = all(dtype == np.dtype(object) for dtype in frame.dtypes)
    if text and (frame.shape[1] == 1 or tuple(frame.columns) == PAIR):
        return Cohort(ids, {ALONE: Sequences(ids, frame)})
    return Cohort(ids, {ALONE: Table(ids, frame)})
