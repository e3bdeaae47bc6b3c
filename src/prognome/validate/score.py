"""Every figure of one model on one part, by fold and over all folds, with its interval."""

from __future__ import annotations

import warnings
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
    replicate; the models are taken as fitted.

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
    replicates = _replicate(
        folds, places, metrics, None if groups is None else groups[rows], len(rows), interval
    )
    method = f"bootstrap percentile, {interval.replicates} × {'rows' if groups is None else 'groups'}"
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
        low, high = percentile_interval(_mean_over_folds(replicates[at]), interval.level)
        table.append(
            {**common, "repeat": None, "fold": None, "value": _mean_over_folds(values[at][:, None])[0],
             "low": low, "high": high, "method": method + (", mean of folds" if several else ""),
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


def _mean_over_folds(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """(folds, replicates) → (replicates,), over the folds where the figure is defined."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a figure that no fold defines stays NaN
        return np.asarray(np.nanmean(values, axis=0))


def _events(judged: Judged) -> int | None:
    return int((judged.truth == 1).sum()) if judged.classes == 2 else None


def _all_events(folds: Sequence[JudgedFold], places: Sequence[Index], n: int) -> int | None:
    if folds[0].judged.classes != 2:
        return None
    truth = np.zeros(n, dtype=int)
    for fold, place in zip(folds, places, strict=True):
        truth[place] = fold.judged.truth
    return int(truth.sum())
