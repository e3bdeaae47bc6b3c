r"""SHAP values of trees, path-dependent, by quadrature: exact, in time leaves × depth.

A leaf with value v lies below d different columns. With the columns S known its weight is the product of
:math:`o_j` over S and of :math:`z_j` over the others: :math:`o_j` is 1 where the row passes all edges that
ask column j, :math:`z_j` is the share of training weight that passes them. The Shapley value is the integral
of Owen's multilinear extension,

.. math:: \phi_i = \sum_{leaves} v (o_i - z_i) \int_0^1 \prod_{j \ne i} (z_j (1 - t) + o_j t)\, dt.

The product is a polynomial of degree d - 1 with factors between 0 and 1, so the rule of Gauss and Legendre
with d / 2 points gives its integral to rounding, however long the path. (shap 0.51, which extends and
unwinds Shapley's weights, missed the answer of a chain of 40 columns by 8e-8, and of 80 columns by 1e4.)
Edges share their sums as in Linear TreeSHAP: products go down the tree, sums of leaves go up, and where a
column is asked again its factor is replaced.

References
----------
Lundberg et al. (2020), Nature Machine Intelligence 2:56–67 (the values); Yu, Xu, Bifet and Read (2022),
Linear TreeShap, NeurIPS (the passes); Owen (1972), Management Science 18:P64–P79 (the integral).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from prognome.trees.ensemble import Ensemble
from prognome.trees.path_kernels import attribute_blocks, attribute_rows, interact

Array = NDArray[np.float64]
LANES = 64  # most rows that are reckoned side by side
FEW_ROWS = 4  # fewer are reckoned one by one


def path_shap(ensemble: Ensemble, X: ArrayLike) -> Array:
    """What each column gave to each answer.

    Parameters
    ----------
    ensemble
        Trees of :func:`prognome.trees.ensemble.flatten`.
    X
        (n, columns) rows; cast to float32, as scikit-learn does. NaN for missing.

    Returns
    -------
    (n, columns, outputs) values, in the unit of the answer; over columns they sum to the answer less
    ``base``.

    Raises
    ------
    ValueError
        If X has not as many columns as the trees were fitted on.

    Examples
    --------
    >>> from sklearn.tree import DecisionTreeRegressor
    >>> from prognome.trees.ensemble import flatten
    >>> trees = flatten(DecisionTreeRegressor().fit([[0.0, 5], [1, 5], [2, 5]], [0, 0, 3]))
    >>> path_shap(trees, [[2.0, 5.0]])[0, :, 0].tolist()
    [2.0, 0.0]
    """
    rows = _checked(ensemble, X)
    value, last = _free_outputs(ensemble)
    used = ensemble.used
    trees = (*_trees(ensemble, ensemble.place, value), *_points(ensemble))
    asked = np.ascontiguousarray(rows[:, used])
    out = np.zeros((len(rows), ensemble.columns, value.shape[1]))
    if len(rows) < FEW_ROWS:
        gave = np.zeros((len(rows), len(used), value.shape[1]))
        attribute_rows(asked, *trees, gave)
        out[:, used] = gave
    else:
        out[:, used] = _in_blocks(asked, trees, value.shape[1])
    return np.concatenate([out, -out.sum(axis=2, keepdims=True)], axis=2) if last else out


def path_interactions(ensemble: Ensemble, X: ArrayLike, columns: ArrayLike) -> Array:
    r"""What pairs of a few columns gave together, beyond what each gave alone.

    Parameters
    ----------
    ensemble, X
        As in :func:`path_shap`.
    columns
        (m,) numbers of the columns whose pairs are wanted.

    Returns
    -------
    (n, m, m, outputs), symmetric: a pair's joint effect is halved between (i, j) and (j, i). On the diagonal
    stands what a column gave alone: its SHAP value less its halves with **all** other columns, also those not
    wanted.

    References
    ----------
    Lundberg et al. (2020), Nature Machine Intelligence 2:56–67, SHAP interaction values.
    """
    rows = _checked(ensemble, X)
    wanted = np.asarray(columns, dtype=np.int64)
    place = np.full(ensemble.columns, -1, dtype=np.int32)
    place[wanted] = np.arange(len(wanted))
    if len(np.unique(wanted)) != len(wanted):
        raise ValueError("columns are given twice; each is wanted once")
    value, last = _free_outputs(ensemble)
    point, rest, weight = _points(ensemble)
    out = np.zeros((len(rows), len(wanted), len(wanted), value.shape[1]))
    longest = int(ensemble.degree.max())
    # pairs divide by both factors themselves, and take the weights as they are
    interact(
        rows, *_trees(ensemble, ensemble.feature, value), point, rest, weight * rest, place, longest, out
    )
    return np.concatenate([out, -out.sum(axis=3, keepdims=True)], axis=3) if last else out


def _in_blocks(rows: NDArray[np.float32], trees: tuple[NDArray[np.generic], ...], outputs: int) -> Array:
    n, columns = rows.shape
    blocks = -(-n // LANES)
    lanes = -(-n // blocks)
    X = np.zeros((blocks * lanes, columns), dtype=np.float32)
    X[:n] = rows
    X = np.ascontiguousarray(X.reshape(blocks, lanes, columns).transpose(0, 2, 1))
    gave = np.zeros((blocks, columns, outputs, lanes))
    attribute_blocks(X, *trees, gave)
    return gave.transpose(0, 3, 1, 2).reshape(blocks * lanes, columns, outputs)[:n]


def _checked(ensemble: Ensemble, X: ArrayLike) -> NDArray[np.float32]:
    rows = np.ascontiguousarray(X, dtype=np.float32)
    if rows.ndim != 2 or rows.shape[1] != ensemble.columns:
        raise ValueError(f"X has shape {rows.shape}; (n, {ensemble.columns}) is needed")
    return rows


def _free_outputs(ensemble: Ensemble) -> tuple[Array, bool]:
    """Values without the last class, whose share is 1 less the others."""
    last = ensemble.classes is not None and ensemble.value.shape[1] > 1
    return (np.ascontiguousarray(ensemble.value[:, :-1]) if last else ensemble.value), last


def _trees(ensemble: Ensemble, column: NDArray[np.int32], value: Array) -> tuple[NDArray[np.generic], ...]:
    e = ensemble
    return (
        *(e.start, column, e.threshold, e.missing_left, e.right),
        *(e.parent, e.above, e.share, value),
    )


def _points(ensemble: Ensemble) -> tuple[Array, Array, Array]:
    """(points,) t, 1 - t, and weights over 1 - t, of the rule that is exact for the longest path."""
    deepest = int(ensemble.degree.max())
    node, weight = np.polynomial.legendre.leggauss(max(1, (deepest + 1) // 2))
    t, rest = (1 + node) / 2, (1 - node) / 2
    return t, rest, weight / 2 / rest
