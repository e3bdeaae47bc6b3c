"""Trees of survival: grown by the log-rank test, a cumulative hazard in every leaf; arrays in and out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prognome.trees.survival_kernels import answer_rows, grow_tree

Array = NDArray[np.float64]
MOST_TIMES = 100


@dataclass(frozen=True, eq=False)
class Timed:
    """Times on a grid of times of events.

    Parameters
    ----------
    grid
        (G,) rising, the last the latest event.
    until
        (n,) at how many times of the grid a row is at risk; where it has the event, the last of them is its
        own.
    event
        (n,) whether it has it.
    """

    grid: Array
    until: NDArray[np.int64]
    event: NDArray[np.uint8]


def on_a_grid(time: Array, event: Array, most: int = MOST_TIMES) -> Timed:
    """Put times on the distinct times of events, or on ``most`` quantiles of them where there are more.

    An event falls on the next time of the grid.

    Examples
    --------
    >>> on_a_grid(np.array([1.0, 2, 3, 4]), np.array([1.0, 0, 1, 0])).until.tolist()
    [1, 1, 2, 2]
    """
    happened = event == 1
    grid = np.unique(time[happened])
    if len(grid) > most:
        grid = np.unique(np.quantile(grid, np.linspace(0, 1, most), method="higher"))
    until = np.where(
        happened, np.searchsorted(grid, time, side="left") + 1, np.searchsorted(grid, time, side="right")
    )
    return Timed(grid, until.astype(np.int64), happened.astype(np.uint8))


@dataclass(frozen=True, eq=False)
class SurvivalTrees:
    """Many trees one behind the other.

    Parameters
    ----------
    start
        (trees + 1,) place of the first node of each tree.
    feature
        (nodes,) column asked; -1 in a leaf.
    threshold
        (nodes,) rows at or below it go left.
    left, right
        (nodes,) next node, counted within the tree.
    leaf
        (nodes,) place in ``hazard``; -1 where it is no leaf.
    hazard
        (leaves, G) cumulative hazard at the times of the grid.
    """

    start: NDArray[np.int64]
    feature: NDArray[np.int32]
    threshold: Array
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    leaf: NDArray[np.int32]
    hazard: NDArray[np.float32]

    def cumulative_hazard(self, X: Array) -> Array:
        """(n, G) mean over the trees."""
        total = np.zeros((len(X), self.hazard.shape[1]))
        answer_rows(
            np.ascontiguousarray(X), self.start, self.feature, self.threshold, self.left, self.right,
            self.leaf, self.hazard, total,
        )  # fmt: skip
        return total / (len(self.start) - 1)


def grow_trees(
    X: Array,
    timed: Timed,
    *,
    trees: int,
    columns: int,
    min_leaf: int,
    splits: int,
    max_depth: int | None,
    bootstrap: bool,
    seed: int,
) -> SurvivalTrees:
    """Grow trees, each on rows drawn with replacement.

    Parameters
    ----------
    X
        (n, p) finite numbers.
    timed
        Their times and events.
    trees
        How many.
    columns
        Looked at in each node, drawn anew.
    min_leaf
        Least rows of a leaf, of those drawn; a leaf has an event as well.
    splits
        Thresholds tried for each column, drawn among the values of the node's rows; 0 tries all.
    max_depth
        Of a tree; None for no limit.
    bootstrap
        Whether rows are drawn; else every tree sees all.
    seed
        Of rows, columns and thresholds.

    References
    ----------
    Ishwaran, Kogalur, Blackstone and Lauer (2008), Annals of Applied Statistics 2:841–860.
    """
    rng = np.random.default_rng(seed)
    X = np.ascontiguousarray(X, dtype=np.float64)
    n = len(X)
    grown = []
    for _ in range(trees):
        rows = np.sort(rng.integers(n, size=n)) if bootstrap else np.arange(n)
        own = int(rng.integers(2**31 - 1))
        grown.append(
            grow_tree(
                X, timed.until, timed.event, rows.astype(np.int64), len(timed.grid), columns, min_leaf,
                splits, -1 if max_depth is None else max_depth, own,
            )
        )  # fmt: skip
    sizes = [len(one[0]) for one in grown]
    leaves = np.r_[0, np.cumsum([len(one[5]) for one in grown])]
    places = [np.where(one[4] >= 0, one[4] + leaves[k], -1) for k, one in enumerate(grown)]
    return SurvivalTrees(
        np.r_[0, np.cumsum(sizes)].astype(np.int64),
        np.concatenate([one[0] for one in grown]).astype(np.int32),
        np.concatenate([one[1] for one in grown]),
        np.concatenate([one[2] for one in grown]).astype(np.int32),
        np.concatenate([one[3] for one in grown]).astype(np.int32),
        np.concatenate(places).astype(np.int32),
        np.concatenate([one[5] for one in grown]).astype(np.float32),
    )
