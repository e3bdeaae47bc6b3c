"""The level at which a model is worst, by name, and one sentence on it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from prognome.core.metrics import Metric
from prognome.validate.gaps import GAP, TOO_FEW, UNSETTLED

Gap = tuple[str, float, float]


@dataclass(frozen=True)
class WorstLevel:
    """The level of one column at which the primary metric is worst.

    Parameters
    ----------
    column, level
        The column; the level, empty where every level has too few rows.
    metric
        Name of the primary metric.
    label
        The same in words.
    value, low, high
        At this level.
    rest
        Of all other rows.
    gap, gap_low, gap_high
        Level minus rest.
    p_holm
        Of the gap, corrected for the levels of the column.
    verdict
        As in ``gaps.tsv``.
    levels, too_few
        How many levels occur, and how many have too few rows for a gap.
    others_worse, others_better
        (level, value, rest) of other levels whose gap holds, worse or better served than all others, the
        widest first.
    others_unsettled
        Other levels without enough evidence.
    """

    column: str
    level: str
    metric: str
    label: str
    value: float
    low: float
    high: float
    rest: float
    gap: float
    gap_low: float
    gap_high: float
    p_holm: float
    verdict: str
    levels: int
    too_few: int
    others_worse: tuple[Gap, ...]
    others_better: tuple[Gap, ...]
    others_unsettled: tuple[str, ...]


def find_worst(
    scores: Sequence[Mapping[str, Any]], gaps: Sequence[Mapping[str, Any]], primary: Metric
) -> tuple[WorstLevel, ...]:
    """For each column the level with the worst primary metric among those with enough rows.

    Parameters
    ----------
    scores, gaps
        Rows of one model and part from ``score_subgroups`` and ``score_gaps``.
    primary
        The figure that decides; at the fixed threshold where it judges decisions.
    """
    threshold = "fixed" if primary.of_decision else ""
    mine = [row for row in gaps if (row["metric"], row["threshold"]) == (primary.name, threshold)]
    spans = {
        (row["subgroup"], row["level"]): (row["low"], row["high"])
        for row in scores
        if (row["metric"], row["threshold"]) == (primary.name, threshold)
    }
    columns = dict.fromkeys(row["subgroup"] for row in mine)
    return tuple(
        _worst_of(column, [row for row in mine if row["subgroup"] == column], spans, primary)
        for column in columns
    )


def subgroup_sentence(worst: WorstLevel) -> str:
    """The worst level of a column in plain words, and whether a gap is shown."""
    if worst.levels == 1:
        return f"By {worst.column}, all rows are at one level: there is nothing to compare."
    if not worst.level:
        return f"By {worst.column}, there are too few rows at every level to say."
    text = (
        f"By {worst.column}, the model is worst for {worst.level}: {worst.label} "
        f"{_show(worst.value)} ({_show(worst.low)} to {_show(worst.high)})"
    )
    if worst.verdict == TOO_FEW:
        text += "; there are too few other rows to compare it with."
    else:
        text += f" against {_show(worst.rest)} for all others; {_verdict_in_words(worst)}."
    return " ".join([text, *_on_other_levels(worst)])


def _worst_of(
    column: str,
    rows: Sequence[Mapping[str, Any]],
    spans: Mapping[tuple[str, str], tuple[float, float]],
    primary: Metric,
) -> WorstLevel:
    label = re.split(r"[,;(]", primary.help)[0].strip()
    too_few = sum(row["verdict"] == TOO_FEW for row in rows)
    judged = [row for row in rows if not math.isnan(row["value"])]
    if not judged:
        nan = math.nan
        return WorstLevel(
            column, "", primary.name, label, nan, nan, nan, nan, nan, nan, nan, nan, TOO_FEW,
            len(rows), too_few, (), (), (),
        )  # fmt: skip
    worst = min(judged, key=lambda row: primary.better(row["value"]))
    others = [row for row in rows if row is not worst and len(rows) > 2]
    holding = sorted((row for row in others if row["verdict"] == GAP), key=lambda row: -abs(row["gap"]))
    worse, better = (
        tuple(
            (row["level"], row["value"], row["rest"])
            for row in holding
            if (primary.better(row["gap"]) < 0) == side
        )
        for side in (True, False)
    )
    low, high = spans[(column, worst["level"])]
    return WorstLevel(
        column, worst["level"], primary.name, label, worst["value"], low, high, worst["rest"],
        worst["gap"], worst["low"], worst["high"], worst["p_holm"], worst["verdict"],
        len(rows), too_few,
        worse,
        better,
        tuple(row["level"] for row in others if row["verdict"] == UNSETTLED),
    )  # fmt: skip


def _verdict_in_words(worst: WorstLevel) -> str:
    if worst.verdict == GAP:
        return f"the gap holds (p {_show_p(worst.p_holm)} after Holm)"
    if worst.verdict == UNSETTLED:
        return (
            "no gap is shown, but the intervals are wide: not enough evidence to say that it serves all alike"
        )
    return worst.verdict


def _on_other_levels(worst: WorstLevel) -> list[str]:
    said = []
    if worst.others_worse:
        said.append(f"It is worse than for all others also for {_list(worst.others_worse)}.")
    if worst.others_better:
        said.append(f"It is better than for all others for {_list(worst.others_better)}.")
    if worst.others_unsettled and worst.verdict != UNSETTLED:
        count = len(worst.others_unsettled)
        said.append(
            f"For {count} other {'level' if count == 1 else 'levels'} there is not enough evidence to say."
        )
    if worst.too_few and worst.too_few < worst.levels:
        said.append(f"For {worst.too_few} of {worst.levels} levels there are too few rows to say.")
    return said


def _list(gaps: Sequence[Gap]) -> str:
    shown = [f"{level} ({_show(value)} against {_show(rest)})" for level, value, rest in gaps[:3]]
    more = len(gaps) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _show(value: float) -> str:
    return f"{value:.3g}"


def _show_p(p: float) -> str:
    return "< .001" if p < 0.001 else f"{p:.3f}".lstrip("0")
