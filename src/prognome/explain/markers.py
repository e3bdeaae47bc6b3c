"""One table of markers from everything that was asked about features."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from prognome.core.paired_tests import corrected_resampled_t, holm
from prognome.explain.agreement import spearman, top_of
from prognome.explain.correlated import Clusters

Array = NDArray[np.float64]

COLUMNS = {
    "feature": "its name",
    "rank": "place by mean |SHAP|, 1 the strongest; by drop where the model has no SHAP values",
    "shap": "mean over folds of the mean |SHAP| of the rows judged there, in the unit of the attribution; "
    "empty where the model has none",
    "drop": "mean over the folds that know it of what shuffling the column cost in the metric",
    "drop_folds": "how many folds know it",
    "drop_low": "interval of the drop over folds, corrected for training rows that folds share; empty where "
    "a fold that knows any drop does not know this one",
    "drop_high": "upper end of the same",
    "drop_p_holm": "two-sided p of the same test, after Holm over all columns that have one",
    "drop_rank": "place by drop",
    "cluster_drop": "mean over folds of what shuffling its whole cluster cost; empty where it was not asked",
    "importance": "mean over folds of the model's own importance; empty where it has none",
    "importance_rank": "place by that",
    "top": "in how many folds (or folds and seeds) it is among the top k by |SHAP|, and above nought",
    "folds": "of how many",
    "cluster": "number of its cluster of correlated columns; empty where it was not looked at",
    "direction": "+ where higher values speak for the event or a higher number, - where against, ± where "
    "neither; empty for several classes and where values were not asked",
}
"""Columns of the table and what they hold."""


@dataclass(frozen=True, eq=False)
class FoldEvidence:
    """What one fold says of features. All arrays follow one order of features.

    Parameters
    ----------
    shap
        (n, features), or (n, features, K): SHAP values of rows that the fold's model had not seen; None where
        the model has none, then features are ranked by their drop.
    rows
        (n, features) values of those features as the model gets them, for the direction; None: not asked.
        NaN where missing.
    drop
        (features,) mean drop by permutation on the same rows; NaN for those not known; None: none was asked.
    cluster_drop
        (features,) the same with the whole cluster of the feature shuffled.
    importance
        (features,) the model's own importance, such as \\|coefficient\\| or gain; None where it has none.
    """

    shap: Array | None
    rows: Array | None = None
    drop: Array | None = None
    cluster_drop: Array | None = None
    importance: Array | None = None


def marker_table(
    features: Sequence[Hashable],
    folds: Sequence[FoldEvidence],
    *,
    k: int = 20,
    clusters: Clusters | None = None,
    test_per_train: float | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Put the evidence of all folds together.

    Parameters
    ----------
    features
        Names.
    folds
        One for each fold (and seed).
    k
        How many features a fold's top has.
    clusters
        Of :func:`prognome.explain.correlated.correlated_clusters`.
    test_per_train
        Judged rows for each training row, for the interval of the drop; None: 1 / (folds - 1), as with equal
        folds.
    level
        Of the interval.

    Returns
    -------
    One line a feature, strongest first; columns as in ``COLUMNS``. A place is shared (the smallest number)
    where values are equal. Without SHAP values a fold that does not know the drop of a feature counts as 0
    for its place.

    Notes
    -----
    A fold shuffles the features that have most weight in it. A mean over some folds alone is that of the
    folds where the feature stood high, and so too good: it has no interval and no test.

    Raises
    ------
    ValueError
        If there is no fold, or an array does not have one entry for each feature.

    Examples
    --------
    >>> fold = FoldEvidence(shap=np.array([[0.1, -2.0], [0.3, 2.0]]), rows=np.array([[0.0, 5.0], [1.0, 6.0]]))
    >>> marker_table(["a", "b"], [fold], k=1)[["feature", "shap", "top", "direction"]].values.tolist()
    [['b', 2.0, 1, '+'], ['a', 0.2, 0, '+']]
    """
    if not folds:
        raise ValueError("no fold is given; at least one is needed")
    p = len(features)
    for fold in folds:
        for name in ("shap", "rows", "drop", "cluster_drop", "importance"):
            array = getattr(fold, name)
            if array is not None and array.shape[min(array.ndim - 1, 1)] != p:
                raise ValueError(f"{name} has shape {array.shape}; {p} features are named")
    by_drop = any(fold.shap is None for fold in folds)
    strength = np.array([_strength(fold, p, by_drop=by_drop) for fold in folds])
    drops = _stacked([fold.drop for fold in folds], p)
    importance = _stacked([fold.importance for fold in folds], p)
    ratio = test_per_train if test_per_train is not None else 1 / max(len(folds) - 1, 1)
    low, high, p_holm = _tests(drops, ratio, level)
    table = pd.DataFrame(
        {
            "feature": list(features),
            "rank": _places(strength.mean(axis=0)),
            "shap": np.full(p, np.nan) if by_drop else strength.mean(axis=0),
            "drop": _mean(drops),
            "drop_folds": (~np.isnan(drops)).sum(axis=0),
            "drop_low": low,
            "drop_high": high,
            "drop_p_holm": p_holm,
            "drop_rank": _places(_mean(drops)),
            "cluster_drop": _mean(_stacked([fold.cluster_drop for fold in folds], p)),
            "importance": _mean(importance),
            "importance_rank": _places(_mean(importance)),
            "top": np.array([top_of(one, k) for one in strength]).sum(axis=0),
            "folds": len(folds),
            "cluster": _cluster_numbers(features, clusters),
            "direction": direction_of(
                [fold.shap for fold in folds if fold.rows is not None and fold.shap is not None],
                [fold.rows for fold in folds if fold.rows is not None and fold.shap is not None],
                p,
            ),
        },
        columns=list(COLUMNS),
    )
    return table.sort_values("rank", kind="stable", ignore_index=True)


