"""The decision curve of one model on one part: net benefit over thresholds, with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from prognome.core.bootstrap import replicate_weights
from prognome.core.net_benefit import THRESHOLDS, row_benefit, treat_all, weigh_rows
from prognome.validate.judged_part import FEW_GROUPS, Interval, JudgedFold

COLUMNS = ("model", "part", "threshold", "net_benefit", "low", "high", "treat_all", "treat_none", "n")


def decision_curve(
    model: str,
    part: str,
    folds: Sequence[JudgedFold],
    *,
    groups: NDArray[Any] | None,
    interval: Interval,
) -> pd.DataFrame:
    """Rows of ``decision_curve.tsv`` of a binary target, for thresholds from .01 to .99.

    Rows are pooled over folds; what a row adds is averaged over its repeats first, so that a row judged five
    times counts once. The interval resamples rows, or whole groups where there are ten or more; the models
    are taken as fitted. Probabilities are those after recalibration.

    Parameters
    ----------
    model, part
        For the table.
    folds
        What was said, fold by fold; one fold for a test part.
    groups
        (n,) labels of all rows of the cohort, or None.
    interval
        Replicates, level and seed.
    """
    rows = np.unique(np.concatenate([fold.rows for fold in folds]))
    benefit = np.zeros((len(rows), len(THRESHOLDS)))
    times, truth = np.zeros(len(rows)), np.zeros(len(rows), dtype=int)
    for fold in folds:
        at = np.searchsorted(rows, fold.rows)
        benefit[at] += row_benefit(fold.judged.truth, fold.judged.event)
        times[at] += 1
        truth[at] = fold.judged.truth
    benefit /= times[:, None]
    low, high = _interval(benefit, None if groups is None else groups[rows].astype(str), interval)
    return pd.DataFrame(
        {
            "model": model,
            "part": part,
            "threshold": THRESHOLDS,
            "net_benefit": weigh_rows(benefit),
            "low": low,
            "high": high,
            "treat_all": treat_all(truth),
            "treat_none": 0.0,
            "n": len(rows),
        },
        columns=list(COLUMNS),
    )


def _interval(
    benefit: NDArray[np.float64], labels: NDArray[Any] | None, interval: Interval
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(T,) and (T,) ends of the percentile intervals."""
    if labels is not None and len(np.unique(labels)) < FEW_GROUPS:
        labels = None
    weights = replicate_weights(len(benefit), labels, interval.replicates, interval.seed)
    values = np.concatenate([weigh_rows(benefit, piece) for piece in weights])
    tail = (1 - interval.level) / 2
    low, high = np.quantile(values, [tail, 1 - tail], axis=0)
    return low, high
