"""Keeping the number columns that an L1 path chooses again and again on halves of the rows."""

from __future__ import annotations

from math import sqrt
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from prognome.core.space import Real, Space
from prognome.prepare.allowed import SEED, Above, AnyOf, OneOf, Rule, WholeFrom
from prognome.prepare.columns import Columns, Mask
from prognome.prepare.l1_path import first_in
from prognome.prepare.selector import TASK, GroupedSelector, Task, best, standardised


class StabilitySelector(GroupedSelector):
    """Keep the number columns that are chosen on many halves of the training rows (stability selection).

    The rows are parted in two halves at random, ``pairs`` times. On each half the first ``chosen`` columns of
    the path of the lasso are chosen (classes are 0/1 and fitted by least squares; of several, each against
    the rest with its share of ``chosen``). Columns chosen on at least ``threshold`` of the halves stay.
    Classes are parted in halves each; groups stay whole, and a half with a single class or value chooses
    nothing.

    **Learns** ``frequency_`` ((q,) share of halves that chose each number column), ``chosen_`` (columns each
    half may choose), ``bound_`` (false columns to be expected at most, see :func:`bound_on_false`), ``fits_``
    (paths), ``keep_`` ((p,) columns that stay), from the training rows. Twice ``pairs`` paths of ``chosen``
    steps: 100 of 31 on 2,000 columns, 2 s at 200 rows. On 20,000 columns it takes 15 to 20 s, and half
    of the rows hardly find anything among so many: put ``{select.anova: {k: 2000}}`` before it. The bound
    then counts those 2,000, and knows nothing of the filter.

    Parameters
    ----------
    threshold
        Share of the halves, above 0.5.
    errors
        False columns that may be expected; ``chosen`` follows from it as √(errors · (2 · threshold - 1) · q).
    chosen
        Columns that each half may choose, in place of ``errors``.
    pairs
        Of halves that complement each other.
    k
        At most so many stay, the most frequent; None for all.
    least
        Kept even if fewer reach the threshold: the most frequent, so that the model has something to read.
    task
        ``classes`` or ``number``; ``auto`` takes a target of ``float`` for numbers and any other for classes.
    random_state
        Seed of the halves.

    References
    ----------
    Meinshausen and Bühlmann (2010), Journal of the Royal Statistical Society B 72:417–473; complementary
    pairs: Shah and Samworth (2013), Journal of the Royal Statistical Society B 75:55–80.
    """

    NAME = "select.stability"
    SPACE: ClassVar[Space] = {"threshold": Real(0.6, 0.9), "errors": Real(0.5, 10.0, log=True)}
    ALLOWED: ClassVar[dict[str, Rule]] = {
        "threshold": Above(0.5, 1.0),
        "errors": Above(0.0),
        "chosen": AnyOf((WholeFrom(1), OneOf((None,)))),
        "pairs": WholeFrom(1),
        "k": AnyOf((WholeFrom(1), OneOf((None,)))),
        "least": WholeFrom(0),
        "task": TASK,
        "random_state": SEED,
    }

    def __init__(
        self,
        *,
        threshold: float = 0.75,
        errors: float = 1.0,
        chosen: int | None = None,
        pairs: int = 50,
        k: int | None = None,
        least: int = 1,
        task: Task = "auto",
        random_state: int | None = 0,
    ) -> None:
        self.threshold = threshold
        self.errors = errors
        self.chosen = chosen
        self.pairs = pairs
        self.k = k
        self.least = least
        self.task = task
        self.random_state = random_state

    def _choose(self, columns: Columns, y: NDArray[Any], *, classes: bool, groups: Any) -> Mask:
        numbers = columns.numbers
        q = numbers.shape[1]
        known = int(y.max()) + 1 if classes else 1
        wanted = self.chosen or int(sqrt(self.errors * (2 * self.threshold - 1) * q))
        self.chosen_ = min(q, max(wanted, known if known > 2 else 1))  # each class against the rest needs one
        rng = np.random.default_rng(self.random_state)
        times = np.zeros(q, dtype=np.intp)
        for _ in range(self.pairs):
            first = first_half(y, groups, rng, classes=classes)
            for half in (first, ~first):
                if np.unique(y[half]).size > 1:
                    x = standardised(numbers[half])
                    times += first_in(x, y[half], self.chosen_, classes=classes)
        self.fits_ = 2 * self.pairs
        self.frequency_ = times / self.fits_
        self.bound_ = bound_on_false(self.chosen_, q, self.threshold)
        kept = times >= self.threshold * self.fits_ - 1e-9
        kept &= best(self.frequency_, self.k or q)
        if kept.sum() < self.least:
            kept = best(np.where(kept, np.inf, self.frequency_), self.least)
        return kept


def bound_on_false(chosen: int, columns: int, threshold: float) -> float:
    """False columns to be expected at most: chosen² / ((2 · threshold - 1) · columns).

    A column counts as false here if one half chooses it no more often than chance would, with probability
    chosen / columns at most (Shah and Samworth, theorem 1: nothing more is assumed). If all columns that mean
    nothing are chosen alike, and no more often than chance would, it is Meinshausen and Bühlmann's theorem 1.

    >>> round(bound_on_false(28, 1000, 0.9), 6)  # 784 / 800
    0.98
    """
    return chosen**2 / ((2 * threshold - 1) * columns)


def first_half(y: NDArray[Any], groups: Any, rng: np.random.Generator, *, classes: bool) -> Mask:
    """(n,) half of the groups; without groups half of the rows of each class."""
    half = np.zeros(len(y), dtype=bool)
    if groups is not None:
        _, group = np.unique(groups.astype(str), return_inverse=True)
        if group.max() > 0:
            drawn = rng.permutation(group.max() + 1)[: (group.max() + 1) // 2]
            return np.isin(group, drawn)
    for code in np.unique(y) if classes else [None]:
        rows = rng.permutation(len(y) if code is None else np.flatnonzero(y == code))
        more = int(rng.integers(2)) if len(rows) % 2 else 0  # the odd row goes to either half
        half[rows[: len(rows) // 2 + more]] = True
    return half
