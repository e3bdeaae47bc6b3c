"""Every figure of one model on one part for each level of the subgroup columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from prognome.core.metrics import METRICS, Metric
from prognome.validate.judged_part import Interval, JudgedFold
from prognome.validate.subgroup_estimate import Estimate
from prognome.validate.subgroup_figures import draw, estimate, is_defined, is_drawn
from prognome.validate.subgroup_levels import NOT_RECORDED, OTHERS, Levels
from prognome.validate.subgroup_rows import PooledRows, pool_rows

FIGURES: Mapping[str, tuple[str, ...]] = {
    "binary": (
        "auc_roc", "sensitivity", "specificity", "precision", "npv", "calibration_intercept",
        "calibration_slope", "brier", "coverage",
    ),
    "multiclass": ("balanced_accuracy", "accuracy", "coverage", "log_loss"),
    "number": ("mae", "bias", "within_20_percent", "coverage", "r2"),
}  # fmt: skip


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
    by_groups
        Whether groups are the independent units. They are not where every level is one group (a column of
        sites whose rows go together): then rows are, since the question is of these very groups.
    """

    column: str
    names: tuple[str, ...]
    masks: tuple[NDArray[np.bool_], ...]
    by_groups: bool


def score_subgroups(
    model: str,
    part: str,
    folds: Sequence[JudgedFold],
    levels: Sequence[Levels],
    facts: Mapping[str, NDArray[np.object_]],
    *,
    kind: str,
    primary: Metric,
    groups: NDArray[Any] | None,
    interval: Interval,
) -> list[dict[str, Any]]:
    """Rows of ``scores.tsv`` for subgroups; rows are pooled over the folds, and ``fold`` is empty.

    A figure of too few rows is left empty, and its method says what there is too little of: 10 events for
    what needs events, 10 others for what needs those, 20 of each for a calibration slope, 10 alarms or
    all-clears for precision and npv, 10 rows of every class for means over several classes, 2 groups where
    rows go together, 20 rows for anything else.

    Parameters
    ----------
    model, part
        For the table.
    folds
        What was said, fold by fold; one fold for a test part.
    levels
        How each column is parted, from ``learn_levels``.
    facts
        Column → (n,) text of all rows of the cohort that was judged.
    kind
        Of the target.
    primary
        The figure that decides what is best; it comes first.
    groups
        (n,) labels of all rows of that cohort, or None.
    interval
        Level; replicates and seed for what only a bootstrap gives.
    """
    pool = pool_rows(folds, groups)
    table = []
    for column in levels:
        at = part_rows(pool, column, facts[column.column])
        sizes = [pool.only(mask) for mask in at.masks]
        for metric, threshold in wanted_figures(FIGURES[kind], primary, pool):
            found = estimate_levels(metric, pool, at, threshold, interval)
            for name, rows, one in zip(at.names, sizes, found, strict=True):
                low, high = one.interval(interval.level)
                table.append(
                    {
                        "model": model, "part": part, "repeat": None, "fold": None,
                        "subgroup": at.column, "level": name, "metric": metric, "threshold": threshold,
                        "value": one.value, "low": low, "high": high, "method": one.method,
                        "n": len(rows), "events": rows.events,
                    }
                )  # fmt: skip
    return table


def _hide_few(assigned: NDArray[np.object_], rows: NDArray[np.intp]) -> NDArray[np.object_]:
    """Levels of so few rows that somebody could be picked out become ``others``."""
    found = set(assigned.tolist()) - {NOT_RECORDED}
    few = {name for name in found if len(set(rows[assigned == name])) < FEWEST_SHOWN}
    return np.array([OTHERS if name in few else name for name in assigned], dtype=object)


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
    return LevelRows(levels.column, tuple(names), masks, not _levels_are_groups(pool, names, masks))


def wanted_figures(names: Sequence[str], primary: Metric, pool: PooledRows) -> list[tuple[str, str]]:
    """(metric, threshold) of every figure, the primary first; of decisions at both thresholds."""
    wanted = []
    for name in dict.fromkeys((primary.name, *names)):
        if not is_defined(name, pool):
            continue
        if not METRICS[name].of_decision:
            wanted.append((name, ""))
            continue
        wanted.append((name, "fixed"))
        if pool.chosen is not None:
            wanted.append((name, "chosen"))
    return wanted


def estimate_levels(
    metric: str, pool: PooledRows, at: LevelRows, threshold: str, interval: Interval
) -> list[Estimate]:
    """A figure at every level of a column."""
    if is_drawn(metric, pool):
        return draw(metric, pool, at.masks, threshold, interval, by_groups=at.by_groups)
    return [estimate(metric, pool.only(mask), threshold, by_groups=at.by_groups) for mask in at.masks]


def _levels_are_groups(pool: PooledRows, names: Sequence[str], masks: Sequence[NDArray[np.bool_]]) -> bool:
    if pool.units is None:
        return False
    named = [mask for name, mask in zip(names, masks, strict=True) if name not in (OTHERS, NOT_RECORDED)]
    return bool(named) and all(len(np.unique(pool.units[mask])) == 1 for mask in named)
