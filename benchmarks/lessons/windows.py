"""DNA windows that stand in train and test, whole or in part."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MaxAbsScaler

from benchmarks.lessons.paired import Span, bootstrap, judge, over_folds
from benchmarks.lessons.told import Lesson, Short, Told, number, show, table
from prognome.check.kmers import take_kmers
from prognome.check.sequences import shared_between
from prognome.core.judged import Judged
from prognome.core.metrics import METRICS
from prognome.core.seeds import seed_of

K = 24
COUNTED = ("tf_0", "tf_3", "mouse_0", "prom_prom_core_tata", "prom_prom_300_tata")
LEARNED = ("tf_0", "prom_prom_300_tata")
PUBLISHED = {"tf_0": (0.720, 0.649), "prom_prom_300_tata": (0.716, 0.430)}


def measure(data: Path) -> Told:
    """Count shared windows in five tasks; score two with and without them."""
    counted, learned, short = [], [], []
    for task in COUNTED:
        train, test = (_read(data, task, part) for part in ("train", "test"))
        shared = shared_between(train["sequence"].tolist(), test["sequence"].tolist(), K)
        dev = _read(data, task, "dev")
        in_dev = shared_between(train["sequence"].tolist(), dev["sequence"].tolist(), K)
        equal = int(test["sequence"].isin(set(train["sequence"])).sum())
        name = task.removeprefix("prom_")
        counted.append(
            [name, f"{len(train):,}", f"{len(test):,}", f"{int(shared.sum())} ({100 * shared.mean():.1f} %)",
             str(equal), f"{100 * in_dev.mean():.1f} %"]
        )  # fmt: skip
        if task in LEARNED:
            said, truth = learn(train, test), test["label"].to_numpy()
            rows = {"all": np.ones(len(test), bool), "without": ~shared, "shared alone": shared}
            folds = {
                key: judge(truth[take], said[take], [np.arange(int(take.sum()))])
                for key, take in rows.items()
            }
            shown = {key: show(over_folds(one, "mcc", part="test")) for key, one in folds.items()}
            copied = copy_labels(train, test.loc[shared])
            right = f"{number(float(np.mean(copied == truth[shared])))} of {int(shared.sum())}"
            larger = float(max(truth[shared].mean(), 1 - truth[shared].mean()))
            learned.append(
                [name, shown["all"], shown["without"], shown["shared alone"], right, number(larger)]
            )
            gained = show(_bought(truth, said, shared), signed=True)
            short.append(
                Short(
                    f"{name}: MCC, all test windows against those not shared",
                    shown["all"],
                    shown["without"],
                    gained,
                )
            )
    tasks = "; ".join(
        f"{task.removeprefix('prom_')} DNABERT-2 {number(large)}, 3–6-mers {number(plain)}"
        for task, (large, plain) in PUBLISHED.items()
    )
    lines = [
        f"Tasks of GUE, standard train, dev and test. A test window is shared if {K} letters in a row, on either "
        "strand, stand in a training window too.",
        "",
        *table(
            ["task", "train", "test", "test windows shared", "exactly equal", "dev windows shared"], counted
        ),
        "A logistic regression on counts of 3- to 6-mers; Matthews correlation. Copying is what a rule gets right of "
        "the shared windows that has learned nothing and takes the label of the training window with the most letters in "
        "common; beside it stands the share of the larger class among them.",
        "",
        *table(
            [
                "task",
                "all test windows",
                "without the shared",
                "the shared alone",
                "copying, right",
                "larger class",
            ],
            learned,
        ),
        f"Others (whole test set): {tasks}.",
        "",
        "Where windows are cut from one genome, promoters of one gene and peaks of one cluster overlap. A score "
        "with them mixes memory with skill; a model of millions of weights has more memory than this one. Which way "
        "the figure moves when they are left out also hangs on whether the shared ones are easy by themselves.",
        "",
        "**In prognome** the guard `shared_sequences` looks for stretches in common, on both strands, before the "
        "split, and keeps such rows together; `shared_between` counts them between two given sets.",
        "",
        "Data: Zhou et al. 2023, 10.48550/arXiv.2306.15006 (DNABERT-2, GUE).",
    ]
    return Told(tuple(short), tuple(lines))


def learn(train: pd.DataFrame, test: pd.DataFrame) -> NDArray[np.float64]:
    """(test rows, 2) probabilities of a logistic regression on k-mer counts."""
    model = make_pipeline(
        CountVectorizer(analyzer="char", ngram_range=(3, 6), lowercase=False, dtype=np.float64),
        MaxAbsScaler(),
        LogisticRegression(C=0.1, max_iter=300),
    )
    fitted = model.fit(train["sequence"], train["label"])
    return np.asarray(fitted.predict_proba(test["sequence"]))


def copy_labels(train: pd.DataFrame, test: pd.DataFrame) -> NDArray[Any]:
    """The label of the training window that shares the most stretches of 24 letters, on either strand."""
    left, right = (take_kmers(part["sequence"].tolist(), K) for part in (train, test))
    begin, end = (np.searchsorted(left.code, right.code, side) for side in ("left", "right"))
    hits: dict[int, Counter[int]] = {}
    for row, first, last in zip(right.row, begin, end, strict=True):
        hits.setdefault(int(row), Counter()).update(left.row[first:last].tolist())
    labels = train["label"].to_numpy()
    return np.array([labels[hits[row].most_common(1)[0][0]] for row in range(len(test))])


def _bought(truth: NDArray[Any], said: NDArray[np.float64], shared: NDArray[np.bool_]) -> Span:
    """MCC of all less MCC without the shared, over bootstrap samples of test windows."""
    judged, figure = Judged(truth, said), METRICS["mcc"]
    kept = (~shared).astype(float)

    def gain(weights: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(figure.weighted(judged, weights) - figure.weighted(judged, weights * kept))

    return bootstrap(gain, len(truth), None, seed_of(0, "windows"))


def _read(data: Path, task: str, part: str) -> pd.DataFrame:
    return pd.read_csv(data / "gue" / f"{task}_{part}.tsv.gz", sep="\t")


LESSON = Lesson(
    "windows", "Windows shared between train and test", "sequences shared between train and test", measure
)
