"""Sets of classes and intervals of numbers that hold the truth for a wanted share of new rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Conformal:
    """How far from what the model says the truth may lie.

    Parameters
    ----------
    coverage
        Share of new rows whose set or interval is to hold the truth; for classes, of each class.
    limits
        For numbers one half-width, in the target's unit. For classes the least probability with which each
        stands in the set. None where there were too few rows: such a class stands in every set, and a number
        has no interval.
    counts
        Rows, or groups, that each limit was learned from.
    units
        For each limit ``rows`` or ``groups``: what a new row was taken to be a draw of.
    classes
        Whether the target is a class.
    """

    coverage: float
    limits: tuple[float | None, ...]
    counts: tuple[int, ...]
    units: tuple[str, ...]
    classes: bool

    def within(self, score: Array) -> NDArray[Any] | None:
        """(n, K) whether each class stands in the set, or (n, 2) ends of the interval; None if unknown.

        A set is never empty: where no class reaches its limit, the most probable one stands in it.
        """
        if all(limit is None for limit in self.limits):
            return None
        if not self.classes:
            width = self.limits[0]
            assert width is not None
            return np.column_stack([score - width, score + width])
        held = score >= np.array([0.0 if limit is None else limit for limit in self.limits])
        empty = np.flatnonzero(~held.any(axis=1))
        held[empty, score[empty].argmax(axis=1)] = True
        return np.asarray(held)

    def to_mapping(self) -> dict[str, Any]:
        """Plain data, as JSON has it."""
        return {
            key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()
        }

    @classmethod
    def from_mapping(cls, data: Mapping[str, Any]) -> Conformal:
        """What :meth:`to_mapping` wrote."""
        return cls(
            float(data["coverage"]),
            tuple(None if limit is None else float(limit) for limit in data["limits"]),
            tuple(int(count) for count in data["counts"]),
            tuple(str(unit) for unit in data["units"]),
            bool(data["classes"]),
        )


def learn_conformal(
    truth: NDArray[Any], score: Array, coverage: float, groups: NDArray[Any] | None = None
) -> Conformal:
    """Learn how far the truth lay from what was said about rows that the model had not learned from.

    Cross-conformal in its plain form (``base`` in MAPIE): the distances come from the models of the inner
    folds, and sets and intervals are laid around the model refitted on all training rows. Numbers: the
    distance is the absolute residual. Classes: it is one less the probability of the true class, with a limit
    for each class from its own rows (label-conditional), so that a rare class is covered as well.

    The theory proves less than the wanted coverage for such a form. It is met in so far as the refitted model
    is no worse than those of the inner folds, which had fewer rows, and is measured on every judged part.
    Recalibration was learned on the same rows; with two parameters that reuse is small.

    With groups, a new row is a row of a new group, each group counts the same, and groups are what there must
    be enough of; for a class, those that have rows of it, each by the share of its rows. With fewer groups
    than ``coverage`` needs at all (9 for 0.9), rows are taken instead, and a new group may be covered less.

    **Learns** one number, or one for each class, from all rows given.

    Parameters
    ----------
    truth
        (n,) class codes, or numbers.
    score
        (n, K) probabilities as they will be given out, or (n,) predicted numbers.
    coverage
        Wanted share, above 0 and below 1.
    groups
        (n,) labels, or None.

    References
    ----------
    Vovk (2015), Annals of Mathematics and Artificial Intelligence 74:9–28; Barber et al. (2021), Annals of
    Statistics 49:486–507. By class: Vovk, Gammerman and Shafer (2005), Algorithmic Learning in a Random
    World, 4.5; Sadinle, Lei and Wasserman (2019), JASA 114:223–234. By group: Lee, Barber and Willett (2023),
    Distribution-free inference with hierarchical data, arXiv:2306.06342.
    """
    if score.ndim == 1:
        parts, distances = [np.arange(len(truth))], np.abs(truth.astype(np.float64) - score)
    else:
        codes = truth.astype(int)
        parts = [np.flatnonzero(codes == k) for k in range(score.shape[1])]
        distances = -score[np.arange(len(codes)), codes]
    everybody = np.arange(len(truth)) if groups is None else np.asarray(groups).astype(str)
    _, group_of, sizes = np.unique(everybody, return_inverse=True, return_counts=True)
    limits: list[float | None] = []
    counts, units = [], []
    for part in parts:
        count = len(np.unique(group_of[part]))
        grouped = count < len(part) and _enough(count, coverage)
        weights = 1 / sizes[group_of[part]] if grouped else None
        limit = conformal_quantile(distances[part], coverage, weights, count)
        limits.append(abs(limit) if np.isfinite(limit) else None)
        counts.append(count if grouped else len(part))
        units.append("groups" if grouped else "rows")
    return Conformal(coverage, tuple(limits), tuple(counts), tuple(units), score.ndim == 2)


def conformal_quantile(
    distances: Array, coverage: float, weights: Array | None = None, groups: int = 0
) -> float:
    """The ⌈coverage · (n + 1)⌉-th smallest of n distances; infinite where there are fewer.

    With weights: the least distance within which lies a share ``coverage`` of all weight, where the new group
    weighs as much as the mean of the others and lies at infinity. Equal weights and groups of one row give
    the same as no weights.

    Parameters
    ----------
    distances
        (n,) how far the truth lay from what was said.
    coverage
        Wanted share.
    weights
        (n,) one over the rows of the row's group, or None.
    groups
        How many groups the rows come from; of no account without weights.

    >>> conformal_quantile(np.arange(1.0, 20.0), 0.9), conformal_quantile(np.arange(8.0), 0.9)
    (18.0, inf)
    """
    if weights is None:
        place = int(np.ceil(coverage * (len(distances) + 1) - 1e-9))
        return float(np.sort(distances)[place - 1]) if place <= len(distances) else float("inf")
    order = np.argsort(distances, kind="stable")
    share = np.cumsum(weights[order]) / weights.sum() * groups / (groups + 1)
    reached = np.flatnonzero(share >= coverage - 1e-9)
    return float(distances[order][reached[0]]) if len(reached) else float("inf")


def _enough(count: int, coverage: float) -> bool:
    return bool(np.ceil(coverage * (count + 1) - 1e-9) <= count)
