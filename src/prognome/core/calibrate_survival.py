"""Predicted survival mended: of 100 patients told 80 % at three years, about 80 are free of the event."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from prognome.core.calibrate import LEAST_SLOPE, MOST_SLOPE, Calibration
from prognome.core.follow_up import FollowUp
from prognome.core.survival import breslow

Array = NDArray[np.float64]
LEAST_EVENTS = 10
_STEPS = 50


def learn_survival_calibration(
    truth: NDArray[Any], said: Array, follow_up: FollowUp, how: str = "auto"
) -> Calibration:
    """Learn a slope of the risk and the hazard of all, by what was said about rows not learned from.

    The survival that is told afterwards is ``exp(-H(t) exp(slope · (risk - centre)))``: proportional hazards,
    whatever the model is. The order of two rows stays.

    **Learns** the slope by Cox's partial likelihood with the risk as its only column, H by Breslow's
    estimate, and the centre as the mean risk, from all rows given.

    Parameters
    ----------
    truth
        (n, 2) time and event.
    said
        (n, 1 + T) risk and survival; of the latter nothing is used.
    follow_up
        The times at which H is kept.
    how
        ``none``, or anything else: there is one way.

    Returns
    -------
    Nothing to mend, with the reason, for fewer than 10 events or one risk for all.

    References
    ----------
    The slope of the prognostic index: van Houwelingen (2000), Statistics in Medicine 19:3401–3415.
    """
    if how == "none":
        return Calibration()
    time, event, risk = truth[:, 0], truth[:, 1], said[:, 0]
    if event.sum() < LEAST_EVENTS:
        return Calibration(reason=f"{int(event.sum())} events to learn it from; needs {LEAST_EVENTS}")
    centre, spread = float(risk.mean()), float(risk.std())
    if not spread > 1e-12 * max(1.0, abs(centre)):
        return Calibration(reason="the model says the same of every row")
    slope = float(np.clip(cox_slope(time, event, (risk - centre) / spread) / spread, LEAST_SLOPE, MOST_SLOPE))
    hazard = breslow(time, event, slope * (risk - centre)).at(follow_up.times)
    knots = (follow_up.times, tuple(float(one) for one in hazard))
    return Calibration("hazard", slope, centre, knots=(knots,))


def cox_slope(time: Array, event: Array, column: Array) -> float:
    """The coefficient of a Cox model of one column (Breslow's form for ties), bounded to ±10.

    Parameters
    ----------
    time, event
        (n,) times, and 1 or 0.
    column
        (n,) numbers on a scale of about 1.

    References
    ----------
    Cox (1972), Journal of the Royal Statistical Society B 34:187–220.
    """
    order = np.argsort(-time, kind="stable")
    time, event, x = time[order], event[order], column[order]
    last = np.searchsorted(-time, -time, side="right") - 1  # of the rows that are at risk then
    dead, slope = event == 1, 0.0
    for _ in range(_STEPS):
        hazard = np.exp(slope * x - np.max(slope * x))
        s0, s1, s2 = (np.cumsum(hazard * x**k)[last][dead] for k in range(3))
        mean = s1 / s0
        bend = float((s2 / s0 - mean**2).sum())
        if bend <= 0:
            break
        step = float(np.clip((x[dead] - mean).sum() / bend, -1, 1))
        slope = float(np.clip(slope + step, -10, 10))
        if abs(step) < 1e-9:
            break
    return slope
