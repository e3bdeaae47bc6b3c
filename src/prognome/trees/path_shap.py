r"""SHAP values of trees, path-dependent, by quadrature: exact, without cancellation, in time leaves × depth.

A leaf with value v is reached with the columns S known with weight :math:`\prod_{j \in S} o_j \prod_{j \notin S}
z_j` over the d columns on its path: :math:`o_j` is 1 where the row passes all edges that ask column j, and :math:`z_j`
is the share of training weight that passes them. The Shapley value is the integral of Owen's multilinear extension,

.. math:: \phi_i = \sum_{leaves} v (o_i - z_i) \int_0^1 \prod_{j \ne i} (z_j (1 - t) + o_j t)\, dt.

The product is a polynomial of degree d - 1, so Gauss and Legendre's rule with d / 2 points gives the integral exactly,
and as every factor is positive nothing cancels. Edges share their sums as in Linear TreeSHAP: products are carried
down the tree, sums of leaves up, and where a column is asked again further down, its earlier factor is replaced.

References
----------
Lundberg et al. (2020), Nature Machine Intelligence 2:56–67 (the values); Yu, Xu, Bifet and Read (2022), Linear
TreeShap, NeurIPS (the pass over edges); Owen (1972), Management Science 18:P64–P79 (the integral).
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from prognome.trees.ensemble import Ensemble

Array = NDArray[np.float64]
_I = "int32[::1]"
_F = "float64[::1]"
LANES = 8  # rows that are reckoned side by side
_TREES = f"int64[::1], {_I}, {_F}, uint8[::1], {_I}, {_I}, {_I}, {_F}, {_I}, float64[:, ::1]"


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
    (n, columns, outputs) values, in the unit of the answer. Over the columns they sum to answer less ``base``.

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
    point, weight = _points(ensemble)
    used, outputs = ensemble.used, value.shape[1]
    blocks = -(-len(rows) // LANES)
    beside = np.zeros((blocks * LANES, len(used)), dtype=np.float32)
    beside[: len(rows)] = rows[:, used]
    beside = np.ascontiguousarray(beside.reshape(blocks, LANES, -1).transpose(0, 2, 1))
    gave = np.zeros((blocks, len(used), outputs, LANES))
    start, feature, *rest = _trees(ensemble, value)
    feature = np.where(feature >= 0, np.searchsorted(used, feature), -1).astype(np.int32)
    _attribute(beside, start, feature, *rest, point, weight, gave)
    out = np.zeros((len(rows), ensemble.columns, outputs))
    out[:, used] = gave.transpose(0, 3, 1, 2).reshape(blocks * LANES, len(used), outputs)[: len(rows)]
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
    point, weight = _points(ensemble)
    out = np.zeros((len(rows), len(wanted), len(wanted), value.shape[1]))
    _interact(rows, *_trees(ensemble, value), point, weight, place, out)
    return np.concatenate([out, -out.sum(axis=3, keepdims=True)], axis=3) if last else out


def _checked(ensemble: Ensemble, X: ArrayLike) -> NDArray[np.float32]:
    rows = np.ascontiguousarray(X, dtype=np.float32)
    if rows.ndim != 2 or rows.shape[1] != ensemble.columns:
        raise ValueError(f"X has shape {rows.shape}; (n, {ensemble.columns}) is needed")
    return rows


def _free_outputs(ensemble: Ensemble) -> tuple[Array, bool]:
    """Values without the last class, whose share is 1 less the others."""
    last = ensemble.classes is not None and ensemble.value.shape[1] > 1
    return (np.ascontiguousarray(ensemble.value[:, :-1]) if last else ensemble.value), last


def _trees(ensemble: Ensemble, value: Array) -> tuple[NDArray[np.generic], ...]:
    e = ensemble
    return (
        *(e.start, e.feature, e.threshold, e.missing_left, e.right),
        *(e.parent, e.above, e.share, e.degree, value),
    )


def _points(ensemble: Ensemble) -> tuple[Array, Array]:
    """(points,) odds t / (1 - t), and (degree + 1, points) weights.

    With odds u a factor is (1 - t)(z + o u). The powers of 1 - t go into the weights of a leaf of that degree.
    """
    deepest = int(ensemble.degree.max())
    node, weight = np.polynomial.legendre.leggauss(max(1, (deepest + 1) // 2))
    t, weight = (node + 1) / 2, weight / 2
    power = np.maximum(np.arange(deepest + 1) - 1, 0)[:, None]
    return t / (1 - t), weight * (1 - t) ** power


@njit("boolean(float32, float64, uint8)", inline="always", cache=True, nogil=True)
def _goes_left(x, threshold, missing_left):  # type: ignore[no-untyped-def]
    return missing_left == 1 if np.isnan(x) else np.float64(x) <= threshold


@njit(f"void(float32[:, :, ::1], {_TREES}, {_F}, float64[:, ::1], float64[:, :, :, ::1])", cache=True, nogil=True)
def _attribute(  # type: ignore[no-untyped-def]
    X, start, feature, threshold, missing_left, right, parent, above, share, degree, value, point, weight, out
):
    """Depth first; eight rows side by side, so that one instruction serves several of them.

    What belongs to a node is kept by its depth: its product, the sum of the leaves below, whether rows pass.
    """
    points, outputs, trees = len(point), value.shape[1], len(start) - 1
    most = np.max(np.diff(start))
    depth = np.zeros(most, np.int64)
    gain = np.empty((most, points))  # (1 + u) / (z + u)
    deepest = 0
    for tree in range(trees):
        first = start[tree]
        for node in range(1, start[tree + 1] - first):
            depth[node] = depth[parent[first + node]] + 1
            deepest = max(deepest, depth[node])
    product = np.ones((deepest + 1, points, LANES))
    total = np.zeros((deepest + 1, outputs, points, LANES))
    passes = np.ones((deepest + 1, LANES))
    left = np.empty((deepest + 1, LANES))
    gave = np.empty(LANES)
    for tree in range(trees):
        first, nodes = start[tree], start[tree + 1] - start[tree]
        for node in range(1, nodes):
            depth[node] = depth[parent[first + node]] + 1
            for q in range(points):
                gain[node, q] = (1 + point[q]) / (share[first + node] + point[q])
        for block in range(X.shape[0]):
            total[0] = 0.0
            for node in range(nodes):
                at, d = first + node, depth[node]
                asked = feature[at]
                if node > 0:
                    z, edge = share[at], above[at]
                    if right[first + parent[at]] == node:
                        for lane in range(LANES):
                            passes[d, lane] = 1 - left[d - 1, lane]
                    else:
                        for lane in range(LANES):
                            passes[d, lane] = left[d - 1, lane]
                    if edge < 0:
                        for q in range(points):
                            for lane in range(LANES):
                                product[d, q, lane] = product[d - 1, q, lane] * (z + passes[d, lane] * point[q])
                    else:
                        e = depth[edge]
                        whole = 1 / share[first + edge]
                        for lane in range(LANES):
                            passes[d, lane] *= passes[e, lane]
                        for q in range(points):
                            less = gain[edge, q] / (1 + point[q]) - whole
                            for lane in range(LANES):
                                product[d, q, lane] = (
                                    product[d - 1, q, lane]
                                    * (z + passes[d, lane] * point[q])
                                    * (whole + passes[e, lane] * less)
                                )
                if asked >= 0:
                    for lane in range(LANES):
                        to_left = _goes_left(X[block, asked, lane], threshold[at], missing_left[at])
                        left[d, lane] = 1.0 if to_left else 0.0
                    total[d] = 0.0
                    continue
                for k in range(outputs):
                    for q in range(points):
                        said = value[at, k] * weight[degree[at], q]
                        for lane in range(LANES):
                            total[d, k, q, lane] = said * product[d, q, lane]
                done = node
                while done > 0:  # every subtree that ends with this leaf
                    at, d = first + done, depth[done]
                    up, edge = parent[at], above[at]
                    column = feature[first + up]
                    for k in range(outputs):
                        gave[:] = 0.0
                        for q in range(points):
                            here = gain[done, q]
                            if edge < 0:
                                for lane in range(LANES):
                                    gave[lane] += total[d, k, q, lane] * (passes[d, lane] * here - 1)
                            else:
                                e, there = depth[edge], gain[edge, q]
                                for lane in range(LANES):
                                    gave[lane] += total[d, k, q, lane] * (
                                        passes[d, lane] * here - passes[e, lane] * there
                                    )
                            for lane in range(LANES):
                                total[d - 1, k, q, lane] += total[d, k, q, lane]
                        for lane in range(LANES):
                            out[block, column, k, lane] += gave[lane]
                    if right[first + up] != done:
                        break
                    done = up


@njit(f"void(float32[:, ::1], {_TREES}, {_F}, float64[:, ::1], {_I}, float64[:, :, :, ::1])", cache=True, nogil=True)
def _interact(  # type: ignore[no-untyped-def]
    X, start, feature, threshold, missing_left, right, parent, above, share, degree, value, point, weight, place, out
):
    """Leaf by leaf: the path's columns are few, and pairs are wanted for few columns."""
    points, outputs = len(point), value.shape[1]
    most = np.max(np.diff(start))
    passes = np.ones(most, np.uint8)
    deepest = weight.shape[0]
    column, factor, effect = np.empty(deepest, np.int32), np.empty((deepest, points)), np.empty(deepest)
    whole = np.empty(points)
    for tree in range(len(start) - 1):
        first, nodes = start[tree], start[tree + 1] - start[tree]
        for row in range(X.shape[0]):
            passes[1:nodes] = 0
            for node in range(nodes):
                at = first + node
                if node > 0 and above[at] >= 0 and not passes[above[at]]:
                    passes[node] = 0
                asked = feature[at]
                if asked >= 0:
                    if _goes_left(X[row, asked], threshold[at], missing_left[at]):
                        passes[node + 1] = 1
                    else:
                        passes[right[at]] = 1
                    continue
                d, edge = 0, node
                wanted = False
                whole[:] = weight[degree[at]]
                while edge > 0:
                    asked = feature[first + parent[first + edge]]
                    new = True
                    for i in range(d):
                        new = new and column[i] != asked
                    if new:
                        z, o = share[first + edge], np.float64(passes[edge])
                        column[d] = asked
                        effect[d] = o - z
                        for q in range(points):
                            factor[d, q] = 1 / (z + o * point[q])
                            whole[q] /= factor[d, q]
                        wanted = wanted or place[asked] >= 0
                        d += 1
                    edge = parent[first + edge]
                if not wanted:
                    continue
                for i in range(d):
                    a = place[column[i]]
                    if a < 0:
                        continue
                    alone = 0.0
                    for q in range(points):
                        alone += whole[q] * factor[i, q]
                    main = effect[i] * alone
                    for j in range(d):
                        if j == i:
                            continue
                        joint = 0.0
                        for q in range(points):
                            # one power of 1 - t fewer than the leaf's weight has: 1 / (1 - t) = 1 + u
                            joint += whole[q] * factor[i, q] * factor[j, q] * (1 + point[q])
                        joint *= effect[i] * effect[j] / 2
                        main -= joint
                        b = place[column[j]]
                        if b >= 0:
                            for k in range(outputs):
                                out[row, a, b, k] += joint * value[at, k]
                    for k in range(outputs):
                        out[row, a, a, k] += main * value[at, k]
