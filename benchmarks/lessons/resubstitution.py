"""Resubstitution: a model scored on the rows it learned from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import RepeatedStratifiedKFold
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from benchmarks.lessons.paired import difference, judge, over_folds
from benchmarks.lessons.told import Lesson, Short, Told, show, table
from prognome.core.seeds import seed_of

NUMBERS = ["TMB", "NLR", "Albumin", "Age", "Systemic_therapy_history"]
FOLDS, REPEATS = 5, 5


def models() -> dict[str, Any]:
    """From stiff to supple."""
    seed = seed_of(0, "resubstitution")
    return {
        "logistic regression": LogisticRegression(max_iter=1000),
        "random forest, 5 rows in a leaf": RandomForestClassifier(200, min_samples_leaf=5, random_state=seed),
        "random forest": RandomForestClassifier(200, random_state=seed),
        "nearest neighbour": KNeighborsClassifier(1),
    }


def measure(data: Path) -> Told:
    """The six features of LORIS, fitted and scored on all rows, and cross-validated."""
    frame = pd.read_csv(data / "loris" / "Chowell_train.tsv", sep="\t")
    y = frame["Response"].to_numpy()
    X = frame[[*NUMBERS, "CancerType"]]
    prepare = make_column_transformer(
        (make_pipeline(FunctionTransformer(np.log1p), StandardScaler()), NUMBERS),
        (OneHotEncoder(handle_unknown="ignore"), ["CancerType"]),
    )
    everything = np.arange(len(y))
    rows, short = [], []
    for name, model in models().items():
        learner = make_pipeline(prepare, model)
        again = judge(y, learner.fit(X, y).predict_proba(X), [everything])
        folds = []
        splits = RepeatedStratifiedKFold(n_splits=FOLDS, n_repeats=REPEATS, random_state=seed_of(0, "loris"))
        for number, (train, out) in enumerate(splits.split(X, y)):
            said = np.zeros((len(y), 2))
            said[out] = learner.fit(X.iloc[train], y[train]).predict_proba(X.iloc[out])
            folds += judge(y, said, [out], repeat=1 + number // FOLDS)
        same, honest = over_folds(again, "auc_roc", part="test"), over_folds(folds, "auc_roc")
        bought = show(difference(again, folds, "auc_roc"), signed=True)
        rows.append([name, show(same), show(honest), bought])
        if name in ("logistic regression", "random forest"):
            short.append(Short(f"immunotherapy, {name}: AUC", show(same), show(honest), bought))
    lines = [
        "Six features of 964 patients, AUC for response: on the rows that the model learned from, and "
        f"cross-validated ({FOLDS} folds, {REPEATS} times).",
        "",
        *table(["model", "same rows", "cross-validated", "bought"], rows),
        "A stiff model flatters itself a little, a supple one without limit. The published .741 on the training "
        "cohort lies near the figure on the same rows.",
        "",
        "**In prognome** no score is ever taken from rows that a model learned from: `predictions.tsv` holds "
        "out-of-fold, test and external rows alone.",
        "",
        "Data: Chowell et al. 2022 and Chang et al. 2024, 10.1038/s43018-024-00772-7 (LORIS).",
    ]
    return Told(tuple(short), tuple(lines))


LESSON = Lesson(
    "resubstitution", "Scoring on the rows that taught", "judged by the rows that taught", measure
)
