"""Each column by itself against the target: what a plain test finds, and what it overlooks."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.stats import chi2, norm
from scipy.stats import t as student

from prognome.core.cox_score import cox_score
from prognome.core.survival import is_survival, martingale_residuals
from prognome.explain.correlated import cramers_v, numeric_columns

Array = NDArray[np.float64]
COLUMNS = ("feature", "test", "n", "statistic", "effect", "measure", "p", "q")


def associate_columns(table: pd.DataFrame, target: ArrayLike, classes: int) -> pd.DataFrame:
    """Test every column against the target.

    ====================  ===================  ==================  =====================================
    column                target               test                effect
    ====================  ===================  ==================  =====================================
    number                two classes          Mann–Whitney        AUC of the second class
    number                more classes         Kruskal–Wallis      epsilon², 0 to 1
    number                number               Spearman            its correlation
    category              classes              chi-squared         Cramér's V corrected for chance
    category              number               Kruskal–Wallis      epsilon²
    number                survival             Cox score           log hazard ratio of one SD, a first step
    category              survival             Kruskal–Wallis      epsilon² of martingale residuals
    ====================  ===================  ==================  =====================================

    Parameters
    ----------
    table
        (n, columns) **training** rows. Missing values are left out, column by column.
    target
        (n,) class codes 0 to K - 1, or numbers, or (n, 2) time and event of survival.
    classes
        K, or 0 for numbers and survival.

    Returns
    -------
    One line a column, in their order: ``feature, test, n`` (rows with a value), ``statistic``, ``effect``,
    ``measure`` (what the effect is), ``p``, ``q`` (Benjamini and Hochberg over the columns that could be
    tested). Constant columns have p 1; columns with fewer than three values, or with values in one class
    alone, NaN.

    Notes
    -----
    p-values by the normal and chi-squared approximations, with ties allowed for, and Mann–Whitney's with
    correction for continuity: those of ``scipy.stats.mannwhitneyu(method="asymptotic")``, ``kruskal``,
    ``spearmanr`` and ``chi2_contingency(correction=False)``.

    References
    ----------
    Mann and Whitney (1947), Annals of Mathematical Statistics 18:50–60; Kruskal and Wallis (1952), Journal
    of the American Statistical Association 47:583–621; Benjamini and Hochberg (1995), Journal of the Royal
    Statistical Society B 57:289–300; epsilon²: Tomczak and Tomczak (2014), Trends in Sport Sciences
    21:19–25.

    Examples
    --------
    >>> table = pd.DataFrame({"a": [1.0, 2, 3, 4, 5, 6], "b": [1.0, 1, 1, 1, 1, 1]})
    >>> found = associate_columns(table, [0, 0, 0, 1, 1, 1], classes=2)
    >>> found[["feature", "effect", "p"]].round(3).values.tolist()
    [['a', 1.0, 0.081], ['b', 0.5, 1.0]]
    """
    y = np.asarray(target)
    if len(y) != len(table):
        raise ValueError(f"{len(y)} targets for {len(table)} rows")
    numeric = numeric_columns(table)
    lines: list[dict[str, Any]] = [{} for _ in range(table.shape[1])]
    numbers = table.loc[:, numeric]
    if numbers.shape[1]:
        if is_survival(y):
            found = _numbers_and_survival(numbers, y)
        else:
            found = _numbers_and_classes(numbers, y, classes) if classes else _numbers_and_numbers(numbers, y)
        for place, line in zip(np.flatnonzero(numeric).tolist(), found.to_dict("records"), strict=True):
            lines[place] = {str(name): value for name, value in line.items()}
    if is_survival(y):
        y = martingale_residuals(y)
    for place in np.flatnonzero(~numeric).tolist():
        lines[place] = _category(table.iloc[:, place], y, classes)
    result = pd.DataFrame(lines, columns=[c for c in COLUMNS if c not in ("feature", "q")])
    result.insert(0, "feature", list(table.columns))
    result["q"] = benjamini_hochberg(result["p"].to_numpy(dtype=np.float64))
    return result[list(COLUMNS)]


def benjamini_hochberg(p: ArrayLike) -> Array:
    """(m,) adjusted p-values; NaN stays and does not count.

    References
    ----------
    Benjamini and Hochberg (1995), Journal of the Royal Statistical Society B 57:289–300.

    Examples
    --------
    >>> benjamini_hochberg([0.01, float("nan"), 0.04, 0.03]).round(3).tolist()
    [0.03, nan, 0.04, 0.04]
    """
    values = np.asarray(p, dtype=np.float64)
    adjusted = np.full(values.shape, np.nan)
    known = np.flatnonzero(~np.isnan(values))
    order = known[np.argsort(-values[known], kind="stable")]
    m = len(order)
    adjusted[order] = np.minimum(1, np.minimum.accumulate(values[order] * m / np.arange(m, 0, -1)))
    return adjusted


def overlooked(
    markers: Sequence[Hashable], association: pd.DataFrame, *, level: float = 0.05
) -> list[Hashable]:
    """Markers that a model uses and whose plain test is not significant at this false discovery rate.

    Such a marker may act through others (an interaction, a correction), or be chance: the table says which
    folds agree.

    Parameters
    ----------
    markers
        Names, such as the top of the table of markers.
    association
        Of :func:`associate_columns`.
    level
        Of q. A column that could not be tested counts as not significant.
    """
    q = dict(zip(association["feature"], association["q"], strict=True))
    return [marker for marker in markers if marker in q and not q[marker] <= level]


def _numbers_and_classes(table: pd.DataFrame, y: NDArray[Any], classes: int) -> pd.DataFrame:
    ranks, n, ties = _ranked(table)
    hot = (y[:, None] == np.arange(classes)).astype(np.float64)
    known = ~np.isnan(ranks)
    sums, sizes = np.nan_to_num(ranks).T @ hot, known.T.astype(np.float64) @ hot  # (columns, K)
    with np.errstate(invalid="ignore", divide="ignore"):
        if classes == 2:
            a, b = sizes[:, 0], sizes[:, 1]
            u = sums[:, 1] - b * (b + 1) / 2
            spread = np.sqrt(a * b / 12 * (n + 1 - ties / (n * (n - 1))))
            away = np.maximum(np.abs(u - a * b / 2) - 0.5, 0)
            p = np.where(spread > 0, np.minimum(1, 2 * norm.sf(away / spread)), 1.0)
            test, statistic, effect, measure, fine = "Mann–Whitney", u, u / (a * b), "AUC", (a > 0) & (b > 0)
        else:
            statistic, p = _kruskal(sums, sizes, n, ties)
            fine = (sizes > 0).sum(axis=1) > 1
            test, effect, measure = "Kruskal–Wallis", statistic / (n - 1), "epsilon²"
    return _frame(test, n, statistic, effect, measure, p, fine & (n > 2))


def _numbers_and_numbers(table: pd.DataFrame, y: NDArray[Any]) -> pd.DataFrame:
    ranks, n, _ = _ranked(table)
    known = ~np.isnan(ranks)
    whole = known.all(axis=0)
    other = np.broadcast_to(pd.Series(y).rank().to_numpy()[:, None], ranks.shape).copy()
    for column in np.flatnonzero(~whole):  # ranks of the target among the rows that have a value
        other[:, column] = pd.Series(np.where(known[:, column], y, np.nan)).rank().to_numpy()
    a, b = (np.nan_to_num(one - np.nansum(one, axis=0) / np.maximum(n, 1)) for one in (ranks, other))
    size = np.sqrt((a**2).sum(axis=0) * (b**2).sum(axis=0))
    r = np.clip(np.divide((a * b).sum(axis=0), size, out=np.zeros(len(size)), where=size > 0), -1, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = r * np.sqrt((n - 2) / (1 - r**2))
        p = np.where(size > 0, 2 * student.sf(np.abs(statistic), np.maximum(n - 2, 1)), 1.0)
    return _frame("Spearman", n, r, r, "Spearman's correlation", p, n > 2)


def _numbers_and_survival(table: pd.DataFrame, y: Array) -> pd.DataFrame:
    values = table.to_numpy(dtype=np.float64)
    known = ~np.isnan(values)
    score, information, spread = (np.zeros(values.shape[1]) for _ in range(3))
    whole = known.all(axis=0)
    if whole.any():
        score[whole], information[whole] = cox_score(values[:, whole], y[:, 0], y[:, 1])
        spread[whole] = values[:, whole].std(axis=0)
    for column in np.flatnonzero(~whole & known.any(axis=0)):
        rows = known[:, column]
        one, two = cox_score(values[rows][:, [column]], y[rows, 0], y[rows, 1])
        score[column], information[column] = one[0], two[0]
        spread[column] = values[rows, column].std()
    moves = information > 1e-12
    statistic = np.divide(score**2, information, out=np.zeros(len(score)), where=moves)
    effect = np.divide(score * spread, information, out=np.zeros(len(score)), where=moves)
    p = np.where(moves, chi2.sf(statistic, 1), 1.0)
    n = known.sum(axis=0)
    return _frame("Cox score", n, statistic, effect, "log hazard ratio of one SD", p, n > 2)


def _category(column: pd.Series, y: NDArray[Any], classes: int) -> dict[str, Any]:
    codes, names = pd.factorize(column)
    known = codes >= 0
    codes, y, n = codes[known], y[known], int(known.sum())
    if classes:
        counts = np.zeros((max(len(names), 1), classes))
        np.add.at(counts, (codes, y), 1)
        counts = counts[:, counts.sum(axis=0) > 0]
        r, c = counts.shape
        wanted = counts.sum(axis=1)[:, None] * counts.sum(axis=0)[None] / max(n, 1)
        fine = n > 2 and c > 1
        statistic = float(((counts - wanted) ** 2 / wanted).sum()) if fine else np.nan
        p = float(chi2.sf(statistic, (r - 1) * (c - 1))) if fine and r > 1 else 1.0
        test, effect, measure = "chi-squared", cramers_v(counts), "Cramér's V"
    else:
        ranks, size, ties = _ranked(pd.DataFrame({"y": y}))
        hot = (codes[:, None] == np.arange(max(len(names), 1))).astype(np.float64)
        found, chances = _kruskal(ranks.T @ hot, hot.sum(axis=0)[None], size, ties)
        statistic, p, fine = float(found[0]), float(chances[0]), n > 2
        test, effect, measure = "Kruskal–Wallis", statistic / max(n - 1, 1), "epsilon²"
    line = {"test": test, "n": n, "statistic": statistic, "effect": effect, "measure": measure, "p": p}
    return line if fine else line | {"statistic": np.nan, "effect": np.nan, "p": np.nan}


def _ranked(table: pd.DataFrame) -> tuple[Array, Array, Array]:
    """(n, columns) ranks, how many are known, and Σ (t³ - t) over ties of t."""
    ranks = table.rank().to_numpy(dtype=np.float64)
    tied = table.rank(method="max").to_numpy(np.float64) - table.rank(method="min").to_numpy(np.float64) + 1
    return ranks, (~np.isnan(ranks)).sum(axis=0).astype(np.float64), np.nansum(tied**2 - 1, axis=0)


def _kruskal(sums: Array, sizes: Array, n: Array, ties: Array) -> tuple[Array, Array]:
    with np.errstate(invalid="ignore", divide="ignore"):
        h = 12 / (n * (n + 1)) * np.where(sizes > 0, sums**2 / sizes, 0).sum(axis=1) - 3 * (n + 1)
        correction = 1 - ties / (n**3 - n)
        h = np.where(correction > 0, np.maximum(h, 0) / correction, 0.0)
    groups = (sizes > 0).sum(axis=1)
    return h, np.where(groups > 1, chi2.sf(h, np.maximum(groups - 1, 1)), 1.0)


def _frame(
    test: str, n: Array, statistic: Array, effect: Array, measure: str, p: Array, fine: NDArray[np.bool_]
) -> pd.DataFrame:
    columns = {"statistic": statistic, "effect": effect, "p": p}
    said = {name: np.where(fine, values, np.nan) for name, values in columns.items()}
    return pd.DataFrame({"test": test, "n": n.astype(int), "measure": measure, **said})
