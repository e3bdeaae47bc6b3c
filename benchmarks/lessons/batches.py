"""Batches and classes that go together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import LeaveOneGroupOut, RepeatedStratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks.lessons.paired import judge, mean_over_folds, over_folds
from benchmarks.lessons.told import Lesson, Short, Told, number, show, table
from prognome.core.judged import Judged
from prognome.core.metrics import METRICS
from prognome.core.seeds import seed_of
from prognome.validate.score import JudgedFold

FOLDS, REPEATS = 5, 5


def cross_validate(X: NDArray[np.float64], y: NDArray[Any], splits: Any) -> list[JudgedFold]:
    """Logistic regression on scaled expression."""
    folds = []
    for at, (train, rows) in enumerate(splits):
        model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=5000))
        said = np.zeros((len(y), int(y.max()) + 1))
        said[rows] = model.fit(X[train], y[train]).predict_proba(X[rows])
        folds += judge(y, said, [rows], repeat=1 + at // FOLDS)
    return folds


def measure(data: Path) -> Told:
    """Random folds, a study left out, and a z-score within each study."""
    frame = pd.read_csv(data / "stemcells" / "expression.tsv.gz", sep="\t")
    X = frame.drop(columns=["sample", "study", "cell_type"]).to_numpy(dtype=float)
    y, kinds = pd.factorize(frame["cell_type"], sort=True)
    study = frame["study"].to_numpy()
    corrected = X.copy()
    for one in np.unique(study):
        here = study == one
        corrected[here] = (X[here] - X[here].mean(axis=0)) / (X[here].std(axis=0) + 1e-9)
    rows = []
    for name, values in (("as measured", X), ("z-score within each study", corrected)):
        random = cross_validate(values, y, _random(values, y))
        apart = cross_validate(values, y, LeaveOneGroupOut().split(values, y, study))
        plain = number(mean_over_folds(apart, "balanced_accuracy"))
        places = ", ".join(number(mean_over_folds([fold], "balanced_accuracy")) for fold in apart)
        rows.append(
            [name, show(over_folds(random, "balanced_accuracy")), plain, places, number(_pooled(apart))]
        )
    origin = cross_validate(X, study - 1, _random(X, study - 1))
    mix = pd.crosstab(frame["study"], frame["cell_type"])
    short = [
        Short(
            "stem cells, random folds against a study left out: balanced accuracy",
            rows[0][1],
            rows[0][2],
            _less(rows[0]),
        )
    ]
    lines = [
        f"125 samples of {len(kinds)} kinds of cells from four studies, 400 genes, logistic regression; balanced "
        f"accuracy. Random: {FOLDS} folds, {REPEATS} times. Left out: each study is judged by models of the other "
        "three; with four studies there is no interval worth showing, so each stands by itself.",
        "",
        *table(
            ["expression", "random folds", "a study left out, mean", "by study", "all judged rows together"],
            rows,
        ),
        "The studies hold the kinds in unequal shares:",
        "",
        *table(
            ["study", *map(str, mix.columns)],
            [
                [str(name), *(str(cell) for cell in line)]
                for name, line in zip(mix.index, mix.to_numpy().tolist(), strict=True)
            ],
        ),
        f"The same regression tells the study from the expression with balanced accuracy "
        f"{show(over_folds(origin, 'balanced_accuracy'))}. With random "
        "folds every study has taught, and a judged sample finds its own study again. A z-score within each study takes "
        "away what differs between studies, and with it what differs between the kinds, since a study with "
        "more fibroblasts is moved by its fibroblasts. Where class and batch are one, no arithmetic parts them.",
        "",
        "**In prognome** `rows: {batch: [study]}` lets the guards `batch_is_class` and `origin_predicts` look, gives "
        "the baseline `group_mean`, and `split: {outer: {leave_out: study}}` asks the question that matters (study 5 "
        "of the [results](results.md)).",
        "",
        "Source: Rohart et al. 2017, 10.1186/s12859-017-1553-8 (MINT); Nygaard et al. 2016, "
        "10.1093/biostatistics/kxv027 (batch correction that exaggerates).",
    ]
    return Told(tuple(short), tuple(lines))


def _pooled(folds: list[JudgedFold]) -> float:
    """Balanced accuracy of all judged rows together, as papers on this set give it."""
    truth, said = (
        np.concatenate([getattr(fold.judged, name) for fold in folds]) for name in ("truth", "score")
    )
    return METRICS["balanced_accuracy"].value(Judged(truth, said))


def _random(X: NDArray[np.float64], y: NDArray[Any]) -> Any:
    return RepeatedStratifiedKFold(
        n_splits=FOLDS, n_repeats=REPEATS, random_state=seed_of(0, "batches")
    ).split(X, y)


def _less(row: list[str]) -> str:
    return f"{float('0' + row[1].split()[0]) - float('0' + row[2]):+.3f}".replace("0.", ".", 1)


LESSON = Lesson("batches", "Batch and class that go together", "batch and class go together", measure)
