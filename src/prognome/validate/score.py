"""Every figure of one model on one part, by fold and over all folds, with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from prognome.core.bootstrap import percentile_interval, replicate_weights
from prognome.core.metrics import Judged, Metric
from prognome.core.table import Index

COLUMNS = (
    "model", "part", "repeat", "fold", "subgroup", "level", "metric", "threshold",
    "value", "low", "high", "method", "n", "events",
)  # fmt: skip

FEW_GROUPS = 10


@dataclass(frozen=True, eq=False)
class JudgedFold:
    """What one model said about the rows of one fold."""

    repeat: int
    fold: int
    rows: Index
    judged: Judged


@dataclass(frozen=True)
class Interval:
    """How intervals are made."""

    replicates: int
    level: float
    seed: int


def score_part(
    model: str,
    part: str,
    folds: Sequence[JudgedFold],
    metrics: Sequence[Metric],
    *,
    groups: NDArray[Any] | None,
    interval: Interval,
) -> list[dict[str, Any]]:
    """Rows of ``scores.tsv``.

    The value over all folds is the mean of the folds' values. Its interval resamples the judged rows (whole
    groups where there are any), the same rows in every repeat, and averages the folds' values in each
    replicate; the models are taken as fitted. Where every fold is one group (a study or site left out), rows
    are drawn for the interval of a fold, and for the interval over all folds the folds are drawn as well,
    since the question is of a site never seen; with few sites it is still too narrow. Below ten groups in all
    rows are drawn, which the method says.

    Parameters
    ----------
    model, part
        For the table.
    folds
        What was said, fold by fold; one fold for a test part.
    metrics
        The figures wanted.
    groups
        (n,) labels of all rows of the cohort, or None.
    interval
        Replicates, level and seed.
    """
    several = len(folds) > 1
    rows = np.unique(np.concatenate([fold.rows for fold in folds]))
    places = [np.searchsorted(rows, fold.rows) for fold in folds]
    values = np.array([[metric.value(fold.judged) for fold in folds] for metric in metrics])
    whole = _mean_over_folds(values.T, np.ones_like(values.T))
    labels = None if groups is None else groups[rows].astype(str)
    each_a_group = several and groups is not None and all(len(set(groups[f.rows])) == 1 for f in folds)
    count = 0 if labels is None else len(np.unique(labels))
    few = 0 < count < FEW_GROUPS
    units = None if each_a_group or few else labels
    replicates = _replicate(folds, places, metrics, units, len(rows), interval)
    share = _fold_shares(len(folds), interval) if each_a_group else np.ones((len(folds), interval.replicates))
    method = f"bootstrap percentile, {interval.replicates} × {'rows' if units is None else 'groups'}"
    if few and not each_a_group:
        method += f" (too few groups to draw: {count})"
    over_all = ", mean of folds" if several else ""
    if each_a_group:
        over_all += ", folds drawn too"
    table = []
    for at, metric in enumerate(metrics):
        common = {
            "model": model, "part": part, "subgroup": "", "level": "", "metric": metric.name,
            "threshold": "fixed" if metric.of_decision else "", "method": method,
        }  # fmt: skip
        for k, fold in enumerate(folds if several else []):
            low, high = percentile_interval(replicates[at, k], interval.level)
            table.append(
                {**common, "repeat": fold.repeat, "fold": fold.fold, "value": values[at, k], "low": low,
                 "high": high, "n": len(fold.rows), "events": _events(fold.judged)}
            )  # fmt: skip
        low, high = percentile_interval(_mean_over_folds(replicates[at], share), interval.level)
        table.append(
            {**common, "repeat": None, "fold": None, "value": whole[at],
             "low": low, "high": high, "method": method + over_all,
             "n": len(rows), "events": _all_events(folds, places, len(rows))}
        )  # fmt: skip
    return table


def _replicate(
    folds: Sequence[JudgedFold],
    places: Sequence[Index],
    metrics: Sequence[Metric],
    groups: NDArray[Any] | None,
    n: int,
    interval: Interval,
) -> NDArray[np.float64]:
    """(metrics, folds, replicates)."""
    pieces = []
    for weights in replicate_weights(n, groups, interval.replicates, interval.seed):
        piece = [
            [
                metric.weighted(fold.judged, weights[:, place])
                for fold, place in zip(folds, places, strict=True)
            ]
            for metric in metrics
        ]
        pieces.append(np.array(piece))
    return np.concatenate(pieces, axis=2)


def _fold_shares(folds: int, interval: Interval) -> NDArray[np.float64]:
    """(folds, replicates) how often each fold is drawn, where a fold is a site, study or batch left out."""
    rng = np.random.default_rng([interval.seed, folds])
    return rng.multinomial(folds, np.full(folds, 1 / folds), size=interval.replicates).T.astype(np.float64)


def _mean_over_folds(values: NDArray[np.float64], shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """(folds, replicates) → (replicates,), over the folds where the figure is defined."""
    defined = ~np.isnan(values)
    weights = shares * defined
    total = weights.sum(axis=0)
    summed = (weights * np.where(defined, values, 0)).sum(axis=0)
    return np.divide(summed, total, out=np.full(len(total), np.nan), where=total > 0)


def _events(judged: Judged) -> int | None:
    return int((judged.truth == 1).sum()) if judged.classes == 2 else None


def _all_events(folds: Sequence[JudgedFold], places: Sequence[Index], n: int) -> int | None:
    if folds[0].judged.classes != 2:
        return None
    truth = np.zeros(n, dtype=int)
    for fold, place in zip(folds, places, strict=True):
        truth[place] = fold.judged.truth
    return int(truth.sum())
