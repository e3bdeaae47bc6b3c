"""Relatives on both sides of a fold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold, KFold

from benchmarks.lessons.paired import judge, mean_over_folds, over_draws
from benchmarks.lessons.told import Lesson, Short, Told, show, table
from prognome.core.kinship import merge
from prognome.core.seeds import seed_of
from prognome.read.source import Source
from prognome.read.vcf import read_vcf

FOLDS, DRAWS = 5, 20
Array = NDArray[np.float64]


def measure(data: Path) -> Told:
    """A trait that is a coin toss for each family, predicted from real genotypes."""
    people, dosage, family = read_families(data / "tiny1000g")
    likeness = standardised_likeness(dosage)
    draws: dict[tuple[str, bool], list[float]] = {}
    for number in range(DRAWS):
        rng = np.random.default_rng(seed_of(0, "relatives", number))
        trait = rng.integers(2, size=family.max() + 1)[family]
        for together in (False, True):
            seed = seed_of(0, "relatives", number, together)
            for name, said, places in _predict(likeness, trait, family, together=together, seed=seed):
                folds = judge(trait, np.column_stack([1 - said, said]), places)
                draws.setdefault((name, together), []).append(mean_over_folds(folds, "auc_roc"))
    rows, short = [], []
    for name in dict.fromkeys(name for name, _ in draws):
        random, honest = (np.array(draws[(name, side)]) for side in (False, True))
        bought = show(over_draws(random - honest), signed=True)
        shown = [show(over_draws(one)) for one in (random, honest)]
        rows.append([name, *shown, bought])
        short.append(Short(f"a trait that means nothing, {name}: AUC", shown[0], shown[1], bought))
    lines = [
        f"Real genotypes (1,004 variants) of {people:,} people of the 1000 Genomes who have a parent or a child "
        f"among the others, in {family.max() + 1:,} families; the trait is made up: one coin toss for each family "
        f"({DRAWS} times). No variant has anything to do with it, so an honest AUC is .5. Two models: the trait of "
        "the most alike person, and genomic prediction (GBLUP, heritability .5). Intervals are over the tosses.",
        "",
        *table(["model", "random folds", "families together", "bought"], rows),
        "What is inherited or shared at home goes with the genome as a whole. With relatives on both sides any model "
        "that can tell people apart predicts it, and the score says nothing about a stranger.",
        "",
        "For superpopulations, which differ between families far more than within, relatives buy nothing that can be "
        "seen: studies 14 and 15 of the [results](results.md).",
        "",
        "**In prognome** the guard `related_people` reckons kinship (KING-robust) from a block of genotypes and keeps "
        "relatives together; `split: {outer: {group: {kinship: 0.177}}}` asks for it, and a column of families does "
        "as well.",
        "",
        "Source: Manichaikul et al. 2010, 10.1093/bioinformatics/btq559 (KING). Data: 1000 Genomes, Byrska-Bishop et "
        "al. 2022, 10.1016/j.cell.2022.08.004.",
    ]
    return Told(tuple(short), tuple(lines))


def read_families(folder: Path) -> tuple[int, Array, NDArray[np.intp]]:
    """People with a parent or child in the set: how many, (n, variants) dosages, (n,) number of the family."""
    raw = read_vcf(Source((str(folder / "tiny1000G.vcf.gz"),)))
    labels = pd.read_csv(folder / "labels.psam", sep="\t", dtype=str).set_index("#IID")
    ids = [str(one) for one in raw.ids]
    place = {person: number for number, person in enumerate(ids)}
    pairs = [
        (place[person], place[parent])
        for person in ids
        for parent in labels.loc[person, ["PAT", "MAT"]]
        if parent in place
    ]
    joined = merge(None, np.array(pairs, dtype=np.intp), len(ids))
    number = np.unique(joined.astype(str), return_inverse=True)[1]
    count = np.bincount(number)
    kept = np.flatnonzero(count[number] > 1)
    dosage = raw.frame.to_numpy().astype(float)[kept]
    return len(kept), dosage, np.unique(number[kept], return_inverse=True)[1]


def standardised_likeness(dosage: Array) -> Array:
    """(n, n) genomic relationship: products of dosages standardised by their mean and deviation."""
    spread = dosage.std(axis=0)
    scaled = (dosage[:, spread > 0] - dosage[:, spread > 0].mean(axis=0)) / spread[spread > 0]
    return np.asarray(scaled @ scaled.T / scaled.shape[1])


def _predict(
    likeness: Array, trait: NDArray[Any], family: NDArray[np.intp], *, together: bool, seed: int
) -> list[tuple[str, Array, list[NDArray[np.intp]]]]:
    """Out-of-fold scores from 0 to 1 of both models, and the folds."""
    n = len(trait)
    nearest, blup = np.zeros(n), np.zeros(n)
    cut: Any = (GroupKFold if together else KFold)(FOLDS, shuffle=True, random_state=seed)
    places = []
    for train, rows in cut.split(likeness, trait, family if together else None):
        nearest[rows] = trait[train][likeness[np.ix_(rows, train)].argmax(axis=1)]
        centre = trait[train].mean()
        inner = likeness[np.ix_(train, train)] + np.eye(len(train))
        weights = np.linalg.solve(inner, trait[train] - centre)
        blup[rows] = np.clip(centre + likeness[np.ix_(rows, train)] @ weights, 0, 1)
        places.append(rows)
    return [("most alike person", nearest, places), ("genomic prediction", blup, places)]


LESSON = Lesson(
    "relatives", "Relatives on both sides of a fold", "relatives on both sides of a fold", measure
)
