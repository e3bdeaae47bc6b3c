"""How well margins or numbers fit rows that were kept aside: what inner folds of a selector compare."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from prognome.core.delong import influence
from prognome.core.split import inner_folds
from prognome.errors import DataError
from prognome.prepare.columns import Numbers

Folds = list[tuple[NDArray[np.intp], NDArray[np.intp]]]


def folds_of(y: NDArray[Any], groups: Any, folds: int, seed: int | None, *, classes: bool) -> Folds:
    """Folds inside the training rows (:func:`prognome.core.split.inner_folds`); without a seed, any."""
    if seed is None:
        seed = int(np.random.default_rng().integers(2**31))
    return inner_folds(y, groups, folds, seed, classes=classes)


def score_of(said: Numbers, y: NDArray[Any], *, classes: bool) -> float:
    """AUC of two classes, mean AUC of each class against the rest of more, R² of numbers.

    Parameters
    ----------
    said
        (n,) margin of class 1, (n, K) margins, or (n,) numbers.
    y
        (n,) codes from 0 or numbers.
    classes
        Whether y is codes.

    Returns
    -------
    NaN where these rows cannot say: one class alone, or equal numbers.

    >>> score_of(np.array([0.1, 0.7, 0.4, 0.9]), np.array([0, 0, 1, 1]), classes=True)
    0.75
    """
    if not classes:
        around = float(np.square(y - y.mean()).sum())
        return 1.0 - float(np.square(y - said).sum()) / around if around > 0 else np.nan
    if said.ndim == 1:
        return float(influence(y == 1, said).auc)
    found = [influence(y == code, said[:, code]).auc for code in range(said.shape[1])]
    told = [one for one in found if np.isfinite(one)]
    return float(np.mean(told)) if told else np.nan


def mean_over_folds(scores: Numbers, *, where: str) -> Numbers:
    """(...,) mean over the first axis, of the folds that can say something.

    Raises
    ------
    DataError
        If none can.
    """
    told = np.isfinite(scores)
    if not told.any(axis=0).all():
        raise DataError(
            where,
            "no inner fold can be judged: each holds a single class",
            mend="Use other groups or fewer folds, or a selector without inner folds.",
        )
    return np.asarray(np.where(told, scores, 0.0).sum(axis=0) / told.sum(axis=0))
