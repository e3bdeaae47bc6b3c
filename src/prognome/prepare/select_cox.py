"""Keeping the number columns that go best with survival, by Cox's score test of each; categories pass."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from prognome.core.cox_score import chi_squared
from prognome.core.space import Space, Whole
from prognome.errors import DataError
from prognome.prepare.allowed import Rule, WholeFrom
from prognome.prepare.base import KeepingStep
from prognome.prepare.columns import Columns, refuse_missing
from prognome.prepare.select import best


class CoxSelector(KeepingStep):
    """Keep the k number columns with the largest statistic of the score test of a Cox model of each alone.

    **Learns** ``scores_`` ((q,) chi-squared with one degree of freedom of each number column on the training
    rows, in Breslow's form for ties; of a column of 0 and 1 it is the log-rank test), ``keep_`` ((p,) columns
    that stay).

    Parameters
    ----------
    k
        How many; all if there are fewer.

    References
    ----------
    Cox (1972), Journal of the Royal Statistical Society B 34:187–220, section 5.
    """

    NAME = "select.cox"
    SPACE: ClassVar[Space] = {"k": Whole(10, 1000, log=True)}
    ALLOWED: ClassVar[dict[str, Rule]] = {"k": WholeFrom(1)}
    needs_target = True

    def __init__(self, *, k: int = 100) -> None:
        self.k = k

    def _learn(self, columns: Columns, y: Any) -> None:
        target = None if y is None else np.asarray(y, dtype=np.float64)
        if target is None or target.shape != (len(columns), 2):
            raise DataError(
                self.NAME,
                "needs a target of survival",
                seen="none" if target is None else str(target.shape),
                expected=f"({len(columns)}, 2): time and event",
                mend="For classes and numbers: select.anova.",
            )
        if len(target) < 2 or not target[:, 1].any():
            raise DataError(
                self.NAME,
                f"there is nothing to compare: a single class in {len(target):,} rows",
                expected="an event, and a row that is followed for as long",
            )
        refuse_missing(columns, where=self.NAME)
        self.scores_ = chi_squared(columns.numbers, target[:, 0], target[:, 1])
        self.keep_ = np.ones(len(columns.names), dtype=bool)
        self.keep_[columns.number] = best(self.scores_, self.k)
