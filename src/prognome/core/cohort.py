"""Aligned rows by named blocks, with ids, groups and target: what folds are cut from."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import numpy as np
from numpy.typing import ArrayLike, NDArray

from prognome.core.follow_up import FollowUp
from prognome.core.survival import strata_of
from prognome.core.table import Index, Table


@dataclass(frozen=True, eq=False)
class Cohort:
    """Rows that were matched once, and everything known about them.

    It has ``shape``, ``iloc``, ``take`` and ``len``, so it passes through scikit-learn's ``Pipeline``,
    ``cross_val_score`` and ``GridSearchCV`` in the place of X.

    Parameters
    ----------
    ids
        (n,) row ids, text, unique.
    blocks
        Name → table of n rows in the order of ``ids``.
    target
        (n,) class codes 0 … K-1 (``int64``; for a binary target 1 is the event) or numbers
        (``float64``), or (n, 2) time and event of survival (``float64``); None where nothing is known, as for
        a new patient.
    classes
        The K class labels by code; empty for numbers and survival.
    groups
        (n,) group label of each row (family, patient, site), or None.
    present
        Optional block → (n,) bool, whether the row has it.
    facts
        Column → (n,) text about the rows that is no feature (batch, site, sex, date), None where missing;
        for guards, subgroups and the baseline of group means, never for models.
    follow_up
        The times at which survival is asked about; None for classes and numbers.
    """

    ids: NDArray[np.object_]
    blocks: Mapping[str, Table]
    target: NDArray[Any] | None = None
    classes: tuple[str, ...] = ()
    groups: NDArray[np.object_] | None = None
    present: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    facts: Mapping[str, NDArray[np.object_]] = field(default_factory=dict)
    follow_up: FollowUp | None = None

    def __post_init__(self) -> None:
        n = len(self.ids)
        parts = {
            "target": self.target,
            "groups": self.groups,
            **{f"block {name}": block for name, block in self.blocks.items()},
            **{f"presence of {name}": mask for name, mask in self.present.items()},
            **{f"fact {name}": values for name, values in self.facts.items()},
        }
        for what, part in parts.items():
            if part is not None and len(part) != n:
                raise ValueError(f"{what} has {len(part)} rows, the cohort {n}")
        for array in (self.ids, self.target, self.groups):
            if array is not None:
                array.flags.writeable = False

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def strata(self) -> NDArray[Any] | None:
        """(n,) by what folds are stratified: class codes, or event and censored; None for numbers."""
        return None if self.target is None else strata_of(self.target, self.classes)

    @property
    def origin(self) -> str | None:
        """The name of these rows: equal for the same rows of one traced cohort, and for no others."""
        return getattr(self, "_origin", None)

    def trace(self) -> Cohort:
        """This cohort, with a name that everything cut from it by :meth:`rows` derives its own from.

        A cohort that is changed (``dataclasses.replace``) has no name.
        """
        if self.origin is None:
            object.__setattr__(self, "_origin", uuid4().hex)
        return self

    @property
    def shape(self) -> tuple[int, int]:
        """Rows, features of all blocks together."""
        return (len(self), sum(block.shape[1] for block in self.blocks.values()))

    def rows(self, index: ArrayLike) -> Cohort:
        """A cohort of copies of these rows, which cannot reach the others.

        Parameters
        ----------
        index
            Positions, or a mask of booleans.
        """
        where = _positions(index, len(self))
        found = Cohort(
            ids=self.ids[where],
            blocks={name: block.rows(where) for name, block in self.blocks.items()},
            target=None if self.target is None else self.target[where],
            classes=self.classes,
            groups=None if self.groups is None else self.groups[where],
            present={name: mask[where] for name, mask in self.present.items()},
            facts={name: values[where] for name, values in self.facts.items()},
            follow_up=self.follow_up,
        )
        if self.origin is not None:
            name = hashlib.sha256(self.origin.encode() + np.ascontiguousarray(where).tobytes()).hexdigest()
            object.__setattr__(found, "_origin", name)
        return found

    def take(self, indices: ArrayLike, axis: int = 0) -> Cohort:
        """Rows by position, as scikit-learn asks for them."""
        if axis != 0:
            raise ValueError("a cohort is cut by rows only")
        return self.rows(indices)

    @property
    def iloc(self) -> _ByPosition:
        """Rows by position, as scikit-learn asks for them."""
        return _ByPosition(self)

    loc = iloc


class _ByPosition:
    def __init__(self, cohort: Cohort) -> None:
        self._cohort = cohort

    def __getitem__(self, key: Any) -> Cohort:
        if isinstance(key, slice):
            key = np.arange(len(self._cohort))[key]
        return self._cohort.rows(np.atleast_1d(key))


def _positions(index: ArrayLike, n: int) -> Index:
    array = np.asarray(index)
    if array.dtype == bool:
        if len(array) != n:
            raise ValueError(f"a mask of {len(array)} for {n} rows")
        return np.flatnonzero(array)
    if array.size == 0:
        return array.astype(np.intp)
    where = array.astype(np.intp)
    if where.min() < -n or where.max() >= n:
        raise IndexError(f"rows {where.min()} to {where.max()} of a cohort of {n}")
    return np.where(where < 0, where + n, where)
