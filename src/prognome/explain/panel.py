"""How good a model is with a few markers: score against the size of a panel, chosen in each fold anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from prognome.core.paired_tests import corrected_resampled_t
from prognome.explain.correlated import Clusters


@dataclass(frozen=True, eq=False)
class Panel:
    """Score by size of panel.

    Parameters
    ----------
    curve
        One line a size: ``size, folds, mean, se, low, high`` of the score over folds.
    folds
        One line a size and fold: ``size, fold, score``.
    best
        Size with the best mean.
    smallest
        The smallest size whose mean is within one standard error of that.
    chosen
        One line a marker that stands in a panel of that size in any fold: ``marker, folds`` (in how many),
        commonest first.
    """

    curve: pd.DataFrame
    folds: pd.DataFrame
    best: int
    smallest: int
    chosen: pd.DataFrame


def panel_curve(
    rankings: Sequence[Sequence[Hashable]],
    fit_and_score: Callable[[list[Hashable], int], float],
    sizes: Sequence[int] = (1, 2, 3, 5, 8, 12, 20, 30, 50, 100),
    *,
    higher_is_better: bool = True,
    test_per_train: float | None = None,
    level: float = 0.95,
) -> Panel:
    """Fit the best 1, 2, 3, … markers of each fold's own ranking and judge them on that fold.

    Parameters
    ----------
    rankings
        For each fold, markers, best first, **learned on its training rows alone**: a ranking from all rows
        would have seen the judges, and the curve would be too good.
    fit_and_score
        ``fit_and_score(columns, fold)``: fits on the fold's training rows with these columns, returns the
        score of its judges.
    sizes
        Sizes of panels. Those beyond the shortest ranking are left out; one as long as that ranking is added
        where any was.
    higher_is_better
        False for errors and losses.
    test_per_train
        Judged rows for each training row, for the interval; None: 1 / (folds - 1).
    level
        Of the interval.

    Returns
    -------
    The curve and the smallest panel within one standard error of the best size.

    Raises
    ------
    ValueError
        If there are fewer than two folds, or a ranking is empty or names a marker twice.

    Notes
    -----
    The score of the size that was chosen from this curve is slightly too good, as of any choice of the best;
    the rule of one standard error takes most of that back.

    References
    ----------
    Ambroise and McLachlan (2002), PNAS 99:6562–6566 (rankings inside folds); Breiman et al. (1984),
    Classification and Regression Trees, section 3.4.3 (one standard error); interval: Nadeau and Bengio
    (2003), Machine Learning 52:239–281.
    """
    if len(rankings) < 2:
        raise ValueError(f"{len(rankings)} folds are given; at least two are needed")
    if any(not len(one) or len(set(one)) != len(one) for one in rankings):
        raise ValueError("a ranking is empty or names a marker twice")
    longest = min(len(one) for one in rankings)
    tried = sorted({min(int(size), longest) for size in sizes if size > 0})
    if not tried:
        raise ValueError("no size is above 0")
    lines = [
        {"size": size, "fold": fold, "score": float(fit_and_score(list(ranking[:size]), fold))}
        for size in tried
        for fold, ranking in enumerate(rankings)
    ]
    folds = pd.DataFrame(lines, columns=["size", "fold", "score"])
    ratio = test_per_train if test_per_train is not None else 1 / (len(rankings) - 1)
    curve = pd.DataFrame([_point(size, part["score"], ratio, level) for size, part in folds.groupby("size")])
    best, smallest = _smallest(curve, higher_is_better)
    return Panel(curve, folds, best, smallest, _chosen(rankings, smallest))


def interchangeable(markers: Sequence[Hashable], clusters: Clusters) -> dict[Hashable, list[Hashable]]:
    """For each marker the columns of its cluster, which could stand in its place; markers without any are
    left out.

    Parameters
    ----------
    markers
        Names.
    clusters
        Learned on training rows; markers it has not looked at are left out.
    """
    beside = {m: clusters.beside(m) for m in markers if m in clusters.number.index}
    return {marker: others for marker, others in beside.items() if others}


def _point(size: Hashable, score: pd.Series, ratio: float, level: float) -> dict[str, object]:
    known = score.dropna().to_numpy()
    test = corrected_resampled_t(known, ratio, level)
    return {
        "size": size,
        "folds": len(known),
        "mean": known.mean() if len(known) else np.nan,
        "se": known.std(ddof=1) / np.sqrt(len(known)) if len(known) > 1 else np.nan,
        "low": test.low,
        "high": test.high,
    }


def _smallest(curve: pd.DataFrame, higher_is_better: bool) -> tuple[int, int]:
    mean = curve["mean"].to_numpy() * (1.0 if higher_is_better else -1.0)
    if np.isnan(mean).all():
        raise ValueError("no panel could be scored in any fold")
    at = int(np.nanargmax(mean))
    room = np.nan_to_num(curve["se"].to_numpy()[at])
    within = np.flatnonzero(mean >= mean[at] - room)
    return int(curve["size"].iloc[at]), int(curve["size"].iloc[within[0]])


def _chosen(rankings: Sequence[Sequence[Hashable]], size: int) -> pd.DataFrame:
    counted = Counter(marker for ranking in rankings for marker in ranking[:size])
    return pd.DataFrame(counted.most_common(), columns=["marker", "folds"])
