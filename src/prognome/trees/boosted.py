"""XGBoost's trees as contiguous arrays, so that pairs of a few columns cost what they cost in a forest.

XGBoost's own pairs are reckoned for all columns at once, in time that grows with their number.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from prognome.trees.ensemble import Ensemble, Tree, join_trees


def flatten_boosted(raw: bytes | bytearray, rounds: int = 0) -> Ensemble:
    """Take the trees out of a boosted model.

    Parameters
    ----------
    raw
        What ``Booster.save_raw("json")`` gives.
    rounds
        How many rounds count, as after early stopping; 0: all.

    Returns
    -------
    The trees; their sum is the margin less the model's ``base_score``, one output a class. Missing values go
    where XGBoost sends them, and weight is the sum of hessians, as in its own SHAP values.

    Raises
    ------
    TypeError
        If the model is no sum of trees (linear, or with dropped trees), asks categories, or a leaf holds
        several numbers.
    ValueError
        If a node has no training weight: what is expected there is not defined.
    """
    learner = json.loads(bytes(raw))["learner"]
    booster = learner["gradient_booster"]
    if booster["name"] != "gbtree":
        raise TypeError(f"a booster of kind {booster['name']} is no sum of trees")
    model, said = booster["model"], learner["learner_model_param"]
    # rounds grow one tree a class and parallel tree
    ends = model.get("iteration_indptr")
    stop = ends[rounds] if rounds and ends else len(model["trees"])
    groups = model["tree_info"]
    outputs = max(groups) + 1
    singles = [_tree(one, groups[at], outputs) for at, one in enumerate(model["trees"][:stop])]
    return join_trees(singles, classes=None, columns=int(said["num_feature"]))


def _tree(one: Mapping[str, Any], group: int, outputs: int) -> Tree:
    left, right = (np.asarray(one[f"{side}_children"], dtype=np.int32) for side in ("left", "right"))
    if any(one.get("split_type", ())) or int(one["tree_param"].get("size_leaf_vector", "1")) > 1:
        raise TypeError("trees that ask categories, or whose leaves hold several numbers, are not served")
    leaf = left < 0
    # the condition of a leaf is what it says
    given: NDArray[np.float32] = np.asarray(one["split_conditions"], dtype=np.float32)
    value = np.zeros((len(left), outputs))
    value[leaf, group] = given[leaf]
    # XGBoost goes left below the threshold, an Ensemble at it too: the next number of float32 down
    return Tree(
        left,
        right,
        np.asarray(one["split_indices"], dtype=np.int64),
        np.nextafter(given, np.float32(-np.inf)).astype(np.float64),
        np.asarray(one["default_left"], dtype=np.uint8),
        np.asarray(one["sum_hessian"], dtype=np.float64),
        value,
    )
