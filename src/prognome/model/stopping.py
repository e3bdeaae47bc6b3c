"""Rows of the training part that only say when to stop."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from prognome.core.split import inner_folds
from prognome.core.table import Index

FEWEST_ROWS = 10


def stopping_rows(
    y: NDArray[Any], groups: NDArray[Any] | None, share: float, seed: int, *, classes: bool
) -> Index:
    """Positions kept aside to say when to stop: about ``share`` of the rows, whole groups, every class.

    None are where there are fewer than 10 rows, a class has a single one, or no share holds every class.
    """
    smallest = int(np.unique(y, return_counts=True)[1].min()) if classes else len(y)
    if share == 0 or len(y) < FEWEST_ROWS or smallest < 2:
        return np.empty(0, dtype=np.intp)
    folds = max(2, round(1 / share))
    for _, aside in inner_folds(y, groups, folds, seed, classes=classes):
        if not classes or len(np.unique(y[aside])) == len(np.unique(y)):
            return aside
    return np.empty(0, dtype=np.intp)
