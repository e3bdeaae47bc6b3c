"""Replacing many number columns by few; categories pass."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from sklearn.decomposition import PCA

from prognome.core.space import Space, Whole
from prognome.prepare.allowed import SEED, AnyOf, Rule, Share, WholeFrom
from prognome.prepare.base import Step
from prognome.prepare.columns import Columns, Names, Numbers, refuse_missing


class PrincipalComponents(Step):
    """Replace the number columns X by their principal components Z = (X - mean) W, ``PC1`` … in front.

    As scikit-learn's ``PCA``; the largest loading of each component is positive, so its sign is settled.
    Never more components than the training rows span: columns that do not vary give none at all.

    **Learns** ``mean_`` ((q,) mean of each number column), ``components_`` ((c, q) the loadings, W
    transposed), ``explained_variance_ratio_`` ((c,) share of the variance), from the training rows.

    Parameters
    ----------
    components
        A whole number of them, or the share of variance (0.95) that they have to explain.
    random_state
        Seed of the randomised solver, which large tables with few components use.

    References
    ----------
    Halko, Martinsson, Tropp (2011), Finding structure with randomness.
    """

    NAME = "reduce.pca"
    SPACE: ClassVar[Space] = {"components": Whole(2, 50, log=True)}
    ALLOWED: ClassVar[dict[str, Rule]] = {"components": AnyOf((WholeFrom(1), Share())), "random_state": SEED}

    def __init__(self, *, components: int | float = 0.95, random_state: int | None = 0) -> None:
        self.components = components
        self.random_state = random_state

    def _learn(self, columns: Columns, y: Any) -> None:
        numbers = columns.numbers
        refuse_missing(columns, where=self.NAME)
        if not (numbers.size and np.ptp(numbers, axis=0).any()):
            self.mean_ = numbers.mean(axis=0)
            self.components_ = np.empty((0, numbers.shape[1]))
            self.explained_variance_ratio_ = np.empty(0)
            return
        most = min(numbers.shape)
        if isinstance(self.components, float):
            wanted = self.components if self.components < 1 else None
        else:
            wanted = min(self.components, most)
        pca = PCA(n_components=wanted, random_state=self.random_state).fit(numbers)
        variance = pca.explained_variance_  # solvers that use the covariance know it to eps times the largest
        rank = int((variance > variance[0] * max(numbers.shape) * np.finfo(np.float64).eps).sum())
        self.mean_ = pca.mean_
        self.components_ = pca.components_[:rank]
        self.explained_variance_ratio_ = pca.explained_variance_ratio_[:rank]

    def _apply(self, columns: Columns) -> Columns:
        refuse_missing(columns, where=self.NAME)
        numbers: Numbers = columns.numbers @ self.components_.T  # centred after the product, as PCA does
        numbers -= self.mean_.reshape(1, -1) @ self.components_.T
        made = np.ones(numbers.shape[1], dtype=bool)
        rest = np.zeros(len(columns.categories), dtype=bool)
        return Columns(
            self._rename(columns.names),
            np.concatenate([made, rest]),
            numbers,
            columns.categories,
            columns.index,
        )

    def _rename(self, names: Names) -> Names:
        made = [f"PC{place + 1}" for place in range(len(self.components_))]
        return np.concatenate([np.array(made, dtype=object), names[~self.number_columns_]])
