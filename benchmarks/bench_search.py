"""A nested search over selection and model: ours against scikit-learn's, in one run, at equal scores.

::

    python -m benchmarks.bench_search

Five outer folds, five inner ones, nine candidates: k columns by mutual information (10, 50, 100), C of an RBF
support vector machine (.1, 1, 10), on 500 rows and 500 columns without ties. Peers: ``GridSearchCV`` over a
plain ``Pipeline``, and over ``Pipeline(memory=…)``. Processor seconds of one thread; scores must be equal.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.feature_selection import SelectKBest, mutual_info_classif
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from benchmarks.timing import result
from prognome.core.cohort import Cohort
from prognome.core.fit import fit, seeded
from prognome.core.judged import Judged
from prognome.core.metrics import find_metric
from prognome.core.say import say
from prognome.core.shared_work import SHARED
from prognome.core.space import Choice
from prognome.core.split import inner_folds
from prognome.core.study_models import Tune
from prognome.core.table import Table
from prognome.prepare.fuse import fuse
from prognome.validate.candidate import Candidate
from prognome.validate.search import search
from prognome.validate.trial import best_trial

ROWS = COLUMNS = 500
FOLDS = 5
KS, CS = (10, 50, 100), (0.1, 1.0, 10.0)
GOAL_NAIVE, GOAL_MEMORY = 50, 20
ACCURACY = find_metric("accuracy", "binary")
Scores = list[float]


def mutual_information(X: Any, y: Any) -> Any:
    """scikit-learn's, with the seed of its noise fixed."""
    return mutual_info_classif(X, y, random_state=0)


def data() -> tuple[Any, Any]:
    """Numbers without ties, of which ten tell something, and two classes."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(ROWS, COLUMNS))
    return x, (x[:, :10].sum(axis=1) + 3 * rng.normal(size=ROWS) > 0).astype(np.int64)


def ours(x: Any, y: Any) -> Scores:
    """Accuracy on every outer fold of the setting that its inner folds chose."""
    ids = np.array([f"r{k}" for k in range(ROWS)], dtype=object)
    frame = pd.DataFrame(x, columns=[f"g{k}" for k in range(COLUMNS)])
    cohort = Cohort(ids, {"genes": Table(ids, frame)}, y, ("0", "1")).trace()
    steps = fuse({"genes": [("scale.zscore", {}), ("select.mutual_info", {})]}, ["genes"])
    space = {"prepare__genes__select.mutual_info__k": Choice(KS), "model__C": Choice(CS)}
    candidate = Candidate("svc", Pipeline([("prepare", steps), ("model", SVC())]), 1, space)
    tune = Tune(search="grid", trials=len(KS) * len(CS))
    found = []
    for train, judge in inner_folds(y, None, FOLDS, 1, classes=True):
        learn, asked = cohort.rows(train), cohort.rows(judge)
        pairs = inner_folds(y[train], None, FOLDS, 2, classes=True)
        trials = search(candidate, learn, pairs, metric=ACCURACY, tune=tune, seed=0)
        chosen = seeded(candidate.with_params(best_trial(trials, ACCURACY).params), 0)
        fitted = fit(chosen, learn, learn.target, None)
        found += [trial.mean for trial in trials]
        found.append(ACCURACY.value(Judged(y[judge], say(fitted, asked, 2))))
    return found


def theirs(x: Any, y: Any, memory: str | None) -> Scores:
    """The same by ``GridSearchCV`` on the same folds."""
    pipeline = Pipeline(
        [("scale", StandardScaler()), ("select", SelectKBest(mutual_information)), ("model", SVC())],
        memory=memory,
    )
    grid = {"select__k": list(KS), "model__C": list(CS)}
    found = []
    for train, judge in inner_folds(y, None, FOLDS, 1, classes=True):
        pairs = inner_folds(y[train], None, FOLDS, 2, classes=True)
        searched = GridSearchCV(clone(pipeline), grid, cv=pairs, scoring="accuracy").fit(x[train], y[train])
        found += searched.cv_results_["mean_test_score"].tolist()
        found.append(float(searched.score(x[judge], y[judge])))
    return found


def _timed(do: Callable[[], Scores]) -> tuple[float, Scores]:
    start = time.process_time()
    found = do()
    return time.process_time() - start, found


def main() -> int:
    """Run all three and print the ratios; 1 where scores differ."""
    x, y = data()
    ours(x, y)  # compiles
    SHARED.forget()
    own, scores = _timed(lambda: ours(x, y))
    naive, plain = _timed(lambda: theirs(x, y, None))
    with tempfile.TemporaryDirectory() as folder:
        kept, cached = _timed(lambda: theirs(x, y, folder))
    same = scores == plain == cached
    size = f"{ROWS} rows, {COLUMNS} columns, {FOLDS} × {FOLDS} folds, {len(KS) * len(CS)} settings"
    for name, peer, goal in (("naive", naive, GOAL_NAIVE), ("memory", kept, GOAL_MEMORY)):
        equal = "equal" if same else "DIFFER"
        result(f"nested_search_{name}", own, peer, f"{size}; scores {equal}; goal {goal}")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
