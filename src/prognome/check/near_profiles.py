"""Rows whose profiles of many measured numbers are nearly the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

from prognome.check.row_cells import CHUNK, Cells, standardised

REFERENCE = 2000
NEIGHBOUR = 5
FEW_DIMENSIONS = 8
NEARBY, NEARBY_OF_MANY, MANY = 0.5, 0.1, 20_000
SAME = 0.99  # correlation of standardised profiles
MOSTLY = 0.8  # of finely measured cells are equal to the last digit


def nearest_rows(projected: NDArray[np.float32], rows: NDArray[np.intp], seed: int) -> NDArray[np.intp]:
    """(m, 2) each of these rows with the nearest others, the smaller first, each pair once.

    At most three others, none further than half of the usual distance, or than a tenth among more than 20,000
    rows.
    """
    if len(rows) < 2:
        return np.empty((0, 2), dtype=np.intp)
    rng = np.random.default_rng(seed)
    few = projected[rows] @ rng.normal(size=(projected.shape[1], FEW_DIMENSIONS)).astype(np.float32)
    usual = float(np.sqrt(2 * few.astype(np.float64).var(axis=0).sum()))
    nearby = NEARBY if len(rows) <= MANY else NEARBY_OF_MANY
    near = cKDTree(few).query(few, k=min(4, len(rows)), distance_upper_bound=nearby * usual)[1]
    pairs = np.column_stack([np.repeat(np.arange(len(rows)), near.shape[1]), near.ravel()])
    pairs = pairs[(pairs[:, 1] < len(rows)) & (pairs[:, 0] != pairs[:, 1])]
    return np.unique(np.sort(rows[pairs], axis=1), axis=0).astype(np.intp)


def distances(projected: NDArray[np.float32], pairs: NDArray[np.intp]) -> NDArray[np.float64]:
    """(m,) between the two rows of each pair."""
    found = np.empty(len(pairs))
    for start in range(0, len(pairs), 50_000):
        part = pairs[start : start + 50_000]
        found[start : start + len(part)] = np.linalg.norm(
            projected[part[:, 0]] - projected[part[:, 1]], axis=1
        )
    return found


def correlations(cells: Cells, columns: NDArray[np.intp], pairs: NDArray[np.intp]) -> NDArray[np.float64]:
    """(m,) correlation of the standardised profiles of the two rows of each pair."""
    rows, place = np.unique(pairs, return_inverse=True)
    place = place.reshape(pairs.shape)
    sums = np.zeros((5, len(pairs)))
    part_of = replace(cells, numbers=cells.numbers[rows], categories=cells.categories[rows])
    for start in range(0, len(columns), CHUNK):
        part = standardised(part_of, columns[start : start + CHUNK]).astype(np.float64)
        one, two = part[place[:, 0]], part[place[:, 1]]
        sums += [one.sum(1), two.sum(1), (one * one).sum(1), (two * two).sum(1), (one * two).sum(1)]
    a, b, aa, bb, ab = sums
    p = len(columns)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.nan_to_num((p * ab - a * b) / np.sqrt((p * aa - a * a) * (p * bb - b * b)))


def equal_share(cells: Cells, columns: NDArray[np.intp], pairs: NDArray[np.intp]) -> NDArray[np.float64]:
    """(m,) share of these columns in which the two rows of a pair are equal to the last digit."""
    found = np.zeros(len(pairs))
    for start in range(0, len(columns), CHUNK):
        part = columns[start : start + CHUNK]
        for at in range(0, len(pairs), 10_000):
            one, two = pairs[at : at + 10_000].T
            found[at : at + 10_000] += (
                cells.numbers[np.ix_(one, part)] == cells.numbers[np.ix_(two, part)]
            ).sum(1)
    return found / max(len(columns), 1)


def expect_as_near(
    projected: NDArray[np.float32], pairs: NDArray[np.intp], apart: NDArray[np.float64], seed: int
) -> NDArray[np.float64]:
    r"""How many rows, by coincidence, lie as near to a row as its partner does.

    The number of rows within a distance grows like its m-th power, m the intrinsic dimension of the data:
    within d there are :math:`K (d / R)^m`, where R is the distance to the K-th neighbour. Both come from the
    other rows, so that clusters and columns that depend on each other count.

    Parameters
    ----------
    projected
        (n, dimensions) rows.
    pairs
        (m, 2) rows.
    apart
        (m,) their distances.
    seed
        Of the sample of 2,000 rows that stand for all.

    References
    ----------
    Levina and Bickel 2004, Maximum likelihood estimation of intrinsic dimension; Facco et al. 2017,
    10.1038/s41598-017-11873-y.
    """
    n = len(projected)
    sample = np.arange(n)
    if n > REFERENCE:
        sample = np.sort(np.random.default_rng(seed).choice(n, REFERENCE, replace=False))
    scale = n / len(sample)
    k = min(NEIGHBOUR, (len(sample) - 3) // 2)
    if k < 1:
        return np.full(len(pairs), np.inf)
    own = np.sort(cdist(projected[sample], projected[sample]), axis=1)[:, 1:]
    with np.errstate(divide="ignore", invalid="ignore"):
        growth = own[:, 2 * k - 1] / own[:, k - 1]
        dimension = np.log(2) / np.log(growth[np.isfinite(growth) & (growth > 1)])
    power = float(np.median(dimension)) if len(dimension) else 0.0
    found = np.empty(len(pairs))
    for start in range(0, len(pairs), 2000):
        part = slice(start, start + 2000)
        away = cdist(projected[pairs[part, 0]], projected[sample])
        away[(sample == pairs[part, 0][:, None]) | (sample == pairs[part, 1][:, None])] = np.inf
        radius = np.partition(away, k - 1, axis=1)[:, k - 1]
        with np.errstate(divide="ignore", invalid="ignore"):
            found[part] = k * scale * np.minimum(apart[part] / radius, 1) ** power
    return np.where(np.isnan(found), np.inf, found)
