"""What class weights and balanced sampling do to ranking and calibration where events are rare.

::

    python -m benchmarks.imbalance            the table of docs/how_to/imbalance.md, some two minutes

The truth is known: log odds are the sum of five of twenty independent columns, moved so that 6 % have the
event. 1,000 rows teach, 20,000 others judge; means over five draws.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from prognome.core.fit import seeded
from prognome.core.recalibration import recalibration
from prognome.model.catalog import MODELS

ROWS, NEW, COLUMNS, TELLING, SHARE, DRAWS = 1_000, 20_000, 20, 5, 0.06, 5
WEIGHED = ("logistic", "svm", "random_forest", "extra_trees", "xgboost", "lightgbm")
ASKED = [
    *((name, weight) for name in WEIGHED for weight in (None, "balanced")),
    ("balanced_forest", None),
    ("balanced_bagging", None),
]


def draw(rng: np.random.Generator, rows: int) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Rows and their classes."""
    X = rng.normal(size=(rows, COLUMNS))
    odds = X[:, :TELLING].sum(axis=1) * 0.6 - 3.45  # about 6 % on average
    return X, (rng.random(rows) < 1 / (1 + np.exp(-odds))).astype(np.intp)


def measure(name: str, weight: str | None) -> list[float]:
    """AUC, mean probability over the share of events, slope, sensitivity and specificity at .5."""
    found = []
    for at in range(DRAWS):
        rng = np.random.default_rng(at)
        (X, y), (new, truth) = draw(rng, ROWS), draw(rng, NEW)
        learner = MODELS.find(name, where="imbalance").load().learner("binary", where="imbalance")
        params = {"class_weight": weight} if weight else {}
        p = seeded(learner.build(params, where=name), at).fit(X, y).predict_proba(new)[:, 1]
        slope = recalibration(truth, np.clip(p, 1e-6, 1 - 1e-6), np.ones((1, NEW)))[1][0]
        called = p > 0.5
        figures = [p.mean() / truth.mean(), slope, called[truth == 1].mean(), 1 - called[truth == 0].mean()]
        found.append([roc_auc_score(truth, p), *figures])
    return [float(one) for one in np.mean(found, axis=0)]


def main() -> None:
    """Print the table."""
    print("| model | class weight | AUC | mean probability / share of events | calibration slope "
          "| sensitivity at .5 | specificity at .5 |")  # fmt: skip
    print("|---|---|---|---|---|---|---|")
    for name, weight in ASKED:
        auc, over, slope, sensitivity, specificity = measure(name, weight)
        row = f"{auc:.3f} | {over:.1f} | {slope:.2f} | {sensitivity:.2f} | {specificity:.2f}"
        print(f"| `{name}` | {weight or 'none'} | {row} |", flush=True)


if __name__ == "__main__":
    main()
