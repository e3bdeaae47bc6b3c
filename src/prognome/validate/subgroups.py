"""Every figure of one model on one part for each level of the subgroup columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prognome.validate.subgroup_part import SubgroupPart

FIGURES: Mapping[str, tuple[str, ...]] = {
    "binary": (
        "auc_roc", "sensitivity", "specificity", "precision", "npv", "calibration_intercept",
        "calibration_slope", "brier", "coverage",
    ),
    "multiclass": ("balanced_accuracy", "accuracy", "coverage", "log_loss"),
    "number": ("mae", "bias", "within_20_percent", "coverage", "r2"),
    "survival": ("c_uno", "c_harrell", "brier_integrated"),
}  # fmt: skip


def score_subgroups(sheet: SubgroupPart) -> list[dict[str, Any]]:
    """Rows of ``scores.tsv`` for subgroups; rows are pooled over the folds, and ``fold`` is empty.

    A figure of too few rows is left empty, and its method says what there is too little of: 10 events for
    what needs events, 10 others for what needs those, 20 of each for a calibration slope, 10 alarms or
    all-clears for precision and npv, 10 rows of every class for means over several classes, 2 groups where
    rows go together, 20 rows for anything else.

    Parameters
    ----------
    sheet
        The judged rows by the levels of every column.
    """
    table = []
    for at in sheet.columns:
        for metric, threshold in sheet.figures(FIGURES[sheet.kind]):
            found = sheet.at_levels(at, metric, threshold)
            for name, rows, one in zip(at.names, at.rows, found, strict=True):
                low, high = one.interval(sheet.interval.level)
                table.append(
                    {
                        "model": sheet.model, "part": sheet.part, "repeat": None, "fold": None,
                        "subgroup": at.column, "level": name, "metric": metric, "threshold": threshold,
                        "value": one.value, "low": low, "high": high, "method": one.method,
                        "n": len(rows), "events": rows.events,
                    }
                )  # fmt: skip
    return table
