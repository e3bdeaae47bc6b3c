"""Kinship from genotypes, and what belongs together because of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.stats import norm

Pairs = NDArray[np.intp]

ROWS = 512
CALL_ERROR = 0.1
BLOCKS = 25
SAMPLED_PAIRS = 2000


@dataclass(frozen=True, eq=False)
class Kin:
    """Pairs of rows above a threshold of kinship.

    Parameters
    ----------
    pairs
        (m, 2) positions, the smaller first, in order.
    kinship
        (m,) kinship coefficients: .5 for the same person or identical twins, .25 first degree, .125 second.
    """

    pairs: Pairs
    kinship: NDArray[np.float64]


def king_robust(dosages: ArrayLike, *, threshold: float) -> Kin:
    r"""Pairs whose kinship reaches a threshold, by the estimator that is robust to ancestry.

    .. math:: \phi_{ij} = \frac{1}{2} - \frac{\sum_v (g_{iv} - g_{jv})^2}{4 \min(N^i_{Aa}, N^j_{Aa})}

    over variants called in both, which is the paper's estimator between families written with squared
    differences: they are 1 where one of two is heterozygous, 4 where both are opposite homozygotes.

    Parameters
    ----------
    dosages
        (n, variants) alternative alleles, 0, 1 or 2, NaN for missing. Dosages within .1 of a whole number
        count as called, the others as missing.
    threshold
        Least kinship of the pairs that are given.

    Returns
    -------
    Pairs in order of position. Memory grows with n × variants (1 byte each), never with n².

    References
    ----------
    Manichaikul et al. 2010, Bioinformatics 26:2867, equation 11.

    >>> twins = [[0, 1, 2, 1], [0, 1, 2, 1], [2, 1, 0, 0]]
    >>> king_robust(twins, threshold=0.354).pairs.tolist()
    [[0, 1]]
    """
    calls = call_genotypes(dosages)
    n = len(calls)
    complete = bool((calls >= 0).all())
    pairs: list[Pairs] = []
    values: list[NDArray[np.float64]] = []
    with np.errstate(divide="ignore", invalid="ignore"):
        for start in range(0, n, ROWS):
            mine = _Counts.of(calls[start : start + ROWS])
            for other in range(start, n, ROWS):
                theirs = mine if other == start else _Counts.of(calls[other : other + ROWS])
                kinship = _kinship(mine, theirs, complete=complete)
                found = kinship >= threshold
                if other == start:
                    found = np.triu(found, 1)
                i, j = np.nonzero(found)
                pairs.append(np.column_stack([i + start, j + other]).astype(np.intp))
                values.append(kinship[i, j].astype(np.float64))
    both, phi = np.concatenate(pairs), np.concatenate(values)
    order = np.lexsort((both[:, 1], both[:, 0]))
    return Kin(both[order], phi[order])


def call_genotypes(dosages: ArrayLike) -> NDArray[np.int8]:
    """(n, variants) 0, 1, 2, and -1 for what is missing or further than .1 from a whole number."""
    values = np.asarray(dosages)
    if values.dtype == np.int8:
        return values
    calls = np.full(values.shape, -1, dtype=np.int8)
    for start in range(0, len(values), ROWS):
        part = values[start : start + ROWS].astype(np.float64)
        near = np.rint(part)
        with np.errstate(invalid="ignore"):
            good = (np.abs(part - near) <= CALL_ERROR) & (near >= 0) & (near <= 2)
        calls[start : start + ROWS][good] = near[good].astype(np.int8)
    return calls


@dataclass(frozen=True)
class Noise:
    """How far chance alone moves the kinship of unrelated people.

    Parameters
    ----------
    error
        Standard error of the estimate for two unrelated people of like ancestry.
    pairs
        About how many pairs of rows are of like ancestry; others lie below 0 and cannot mislead.
    """

    error: float
    pairs: float

    def false_pairs(self, threshold: float) -> float:
        """Unrelated pairs that chance lifts over a threshold, on average.

        >>> round(Noise(0.06, 499_500).false_pairs(0.177))
        794
        """
        return self.pairs * float(norm.sf(threshold / self.error)) if self.error > 0 else 0.0


def measure_noise(dosages: ArrayLike, *, seed: int = 0) -> Noise:
    r"""The noise of :func:`king_robust` with these variants, in this order, for these people.

    The standard error is the larger of two: that of independent variants in Hardy–Weinberg proportions,
    :math:`\sqrt{\sum 12 p^2 q^2} / \sum 4pq` (.87/√variants where all are equally frequent), and that of a
    jackknife over 25 runs of neighbouring variants in a sample of pairs, which sees linkage.

    Parameters
    ----------
    dosages
        (n, variants) as in :func:`king_robust`; the columns in the order of the genome.
    seed
        Of the sample of pairs.
    """
    calls = call_genotypes(dosages)
    n, variants = calls.shape
    count = np.zeros(variants, dtype=np.int64)
    called = np.zeros(variants, dtype=np.int64)
    for start in range(0, n, ROWS):
        part = calls[start : start + ROWS]
        count += np.maximum(part, 0).sum(axis=0, dtype=np.int64)
        called += (part >= 0).sum(axis=0)
    p = count / np.maximum(2 * called, 1)
    pq = p * (1 - p)
    total = n * (n - 1) / 2
    if n < 2 or not pq.any():
        return Noise(np.inf, total)
    plain = float(np.sqrt(12 * (pq**2).sum()) / (4 * pq.sum()))
    if variants < 2 * BLOCKS:
        return Noise(plain, total)
    rng = np.random.default_rng(seed)
    i = rng.integers(0, n, SAMPLED_PAIRS)
    j = (i + rng.integers(1, n, SAMPLED_PAIRS)) % n
    kinship, error = _jackknife(calls[i], calls[j])
    like = np.isfinite(error) & (kinship >= 0)
    if not like.any():
        return Noise(plain, total / SAMPLED_PAIRS)
    linked = float(np.sqrt((error[like] ** 2).mean()))
    return Noise(max(plain, linked), total * min(1.0, 2 * float(like.mean())))


def _jackknife(
    first: NDArray[np.int8], second: NDArray[np.int8]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(pairs,) kinship and its standard error over runs of neighbouring variants."""
    both = (first >= 0) & (second >= 0)
    squares = np.where(both, (first - second) ** 2, 0)
    edges = np.linspace(0, first.shape[1], BLOCKS + 1).astype(int)[:-1]
    distance, one, two = (
        np.add.reduceat(part.astype(np.int64), edges, axis=1)
        for part in (squares, (first == 1) & both, (second == 1) & both)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        whole = 0.5 - distance.sum(axis=1) / (4 * np.minimum(one.sum(axis=1), two.sum(axis=1)))
        left = 0.5 - _less_one(distance) / (4 * np.minimum(_less_one(one), _less_one(two)))
        return whole, np.sqrt((BLOCKS - 1) * left.var(axis=1))


def connected(pairs: ArrayLike, n: int) -> NDArray[np.intp]:
    """(n,) the component of each row, numbered by first appearance; a row in no pair is one by itself.

    >>> connected([[0, 2], [2, 3]], 5).tolist()
    [0, 1, 0, 0, 2]
    """
    both = np.asarray(pairs, dtype=np.intp).reshape(-1, 2)
    graph = coo_array((np.ones(len(both), dtype=np.int8), (both[:, 0], both[:, 1])), shape=(n, n))
    labels = connected_components(graph, directed=False)[1]
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[inverse].astype(np.intp)


def merge(groups: ArrayLike | None, pairs: ArrayLike, n: int) -> NDArray[np.object_]:
    """Declared groups, joined where a pair links two of them.

    Parameters
    ----------
    groups
        (n,) labels, None where a row belongs to no group; None where nothing was declared.
    pairs
        (m, 2) positions that belong together.
    n
        Number of rows.

    Returns
    -------
    (n,) text labels. Groups that were joined carry the label of the earliest row that had one; rows that had
    none and are linked to no group get a label of their own, ``linked 7``, by the place of the first.

    >>> merge(["a", "b", None, None], [[1, 2]], 4).tolist()
    ['a', 'b', 'b', 'linked 4']
    """
    declared = np.full(n, None, dtype=object) if groups is None else np.asarray(groups, dtype=object)
    if len(declared) != n:
        raise ValueError(f"{len(declared)} groups for {n} rows")
    whole = connected(np.concatenate([_chains(declared), np.asarray(pairs, dtype=np.intp).reshape(-1, 2)]), n)
    taken = {label for label in declared.tolist() if label is not None}
    names: dict[int, str] = {}
    for component, label in zip(whole.tolist(), declared.tolist(), strict=True):
        if label is not None:
            names.setdefault(component, label)
    for place, component in enumerate(whole.tolist(), start=1):
        if component not in names:
            name = f"linked {place}"
            while name in taken:
                name += "'"
            names[component] = name
    return np.array([names[component] for component in whole.tolist()], dtype=object)


def _chains(labels: NDArray[np.object_]) -> Pairs:
    """Pairs of consecutive rows with the same label."""
    last: dict[object, int] = {}
    pairs: list[tuple[int, int]] = []
    for place, label in enumerate(labels.tolist()):
        if label is not None:
            if label in last:
                pairs.append((last[label], place))
            last[label] = place
    return np.array(pairs, dtype=np.intp).reshape(-1, 2)


def _less_one(blocks: NDArray[np.int64]) -> NDArray[np.int64]:
    total: NDArray[np.int64] = blocks.sum(axis=1, keepdims=True) - blocks
    return total


@dataclass(frozen=True, eq=False)
class _Counts:
    """Rows of genotypes as ``float32``, whose products are whole numbers and exact below 2²⁴."""

    dosage: NDArray[np.float32]
    square: NDArray[np.float32]
    called: NDArray[np.float32]
    heterozygous: NDArray[np.float32]

    @classmethod
    def of(cls, calls: NDArray[np.int8]) -> _Counts:
        dosage = np.maximum(calls, 0).astype(np.float32)
        return cls(dosage, dosage**2, (calls >= 0).astype(np.float32), (calls == 1).astype(np.float32))


def _kinship(mine: _Counts, theirs: _Counts, *, complete: bool) -> NDArray[np.float32]:
    """(rows, rows) kinship; -inf where one of two has no heterozygous call among those of both."""
    if complete:
        squares = mine.square.sum(axis=1)[:, None] + theirs.square.sum(axis=1)
        hets = np.minimum(mine.heterozygous.sum(axis=1)[:, None], theirs.heterozygous.sum(axis=1))
    else:
        squares = mine.square @ theirs.called.T + mine.called @ theirs.square.T
        hets = np.minimum(mine.heterozygous @ theirs.called.T, mine.called @ theirs.heterozygous.T)
    squares -= 2 * (mine.dosage @ theirs.dosage.T)
    kinship: NDArray[np.float32] = np.where(hets > 0, 0.5 - squares / (4 * hets), -np.inf)
    return kinship
