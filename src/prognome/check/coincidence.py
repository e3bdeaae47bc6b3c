"""How many rows would equal a given row by coincidence, and which equal rows that does not explain."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import poisson

REFERENCE = 2000
NEAREST = (30, 300)
SAMPLED = 400
IMPLAUSIBLE = 0.01  # rows with such a partner in a cohort like this
EXCESS = 1e-3
DOUBT = 3.0  # by so much the expected number of pairs may be too low


class Coincidence:
    r"""The expected number of rows that agree with a given row in all groups of columns.

    The rows that differ from it in exactly k groups, m of them, tell how many differ in none: each of those
    groups has odds against agreement, so that about m divided by the sum, over all choices of k groups, of
    the products of their odds agree in all. The odds come from the rows most like this one, where agreement
    is commoner if columns depend on each other, and are never longer than over all pairs of rows. Of all k
    the smallest number counts, with (m + 1) for m.

    Parameters
    ----------
    codes
        (n, groups) content of each group of columns, as a number.
    whole
        (n,) content of the row, as a number.
    seed
        Of the sample of 2,000 rows that stand for all.
    """

    def __init__(self, codes: NDArray[np.uint64], whole: NDArray[np.uint64], seed: int) -> None:
        n, self._groups = codes.shape
        self._codes = codes
        self._seed = seed
        sample = np.arange(n)
        if n > REFERENCE:
            sample = np.sort(np.random.default_rng(seed).choice(n, REFERENCE, replace=False))
        self._sample, self._reference = sample, codes[sample]
        repeated = _equal_pairs(whole)
        pairs = n * (n - 1) / 2
        self._collision = np.array(
            [(_equal_pairs(codes[:, g]) - repeated) / pairs for g in range(self._groups)]
        )

    def expect(
        self,
        rows: NDArray[np.intp],
        apart: NDArray[np.intp] | None = None,
        partner: NDArray[np.intp] | None = None,
    ) -> NDArray[np.float64]:
        """(m,) how many other rows agree with each of these in all but so many groups.

        Parameters
        ----------
        rows
            (m,) positions.
        apart
            (m,) in how many groups its partner differs; by default in none.
        partner
            (m,) that partner, which is left out of the reckoning.
        """
        apart = np.zeros(len(rows), dtype=np.intp) if apart is None else apart
        partner = rows if partner is None else partner
        asked = zip(rows.tolist(), apart.tolist(), partner.tolist(), strict=True)
        return np.array([self._expect(row, differ, other) for row, differ, other in asked])

    def explain(
        self, rows: NDArray[np.intp], apart: NDArray[np.intp], partner: NDArray[np.intp]
    ) -> NDArray[np.bool_]:
        """(m,) whether coincidence explains that a row and its partner agree.

        It does not where a cohort like this would have .01 such rows. Nor does it where there are far more
        equal pairs than expected among rows as rare as these: at least ten times, with a probability below
        .001 (Poisson, three times the expected number). The expected number comes from 400 rows drawn at
        random, which stand for all.
        """
        n = len(self._codes)
        expected = self.expect(rows, apart, partner)
        strange = n * expected < IMPLAUSIBLE
        equal = np.flatnonzero(apart == 0)
        if len(equal) and not strange[equal].all():
            drawn = np.random.default_rng(self._seed + 1).choice(n, min(n, SAMPLED), replace=False)
            usual = np.sort(self.expect(drawn))
            scale = n / len(drawn) / 2
            order = equal[np.argsort(expected[equal], kind="stable")]
            ranked = expected[order]
            within = np.searchsorted(usual, ranked, side="right")
            total = scale * np.r_[0, np.cumsum(usual)][within] + scale * 3 * ranked
            seen = np.arange(1, len(order) + 1)
            beyond = (poisson.sf(seen - 1, DOUBT * total) < EXCESS) & (seen >= 10 * total)
            if beyond.any():
                strange[order[: np.flatnonzero(beyond)[-1] + 1]] = True
        return ~strange

    def _expect(self, row: int, differ: int, other: int) -> float:
        agree = self._reference == self._codes[row]
        unlike = self._groups - agree.sum(axis=1)
        use = (unlike > 0) & (self._sample != row) & (self._sample != other)
        agree, unlike = agree[use], unlike[use]
        if not len(unlike) or differ >= self._groups or self._groups < 2:
            return np.inf
        share = np.maximum(agree.mean(axis=0), 2 * self._collision)
        order = np.argsort(unlike, kind="stable")[: NEAREST[-1]]
        for k in NEAREST:
            if k <= len(unlike):
                count = agree[order[:k]].sum(axis=0)
                share = np.maximum(share, (count - np.sqrt(count)) / k)
        pairs = len(self._codes) * (len(self._codes) - 1) / 2
        share = np.clip(share, 1 / pairs, 0.999)
        products = _symmetric((1 - share) / share)
        seen = np.bincount(unlike, minlength=self._groups + 1) * (len(self._codes) / len(self._sample))
        later = slice(differ + 1, None)
        return float(((seen[later] + 1) / products[later]).min() * products[differ])


def _symmetric(odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """(groups + 1,) sums of products of all choices of 0, 1, 2, … odds."""
    sums = np.zeros(len(odds) + 1)
    sums[0] = 1
    for value in odds.tolist():
        sums[1:] += sums[:-1] * value
    return sums


def _equal_pairs(codes: NDArray[np.uint64]) -> float:
    count = np.unique(codes, return_counts=True)[1].astype(np.float64)
    return float((count * (count - 1)).sum() / 2)
