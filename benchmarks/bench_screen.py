"""Single steps of preparation against scikit-learn (and numpy) in the same run.

::

    OMP_NUM_THREADS=1 python -m benchmarks.bench_screen

Seconds are of the processor, in one thread, so that what else runs on the machine does not count. The loops
are compiled before. Each answer is compared with the peer's.
"""

from __future__ import annotations

import argparse
import resource
import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_selection import (
    RFE,
    f_classif,
    f_regression,
    mutual_info_classif,
    mutual_info_regression,
)
from sklearn.impute import KNNImputer
from sklearn.svm import SVC

from benchmarks.timing import least_seconds, result
from prognome.prepare.impute import NearestImputer
from prognome.screen.anova import anova_f, regression_f
from prognome.screen.correlated import uncorrelated
from prognome.screen.mutual_info import mutual_info_classes, mutual_info_number
from prognome.screen.svm_rfe import svm_rfe_order

MUTUAL_INFO_GOAL = 25.0
ANOVA_GOAL = 15.0  # of a table that no cache holds; reading it once is most of our time
IMPUTE_GOAL = 8.0
RFE_GOAL = 1.5
Array = NDArray[np.float64]


def rows(n: int, p: int, classes: int) -> tuple[Array, NDArray[np.int64], Array]:
    """Simulated columns of which each tenth goes with the class and with the number."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, classes, n)
    X = rng.standard_normal((n, p))
    X[:, ::10] += 0.5 * y[:, None]
    return X, y, X[:, 0] + rng.standard_normal(n)


def against(
    name: str, ours: Callable[[], Any], peer: Callable[[], Any], note: str, *, goal: float, repeats: int = 1
) -> bool:
    """One RESULT line, and whether the goal is met."""
    ours()  # loads what was compiled
    before = least_seconds(ours, 3)
    seconds = least_seconds(peer, repeats)
    return result(name, min(before, least_seconds(ours, 5)), seconds, f"{note}; goal {goal:g}") >= goal


def bench_mutual_info(n: int, p: int) -> bool:
    """Classes and numbers without ties, and dosages."""
    X, y, number = rows(n, p, 2)
    dosages = np.random.default_rng(1).binomial(2, 0.3, X.shape).astype(float)
    what = f"{n} rows, {p} columns"
    few = slice(0, p, 20)
    theirs = mutual_info_classif(X[:, few], y, random_state=0)
    np.testing.assert_allclose(mutual_info_classes(X[:, few], y), theirs, atol=1e-12)
    theirs = mutual_info_regression(X[:, few], number, random_state=0)
    np.testing.assert_allclose(mutual_info_number(X[:, few], number), theirs, atol=1e-12)
    fast = [
        against(
            f"mutual_info_{name}",
            lambda ours=ours, X=X, target=target: ours(X, target),
            lambda peer=peer, X=X, target=target: peer(X, target, random_state=0),
            f"{what}; {note}",
            goal=MUTUAL_INFO_GOAL,
        )
        for name, ours, peer, X, target, note in [
            ("classes", mutual_info_classes, mutual_info_classif, X, y, "equal to 1e-12"),
            ("number", mutual_info_number, mutual_info_regression, X, number, "equal to 1e-12"),
            ("classes_dosages", mutual_info_classes, mutual_info_classif, dosages, y, "no noise"),
            ("number_dosages", mutual_info_number, mutual_info_regression, dosages, number, "no noise"),
        ]
    ]
    return all(fast)


def bench_anova(n: int, p: int) -> bool:
    """Two and five classes, and a number, beside the plain sum of the columns."""
    fast = []
    for classes in (2, 5):
        X, y, number = rows(n, p, classes)
        like = X[:, ::10]
        np.testing.assert_allclose(anova_f(like, y), f_classif(like, y)[0], rtol=1e-10)
        note = f"{n} rows, {p} columns; equal to 1e-10"
        fast.append(
            against(
                f"anova_{classes}_classes_{p}",
                lambda X=X, y=y: anova_f(X, y),
                lambda X=X, y=y: f_classif(X, y),
                note,
                goal=ANOVA_GOAL,
                repeats=3,
            )
        )
    against(
        f"anova_number_{p}",
        lambda: regression_f(X, number),
        lambda: f_regression(X, number),
        note,
        goal=4.0,
        repeats=3,
    )
    reading = least_seconds(lambda: X.sum(axis=0), 5)
    print(f"the sum of the columns by numpy, which is to read them once: {reading:.4f} s", flush=True)
    return all(fast)


def bench_imputation(n: int, p: int) -> bool:
    """A twentieth missing; learning and filling."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n, p))
    X[rng.random(X.shape) < 0.05] = np.nan
    theirs = KNNImputer().fit_transform(X)
    np.testing.assert_allclose(NearestImputer().fit_transform(X), theirs, rtol=1e-12, atol=1e-13)
    return against(
        "impute_knn",
        lambda: NearestImputer().fit(X).transform(X),
        lambda: KNNImputer().fit(X).transform(X),
        f"{n} rows, {p} columns, 5 % missing; equal to 1e-12",
        goal=IMPUTE_GOAL,
        repeats=2,
    )


