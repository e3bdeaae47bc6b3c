"""Keeping every number column that beats its own shuffled shadows (Boruta)."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from prognome.core.space import Choice, Space
from prognome.prepare.allowed import SEED, Above, OneOf, Rule, WholeFrom
from prognome.prepare.columns import Columns, Mask, Numbers
from prognome.prepare.forest_importance import Importance, grow, out_of_bag
from prognome.prepare.selector import TASK, TargetSelector, Task, best

_FEWEST_SHADOWS = 5


class ShadowSelector(TargetSelector):
    """Keep the number columns that a forest finds more important than any shuffled column (Boruta).

    Each round grows a forest on the columns not yet rejected and on a shuffled copy (shadow) of each, at
    least five. A column more important than the best shadow has a hit. Hits are held against tosses of a
    coin: a column with too many for that is confirmed, one with too few is rejected. Both tests are binomial,
    one-sided, at ``alpha`` divided by the number of columns (Bonferroni). They are repeated in every round
    without a correction for that, as in the paper.

    All columns that matter are sought, copies of each other among them; who wants few takes ``select.mrmr``.

    **Learns** ``decision_`` ((q,) 1 confirmed, 0 tentative, -1 rejected), ``hits_`` ((q,) rounds won),
    ``fits_`` (forests grown), ``keep_`` ((p,) columns that stay), from the training rows. One forest a round,
    ``rounds`` at most. No column of 2,000 is rejected before round 18, so those rounds are the dear ones: 12
    to 15 s in all at 200 rows. On 20,000 columns it takes about a minute, few trees see any one column and
    weak ones are lost: put ``{select.anova: {k: 1000}}`` before it.

    Parameters
    ----------
    rounds
        At most; fewer where every column is decided.
    alpha
        Of the tests.
    tentative
        ``keep`` or ``drop`` what is not decided in the end.
    least
        Kept even if fewer are confirmed: those with the most hits, so that the model has something to read.
    importance
        ``impurity``, or ``permutation``: what permuting a column costs the trees on the rows they did not
        see, by its standard error over the trees, as in the paper. On wide tables a tree uses few of the
        columns, and permutation then takes several hundred trees to find what impurity finds with 100.
    trees
        Of each forest.
    task
        ``classes`` or ``number``; ``auto`` takes a target of ``float`` for numbers and any other for classes.
    random_state
        Seed of the forests and of the shuffling.

    References
    ----------
    Kursa and Rudnicki (2010), Journal of Statistical Software 36(11).
    """

    NAME = "select.boruta"
    SPACE: ClassVar[Space] = {"tentative": Choice(("keep", "drop"))}
    ALLOWED: ClassVar[dict[str, Rule]] = {
        "rounds": WholeFrom(1),
        "alpha": Above(0.0, 0.5),
        "tentative": OneOf(("keep", "drop")),
        "least": WholeFrom(0),
        "importance": OneOf(("impurity", "permutation")),
        "trees": WholeFrom(1),
        "task": TASK,
        "random_state": SEED,
    }

    def __init__(
        self,
        *,
        rounds: int = 50,
        alpha: float = 0.01,
        tentative: Literal["keep", "drop"] = "drop",
        least: int = 1,
        importance: Importance = "impurity",
        trees: int = 100,
        task: Task = "auto",
        random_state: int | None = 0,
    ) -> None:
        self.rounds = rounds
        self.alpha = alpha
        self.tentative = tentative
        self.least = least
        self.importance = importance
        self.trees = trees
        self.task = task
        self.random_state = random_state

    def _choose(self, columns: Columns, y: NDArray[Any], *, classes: bool, groups: Any) -> Mask:
        numbers = columns.numbers
        q = numbers.shape[1]
        rng = np.random.default_rng(self.random_state)
        self.hits_ = np.zeros(q, dtype=np.intp)
        self.decision_ = np.zeros(q, dtype=np.intp)
        for done in range(1, self.rounds + 1):
            alive = np.flatnonzero(self.decision_ >= 0)
            self.hits_[alive] += self._hit(numbers[:, alive], y, rng, classes=classes)
            self.fits_ = done
            rejected, confirmed = hit_limits(done, q, self.alpha)
            open_ = self.decision_ == 0
            self.decision_[open_ & (self.hits_ >= confirmed)] = 1
            self.decision_[open_ & (self.hits_ <= rejected)] = -1
            if not (self.decision_ == 0).any():
                break
        chosen = self.decision_ >= (0 if self.tentative == "keep" else 1)
        if chosen.sum() < self.least:
            chosen = best(np.where(chosen, np.inf, self.hits_), self.least)
        return chosen

    def _hit(self, alive: Numbers, y: NDArray[Any], rng: np.random.Generator, *, classes: bool) -> Mask:
        """(q',) which columns beat every shadow in one forest."""
        q = alive.shape[1]
        if not q:
            return np.zeros(0, dtype=bool)
        copied = alive[:, np.resize(np.arange(q), max(q, _FEWEST_SHADOWS))]
        both = np.hstack([alive, rng.permuted(copied, axis=0)])
        forest = grow(both, y, classes=classes, trees=self.trees, seed=int(rng.integers(2**31)))
        if self.importance == "impurity":
            scores = np.asarray(forest.feature_importances_)
        else:
            scores = out_of_bag(forest, both, y, rng, classes=classes).z
        return np.asarray(scores[:q] > scores[q:].max())


def hit_limits(rounds: int, columns: int, alpha: float) -> tuple[int, int]:
    """With how many hits at most a column is rejected, and with how many at least confirmed.

    Parameters
    ----------
    rounds
        Tosses of the coin.
    columns
        Tests to correct for, each way.
    alpha
        Level of all tests of one way together.

    Returns
    -------
    rejected
        The largest h with P(X ≤ h) · columns ≤ alpha for X binomial (rounds, 1/2); -1 if there is none.
    confirmed
        The smallest h with P(X ≥ h) · columns ≤ alpha, which is ``rounds - rejected``.

    >>> hit_limits(20, 10, 0.05)  # P(X ≤ 3) = 1351 / 2²⁰ = .00129, P(X ≤ 4) = 6196 / 2²⁰ = .0059
    (3, 17)
    """
    hits = np.arange(rounds + 1)
    rejected = int(np.count_nonzero(binom.cdf(hits, rounds, 0.5) * columns <= alpha)) - 1
    return rejected, rounds - rejected
