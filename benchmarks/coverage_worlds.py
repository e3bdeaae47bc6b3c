"""Populations in which the true value of every fitted model is known, for the simulation of coverage.

Two classes: features are Gaussian in each class, so the score of a linear model is Gaussian in each class
and every figure follows from two means and a spread. Numbers: target and prediction are Gaussian
together. Several classes: the figures of a fitted model on points that fill the population evenly. In
families of five, features and target go together, while each row by itself follows the same law as without
families; so the truth does not change. Populations of sites: ``coverage_sites``; forests:
``coverage_forests``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, ndtr, ndtri
from scipy.stats import qmc

from prognome.core.judged import Judged
from prognome.core.metrics import METRICS, weigh
from prognome.core.recalibration import recalibration

Array = NDArray[np.float64]
FAMILY = 5
CLASS_SHARES = (0.5, 0.3, 0.2)  # of the three classes
TOGETHER = 0.4  # share of the variance that a family has in common


@dataclass(frozen=True, eq=False)
class Drawn:
    """Rows drawn from a population."""

    x: Array
    y: Array
    groups: NDArray[np.int_] | None


def _features(rng: np.random.Generator, n: int, features: int, groups: NDArray[np.int_] | None) -> Array:
    own = rng.normal(size=(n, features))
    if groups is None:
        return own
    shared = rng.normal(size=(groups.max() + 1, features))[groups]
    return np.sqrt(TOGETHER) * shared + np.sqrt(1 - TOGETHER) * own


def _families(n: int, grouped: bool) -> NDArray[np.int_] | None:
    return np.arange(n) // FAMILY if grouped else None


def _trapezoid(nodes: Array) -> Array:
    law = np.exp(-(nodes**2) / 2)
    return law / law.sum()


NODES = np.linspace(-8, 8, 641)
LAW = _trapezoid(NODES)


def figures_of_scores(
    m0: Any, m1: Any, spread: Any, share: Any, nodes: Array = NODES, law: Array = LAW
) -> dict[str, Any]:
    """Every figure of a score that is Gaussian in each class.

    Parameters
    ----------
    m0, m1
        Mean logit of the chance said, of the other class and of events; numbers, or arrays of one shape.
    spread
        Standard deviation in each class.
    share
        Of events.
    nodes, law
        Standard normal deviates and their weights.
    """
    q = share
    sens, spec = ndtr(m1 / spread), ndtr(-m0 / spread)
    tp, fp, fn, tn = q * sens, (1 - q) * (1 - spec), q * (1 - sens), (1 - q) * spec
    M0, M1, S, Q = (np.asarray(each)[..., None] for each in (m0, m1, spread, q))
    s0, s1 = M0 + S * nodes, M1 + S * nodes
    p0, p1 = expit(s0), expit(s1)
    above = Q * ndtr((M1 - s1) / S)  # events scored above each event
    precision = above / (above + (1 - Q) * ndtr((M0 - s1) / S))
    return {
        "auc_roc": ndtr((m1 - m0) / (spread * np.sqrt(2))),
        "average_precision": precision @ law,
        "accuracy": tp + tn,
        "balanced_accuracy": (sens + spec) / 2,
        "sensitivity": sens,
        "specificity": spec,
        "precision": tp / (tp + fp),
        "npv": tn / (tn + fn),
        "f1": 2 * tp / (2 * tp + fp + fn),
        "mcc": (tp * tn - fp * fn) / np.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)),
        "log_loss": -q * (np.log(p1) @ law) - (1 - q) * (np.log1p(-p0) @ law),
        "brier": q * ((1 - p1) ** 2 @ law) + (1 - q) * (p0**2 @ law),
    }


def figures_of_predictions(
    mean: Any, total: Any, lean: Any, spread: Any, shared: Any, nodes: Array = NODES, law: Array = LAW
) -> dict[str, Any]:
    """Every figure where target and prediction are Gaussian together.

    Parameters
    ----------
    mean, total
        Mean and variance of the target; numbers, or arrays of one shape.
    lean, spread
        Mean of the prediction less that of the target; variance of the prediction.
    shared
        Covariance of target and prediction.
    nodes, law
        Standard normal deviates and their weights.
    """
    error = spread + total - 2 * shared
    width = np.sqrt(error)
    correlation = shared / np.sqrt(total * spread)
    M, T, L, C = (np.asarray(each)[..., None] for each in (mean, total, lean, shared))
    y = M + np.sqrt(T) * nodes
    middle = M + L + C / T * (y - M)
    left = np.asarray(np.sqrt(spread - shared**2 / total))[..., None]
    near = ndtr((y + 0.2 * abs(y) - middle) / left) - ndtr((y - 0.2 * abs(y) - middle) / left)
    mse = error + lean**2
    return {
        "mae": width * np.sqrt(2 / np.pi) * np.exp(-(lean**2) / (2 * error))
        + lean * (1 - 2 * ndtr(-lean / width)),
        "rmse": np.sqrt(mse),
        "mse": mse,
        "bias": lean,
        "r2": 1 - mse / total,
        "pearson": correlation,
        "spearman": 6 / np.pi * np.arcsin(correlation / 2),
        "within_20_percent": near @ law,
    }


@dataclass(frozen=True)
class TwoClasses:
    """Events are shifted in every feature.

    Parameters
    ----------
    apart
        Distance of the class means in standard deviations; 1.2 gives an AUC of about .80.
    share
        Of events.
    """

    apart: float = 1.2
    share: float = 0.3
    features: int = 6
    kind: str = "binary"

    def draw(self, rng: np.random.Generator, n: int, *, grouped: bool) -> Drawn:
        """n rows, alone or in families of five."""
        groups = _families(n, grouped)
        chance: Array | float = self.share
        if groups is not None:
            size = 1 / TOGETHER - 1  # so that two of a family have a correlation of TOGETHER
            chance = rng.beta(self.share * size, (1 - self.share) * size, groups.max() + 1)[groups]
        y = (rng.random(n) < chance).astype(int)
        x = _features(rng, n, self.features, groups) + y[:, None] * self.apart / np.sqrt(self.features)
        return Drawn(x, y, groups)

    def fit(self, x: Array, y: Array) -> Array:
        """Ridge logistic regression: slopes, and last the intercept."""
        design = np.column_stack([x, np.ones(len(x))])
        ridge = np.diag([1.0] * x.shape[1] + [1e-6])
        beta = np.zeros(design.shape[1])
        for _ in range(7):
            p = expit(design @ beta)
            curve = design.T @ (design * (p * (1 - p))[:, None]) + ridge
            beta = beta + np.linalg.solve(curve, design.T @ (y - p) - ridge @ beta)
        return beta

    def said(self, beta: Array, x: Array) -> Array:
        """(n, 2) probabilities."""
        p = expit(x @ beta[:-1] + beta[-1])
        return np.column_stack([1 - p, p])

    def _scores(self, beta: Array) -> tuple[float, float, float]:
        middle = float(beta[-1])
        return (
            middle,
            middle + self.apart / np.sqrt(self.features) * beta[:-1].sum(),
            float(np.linalg.norm(beta[:-1])),
        )

    def truth(self, beta: Array) -> dict[str, float]:
        """Every figure of one fitted model in the population."""
        found = figures_of_scores(*self._scores(beta), self.share)
        return {name: float(value) for name, value in found.items()}

    def pooled(self, betas: list[Array]) -> dict[str, float]:
        """Calibration of the rows of one repeat together: each model judges its share of them."""
        score, event, weight = [], [], []
        for beta in betas:
            m0, m1, spread = self._scores(beta)
            score += [m0 + spread * NODES, m1 + spread * NODES]
            event += [np.zeros(len(NODES)), np.ones(len(NODES))]
            weight += [(1 - self.share) * LAW, self.share * LAW]
        found = recalibration(
            np.concatenate(event), expit(np.concatenate(score)), np.concatenate(weight)[None]
        )
        return {"calibration_intercept": float(found[0][0]), "calibration_slope": float(found[1][0])}


@dataclass(frozen=True)
class Numbers:
    """A target of mean 10 and standard deviation 3, half of its variance explained by six features."""

    features: int = 6
    kind: str = "number"

    def draw(self, rng: np.random.Generator, n: int, *, grouped: bool) -> Drawn:
        """n rows, alone or in families of five."""
        groups = _families(n, grouped)
        x = _features(rng, n, self.features, groups)
        noise = _features(rng, n, 1, groups)[:, 0]
        return Drawn(x, 10 + 3 * np.sqrt(0.5) * (x.sum(1) / np.sqrt(self.features) + noise), groups)

    def fit(self, x: Array, y: Array) -> Array:
        """Ridge regression: slopes, and last the intercept."""
        design = np.column_stack([x, np.ones(len(x))])
        ridge = np.diag([1.0] * x.shape[1] + [0.0])
        return np.linalg.solve(design.T @ design + ridge, design.T @ y)

    def said(self, beta: Array, x: Array) -> Array:
        """(n,) predictions."""
        return np.asarray(x @ beta[:-1] + beta[-1])

    def truth(self, beta: Array) -> dict[str, float]:
        """Every figure of one fitted model in the population."""
        slopes = beta[:-1]
        shared = 3 * np.sqrt(0.5) / np.sqrt(self.features) * slopes.sum()
        found = figures_of_predictions(10.0, 9.0, beta[-1] - 10, float(slopes @ slopes), shared)
        return {name: float(value) for name, value in found.items()}

    def pooled(self, betas: list[Array]) -> dict[str, float]:
        """Nothing is reckoned over pooled rows."""
        return {}


@dataclass(frozen=True, eq=False)
class ThreeClasses:
    """Three classes in the plane, four features of noise.

    The truth is an integral over the features, reckoned on points of Sobol' that fill their distribution
    evenly: as many for each class, weighed by its share. 20,000 random rows, as were used first, are off by a
    third to a half of the standard error of a study of 2,000: an interval that is right then misses such a
    truth in 7 of 100 studies.
    """

    features: int = 6
    kind: str = "multiclass"
    large: dict[str, Drawn] = field(default_factory=dict)

    def draw(self, rng: np.random.Generator, n: int, *, grouped: bool) -> Drawn:
        """n rows, alone or in families of five."""
        groups = _families(n, grouped)
        where = rng.random(n)
        if groups is not None:  # half of the rows have their family's draw, so members are alike in class
            where = np.where(rng.random(n) < 0.6, rng.random(groups.max() + 1)[groups], where)
        y = np.searchsorted(np.cumsum(CLASS_SHARES)[:-1], where)
        return Drawn(_features(rng, n, self.features, groups) + self._middle(y), y, groups)

    def _middle(self, y: Array) -> Array:
        """(n, features) where the class of each row stands."""
        angle = 2 * np.pi * y / 3
        found = np.zeros((len(y), self.features))
        found[:, :2] = np.column_stack([np.cos(angle), np.sin(angle)])
        return found

    def _evenly(self, points: int) -> Drawn:
        """So many points for each class."""
        y = np.repeat(np.arange(len(CLASS_SHARES)), points)
        even = [qmc.Sobol(self.features, rng=seed).random(points) for seed in range(len(CLASS_SHARES))]
        return Drawn(ndtri(np.concatenate(even)) + self._middle(y), y, None)

    def fit(self, x: Array, y: Array) -> Array:
        """Linear discriminants: (features + 1, 3) coefficients, the last row the intercepts."""
        means = np.stack([x[y == k].mean(0) for k in range(3)])
        inside = x - means[y]
        slopes = np.linalg.solve(inside.T @ inside / (len(x) - 3) + 0.05 * np.eye(x.shape[1]), means.T)
        base = np.log(np.bincount(y, minlength=3) / len(y)) - 0.5 * (means.T * slopes).sum(0)
        return np.vstack([slopes, base])

    def said(self, beta: Array, x: Array) -> Array:
        """(n, 3) probabilities."""
        eta = x @ beta[:-1] + beta[-1]
        p = np.exp(eta - eta.max(1, keepdims=True))
        return np.asarray(p / p.sum(1, keepdims=True))

    def truth(self, beta: Array) -> dict[str, float]:
        """Every figure of one fitted model on the large sample."""
        if not self.large:
            self.large["sample"] = self._evenly(2**13)
        sample = self.large["sample"]
        names = [name for name in METRICS if "multiclass" in METRICS[name].targets]
        names = [name for name in names if name not in ("coverage", "set_size")]
        judged = Judged(sample.y, self.said(beta, sample.x))
        share = np.array(CLASS_SHARES)[sample.y][None]
        values = weigh(judged, [METRICS[name] for name in names], share)
        return dict(zip(names, values[:, 0].tolist(), strict=True))

    def pooled(self, betas: list[Array]) -> dict[str, float]:
        """Nothing is reckoned over pooled rows."""
        return {}
