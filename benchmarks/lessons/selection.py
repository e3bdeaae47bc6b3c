"""Selection outside the folds: features chosen with all labels in sight, then cross-validated."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks.lessons.paired import difference, judge, mean_over_folds, over_draws, over_folds
from benchmarks.lessons.told import Lesson, Short, Told, show, table
from prognome.core.seeds import seed_of
from prognome.validate.score import JudgedFold

KEPT = 20
FOLDS = 5
REPEATS = 10
SHUFFLES = 40
SETS = {"alon": "t", "singh": "Tumor"}


def cross_validate(
    X: NDArray[np.float64], y: NDArray[np.intp], *, inside: bool, seed: int, repeat: int = 1
) -> list[JudgedFold]:
    """Logistic regression on the 20 genes with the highest F: chosen in each fold, or once with all rows."""
    model: Pipeline = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    if inside:
        model = make_pipeline(SelectKBest(f_classif, k=KEPT), *[step for _, step in model.steps])
    else:
        X = SelectKBest(f_classif, k=KEPT).fit_transform(X, y)
    said = np.empty((len(y), 2))
    places = []
    for train, rows in StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(X, y):
        said[rows] = model.fit(X[train], y[train]).predict_proba(X[rows])
        places.append(rows)
    return judge(y, said, places, repeat=repeat)


def measure(data: Path) -> Told:
    """Both ways, on the true labels and on shuffled ones."""
    short, rows = [], []
    for name, event in SETS.items():
        frame = pd.read_csv(data / "microarray" / f"{name}.tsv.gz", sep="\t")
        y = (frame["label"] == event).to_numpy().astype(np.intp)
        X = frame.drop(columns=["sample", "label"]).to_numpy(dtype=float)
        true = {side: _on_true_labels(X, y, inside=side) for side in (False, True)}
        null = {side: _on_shuffled_labels(X, y, inside=side) for side in (False, True)}
        for metric in ("accuracy", "auc_roc"):
            bought = difference(true[False], true[True], metric)
            shown = [show(over_folds(true[side], metric)) for side in (False, True)]
            rows.append([name, "true", metric, *shown, show(bought, signed=True)])
        for metric in ("accuracy", "auc_roc"):
            drawn = [
                np.array([mean_over_folds(folds, metric) for folds in null[side]]) for side in (False, True)
            ]
            bought = over_draws(drawn[0] - drawn[1])
            shown = [show(over_draws(one)) for one in drawn]
            rows.append([name, "shuffled", metric, *shown, show(bought, signed=True)])
        short.append(Short(f"{name}, shuffled labels: AUC", shown[0], shown[1], show(bought, signed=True)))
    lines = [
        f"The {KEPT} genes that differ most between the classes (F) are kept, and a logistic regression is "
        f"cross-validated on them ({FOLDS} folds, {REPEATS} times). Outside: the genes were chosen once, with the "
        "labels of all rows in sight, judging rows too. Inside: they are chosen anew from the training rows of each "
        f"fold. With shuffled labels ({SHUFFLES} shuffles) nothing can be learned: an honest AUC is .5.",
        "",
        *table(["data", "labels", "figure", "selection outside", "selection inside", "bought"], rows),
        "On the true labels the classes of these two sets differ so much that little is left to win; on labels that "
        "mean nothing the same habit makes a good classifier out of chance. With thousands of genes a few always go "
        "with the labels of the judging rows as well.",
        "",
        "**In prognome** every step of `prepare` learns inside each fold, so the mistake cannot be written down in a "
        "study. `guards: {sentinels: [shuffled_labels]}` runs a whole study on shuffled labels. A list of genes that "
        "somebody chose beforehand from the same samples is beyond its sight.",
        "",
        "Source: Ambroise and McLachlan 2002, 10.1073/pnas.102102699 (who find the same on Alon's colon data). Data: "
        "Alon et al. 1999 (62 × 2,000), Singh et al. 2002 (102 × 12,600).",
    ]
    return Told(tuple(short), tuple(lines))


def _on_true_labels(X: NDArray[np.float64], y: NDArray[np.intp], *, inside: bool) -> list[JudgedFold]:
    return [
        fold
        for repeat in range(1, REPEATS + 1)
        for fold in cross_validate(X, y, inside=inside, seed=seed_of(0, "selection", repeat), repeat=repeat)
    ]


def _on_shuffled_labels(X: NDArray[np.float64], y: NDArray[Any], *, inside: bool) -> list[list[JudgedFold]]:
    found = []
    for number in range(SHUFFLES):
        seed = seed_of(0, "shuffled", number)
        shuffled = np.random.default_rng(seed).permutation(y)
        found.append(cross_validate(X, shuffled, inside=inside, seed=seed))
    return found


LESSON = Lesson(
    "selection", "Choosing features before the folds", "features chosen with all labels in sight", measure
)
