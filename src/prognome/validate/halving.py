"""Successive halving: many settings on few rows, the best third on three times as many, the rest on all."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from prognome.core.cohort import Cohort
from prognome.core.metrics import Metric
from prognome.core.seeds import seed_of
from prognome.core.table import Index
from prognome.validate.trial import Trial

THIRD = 3
LEAST_OF_A_CLASS = 10  # rows that even the smallest share holds of every class that has them
Judging = Callable[[dict[str, Any], float], Trial]


def rungs(settings: int) -> list[tuple[int, float]]:
    """How many settings learn from which share of the rows, rung by rung; the last learns from all.

    >>> rungs(9)
    [(9, 0.1111111111111111), (3, 0.3333333333333333), (1, 1.0)]
    >>> rungs(2)
    [(2, 1.0)]
    """
    counts = [settings]
    while counts[-1] >= THIRD:
        counts.append(math.ceil(counts[-1] / THIRD))
    return [(count, THIRD ** (place + 1 - len(counts)) * 1.0) for place, count in enumerate(counts)]


def halve(
    settings: Sequence[dict[str, Any]],
    judge: Judging,
    metric: Metric,
    *,
    late: Callable[[], bool],
    least: float = 0.0,
) -> None:
    """Judge settings rung by rung.

    Where time runs out, the best of those judged on the most rows is judged on all rows; where all settings
    of a rung fail, the first is.

    Parameters
    ----------
    settings
        In the order in which they were drawn; of equals the earlier goes on.
    judge
        Judges one setting after learning from a share of the rows.
    metric
        What is judged.
    late
        Whether no new setting may begin.
    least
        The smallest share that can be cut; rungs below it become one.
    """
    standing = list(settings)
    for count, share in _above(rungs(len(settings)), least):
        seen: list[Trial] = []
        for params in standing[:count]:
            if seen and late():
                break
            seen.append(judge(params, share))
        seen = [trial for trial in seen if not trial.failure]
        if share == 1:
            return
        order = sorted(range(len(seen)), key=lambda place: seen[place].standing(metric), reverse=True)
        standing = [seen[place].params for place in order]
        if late() or not standing:
            judge(standing[0] if standing else settings[0], 1.0)
            return


def _above(plan: list[tuple[int, float]], least: float) -> list[tuple[int, float]]:
    """The plan without rungs that would all learn from the same rows.

    >>> _above([(9, 1 / 9), (3, 1 / 3), (1, 1.0)], least=0.4)
    [(9, 0.4), (1, 1.0)]
    """
    high = [(count, share) for count, share in plan if share > least]
    if not high:
        return [(plan[0][0], 1.0)]
    return high if len(high) == len(plan) else [(plan[0][0], least), *high]


def first_rows(cohort: Cohort, share: float, seed: int) -> Index:
    """A share of the rows, the same for the same seed; a smaller share is part of a larger one.

    Classes (events and censored rows of survival) have ten rows where there are so many; without groups they
    keep their shares, and groups stay whole.

    Parameters
    ----------
    cohort
        n training rows.
    share
        Above 0, at most 1.
    seed
        Of the order in which rows are taken.

    Returns
    -------
    Positions, ascending.
    """
    rng = np.random.default_rng(seed_of(seed, "halving"))
    drawn = rng.permutation(len(cohort))
    if cohort.groups is not None:
        code = np.unique(cohort.groups.astype(str), return_inverse=True)[1]
        place = rng.permutation(int(code.max()) + 1)
        order = np.lexsort((drawn, place[code]))
        ends = np.flatnonzero(np.diff(place[code][order], append=-1)) + 1
    else:
        code = _strata(cohort)
        quantile = np.empty(len(cohort))
        for one in np.unique(code):
            mine = drawn[code[drawn] == one]
            quantile[mine] = (np.arange(len(mine)) + 0.5) / len(mine)
        order = np.lexsort((drawn, quantile))
        ends = np.arange(1, len(cohort) + 1)
    enough = max(share * len(cohort), _rows_for_every_class(cohort, order))
    return np.sort(order[: ends[np.searchsorted(ends, enough - 1e-9)]])


def _rows_for_every_class(cohort: Cohort, order: Index) -> int:
    """How many rows of this order hold ten of every class, or all that there are."""
    strata, most = _strata(cohort)[order], 1
    for one in np.unique(strata):
        places = np.flatnonzero(strata == one)
        most = max(most, int(places[min(LEAST_OF_A_CLASS, len(places)) - 1]) + 1)
    return most


def _strata(cohort: Cohort) -> NDArray[Any]:
    """(n,) classes, or events and censored rows; all alike for numbers."""
    return np.zeros(len(cohort), dtype=int) if cohort.strata is None else cohort.strata
