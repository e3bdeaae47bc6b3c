"""Which columns say nearly the same: clusters by correlation, learned on training rows."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.cluster.hierarchy import average, fcluster
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import squareform

Array = NDArray[np.float64]
_COLUMNS_AT_ONCE = 512
_LARGEST = 12_000


@dataclass(frozen=True, eq=False)
class Clusters:
    """Columns and the cluster each is in.

    Parameters
    ----------
    number
        Cluster of each column, by name of the column, from 1 in the order of first columns. A column that
        goes with no other has a cluster of its own.
    threshold
        The mean correlation inside clusters is at least this.
    """

    number: pd.Series
    threshold: float

    @property
    def members(self) -> dict[int, list[Hashable]]:
        """Columns of each cluster."""
        found: dict[int, list[Hashable]] = {}
        for column, number in self.number.items():
            found.setdefault(int(number), []).append(column)
        return found

    def beside(self, column: Hashable) -> list[Hashable]:
        """Other columns of its cluster: what could stand in its place."""
        number = self.number.loc[column]  # type: ignore[call-overload]
        return [name for name in self.number.index[self.number == number] if name != column]


def correlated_clusters(
    table: pd.DataFrame, used: Sequence[Hashable] | None = None, *, threshold: float = 0.7
) -> Clusters:
    """Clusters by average linkage on 1 - \\|r\\|.

    Parameters
    ----------
    table
        (n, columns) training rows. Columns of numbers are compared by Spearman's correlation, the others by
        Cramér's V corrected for chance; numbers and categories are not compared with each other.
    used
        Columns that are looked at, such as those a model uses; None: all.
    threshold
        Clusters whose mean correlation between members is at least this are joined, the nearest first.

    Returns
    -------
    Clusters of the columns looked at.

    Learns
    ------
    Ranks, correlations and clusters, from the rows of ``table``.

    Raises
    ------
    ValueError
        If columns are given twice, or so many are linked to each other that their distances would not fit.

    Notes
    -----
    A merge at this height needs at least one pair whose correlation reaches the threshold. So the linkage is
    reckoned inside the connected parts of such pairs alone: the same clusters without a matrix of all pairs.
    Where values are missing, ranks are those among the values known, and a pair is compared on the rows it
    shares.

    References
    ----------
    Sokal and Michener (1958), University of Kansas Science Bulletin 38:1409–1438 (average linkage); Bergsma
    (2013), Journal of the Korean Statistical Society 42:323–328 (Cramér's V).

    Examples
    --------
    >>> table = pd.DataFrame({"a": [1, 2, 3, 4, 5], "b": [2, 1, 5, 3, 4], "c": [10, 8, 6, 4, 2]})
    >>> correlated_clusters(table).number.to_dict()
    {'a': 1, 'b': 2, 'c': 1}
    """
    looked = table if used is None else table[list(used)]
    if not looked.columns.is_unique:
        raise ValueError("columns are named twice; every name is wanted once")
    numeric = numeric_columns(looked)
    found = np.zeros(looked.shape[1], dtype=np.int64)
    highest = 0
    for chosen, prepare in ((numeric, _Ranks), (~numeric, _Levels)):
        if chosen.any():
            labels = _linked(prepare(looked.loc[:, chosen]), threshold)
            found[chosen] = labels + highest
            highest = found.max()
    _, first, inverse = np.unique(found, return_index=True, return_inverse=True)
    order = np.empty(len(first), dtype=np.int64)
    order[np.argsort(first)] = np.arange(1, len(first) + 1)
    return Clusters(pd.Series(order[inverse], index=looked.columns, name="cluster"), threshold)


def cramers_v(counts: NDArray[Any]) -> float:
    """Cramér's V of a table of counts, corrected for what chance alone gives; 0 where a side has one level.

    References
    ----------
    Bergsma (2013), Journal of the Korean Statistical Society 42:323–328, equations 5 to 9.
    """
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    if min(counts.shape, default=0) < 2:
        return 0.0
    n, (r, c) = counts.sum(), counts.shape
    wanted = counts.sum(axis=1)[:, None] * counts.sum(axis=0)[None] / n
    phi2 = ((counts - wanted) ** 2 / wanted).sum() / n
    excess = max(0.0, phi2 - (r - 1) * (c - 1) / (n - 1))
    room = min(r - (r - 1) ** 2 / (n - 1), c - (c - 1) ** 2 / (n - 1)) - 1
    return float(min(1.0, np.sqrt(excess / room))) if room > 0 else 0.0


class _Ranks:
    """Standardised ranks; pieces of the matrix of |Spearman|."""

    def __init__(self, table: pd.DataFrame) -> None:
        ranks = table.rank().to_numpy(dtype=np.float64)
        known = ~np.isnan(ranks)
        count = np.maximum(known.sum(axis=0), 1)
        centred = np.where(known, ranks - np.nansum(ranks, axis=0) / count, 0.0)
        size = np.sqrt((centred**2).sum(axis=0))
        self.z = centred / np.where(size > 0, size, np.inf)
        self.known = None if known.all() else known.astype(np.float64)

    @property
    def columns(self) -> int:
        return self.z.shape[1]

    def between(self, one: Any, other: Any) -> Array:
        product = self.z[:, one].T @ self.z[:, other]
        if self.known is not None:
            a, b = self.known[:, one], self.known[:, other]
            size = np.sqrt((self.z[:, one] ** 2).T @ b) * np.sqrt(a.T @ self.z[:, other] ** 2)
            product = np.divide(product, size, out=np.zeros_like(product), where=size > 0)
        return np.minimum(np.abs(product), 1.0)


class _Levels:
    """Indicators of levels; pieces of the matrix of Cramér's V."""

    def __init__(self, table: pd.DataFrame) -> None:
        codes = [pd.factorize(table.iloc[:, i])[0] for i in range(table.shape[1])]
        self.hot = [
            (code[:, None] == np.arange(max(code.max(initial=-1) + 1, 1))).astype(float) for code in codes
        ]

    @property
    def columns(self) -> int:
        return len(self.hot)

    def between(self, one: Any, other: Any) -> Array:
        here, there = (np.arange(self.columns)[some] for some in (one, other))
        return np.array([[cramers_v(self.hot[i].T @ self.hot[j]) for j in there] for i in here])


def numeric_columns(table: pd.DataFrame) -> NDArray[np.bool_]:
    """(columns,) which hold numbers; the others are taken as categories, true and false too."""
    columns = (table.iloc[:, at] for at in range(table.shape[1]))
    kinds = [pd.api.types.is_numeric_dtype(one) and not pd.api.types.is_bool_dtype(one) for one in columns]
    return np.array(kinds, dtype=bool)


def _linked(pairs: _Ranks | _Levels, threshold: float) -> NDArray[np.int64]:
    """Cluster of each column, from 1."""
    m = pairs.columns
    rows, others = [], []
    for start, piece in _pieces(pairs):
        i, j = np.nonzero(piece >= threshold - 1e-12)
        rows.append(i + start)
        others.append(j)
    row, other = np.concatenate(rows), np.concatenate(others)
    graph = coo_array((np.ones(len(row), dtype=np.int8), (row, other)), shape=(m, m))
    _, part = connected_components(graph, directed=False)
    found = np.zeros(m, dtype=np.int64)
    highest = 0
    order = np.argsort(part, kind="stable")
    for members in np.split(order, np.flatnonzero(np.diff(part[order])) + 1):
        if len(members) > _LARGEST:
            raise ValueError(
                f"{len(members):,} columns are linked to each other; at most {_LARGEST:,} can be clustered."
                " Raise the threshold or look at fewer columns."
            )
        labels = np.ones(len(members), dtype=np.int64)
        if len(members) > 1:
            distance = 1 - pairs.between(members, members)
            distance = np.maximum((distance + distance.T) / 2, 0)
            np.fill_diagonal(distance, 0)
            tree = average(squareform(distance, checks=False))
            labels = fcluster(tree, 1 - threshold + 1e-12, criterion="distance")
        found[members] = labels + highest
        highest += int(labels.max())
    return found


def _pieces(pairs: _Ranks | _Levels) -> Iterator[tuple[int, Array]]:
    for start in range(0, pairs.columns, _COLUMNS_AT_ONCE):
        yield start, pairs.between(slice(start, start + _COLUMNS_AT_ONCE), slice(None))
