"""How parts of answers spread over rows and go with a column's values: counts and means, no single rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

LEAST = 5  # rows in a bin that is told
FEW_VALUES = 6  # different ones that are told one by one
SPREAD_COLUMNS = ("feature", "low", "high", "rows", "place")
SHAPE_COLUMNS = ("feature", "from", "to", "level", "rows", "value", "shap", "shap_low", "shap_high")


def spread_of(
    feature: str, shap: ArrayLike, values: ArrayLike | None = None, *, bins: int = 31
) -> pd.DataFrame:
    """How many rows have parts of which size, and where among all rows their values stand.

    Parameters
    ----------
    feature
        Its name.
    shap
        (n,) parts.
    values
        (n,) numbers of the column, NaN where missing; None for a category.
    bins
        About how many between the smallest and the largest part, equally wide. Their ends are multiples of a
        round width, so that the first and the last do not tell the part, and by it the value, of one row.

    Returns
    -------
    One line a bin that holds rows: ``feature low high rows place``; ``place`` is the mean rank of the values,
    0 the lowest and 1 the highest, empty in bins of fewer than five rows.

    Examples
    --------
    >>> found = spread_of("a", [0.0] * 5 + [1.0] * 5, [1.0] * 5 + [3.0] * 5, bins=2)
    >>> found[["rows", "place"]].round(2).values.tolist()
    [[5.0, 0.22], [5.0, 0.78]]
    """
    parts = np.asarray(shap, dtype=np.float64)
    low, high = (float(parts.min()), float(parts.max())) if len(parts) else (0.0, 0.0)
    edges = _round_edges(low, high, bins) if high > low else np.array([low, high])
    place = np.full(len(parts), np.nan)
    if values is not None:
        known = pd.Series(np.asarray(values, dtype=np.float64))
        place = ((known.rank() - 1) / max(int(known.notna().sum()) - 1, 1)).to_numpy()
    at = np.clip(np.searchsorted(edges, parts, side="right") - 1, 0, len(edges) - 2)
    lines = []
    for number in np.unique(at):
        here = place[at == number]
        rows, known_here = len(here), here[~np.isnan(here)]
        told = float(known_here.mean()) if len(known_here) >= LEAST else np.nan
        lines.append((feature, edges[number], edges[number + 1], rows, told))
    return pd.DataFrame(lines, columns=list(SPREAD_COLUMNS))


def shape_of(
    feature: str,
    shap: ArrayLike,
    values: Sequence[object],
    *,
    number: bool,
    bins: int = 10,
    most_levels: int = 12,
) -> pd.DataFrame:
    """The parts over the values of a column: by tenths of the rows, or by level.

    Parameters
    ----------
    feature
        Its name.
    shap
        (n,) parts.
    values
        (n,) numbers or levels; missing ones are left out.
    number
        Whether they are numbers.
    bins
        About equally many rows each; of up to six different numbers one each.
    most_levels
        Commonest first.

    Returns
    -------
    ``feature from to level rows value shap shap_low shap_high``: range, or level, of the values; their mean;
    mean, lower and upper tenth of the parts. Bins and levels of fewer than five rows are left out, and the
    smallest and the largest value where fewer than five rows have it: the oldest could be known by the age.

    Examples
    --------
    >>> found = shape_of("a", [0.0] * 5 + [1.0] * 5, [1.0] * 5 + [3.0] * 5, number=True)
    >>> found[["from", "to", "rows", "shap"]].values.tolist()
    [[1.0, 1.0, 5.0, 0.0], [3.0, 3.0, 5.0, 1.0]]
    """
    parts = pd.Series(np.asarray(shap, dtype=np.float64))
    given = pd.Series(list(values), index=parts.index)
    given = pd.to_numeric(given) if number else given
    known = given.notna()
    parts, given = parts[known], given[known]
    if number and given.nunique() <= FEW_VALUES:  # dosages, stages: a bin each
        groups = [given.index[given == value] for value in sorted(given.unique())]
    elif number:
        pieces = min(bins, max(1, len(given) // LEAST), max(1, given.nunique()))
        cut = pd.qcut(given, pieces, labels=False, duplicates="drop") if len(given) else given
        keys = list(pd.unique(cut.dropna().sort_values())) if len(given) else []
        groups = [given.index[cut == key] for key in keys]
    else:
        commonest = given.astype(str).value_counts().index[:most_levels]
        groups = [given.index[given.astype(str) == level] for level in commonest]
    lowest, highest = (_told_end(given, end) for end in ("min", "max")) if number else (np.nan, np.nan)
    lines = []
    for rows in groups:
        if len(rows) < LEAST:
            continue
        part, here = parts[rows], given[rows]
        ends: tuple[float, float, str] = (np.nan, np.nan, str(here.iloc[0]))
        if number:
            low, high = float(here.min()), float(here.max())
            ends = (
                lowest if low == given.min() else low,
                highest if high == given.max() else high,
                "",
            )
        middle = float(here.mean()) if number else np.nan
        low, high = (float(part.quantile(q)) for q in (0.1, 0.9))
        lines.append((feature, *ends, len(rows), middle, float(part.mean()), low, high))
    return pd.DataFrame(lines, columns=list(SHAPE_COLUMNS))


def _round_edges(low: float, high: float, bins: int) -> NDArray[np.float64]:
    width = float(f"{(high - low) / bins:.2g}")
    first, last = np.floor(low / width), np.ceil(high / width)
    return width * np.arange(first, last + 1)


def _told_end(values: pd.Series, end: str) -> float:
    """The smallest or largest value, NaN where fewer than five rows have it."""
    value = getattr(values, end)()
    return float(value) if (values == value).sum() >= LEAST else np.nan
