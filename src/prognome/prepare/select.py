"""Keeping number columns by a score that looks at one column at a time; categories pass.

Ties are broken by the order of the columns, so that the same rows always give the same columns.
"""

from __future__ import annotations

import warnings
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata
from sklearn.feature_selection import chi2

from prognome.core.space import Choice, Space, Whole
from prognome.errors import DataError
from prognome.prepare.allowed import AnyOf, NumberFrom, OneOf, Rule, WholeFrom
from prognome.prepare.base import KeepingStep
from prognome.prepare.columns import Columns, Numbers, list_names
from prognome.prepare.selector import TASK, BestSelector, Task, best


class VarianceSelector(KeepingStep):
    """Keep number columns that vary more than a threshold and, of those, the k that vary most.

    **Learns** ``scores_`` ((q,) variance (ddof 0) of each number column over the training rows that have
    it; 0 where none has), ``keep_`` ((p,) columns that stay).

    Parameters
    ----------
    k
        How many at most; nothing for all above the threshold.
    threshold
        Columns at or below it go; 0 drops the constant ones.
    """

    NAME = "select.variance"
    SPACE: ClassVar[Space] = {"k": Whole(50, 5000, log=True)}
    ALLOWED: ClassVar[dict[str, Rule]] = {
        "k": AnyOf((WholeFrom(1), OneOf((None,)))),
        "threshold": NumberFrom(0.0),
    }

    def __init__(self, *, k: int | None = None, threshold: float = 0.0) -> None:
        self.k = k
        self.threshold = threshold

    def _learn(self, columns: Columns, y: Any) -> None:
        numbers = columns.numbers
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Degrees of freedom <= 0", RuntimeWarning)
            variance = np.nanvar(numbers, axis=0)
        varies = np.fmin.reduce(numbers, axis=0) < np.fmax.reduce(numbers, axis=0)
        self.scores_ = np.where(varies, variance, 0.0)  # rounding gives a constant column a tiny variance
        above = self.scores_ > self.threshold
        if self.k is not None:
            above &= best(np.where(above, self.scores_, np.nan), self.k)
        self.keep_ = np.ones(len(columns.names), dtype=bool)
        self.keep_[columns.number] = above


def f_scores(numbers: Numbers, y: NDArray[Any], *, classes: bool) -> Numbers:
    """(q,) F of each number column: between the classes, or of the regression on it; NaN where constant."""
    from prognome.screen.anova import anova_f, regression_f  # compiles when it is first needed

    return (anova_f if classes else regression_f)(numbers, y)


class AnovaSelector(BestSelector):
    """Keep the k number columns with the highest F: of the analysis of variance, or of the correlation.

    **Learns** ``scores_`` ((q,) F of each number column on the training rows: between the classes, as
    scikit-learn's ``f_classif``, or of the linear regression of the target on it, as ``f_regression``),
    ``keep_`` ((p,) columns that stay).

    Parameters
    ----------
    k
        How many; all if there are fewer.
    task
        ``classes`` or ``number``; ``auto`` takes a target of ``float`` for numbers and any other for classes.
    """

    NAME = "select.anova"
    SPACE: ClassVar[Space] = {"k": Whole(10, 1000, log=True)}
    ALLOWED: ClassVar[dict[str, Rule]] = {
        "k": WholeFrom(1),
        "task": TASK,
    }

    def __init__(self, *, k: int = 100, task: Task = "auto") -> None:
        self.k = k
        self.task = task

    def _score(self, numbers: Numbers, y: NDArray[Any], *, classes: bool) -> Numbers:
        return f_scores(numbers, y, classes=classes)


class MutualInformationSelector(BestSelector):
    """Keep the k number columns with the highest mutual information with the target.

    **Learns** ``scores_`` ((q,) mutual information in nats on the training rows, as scikit-learn's
    ``mutual_info_classif`` or ``mutual_info_regression`` estimate it from 3 nearest neighbours, but with no
    random noise: see :mod:`prognome.screen.mutual_info`), ``keep_`` ((p,) columns that stay).

    Parameters
    ----------
    k
        How many; all if there are fewer.
    task
        ``classes`` or ``number``; ``auto`` takes a target of ``float`` for numbers and any other for classes.

    References
    ----------
    Kraskov, Stögbauer, Grassberger (2004), Estimating mutual information.
    Ross (2014), Mutual information between discrete and continuous data sets.
    """

    NAME = "select.mutual_info"
    SPACE: ClassVar[Space] = {"k": Whole(10, 1000, log=True)}
    ALLOWED: ClassVar[dict[str, Rule]] = {
        "k": WholeFrom(1),
        "task": TASK,
    }

    def __init__(self, *, k: int = 100, task: Task = "auto") -> None:
        self.k = k
        self.task = task

    def _score(self, numbers: Numbers, y: NDArray[Any], *, classes: bool) -> Numbers:
        from prognome.screen.mutual_info import mutual_info_classes, mutual_info_number

        if classes:
            return mutual_info_classes(numbers, y)
        return mutual_info_number(numbers, y, neighbours=min(3, len(y) - 1))


