"""How much worse a model judges when columns are shuffled, one by one or a cluster together."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Rows = pd.DataFrame | Mapping[str, pd.DataFrame]


@dataclass(frozen=True, eq=False)
class Permuted:
    """What shuffling cost.

    Parameters
    ----------
    units
        Names of what was shuffled: columns, or clusters.
    sizes
        (units,) columns of each.
    drops
        (units, repeats) metric of the rows as they are less that of the shuffled ones, turned so that a loss
        of worth is above nought for scores and errors alike.
    whole
        The metric of the rows as they are.
    """

    units: tuple[Hashable, ...]
    sizes: NDArray[np.intp]
    drops: NDArray[np.float64]
    whole: float

    def table(self) -> pd.DataFrame:
        """One line a unit, worst loss first: ``unit, columns, drop, sd, whole``; sd is that over repeats."""
        repeats = self.drops.shape[1]
        spread = self.drops.std(axis=1, ddof=1) if repeats > 1 else np.nan
        table = pd.DataFrame(
            {
                "unit": list(self.units),
                "columns": self.sizes,
                "drop": self.drops.mean(axis=1),
                "sd": spread,
                "whole": self.whole,
            }
        )
        return table.sort_values("drop", ascending=False, kind="stable", ignore_index=True)


def permutation_importance(
    predict: Callable[[Any], Any],
    rows: Rows,
    truth: Any,
    metric: Callable[[Any, Any], float],
    *,
    columns: Sequence[Hashable] | None = None,
    groups: Mapping[Hashable, Sequence[Hashable]] | None = None,
    higher_is_better: bool = True,
    repeats: int = 10,
    seed: int = 0,
) -> Permuted:
    """Shuffle columns of judged rows and judge again.

    Parameters
    ----------
    predict
        Gets rows in the form given and returns answers as ``metric`` takes them. Called once, and once for
        each unit and repeat.
    rows
        (n, columns) rows the model has not learned from; or one frame for each block, all with the same rows
        in the same order. They are not changed.
    truth
        (n,) their target.
    metric
        ``metric(truth, answers)``.
    columns
        What is shuffled, each alone; None: every column. With blocks, pairs ``(block, column)``.
    groups
        Instead: name of a group to its columns, which are shuffled together: rows swap all of them with one
        other row, so that what stands between them stays. A column alone whose neighbours say the same costs
        little; the group shows what all of them are worth.
    higher_is_better
        False for errors and losses.
    repeats
        Shuffles of each unit.
    seed
        Of the shuffles. Repeat r is the same for every unit, whatever else is asked.

    Returns
    -------
    Drops of every unit and repeat.

    Raises
    ------
    KeyError
        If a column is not there.
    ValueError
        If columns and groups are both given, or fewer than two rows.

    References
    ----------
    Breiman (2001), Machine Learning 45:5–32; of any model, and in groups: Fisher, Rudin and Dominici (2019),
    Journal of Machine Learning Research 20:177; Au et al. (2022), Data Mining and Knowledge Discovery
    36:1401–1450.

    Examples
    --------
    >>> rows = pd.DataFrame({"a": [0.0, 1, 2, 3], "b": [0.0, 0, 0, 0]})
    >>> def miss(truth, said):
    ...     return abs(truth.to_numpy() - said.to_numpy()).mean()
    >>> found = permutation_importance(
    ...     lambda rows: rows["a"], rows, rows["a"], miss, higher_is_better=False, repeats=500
    ... )
    >>> found.units, found.drops.mean(axis=1).round(1).tolist()
    (('a', 'b'), [1.2, 0.0])
    """
    if columns is not None and groups is not None:
        raise ValueError("columns and groups are both given; one of them is wanted")
    blocks = {"": rows} if isinstance(rows, pd.DataFrame) else dict(rows)
    alone = isinstance(rows, pd.DataFrame)
    n = len(next(iter(blocks.values())))
    if n < 2 or any(len(block) != n for block in blocks.values()):
        counts = [len(block) for block in blocks.values()]
        raise ValueError(f"blocks have {counts} rows; the same number, 2 or more, is needed")
    if groups is None:
        every = [name if alone else (at, name) for at, frame in blocks.items() for name in frame.columns]
        groups = {name: [name] for name in (every if columns is None else columns)}
    units: dict[Hashable, list[Any]] = {
        unit: [("", c) if alone else c for c in members] for unit, members in groups.items()
    }
    for members in units.values():
        for block, column in members:
            if block not in blocks or column not in blocks[block].columns:
                raise KeyError(f"no column {column!r}" + (f" in block {block!r}" if block else ""))
    shuffles = [np.random.default_rng([seed, r]).permutation(n) for r in range(repeats)]
    sign = 1.0 if higher_is_better else -1.0
    whole = float(metric(truth, predict(rows)))
    drops = np.empty((len(units), repeats))
    for u, members in enumerate(units.values()):
        for r, shuffle in enumerate(shuffles):
            moved = dict(blocks)
            for name in {block for block, _ in members}:
                these = [column for block, column in members if block == name]
                moved[name] = _shuffled(blocks[name], these, shuffle)
            said = predict(moved[""] if alone else moved)
            drops[u, r] = sign * (whole - float(metric(truth, said)))
    sizes = np.array([len(members) for members in units.values()], dtype=np.intp)
    return Permuted(tuple(units), sizes, drops, whole)


def _shuffled(frame: pd.DataFrame, columns: list[Hashable], shuffle: NDArray[np.intp]) -> pd.DataFrame:
    copy = frame.copy(deep=False)  # setting a column puts a new one in its place
    for column in columns:
        copy[column] = frame[column].take(shuffle).set_axis(frame.index)
    return copy
