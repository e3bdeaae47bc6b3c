"""Populations of sites for the simulation of coverage: each site has a law of its own, drawn from one law.

Rows come in sites of 40. The model is fitted on all sites but one and judged on that one; its true value is
the mean of a figure over all sites there could be, each with endless rows. Given a site all is Gaussian, so
the figure of one site is in closed form, and the mean over sites is a Gauss–Hermite sum over the three
numbers of a site that a linear model can see.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from benchmarks.coverage_worlds import (
    Array,
    Drawn,
    Numbers,
    TwoClasses,
    figures_of_predictions,
    figures_of_scores,
)
from prognome.core.recalibration import recalibration

SITE_ROWS = 40
LEFT_OUT = "one site left out"
INSIDE_CLASSES, INSIDE_NUMBERS = TwoClasses(), Numbers()
SHIFT = 0.3  # standard deviation over sites of each feature's mean


def _normal(points: int) -> tuple[Array, Array]:
    """Deviates and weights of Gauss and Hermite."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(points)
    return nodes, weights / weights.sum()


def _over_sites(*points: int) -> tuple[NDArray[Any], Array]:
    """(numbers of a site, sites) independent deviates and (sites,) weights."""
    each = [_normal(many) for many in points]
    deviates = np.stack([one.ravel() for one in np.meshgrid(*[nodes for nodes, _ in each], indexing="ij")])
    weights = each[0][1]
    for _, more in each[1:]:
        weights = np.multiply.outer(weights, more)
    return deviates, weights.ravel()


ROWS, ROWS_LAW = _normal(31)
SITES, SITES_LAW = _over_sites(11, 5, 7)
FEW, FEW_LAW = _over_sites(7, 5, 3)


@dataclass(frozen=True)
class SitesOfTwoClasses:
    """Sites differ in the means of features, in the share of events and in how far events are shifted.

    Parameters
    ----------
    differ
        0: all sites are alike.
    """

    differ: float = 1.0
    inside: TwoClasses = INSIDE_CLASSES
    kind: str = "binary"

    def _site(self, base: Any, apart: Any) -> tuple[Any, Any]:
        """Share of events and distance of the classes from two standard normal deviates."""
        one = self.inside
        share = expit(logit(one.share) + 0.5 * self.differ * base)
        return share, one.apart * np.exp(0.2 * self.differ * apart)

    def draw(self, rng: np.random.Generator, n: int, *, grouped: bool) -> Drawn:
        """n rows in sites of 40, which are the groups."""
        site = np.arange(n) // SITE_ROWS
        share, apart = self._site(*rng.normal(size=(2, site[-1] + 1)))
        features = self.inside.features
        shift = SHIFT * self.differ * rng.normal(size=(site[-1] + 1, features))
        y = (rng.random(n) < share[site]).astype(int)
        x = rng.normal(size=(n, features)) + shift[site]
        x += (y * apart[site] / np.sqrt(features))[:, None]
        return Drawn(x, y, site)

    def fit(self, x: Array, y: Array) -> Array:
        """Ridge logistic regression: slopes, and last the intercept."""
        return self.inside.fit(x, y)

    def said(self, beta: Array, x: Array) -> Array:
        """(n, 2) probabilities."""
        return self.inside.said(beta, x)

    def _scores(self, beta: Array, deviates: Any) -> tuple[Any, Any, float, Any]:
        """Mean logits of both classes, their spread and the share of events, by site."""
        share, apart = self._site(*deviates[1:])
        spread = float(np.linalg.norm(beta[:-1]))
        m0 = beta[-1] + SHIFT * self.differ * spread * deviates[0]
        return m0, m0 + apart / np.sqrt(self.inside.features) * beta[:-1].sum(), spread, share

    def truth(self, beta: Array) -> dict[str, float]:
        """Mean over new sites of every figure of one fitted model."""
        found = figures_of_scores(*self._scores(beta, SITES), ROWS, ROWS_LAW)
        return {name: float(value @ SITES_LAW) for name, value in found.items()}

    def pooled(self, betas: list[Array]) -> dict[str, float]:
        """Calibration of the rows of many new sites together: each model judges its share of them."""
        score, event, weight = [], [], []
        for beta in betas:
            m0, m1, spread, share = self._scores(beta, FEW)
            for kind, mean, part in ((0, m0, 1 - share), (1, m1, share)):
                score.append((mean[:, None] + spread * ROWS).ravel())
                event.append(np.full(score[-1].shape, kind))
                weight.append(np.multiply.outer(FEW_LAW * part, ROWS_LAW).ravel())
        found = recalibration(
            np.concatenate(event), expit(np.concatenate(score)), np.concatenate(weight)[None]
        )
        return {"calibration_intercept": float(found[0][0]), "calibration_slope": float(found[1][0])}


@dataclass(frozen=True)
class SitesOfNumbers:
    """Sites differ in the means of features, in the mean of the target and in its noise."""

    inside: Numbers = INSIDE_NUMBERS
    mean: float = 1.0  # standard deviation over sites of what is added to the target
    noise: float = 0.2  # the same, of the noise's logarithm
    kind: str = "number"

    def draw(self, rng: np.random.Generator, n: int, *, grouped: bool) -> Drawn:
        """n rows in sites of 40, which are the groups."""
        site = np.arange(n) // SITE_ROWS
        features = self.inside.features
        added, noise = rng.normal(size=(2, site[-1] + 1))
        shift = SHIFT * rng.normal(size=(site[-1] + 1, features))
        x = rng.normal(size=(n, features)) + shift[site]
        own = np.exp(self.noise * noise)[site] * rng.normal(size=n)
        y = 10 + 3 * np.sqrt(0.5) * (x.sum(1) / np.sqrt(features) + own)
        return Drawn(x, y + self.mean * added[site], site)

    def fit(self, x: Array, y: Array) -> Array:
        """Ridge regression: slopes, and last the intercept."""
        return self.inside.fit(x, y)

    def said(self, beta: Array, x: Array) -> Array:
        """(n,) predictions."""
        return self.inside.said(beta, x)

    def truth(self, beta: Array) -> dict[str, float]:
        """Mean over new sites of every figure of one fitted model."""
        slopes, root = beta[:-1], np.sqrt(self.inside.features)
        true = np.full(len(slopes), 3 * np.sqrt(0.5) / root)
        wrong = slopes - true
        # over sites the prediction's lean and the target's mean are Gaussian together
        lean_sd = np.sqrt(SHIFT**2 * float(wrong @ wrong) + self.mean**2)
        both = (SHIFT**2 * float(wrong @ true) - self.mean**2) / lean_sd
        rest = np.sqrt(SHIFT**2 * float(true @ true) + self.mean**2 - both**2)
        lean = beta[-1] - 10 + lean_sd * SITES[0]
        mean = 10 + both * SITES[0] + rest * SITES[1]
        total = 4.5 * (1 + np.exp(2 * self.noise * SITES[2]))
        found = figures_of_predictions(
            mean, total, lean, float(slopes @ slopes), float(slopes @ true), ROWS, ROWS_LAW
        )
        return {name: float(value @ SITES_LAW) for name, value in found.items()}

    def pooled(self, betas: list[Array]) -> dict[str, float]:
        """Nothing is reckoned over pooled rows."""
        return {}


ALIKE = replace(SitesOfTwoClasses(), differ=0.0)
