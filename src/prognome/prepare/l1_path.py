"""Which columns an L1 penalty lets in: at one penalty, or in what order as it falls."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import Lasso, LogisticRegression, lars_path

from prognome.prepare.columns import Mask, Numbers

PATH = tuple(float(0.9**step) for step in range(1, 61))
_INTERCEPT_SCALE = 10.0  # liblinear penalises the intercept; so scaled it hardly feels it


def penalised_weights(
    x: Numbers, y: NDArray[Any], share: float, *, classes: bool, seed: int | None
) -> Numbers:
    """(q,) absolute weights, summed over the models.

    Parameters
    ----------
    x
        (n, q) columns of mean 0 and one scale.
    y
        (n,) codes from 0, or numbers.
    share
        Penalty as a share of the smallest that leaves no weight.
    classes
        Logistic regression, of more than two classes one for each against the rest; else the lasso.
    seed
        Of the solver.
    """
    total = np.zeros(x.shape[1])
    for told in targets(y, classes=classes):
        most = float(np.abs(x.T @ (told - told.mean())).max())
        if most == 0:
            continue
        if classes:
            model: Any = LogisticRegression(
                C=1 / (share * most),
                l1_ratio=1.0,
                solver="liblinear",
                intercept_scaling=_INTERCEPT_SCALE,
                max_iter=1000,
                random_state=seed,
            ).fit(x, told)
        else:
            model = Lasso(alpha=share * most / len(x), max_iter=10_000).fit(x, told)
        total += np.abs(np.ravel(model.coef_))
    return total


def first_in(x: Numbers, y: NDArray[Any], k: int, *, classes: bool) -> Mask:
    """(q,) the columns that the path of the lasso lets in first, k at most.

    Least angle regression, so k steps and no more; 0/1 targets of classes are fitted by least squares, and
    of more than two classes each has its share of k. Equal columns: the earlier one.

    References
    ----------
    Efron, Hastie, Johnstone and Tibshirani (2004), Annals of Statistics 32:407–499.
    """
    found = np.zeros(x.shape[1], dtype=bool)
    models = list(targets(y, classes=classes))
    for told in models:
        with warnings.catch_warnings():  # equal columns: the later of them is left out, as it should
            warnings.simplefilter("ignore", ConvergenceWarning)
            _, active, _ = lars_path(
                x, told - told.mean(), method="lasso", max_iter=max(1, k // len(models)), return_path=False
            )
        found[np.asarray(active, dtype=np.intp)] = True
    return found


def targets(y: NDArray[Any], *, classes: bool) -> Iterator[Numbers]:
    """What each model is told: the numbers; 0/1 of the second class; or 0/1 of every class of more."""
    if not classes:
        yield y
        return
    codes = np.unique(y)
    for code in codes if len(codes) > 2 else codes[1:]:
        yield (y == code).astype(np.float64)
