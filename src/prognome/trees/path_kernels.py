"""The compiled loops of :mod:`prognome.trees.path_shap`. First arguments are those of ``Ensemble``.

With s = 1 - t a column's factor is z s + o t, o 1 where the row passes. An edge gives (o - z) / (z s + o t)
times the sum of the leaves below it, less the same for the edge above that asked that column. For o = 0 that
is -1 / s, so a division by s is put into the weights of the points.
"""

from __future__ import annotations

import numpy as np
from numba import njit

_I = "int32[::1]"
_F = "float64[::1]"
_TREES = f"int64[::1], {_I}, {_F}, uint8[::1], {_I}, {_I}, {_I}, {_F}, float64[:, ::1]"


@njit("boolean(float32, float64, uint8)", inline="always", cache=True, nogil=True)
def _goes_left(x, threshold, missing_left):
    return missing_left == 1 if np.isnan(x) else np.float64(x) <= threshold


@njit(f"void(float32[:, ::1], {_TREES}, {_F}, {_F}, {_F}, float64[:, :, ::1])", cache=True, nogil=True)
def attribute_rows(
    X, start, feature, threshold, missing_left, right, parent, above, share, value, point, rest, weight, out
):
    """Row by row, the quickest for a few: ``out`` is (n, columns, outputs)."""
    points, outputs = len(point), value.shape[1]
    most = np.max(np.diff(start))
    product = np.ones((most, points))
    total = np.empty((most, outputs, points))
    passes = np.ones(most, np.uint8)
    for tree in range(len(start) - 1):
        first, nodes = start[tree], start[tree + 1] - start[tree]
        for row in range(X.shape[0]):
            passes[1:nodes] = 0
            for node in range(nodes):
                at = first + node
                if node > 0:
                    edge, up, z = above[at], parent[at], share[at]
                    on = passes[node]  # whether the row takes this edge at its parent
                    if edge < 0:
                        if on:
                            for q in range(points):
                                product[node, q] = product[up, q] * (z * rest[q] + point[q])
                        else:
                            for q in range(points):
                                product[node, q] = product[up, q] * (z * rest[q])
                    else:
                        before = share[first + edge]
                        if not passes[edge]:
                            passes[node] = 0
                            ratio = z / before
                            for q in range(points):
                                product[node, q] = product[up, q] * ratio
                        elif on:
                            for q in range(points):
                                product[node, q] = product[up, q] * (
                                    (z * rest[q] + point[q]) / (before * rest[q] + point[q])
                                )
                        else:
                            for q in range(points):
                                product[node, q] = product[up, q] * (
                                    z * rest[q] / (before * rest[q] + point[q])
                                )
                asked = feature[at]
                if asked >= 0:
                    if _goes_left(X[row, asked], threshold[at], missing_left[at]):
                        passes[node + 1] = 1
                    else:
                        passes[right[at]] = 1
                    total[node] = 0.0
                else:
                    for k in range(outputs):
                        for q in range(points):
                            total[node, k, q] = value[at, k] * weight[q] * product[node, q]
            for node in range(nodes - 1, 0, -1):
                at = first + node
                edge, up, z = above[at], parent[at], share[at]
                column = feature[first + up]
                if edge < 0:
                    for k in range(outputs):
                        gave = 0.0
                        if passes[node]:
                            for q in range(points):
                                gave += total[node, k, q] * rest[q] / (z * rest[q] + point[q])
                            gave *= 1 - z
                        else:
                            for q in range(points):
                                gave -= total[node, k, q]
                        out[row, column, k] += gave
                elif passes[edge]:
                    before = share[first + edge]
                    for k in range(outputs):
                        gave = 0.0
                        for q in range(points):
                            here = (1 - z) * rest[q] / (z * rest[q] + point[q]) if passes[node] else -1.0
                            gave += total[node, k, q] * (
                                here - (1 - before) * rest[q] / (before * rest[q] + point[q])
                            )
                        out[row, column, k] += gave
                for k in range(outputs):
                    for q in range(points):
                        total[up, k, q] += total[node, k, q]


