"""Figures that are no share and no AUC: BCa bootstrap on one part, jackknife over folds and of few groups."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from prognome.core.bootstrap import BLOCKS, bca_interval, jackknife_weights, replicate_weights
from prognome.core.delong import deviate
from prognome.core.jackknife import jackknife_interval
from prognome.core.judged import Judged
from prognome.core.metrics import Metric, weigh
from prognome.core.proportions import wilson
from prognome.core.recalibration import recalibration_ends
from prognome.core.scale import LOGIT, scale_of
from prognome.validate.judged_part import Array, Estimate, JudgedPart, mean_over_folds

POOLED = ("calibration_intercept", "calibration_slope")
ENOUGH_GROUPS = 100  # for a bootstrap; with fewer its intervals were measured as too narrow


def estimate_by_resampling(
    part: JudgedPart, judged: Sequence[Judged], metrics: Sequence[Metric]
) -> list[list[Estimate]]:
    """For each metric one estimate for each fold, and last the one over all folds.

    Parameters
    ----------
    part
        Folds and units.
    judged
        What was said in each fold.
    metrics
        The figures wanted.
    """
    if len(judged) > 1:
        return _over_folds(part, judged, metrics)
    if part.by == "groups" and part.units < ENOUGH_GROUPS:
        return [[one, one] for one in _by_jackknife(part, judged[0], metrics)]
    return [[one, one] for one in _by_bootstrap(part, judged[0], metrics)]


def _by_bootstrap(part: JudgedPart, judged: Judged, metrics: Sequence[Metric]) -> list[Estimate]:
    """One part: the same samples of rows or groups for every model."""
    n, made = len(part.rows), part.interval
    groups = part.unit if part.by == "groups" else None
    samples = replicate_weights(n, groups, made.replicates, made.seed)
    drawn = np.concatenate([weigh(judged, metrics, weights) for weights in samples], axis=1)
    without = weigh(judged, metrics, jackknife_weights(n, groups))
    method, found = f"BCa bootstrap, {made.replicates} × {part.named}", []
    for at, metric in enumerate(metrics):
        value = metric.value(judged)
        ends = bca_interval(value, drawn[at], without[at], made.level, part.units)
        found.append(_with_width(part, metric, Estimate(value, *ends, method), [judged], part.places))
    return found


def _by_jackknife(part: JudgedPart, judged: Judged, metrics: Sequence[Metric]) -> list[Estimate]:
    """One part of few groups."""
    without = weigh(judged, metrics, jackknife_weights(len(part.rows), part.unit))
    found = []
    for at, metric in enumerate(metrics):
        value = metric.value(judged)
        one = _student(part, metric, value, without[at], min(part.units, BLOCKS), 1.0)
        found.append(_with_width(part, metric, one, [judged], part.places))
    return found


def _over_folds(
    part: JudgedPart, judged: Sequence[Judged], metrics: Sequence[Metric]
) -> list[list[Estimate]]:
    """Leave units out of whatever folds judged them, in all repeats at once.

    The value is the mean of the folds' values. Calibration slope and intercept are reckoned over the pooled
    rows of a repeat instead, and averaged over repeats: a fold of a few rows has no slope.
    """
    n, folds = len(part.rows), list(zip(judged, part.places, strict=True))
    groups = part.unit if part.by == "groups" else None
    weights = jackknife_weights(n, groups)
    by_fold = [metric for metric in metrics if metric.name not in POOLED]
    pooled = [metric for metric in metrics if metric.name in POOLED]
    repeats = _repeats(part, judged)
    a_fold = min(part.units * len(repeats) / len(folds), len(weights))
    table: dict[str, list[Estimate]] = {}
    if by_fold:
        without = np.stack([weigh(one, by_fold, weights[:, place]) for one, place in folds], axis=1)
        touched = [(weights[:, place] == 0).any(axis=1) for _, place in folds]
        for at, metric in enumerate(by_fold):
            values = np.array([metric.value(one) for one in judged])
            line = []
            for k, (one, place) in enumerate(folds):
                units = min(len(np.unique(part.unit[place])), int(touched[k].sum()))
                here = _student(part, metric, values[k], without[at, k, touched[k]], units, 1.0)
                line.append(_with_width(part, metric, here, [one], [place]))
            # a fold that loses its last event keeps its value
            kept = np.where(np.isnan(without[at]), values[:, None], without[at])
            value = float(mean_over_folds(values))
            whole = _student(
                part,
                metric,
                value,
                mean_over_folds(kept),
                a_fold,
                part.widen(metric.name),
                ", mean of folds",
            )
            table[metric.name] = [*line, _with_width(part, metric, whole, judged, part.places)]
    if pooled:
        each = np.stack([weigh(one, pooled, weights[:, place]) for one, place in repeats], axis=1)
        given = np.array([[metric.value(one) for one, _ in repeats] for metric in pooled])
        for at, metric in enumerate(pooled):
            widen = part.widen(metric.name)
            value = float(mean_over_folds(given[at]))
            name = ", rows of a repeat pooled"
            whole = _student(part, metric, value, mean_over_folds(each[at]), len(weights), widen, name)
            line = [_of_one_fold(metric, one, part.interval.level) for one in judged]
            table[metric.name] = [*line, whole]
    return [table[metric.name] for metric in metrics]


def _student(
    part: JudgedPart, metric: Metric, value: float, without: Array, units: float, widen: float, over: str = ""
) -> Estimate:
    scale = scale_of(metric.name)
    ends = jackknife_interval(value, without, part.interval.level, units=units, scale=scale, widen=widen)
    name = f"jackknife, {scale.name}, {part.named}" if scale.name else f"jackknife, {part.named}"
    return Estimate(value, *ends, name + over)


def _with_width(
    part: JudgedPart,
    metric: Metric,
    one: Estimate,
    judged: Sequence[Judged],
    places: Sequence[NDArray[np.intp]],
) -> Estimate:
    """Where nothing was wrong resampling shows no error: Wilson's end for the units of the rarest class."""
    best = one.value == 1 and (scale_of(metric.name) is LOGIT or metric.name == "mcc")
    if not best or not judged[0].classes or one.low < one.high:
        return one
    rarest, _ = part.units_of_rarest(judged, places)
    low = wilson(1.0, rarest, deviate(part.interval.level))[0]
    low = 2 * low - 1 if metric.name == "mcc" else low
    return Estimate(one.value, low, 1.0, f"Wilson, {rarest} {part.by} of the rarest class{part.note}")


def _of_one_fold(metric: Metric, judged: Judged, level: float) -> Estimate:
    """Calibration of the rows of one fold, with the interval of a logistic regression."""
    ends = recalibration_ends(judged.truth, judged.event, level)
    which = 0 if metric.name == "calibration_intercept" else 1
    return Estimate(metric.value(judged), *ends[which], "Wald, rows")


def _repeats(part: JudgedPart, judged: Sequence[Judged]) -> list[tuple[Judged, NDArray[np.intp]]]:
    """For each repeat the rows of its folds together."""
    found = []
    for repeat in dict.fromkeys(fold.repeat for fold in part.folds):
        mine = [k for k, fold in enumerate(part.folds) if fold.repeat == repeat]
        truth = np.concatenate([judged[k].truth for k in mine])
        together = Judged(truth, np.concatenate([judged[k].score for k in mine]))
        found.append((together, np.concatenate([part.places[k] for k in mine])))
    return found
