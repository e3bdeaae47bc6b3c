"""What every selector that looks at the target is: it reads it, refuses gaps, and keeps number columns."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from prognome.core.shared_work import once_on_this_table
from prognome.errors import DataError, number_rows
from prognome.prepare.allowed import OneOf, Rule
from prognome.prepare.base import KeepingStep
from prognome.prepare.columns import Columns, Mask, Numbers, refuse_missing

Task = Literal["auto", "classes", "number"]
TASK: Rule = OneOf(("auto", "classes", "number"))


def best(scores: Numbers, k: int) -> Mask:
    """(q,) which are the k highest scores; of equal ones the earlier, undefined ones last.

    >>> best(np.array([1.0, 3.0, np.nan, 3.0]), 1).tolist()
    [False, True, False, False]
    """
    order = np.argsort(-np.where(np.isnan(scores), -np.inf, scores), kind="stable")
    chosen = np.zeros(len(scores), dtype=bool)
    chosen[order[:k]] = True
    return chosen


def standardised(numbers: Numbers) -> Numbers:
    """(n, q) with mean 0 and variance 1 in every column; a constant column becomes 0."""
    mean, spread = centre_and_spread(numbers)
    return (numbers - mean) / spread


def centre_and_spread(numbers: Numbers) -> tuple[Numbers, Numbers]:
    """(q,) mean and (q,) standard deviation; where a column is constant, that constant and 1."""
    low = numbers.min(axis=0)
    varies = low < numbers.max(axis=0)
    spread = np.where(varies, numbers.std(axis=0), 1.0)
    return np.where(varies, numbers.mean(axis=0), low), np.where(spread > 0, spread, 1.0)


class TargetSelector(KeepingStep):
    """A selector that learns from number columns and target; categories pass.

    ``task`` says how the target is read: ``auto`` takes a target of ``float`` for numbers and any other for
    classes.
    """

    needs_target = True
    task: Task = "auto"
    SERVES: ClassVar[tuple[str, ...]] = ("classes", "number")
    INSTEAD: ClassVar[str] = ""

    @abstractmethod
    def _choose(self, columns: Columns, y: NDArray[Any], *, classes: bool, groups: Any) -> Mask:
        """(q,) which number columns stay; y is (n,) codes from 0 or numbers, q at least 1."""

    def _learn(self, columns: Columns, y: Any, groups: Any = None) -> None:
        target, classes = self._read_target(y, len(columns))
        refuse_missing(columns, where=self.NAME)
        self.keep_ = np.ones(len(columns.names), dtype=bool)
        if columns.numbers.shape[1]:
            self.keep_[columns.number] = self._choose(columns, target, classes=classes, groups=groups)

    def _read_target(self, y: Any, n: int) -> tuple[NDArray[Any], bool]:
        if y is None:
            raise DataError(self.NAME, "needs the target", mend="Give it to fit as y.")
        target = np.asarray(y)
        if target.shape == (n, 2):
            raise DataError(self.NAME, "does not serve survival", mend="Use select.cox or select.variance.")
        if target.shape != (n,):
            raise DataError(self.NAME, "the target does not fit", seen=str(target.shape), expected=str((n,)))
        if target.dtype.names is not None:  # times with events: np.unique would take each pair for a class
            raise DataError(self.NAME, "serves classes and numbers", seen="a target of several fields")
        classes = target.dtype.kind != "f" if self.task == "auto" else self.task == "classes"
        if ("classes" if classes else "number") not in self.SERVES:
            raise DataError(
                self.NAME,
                f"does not serve a target of {'classes' if classes else 'numbers'}",
                mend=self.INSTEAD,
            )
        if target.dtype.kind == "f" and not np.isfinite(target).all():
            rows = np.flatnonzero(~np.isfinite(target)).tolist()
            raise DataError(self.NAME, f"the target is missing or infinite in {number_rows(rows)}")
        try:
            target = np.unique(target, return_inverse=True)[1] if classes else target.astype(np.float64)
        except (TypeError, ValueError) as error:
            raise DataError(
                self.NAME,
                "the target mixes text, numbers or gaps" if classes else "the target is not numbers",
                mend="" if classes else "Say task: classes.",
            ) from error
        if len(np.unique(target)) < 2:
            raise DataError(
                self.NAME,
                f"the target has a single {'class' if classes else 'value'} in {n:,} rows",
                expected="two or more",
                mend="Check the split: every training part needs both.",
            )
        return target, classes


class BestSelector(TargetSelector):
    """Keeps the k number columns with the highest score.

    **Learns** ``scores_`` ((q,) of each number column) besides ``keep_``.
    """

    k: int

    @abstractmethod
    def _score(self, numbers: Numbers, y: NDArray[Any], *, classes: bool) -> Numbers:
        """(q,) how well each number column goes with the target."""

    def _learn(self, columns: Columns, y: Any, groups: Any = None) -> None:
        self.scores_ = np.empty(0)
        super()._learn(columns, y, groups)

    def _choose(self, columns: Columns, y: NDArray[Any], *, classes: bool, groups: Any) -> Mask:
        self.scores_ = once_on_this_table(
            self, self._ranking_name(), lambda: self._scored(columns.numbers, y, classes=classes)
        )
        return best(self.scores_, self.k)

    def _scored(self, numbers: Numbers, y: NDArray[Any], *, classes: bool) -> tuple[Numbers, int]:
        scores = self._score(numbers, y, classes=classes)
        return scores, scores.nbytes

    def _ranking_name(self) -> str:
        """Class and parameters without k: the ranking of columns does not depend on how many are kept."""
        params = {name: value for name, value in self.get_params(deep=False).items() if name != "k"}
        return f"{type(self).__module__}.{type(self).__qualname__}{sorted(params.items())}"


class GroupedSelector(TargetSelector):
    """A selector that parts the training rows, and keeps groups of rows whole where it is told of them."""

    def fit(self, X: Any, y: ArrayLike | None = None, groups: ArrayLike | None = None) -> Self:
        """Learn from these rows.

        Parameters
        ----------
        X
            (n, p) frame of numbers and categories, or array of numbers.
        y
            (n,) target.
        groups
            (n,) kept whole wherever the step parts its rows, or None; in a study those of the cohort.

        Raises
        ------
        StudyError
            If a parameter cannot be what it is.
        DataError
            If table, target or groups cannot be used.
        """
        if groups is not None:
            groups = np.asarray(groups, dtype=object)
            if groups.shape != (len(X),):
                raise DataError(
                    self.NAME, "the groups do not fit", seen=str(groups.shape), expected=str((len(X),))
                )
        return self._fit(X, y, groups=groups)
