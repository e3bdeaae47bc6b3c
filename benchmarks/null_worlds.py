"""Cross-validated worlds of known truth, many at once, for ``benchmarks.false_positives``.

All arrays begin with the world. Rows are independent and their classes fixed, so folds may be fixed as well.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Rows = NDArray[np.intp]
Learner = Callable[[Array, NDArray[np.bool_], Array], Array]
EVENTS = 0.4


@dataclass(frozen=True)
class Scheme:
    """Folds and how often they are cut anew."""

    folds: int
    repeats: int = 1

    @property
    def label(self) -> str:
        """As in the tables."""
        return f"{self.folds} folds" + (f" × {self.repeats}" if self.repeats > 1 else "")


def classes(n: int) -> NDArray[np.bool_]:
    """(n,) events first."""
    return np.arange(n) < round(EVENTS * n)


def stratified(event: NDArray[np.bool_], scheme: Scheme, seed: int) -> list[Rows]:
    """Judged rows of every fold, repeat after repeat."""
    rng = np.random.default_rng(seed)
    folds = []
    for _ in range(scheme.repeats):
        shuffled = np.concatenate(
            [rng.permutation(np.flatnonzero(event)), rng.permutation(np.flatnonzero(~event))]
        )
        folds += [np.sort(shuffled[k :: scheme.folds]) for k in range(scheme.folds)]
    return folds


def features(worlds: int, event: NDArray[np.bool_], shifts: Array, rng: np.random.Generator) -> Array:
    """(worlds, n, p) independent normal features, shifted by ``shifts`` standard deviations in events."""
    noise = rng.standard_normal((worlds, len(event), len(shifts)))
    return noise + event[None, :, None] * shifts


def centroid(train: Array, event: NDArray[np.bool_], judged: Array) -> Array:
    """Weights are the differences of the class means, each by its variance (naive Bayes)."""
    difference = train[:, event].mean(1) - train[:, ~event].mean(1)
    return _dot(judged, difference / train.var(1))


def discriminant(train: Array, event: NDArray[np.bool_], judged: Array) -> Array:
    """Linear discriminant with a little ridge."""
    difference = train[:, event].mean(1) - train[:, ~event].mean(1)
    centred = train - train.mean(1, keepdims=True)
    spread = np.swapaxes(centred, 1, 2) @ centred / train.shape[1] + 0.1 * np.eye(train.shape[2])
    return _dot(judged, np.linalg.solve(spread, difference[..., None])[..., 0])


def best_features(count: int) -> Learner:
    """The features that separate the training rows best, alone or together."""

    def learn(train: Array, event: NDArray[np.bool_], judged: Array) -> Array:
        difference = (train[:, event].mean(1) - train[:, ~event].mean(1)) / train.std(1)
        size = np.abs(difference)
        least = np.sort(size, axis=1)[:, -count, None]
        return _dot(judged, np.where(size >= least, difference, 0.0))

    return learn


def squares(train: Array, event: NDArray[np.bool_], judged: Array) -> Array:
    """Naive Bayes on the squares: another view of the same features."""
    return centroid(train**2, event, judged**2)


def out_of_fold(x: Array, event: NDArray[np.bool_], folds: Sequence[Rows], learner: Learner) -> list[Array]:
    """Scores (worlds, judged rows) of every fold by a model of the other rows."""
    said = []
    for judged in folds:
        train = np.setdiff1d(np.arange(len(event)), judged)
        said.append(learner(x[:, train], event[train], x[:, judged]))
    return said


def auc(score: Array, event: NDArray[np.bool_]) -> Array:
    """(worlds,) area under the ROC curve."""
    yes, no = score[:, event, None], score[:, None, ~event]
    return np.asarray((yes > no).mean((1, 2)) + (yes == no).mean((1, 2)) / 2)


def _dot(x: Array, weights: Array) -> Array:
    return np.asarray((x @ weights[..., None])[..., 0])
