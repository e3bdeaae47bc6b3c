"""Dropping columns that say nothing new: constant ones, copies of earlier ones and those much like them."""

from __future__ import annotations

import hashlib
from typing import Any, ClassVar

import numpy as np

from prognome.prepare.allowed import Rule, Share
from prognome.prepare.base import KeepingStep
from prognome.prepare.columns import Columns, is_ordered, levels_of, refuse_missing


class ConstantCleaner(KeepingStep):
    """Drop number and category columns with a single value or none; missing is not counted as one.

    **Learns** ``keep_`` ((p,) columns with two values or more in the training rows).
    """

    NAME = "clean.constant"

    def _learn(self, columns: Columns, y: Any) -> None:
        self.keep_ = np.zeros(len(columns.names), dtype=bool)
        least = np.fmin.reduce(columns.numbers, axis=0)
        self.keep_[columns.number] = least < np.fmax.reduce(columns.numbers, axis=0)
        self.keep_[~columns.number] = [len(levels_of(column)[1]) > 1 for column in columns.categories]


class DuplicateCleaner(KeepingStep):
    """Drop a column that equals an earlier one in every training row, gaps included.

    **Learns** ``keep_`` ((p,) columns that are not such a copy).
    """

    NAME = "clean.duplicates"

    def _learn(self, columns: Columns, y: Any) -> None:
        self.keep_ = np.zeros(len(columns.names), dtype=bool)
        by_column = np.array(columns.numbers.T, order="C")
        by_column += 0.0  # -0.0 equals 0.0, and shall have its bits
        by_column[np.isnan(by_column)] = np.nan
        self.keep_[columns.number] = _first_of_each([_digest(column) for column in by_column])
        marks = []
        for column in columns.categories:
            codes, levels = levels_of(column)
            marks.append((is_ordered(column), tuple(levels), _digest(codes)))
        self.keep_[~columns.number] = _first_of_each(marks)


class CorrelatedCleaner(KeepingStep):
    """Drop a number column whose absolute correlation with an earlier one that stays is above a threshold.

    The order of the columns alone decides which of two stays; the target is not asked. Constant columns stay
    (``clean.constant`` drops them), and so do all where there are fewer than three training rows. Categories
    pass.

    **Learns** ``keep_`` ((p,) columns that stay, by Pearson's correlation over the training rows).

    Parameters
    ----------
    threshold
        A column goes if it is above it; 1.0 drops none.
    """

    NAME = "clean.correlated"
    ALLOWED: ClassVar[dict[str, Rule]] = {"threshold": Share()}

    def __init__(self, *, threshold: float = 0.95) -> None:
        self.threshold = threshold

    def _learn(self, columns: Columns, y: Any) -> None:
        from prognome.screen.correlated import uncorrelated

        refuse_missing(columns, where=self.NAME)
        self.keep_ = np.ones(len(columns.names), dtype=bool)
        self.keep_[columns.number] = uncorrelated(columns.numbers, threshold=self.threshold)


def _digest(values: Any) -> bytes:
    return hashlib.blake2b(values, digest_size=16).digest()


def _first_of_each(marks: list[Any]) -> list[bool]:
    seen: set[Any] = set()
    first = []
    for mark in marks:
        first.append(mark not in seen)
        seen.add(mark)
    return first