class Chi2Selector(BestSelector):
    """Keep the k number columns whose sums differ most between the classes: counts, shares, 0/1 columns.

    **Learns** ``scores_`` ((q,) Pearson's χ² of each number column on the training rows, as scikit-learn's
    ``chi2``: the sum over each class against what its share of the rows would give), ``keep_`` ((p,)
    columns that stay). Serves classes alone, and refuses numbers below 0. χ² grows with the unit of a
    column, so columns that are compared should have one unit.

    Parameters
    ----------
    k
        How many; all if there are fewer.

    References
    ----------
    Pearson (1900), Philosophical Magazine 50:157–175; for choosing words by counts: Yang and Pedersen
    (1997), ICML, 412–420.
    """

    NAME = "select.chi2"
    SPACE: ClassVar[Space] = {"k": Whole(10, 1000, log=True)}
    ALLOWED: ClassVar[dict[str, Rule]] = {"k": WholeFrom(1)}
    SERVES = ("classes",)
    INSTEAD = "Use select.anova or select.correlation; classes are whole numbers or text."

    def __init__(self, *, k: int = 100) -> None:
        self.k = k

    def _learn(self, columns: Columns, y: Any, groups: Any = None) -> None:
        below = np.logical_or.reduce(columns.numbers < 0, axis=0)
        if below.any():
            raise DataError(
                self.NAME,
                f"{below.sum():,} {'column holds' if below.sum() == 1 else 'columns hold'} numbers below 0",
                seen=list_names(columns.number_names[below]),
                expected="counts, shares or 0/1",
                mend="Put it before the scaling, or use select.anova.",
            )
        super()._learn(columns, y, groups)

    def _score(self, numbers: Numbers, y: NDArray[Any], *, classes: bool) -> Numbers:
        with np.errstate(invalid="ignore"):  # a column of zeros is ranked last
            score, _ = chi2(numbers, y)
        return np.asarray(score)


class CorrelationSelector(BestSelector):
    """Keep the k number columns with the highest absolute correlation with a number or with two classes.

    **Learns** ``scores_`` ((q,) absolute correlation of each number column with the target on the training
    rows; of two classes the second, in the order of their names, counts as 1), ``keep_`` ((p,) columns that
    stay). More than two classes are refused: they have no order.

    Parameters
    ----------
    k
        How many; all if there are fewer.
    method
        ``pearson``; or ``spearman``, the same of ranks (ties get their mean rank), which one far value
        cannot sway.
    task
        ``classes`` or ``number``; ``auto`` takes a target of ``float`` for numbers and any other for classes.

    References
    ----------
    Spearman (1904), American Journal of Psychology 15:72–101.
    """

    NAME = "select.correlation"
    SPACE: ClassVar[Space] = {
        "k": Whole(10, 1000, log=True),
        "method": Choice(("pearson", "spearman")),
    }
    ALLOWED: ClassVar[dict[str, Rule]] = {
        "k": WholeFrom(1),
        "method": OneOf(("pearson", "spearman")),
        "task": TASK,
    }

    def __init__(
        self, *, k: int = 100, method: Literal["pearson", "spearman"] = "pearson", task: Task = "auto"
    ) -> None:
        self.k = k
        self.method = method
        self.task = task

    def _score(self, numbers: Numbers, y: NDArray[Any], *, classes: bool) -> Numbers:
        if classes and y.max() > 1:
            raise DataError(
                self.NAME,
                "serves a number or two classes",
                seen=f"{y.max() + 1:,} classes",
                mend="Use select.anova.",
            )
        varies = numbers.min(axis=0) < numbers.max(axis=0)
        if self.method == "spearman":
            numbers, y = rankdata(numbers, axis=0), rankdata(y)
        return np.where(varies, np.abs(correlations(numbers, y)), np.nan)


def correlations(numbers: Numbers, y: NDArray[Any]) -> Numbers:
    """(q,) Pearson's correlation of each column with (n,) y; NaN where a spread is 0.

    Equal columns get equal values to the last bit, which a matrix product does not promise.
    """
    apart = numbers - numbers.mean(axis=0)
    against = y - y.mean()
    with np.errstate(invalid="ignore", divide="ignore"):
        together = (apart * against[:, None]).sum(axis=0)
        return np.asarray(together / np.sqrt(np.square(apart).sum(axis=0) * np.square(against).sum()))
