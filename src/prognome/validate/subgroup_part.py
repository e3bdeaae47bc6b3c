"""The judged rows of one part by the levels of every column; a figure at a level is reckoned once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from prognome.core.metrics import METRICS, Metric
from prognome.validate.judged_part import Interval, JudgedFold
from prognome.validate.subgroup_estimate import Estimate
from prognome.validate.subgroup_figures import draw, estimate, is_defined, is_drawn
from prognome.validate.subgroup_levels import NOT_RECORDED, OTHERS, Levels
from prognome.validate.subgroup_rows import PooledRows, pool_rows

FEWEST_SHOWN = 5


@dataclass(frozen=True, eq=False)
class LevelRows:
    """The judged rows of a part, by the levels of one column.

    Parameters
    ----------
    column
        Its name.
    names
        The levels that occur, in order.
    masks
        For each, (n,) which of the pooled rows are at it.
    rows
        For each, those rows.
    by_groups
        Whether groups are the independent units. They are not where every level is one group (a column of
        sites whose rows go together): then rows are, since the question is of these very groups.
    """

    column: str
    names: tuple[str, ...]
    masks: tuple[NDArray[np.bool_], ...]
    rows: tuple[PooledRows, ...]
    by_groups: bool


@dataclass(frozen=True, eq=False)
class SubgroupPart:
    """What one model said about one part, by the levels of every column.

    Parameters
    ----------
    model, part
        For the tables.
    kind
        Of the target.
    primary
        The figure that decides what is best.
    interval
        Level; replicates and seed for what only a bootstrap gives.
    pool
        All judged rows.
    columns
        Those rows by the levels of each column.
    """

    model: str
    part: str
    kind: str
    primary: Metric
    interval: Interval
    pool: PooledRows
    columns: tuple[LevelRows, ...]
    _known: dict[tuple[str, str, str], list[Estimate]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(
        cls,
        model: str,
        part: str,
        folds: Sequence[JudgedFold],
        levels: Sequence[Levels],
        facts: Mapping[str, NDArray[np.object_]],
        *,
        kind: str,
        primary: Metric,
        groups: NDArray[np.object_] | None,
        interval: Interval,
    ) -> SubgroupPart:
        """Pool rows over the folds and part them.

        Parameters
        ----------
        model, part, kind, primary, interval
            As they are held.
        folds
            What was said, fold by fold; one fold for a test part.
        levels
            How each column is parted, from ``learn_levels``.
        facts
            Column → (n,) text of all rows of the cohort that was judged.
        groups
            (n,) labels of all rows of that cohort, or None.
        """
        pool = pool_rows(folds, groups)
        columns = tuple(part_rows(pool, one, facts[one.column]) for one in levels)
        return cls(model, part, kind, primary, interval, pool, columns)

    def figures(self, names: Sequence[str]) -> list[tuple[str, str]]:
        """(metric, threshold) of every figure, the primary first; of decisions at both thresholds."""
        wanted = []
        for name in dict.fromkeys((self.primary.name, *names)):
            if not is_defined(name, self.pool):
                continue
            if not METRICS[name].of_decision:
                wanted.append((name, ""))
                continue
            wanted.append((name, "fixed"))
            if self.pool.chosen is not None:
                wanted.append((name, "chosen"))
        return wanted

    def at_levels(self, at: LevelRows, metric: str, threshold: str) -> list[Estimate]:
        """A figure at every level of a column."""
        asked = (at.column, metric, threshold)
        if asked not in self._known:
            self._known[asked] = (
                draw(metric, self.pool, at.masks, threshold, self.interval, by_groups=at.by_groups)
                if is_drawn(metric, self.pool)
                else [estimate(metric, rows, threshold, by_groups=at.by_groups) for rows in at.rows]
            )
        return self._known[asked]

    def at_the_rest(self, at: LevelRows, metric: str, threshold: str) -> list[Estimate]:
        """For every level of a column, a figure of all other rows; means over classes are of its classes."""
        outside = [~mask for mask in at.masks]
        if is_drawn(metric, self.pool):
            return draw(metric, self.pool, outside, threshold, self.interval, by_groups=at.by_groups)
        several = self.pool.fixed.classes > 2
        return [
            estimate(
                metric,
                self.pool.only(mask),
                threshold,
                by_groups=at.by_groups,
                classes=sorted(set(rows.truth.astype(int))) if several else None,
            )
            for mask, rows in zip(outside, at.rows, strict=True)
        ]


def part_rows(pool: PooledRows, levels: Levels, values: NDArray[np.object_]) -> LevelRows:
    """The pooled rows by the levels of one column.

    Levels of fewer than five rows stand together as ``others``, and are not listed where even these are
    fewer: counts so small could tell who somebody is. Their rows count among all others of a level.

    Parameters
    ----------
    pool
        The judged rows.
    levels
        How the column is parted.
    values
        (n,) text of all rows of the cohort.
    """
    assigned = _hide_few(levels.assign(values[pool.rows]), pool.rows)
    names = [n for n in levels.order(assigned) if len(set(pool.rows[assigned == n])) >= FEWEST_SHOWN]
    masks = tuple(np.asarray(assigned == name, dtype=bool) for name in names)
    rows = tuple(pool.only(mask) for mask in masks)
    return LevelRows(levels.column, tuple(names), masks, rows, not _levels_are_groups(pool, names, masks))


def _hide_few(assigned: NDArray[np.object_], rows: NDArray[np.intp]) -> NDArray[np.object_]:
    """Levels of so few rows that somebody could be picked out become ``others``."""
    found = set(assigned.tolist()) - {NOT_RECORDED}
    few = {name for name in found if len(set(rows[assigned == name])) < FEWEST_SHOWN}
    return np.array([OTHERS if name in few else name for name in assigned], dtype=object)


def _levels_are_groups(pool: PooledRows, names: Sequence[str], masks: Sequence[NDArray[np.bool_]]) -> bool:
    if pool.units is None:
        return False
    named = [mask for name, mask in zip(names, masks, strict=True) if name not in (OTHERS, NOT_RECORDED)]
    return bool(named) and all(len(np.unique(pool.units[mask])) == 1 for mask in named)
