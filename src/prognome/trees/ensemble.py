"""Trees as contiguous arrays: those of a fitted scikit-learn forest, or any others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)

_I = "int32[::1]"
_F = "float64[::1]"
_FORESTS = (RandomForestClassifier, RandomForestRegressor, ExtraTreesClassifier, ExtraTreesRegressor)


@dataclass(frozen=True, eq=False)
class Ensemble:
    """Trees one after another, each in preorder: a parent, its left branch, its right branch.

    Numbers of nodes (``right``, ``parent``, ``above``) count from the root of their own tree. An edge is
    named by the node it leads to.

    Parameters
    ----------
    start
        (trees + 1,) where each tree begins.
    feature
        (nodes,) column that a node asks; -1 at a leaf.
    threshold
        (nodes,) a row whose value, cast to float32, is at most this goes left.
    missing_left
        (nodes,) 1 where a missing value goes left.
    right
        (nodes,) right child; the left one is the next node; -1 at a leaf.
    parent
        (nodes,) -1 at a root.
    above
        (nodes,) nearest edge further up that asks the same column as the edge to this node; -1: none.
    share
        (nodes,) part of its parent's training weight that reaches this node, times the same at all edges
        above that ask the same column; 1 at a root.
    degree
        (nodes,) different columns asked on the way to this node.
    value
        (nodes, outputs) what a leaf says, divided by the number of trees, so that their sum is the answer; 0
        elsewhere.
    base
        (outputs,) answer that is expected with nothing known: leaves weighted by their training rows.
    classes
        (outputs,) labels; None for numbers.
    columns
        How many columns a row has.
    """

    start: NDArray[np.int64]
    feature: NDArray[np.int32]
    threshold: NDArray[np.float64]
    missing_left: NDArray[np.uint8]
    right: NDArray[np.int32]
    parent: NDArray[np.int32]
    above: NDArray[np.int32]
    share: NDArray[np.float64]
    degree: NDArray[np.int32]
    value: NDArray[np.float64]
    base: NDArray[np.float64]
    classes: NDArray[Any] | None
    columns: int

    @property
    def trees(self) -> int:
        """How many."""
        return len(self.start) - 1

    @cached_property
    def used(self) -> NDArray[np.int32]:
        """Columns that at least one node asks, in order."""
        return np.unique(self.feature[self.feature >= 0])

    @cached_property
    def place(self) -> NDArray[np.int32]:
        """(nodes,) place in ``used`` of the column that a node asks; -1 at a leaf."""
        return np.where(self.feature >= 0, np.searchsorted(self.used, self.feature), -1).astype(np.int32)


def flatten(estimator: Any) -> Ensemble:
    """Take the trees out of a fitted estimator.

    Parameters
    ----------
    estimator
        A fitted ``DecisionTree``, ``ExtraTree``, ``RandomForest`` or ``ExtraTrees`` of scikit-learn, of
        classes or numbers.

    Returns
    -------
    The trees. Leaves of classifiers hold shares of classes, also where scikit-learn keeps counts. Missing
    values go where scikit-learn sends them.

    Raises
    ------
    TypeError
        If the estimator has no such trees, or has several targets.
    ValueError
        If a node has no training weight: what is expected there is not defined.

    Examples
    --------
    >>> from sklearn.tree import DecisionTreeRegressor
    >>> trees = flatten(DecisionTreeRegressor().fit([[0.0], [1.0], [2.0]], [0, 0, 3]))
    >>> trees.feature.tolist(), trees.threshold[0].item(), trees.base.tolist()
    ([0, -1, -1], 1.5, [1.0])
    """
    singles = _single_trees(estimator)
    classes = getattr(estimator, "classes_", None)
    trees = []
    for single in singles:
        value = single.value[:, 0, :]
        if classes is not None:
            value = value / value.sum(axis=1, keepdims=True)
        trees.append(
            Tree(
                single.children_left.astype(np.int32),
                single.children_right.astype(np.int32),
                single.feature,
                single.threshold,
                single.missing_go_to_left.astype(np.uint8),
                single.weighted_n_node_samples,
                value / len(singles),
            )
        )
    return join_trees(trees, classes=classes, columns=int(estimator.n_features_in_))


@dataclass(frozen=True, eq=False)
class Tree:
    """One tree with its nodes in any order, the root first.

    Parameters
    ----------
    left, right
        (nodes,) children; negative at a leaf.
    feature, threshold, missing_left
        (nodes,) as in :class:`Ensemble`; of leaves anything.
    cover
        (nodes,) training weight.
    value
        (nodes, outputs) what a leaf adds to the answer; of other nodes anything.
    """

    left: NDArray[np.int32]
    right: NDArray[np.int32]
    feature: NDArray[Any]
    threshold: NDArray[np.float64]
    missing_left: NDArray[np.uint8]
    cover: NDArray[np.float64]
    value: NDArray[np.float64]


def join_trees(trees: Sequence[Tree], *, classes: NDArray[Any] | None, columns: int) -> Ensemble:
    """Put trees one after another, each in preorder, with what paths through them need.

    Parameters
    ----------
    trees
        In order.
    classes, columns
        As in :class:`Ensemble`.

    Raises
    ------
    ValueError
        If a node has no training weight: what is expected there is not defined.
    """
    parts: list[tuple[NDArray[Any], ...]] = []
    base = 0.0
    for one in trees:
        if not (one.cover > 0).all():
            raise ValueError("a tree has nodes without training weight; every node needs some")
        order, position = _preorder(one.left, one.right)
        cover, leaf = one.cover[order], one.left[order] < 0
        said = np.where(leaf[:, None], one.value[order], 0.0)
        base = base + (cover / cover[0]) @ said
        asked = np.where(leaf, -1, one.feature[order]).astype(np.int32)
        after = np.where(leaf, -1, position[one.right[order]]).astype(np.int32)
        paths = _paths(asked, after, np.ascontiguousarray(cover, dtype=np.float64))
        parts.append((asked, one.threshold[order], one.missing_left[order], after, *paths, said))
    names = (
        *("feature", "threshold", "missing_left", "right"),
        *("parent", "above", "share", "degree", "value"),
    )
    arrays: dict[str, Any] = {
        name: np.ascontiguousarray(np.concatenate(one))
        for name, one in zip(names, zip(*parts, strict=True), strict=True)
    }
    start = np.concatenate([[0], np.cumsum([len(part[0]) for part in parts])]).astype(np.int64)
    return Ensemble(start=start, base=np.asarray(base), classes=classes, columns=columns, **arrays)


def _single_trees(estimator: Any) -> list[Any]:
    if hasattr(estimator, "tree_"):
        singles = [estimator.tree_]
    else:
        # others have trees in estimators_ too, and their answer is not the mean of them: boosting, bagging
        members = getattr(estimator, "estimators_", None) if isinstance(estimator, _FORESTS) else None
        if not members:
            raise TypeError(f"{type(estimator).__name__} is no fitted tree or forest of scikit-learn")
        singles = [one.tree_ for one in members]
    if singles[0].n_outputs > 1:
        raise TypeError(f"{type(estimator).__name__} has {singles[0].n_outputs} targets; one is served")
    return singles


@njit(f"Tuple((int32[::1], int32[::1]))({_I}, {_I})", cache=True, nogil=True)
def _preorder(left, right):
    """Nodes in preorder, and the place of each node in it; best-first growth leaves another order."""
    n = len(left)
    order, position, stack = np.empty(n, np.int32), np.empty(n, np.int32), np.empty(n, np.int32)
    stack[0] = 0
    height, done = 1, 0
    while height:
        height -= 1
        node = stack[height]
        order[done] = node
        position[node] = done
        done += 1
        if left[node] >= 0:
            stack[height] = right[node]
            stack[height + 1] = left[node]
            height += 2
    return order, position


@njit(f"Tuple((int32[::1], int32[::1], float64[::1], int32[::1]))({_I}, {_I}, {_F})", cache=True, nogil=True)
def _paths(feature, right, cover):
    """Parent, edge above with the same column, share of training weight, and columns on the path."""
    n = len(feature)
    parent, above = np.full(n, -1, np.int32), np.full(n, -1, np.int32)
    share, degree = np.ones(n), np.zeros(n, np.int32)
    for node in range(n):
        if feature[node] >= 0:
            parent[node + 1] = node
            parent[right[node]] = node
    for node in range(1, n):
        asked = feature[parent[node]]
        edge = parent[node]
        while edge > 0 and feature[parent[edge]] != asked:
            edge = parent[edge]
        share[node] = cover[node] / cover[parent[node]]
        degree[node] = degree[parent[node]]
        if edge > 0:
            above[node] = edge
            share[node] *= share[edge]
        else:
            degree[node] += 1
    return parent, above, share, degree
