"""Do methods, folds and seeds name the same features?"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm, rankdata

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Stability:
    """How alike several choices of features are.

    Parameters
    ----------
    index
        1 where all choices are the same, about 0 where they agree no more than by chance; NaN where nothing
        or everything was chosen throughout.
    low, high
        Its approximate interval; NaN with fewer than two choices.
    choices
        How many.
    """

    index: float
    low: float
    high: float
    choices: int


def spearman(one: ArrayLike, other: ArrayLike) -> float:
    """Spearman's correlation of two rows of importances; NaN where one of them is constant.

    >>> round(spearman([3, 2, 1, 0], [9, 5, 7, 1]), 9)
    0.8
    """
    a, b = rankdata(one), rankdata(other)
    a, b = a - a.mean(), b - b.mean()
    size = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / size if size > 0 else float("nan")


def rank_biased_overlap(one: Sequence[Hashable], other: Sequence[Hashable], p: float = 0.9) -> float:
    """Agreement of two rankings in which the top counts most, extrapolated from what was seen.

    Parameters
    ----------
    one, other
        Names, best first, without ties; the longer is cut to the length of the shorter.
    p
        How far down one reads: the first 10 places have 86 % of the weight at .9.

    Returns
    -------
    0 (nothing in common) to 1 (the same).

    References
    ----------
    Webber, Moffat and Zobel (2010), ACM Transactions on Information Systems 28:20, equation 23.

    Examples
    --------
    >>> round(rank_biased_overlap(["a", "b", "c"], ["b", "a", "c"]), 3), rank_biased_overlap(["a"], ["b"])
    (0.9, 0.0)
    """
    if not 0 < p < 1:
        raise ValueError(f"p is {p}; a number between 0 and 1 is needed")
    depth = min(len(one), len(other))
    if not depth:
        return float("nan")
    for names in (one[:depth], other[:depth]):
        if len(set(names)) != depth:
            raise ValueError("a ranking names a feature twice")
    seen_one: set[Hashable] = set()
    seen_other: set[Hashable] = set()
    weighted, common = 0.0, 0
    for d, (a, b) in enumerate(zip(one[:depth], other[:depth], strict=True), start=1):
        seen_one.add(a)
        seen_other.add(b)
        common += (a in seen_other) + (b in seen_one) - (a == b)
        weighted += common / d * p**d
    return common / depth * p**depth + (1 - p) / p * weighted


def top_of(importance: ArrayLike, k: int) -> NDArray[np.bool_]:
    """(features,) whether among the k largest; of equal ones the earlier; never those at 0, below it or NaN.

    >>> top_of([0.0, 3.0, 1.0, 3.0], 2).tolist()
    [False, True, False, True]
    """
    values = np.nan_to_num(np.asarray(importance, dtype=np.float64), nan=0.0)
    chosen = np.zeros(len(values), dtype=bool)
    chosen[np.argsort(-values, kind="stable")[:k]] = True
    return chosen & (values > 0)


def mean_jaccard(chosen: ArrayLike) -> float:
    """Mean over pairs of choices of the share of what both chose in what either chose; NaN with one choice.

    Parameters
    ----------
    chosen
        (choices, features) whether each fold, seed or method chose a feature. Two empty choices agree.

    >>> mean_jaccard([[True, True, False], [True, False, True]])
    0.3333333333333333
    """
    each = np.asarray(chosen, dtype=bool)
    shares = [(a & b).sum() / (a | b).sum() if (a | b).any() else 1.0 for a, b in combinations(each, 2)]
    return float(np.mean(shares)) if shares else float("nan")


def stability_index(chosen: ArrayLike, level: float = 0.95) -> Stability:
    r"""Nogueira's index of stability, corrected for chance; Kuncheva's where all choices are of one size.

    .. math:: \Phi = 1 - \frac{1}{d} \sum_f \frac{M}{M - 1} p_f (1 - p_f) / [\frac{k}{d} (1 - \frac{k}{d})]

    with M choices among d features, :math:`p_f` the share of choices that hold f, and k the mean size.

    Parameters
    ----------
    chosen
        (M, d) whether each fold or seed chose a feature.
    level
        Of the interval, which takes choices for independent. Folds share rows, so theirs is rather too
        narrow.

    References
    ----------
    Nogueira, Sechidis and Brown (2018), Journal of Machine Learning Research 18(174):1–54, definition 4 and
    theorem 9; Kuncheva (2007), Artificial Intelligence and Applications, 390–395.

    Examples
    --------
    >>> round(stability_index([[1, 1, 0, 0], [1, 1, 0, 0], [1, 0, 1, 0]]).index, 4)
    0.3333
    """
    Z = np.asarray(chosen, dtype=bool).astype(np.float64)
    M, d = Z.shape
    nan = float("nan")
    size = Z.sum(axis=1)
    share = Z.mean(axis=0)
    mean = size.mean()
    by_chance = mean / d * (1 - mean / d)
    if M < 2 or by_chance == 0:
        return Stability(nan, nan, nan, M)
    index = 1 - (M / (M - 1) * share * (1 - share)).mean() / by_chance
    each = (Z * share).mean(axis=1) - size * mean / d**2
    each += index / 2 * (2 * size * mean / d**2 - size / d - mean / d + 1)
    each /= by_chance
    error = np.sqrt(4 / M**2 * ((each - each.mean()) ** 2).sum())
    width = norm.ppf((1 + level) / 2) * error
    return Stability(float(index), float(index - width), float(index + width), M)


def agreement_table(importance: pd.DataFrame, k: int = 20, p: float = 0.9) -> pd.DataFrame:
    """All pairs of methods (or folds) compared.

    Parameters
    ----------
    importance
        (features, methods), higher is more important.
    k
        Size of the tops.
    p
        Of :func:`rank_biased_overlap`.

    Returns
    -------
    One line a pair: ``a, b, spearman, rank_biased_overlap, top_jaccard``.
    """
    order = {
        name: importance[name].sort_values(ascending=False, kind="stable").index.tolist()
        for name in importance
    }
    lines = [
        {
            "a": a,
            "b": b,
            "spearman": spearman(importance[a], importance[b]),
            "rank_biased_overlap": rank_biased_overlap(order[a], order[b], p),
            "top_jaccard": mean_jaccard([top_of(importance[a], k), top_of(importance[b], k)]),
        }
        for a, b in combinations(importance.columns, 2)
    ]
    return pd.DataFrame(lines, columns=["a", "b", "spearman", "rank_biased_overlap", "top_jaccard"])