@njit(
    f"void(float32[:, :, ::1], {_TREES}, {_F}, {_F}, {_F}, float64[:, :, :, ::1])",
    cache=True,
    nogil=True,
)
def attribute_blocks(
    X, start, feature, threshold, missing_left, right, parent, above, share, value, point, rest, weight, out
):
    """Depth first, many rows side by side, so that one instruction serves several of them.

    X is (blocks, columns, lanes), ``out`` is (blocks, columns, outputs, lanes). What belongs to a node is
    kept by its depth: its product, the sum of the leaves below, whether rows pass.
    """
    points, outputs, trees, lanes = len(point), value.shape[1], len(start) - 1, X.shape[2]
    most = np.max(np.diff(start))
    depth = np.zeros(most, np.int64)
    gain = np.empty((most, points))  # 1 / (z s + t)
    deepest = 0
    for tree in range(trees):
        first = start[tree]
        for node in range(1, start[tree + 1] - first):
            depth[node] = depth[parent[first + node]] + 1
            deepest = max(deepest, depth[node])
    product = np.ones((deepest + 1, points, lanes))
    total = np.zeros((deepest + 1, outputs, points, lanes))
    passes = np.ones((deepest + 1, lanes))
    left = np.empty((deepest + 1, lanes))
    gave = np.empty(lanes)
    for tree in range(trees):
        first, nodes = start[tree], start[tree + 1] - start[tree]
        for node in range(1, nodes):
            depth[node] = depth[parent[first + node]] + 1
            for q in range(points):
                gain[node, q] = 1 / (share[first + node] * rest[q] + point[q])
        for block in range(X.shape[0]):
            total[0] = 0.0
            for node in range(nodes):
                at, d = first + node, depth[node]
                asked = feature[at]
                if node > 0:
                    z, edge = share[at], above[at]
                    if right[first + parent[at]] == node:
                        for lane in range(lanes):
                            passes[d, lane] = 1 - left[d - 1, lane]
                    else:
                        for lane in range(lanes):
                            passes[d, lane] = left[d - 1, lane]
                    if edge < 0:
                        for q in range(points):
                            for lane in range(lanes):
                                product[d, q, lane] = product[d - 1, q, lane] * (
                                    z * rest[q] + passes[d, lane] * point[q]
                                )
                    else:
                        e = depth[edge]
                        for lane in range(lanes):
                            passes[d, lane] *= passes[e, lane]
                        for q in range(points):
                            whole = 1 / (share[first + edge] * rest[q])
                            less = gain[edge, q] - whole
                            for lane in range(lanes):
                                product[d, q, lane] = (
                                    product[d - 1, q, lane]
                                    * (z * rest[q] + passes[d, lane] * point[q])
                                    * (whole + passes[e, lane] * less)
                                )
                if asked >= 0:
                    for lane in range(lanes):
                        to_left = _goes_left(X[block, asked, lane], threshold[at], missing_left[at])
                        left[d, lane] = 1.0 if to_left else 0.0
                    for k in range(outputs):
                        for q in range(points):
                            for lane in range(lanes):
                                total[d, k, q, lane] = 0.0
                    continue
                for k in range(outputs):
                    for q in range(points):
                        said = value[at, k] * weight[q]
                        for lane in range(lanes):
                            total[d, k, q, lane] = said * product[d, q, lane]
                done = node
                while done > 0:  # every subtree that ends with this leaf
                    at, d = first + done, depth[done]
                    up, edge = parent[at], above[at]
                    column = feature[first + up]
                    for k in range(outputs):
                        for lane in range(lanes):
                            gave[lane] = 0.0
                        for q in range(points):
                            here = gain[done, q]
                            if edge < 0:
                                for lane in range(lanes):
                                    gave[lane] += total[d, k, q, lane] * (passes[d, lane] * here - 1)
                            else:
                                e, there = depth[edge], gain[edge, q]
                                for lane in range(lanes):
                                    gave[lane] += total[d, k, q, lane] * (
                                        passes[d, lane] * here - passes[e, lane] * there
                                    )
                            for lane in range(lanes):
                                total[d - 1, k, q, lane] += total[d, k, q, lane]
                        for lane in range(lanes):
                            out[block, column, k, lane] += gave[lane]
                    if right[first + up] != done:
                        break
                    done = up


@njit(
    f"void(float32[:, ::1], {_TREES}, {_F}, {_F}, {_F}, {_I}, int64, float64[:, :, :, ::1])",
    cache=True,
    nogil=True,
)
def interact(
    X,
    start,
    feature,
    threshold,
    missing_left,
    right,
    parent,
    above,
    share,
    value,
    point,
    rest,
    weight,
    place,
    longest,
    out,
):
    """Leaf by leaf: the path's columns are few, and pairs are wanted for few columns."""
    points, outputs = len(point), value.shape[1]
    most = np.max(np.diff(start))
    passes = np.ones(most, np.uint8)
    deepest = longest + 1
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
                whole[:] = weight
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
                            factor[d, q] = 1 / (z * rest[q] + o * point[q])
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
                            joint += whole[q] * factor[i, q] * factor[j, q]
                        joint *= effect[i] * effect[j] / 2
                        main -= joint
                        b = place[column[j]]
                        if b >= 0:
                            for k in range(outputs):
                                out[row, a, b, k] += joint * value[at, k]
                    for k in range(outputs):
                        out[row, a, a, k] += main * value[at, k]
