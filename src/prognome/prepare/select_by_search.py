"""A genetic algorithm over subsets of number columns, judged by inner folds of the training rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from prognome.core.space import Real, Space, Whole
from prognome.prepare.allowed import SEED, Above, NumberFrom, Rule, WholeFrom
from prognome.prepare.columns import Columns, Mask, Numbers
from prognome.prepare.inner_score import Folds, folds_of, mean_over_folds, score_of
from prognome.prepare.select import f_scores
from prognome.prepare.selector import TASK, GroupedSelector, Task, centre_and_spread

_UPHILL = 1e-12  # two subsets nearer than that are equal


class GeneticSelector(GroupedSelector):
    """Keep the subset of number columns that a genetic algorithm finds best by inner cross-validation.

    A subset is worth the mean inner score of ridge regression on it (penalty = number of columns in the
    subset; classes as 0/1), less ``cost`` for each column. The score is the AUC (of more than two classes the
    mean of each against the rest), or R² for numbers. The first subsets hold about ``start`` columns; for one
    half columns are drawn evenly, for the other those with a higher F sooner. Each generation keeps the
    ``elite`` and fills up with children: two parents, each the best of ``tournament`` drawn ones; uniform
    crossover; then every column leaves with probability ``mutation`` and about ``mutation`` × ``start`` come
    in, drawn like the first. Groups are kept whole in the inner folds.

    **Learns** ``scores_`` ((g,) worth of the best subset in each generation, the first included), ``fits_``
    (models fitted; a subset met again is not fitted again), ``keep_`` ((p,) columns that stay), from the
    training rows. At most folds × (population + generations × (population - elite)) fits, 2,400 with the
    defaults: 1 to 3 s at 200 rows, whatever the number of columns. But of 20,000 columns the search sees
    only a few: put ``{select.anova: {k: 500}}`` before it. The worth of the best subset flatters, since the
    best of many was taken; only rows outside may judge it.

    Parameters
    ----------
    population
        Subsets in a generation.
    generations
        After the first, at most.
    patience
        Stops after so many generations without a better subset.
    start
        Columns of a first subset, on average.
    most
        No subset holds more columns.
    cost
        Of each column, in units of the score.
    crossover
        Share of children that mix two parents; the others are copies of one, before mutation.
    mutation
        Share of its columns that a child exchanges, on average.
    tournament
        Subsets drawn for each parent.
    elite
        Best subsets that pass into the next generation unchanged.
    folds
        Inner folds; fewer where a class or the groups allow no more.
    task
        ``classes`` or ``number``; ``auto`` takes a target of ``float`` for numbers and any other for classes.
    random_state
        Seed of the folds and of all draws.

    References
    ----------
    Holland (1975), Adaptation in Natural and Artificial Systems; for choosing features: Siedlecki and
    Sklansky (1989), Pattern Recognition Letters 10:335–347.
    """

    NAME = "select.genetic"
    SPACE: ClassVar[Space] = {
        "start": Whole(5, 100, log=True),
        "cost": Real(1e-4, 1e-2, log=True),
        "mutation": Real(0.02, 0.3, log=True),
    }
    ALLOWED: ClassVar[dict[str, Rule]] = {
        "population": WholeFrom(2),
        "generations": WholeFrom(0),
        "patience": WholeFrom(1),
        "start": WholeFrom(1),
        "most": WholeFrom(1),
        "cost": NumberFrom(0.0),
        "crossover": Above(0.0, 1.0),
        "mutation": Above(0.0, 1.0),
        "tournament": WholeFrom(1),
        "elite": WholeFrom(1),
        "folds": WholeFrom(2),
        "task": TASK,
        "random_state": SEED,
    }

    def __init__(
        self,
        *,
        population: int = 40,
        generations: int = 20,
        patience: int = 8,
        start: int = 20,
        most: int = 100,
        cost: float = 0.001,
        crossover: float = 0.9,
        mutation: float = 0.1,
        tournament: int = 3,
        elite: int = 2,
        folds: int = 3,
        task: Task = "auto",
        random_state: int | None = 0,
    ) -> None:
        self.population = population
        self.generations = generations
        self.patience = patience
        self.start = start
        self.most = most
        self.cost = cost
        self.crossover = crossover
        self.mutation = mutation
        self.tournament = tournament
        self.elite = elite
        self.folds = folds
        self.task = task
        self.random_state = random_state

    def _choose(self, columns: Columns, y: NDArray[Any], *, classes: bool, groups: Any) -> Mask:
        numbers = columns.numbers
        folds = folds_of(y, groups, self.folds, self.random_state, classes=classes)
        judge = _Judge(numbers, y, folds, classes=classes, where=self.NAME)
        draw = _Draw(f_scores(numbers, y, classes=classes), np.random.default_rng(self.random_state))
        worths: dict[bytes, float] = {}

        def worth(subset: Mask) -> float:
            key = np.packbits(subset).tobytes()
            if key not in worths:
                worths[key] = judge.score(np.flatnonzero(subset)) - self.cost * int(subset.sum())
            return worths[key]

        subsets = [
            self._within(draw.some(int(draw.rng.integers(1, 2 * self.start + 1)), by_score=bool(i % 2)), draw)
            for i in range(self.population)
        ]
        found: list[float] = []
        waited = 0
        for generation in range(self.generations + 1):
            worth_now = np.array([worth(subset) for subset in subsets])
            fewer = np.array([int(subset.sum()) for subset in subsets])
            order = np.lexsort((fewer, -worth_now))
            subsets, worth_now = [subsets[place] for place in order], worth_now[order]
            waited = waited + 1 if found and worth_now[0] <= found[-1] + _UPHILL else 0
            found.append(float(worth_now[0]))
            if generation == self.generations or waited >= self.patience:
                break
            elite = min(self.elite, self.population - 1)
            children = [self._child(subsets, draw) for _ in range(self.population - elite)]
            subsets = subsets[:elite] + children
        self.scores_ = np.array(found)
        self.fits_ = len(worths) * len(folds)
        return subsets[0]

    def _child(self, ranked: list[Mask], draw: _Draw) -> Mask:
        """One child of subsets that stand in order of their worth."""
        rng = draw.rng
        one, other = (ranked[int(rng.integers(len(ranked), size=self.tournament).min())] for _ in range(2))
        child = one.copy()
        if rng.random() < self.crossover:
            child = np.where(rng.random(len(one)) < 0.5, one, other)
        child &= rng.random(len(child)) >= self.mutation
        child |= draw.some(int(rng.poisson(self.mutation * self.start)), by_score=bool(rng.integers(2)))
        return self._within(child, draw)

    def _within(self, subset: Mask, draw: _Draw) -> Mask:
        """The subset with a column at least and ``most`` at most."""
        if not subset.any():
            return draw.some(1, by_score=True)
        places = np.flatnonzero(subset)
        if len(places) > self.most:
            subset = np.zeros_like(subset)
            subset[draw.rng.choice(places, self.most, replace=False)] = True
        return subset


class _Draw:
    """Draws columns, evenly or those with a higher score sooner (chances as 1 / rank)."""

    def __init__(self, scores: Numbers, rng: np.random.Generator) -> None:
        self.rng = rng
        order = np.argsort(-np.nan_to_num(scores, nan=-1.0), kind="stable")
        chances = np.empty(len(scores))
        chances[order] = 1.0 / np.arange(1, len(scores) + 1)
        self.chances = chances / chances.sum()

    def some(self, count: int, *, by_score: bool) -> Mask:
        """(q,) so many columns, or all."""
        chosen = np.zeros(len(self.chances), dtype=bool)
        count = min(count, len(chosen))
        chances = self.chances if by_score else None
        chosen[self.rng.choice(len(chosen), count, replace=False, p=chances)] = True
        return chosen


@dataclass(frozen=True, eq=False)
class _Fold:
    learn: Numbers
    told: Numbers
    judge: Numbers
    truth: NDArray[Any]


class _Judge:
    """The mean inner score of ridge regression on some of the columns."""

    def __init__(self, numbers: Numbers, y: NDArray[Any], folds: Folds, *, classes: bool, where: str) -> None:
        self.classes = classes
        self.where = where
        several = classes and y.max() > 1
        told = (y[:, None] == np.arange(y.max() + 1)).astype(np.float64) if several else y[:, None]
        self.several = several
        self.folds = []
        for learn, judge in folds:
            mean, spread = centre_and_spread(numbers[learn])
            scaled = (numbers - mean) / spread
            self.folds.append(_Fold(scaled[learn], told[learn], scaled[judge], y[judge]))

    def score(self, places: NDArray[np.intp]) -> float:
        """Mean over the folds."""
        scores = [[self._score_of(fold, places)] for fold in self.folds]
        return float(mean_over_folds(np.array(scores), where=self.where)[0])

    def _score_of(self, fold: _Fold, places: NDArray[np.intp]) -> float:
        x = fold.learn[:, places]
        mean = fold.told.mean(axis=0)
        n, width = x.shape
        if width <= n:
            weights = np.linalg.solve(x.T @ x + width * np.eye(width), x.T @ (fold.told - mean))
        else:
            weights = x.T @ np.linalg.solve(x @ x.T + width * np.eye(n), fold.told - mean)
        said = fold.judge[:, places] @ weights + mean
        return score_of(said if self.several else said[:, 0], fold.truth, classes=self.classes)
