"""Intervals of an AUC from the influence of each row: DeLong on one part, the same curve over folds."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from prognome.core.delong import influence, interval_of
from prognome.core.jackknife import degrees_of_freedom
from prognome.core.judged import Judged
from prognome.validate.judged_part import Array, Estimate, JudgedPart, mean_over_folds


def estimate_auc(part: JudgedPart, judged: Sequence[Judged]) -> list[Estimate]:
    """One estimate for each fold, and last the one over all folds.

    The AUC over folds is the mean of the folds' AUCs. A row's influence on it is the sum of its influences in
    the folds that judged it (one in each repeat) over the number of folds: repeats are averaged within a row
    before anything is squared.

    Parameters
    ----------
    part
        Folds and units.
    judged
        What was said in each fold.

    References
    ----------
    DeLong et al. (1988), Biometrics 44:837–845; LeDell, Petersen and van der Laan (2015), Electronic Journal
    of Statistics 9:1583–1607; groups: Obuchowski (1997), Biometrics 53:567–578.
    """
    pieces = [_influence(one, part.unit[place]) for one, place in zip(judged, part.places, strict=True)]
    label = ("DeLong" if part.by == "rows" else "DeLong by groups") + part.note
    found = []
    for (auc, values), one, place in zip(pieces, judged, part.places, strict=True):
        alone = np.zeros(len(part.rows))
        alone[place] = values
        found.append(_estimate(part, auc, part.by_unit(alone), [one], [place], label))
    if len(judged) == 1:
        return [*found, found[0]]
    aucs = np.array([auc for auc, _ in pieces])
    defined = [k for k, auc in enumerate(aucs) if not math.isnan(auc)]
    whole = np.zeros(len(part.rows))
    for k in defined:
        whole[part.places[k]] += pieces[k][1] / len(defined)
    pulls = part.by_unit(whole) * part.widen("auc_roc")
    label = f"cross-validated influence curve, {part.named}"
    return [*found, _estimate(part, float(mean_over_folds(aucs)), pulls, judged, part.places, label)]


def _estimate(
    part: JudgedPart,
    auc: float,
    pulls: Array,
    judged: Sequence[Judged],
    places: Sequence[NDArray[np.intp]],
    label: str,
) -> Estimate:
    """The interval from what each unit pulls."""
    if all(len(one.truth) and not np.ptp(one.ranking, axis=0).any() for one in judged):
        return Estimate(auc, auc, auc, "none: all scores are equal, so the AUC is .5 whatever the rows")
    level, squares = part.interval.level, float((pulls**2).sum())
    rarest, others = part.units_of_rarest(judged, places)
    freedom = math.inf
    if part.by == "groups":
        units = len(np.unique(np.concatenate([part.unit[place] for place in places])))
        freedom = degrees_of_freedom(squares, float((pulls**4).sum()), units)
    ends = interval_of(auc, squares, rarest, others, level=level, label=label, freedom=freedom)
    return Estimate(auc, ends.low, ends.high, ends.method)


def _influence(judged: Judged, unit: NDArray[np.intp]) -> tuple[float, Array]:
    """AUC (of several classes macro, one against the rest) and influences, each class with √(m / (m - 1))."""
    values, aucs = np.zeros(len(judged.truth)), []
    for k in (1,) if judged.classes == 2 else range(judged.classes):
        one = influence(judged.truth == k, judged.ranking[:, k])
        if not math.isnan(one.auc):
            aucs.append(one.auc)
            values += one.values
    if not aucs:
        return float("nan"), values
    values /= len(aucs)
    for k in range(judged.classes):
        mine = judged.truth == k
        count = len(np.unique(unit[mine]))
        if count > 1:
            values[mine] *= math.sqrt(count / (count - 1))
    return float(np.mean(aucs)), values