def plain_filter(X: Array, threshold: float) -> NDArray[np.bool_]:
    """The matrix of all correlations by numpy, and a loop over its rows."""
    like = np.abs(np.corrcoef(X, rowvar=False)) > threshold
    stays = np.ones(X.shape[1], dtype=bool)
    for column in range(X.shape[1]):
        if stays[column]:
            stays[column + 1 :] &= ~like[column, column + 1 :]
    return stays


def bench_correlated(n: int, p: int) -> None:
    """All columns by ourselves; a fifth of them against numpy, whose matrix would be too large."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n, p))
    X[:, 1::4] = X[:, ::4] + rng.uniform(0.05, 0.6, p // 4) * X[:, 1::4]
    few = X[:, : p // 5]
    np.testing.assert_array_equal(uncorrelated(few), plain_filter(few, 0.95))
    against(
        "correlated",
        lambda: uncorrelated(few),
        lambda: plain_filter(few, 0.95),
        f"{n} rows, {p // 5} columns; the same kept",
        goal=1.0,
    )
    block, other = X.T[:512].astype(np.float32), X.T[:4096].astype(np.float32)
    blas = least_seconds(lambda: block @ other.T, 5) * p * p / 2 / (len(block) * len(other))
    seconds = least_seconds(lambda: uncorrelated(X), 1)
    result("correlated_wide", seconds, blas, f"{n} rows, {p} columns; peer: the bare float32 products")


def bench_rfe(n: int, p: int) -> bool:
    """scikit-learn's own machine, solved as exactly; one column at a time."""
    X, y, _ = rows(n, p, 2)
    ranking = RFE(SVC(kernel="linear", tol=1e-8), n_features_to_select=1).fit(X, y).ranking_
    np.testing.assert_array_equal(ranking[svm_rfe_order(X, y, c=1.0, step=1)], np.arange(1, p + 1))
    return against(
        "svm_rfe",
        lambda: svm_rfe_order(X, y, c=1.0, step=1),
        lambda: RFE(SVC(kernel="linear"), n_features_to_select=1).fit(X, y),
        f"{n} rows, {p} columns, one at a time; the order of SVC solved to 1e-8",
        goal=RFE_GOAL,
    )


def main() -> int:
    """Print the RESULT lines; exit status 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=500)
    parser.add_argument("--columns", type=int, default=2000, help="of mutual information; others follow")
    options = parser.parse_args()
    n, p = options.rows, options.columns
    warnings.simplefilter("ignore")
    fast = [
        bench_mutual_info(n, p),
        bench_anova(n, 10 * p),
        bench_anova(n, p),
        bench_imputation(n, p // 2),
        bench_rfe(n // 5, p // 2),
    ]
    bench_correlated(n, 10 * p)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of this process {peak_mb:.0f} MB")
    return 0 if all(fast) else 1


if __name__ == "__main__":
    sys.exit(main())
