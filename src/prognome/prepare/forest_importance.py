"""What the columns are worth to a random forest: impurity, or what permuting them costs out of the bag."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

from prognome.prepare.columns import Numbers

Importance = Literal["impurity", "permutation"]


@dataclass(frozen=True, eq=False)
class Importances:
    """(q,) mean over the trees and its standard error; a tree that does not use a column counts as 0."""

    mean: Numbers
    error: Numbers

    @property
    def z(self) -> Numbers:
        """(q,) mean by its error; 0 where no tree tells."""
        return np.divide(self.mean, self.error, out=np.zeros_like(self.mean), where=self.error > 0)


def grow(x: Numbers, y: NDArray[Any], *, classes: bool, trees: int, seed: int | None) -> Any:
    """A random forest of full trees on bootstrap samples, √q columns tried at a split.

    √q for numbers too: with q / 3 a forest on thousands of columns would take minutes.
    """
    forest = RandomForestClassifier if classes else RandomForestRegressor
    return forest(trees, max_features="sqrt", n_jobs=1, random_state=seed).fit(x, y)


def out_of_bag(
    forest: Any, x: Numbers, y: NDArray[Any], rng: np.random.Generator, *, classes: bool
) -> Importances:
    """What each tree loses on the rows it did not see, when a column it uses is permuted among them.

    Parameters
    ----------
    forest
        Fitted on x and y.
    x
        (n, q) its training rows.
    y
        (n,) codes from 0, or numbers.
    rng
        Permutes.
    classes
        The loss is the share of wrong rows; for numbers the squared error.

    References
    ----------
    Breiman (2001), Machine Learning 45:5–32, section 10.
    """
    x = np.ascontiguousarray(x, dtype=np.float32)
    n, q = x.shape
    total, squares, told = np.zeros(q), np.zeros(q), 0
    for tree, drawn in zip(forest.estimators_, forest.estimators_samples_, strict=True):
        outside = np.ones(n, dtype=bool)
        outside[drawn] = False
        rows, truth = x[outside], y[outside]
        if not len(rows):
            continue
        told += 1
        before = _loss(tree.tree_, rows, truth, classes=classes)
        for column in np.unique(tree.tree_.feature[tree.tree_.feature >= 0]):
            own = rows[:, column].copy()
            rows[:, column] = rng.permutation(own)
            lost = _loss(tree.tree_, rows, truth, classes=classes) - before
            rows[:, column] = own
            total[column] += lost
            squares[column] += lost * lost
    told = max(told, 1)
    mean = total / told
    spread = np.sqrt(np.maximum(squares / told - mean * mean, 0.0))
    return Importances(mean, spread / np.sqrt(told))


def _loss(tree: Any, rows: NDArray[Any], truth: NDArray[Any], *, classes: bool) -> float:
    said = tree.predict(rows)
    if classes:
        return float(np.mean(said.argmax(axis=1) != truth))
    return float(np.mean(np.square(said[:, 0] - truth)))
