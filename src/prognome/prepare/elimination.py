"""Dropping the columns with the smallest weights, round by round, and the models that weigh them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.svm import LinearSVC, LinearSVR

from prognome.prepare.columns import Numbers

Places = NDArray[np.intp]
Build = Callable[[], Any]
MODELS = ("svm", "ridge", "forest")


def weighing_model(name: str, *, classes: bool, C: float, trees: int, seed: int | None) -> Build:
    """What makes a fresh model that weighs columns of one scale.

    Parameters
    ----------
    name
        ``svm``: linear support vectors, squared hinge loss (for numbers squared ε-insensitive loss).
        ``ridge``: the ridge penalty on logistic regression, or on linear regression with strength 1 / C.
        ``forest``: a random forest, √q columns tried at a split.
    classes
        Whether the target is a class.
    C
        Inverse strength of the penalty.
    trees
        Of the forest.
    seed
        Of the linear solver and the forest.
    """
    if name == "svm" and classes:
        return lambda: LinearSVC(C=C, random_state=seed, max_iter=10_000)
    if name == "svm":
        loss = "squared_epsilon_insensitive"
        return lambda: LinearSVR(C=C, loss=loss, dual="auto", random_state=seed, max_iter=10_000)
    if name == "ridge":
        return (lambda: LogisticRegression(C=C, max_iter=10_000)) if classes else (lambda: Ridge(alpha=1 / C))
    forest = RandomForestClassifier if classes else RandomForestRegressor
    return lambda: forest(trees, max_features="sqrt", n_jobs=1, random_state=seed)


def weights_of(model: Any) -> Numbers:
    """(q,) importance of each column: squared weights, summed over classes; of a forest its impurity."""
    if hasattr(model, "coef_"):
        return np.square(np.atleast_2d(model.coef_)).sum(axis=0)
    return np.asarray(model.feature_importances_)


def sizes(q: int, least: int, step: int | float) -> list[int]:
    """How many columns each round has, from all to the least.

    Parameters
    ----------
    q, least
        Columns at first and at last.
    step
        Columns dropped a round, or the share (below 1.0) of those that are left, at least one.

    >>> sizes(20, 4, 5), sizes(20, 4, 0.5), sizes(3, 4, 1)
    ([20, 15, 10, 5, 4], [20, 10, 5, 4], [3])
    """
    found = [q]
    while found[-1] > least:
        drop = int(step) if isinstance(step, Integral) else max(1, int(step * found[-1]))
        found.append(max(least, found[-1] - drop))
    return found


def eliminate(x: Numbers, y: NDArray[Any], build: Build, plan: list[int]) -> Iterator[tuple[Places, Any]]:
    """Fit and drop, round by round.

    Parameters
    ----------
    x
        (n, q) numbers of one scale.
    y
        (n,) target.
    build
        Makes a fresh model.
    plan
        Columns of each round (:func:`sizes`).

    Yields
    ------
    left
        Places of the columns of this round, in order.
    model
        Fitted on them. Of equal weights the later column goes first.
    """
    left = np.arange(x.shape[1])
    for now, then in pairwise([*plan, 0]):
        model = build().fit(x[:, left], y)
        yield left, model
        if then:
            left = _narrowed(left, model, now - then)


def elimination_rounds(x: Numbers, y: NDArray[Any], build: Build, plan: list[int]) -> Places:
    """(q,) how many rounds each column stood, 0 for those that the first round dropped.

    Fits a model for every round but the last.
    """
    stood = np.zeros(x.shape[1], dtype=np.intp)
    left = np.arange(x.shape[1])
    for now, then in pairwise(plan):
        left = _narrowed(left, build().fit(x[:, left], y), now - then)
        stood[left] += 1
    return stood


def _narrowed(left: Places, model: Any, drop: int) -> Places:
    order = np.lexsort((-left, weights_of(model)))
    return np.sort(left[order[drop:]])
