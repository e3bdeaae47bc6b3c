"""What the end of a learning curve shows: whether more rows would still help, with its uncertainty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from prognome.core.metrics import Metric
from prognome.core.paired_tests import corrected_resampled_t
from prognome.page.numbers import count, decimal, percent, significant

Verdict = Literal["rising", "flat", "falling", "unclear"]
FLAT = 0.01  # a rise below this, for figures where more is better
FLAT_SHARE = 0.02  # a fall below this share of itself, for errors


@dataclass(frozen=True)
class CurveEnd:
    """The last two points of a learning curve.

    Parameters
    ----------
    metric
        The figure.
    shares, rows
        Of the training rows at the two points; rows are means over folds.
    gain
        Mean over folds of how much better the last point is (for an error: how much lower).
    low, high
        Its interval; NaN with fewer than two folds, or where all gained the same.
    level
        Of the interval.
    verdict
        ``rising`` (the whole interval above 0), ``falling`` (below), ``flat`` (within ±.01, or ±2 % of an
        error), otherwise ``unclear``.
    """

    metric: str
    shares: tuple[float, float]
    rows: tuple[float, float]
    gain: float
    low: float
    high: float
    level: float
    verdict: Verdict


def curve_end(
    table: pd.DataFrame, judged: Mapping[int, int], metric: Metric, level: float
) -> CurveEnd | None:
    """Compare the last two points fold by fold, by the corrected resampled t-test's interval.

    Parameters
    ----------
    table
        ``fold share train_rows value`` of one learning curve.
    judged
        Fold → number of judging rows.
    metric
        The figure.
    level
        Of the interval.

    References
    ----------
    As :func:`prognome.core.paired_tests.corrected_resampled_t`.
    """
    values = table.pivot_table(index="fold", columns="share", values="value").dropna()
    if values.shape[1] < 2 or not len(values):
        return None
    before, last = (float(share) for share in values.columns[-2:])
    gains = np.array(
        [metric.better(b) - metric.better(a) for a, b in zip(values[before], values[last], strict=True)]
    )
    rows = table[table["fold"].isin(values.index)].groupby("share")["train_rows"].mean()
    per_train = float(np.mean([judged[int(fold)] for fold in values.index])) / float(rows[last])
    test = corrected_resampled_t(gains, per_train, level)
    gain, low, high = float(gains.mean()), test.low, test.high
    size = FLAT if metric.higher else FLAT_SHARE * abs(float(values[last].mean()))
    verdict: Verdict = "unclear"
    if -size <= low and high <= size:
        verdict = "flat"
    elif low > 0:
        verdict = "rising"
    elif high < 0:
        verdict = "falling"
    means = float(rows[before]), float(rows[last])
    return CurveEnd(metric.name, (before, last), means, gain, low, high, level, verdict)


def curve_sentence(end: CurveEnd, *, metric: str, error: bool) -> str:
    """The end of the curve in one or two sentences.

    Parameters
    ----------
    end
        What was found.
    metric
        The figure as people call it.
    error
        Whether less of it is better.
    """
    steps = (
        f"From {percent(end.shares[0])} to {percent(end.shares[1])} of the training rows "
        f"({count(round(end.rows[0]))} to {count(round(end.rows[1]), 'row')} a fold) the {metric} "
    )
    if np.isnan(end.low):
        return f"{steps}got {_moved(end.gain, error)}; without an interval nothing tells chance from gain."
    sign = -1 if error else 1
    ends = sorted((sign * end.low, sign * end.high))
    interval = f"{_number(ends[0], error)} to {_number(ends[1], error)}"
    said = f"{steps}got {_moved(end.gain, error)} ({percent(end.level)} interval of the change {interval})"
    return {
        "rising": f"{said}: the learning curve still rises, so more rows like these are likely to help.",
        "flat": f"{said}: the learning curve is flat at its end; more rows like these would change little.",
        "falling": f"{said}: more rows did not help.",
        "unclear": f"{said}: whether more rows like these would help cannot be told.",
    }[end.verdict]


def _moved(gain: float, error: bool) -> str:
    if gain == 0:
        return "neither better nor worse"
    return f"{'better' if gain > 0 else 'worse'} by {_number(abs(gain), error)}"


def _number(value: float, error: bool) -> str:
    return significant(value, 2) if error else decimal(value, 3)
