"""The levels of a column by which judged rows are looked at apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from prognome.core.study_judge import Subgroup
from prognome.errors import StudyError

NOT_RECORDED = "not recorded"
OTHERS = "others"
MOST_LEVELS = 30
FEW_VALUES = 6

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


@dataclass(frozen=True)
class Levels:
    """How a column is parted.

    Parameters
    ----------
    column
        Its name.
    numeric
        Whether all its values are numbers.
    cuts
        Rising values at which numbers are cut; empty: by value.
    """

    column: str
    numeric: bool
    cuts: tuple[float, ...] = ()

    @property
    def spans(self) -> tuple[str, ...]:
        """Names of the spans between the cuts, from the lowest; empty where there are none."""
        if not self.cuts:
            return ()
        shown = [_show(cut) for cut in self.cuts]
        middle = [f"{low} ≤ {self.column} < {high}" for low, high in pairwise(shown)]
        return (f"{self.column} < {shown[0]}", *middle, f"{self.column} ≥ {shown[-1]}")

    def assign(self, values: NDArray[np.object_]) -> NDArray[np.object_]:
        """The level of each row.

        Parameters
        ----------
        values
            (n,) text, None where missing.

        Returns
        -------
        (n,) names. Missing is ``not recorded``; so is what is no number in a column of numbers. Of more than
        30 values the 29 that most rows have keep their names, and the rest are ``others``.
        """
        names = np.array([_named(value, numeric=self.numeric) for value in values], dtype=object)
        if self.numeric:  # of other rows than those it was learned from
            names = np.array(
                [name if name is None or _NUMBER.fullmatch(name) else None for name in names], object
            )
        if self.cuts:
            return self._cut(names)
        recorded = [name for name in names if name is not None]
        found, counts = np.unique(np.array(recorded, dtype=str), return_counts=True)
        if len(found) > MOST_LEVELS:
            largest = [str(name) for name in found[np.lexsort((found, -counts))] if name != OTHERS]
            kept = set(largest[: MOST_LEVELS - 1])
            names = np.array([name if name is None or name in kept else OTHERS for name in names], object)
        return np.array([NOT_RECORDED if name is None else name for name in names], dtype=object)

    def order(self, assigned: NDArray[np.object_]) -> list[str]:
        """The levels that occur: spans and numbers from low to high, text by the alphabet, leftovers last."""
        found = {str(name) for name in assigned}
        named = found - {OTHERS, NOT_RECORDED}
        if self.cuts:
            first = [name for name in self.spans if name in named]
        elif self.numeric:
            first = sorted(named, key=float)
        else:
            first = sorted(named)
        return [*first, *(name for name in (OTHERS, NOT_RECORDED) if name in found)]

    def _cut(self, names: NDArray[np.object_]) -> NDArray[np.object_]:
        spans = self.spans
        return np.array(
            [
                spans[int(np.searchsorted(self.cuts, float(name), side="right"))]
                if name is not None and _NUMBER.fullmatch(name)
                else NOT_RECORDED
                for name in names
            ],
            dtype=object,
        )


def learn_levels(wanted: Subgroup, values: NDArray[np.object_]) -> Levels:
    """Where a column is cut.

    A column whose values are all numbers, more than six different ones, is cut at ``cuts`` or at its thirds
    (rounded to four digits, so that the name of a level says what is in it). Any other goes by its values.

    Parameters
    ----------
    wanted
        Column and cuts, as in the study.
    values
        (n,) text of rows that are not test, None where missing.

    **Learns** the thirds, from the rows given.

    Raises
    ------
    StudyError
        If a column is to be cut and holds something else than numbers.
    """
    recorded = [str(value) for value in values if value is not None]
    numeric = bool(recorded) and all(_NUMBER.fullmatch(value) for value in recorded)
    if wanted.cuts is not None:
        if not numeric:
            words = sum(not _NUMBER.fullmatch(value) for value in recorded)
            raise StudyError(
                f"subgroups: {wanted.column}",
                "has cuts, but is not a column of numbers",
                seen=f"{words} of {len(recorded)} recorded values are no numbers",
                mend="Drop the cuts, or name a column of numbers.",
            )
        return Levels(wanted.column, True, tuple(sorted({float(cut) for cut in wanted.cuts})))
    if not numeric:
        return Levels(wanted.column, False)
    numbers = np.array([float(value) for value in recorded])
    if len(np.unique(numbers)) <= FEW_VALUES:
        return Levels(wanted.column, True)
    thirds = {float(f"{third:.4g}") for third in np.quantile(numbers, [1 / 3, 2 / 3])}
    return Levels(wanted.column, True, tuple(sorted(thirds)))


def learn_all_levels(
    subgroups: Sequence[Subgroup], facts: Any, learn: NDArray[np.intp]
) -> tuple[Levels, ...]:
    """The levels of every subgroup column of a study, in its order.

    Parameters
    ----------
    subgroups
        As in the study.
    facts
        Column → (n,) text, as in ``Cohort.facts``.
    learn
        Rows that are not test.
    """
    return tuple(learn_levels(one, facts[one.column][learn]) for one in subgroups)


def _named(value: object, *, numeric: bool) -> str | None:
    """``1`` and ``1.0`` are one level of a column of numbers."""
    if value is None:
        return None
    text = str(value)
    return _show(float(text)) if numeric and _NUMBER.fullmatch(text) else text


def _show(number: float) -> str:
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
