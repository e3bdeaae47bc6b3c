"""Resampling rows, or whole groups of rows, as a matrix of weights."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_CELLS = 4_000_000


def replicate_weights(n: int, groups: NDArray[Any] | None, replicates: int, seed: int) -> Iterator[Array]:
    """How often each row stands in each bootstrap sample.

    Parameters
    ----------
    n
        Rows.
    groups
        (n,) labels; whole groups are drawn, since rows of one family or patient are not independent.
    replicates
        Samples in all.
    seed
        The same seed gives the same samples, so models scored with it are compared on equal samples.

    Yields
    ------
    Pieces (k, n) of the weight matrix, in bounded memory.

    References
    ----------
    Efron and Tibshirani (1993), An Introduction to the Bootstrap; clusters: Field and Welsh (2007),
    Journal of the Royal Statistical Society B 69:369–390.
    """
    rng = np.random.default_rng(seed)
    units, unit_of = n, np.arange(n)
    if groups is not None:
        labels, unit_of = np.unique(np.asarray(groups).astype(str), return_inverse=True)
        units = len(labels)
    size = max(1, min(replicates, _CELLS // max(n, 1)))
    for start in range(0, replicates, size):
        count = min(size, replicates - start)
        drawn = rng.multinomial(units, np.full(units, 1 / units), size=count)
        yield drawn[:, unit_of].astype(np.float64)


def percentile_interval(values: Array, level: float) -> tuple[float, float]:
    """The middle ``level`` of the replicates; NaN where fewer than half of them are defined."""
    known = values[~np.isnan(values)]
    if len(known) < max(1, len(values) / 2):
        return (float("nan"), float("nan"))
    tail = (1 - level) / 2
    low, high = np.quantile(known, [tail, 1 - tail])
    return (float(low), float(high))