def beyond_doubt(table: pd.DataFrame, level: float = 0.95) -> pd.Series:
    """Whether shuffling a column costs beyond doubt: a loss, with p after Holm below 1 - level.

    Parameters
    ----------
    table
        Of :func:`marker_table`.
    level
        Of the intervals.
    """
    return (table["drop"] > 0) & (table["drop_p_holm"] < 1 - level)


def direction_of(shap: Sequence[ArrayLike], rows: Sequence[ArrayLike], features: int) -> list[str]:
    """Whether higher values of a feature raise the answer.

    Parameters
    ----------
    shap
        (n, features) for each fold.
    rows
        (n, features) values in the same places; NaN where missing.
    features
        How many.

    Returns
    -------
    ``+`` or ``-`` where Spearman's correlation of values and parts over the rows of all folds is beyond ±
    .3; ``±`` where it is not; empty for several classes, where nothing was given, or where values or parts
    are constant.
    """
    parts = [np.asarray(one, dtype=np.float64) for one in shap]
    if not parts or parts[0].ndim != 2:
        return [""] * features
    part, value = np.concatenate(parts), np.concatenate([np.asarray(one, dtype=np.float64) for one in rows])
    signs = []
    for column in range(features):
        known = ~np.isnan(value[:, column])
        asked = known.sum() > 1 and part[:, column].any()
        r = spearman(value[known, column], part[known, column]) if asked else float("nan")
        signs.append("" if np.isnan(r) else "+" if r > 0.3 else "-" if r < -0.3 else "±")
    return signs


def _strength(fold: FoldEvidence, features: int, *, by_drop: bool) -> Array:
    if by_drop or fold.shap is None:
        return np.zeros(features) if fold.drop is None else np.nan_to_num(fold.drop)
    mean = np.abs(fold.shap).mean(axis=0)
    return mean if mean.ndim == 1 else mean.sum(axis=1)


def _stacked(arrays: Sequence[Array | None], features: int) -> Array:
    known = [np.asarray(one, dtype=np.float64) for one in arrays if one is not None]
    return np.array(known) if known else np.empty((0, features))


def _mean(folds: Array) -> Array:
    known = ~np.isnan(folds)
    count = known.sum(axis=0)
    total = np.where(known, folds, 0).sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _tests(drops: Array, ratio: float, level: float) -> tuple[Array, Array, Array]:
    """Ends of intervals, and p after Holm; NaN where not all folds that know any drop know this one."""
    low, high, p = (np.full(drops.shape[1], np.nan) for _ in range(3))
    known = ~np.isnan(drops)
    asked = known.any(axis=1)
    for column in np.flatnonzero(known[asked].all(axis=0) & (asked.sum() > 1)).tolist():
        test = corrected_resampled_t(drops[asked, column], ratio, level)
        low[column], high[column], p[column] = test.low, test.high, test.p
    return low, high, holm(p)


def _places(values: Array) -> Any:
    return pd.Series(values).rank(ascending=False, method="min").astype("Int64").array


def _cluster_numbers(features: Sequence[Hashable], clusters: Clusters | None) -> Any:
    if clusters is None:
        return pd.array([pd.NA] * len(features), dtype="Int64")
    return clusters.number.reindex(list(features)).astype("Int64").array
