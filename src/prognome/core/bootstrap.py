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

    known = _known(value, replicates, units)
    if known is None:
        return (float("nan"), float("nan"))
    middle = _share_below(known, value)
    reach = special.stdtrit(units - 1, (1 + level) / 2) * np.sqrt(units / (units - 1))
    bend = acceleration(left_out)
    ends = middle + np.array([-reach, reach])
    share = special.ndtr(middle + ends / np.maximum(1 - bend * ends, 0.1))
    low, high = np.quantile(known, share)
    return (float(low), float(high))


def bca_p_value(value: float, replicates: Array, left_out: Array, units: int) -> float:
    """Two-sided p that the figure is 0: one minus the level at which ``bca_interval`` just touches 0.

    Where 0 lies beyond all replicates their percentiles say no more than that p is small. It is then what
    the outermost replicate gives, or Student's of their standard deviation where that is smaller.

    Parameters
    ----------
    value, replicates, left_out, units
        As for ``bca_interval``.

    Returns
    -------
    NaN where the interval is, and where all replicates are alike and not 0.

    References
    ----------
    Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 15: the achieved significance level
    of the BCa interval; widening: Hesterberg (2015), The American Statistician 69:371–386.
    """
    from scipy import special

    known = _known(value, replicates, units)
    if known is None or (np.ptp(known) == 0 and known[0] != 0):
        return float("nan")
    widened = np.sqrt(units / (units - 1))

    def two_sided(deviates: float) -> float:
        return float(2 * special.stdtr(units - 1, -abs(deviates) / widened))

    middle, bend = _share_below(known, value), acceleration(left_out)
    # percentiles that are 0: several where replicates are tied there
    lowest, highest = special.ndtri(_percentiles_of_nought(np.sort(known)))
    centre = middle + middle / max(1 - bend * middle, 0.1)  # of the interval that has no width
    edge = special.ndtri(0.5 / len(known))
    nought = float(np.clip(np.clip(centre, lowest, highest), edge, -edge))
    away = nought - middle
    turned = 1 + bend * away
    # turned below 0: the interval leaves out 0 at every level
    p = two_sided(away / min(turned, 10) - middle) if turned > 0 else 0.0
    if known.min() > 0 or known.max() < 0:
        p = min(p, two_sided(value / float(known.std(ddof=1))))
    return p


def _known(value: float, replicates: Array, units: int) -> Array | None:
    """The replicates that are defined; None where fewer than half are, or nothing can be said."""
    known = replicates[~np.isnan(replicates)]
    enough = not np.isnan(value) and units >= 2 and len(known) >= max(1, len(replicates) / 2)
    return known if enough else None


def _share_below(known: Array, value: float) -> float:
    """Normal deviate of the share of replicates below the figure, of ties half."""
    from scipy import special

    below = ((known < value).sum() + (known == value).sum() / 2) / len(known)
    return float(special.ndtri(np.clip(below, 0.5 / len(known), 1 - 0.5 / len(known))))


def _percentiles_of_nought(ordered: Array) -> tuple[float, float]:
    """Least and largest share at which ``np.quantile`` gives 0; 0 or 1 where it lies beyond all."""
    steps = max(len(ordered) - 1, 1)
    first, last = int((ordered < 0).sum()), int((ordered <= 0).sum()) - 1
    if first <= last:
        return (first / steps, last / steps)
    if last < 0 or first == len(ordered):
        return (float(last >= 0),) * 2
    share = (last + ordered[last] / (ordered[last] - ordered[first])) / steps
    return (float(share), float(share))


def percentile_interval(values: Array, level: float) -> tuple[float, float]:
    """The middle ``level`` of the replicates; NaN where fewer than half of them are defined."""
    known = values[~np.isnan(values)]
    if len(known) < max(1, len(values) / 2):
        return (float("nan"), float("nan"))
    tail = (1 - level) / 2
    low, high = np.quantile(known, [tail, 1 - tail])
    return (float(low), float(high))
