"""SHAP values of a forest against shap's TreeExplainer in the same run.

::

    OMP_NUM_THREADS=1 python -m benchmarks.bench_trees

Seconds are of the processor, in one thread, so that what else runs on the machine does not count. The loops
are compiled before.
"""

from __future__ import annotations

import argparse
import resource
import sys
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier

from benchmarks.timing import least_seconds, result
from prognome.trees.ensemble import flatten
from prognome.trees.path_shap import path_interactions, path_shap

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import shap

RATIO_GOAL = 6.0
PATIENT_GOAL_MS = 4.0


def forest(trees: int, depth: int, rows: int, columns: int, classes: int) -> tuple[Any, NDArray[np.float64]]:
    """A forest on simulated rows, of which a few columns matter."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((rows, columns))
    score = X[:, 0] + X[:, 1] * X[:, 2] + rng.standard_normal(rows)
    y = np.digitize(score, np.quantile(score, np.arange(1, classes) / classes))
    return RandomForestClassifier(trees, max_depth=depth, random_state=0).fit(X, y), X


def bench(model: Any, X: NDArray[np.float64], name: str) -> bool:
    """A whole table, one patient, and pairs; values equal to 1e-10."""
    explainer = shap.TreeExplainer(model, feature_perturbation="tree_path_dependent")
    trees = flatten(model)
    path_shap(trees, X[:8])  # loads what was compiled
    peer = least_seconds(lambda: explainer.shap_values(X, check_additivity=False), 2)
    seconds = least_seconds(lambda: path_shap(trees, X), 5)
    wanted = explainer.shap_values(X, check_additivity=False)
    np.testing.assert_allclose(path_shap(trees, X), wanted, atol=1e-10, rtol=0)
    nodes = len(trees.feature) / trees.trees
    what = f"{trees.trees} trees of {nodes:.0f} nodes, {len(X)} rows, {X.shape[1]} columns"
    ratio = result(f"shap_{name}", seconds, peer, f"{what}; goal {RATIO_GOAL:.0f}; equal to 1e-10")

    one = least_seconds(lambda: path_shap(trees, X[:1]), 20)
    peer = least_seconds(lambda: explainer.shap_values(X[:1], check_additivity=False), 5)
    result(f"shap_{name}_one_patient", one, peer, f"{1000 * one:.2f} ms; goal {PATIENT_GOAL_MS:.0f} ms")
    flat = least_seconds(lambda: flatten(model), 3)
    print(f"flattening the forest, once a model: {1000 * flat:.0f} ms", flush=True)
    return ratio >= RATIO_GOAL and 1000 * one <= PATIENT_GOAL_MS


def bench_pairs(model: Any, X: NDArray[np.float64], name: str) -> None:
    """All pairs of columns."""
    explainer = shap.TreeExplainer(model, feature_perturbation="tree_path_dependent")
    trees, every = flatten(model), np.arange(X.shape[1])
    np.testing.assert_allclose(
        path_interactions(trees, X, every), explainer.shap_interaction_values(X), atol=1e-10, rtol=0
    )
    seconds = least_seconds(lambda: path_interactions(trees, X, every), 3)
    peer = least_seconds(lambda: explainer.shap_interaction_values(X), 1)
    result(
        f"pairs_{name}", seconds, peer, f"all pairs of {X.shape[1]} columns, {len(X)} rows; equal to 1e-10"
    )


def main() -> int:
    """Print the RESULT lines; exit status 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trees", type=int, default=300)
    parser.add_argument("--depth", type=int, default=12)
    parser.add_argument("--rows", type=int, default=500)
    parser.add_argument("--columns", type=int, default=200)
    options = parser.parse_args()
    size = (options.trees, options.depth, options.rows, options.columns)
    model, X = forest(*size, classes=2)
    fast = bench(model, X, "two_classes")
    bench_pairs(model, X[:4], "two_classes")
    many, X = forest(*size, classes=3)
    bench(many, X, "three_classes")
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of this process {peak_mb:.0f} MB")
    return 0 if fast else 1


if __name__ == "__main__":
    sys.exit(main())
