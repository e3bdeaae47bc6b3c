"""Who the rows are: every column by class, in numbers that name nobody (what papers call table 1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from prognome.core.table import is_number

COLUMNS = (
    "variable", "block", "level", "group", "n", "missing", "mean", "sd", "median", "q1", "q3", "count",
)  # fmt: skip
ALL, ROWS, OTHERS, HIDDEN = "all", "rows", "others", "hidden"
FEW = 5
MOST_LEVELS = 12
MOST_COLUMNS = 60


def thirds(target: NDArray[np.float64]) -> dict[str, NDArray[np.bool_]]:
    """Rows by thirds of a target that is a number; a third that no row falls into is left out.

    >>> {name: int(rows.sum()) for name, rows in thirds(np.arange(9.0)).items()}
    {'below 2.667': 3, '2.667 to 5.333': 3, 'from 5.333': 3}
    """
    low, high = (float(f"{cut:.4g}") for cut in np.quantile(target, [1 / 3, 2 / 3]))
    parts = {
        f"below {low:g}": target < low,
        f"{low:g} to {high:g}": (target >= low) & (target < high),
        f"from {high:g}": target >= high,
    }
    return {name: rows for name, rows in parts.items() if rows.any()}


def describe(
    frame: pd.DataFrame,
    blocks: Mapping[str, str],
    classes: Mapping[str, NDArray[np.bool_]],
    external: Mapping[str, pd.DataFrame],
) -> pd.DataFrame:
    """Every column over all rows, by class, and in external cohorts.

    Counts of fewer than five rows are hidden, and whatever would give them away by subtraction: levels with
    such a count in any group are put together, with the next smallest where they are still too few; a number
    with fewer than five known values in a class is given over all rows alone. How many values are missing is
    always told.

    Parameters
    ----------
    frame
        (n, p) numbers and text, NaN or None for missing.
    blocks
        Column → where it comes from.
    classes
        Class → (n,) its rows; no row is in two.
    external
        Cohort → (m, q) its rows; columns that it lacks are left out.

    Returns
    -------
    One line a column, level and group, with the columns ``COLUMNS``; ``group`` is ``all``, ``class:NAME`` or
    ``external:NAME``. ``level`` is empty for numbers, ``others`` for levels put together, ``hidden`` where no
    level can be shown.
    """
    groups = {ALL: frame, **{f"class:{name}": frame[rows] for name, rows in classes.items()}}
    groups |= {f"external:{name}": there for name, there in external.items()}
    lines = [_line(ROWS, "", "", name, n=len(part), count=len(part)) for name, part in groups.items()]
    numeric = dict(zip(frame.columns, is_number(frame), strict=True))
    for column in frame.columns:
        values = {name: part[column] for name, part in groups.items() if column in part}
        few_values = frame[column].nunique() <= 2
        form = _numbers if numeric[column] and not few_values else _levels
        lines += form(str(column), blocks.get(str(column), ""), values)
    table = pd.DataFrame(lines, columns=list(COLUMNS))
    return table.astype(dict.fromkeys(("n", "missing", "count"), "Int64"))


def numbers_where_all_are(values: NDArray[np.object_]) -> pd.Series[Any]:
    """Text as numbers where every recorded value is one; otherwise as it is.

    >>> numbers_where_all_are(np.array(["1", None, "2.5"], dtype=object)).tolist()
    [1.0, nan, 2.5]
    """
    text = pd.Series(values, dtype=object)
    known = text.dropna()
    numbers = pd.to_numeric(known, errors="coerce")
    if not len(known) or numbers.isna().any() or not np.isfinite(numbers.to_numpy(dtype=float)).all():
        return text
    return pd.to_numeric(text, errors="coerce").astype(float)


def _numbers(column: str, block: str, values: Mapping[str, pd.Series[Any]]) -> list[dict[str, Any]]:
    told = {name: pd.to_numeric(one, errors="coerce").dropna() for name, one in values.items()}
    few_in_class = any(0 < len(one) < FEW for name, one in told.items() if name.startswith("class:"))
    lines = []
    for name, known in told.items():
        line = _line(column, block, "", name, n=len(known), missing=len(values[name]) - len(known))
        if len(known) >= FEW and not (few_in_class and name.startswith("class:")):
            q1, median, q3 = np.quantile(known, [0.25, 0.5, 0.75]).tolist()
            line |= {"mean": float(known.mean()), "sd": float(known.std(ddof=1))}
            line |= {"median": median, "q1": q1, "q3": q3}
        lines.append(line)
    return lines


def _levels(column: str, block: str, values: Mapping[str, pd.Series[Any]]) -> list[dict[str, Any]]:
    named = {name: one.dropna().astype(object).map(_name) for name, one in values.items()}
    counts = pd.DataFrame({name: one.value_counts() for name, one in named.items()}).fillna(0).astype(int)
    shown, others = _without_small(counts)
    parts = {str(level): shown.loc[level] for level in shown.index}
    if not len(shown):
        parts = {HIDDEN: None}
    elif others is not None:
        parts[OTHERS] = others
    return [
        _line(
            column, block, level, name, n=len(known), missing=len(values[name]) - len(known),
            count=None if row is None else int(row[name]),
        )
        for level, row in parts.items()
        for name, known in named.items()
    ]  # fmt: skip


def _without_small(counts: pd.DataFrame) -> tuple[pd.DataFrame, Any]:
    """Levels that may be shown, the largest first, and the sum of all others; None where there are none."""
    sums = dict(zip(counts.index, counts.sum(axis=1).tolist(), strict=True))
    order = sorted(counts.index, key=lambda level: (-sums[level], str(level)))
    small = [level for level in order if _small(counts.loc[level])]
    # a level that is called as the rest is belongs to it, or one would stand in the other's place
    shown = [level for level in order if level not in small and level != OTHERS][:MOST_LEVELS]
    pooled = [level for level in order if level not in shown]
    while pooled and shown and _small(counts.loc[pooled].sum()):
        pooled.append(shown.pop())
    return counts.loc[shown], counts.loc[pooled].sum() if pooled else None


def _small(row: Any) -> bool:
    return bool(((row > 0) & (row < FEW)).any())


def _name(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _line(variable: str, block: str, level: str, group: str, **more: Any) -> dict[str, Any]:
    return {
        **dict.fromkeys(COLUMNS),
        "variable": variable,
        "block": block,
        "level": level,
        "group": group,
    } | more
