"""Resampling rows, or whole groups of rows, as a matrix of weights."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from prognome.core.delong import unit_codes

Array = NDArray[np.float64]
BLOCKS = 200  # of units left out at once, by the jackknife of many units
_CELLS = 500_000  # of a piece: some megabytes, which a processor keeps near


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
        unit_of = unit_codes(groups)
        units = int(unit_of.max()) + 1
    size = max(1, min(replicates, _CELLS // max(n, 1)))
    for start in range(0, replicates, size):
        count = min(size, replicates - start)
        picks = rng.integers(units, size=(count, units)) + np.arange(count)[:, None] * units
        drawn = np.bincount(picks.ravel(), minlength=count * units).reshape(count, units).astype(np.float64)
        yield drawn if groups is None else drawn[:, unit_of]


def jackknife_weights(n: int, groups: NDArray[Any] | None, blocks: int = BLOCKS) -> Array:
    """(blocks, n) weights that leave out one block of units after another; never more blocks than units."""
    unit_of = np.arange(n) if groups is None else unit_codes(groups)
    units = int(unit_of.max()) + 1 if n else 0
    # units are dealt out, so that neighbours in the table stand in different blocks
    block_of = np.arange(units) % max(1, min(blocks, units))
    return np.asarray(block_of[unit_of][None, :] != np.arange(min(blocks, units))[:, None], dtype=np.float64)


def acceleration(left_out: Array) -> float:
    """Skewness of the jackknife values over six, by which the error of a figure changes with the figure.

    References
    ----------
    Efron (1987), Journal of the American Statistical Association 82:171–185, equation 6.6.
    """
    known = left_out[np.isfinite(left_out)]
    if len(known) < 2:
        return 0.0
    pull = known.mean() - known
    size = float((pull**2).sum())
    return float((pull**3).sum() / (6 * size**1.5)) if size > 0 else 0.0


def bca_interval(
    value: float,
    replicates: Array,
    left_out: Array,
    level: float,
    units: int,
) -> tuple[float, float]:
    """Bias-corrected and accelerated interval, its percentiles widened for the number of units.

    Parameters
    ----------
    value
        The figure on the rows as they are.
    replicates
        The figure on every bootstrap sample; NaN where it is not defined there.
    left_out
        The figure with each block of units left out (``jackknife_weights``).
    level
        Such as .95.
    units
        Units drawn: the normal quantile becomes √(units / (units - 1)) times Student's.

    References
    ----------
    Efron (1987), Journal of the American Statistical Association 82:171–185; widening: Hesterberg (2015),
    The American Statistician 69:371–386.
    """
    from scipy import special

    known = replicates[~np.isnan(replicates)]
    if np.isnan(value) or units < 2 or len(known) < max(1, len(replicates) / 2):
        return (float("nan"), float("nan"))
    below = ((known < value).sum() + (known == value).sum() / 2) / len(known)
    middle = special.ndtri(np.clip(below, 0.5 / len(known), 1 - 0.5 / len(known)))
    reach = special.stdtrit(units - 1, (1 + level) / 2) * np.sqrt(units / (units - 1))
    bend = acceleration(left_out)
    ends = middle + np.array([-reach, reach])
    share = special.ndtr(middle + ends / np.maximum(1 - bend * ends, 0.1))
    low, high = np.quantile(known, share)
    return (float(low), float(high))


def percentile_interval(values: Array, level: float) -> tuple[float, float]:
    """The middle ``level`` of the replicates; NaN where fewer than half of them are defined."""
    known = values[~np.isnan(values)]
    if len(known) < max(1, len(values) / 2):
        return (float("nan"), float("nan"))
    tail = (1 - level) / 2
    low, high = np.quantile(known, [tail, 1 - tail])
    return (float(low), float(high))
