"""Figures of pooled rows with the influence of every row on them, and the counts each figure needs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from prognome.core.bootstrap import jackknife_weights, replicate_weights
from prognome.core.delong import clustered_covariance, influence
from prognome.core.judged import Judged
from prognome.core.metrics import METRICS
from prognome.core.proportions import effective_size, share_of
from prognome.core.recalibration import recalibration
from prognome.validate.judged_part import Interval
from prognome.validate.subgroup_estimate import Estimate
from prognome.validate.subgroup_rows import PooledRows

Array = NDArray[np.float64]
Classes = Sequence[int] | None

LEAST_ROWS = 20
LEAST_EVENTS = 10
LEAST_EVENTS_SLOPE = 20
LEAST_GROUPS = 2

_OF_BOTH = {"auc_roc", "average_precision", "calibration_intercept", "balanced_accuracy", "f1", "mcc"}
_OF_EXTENT = {"coverage", "set_size", "interval_width"}
_DRAWN = {
    "average_precision", "f1", "mcc", "rmse", "r2", "pearson", "spearman",
    "c_uno", "c_harrell", "auc_t", "brier_integrated",
}  # fmt: skip
_BY_CLASS = {"auc_roc", "average_precision", "balanced_accuracy", "sensitivity", "precision", "f1"}


def lack_of(
    metric: str, pool: PooledRows, threshold: str = "", *, by_groups: bool = True, classes: Classes = None
) -> str:
    """What there is too little of for this figure, such as ``7 events``; empty where there is enough.

    Parameters
    ----------
    metric
        Its name.
    pool
        The rows of one level.
    threshold
        ``fixed`` or ``chosen``, for figures of decisions.
    by_groups
        Whether groups are the independent units: then one group alone says nothing.
    classes
        Codes that must be there; None: those that occur.
    """
    if by_groups and pool.units is not None and pool.groups < LEAST_GROUPS:
        return _count(pool.groups, "group")
    if pool.fixed.classes == 2:
        return _lack_of_two(metric, pool, threshold)
    if pool.fixed.follow_up is not None and (pool.events or 0) < LEAST_EVENTS:
        return _count(pool.events or 0, "event")
    if len(pool) < LEAST_ROWS:
        return _count(len(pool), "row")
    if pool.fixed.classes and metric in _BY_CLASS:
        counts = np.bincount(pool.truth.astype(int), minlength=pool.fixed.classes)[_codes(pool, classes)]
        if len(counts) < 2 and metric in {"auc_roc", "average_precision"}:
            return "1 class"
        if counts.min() < LEAST_EVENTS:
            return f"{_count(int(counts.min()), 'row')} of a class"
    return ""


def estimate(
    metric: str, pool: PooledRows, threshold: str = "", *, by_groups: bool = True, classes: Classes = None
) -> Estimate:
    """A figure of the rows of one level, with its error.

    Repeats are averaged within a row. An AUC compares only rows of one fold, since models of different folds
    are not on one scale, and adds the pairs up over the folds.

    Parameters
    ----------
    metric
        Its name.
    pool
        The rows of one level.
    threshold
        ``fixed`` or ``chosen``, for figures of decisions.
    by_groups
        Whether groups, where there are any, are the independent units; else rows are.
    classes
        Codes that figures of several classes are averaged over; None: those that occur.

    Returns
    -------
    Where there are too few rows, an estimate without a value that says what is lacking.

    References
    ----------
    Error of a ratio by linearisation, of groups by summing within them: Binder (1983), International
    Statistical Review 51:279–292. AUC: DeLong et al. (1988), Biometrics 44:837–845; groups: Obuchowski
    (1997), Biometrics 53:567–578. Effective size of a proportion: Korn and Graubard (1998), Survey
    Methodology 24:193–201.
    """
    said = pool.said(threshold)
    if not by_groups:
        pool = replace(pool, units=None)
    lack = lack_of(metric, pool, threshold, by_groups=by_groups, classes=classes)
    if lack:
        return Estimate(math.nan, lack=lack, method=f"too few to say: {lack}")
    several = said.classes > 2
    if metric == "auc_roc":
        return _auc(pool, said, classes)
    if metric == "balanced_accuracy" or (metric == "sensitivity" and several):
        return _mean_recall(pool, said, classes)
    if metric in {"calibration_intercept", "calibration_slope"}:
        return _calibration(pool, said, metric)
    counted = share_of(metric, said)
    if counted is not None:
        return _ratio(pool, counted.hit.astype(float), counted.base.astype(float), share=True)
    losses = _losses(metric, said)
    return _ratio(pool, losses, np.ones(len(losses)), share=False)


def draw(
    metric: str,
    pool: PooledRows,
    masks: Sequence[NDArray[np.bool_]],
    threshold: str,
    interval: Interval,
    *,
    by_groups: bool = True,
) -> list[Estimate]:
    """A figure of several sets of rows in the same bootstrap samples, for figures without a simple error.

    Parameters
    ----------
    metric, threshold, by_groups
        As for ``estimate``.
    pool
        All rows of the part.
    masks
        (n,) which rows belong to each set.
    interval
        Replicates and seed.
    """
    figure = METRICS[metric]
    parts = [pool.only(mask) for mask in masks]
    # over folds there is one scale only after recalibration
    said = [part.said(threshold).on_one_scale() for part in parts]
    keep = [np.flatnonzero(mask) for mask in masks]
    units = pool.units if by_groups else None

    def over(weights: Array) -> Array:
        return np.array(
            [
                figure.weighted(one, weights[:, rows][:, part.place] * part.weight)
                for one, part, rows in zip(said, parts, keep, strict=True)
            ]
        )

    samples = replicate_weights(len(pool), units, interval.replicates, interval.seed)
    drawn = np.concatenate([over(weights) for weights in samples], axis=1)
    left_out = over(jackknife_weights(len(pool), units))
    values = over(np.ones((1, len(pool))))[:, 0]
    method = f"BCa, {interval.replicates} × {'rows' if units is None else 'groups'}"
    made = []
    for at, part in enumerate(parts):
        lack = lack_of(metric, part, threshold, by_groups=by_groups)
        if not lack and math.isnan(values[at]):
            lack = "not defined"
        if lack:
            made.append(Estimate(math.nan, lack=lack, method=f"too few to say: {lack}"))
            continue
        count = len(part) if units is None else part.groups
        made.append(
            Estimate(
                float(values[at]), shape="drawn", drawn=drawn[at], left_out=left_out[at], units=count,
                method=method,
            )
        )  # fmt: skip
    return made


def is_drawn(metric: str, pool: PooledRows) -> bool:
    """Whether only a bootstrap gives the error of this figure."""
    return metric in _DRAWN or (pool.fixed.classes > 2 and metric == "precision")


def is_defined(metric: str, pool: PooledRows) -> bool:
    """Whether there is what the figure is about; coverage needs prediction sets or intervals."""
    return metric not in _OF_EXTENT or pool.fixed.within is not None


def overall(metric: str, pool: PooledRows) -> float:
    """The figure of all rows pooled, for a tolerance in its unit."""
    return float(METRICS[metric].weighted(pool.fixed, pool.weight[None])[0])


def stratified_auc(event: NDArray[np.bool_], score: Array, stratum: NDArray[np.intp]) -> tuple[float, Array]:
    """AUC of the pairs within strata, added up, and the influence of every record.

    Parameters
    ----------
    event
        (m,) True where the record is of an event.
    score
        (m,) higher speaks for the event.
    stratum
        (m,) records with different numbers are not compared.

    Returns
    -------
    The share of pairs in the right order (ties half), and (m,) influences; with one stratum, DeLong's.
    """
    pairs = won = 0.0
    pieces = []
    for code in np.unique(stratum):
        rows = np.flatnonzero(stratum == code)
        yes = event[rows]
        events, others = int(yes.sum()), int((~yes).sum())
        if not events or not others:
            continue
        one = influence(yes, score[rows])
        placed = one.auc + one.values * np.where(yes, events, others)  # share of pairs won, row by row
        pieces.append((rows, placed, np.where(yes, others, events)))
        pairs += events * others
        won += one.auc * events * others
    values = np.zeros(len(event))
    if not pairs:
        return math.nan, values
    auc = won / pairs
    for rows, placed, partners in pieces:
        values[rows] = partners * (placed - auc) / pairs
    return auc, values


def _auc(pool: PooledRows, said: Judged, classes: Classes) -> Estimate:
    truth = said.truth.astype(int)
    codes = [1] if said.classes == 2 else _codes(pool, classes)
    found = [stratified_auc(truth == k, said.ranking[:, k], pool.stratum) for k in codes]
    value = float(np.mean([auc for auc, _ in found]))
    if math.isnan(value):
        lack = "0 pairs within a fold"
        return Estimate(math.nan, lack=lack, method=f"too few to say: {lack}")
    values = pool.by_row(np.mean([moves for _, moves in found], axis=0))
    counts = np.bincount(pool.truth.astype(int), minlength=max(codes) + 1)[codes]
    size = (float(counts.min()), float((len(pool) - counts).min()))
    if said.classes == 2:
        error = math.sqrt(float(clustered_covariance(values[None], pool.truth == 1, pool.units)[0, 0]))
    else:
        error = _error(pool, values)
    folds = len(np.unique(pool.stratum))
    name = "DeLong, logit" if folds == 1 else "DeLong within folds, logit"
    if not 0 < value < 1 or not error > 0:
        name = "Newcombe method 5"
    return Estimate(
        value, error, "auc", _freedom(pool, math.inf), size, None, _by_unit(pool, values),
        method=_by(name, pool),
    )  # fmt: skip


def _ratio(pool: PooledRows, above: Array, below: Array, *, share: bool) -> Estimate:
    """A sum over a sum, of which a mean is the case that every row counts 1 below."""
    above, below = pool.by_row(above * pool.weight), pool.by_row(below * pool.weight)
    total = float(below.sum())
    if not total:
        return Estimate(math.nan, lack="0 rows", method="too few to say: 0 rows")
    value = float(above.sum()) / total
    values = (above - value * below) / total
    error = _error(pool, values, below > 0)
    by_unit = _by_unit(pool, values)
    if not share:
        count = pool.groups if pool.units is not None else int((below > 0).sum())
        return Estimate(value, error, "plain", count - 1, by_unit=by_unit, method=_by("t", pool))
    whole = pool.units is None and bool(np.all(np.isin(below, (0, 1))) and np.all(np.isin(above, (0, 1))))
    successes = (round(above.sum()), round(total)) if whole else None
    units = total if pool.units is None else len(np.unique(pool.units[below > 0]))
    size = total if whole else min(total, effective_size(value, error**2, units))
    return Estimate(
        value, error, "proportion", _freedom(pool, math.inf), (size, 0.0), successes, by_unit,
        method=_by("Wilson", pool),
    )  # fmt: skip


def _mean_recall(pool: PooledRows, said: Judged, classes: Classes) -> Estimate:
    truth = said.truth.astype(int)
    right = (said.decision == truth).astype(float)
    codes = [0, 1] if said.classes == 2 else _codes(pool, classes)
    value, square, most = 0.0, 0.0, 0.0
    values = np.zeros(len(pool))
    for k in codes:
        one = _ratio(pool, right * (truth == k), (truth == k).astype(float), share=False)
        row = pool.by_row((right - one.value) * (truth == k) * pool.weight)
        count = float((pool.truth == k).sum())
        values += row / count / len(codes)
        value += one.value / len(codes)
        square += (one.error / len(codes)) ** 2
        most += 1 / count
    error = math.sqrt(square) if pool.units is None else _error(pool, values)
    trials = len(codes) ** 2 / most
    units = trials if pool.units is None else min(trials, pool.groups)
    size = min(trials, effective_size(value, error**2, units))
    return Estimate(
        value, error, "proportion", _freedom(pool, math.inf), (size, 0.0), None, _by_unit(pool, values),
        method=_by("Wilson, effective size", pool),
    )  # fmt: skip


def _calibration(pool: PooledRows, said: Judged, metric: str) -> Estimate:
    """Intercept or slope of the logistic recalibration, its error by the sandwich.

    References
    ----------
    White (1982), Econometrica 50:1–25.
    """
    event = np.clip(said.event, 1e-12, 1 - 1e-12)
    x = special.logit(event)
    y = said.truth.astype(float)
    intercepts, slopes = recalibration(said.truth, said.event, pool.weight[None])
    least = min(int((pool.truth == 1).sum()), int((pool.truth == 0).sum()))
    if metric == "calibration_intercept":
        value, learned = float(intercepts[0]), 1
        mu = special.expit(value + x)
        moves = (y - mu) / float((pool.weight * mu * (1 - mu)).sum())
    else:
        value, learned = float(slopes[0]), 2
        if math.isnan(value):
            lack = "no overlap of events and others"
            return Estimate(math.nan, lack=lack, method=f"too few to say: {lack}")
        mu = special.expit(_intercept_beside(value, x, y, pool.weight) + value * x)
        curve = pool.weight * mu * (1 - mu)
        centred = x - float((curve * x).sum() / curve.sum())
        moves = centred * (y - mu) / float((curve * centred**2).sum())
    values = pool.by_row(moves * pool.weight)
    error = _error(pool, values, learned=learned)
    return Estimate(
        value, error, "plain", _freedom(pool, 2 * least - learned), by_unit=_by_unit(pool, values),
        method=_by("sandwich, t", pool),
    )  # fmt: skip


def _intercept_beside(slope: float, x: Array, y: Array, weight: Array) -> float:
    """The intercept that belongs to a slope: with it the mean of the probabilities is that of the events."""
    intercept = 0.0
    for _ in range(50):
        mu = special.expit(intercept + slope * x)
        step = float((weight * (y - mu)).sum() / (weight * mu * (1 - mu)).sum())
        intercept += float(np.clip(step, -5, 5))
        if abs(step) < 1e-12:
            break
    return intercept


def _losses(metric: str, said: Judged) -> Array:
    """(m,) what the figure is the mean of, record by record."""
    if metric in {"interval_width", "set_size"}:
        assert said.extent is not None
        return said.extent
    if not said.classes:
        miss = said.score - said.truth
        return {"mae": np.abs(miss), "bias": miss, "mse": miss**2}[metric]
    truth = said.truth.astype(int)
    if metric == "brier":
        if said.classes == 2:
            return np.asarray((said.event - truth) ** 2)
        return np.asarray(((said.score - np.eye(said.classes)[truth]) ** 2).sum(axis=1))
    assert metric == "log_loss"
    tiny = np.finfo(float).eps
    p = np.clip(said.score, tiny, 1 - tiny)
    return np.asarray(-np.log(p[np.arange(len(p)), truth] / p.sum(axis=1)))


def _lack_of_two(metric: str, pool: PooledRows, threshold: str) -> str:
    yes = int((pool.truth == 1).sum())
    no = len(pool) - yes
    least = LEAST_EVENTS_SLOPE if metric == "calibration_slope" else LEAST_EVENTS
    both = metric in _OF_BOTH or metric == "calibration_slope"
    if (both or metric == "sensitivity") and yes < least:
        return _count(yes, "event")
    if (both or metric == "specificity") and no < least:
        return _count(no, "non-event")
    if both or metric in {"sensitivity", "specificity"}:
        return ""
    if len(pool) < LEAST_ROWS:
        return _count(len(pool), "row")
    if metric in {"precision", "npv"}:
        alarm = pool.by_row(pool.said(threshold).decision * pool.weight).sum()
        count = math.floor(alarm if metric == "precision" else len(pool) - alarm)
        if count < LEAST_EVENTS:
            return _count(count, "alarm" if metric == "precision" else "all-clear")
    return ""


def _error(pool: PooledRows, values: Array, counted: NDArray[Any] | None = None, learned: int = 1) -> float:
    """Standard error from (n,) influences, those of a group summed first."""
    if pool.units is None:
        count = len(values) if counted is None else int(counted.sum())
        summed = values
    else:
        inside = pool.units if counted is None else pool.units[counted]
        count = len(np.unique(inside))
        summed = np.asarray(np.bincount(pool.units, values), dtype=float)
    if count <= learned:
        return math.nan
    return math.sqrt(count / (count - learned) * float(summed @ summed))


def _by_unit(pool: PooledRows, values: Array) -> Array:
    if pool.units is None:
        return np.empty(0)
    return np.asarray(np.bincount(pool.units, values, minlength=pool.units_in_all), dtype=float)


def _freedom(pool: PooledRows, without_groups: float) -> float:
    return without_groups if pool.units is None else min(without_groups, pool.groups - 1)


def _codes(pool: PooledRows, classes: Classes) -> list[int]:
    return sorted(set(pool.truth.astype(int))) if classes is None else list(classes)


def _by(name: str, pool: PooledRows) -> str:
    text = name if pool.units is None else f"{name}, {pool.groups} groups"
    return text if np.all(pool.weight == 1) else f"{text}, repeats averaged"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
