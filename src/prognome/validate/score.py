"""Every figure of one model on one part, by fold and over all folds, with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from prognome.core.judged import Judged
from prognome.core.metrics import Metric
from prognome.core.proportions import share_of
from prognome.validate.auc_interval import estimate_auc
from prognome.validate.judged_part import (
    FEW_GROUPS,
    Estimate,
    Interval,
    JudgedFold,
    JudgedPart,
    mean_over_folds,
)
from prognome.validate.resampled_estimate import estimate_by_resampling
from prognome.validate.share_interval import estimate_share
from prognome.validate.site_interval import estimate_over_sites

__all__ = ["COLUMNS", "FEW_GROUPS", "Estimate", "Interval", "JudgedFold", "score_part"]

COLUMNS = (
    "model", "part", "repeat", "fold", "subgroup", "level", "metric", "threshold",
    "value", "low", "high", "method", "n", "events",
)  # fmt: skip

_OF_SETS = ("coverage", "set_size", "interval_width")


def score_part(
    model: str,
    part: str,
    folds: Sequence[JudgedFold],
    metrics: Sequence[Metric],
    *,
    groups: NDArray[Any] | None,
    interval: Interval,
) -> list[dict[str, Any]]:
    """Rows of ``scores.tsv``; the ``method`` of each names its interval.

    The value over all folds is the mean of the folds' values; calibration slope and intercept are reckoned
    over all rows of a repeat together. The models are taken as fitted, and repeats are averaged within a row.
    AUC: DeLong, over folds the cross-validated influence curve. Shares of rows: Wilson. Everything else: BCa
    bootstrap of the same samples for every model; over folds, and of fewer than 100 groups, the jackknife.
    Units are groups where there are ten or more, else rows, which the method says. Where every fold is one
    group (a site left out) the interval over all folds is Student's, with sites as units. Metrics of
    decisions come at the fixed threshold and, where one was chosen inside training, at that as well.
    Coverage, set size and interval width come only where there are prediction sets or intervals. Measured:
    docs/coverage.md.

    Parameters
    ----------
    model, part
        For the table.
    folds
        What was said, fold by fold; one fold for a test part.
    metrics
        The figures wanted.
    groups
        (n,) labels of all rows of the cohort, or None.
    interval
        Replicates, level and seed.
    """
    sheet = JudgedPart.of(folds, groups, interval)
    fixed = [fold.judged for fold in folds]
    asked = [metric for metric in metrics if metric.name not in _OF_SETS or _has_sets(fixed)]
    found = {(name, "fixed"): line for name, line in _estimate(sheet, fixed, asked).items()}
    if fixed[0].classes == 2 and all(fold.chosen is not None for fold in folds):
        chosen = [fold.judged.at(fold.chosen) for fold in folds]
        of_decision = [metric for metric in asked if metric.of_decision]
        found |= {(name, "chosen"): line for name, line in _estimate(sheet, chosen, of_decision).items()}
    table = []
    for metric in asked:
        for threshold in ("fixed", "chosen"):
            if (metric.name, threshold) in found:
                written = threshold if metric.of_decision else ""
                common = {"model": model, "part": part, "subgroup": "", "level": "", "metric": metric.name,
                          "threshold": written}  # fmt: skip
                table += [{**common, **line} for line in _lines(sheet, found[(metric.name, threshold)])]
    return table


def _estimate(
    sheet: JudgedPart, judged: Sequence[Judged], metrics: Sequence[Metric]
) -> dict[str, list[Estimate]]:
    """Metric → an estimate for each fold and one over all."""
    found: dict[str, list[Estimate]] = {}
    rest = []
    for metric in metrics:
        shares = [share for one in judged if (share := share_of(metric.name, one)) is not None]
        if metric.name == "auc_roc":
            found[metric.name] = _to_the_last_digit(metric, judged, estimate_auc(sheet, judged))
        elif len(shares) == len(judged):
            found[metric.name] = _to_the_last_digit(metric, judged, estimate_share(sheet, shares))
        else:
            rest.append(metric)
    if rest:
        lines = estimate_by_resampling(sheet, judged, rest)
        found |= {metric.name: line for metric, line in zip(rest, lines, strict=True)}
    if sheet.sites:
        for metric in metrics:
            line = found[metric.name]
            line[-1] = estimate_over_sites(sheet, metric, judged, line)
    return found


def _to_the_last_digit(metric: Metric, judged: Sequence[Judged], line: list[Estimate]) -> list[Estimate]:
    """The same estimates with the values of ``Metric.value``, which are scikit-learn's own."""
    values = np.array([metric.value(one) for one in judged])
    whole = float(mean_over_folds(values))
    return [replace(one, value=float(value)) for one, value in zip(line, [*values, whole], strict=True)]


def _lines(sheet: JudgedPart, estimates: Sequence[Estimate]) -> list[dict[str, Any]]:
    table = []
    for fold, one in zip(sheet.folds if len(sheet.folds) > 1 else [], estimates, strict=False):
        happened = fold.judged.events
        events = None if happened is None else int(happened.sum())
        table.append(
            {"repeat": fold.repeat, "fold": fold.fold, **vars(one), "n": len(fold.rows), "events": events}
        )
    whole = {"repeat": None, "fold": None, **vars(estimates[-1])}
    return [*table, {**whole, "n": len(sheet.rows), "events": sheet.events}]


def _has_sets(judged: Sequence[Judged]) -> bool:
    return any(one.within is not None for one in judged)
