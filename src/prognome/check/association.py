"""How strongly labels of rows (a batch, a file, a pattern) go together with the target."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.stats import chi2, f, hypergeom

from prognome.core.cohort import Cohort

PERMUTATIONS = 1999
LONG = 20_000  # from here on the tests of the textbook serve
FOLDS = 5


@dataclass(frozen=True, eq=False)
class Association:
    """Labels against the target.

    Parameters
    ----------
    strength
        Classes: Cramér's V, corrected for chance, 0 to 1. Numbers: adjusted R² of the label means, 0 to 1.
    p
        Chance of so much under no association: permutation, or the textbook's test from 20,000 rows.
    foretells
        Classes: AUC (mean over one against the rest) of the class rates of each label, learned on four fifths
        and asked on the rest. Numbers: R² of the label means, in the same way.
    counts
        (labels, K) rows of each label and class, commonest label first; labels alone (labels, 1) for numbers.
    """

    strength: float
    p: float
    foretells: float
    counts: NDArray[np.intp]

    @property
    def rows(self) -> int:
        """Rows that have a label."""
        return int(self.counts.sum())


def associate(labels: ArrayLike, target: NDArray[Any], classes: int, *, seed: int) -> Association | None:
    """Measure the association; None where fewer than two labels have rows.

    Parameters
    ----------
    labels
        (n,) label of each row; None or NaN where missing.
    target
        (n,) class codes, or numbers.
    classes
        K, or 0 for numbers.
    seed
        For permutations and folds.

    References
    ----------
    Bergsma W (2013), A bias-correction for Cramér's V and Tschuprow's T, 10.1016/j.jkss.2012.10.002.
    """
    codes, names = pd.factorize(np.asarray(labels, dtype=object))
    known = codes >= 0
    codes, target = codes[known], target[known]
    if len(names) < 2 or len(target) < 8 or len(np.unique(target)) < 2:
        return None
    rng = np.random.default_rng(seed)
    if classes:
        counts = _count(codes, target, len(names), classes)
        present = counts.sum(axis=0) > 0
        strength, p = _cramers_v(counts[:, present]), _p_of_classes(codes, target, counts, rng)
    else:
        counts = np.bincount(codes, minlength=len(names))[:, None]
        strength, p = _adjusted_r2(codes, target), _p_of_numbers(codes, target, rng)
    order = np.argsort(-counts.sum(axis=1), kind="stable")
    return Association(strength, p, _foretells(codes, target, classes, rng), counts[order])


def classes_at_home(counts: NDArray[np.intp], *, level: float = 0.01) -> list[int]:
    """Classes that stand under one label only although five or more rows were expected elsewhere.

    Judged by the hypergeometric chance that so many rows all fall under that label, times the classes.
    """
    total, of_class, of_label = counts.sum(), counts.sum(axis=0), counts.sum(axis=1)
    found = []
    for code in np.flatnonzero(of_class > 0):
        homes = np.flatnonzero(counts[:, code])
        if len(homes) != 1:
            continue
        inside = of_label[homes[0]]
        elsewhere = of_class[code] * (total - inside) / total
        chance = hypergeom.sf(of_class[code] - 1, total, inside, of_class[code])
        if elsewhere >= 5 and chance * len(of_class) <= level:
            found.append(int(code))
    return found


def auc_of_each_class(values: NDArray[np.float64], codes: NDArray[Any], classes: int) -> NDArray[np.float64]:
    """(K,) AUC of each class against the rest by one row of scores; NaN where a side is empty."""
    ranks = pd.Series(values).rank().to_numpy()
    counts = np.bincount(codes, minlength=classes).astype(float)
    sums = np.bincount(codes, weights=ranks, minlength=classes)
    with np.errstate(invalid="ignore", divide="ignore"):
        return (sums - counts * (counts + 1) / 2) / (counts * (len(codes) - counts))


def percent(share: float) -> str:
    """A share as text: ``83 %``."""
    return f"{100 * share:.0f} %"


def target_of(cohort: Cohort) -> NDArray[Any]:
    """The target of rows that have one.

    Raises
    ------
    ValueError
        If the cohort has none, which is a mistake of the caller.
    """
    if cohort.target is None:
        raise ValueError("guards on training rows need a target")
    return cohort.target


def _count(codes: NDArray[Any], target: NDArray[Any], labels: int, classes: int) -> NDArray[np.intp]:
    flat = np.bincount(codes * classes + target, minlength=labels * classes)
    return flat.reshape(labels, classes)


def _cramers_v(counts: NDArray[np.intp]) -> float:
    n, (r, c) = counts.sum(), counts.shape
    if min(r, c) < 2:
        return 0.0
    excess = max(0.0, _chi2(counts) / n - (r - 1) * (c - 1) / (n - 1))
    room = min(r - (r - 1) ** 2 / (n - 1), c - (c - 1) ** 2 / (n - 1)) - 1
    return float(min(1.0, np.sqrt(excess / room))) if room > 0 else 0.0


def _chi2(counts: NDArray[np.intp]) -> float:
    rows, columns = counts.sum(axis=1), counts.sum(axis=0)
    n = counts.sum()
    wanted = np.outer(rows, columns[columns > 0])
    return float(n * ((counts[:, columns > 0] ** 2 / wanted).sum() - 1))


def _p_of_classes(
    codes: NDArray[Any], target: NDArray[Any], counts: NDArray[np.intp], rng: np.random.Generator
) -> float:
    seen, (labels, classes) = _chi2(counts), counts.shape
    if len(target) >= LONG:
        present = int((counts.sum(axis=0) > 0).sum())
        return float(chi2.sf(seen, (labels - 1) * (present - 1)))
    n, cells, reached = len(target), labels * classes, 0
    wanted = np.outer(counts.sum(axis=1), np.maximum(counts.sum(axis=0), 1)).ravel()
    for some in _permutations(codes * classes, target, cells, rng):
        flat = some + cells * np.arange(len(some))[:, None]
        drawn = np.bincount(flat.ravel(), minlength=cells * len(some)).reshape(len(some), cells)
        reached += int((n * ((drawn**2 / wanted).sum(axis=1) - 1) >= seen * (1 - 1e-12) - 1e-9).sum())
    return (reached + 1) / (PERMUTATIONS + 1)


def _permutations(
    base: NDArray[Any], values: NDArray[Any], cells: int, rng: np.random.Generator
) -> Iterator[NDArray[Any]]:
    """(some, n) of ``base`` plus permuted values, 1,999 in all, a few million numbers at a time."""
    at_once, left = max(1, 2_000_000 // max(len(values), cells)), PERMUTATIONS
    while left:
        some = min(at_once, left)
        yield base + rng.permuted(np.broadcast_to(values, (some, len(values))), axis=1)
        left -= some


def _between(codes: NDArray[Any], target: NDArray[Any], sizes: NDArray[Any]) -> float:
    """Sum of squares between labels, of a target with mean 0."""
    return float((np.bincount(codes, weights=target) ** 2 / sizes).sum())


def _adjusted_r2(codes: NDArray[Any], target: NDArray[Any]) -> float:
    centred, sizes = target - target.mean(), np.bincount(codes)
    n, labels = len(target), len(sizes)
    if n <= labels + 1:
        return 0.0
    r2 = _between(codes, centred, sizes) / float(centred @ centred)
    return max(0.0, 1 - (1 - r2) * (n - 1) / (n - labels))


def _p_of_numbers(codes: NDArray[Any], target: NDArray[Any], rng: np.random.Generator) -> float:
    centred, sizes = target - target.mean(), np.bincount(codes)
    seen, n, labels = _between(codes, centred, sizes), len(target), len(sizes)
    if n >= LONG:
        rest = float(centred @ centred) - seen
        return float(f.sf(seen / (labels - 1) / max(rest / (n - labels), 1e-300), labels - 1, n - labels))
    reached = 0
    for some in _permutations(np.zeros(n), centred, n, rng):
        flat = codes + labels * np.arange(len(some))[:, None]
        sums = np.bincount(flat.ravel(), weights=some.ravel(), minlength=labels * len(some))
        between = (sums.reshape(len(some), labels) ** 2 / sizes).sum(axis=1)
        reached += int((between >= seen * (1 - 1e-12)).sum())
    return (reached + 1) / (PERMUTATIONS + 1)


def _foretells(codes: NDArray[Any], target: NDArray[Any], classes: int, rng: np.random.Generator) -> float:
    """Means of each label from other folds; a label not seen there gets the mean of all."""
    n, labels = len(target), int(codes.max()) + 1
    wanted = np.eye(classes)[target] if classes else target[:, None].astype(float)
    fold = rng.permutation(n) % FOLDS
    said = np.empty_like(wanted)
    for k in range(FOLDS):
        learn, ask = fold != k, fold == k
        overall = wanted[learn].mean(axis=0)
        sizes = np.bincount(codes[learn], minlength=labels)
        for column in range(wanted.shape[1]):
            sums = np.bincount(codes[learn], weights=wanted[learn, column], minlength=labels)
            means = (sums + overall[column]) / (sizes + 1)  # one row's worth of the overall mean
            said[ask, column] = means[codes[ask]]
    if not classes:
        return r_squared(target, said[:, 0])
    return macro_auc(said, target, classes)


def macro_auc(said: NDArray[np.float64], codes: NDArray[Any], classes: int) -> float:
    """Mean over classes of the AUC against the rest, from (n, K) scores."""
    each = [auc_of_each_class(said[:, code], codes, classes)[code] for code in np.unique(codes)]
    return float(np.mean(each))


def r_squared(target: NDArray[Any], said: NDArray[np.float64]) -> float:
    """1 − squared error over that of the mean."""
    spread = float(((target - target.mean()) ** 2).sum())
    return 1 - float(((target - said) ** 2).sum()) / spread
