"""How far the means of two samples of one population lie apart by chance, over columns that move together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class MeanDistance:
    """Moments that give the chance of a squared distance between two means, for any two sample sizes.

    Rows are centred and standardised, missing values 0, and scaled so that their mean square is 1. With a the
    square of a row, g the product of two rows, and h, k, l three rows:

    Parameters
    ----------
    pairs, triples
        E g² and E g_hk g_kl g_lh: traces of the squared and cubed covariance, by products of different rows
        alone, so that they hold where columns outnumber rows. For p independent columns 1/p and 1/p², where
        all columns are one 1 and 1.
    squares_variance, squares_third
        Second and third central moment of a: rows with rare levels are far out, and few of them.
    square_with_pair
        Covariance of a and g².
    pairs_third
        E g³.

    References
    ----------
    Bai & Saranadasa (1996), Stat Sinica 6:311 (the distance); Buckley & Eagleson (1988), Aust J Stat 30:150
    (three moments). The cumulants of the quadratic form follow by counting which rows coincide.
    """

    pairs: float
    triples: float
    squares_variance: float
    squares_third: float
    square_with_pair: float
    pairs_third: float

    @classmethod
    def learn(cls, products: Array, squares: Array) -> Self:
        """Estimate the moments.

        **Learns** them from the rows of ``products`` and ``squares``.

        Parameters
        ----------
        products
            (k, k) products of some standardised rows with each other, summed over columns.
        squares
            (n,) squares of all rows, summed over columns.
        """
        scale = max(float(squares.mean()), 1e-12)
        k = len(products)
        off = ~np.eye(k, dtype=bool)
        between = np.where(off, products - products[off].mean(), 0.0) / scale
        own = squares / scale - 1
        diagonal = np.diag(products) / scale
        second = float((between**2).sum()) / (k * (k - 1))
        third = float(((between @ between) * between).sum()) / (k * (k - 1) * (k - 2))
        with_pair = float(((diagonal - diagonal.mean())[:, None] * between**2).sum()) / (k * (k - 1))
        return cls(
            pairs=_plain(min(second, 1.0)),
            triples=_plain(min(max(third, second**2), second**1.5)),
            squares_variance=_plain((own**2).mean()),
            squares_third=_plain((own**3).mean()),
            square_with_pair=_plain(with_pair),
            pairs_third=_plain(float((between * between * between).sum()) / (k * (k - 1))),
        )

    def chance(self, distance: float, m: int, n: int) -> float:
        """Chance of a squared distance as large as this between two samples of one population.

        Parameters
        ----------
        distance
            Divided by its mean under chance.
        m, n
            Rows of the new sample, and of the one the moments and the centre were learned from.
        """
        from scipy.stats import f

        s2, s3 = 1 / m + 1 / n, m**-2 - n**-2
        s4, s6 = m**-3 + n**-3, m**-5 + n**-5
        variance = (s4 * self.squares_variance + 2 * (s2**2 - s4) * self.pairs) / s2**2
        third = (
            s6 * self.squares_third
            + 12 * (s4 * s2 - s6) * self.square_with_pair
            + 4 * (s3**2 - s6) * self.pairs_third
            + 8 * (s2**3 - 3 * s4 * s2 + 2 * s6) * self.triples
        ) / s2**3
        if variance <= 0:
            return 1.0
        skewness = max(third / variance**1.5, np.sqrt(4 * variance))  # at least that of a scaled chi-square
        freedom = 8 / skewness**2
        ratio = 1 + (distance - 1) / np.sqrt(variance) * np.sqrt(2 / freedom)
        return float(f.sf(ratio, freedom, n - 1))  # F, not chi-square: n rows gave the deviations

    def to_mapping(self) -> dict[str, float]:
        """Plain data for JSON."""
        return asdict(self)

    @classmethod
    def from_mapping(cls, data: Mapping[str, Any]) -> Self:
        """What :meth:`to_mapping` wrote."""
        return cls(**{name: float(value) for name, value in data.items()})


def _plain(value: Any) -> float:
    return float(f"{float(value):.6g}")
