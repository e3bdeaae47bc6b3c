"""Missing values that tell the class."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import StratifiedGroupKFold

from benchmarks.lessons.paired import difference, judge, over_folds
from benchmarks.lessons.told import Lesson, Short, Told, number, show, table
from prognome.core.seeds import seed_of

FOLDS = 5
EXAC = ["exac_af", "exac_hom", "exac_het"]
WITHOUT, WITH = "CADD and effect", "CADD, effect and frequencies"
Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Said:
    """(n, 2) out-of-fold probabilities: of the rows as they are, and with their frequencies taken away."""

    whole: Array
    blanked: Array


def measure(data: Path) -> Told:
    """What the mere presence of a frequency tells, and what a model makes of it."""
    frame = pd.read_csv(data / "gavin" / "variants.tsv", sep="\t", low_memory=False)
    y = (frame["classification"] == "P").to_numpy(dtype=int)
    gene = frame["gene"].to_numpy(dtype=object)
    present = frame["exac_af"].notna().to_numpy()
    plain = np.column_stack([frame["cadd_scaled"], pd.factorize(frame["effect"], sort=True)[0]]).astype(float)
    told = np.column_stack([plain, np.where(present, 1.0, np.nan)])
    full = np.hstack([plain, frame[EXAC].to_numpy(dtype=float)])
    alone = np.column_stack([present, ~present]).astype(float)
    none = np.column_stack([np.zeros(len(y)), np.ones(len(y))])
    said = {
        "whether a frequency is missing, nothing else": Said(alone, none),
        WITHOUT: cross_validate(plain, y, gene, first=2),
        "CADD, effect, and whether a frequency is missing": cross_validate(told, y, gene, first=2),
        WITH: cross_validate(full, y, gene, first=2),
    }
    everything = [np.arange(len(y))]
    rows = []
    for name, one in said.items():
        cells = []
        for scores in (one.whole, one.blanked):
            folds = judge(y, scores, everything)
            cells += [
                show(over_folds(folds, metric, gene, part="test")) for metric in ("auc_roc", "specificity")
            ]
        rows.append([name, *cells])
    bought = difference(
        judge(y, said[WITH].whole, everything), judge(y, said[WITH].blanked, everything), "auc_roc", gene
    )
    known, plainly = (
        over_folds(judge(y, said[name].blanked, everything), "specificity", gene, part="test")
        for name in (WITH, WITHOUT)
    )
    fall = show(bought, signed=True)
    short = Short(
        "gavin, with ExAC, as in the table against variants not in ExAC: AUC", rows[3][1], rows[3][3], fall
    )
    shares = [number(float(present[y == code].mean())) for code in (0, 1)]
    heads = ["AUC", "specificity", "AUC, no frequency known", "specificity, no frequency known"]
    lines = [
        f"17,198 variants, {int(y.sum()):,} pathogenic. An ExAC frequency is there for {shares[0]} of the benign and "
        f"{shares[1]} of the pathogenic ones: benign variants were found by looking where people vary. Boosted trees, "
        f"{FOLDS} folds by gene; intervals draw genes; decisions at .5. On the right the same models are asked about "
        "the same variants as if ExAC had none of them, as is so for most variants that a clinic finds.",
        "",
        *table(["features", *heads], rows),
        "Whether the frequency is missing says nothing about biology, and tells more here than most scores do. The "
        "frequency itself does know something, since what is common is rarely pathogenic. But a model that has both "
        f"learns that a variant nobody has seen is guilty: of benign variants without a known frequency it calls "
        f"{number(1 - known.value)} pathogenic, where the model that never saw frequencies calls {number(1 - plainly.value)}. Filling "
        "the gaps with a median, or with 0, hides the trap and does not take it away.",
        "",
        "**In prognome** the guard `missingness_predicts` measures what missing values alone tell about the target. "
        "Study 9 of the [results](results.md) stands with and without ExAC.",
        "",
        "Data: van der Velde et al. 2017, 10.1186/s13059-016-1141-7 (GAVIN).",
    ]
    return Told((short,), tuple(lines))


def cross_validate(X: Array, y: NDArray[Any], groups: NDArray[Any], *, first: int) -> Said:
    """Boosted trees, a gene on one side; missing goes its own way in a tree.

    Parameters
    ----------
    X, y, groups
        Features, codes, genes.
    first
        Columns from here on tell of ExAC and are blanked for the second answer.
    """
    said = Said(np.zeros((len(y), 2)), np.zeros((len(y), 2)))
    blank = X.copy()
    blank[:, first:] = np.nan
    cut = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed_of(0, "missing"))
    for train, rows in cut.split(X, y, groups):
        trees = HistGradientBoostingClassifier(max_iter=150, early_stopping=False, random_state=0)
        fitted = trees.fit(X[train], y[train])
        said.whole[rows], said.blanked[rows] = (
            fitted.predict_proba(X[rows]),
            fitted.predict_proba(blank[rows]),
        )
    return said


LESSON = Lesson("missing", "Missing values that tell the class", "missingness tells the class", measure)
