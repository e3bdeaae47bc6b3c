"""The numbers behind the figures of survival: curves of thirds of risk, and calibration at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from prognome.core.characteristics import FEW
from prognome.core.survival import greenwood, kaplan_meier

Array = NDArray[np.float64]
LEVELS = ("low", "middle", "high")
LEAST_ROWS = 20  # of a bin of calibration


@dataclass(frozen=True, eq=False)
class Group:
    """One third of predicted risk.

    Parameters
    ----------
    name
        ``low``, ``middle`` or ``high``.
    times
        (T,) from 0 on, as far as five rows are followed.
    survival, low, high
        (T,) share free of the event, and its interval.
    at_risk
        (T,) rows followed so far.
    rows, events
        In all.
    """

    name: str
    times: Array
    survival: Array
    low: Array
    high: Array
    at_risk: NDArray[np.int_]
    rows: int
    events: int


def thirds_of_risk(rows: pd.DataFrame, times: Sequence[float], level: float) -> list[Group]:
    """The product-limit estimate of each third, at given times: a step there is no one person's time.

    Thirds are cut within each fold, since risks of several models are on several scales. Where risks are tied
    the thirds are of unequal size; one without rows is left out.

    Parameters
    ----------
    rows
        ``time event risk fold`` of rows that judged.
    times
        Rising, in the unit of the target.
    level
        Of the intervals.
    """
    third = np.zeros(len(rows), dtype=int)
    places = rows["fold"].fillna(0).to_numpy()
    for fold in np.unique(places):
        here = np.flatnonzero(places == fold)
        share = pd.Series(rows["risk"].to_numpy()[here]).rank(method="average").to_numpy() / (len(here) + 1)
        third[here] = np.minimum((3 * share).astype(int), 2)
    found = []
    for k, name in enumerate(LEVELS):
        part = rows[third == k]
        if len(part) < FEW:
            continue
        time, event = part["time"].to_numpy(float), part["event"].to_numpy(float)
        found.append(_group(name, time, event, np.r_[0.0, np.array(times)], level))
    return found


def _group(name: str, time: Array, event: Array, times: Array, level: float) -> Group:
    at_risk = np.array([(time >= one).sum() for one in times])
    shown = at_risk >= FEW
    times, at_risk = times[shown], at_risk[shown]
    survival = kaplan_meier(time, event).at(times)
    low, high = log_log_interval(survival, greenwood(time, event).at(times), level)
    return Group(name, times, survival, low, high, at_risk, len(time), int(event.sum()))


def log_log_interval(survival: Array, variance: Array, level: float) -> tuple[Array, Array]:
    """Interval of the share free of the event, symmetric on the scale log(-log S).

    Parameters
    ----------
    survival
        (T,) product-limit estimates.
    variance
        (T,) Greenwood's sum.
    level
        Such as .95.

    References
    ----------
    Kalbfleisch and Prentice (1980), The Statistical Analysis of Failure Time Data, section 1.3.
    """
    z = NormalDist().inv_cdf((1 + level) / 2)
    inside = (survival > 0) & (survival < 1)
    log = np.log(np.where(inside, survival, 0.5))
    reach = np.exp(z * np.sqrt(variance) / np.abs(log))
    low, high = np.exp(log * reach), np.exp(log / reach)
    return np.where(inside, low, survival), np.where(inside, high, survival)


@dataclass(frozen=True, eq=False)
class AtTime:
    """Rows in bins of predicted survival at a time: mean predicted, observed with its interval, rows."""

    predicted: Array
    observed: Array
    low: Array
    high: Array
    rows: NDArray[np.int_]


def calibration_at(
    rows: pd.DataFrame, column: str, horizon: float, level: float, bins: int = 5
) -> AtTime | None:
    """Mean predicted survival against the product-limit estimate, in bins of about equal count.

    Parameters
    ----------
    rows
        ``time event`` and the predicted survival of rows that judged.
    column
        Which of the columns.
    horizon
        The time.
    level
        Of the intervals.
    bins
        At most; each has at least twenty rows.

    Returns
    -------
    None where there are too few rows.
    """
    from prognome.report.curves import equal_bins

    if len(rows) < LEAST_ROWS:
        return None
    said = rows[column].to_numpy(float)
    index = equal_bins(said, max(1, min(bins, len(rows) // LEAST_ROWS)))
    found = []
    for at in range(int(index.max()) + 1):
        time, event = (rows[name].to_numpy(float)[index == at] for name in ("time", "event"))
        survival = kaplan_meier(time, event).at([horizon])
        low, high = log_log_interval(survival, greenwood(time, event).at([horizon]), level)
        if (time >= horizon).sum() >= FEW:  # else nobody knows what became of them
            found.append((said[index == at].mean(), survival[0], low[0], high[0], (index == at).sum()))
    if not found:
        return None
    predicted, observed, lows, highs, counts = (np.array(one) for one in zip(*found, strict=True))
    return AtTime(predicted, observed, lows, highs, counts.astype(int))
