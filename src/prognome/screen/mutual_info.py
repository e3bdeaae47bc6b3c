r"""Mutual information of many columns with classes or with a number, from nearest neighbours.

Equals scikit-learn's ``mutual_info_classif`` and ``mutual_info_regression`` where no two values and no two
distances are equal. Where some are, as with dosages and counts, scikit-learn parts them by random noise.
Here there is none: equally near points are taken in every order, and the mean over the orders is given, which
is about the mean of scikit-learn's estimates over its seeds, in whatever order the rows stand. Where the k
nearest of a point equal it, t values are equal and :math:`t_c` of them of its class, it gives
:math:`\psi(n) + \psi(t_c) - \psi(n_c) - \psi(t)`; with a number such points count as Gao et al. have it.
Where points are as far along both axes at once, as where a column of counts is the target, the mean is
approximate, and may lie some hundredths of a nat beside what scikit-learn gives with any seed. Classes of up
to seven rows differ as well: there scikit-learn's distances are those of a matrix product, rounded too far to
show its noise.

References
----------
Kraskov, Stögbauer and Grassberger (2004), Estimating mutual information, Physical Review E 69:066138.
Ross (2014), Mutual information between discrete and continuous data sets, PLoS ONE 9(2):e87357.
Gao, Kannan, Oh and Viswanath (2017), Estimating mutual information for discrete-continuous mixtures, NeurIPS.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import digamma

from prognome.screen.blocks import blocks_of, number_each, one_each, refuse_unusable, table
from prognome.screen.neighbour_kernels import of_classes, of_numbers

Array = NDArray[np.float64]


def mutual_info_classes(X: ArrayLike, classes: ArrayLike, *, neighbours: int = 3) -> Array:
    """Mutual information of each column with the class of the rows.

    Parameters
    ----------
    X
        (n, p) numbers.
    classes
        (n,) class of each row, of any kind that can be sorted. Rows whose class no other has are left out.
    neighbours
        How many nearest of the same class set the distance; fewer in a class that has fewer.

    Returns
    -------
    (p,) nats, from 0 up; 0 for a constant column, and where no class has two rows.

    Raises
    ------
    ValueError
        If shapes do not fit, a number is missing or infinite, or ``neighbours`` is below 1.

    Examples
    --------
    >>> mutual_info_classes([[0.0, 5.0], [0, 5], [1, 5], [1, 5]], [0, 0, 1, 1]).round(3).tolist()
    [0.833, 0.0]
    """
    values = table(X)
    codes = np.unique(one_each(classes, len(values)), return_inverse=True)[1]
    if neighbours < 1:
        raise ValueError(f"neighbours={neighbours}; expected 1 or more")
    out = np.zeros(values.shape[1])
    rows = np.flatnonzero(np.bincount(codes)[codes] > 1)
    if not len(rows):
        return out
    every = len(rows) == len(codes)
    codes = np.unique(codes[rows], return_inverse=True)[1].astype(np.int32)
    start = np.concatenate([[0], np.bincount(codes).cumsum()])
    psi = _psi(len(rows))
    for which, block in blocks_of(values):
        refuse_unusable(block)
        by_column = np.ascontiguousarray(block.T if every else block[rows].T)
        order = np.argsort(by_column, axis=1)
        ascending = np.take_along_axis(by_column, order, axis=1)
        of_classes(ascending, order, codes, start, neighbours, psi, out[which])
    return np.maximum(out, 0.0)


def mutual_info_number(X: ArrayLike, target: ArrayLike, *, neighbours: int = 3) -> Array:
    """Mutual information of each column with a number.

    Parameters
    ----------
    X
        (n, p) numbers.
    target
        (n,) the number of each row.
    neighbours
        How many nearest rows, by the larger of the two differences, set the distance; 1, 2 or 3, below n.

    Returns
    -------
    (p,) nats, from 0 up; 0 for a constant column or target.

    Raises
    ------
    ValueError
        If shapes do not fit, a number is missing or infinite, or ``neighbours`` is not 1, 2 or 3 and below n.

    Examples
    --------
    >>> x = np.array([0.0, 1.0, 2.5, 4.3, 6.5, 9.0, 12.5, 17.0])
    >>> mutual_info_number(np.column_stack([x, np.ones(8)]), x * x).round(3).tolist()
    [0.491, 0.0]
    """
    values = table(X)
    y = number_each(target, len(values))
    if not 1 <= neighbours <= 3 or neighbours >= len(y):
        raise ValueError(f"neighbours={neighbours}, {len(y)} rows; expected 1, 2 or 3, and more rows")
    out = np.zeros(values.shape[1])
    if y.min() == y.max():
        return out
    psi = _psi(len(y))
    order_y = np.argsort(y, kind="stable")
    sorted_y = y[order_y]
    spread_y, equal_y = sorted_y.std(), _equal_pairs(sorted_y[None])[0]
    for which, block in blocks_of(values):
        refuse_unusable(block)
        by_column = np.ascontiguousarray(block.T)
        ascending = np.sort(by_column, axis=1)
        spread = ascending.std(axis=1)  # of the sorted, so that the order of rows cannot round it otherwise
        spread[spread == 0] = 1.0
        made = out[which]
        by_target = (
            _equal_pairs(ascending) >= equal_y
        )  # the window runs along the axis with fewer equal values
        along = np.flatnonzero(by_target)
        part = np.empty(len(along))
        of_numbers(
            sorted_y,
            np.ascontiguousarray(by_column[np.ix_(along, order_y)]),
            np.ascontiguousarray(ascending[along]),
            spread_y / spread[along],
            neighbours,
            psi,
            part,
        )
        made[along] = part
        for place in np.flatnonzero(~by_target):
            order = np.argsort(by_column[place], kind="stable")
            of_numbers(
                ascending[place],
                y[order][None],
                sorted_y[None],
                np.array([spread[place] / spread_y]),
                neighbours,
                psi,
                made[place : place + 1],
            )
    return np.maximum(out, 0.0)


def _equal_pairs(ascending: Array) -> NDArray[np.intp]:
    """(q,) how many neighbours in each sorted column are equal."""
    return np.count_nonzero(ascending[:, 1:] == ascending[:, :-1], axis=1)


def _psi(n: int) -> Array:
    return np.concatenate([[0.0], digamma(np.arange(1.0, n + 3))])
