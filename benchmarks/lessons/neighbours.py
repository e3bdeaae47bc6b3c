"""Random folds where exons or genes repeat: the neighbours of a judged row have taught."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from benchmarks.lessons.paired import difference, judge, over_folds
from benchmarks.lessons.told import Lesson, Short, Told, show, table
from prognome.core.seeds import seed_of
from prognome.validate.score import JudgedFold

FOLDS = 5
REPEATS = {"BRCA1": 3, "GAVIN": 1}
BRCA1 = [
    "cadd",
    "phylop_mammalian",
    "polyphen2",
    "sift",
    "agvgd_diff",
    "agvgd_class",
    "gnomAD_AF",
    "bravo_AF",
    "flossies_AF",
]
SETS = (
    "BRCA1, annotations",
    "BRCA1, annotations and position",
    "GAVIN, CADD and effect",
    "GAVIN, CADD, effect and position",
)


def cross_validate(
    X: NDArray[np.float64], y: NDArray[Any], groups: NDArray[Any], *, together: bool, repeats: int
) -> list[JudgedFold]:
    """A forest, with the groups on one side of each fold or not."""
    folds = []
    for repeat in range(1, repeats + 1):
        seed = seed_of(0, "neighbours", repeat)
        cut: Any = (StratifiedGroupKFold if together else StratifiedKFold)(
            FOLDS, shuffle=True, random_state=seed
        )
        said, places = np.zeros((len(y), 2)), []
        for train, rows in cut.split(X, y, groups if together else None):
            forest = RandomForestClassifier(150, min_samples_leaf=2, n_jobs=1, random_state=seed)
            said[rows] = forest.fit(X[train], y[train]).predict_proba(X[rows])
            places.append(rows)
        folds += judge(y, said, places, repeat=repeat)
    return folds


def measure(data: Path) -> Told:
    """Both schemes, with the position among the features and without."""
    rows, short = [], []
    for name, (X, y, groups) in zip(SETS, [*_brca1(data), *_gavin(data)], strict=True):
        repeats = REPEATS[name.partition(",")[0]]
        random, honest = (
            cross_validate(X, y, groups, together=side, repeats=repeats) for side in (False, True)
        )
        for metric in ("auc_roc", "average_precision"):
            bought = show(difference(random, honest, metric, groups), signed=True)
            shown = [show(over_folds(folds, metric, groups)) for folds in (random, honest)]
            rows.append([name, metric, *shown, bought])
            if (metric == "average_precision" and "position" not in name) or (
                name == SETS[1] and metric == "auc_roc"
            ):
                label = "average precision" if metric == "average_precision" else "AUC"
                short.append(Short(f"{name}: {label}", shown[0], shown[1], bought))
    lines = [
        "The same forest on the same rows, with folds drawn at random and with folds that keep an exon (BRCA1: 3,027 "
        "variants, 10 exons) or a gene (GAVIN: 17,198 variants, 11,764 genes) on one side. Intervals draw exons or "
        f"genes; with ten exons they are rough. {FOLDS} folds, for BRCA1 {REPEATS['BRCA1']} times.",
        "",
        *table(["data and features", "figure", "random folds", "exon or gene together", "bought"], rows),
        "In random folds variants next door have taught, and what is learned of a place is counted as skill. It is "
        "bought most where a feature tells the place. If new variants will come from exons or genes that are in the "
        "table, random folds may be the right question; for a new exon or gene they are not.",
        "",
        "**In prognome** the guard `undeclared_groups` names a column such as `exon` or `gene` that no fold knows of; "
        "`split: {outer: {group: exon}}` keeps it together. Studies 12 and 13 of the [results](results.md) are this "
        "lesson as two study files.",
        "",
        "Data: Findlay et al. 2018, 10.1038/s41586-018-0461-z; van der Velde et al. 2017, 10.1186/s13059-016-1141-7.",
    ]
    return Told(tuple(short), tuple(lines))


def _brca1(data: Path) -> list[tuple[NDArray[np.float64], NDArray[Any], NDArray[Any]]]:
    frame = pd.read_csv(data / "brca1_sge" / "variants.tsv", sep="\t")
    y = (frame["function_class"] == "LOF").to_numpy(dtype=int)
    words = pd.get_dummies(frame[["ref", "alt", "consequence", "aa_ref", "aa_alt"]], dtype=float)
    # a score that only missense variants have: the same value for all others, out of its range
    X = np.hstack([frame[BRCA1].fillna(-1).to_numpy(dtype=float), words.to_numpy()])
    exon = frame["exon"].to_numpy(dtype=object)
    place = frame[["pos_hg19"]].to_numpy(dtype=float)
    return [(X, y, exon), (np.hstack([X, place]), y, exon)]


def _gavin(data: Path) -> list[tuple[NDArray[np.float64], NDArray[Any], NDArray[Any]]]:
    frame = pd.read_csv(data / "gavin" / "variants.tsv", sep="\t", low_memory=False, dtype={"chrom": str})
    y = (frame["classification"] == "P").to_numpy(dtype=int)
    words = pd.get_dummies(frame[["effect"]], dtype=float)
    X = np.hstack([frame[["cadd_scaled"]].to_numpy(dtype=float), words.to_numpy()])
    gene = frame["gene"].to_numpy(dtype=object)
    place = np.column_stack([pd.factorize(frame["chrom"], sort=True)[0], frame["pos"]]).astype(float)
    return [(X, y, gene), (np.hstack([X, place]), y, gene)]


LESSON = Lesson(
    "neighbours", "Random folds where exons and genes repeat", "neighbours on both sides of a fold", measure
)
