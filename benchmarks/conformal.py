"""Measured coverage of prediction intervals and prediction sets, in worlds whose truth is known.

Learners are fitted, judged out of fold, refitted, and asked about new rows (of new groups), as a run does it.
Grouped worlds have families of 1 to 20 rows with an effect that no feature tells. Printed are the share of
new rows covered, of the rarest class too; the same with each group counted alike (``groups alike``); that of
a limit that takes rows for independent (``naive``); the size of the answer; and the log loss before and after
recalibration.

::

    OMP_NUM_THREADS=1 python benchmarks/conformal.py
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsRegressor

from prognome.core.metrics import METRICS
from prognome.core.rule import Rule
from prognome.core.say import say
from prognome.core.seeds import seed_of
from prognome.core.split import inner_folds
from prognome.core.study_judge import Judge

WANTED = 0.9
FEATURES = 12
NEW = 1_000
SHARES = {"binary": np.array([0.8, 0.2]), "multiclass": np.array([0.6, 0.3, 0.1])}
LEARNERS: dict[str, dict[str, Callable[[], Any]]] = {
    "classes": {
        "logistic": lambda: LogisticRegression(max_iter=500),
        "naive_bayes": GaussianNB,
        "forest": lambda: RandomForestClassifier(40, min_samples_leaf=2, random_state=0),
    },
    "number": {
        "ridge": lambda: Ridge(),
        "neighbours": lambda: KNeighborsRegressor(7),
        "forest": lambda: RandomForestRegressor(40, max_features=0.4, min_samples_leaf=2, random_state=0),
    },
}


@dataclass(frozen=True, eq=False)
class Rows:
    """Some rows of a world: features, truth, families."""

    X: NDArray[np.float64]
    y: NDArray[Any]
    groups: NDArray[np.intp]

    def take(self, at: NDArray[np.intp]) -> Rows:
        """These rows alone."""
        return Rows(self.X[at], self.y[at], self.groups[at])


def draw(kind: str, n: int, grouped: bool, rng: np.random.Generator) -> Rows:
    """Rows of a world; two features are copies with noise, so that naive Bayes is too sure of itself."""
    groups = np.arange(n)
    if grouped:
        sizes = np.minimum(rng.geometric(0.25, size=n), 20)
        groups = np.repeat(np.arange(n), sizes)[:n]
    X = rng.normal(size=(n, FEATURES))
    X[:, 4:8] = X[:, :4] + 0.3 * rng.normal(size=(n, 4))
    family = rng.normal(size=n)[groups] if grouped else np.zeros(n)
    signal = X[:, 0] + 0.7 * X[:, 1] * (X[:, 2] > 0) + 0.5 * X[:, 3]
    if kind == "number":
        return Rows(X, 30 + 5 * signal + 4 * family + 3 * rng.standard_t(5, n), groups)
    pull = np.outer(signal + family, np.linspace(0, 1.8, len(SHARES[kind])))
    return Rows(X, (pull + np.log(SHARES[kind]) + rng.gumbel(size=pull.shape)).argmax(axis=1), groups)


def judge_once(kind: str, make: Callable[[], Any], train: Rows, new: Rows, folds: int) -> dict[str, float]:
    """Learn a rule as a run does, and measure it on new rows."""
    classes = 0 if kind == "number" else len(SHARES[kind])
    grouped = len(np.unique(train.groups)) < len(train.y)
    labels = train.groups if grouped else None
    pairs = inner_folds(train.y, labels, folds, 0, classes=bool(classes))
    said = [say(make().fit(train.X[a], train.y[a]), train.X[b], classes) for a, b in pairs]
    judged = train.take(np.concatenate([b for _, b in pairs]))
    refitted = say(make().fit(train.X, train.y), new.X, classes)
    rules = [
        Rule.learn(judged.y, np.concatenate(said), kind=kind, judge=Judge(coverage=WANTED), groups=groups)
        for groups in (judged.groups if grouped else None, None)
    ]
    told, naive = (rule.judged(new.y, refitted) for rule in rules)
    covered = told.covered
    if covered is None or naive.covered is None:
        return {}
    size = "interval_width" if kind == "number" else "set_size"
    found = {
        "covered": float(covered.mean()),
        "groups alike": float(np.mean([covered[new.groups == g].mean() for g in np.unique(new.groups)])),
        "naive": float(naive.covered.mean()),
        "size": METRICS[size].value(told),
    }
    if classes:
        found["rarest class"] = float(covered[new.y == classes - 1].mean())
        plain = Rule.nothing(kind).judged(new.y, refitted)
        found["log loss before"] = METRICS["log_loss"].value(plain)
        found["after"] = METRICS["log_loss"].value(told)
    return found


def measure(
    kind: str, learner: str, n: int, *, grouped: bool, times: int, folds: int
) -> tuple[dict[str, float], float]:
    """Means over worlds, and the standard error of the coverage."""
    make = LEARNERS["number" if kind == "number" else "classes"][learner]
    rows = []
    for at in range(times):
        rng = np.random.default_rng(seed_of(0, kind, n, grouped, at))
        train, new = draw(kind, n, grouped, rng), draw(kind, NEW, grouped, rng)
        if kind == "number" or np.bincount(train.y, minlength=len(SHARES[kind])).min() >= folds:
            rows.append(judge_once(kind, make, train, new, folds))
    rows = [row for row in rows if row]
    means = {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}
    return means, float(np.std([row["covered"] for row in rows]) / np.sqrt(len(rows)))


def cells(sizes: list[int]) -> Iterator[tuple[str, bool, int, str]]:
    """Every kind of target, grouped or not, size and learner."""
    for kind in ("number", "binary", "multiclass"):
        for grouped in (False, True):
            for n in sizes:
                for learner in LEARNERS["number" if kind == "number" else "classes"]:
                    yield kind, grouped, n, learner


def main() -> int:
    """Print one RESULT line a cell; 1 if a cell from 200 rows on covers less than the wanted share by .02."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[80, 200, 500, 2000])
    parser.add_argument("--rows", type=int, default=10_000, help="training rows in all for each cell")
    parser.add_argument("--folds", type=int, default=3)
    options = parser.parse_args()
    worst = 1.0
    for kind, grouped, n, learner in cells(options.sizes):
        times = int(np.clip(options.rows / n, 10, 100))
        found, error = measure(kind, learner, n, grouped=grouped, times=times, folds=options.folds)
        told = ", ".join(f"{name} {value:.3f}" for name, value in found.items())
        world = f"{kind} {'grouped' if grouped else 'rows'} n={n} {learner}"
        print(f"RESULT conformal {world}: {told} (se {error:.3f}, {times} worlds)", flush=True)
        if n >= 200:
            worst = min(worst, found["groups alike"] if grouped else found["covered"])
    print(f"RESULT conformal least coverage from 200 rows on: {worst:.3f} (wanted {WANTED})")
    return 0 if worst >= WANTED - 0.02 else 1


if __name__ == "__main__":
    sys.exit(main())
