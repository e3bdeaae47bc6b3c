"""Search inside the training rows: every setting is judged on inner folds, never on the rows outside."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np

from prognome.core.cohort import Cohort
from prognome.core.fit import fit, seeded
from prognome.core.judged import Judged
from prognome.core.metrics import Metric
from prognome.core.say import say
from prognome.core.seeds import seed_of
from prognome.core.space import Space, grid, sample, size_of_grid
from prognome.core.study_models import Tune
from prognome.core.table import Index
from prognome.validate.candidate import Candidate
from prognome.validate.halving import first_rows, halve, rungs
from prognome.validate.trial import Trial

DRAWS = 10  # for each setting that may be tried


def search(
    candidate: Candidate,
    cohort: Cohort,
    pairs: Sequence[tuple[Index, Index]],
    *,
    metric: Metric,
    tune: Tune,
    seed: int,
    clock: Callable[[], float] = time.perf_counter,
) -> list[Trial]:
    """Judge settings on the same inner folds, by one of these plans.

    ``none``: the defaults. ``random``: the defaults, then settings drawn from the space. ``grid``: every
    combination, and nothing else. ``bayesian``: the defaults, then settings that a tree-structured Parzen
    estimator proposes from what was seen. ``halving``: as ``random``, but on few rows first; the best third
    goes on with three times as many, until all rows are used.

    Parameters
    ----------
    candidate
        What is searched; with an empty space only its defaults are judged.
    cohort
        Training rows alone.
    pairs
        Inner folds as positions in ``cohort``.
    metric
        What is judged.
    tune
        The plan, how many settings, and for how long.
    seed
        Draws the settings; the same for any number of workers.
    clock
        In seconds; the first setting is judged however long it takes.

    Returns
    -------
    The trials in the order they were judged; at least one that learned from all rows.

    Raises
    ------
    Exception
        What the first setting raised, if every one failed.

    References
    ----------
    Bergstra and Bengio (2012), JMLR 13:281–305; Bergstra et al. (2011), NeurIPS 24:2546–2554; Jamieson and
    Talwalkar (2016), AISTATS, PMLR 51:240–248.
    """
    bench = _Bench(candidate, cohort, pairs, metric, tune, seed, clock)
    if not candidate.space or tune.search == "none":
        bench.judge({})
    elif tune.search == "halving":
        drawn = list(_settings(candidate.space, tune, seed))
        halve(drawn, bench.judge, metric, late=lambda: bench.late, least=bench.least_share())
    elif tune.search == "bayesian":
        from prognome.validate.bayesian import proposals

        bench.judge({})
        for params in proposals(candidate.space, bench.trials, metric, seed=seed_of(seed, "trials")):
            if bench.late or len(bench.trials) >= tune.trials:
                break
            bench.judge(params)
    else:
        for params in _settings(candidate.space, tune, seed):
            if bench.late:
                break
            bench.judge(params)
    return bench.finished()


def fits_of(tune: Tune, space: Space) -> float:
    """Fits for each inner fold that a search takes at most, counted in fits on all rows."""
    if not space or tune.search == "none":
        return 1.0
    if tune.search == "grid":
        return float(size_of_grid(space, tune.points))
    if tune.search == "halving":
        return sum(settings * share for settings, share in rungs(tune.trials))
    return float(tune.trials)


def _settings(space: Space, tune: Tune, seed: int) -> Iterator[dict[str, Any]]:
    if tune.search == "grid":
        yield from islice(grid(space, tune.points), tune.trials)
        return
    rng = np.random.default_rng(seed_of(seed, "trials"))
    seen: list[dict[str, Any]] = [{}]
    yield {}
    for _ in range(DRAWS * tune.trials):  # a small space holds fewer settings than may be tried
        if len(seen) == tune.trials:
            return
        drawn = sample(space, rng)
        if drawn not in seen:
            seen.append(drawn)
            yield drawn


class _Bench:
    """Judges settings one after another and remembers them."""

    def __init__(
        self,
        candidate: Candidate,
        cohort: Cohort,
        pairs: Sequence[tuple[Index, Index]],
        metric: Metric,
        tune: Tune,
        seed: int,
        clock: Callable[[], float],
    ) -> None:
        self._candidate, self._cohort, self._pairs = candidate, cohort, pairs
        self._metric, self._seed, self._clock = metric, seed, clock
        self._end = np.inf if tune.minutes is None else clock() + 60 * tune.minutes
        self._first_error: Exception | None = None
        self.trials: list[Trial] = []

    @property
    def late(self) -> bool:
        """Whether no new setting may begin; never before one has come to an end."""
        return any(not trial.failure for trial in self.trials) and self._clock() >= self._end

    def judge(self, params: dict[str, Any], share: float = 1.0) -> Trial:
        """One setting on every inner fold; one that fails is out."""
        start = self._clock()
        try:
            judged = [self._judge(params, pair, share) for pair in self._pairs]
            scores = tuple(self._metric.value(one) for one in judged)
            trial = Trial(params, scores, tuple(one.score for one in judged), share, self._clock() - start)
        except MemoryError:
            raise
        except Exception as error:  # whatever a step or model raises at a setting that does not suit it
            self._first_error = self._first_error or error
            spent = self._clock() - start
            trial = Trial(params, share=share, seconds=spent, failure=type(error).__name__)
        self.trials.append(trial)
        return trial

    def least_share(self) -> float:
        """The smallest share of the rows of every inner fold that can be cut."""
        trains = [self._cohort.rows(pair[0]) for pair in self._pairs]
        return max(len(first_rows(train, 0.0, self._seed)) / len(train) for train in trains)

    def finished(self) -> list[Trial]:
        """All trials, if one of them on all rows came to an end."""
        if not any(trial.share == 1 and not trial.failure for trial in self.trials):
            assert self._first_error is not None
            raise self._first_error
        return self.trials

    def _judge(self, params: dict[str, Any], pair: tuple[Index, Index], share: float) -> Judged:
        train, judge = self._cohort.rows(pair[0]), self._cohort.rows(pair[1])
        if share < 1:
            train = train.rows(first_rows(train, share, self._seed))
        assert train.target is not None
        assert judge.target is not None
        fitted = fit(
            seeded(self._candidate.with_params(params), self._seed), train, train.target, train.groups
        )
        said = say(fitted, judge, len(self._cohort.classes), self._cohort.follow_up)
        return Judged(judge.target, said, follow_up=self._cohort.follow_up)
