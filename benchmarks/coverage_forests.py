"""Random forests for the simulation of coverage: they fit their training rows far closer than ridge does.

The population is that of two classes (``coverage_worlds``). A fitted model's true value is its figure on
8,192 rows that are always the same: quasi-random in each class, with the weights that make their shares
exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import qmc

from benchmarks.coverage_worlds import Array, Drawn, TwoClasses
from prognome.core.judged import Judged
from prognome.core.metrics import METRICS, metrics_for, weigh
from prognome.core.recalibration import recalibration

POPULATION = TwoClasses()
TREES = 50
LEAST = 0.5 / TREES  # a chance of nought or one would be endless on the scale of the calibration slope


@cache
def population(inside: TwoClasses) -> tuple[Array, NDArray[np.int_], Array]:
    """Features, class and weight (of sum one) of rows that stand for all there could be."""
    points = qmc.Sobol(inside.features, seed=2).random(2**13)
    y = np.arange(len(points)) // (len(points) // 2)  # halves of a Sobol sequence fill space alike
    x = ndtri(points) + y[:, None] * inside.apart / np.sqrt(inside.features)
    return x, y, np.where(y == 1, inside.share, 1 - inside.share) * 2 / len(y)


@dataclass(frozen=True)
class Forest:
    """Two classes, told apart by a random forest."""

    inside: TwoClasses = POPULATION
    kind: str = "binary"

    def draw(self, rng: np.random.Generator, n: int, *, grouped: bool) -> Drawn:
        """n rows, alone or in families of five."""
        return self.inside.draw(rng, n, grouped=grouped)

    def fit(self, x: Array, y: Array) -> Any:
        """Trees that grow until every leaf is of one class, so that no training row is wrong."""
        from sklearn import config_context
        from sklearn.ensemble import RandomForestClassifier

        with config_context(skip_parameter_validation=True, assume_finite=True):
            return RandomForestClassifier(TREES, random_state=0).fit(x, y)

    def said(self, model: Any, x: Array) -> Array:
        """(n, 2) probabilities, none nearer to 0 or 1 than half a tree."""
        p = np.clip(model.predict_proba(x)[:, 1].astype(float), LEAST, 1 - LEAST)
        return np.column_stack([1 - p, p])

    def truth(self, model: Any) -> dict[str, float]:
        """Every figure of one fitted model in the population, but calibration."""
        x, y, weight = population(self.inside)
        names = [m.name for m in metrics_for(self.kind) if m.name in self.inside.truth(np.ones(7))]
        values = weigh(Judged(y, self.said(model, x)), [METRICS[name] for name in names], weight[None])
        return dict(zip(names, values[:, 0].tolist(), strict=True))

    def pooled(self, models: list[Any]) -> dict[str, float]:
        """Calibration of the rows of one repeat together: each model judges its share of them."""
        x, y, weight = population(self.inside)
        half, quarter = len(y) // 2, len(y) // 4
        few = np.r_[:quarter, half : half + quarter]
        event = np.concatenate([self.said(model, x[few])[:, 1] for model in models])
        many = len(models)
        found = recalibration(np.tile(y[few], many), event, np.tile(weight[few], many)[None])
        return {"calibration_intercept": float(found[0][0]), "calibration_slope": float(found[1][0])}
