"""Scores that were themselves trained on labels such as the target."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import RepeatedStratifiedKFold

from benchmarks.lessons.paired import difference, judge, over_folds
from benchmarks.lessons.told import Lesson, Short, Told, show, table
from prognome.check.label_trained import score_of
from prognome.core.seeds import seed_of
from prognome.validate.score import JudgedFold

FOLDS, REPEATS = 5, 5
NEVER = ["CHROM", "POS", "REF", "ALT", "gene", "HGVSc", "HGVSp", "key", "pathogenic", "AF_Adj", "gnomAD_AF"]
NAMED = ["MetaSVM_score", "MetaLR_score", "VEST3_score", "MCAP", "REVEL"]


def cross_validate(X: pd.DataFrame, y: NDArray[Any]) -> list[JudgedFold]:
    """A forest on some of the columns; gaps filled with the median of the training rows."""
    folds = []
    splits = RepeatedStratifiedKFold(n_splits=FOLDS, n_repeats=REPEATS, random_state=seed_of(0, "scores"))
    for number, (train, rows) in enumerate(splits.split(X, y)):
        middle = X.iloc[train].median()
        forest = RandomForestClassifier(200, random_state=seed_of(0, "forest", number))
        said = np.zeros((len(y), 2))
        said[rows] = forest.fit(X.iloc[train].fillna(middle), y[train]).predict_proba(
            X.iloc[rows].fillna(middle)
        )
        folds += judge(y, said, [rows], repeat=1 + number // FOLDS)
    return folds


def measure(data: Path) -> Told:
    """With all scores, without five, without all that the shipped list names."""
    rows, short = [], []
    for name in ("arrhythmia", "cardiomyopathy"):
        frame = pd.read_csv(data / "cardioboost" / f"{name}_train.tsv", sep="\t")
        y, X = frame["pathogenic"].to_numpy(), frame.drop(columns=NEVER)
        listed = [column for column in X if (score := score_of(str(column))) is not None and score.trained]
        sets = {
            "all scores": X,
            "without five meta-scores": X.drop(columns=NAMED),
            f"without all {len(listed)} on the list": X.drop(columns=listed),
            "five meta-scores alone": X[NAMED],
        }
        folds = {label: cross_validate(columns, y) for label, columns in sets.items()}
        everything = folds["all scores"]
        for label, one in folds.items():
            shown = [show(over_folds(one, metric)) for metric in ("average_precision", "auc_roc")]
            bought = (
                ""
                if one is everything
                else show(difference(everything, one, "average_precision"), signed=True)
            )
            rows.append([name, label, str(sets[label].shape[1]), *shown, bought])
            if "on the list" in label:
                honest = show(over_folds(everything, "average_precision"))
                short.append(Short(f"{name}, with and without: average precision", honest, shown[0], bought))
    lines = [
        "Variants of inherited arrhythmia (308) and cardiomyopathy (440), pathogenic or not, from scores of other "
        f"tools. A random forest, {FOLDS} folds, {REPEATS} times. REVEL, MetaSVM, MetaLR, VEST3 and M-CAP were trained "
        "on variants from the same literature as these labels; so, in part, were PolyPhen-2, FATHMM and others.",
        "",
        *table(["data", "features", "columns", "average precision", "AUC", "bought by the rest"], rows),
        "The difference mixes what circularity buys with what such scores really know. Nor does a small difference "
        "clear a table: scores copy one another, and many of those that are left were tuned on the same literature. The "
        "table itself cannot tell; only variants can that were judged after the scores were made.",
        "",
        "**In prognome** the guard `label_trained_scores` knows such scores by name, with what each was trained on; "
        "studies 10 and 11 of the [results](results.md) stand with and without five of them.",
        "",
        "Source: Grimm et al. 2015, 10.1002/humu.22768. Data: Zhang et al. 2021, 10.1038/s41436-020-00972-3 "
        "(CardioBoost).",
    ]
    return Told(tuple(short), tuple(lines))


LESSON = Lesson("scores", "Scores trained on the labels", "features that were trained on the labels", measure)
