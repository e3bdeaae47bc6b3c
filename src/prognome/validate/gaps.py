"""Whether a model serves all alike: every level against all other rows, and the worst level by name."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from prognome.core.paired_tests import holm
from prognome.validate.subgroup_estimate import Difference, Estimate, differ
from prognome.validate.subgroup_figures import overall
from prognome.validate.subgroup_part import SubgroupPart
from prognome.validate.subgroup_rows import PooledRows

GAP_COLUMNS = (
    "model", "part", "subgroup", "level", "metric", "threshold", "value", "rest", "gap", "low", "high",
    "p", "p_holm", "n", "events", "method", "verdict",
)  # fmt: skip

GAP, UNSETTLED, TOO_FEW = "gap", "not enough evidence", "too few to say"

FIGURES: Mapping[str, tuple[str, ...]] = {
    "binary": ("sensitivity", "specificity", "calibration_intercept", "coverage"),
    "multiclass": ("accuracy", "coverage"),
    "number": ("bias", "mae", "coverage", "within_20_percent"),
    "survival": ("c_uno", "brier_integrated"),
}

TOLERATED_INTERCEPT = 0.5
"""On the logit scale: an odds ratio of 1.65 between what happened and what was said."""


def score_gaps(sheet: SubgroupPart, *, tolerated: float) -> list[dict[str, Any]]:
    """Rows of ``gaps.tsv``: a figure at each level minus that of all other rows of the column.

    The verdict is ``gap`` where Holm's p over the levels of a column and figure is below one minus the level
    of the interval, and the interval excludes 0; ``no gap above TOLERANCE`` where the whole interval lies
    within it; ``not enough evidence`` where neither is so; ``too few to say`` where the level or the rest has
    too few rows (as in ``score_subgroups``). Where a column has two levels there is one comparison, seen from
    both sides, and nothing to correct.

    Parameters
    ----------
    sheet
        The judged rows by the levels of every column.
    tolerated
        ``judge.gap``, for metrics from 0 to 1; see ``tolerance_of``.
    """
    confidence = sheet.interval.level
    table = []
    for at in sheet.columns:
        for metric, threshold in sheet.figures(FIGURES[sheet.kind]):
            tolerance = tolerance_of(metric, tolerated, sheet.pool)
            levels = sheet.at_levels(at, metric, threshold)
            rests = sheet.at_the_rest(at, metric, threshold)
            gaps = [_differ(level, rest, confidence) for level, rest in zip(levels, rests, strict=True)]
            raw = [math.nan if one is None else one.p for one in gaps]
            corrected = raw if len(at.names) == 2 else holm(raw)
            for name, rows, level, rest, one, p in zip(
                at.names, at.rows, levels, rests, gaps, corrected, strict=True
            ):
                table.append(
                    {
                        "model": sheet.model, "part": sheet.part, "subgroup": at.column, "level": name,
                        "metric": metric, "threshold": threshold, "value": level.value, "rest": rest.value,
                        **_said(one, float(p), level, rest, tolerance, confidence),
                        "n": len(rows), "events": rows.events,
                    }
                )  # fmt: skip
    return [{name: row[name] for name in GAP_COLUMNS} for row in table]


def tolerance_of(metric: str, tolerated: float, pool: PooledRows) -> float:
    """The gap that is tolerated, in the unit of the figure.

    For figures from 0 to 1 (and correlations) it is ``tolerated`` itself. For mean absolute error and bias it
    is that share of the mean absolute error of all rows; for root and mean squared error, log loss and width
    of intervals, that share of the same figure of all rows. For a calibration intercept it is .5 on the logit
    scale.

    Parameters
    ----------
    metric
        Its name.
    tolerated
        ``judge.gap``.
    pool
        All rows of the part.
    """
    if metric == "calibration_intercept":
        return TOLERATED_INTERCEPT
    if metric in {"mae", "bias"}:
        return tolerated * overall("mae", pool)
    if metric in {"rmse", "mse", "log_loss", "interval_width", "brier_integrated"}:
        return tolerated * overall(metric, pool)
    return tolerated


def _differ(level: Estimate, rest: Estimate, confidence: float) -> Difference | None:
    return None if level.lack or rest.lack else differ(level, rest, confidence)


def _said(
    one: Difference | None,
    p_holm: float,
    level: Estimate,
    rest: Estimate,
    tolerance: float,
    confidence: float,
) -> dict[str, Any]:
    """The cells of a row that follow from the gap."""
    nothing = math.nan
    if one is None:
        lack = level.lack or f"{rest.lack} among all others"
        cells = dict.fromkeys(("gap", "low", "high", "p", "p_holm"), nothing)
        return {**cells, "method": f"too few to say: {lack}", "verdict": TOO_FEW}
    return {
        "gap": one.gap, "low": one.low, "high": one.high, "p": one.p, "p_holm": p_holm,
        "method": one.method, "verdict": _verdict(one, p_holm, tolerance, confidence),
    }  # fmt: skip


def _verdict(one: Difference, p_holm: float, tolerance: float, confidence: float) -> str:
    if p_holm < 1 - confidence and (one.low > 0 or one.high < 0):
        return GAP
    if one.low >= -tolerance and one.high <= tolerance:
        return f"no gap above {_show(tolerance)}"
    return UNSETTLED


def _show(value: float) -> str:
    return f"{value:.3g}"
