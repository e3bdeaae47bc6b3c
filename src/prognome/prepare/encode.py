"""Turning categories into numbers; numbers pass."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from prognome.prepare.allowed import FLAG, Rule
from prognome.prepare.base import Step
from prognome.prepare.columns import Columns, Mask, Names, Numbers, is_ordered, levels_of, match_levels


class OneHotEncoder(Step):
    """A 0/1 column ``COLUMN=level`` for each level that the training rows hold, in the category's place.

    Missing has a column of its own, ``COLUMN=missing``, if a training row lacked the category; otherwise it
    gives zeros throughout. A level that no training row had gives zeros throughout too: it is the schema
    that speaks up about it.

    **Learns** ``levels_`` (of each category column: its levels in declared or alphabetical order),
    ``missing_`` ((c,) whether a training row lacked it), ``skipped_`` ((c,) levels left out at the front).

    Parameters
    ----------
    drop_binary
        Give a category of two levels and no missing ones a single column, that of its second level.

    Examples
    --------
    >>> import pandas as pd
    >>> OneHotEncoder().fit_transform(pd.DataFrame({"sex": ["F", "M", "F"]})).to_dict("list")
    {'sex=M': [0.0, 1.0, 0.0]}
    """

    NAME = "encode.onehot"
    ALLOWED: ClassVar[dict[str, Rule]] = {"drop_binary": FLAG}

    def __init__(self, *, drop_binary: bool = True) -> None:
        self.drop_binary = drop_binary

    def _learn(self, columns: Columns, y: Any) -> None:
        self.levels_: list[list[str]] = []
        missing = []
        for column in columns.categories:
            codes, levels = levels_of(column)
            self.levels_.append(levels)
            missing.append(bool((codes < 0).any()))
        self.missing_ = np.array(missing, dtype=bool)
        two = np.array([len(levels) == 2 for levels in self.levels_], dtype=bool)
        self.skipped_ = (two & ~self.missing_ & self.drop_binary).astype(np.intp)

    def _apply(self, columns: Columns) -> Columns:
        width = sum(len(names) for names in self._made(columns.category_names))
        numbers = np.zeros((len(columns), columns.numbers.shape[1] + width))
        old, new = self._places(columns.number)
        numbers[:, old] = columns.numbers
        for place, column, levels, skipped, missing in zip(
            new, columns.categories, self.levels_, self.skipped_, self.missing_, strict=True
        ):
            codes = match_levels(column, levels)
            rows = np.flatnonzero(codes >= skipped)
            numbers[rows, place + codes[rows] - skipped] = 1.0
            if missing:
                numbers[codes == -1, place + len(levels) - skipped] = 1.0
        names = self._rename(columns.names)
        return Columns(names, np.ones(len(names), dtype=bool), numbers, [], columns.index)

    def _made(self, category_names: Names) -> list[list[str]]:
        """The columns that each category becomes."""
        return [
            [f"{name}={level}" for level in levels[skipped:]]
            + [f"{name}={'(missing)' if 'missing' in levels else 'missing'}"] * bool(missing)
            for name, levels, skipped, missing in zip(
                category_names, self.levels_, self.skipped_, self.missing_, strict=True
            )
        ]

    def _places(self, number: Mask) -> tuple[Any, Any]:
        """Where, among the new columns, numbers stay and each category begins."""
        sizes = np.ones(len(number), dtype=np.intp)
        sizes[~number] = [len(names) for names in self._made(np.full((~number).sum(), "", dtype=object))]
        starts = np.cumsum(sizes) - sizes
        return starts[number], starts[~number]

    def _rename(self, names: Names) -> Names:
        made = iter(self._made(names[~self.number_columns_]))
        renamed: list[str] = []
        for name, number in zip(names, self.number_columns_, strict=True):
            renamed.extend([name] if number else next(made))
        return np.array(renamed, dtype=object)


class OrdinalEncoder(Step):
    """Replace a category by the place of its level, 0 … K-1; missing and unseen levels become NaN.

    **Learns** ``levels_`` (of each encoded column: the declared levels in their order, or the training
    rows' levels in alphabetical order), ``encoded_`` ((p,) which columns).

    Parameters
    ----------
    ordered_only
        Leave categories without a declared order as they are, for ``encode.onehot`` after it.
    """

    NAME = "encode.ordinal"
    ALLOWED: ClassVar[dict[str, Rule]] = {"ordered_only": FLAG}

    def __init__(self, *, ordered_only: bool = False) -> None:
        self.ordered_only = ordered_only

    def _learn(self, columns: Columns, y: Any) -> None:
        ordered = [is_ordered(column) for column in columns.categories]
        chosen = np.array([is_so or not self.ordered_only for is_so in ordered], dtype=bool)
        self.encoded_ = np.zeros(len(columns.names), dtype=bool)
        self.encoded_[~columns.number] = chosen
        self.levels_: list[list[str]] = [
            [str(level) for level in column.cat.categories] if is_so else levels_of(column)[1]
            for column, is_so, take in zip(columns.categories, ordered, chosen, strict=True)
            if take
        ]

    def _apply(self, columns: Columns) -> Columns:
        number = columns.number | self.encoded_
        numbers: Numbers = np.empty((len(columns), int(number.sum())))
        place = np.cumsum(number) - 1
        numbers[:, place[columns.number]] = columns.numbers
        chosen = self.encoded_[~columns.number]
        taken = [column for column, take in zip(columns.categories, chosen, strict=True) if take]
        for at, column, levels in zip(place[self.encoded_], taken, self.levels_, strict=True):
            codes = match_levels(column, levels)
            numbers[:, at] = np.where(codes < 0, np.nan, codes)
        left = [column for column, take in zip(columns.categories, chosen, strict=True) if not take]
        return Columns(columns.names, number, numbers, left, columns.index)
