"""The judged rows of a part pooled over its folds, one record for each time a row was judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from prognome.core.judged import Judged
from prognome.core.table import Index
from prognome.validate.judged_part import JudgedFold

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Decided(Judged):
    """What was said, with decisions already taken: every fold may have its own threshold.

    Parameters
    ----------
    taken
        (n,) the decisions; None for numbers.
    """

    taken: NDArray[np.int_] | None = None

    @property
    def decision(self) -> NDArray[np.int_]:
        """(n,) the class decided on."""
        assert self.taken is not None
        return self.taken

    def rows(self, index: NDArray[Any]) -> Decided:
        """These records alone."""
        chosen = super().rows(index)
        assert isinstance(chosen, Decided)
        return replace(chosen, taken=None if self.taken is None else self.taken[index])


@dataclass(frozen=True, eq=False)
class PooledRows:
    """Rows of a part, and what was said of them each time.

    Parameters
    ----------
    rows
        (n,) rows of the cohort, rising.
    place
        (m,) which of them each record is about.
    stratum
        (m,) number of the fold, over all repeats: scores of different folds come from different models and
        are not on one scale.
    weight
        (m,) 1 / how often its row was judged: repeats are averaged within a row.
    units
        (n,) number of the group (family, patient, site) of each row; None: rows are independent.
    fixed, chosen
        (m) records with decisions at the fixed and at the chosen threshold; ``chosen`` is None where there is
        no chosen threshold.
    units_in_all
        Groups in the whole part, by which sums over groups are laid out.
    """

    rows: Index
    place: Index
    stratum: Index
    weight: Array
    units: Index | None
    fixed: Decided
    chosen: Decided | None
    units_in_all: int = 0

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def truth(self) -> NDArray[Any]:
        """(n,) the truth of each row."""
        first = np.unique(self.place, return_index=True)[1]
        return self.fixed.truth[first]

    @property
    def events(self) -> int | None:
        """Rows with the event; None where there is no event."""
        first = np.unique(self.place, return_index=True)[1]
        return None if self.fixed.events is None else int(self.fixed.events[first].sum())

    @property
    def groups(self) -> int:
        """Independent units: groups, or rows."""
        return len(self) if self.units is None else len(np.unique(self.units))

    def said(self, threshold: str) -> Decided:
        """The records, with decisions at this threshold."""
        if threshold == "chosen":
            assert self.chosen is not None
            return self.chosen
        return self.fixed

    def only(self, mask: NDArray[np.bool_]) -> PooledRows:
        """These rows alone, with all their records."""
        keep = np.flatnonzero(mask[self.place])
        renumbered = np.cumsum(mask) - 1
        return PooledRows(
            self.rows[mask],
            renumbered[self.place[keep]],
            self.stratum[keep],
            self.weight[keep],
            None if self.units is None else self.units[mask],
            self.fixed.rows(keep),
            None if self.chosen is None else self.chosen.rows(keep),
            self.units_in_all,
        )

    def by_row(self, records: Array) -> Array:
        """(m,) → (n,) sums over the records of a row."""
        return np.asarray(np.bincount(self.place, records, minlength=len(self)), dtype=float)


def pool_rows(folds: Sequence[JudgedFold], groups: NDArray[Any] | None) -> PooledRows:
    """All that was said of a part, pooled.

    Parameters
    ----------
    folds
        Fold by fold. Where only some have a chosen threshold, the others take the fixed one.
    groups
        (n,) labels of all rows of the cohort, or None.
    """
    rows, place = np.unique(np.concatenate([fold.rows for fold in folds]), return_inverse=True)
    units = None
    if groups is not None:
        units = np.unique(groups[rows].astype(str), return_inverse=True)[1]
        if len(np.unique(units)) == len(rows):
            units = None
    with_cut = folds[0].judged.classes == 2 and any(fold.chosen is not None for fold in folds)
    return PooledRows(
        rows,
        place,
        np.repeat(np.arange(len(folds)), [len(fold.rows) for fold in folds]),
        1 / np.bincount(place)[place],
        units,
        _stack([fold.judged.at(None) for fold in folds]),
        _stack([fold.judged.at(fold.chosen) for fold in folds]) if with_cut else None,
        0 if units is None else int(units.max()) + 1,
    )


def _stack(said: Sequence[Judged]) -> Decided:
    whole = all(one.within is not None for one in said)
    ranked = any(one.raw is not None for one in said)
    return Decided(
        truth=np.concatenate([one.truth for one in said]),
        score=np.concatenate([one.score for one in said]),
        raw=np.concatenate([one.ranking for one in said]) if ranked else None,
        within=np.concatenate([np.asarray(one.within) for one in said]) if whole else None,
        taken=np.concatenate([one.decision for one in said]) if said[0].classes else None,
        follow_up=said[0].follow_up,
    )
