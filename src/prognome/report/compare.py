"""What two intervals show about two figures, and no more."""

from __future__ import annotations

from enum import Enum

from prognome.core.metrics import Metric
from prognome.report.folder import Figure


class Verdict(Enum):
    """How a figure stands to another."""

    APART = "better, and the intervals do not overlap"
    OVERLAP = "better, but the intervals overlap"
    NOT_BETTER = "not better"
    UNKNOWN = "not defined"


def compare(ours: Figure | None, theirs: Figure | None, metric: Metric) -> Verdict:
    """Whether ours is better than theirs, as far as the two intervals show it.

    Overlap is a careful rule: two intervals can overlap where a paired test would find a difference.
    """
    if ours is None or theirs is None or ours.value is None or theirs.value is None:
        return Verdict.UNKNOWN
    if metric.better(ours.value) <= metric.better(theirs.value):
        return Verdict.NOT_BETTER
    if ours.low is None or ours.high is None or theirs.low is None or theirs.high is None:
        return Verdict.UNKNOWN
    apart = ours.low > theirs.high if metric.higher else ours.high < theirs.low
    return Verdict.APART if apart else Verdict.OVERLAP
