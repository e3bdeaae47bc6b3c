"""A block that is a table: numbers and categories, rows by features."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Index = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Table:
    """Named columns of numbers and categories; one row an observation.

    Parameters
    ----------
    ids
        (n,) row ids, text exactly as in the file.
    frame
        (n, p), plain row index. Numbers are ``float64`` with NaN for missing; a category is ``object``
        (text, None for missing) or, where the study gives its levels in order, an ordered ``category``.
        Levels are otherwise not stored, so that a fold cannot know those of its judges.
    """

    ids: NDArray[np.object_]
    frame: pd.DataFrame

    kind = "table"

    def __post_init__(self) -> None:
        if len(self.ids) != len(self.frame):
            raise ValueError(f"{len(self.ids)} ids for {len(self.frame)} rows")

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows, columns."""
        return (len(self.frame), self.frame.shape[1])

    @property
    def names(self) -> list[str]:
        """Column names in order."""
        return [str(name) for name in self.frame.columns]

    def rows(self, index: Index) -> Self:
        """A copy of these rows; -1 gives a row that is missing throughout."""
        index = np.asarray(index, dtype=np.intp)
        if (index >= 0).all():
            return replace(self, ids=self.ids[index], frame=self.frame.take(index).reset_index(drop=True))
        ids = np.where(index >= 0, self.ids[index], "")
        frame = self.frame.reset_index(drop=True).reindex(index.tolist()).reset_index(drop=True)
        objects = [name for name, dtype in frame.dtypes.items() if dtype == np.dtype(object)]
        for name in objects:
            frame[name] = frame[name].where(frame[name].notna(), None)
        return replace(self, ids=ids.astype(object), frame=frame)


def is_number(frame: pd.DataFrame) -> NDArray[np.bool_]:
    """(p,) which columns are numbers (the others are categories)."""
    return np.array([isinstance(d, np.dtype) and d.kind in "fiub" for d in frame.dtypes], dtype=bool)
