"""Guards on request: the whole procedure on shuffled labels, and beside planted noise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata, t

from prognome.core.alarm import Alarm
from prognome.core.cohort import Cohort
from prognome.core.metrics import Metric
from prognome.core.seeds import seed_of
from prognome.core.table import Table, is_number
from prognome.errors import WorkError

SHUFFLED = "shuffled_labels"
NOISE = "planted_noise"
LEVEL = 0.01
TIMES = 5
TOP = 10
MOST_NOISE = 5_000
_CELLS = 4_000_000
_MEND = "Take fewer folds, so that each has rows of every class."

Array = NDArray[np.float64]
Labels = NDArray[Any]


@dataclass(frozen=True)
class FoldValues:
    """Scores of the whole procedure, fold by fold.

    Parameters
    ----------
    values
        Of the model that the procedure chooses inside training (``chosen``): the best of several by the
        judging folds themselves lies above chance without any leak.
    chance
        In the same folds, what a model without knowledge reaches: .5 for AUC, the dummy's error for numbers.
    """

    values: tuple[float, ...]
    chance: tuple[float, ...]


Judge = Callable[[Cohort], FoldValues]


def permute_labels(
    cohort: Cohort, seed: int, *, together: Labels | None = None, within: Labels | None = None
) -> Cohort:
    """The same rows with targets that have nothing to do with them.

    Parameters
    ----------
    cohort
        With a target.
    seed
        Of the permutation.
    together
        (n,) rows with the same label here keep one target, where their targets are one: whole groups swap
        theirs. By default the cohort's groups. A leak between rows of a group stays open to see.
    within
        (n,) targets move only among rows with the same label here (the number of the outer fold, so that each
        fold keeps its classes; a site).
    """
    if cohort.target is None:
        raise ValueError("there are no labels to permute")
    n = len(cohort)
    rng = np.random.default_rng(seed)
    stratum = np.zeros(n, dtype=np.intp) if within is None else pd.factorize(within, use_na_sentinel=False)[0]
    group = np.arange(n)
    labels = cohort.groups if together is None else together
    if labels is not None:
        codes = pd.factorize(np.asarray(labels, dtype=object))[0]
        codes = np.where(codes < 0, codes.max(initial=0) + 1 + group, codes)  # without a label: alone
        if _constant(cohort.target, codes) and _constant(stratum, codes):
            group = codes
    first = np.unique(group, return_index=True)[1]
    swapped = cohort.target[first].copy()
    for one in np.unique(stratum):
        at = np.flatnonzero(stratum[first] == one)
        swapped[at] = swapped[rng.permutation(at)]
    return replace(cohort, target=swapped[group])


def check_shuffled_labels(
    cohort: Cohort,
    judge: Judge,
    metric: Metric,
    *,
    seed: int,
    times: int = TIMES,
    together: Labels | None = None,
    within: Labels | None = None,
) -> list[Alarm]:
    """Run the whole procedure on labels that mean nothing; above chance, it sees what it must not.

    Each permutation is one observation: its mean over folds of value less chance. Speaks where the lower end
    of their one-sided 99 % t interval is better than chance.

    Parameters
    ----------
    cohort
        All rows with their target.
    judge
        The whole procedure, split and all, on such a cohort.
    metric
        The one that ``judge`` reports: one whose chance is known, such as ``auc_roc`` or an error.
    seed
        Of the study.
    times
        Permutations, three or more.
    together, within
        As in :func:`permute_labels`.

    Raises
    ------
    WorkError
        If the metric is defined in fewer than three of them.

    References
    ----------
    Ojala & Garriga (2010), JMLR 11:1833.
    """
    if times < 3:
        raise ValueError("fewer than three permutations have no spread to judge by")
    values, gains = [], []
    for number in range(times):
        seen = judge(
            permute_labels(cohort, seed_of(seed, SHUFFLED, number), together=together, within=within)
        )
        known = [pair for pair in zip(seen.values, seen.chance, strict=True) if not np.isnan(pair).any()]
        if known:
            values.append(float(np.mean([value for value, _ in known])))
            gains.append(float(np.mean([metric.better(v) - metric.better(c) for v, c in known])))
    if len(gains) < 3:
        raise WorkError(SHUFFLED, f"{metric.name} is not defined in the folds of shuffled labels", mend=_MEND)
    mean, error = float(np.mean(gains)), float(np.std(gains, ddof=1)) / np.sqrt(len(gains))
    low = mean - float(t.ppf(1 - LEVEL, len(gains) - 1)) * error
    if low <= 0 or mean <= 1e-9:
        return []
    what = (
        f"On labels shuffled {len(gains)} times the whole procedure still reaches {metric.name} "
        f"{np.mean(values):.3f}, better than chance by {mean:.3f} (99 % sure of {low:.3f}): something "
        "carries knowledge of judging rows into training."
    )
    remedy = (
        "Look for one row, person or family on both sides of the split, for features made from the target, "
        "and for selection or scaling done on all rows before this study; until then no score of it holds."
    )
    facts = {"metric": metric.name, "values": [round(v, 4) for v in values], "gain": mean, "low": low}
    return [Alarm(SHUFFLED, "split", what, remedy, facts)]


@dataclass(frozen=True, eq=False)
class Planted:
    """A cohort with noise among the features of one block.

    Parameters
    ----------
    cohort
        The rows, the block with columns of noise after its own.
    block
        Its name.
    real, noise
        Names of its own number columns and of the planted ones.
    """

    cohort: Cohort
    block: str
    real: tuple[str, ...]
    noise: tuple[str, ...]


def plant_noise(cohort: Cohort, block: str, seed: int, *, count: int | None = None) -> Planted:
    """Plant columns of noise: real number columns whose rows were shuffled, all in one order.

    They keep the distribution of real columns and how these go together, and know nothing of the target.

    Parameters
    ----------
    cohort, block
        Where to plant.
    seed
        Of the permutation and of the choice of columns.
    count
        How many; by default as many as the block has number columns, at most 5,000.
    """
    table = cohort.blocks[block]
    real = [name for name, number in zip(table.names, is_number(table.frame), strict=True) if number]
    rng = np.random.default_rng(seed)
    wanted = min(len(real), MOST_NOISE) if count is None else count
    chosen = np.sort(rng.choice(len(real), wanted, replace=wanted > len(real))) if real else np.empty(0, int)
    shuffled = table.frame.iloc[rng.permutation(len(table))].reset_index(drop=True)
    taken = set(table.names)
    prefix = next(word for word in ("noise", *(f"noise{k}" for k in range(2, 99))) if not _used(word, taken))
    noise = shuffled[[real[k] for k in chosen.tolist()]]
    noise.columns = pd.Index([f"{prefix}_{k}" for k in range(1, len(chosen) + 1)])
    frame = pd.concat([table.frame.reset_index(drop=True), noise], axis=1)
    planted = replace(cohort, blocks={**cohort.blocks, block: Table(table.ids, frame)})
    return Planted(planted, block, tuple(real), tuple(map(str, noise.columns)))


def rank_by_association(planted: Planted, classes: int) -> dict[str, float]:
    """Column → share of the target's rank variance that it explains, 0 to 1, for real columns and noise.

    Classes: eta squared of the ranks (Kruskal-Wallis H over n - 1). Numbers: squared rank correlation.
    """
    cohort = planted.cohort
    assert cohort.target is not None
    names = [*planted.real, *planted.noise]
    if classes:
        design = np.eye(classes)[cohort.target.astype(int)]
        design = design[:, design.any(axis=0)] / np.sqrt(design.sum(axis=0)[design.any(axis=0)])
    else:
        ranks = rankdata(cohort.target)
        design = (ranks - ranks.mean())[:, None] / max(float(np.linalg.norm(ranks - ranks.mean())), 1e-12)
    frame = cohort.blocks[planted.block].frame
    step = max(1, _CELLS // max(len(frame), 1))
    found: list[float] = []
    for start in range(0, len(names), step):
        values = frame[names[start : start + step]].to_numpy(dtype=np.float64)
        missing = np.isnan(values)
        ordered = rankdata(np.where(missing, np.inf, values), axis=0)
        ordered[missing] = np.nan
        known = np.maximum((~missing).sum(axis=0), 1)
        centred = np.nan_to_num(ordered - np.nansum(ordered, axis=0) / known)
        total = (centred**2).sum(axis=0)
        explained = ((design.T @ centred) ** 2).sum(axis=0)
        found += np.divide(explained, total, out=np.zeros(len(total)), where=total > 0).tolist()
    return dict(zip(names, found, strict=True))


def check_planted_noise(
    cohort: Cohort,
    block: str,
    *,
    seed: int,
    count: int | None = None,
    top: int = TOP,
) -> list[Alarm]:
    """Plant noise among the features of a block and see how high it ranks by its tie to the target.

    Parameters
    ----------
    cohort
        Training rows with their target.
    block
        Where to plant.
    seed
        Of the study.
    count
        Columns of noise; see :func:`plant_noise`.
    top
        Speaks where noise stands among so many columns, or among half the block's, where it has fewer than
        twice as many.
    """
    planted = plant_noise(cohort, block, seed_of(seed, NOISE, block), count=count)
    if not planted.real or not planted.noise:
        return []
    top = min(top, max(1, len(planted.real) // 2))
    rank = _best_noise(rank_by_association(planted, len(cohort.classes)), planted)
    if rank > top:
        return []
    what = (
        f"Of {len(planted.noise):,} columns of noise planted beside {len(planted.real):,} real ones, the "
        f"best ranks {rank:,} by association with the target."
    )
    remedy = (
        "Read no column as a marker by its rank alone"
        + (f": only the first {rank - 1:,} stand above noise." if rank > 1 else ": none stands above noise.")
        + " More rows help, or fewer columns chosen by prior knowledge."
    )
    facts = {
        "planted": len(planted.noise),
        "real": len(planted.real),
        "rank_of_noise": {"association with the target": rank},
    }
    return [Alarm(NOISE, f"block {block}", what, remedy, facts)]


def _best_noise(strength: Mapping[str, float], planted: Planted) -> int:
    """Rank of the strongest column of noise, from 1; of equal ones noise stands first."""
    noise = max(strength.get(name, 0.0) for name in planted.noise)
    return 1 + sum(strength.get(name, 0.0) > noise for name in planted.real)


def _constant(values: Labels, codes: NDArray[np.intp]) -> bool:
    first = np.unique(codes, return_index=True)[1]
    return bool((values == values[first][codes]).all())  # of survival both columns


def _used(prefix: str, names: set[str]) -> bool:
    return any(name.startswith(f"{prefix}_") for name in names)
