"""From two columns of text to times and events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from prognome.core.study_target import Target
from prognome.errors import DataError, StudyError
from prognome.jobs.roles import equals

HAPPENED, CENSORED = ("1", "true"), ("0", "false")
Numbered = Callable[[Any], str]


def code_survival(
    time: pd.Series[str], event: pd.Series[str], spec: Target, *, where: str, numbered: Numbered
) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Code times and events.

    Parameters
    ----------
    time, event
        (n,) cells without missing ones, by row id.
    spec
        The study's ``target``.
    where
        File and column of the event, for messages.
    numbered
        Counts and numbers rows given by their ids, for messages.

    Returns
    -------
    (n, 2) times, and 1 for an event or 0 for censored; and what the user should know.

    Raises
    ------
    DataError, StudyError
        For times that are no numbers above 0, events that are not 0 or 1 while no value is named for them,
        and where no row has the event.
    """
    times = _times(time, spec, where, numbered)
    happened = _events(event, spec, where, numbered)
    if not happened.any():
        raise DataError(
            where,
            "no row has the event: all are censored, so nothing can be learned",
            seen=f"{len(happened):,} rows",
            mend="Check the column, or name the value of the event: event: {column: …, positive: VALUE}.",
        )
    share = float(happened.mean())
    notes = () if share < 1 else ("every row has the event: nobody is censored",)
    return np.column_stack([times, happened.astype(float)]), notes


def _times(time: pd.Series[str], spec: Target, where: str, numbered: Numbered) -> NDArray[np.float64]:
    place = f"{where.partition(', column')[0]}, column '{spec.time}'"
    values = pd.to_numeric(time, errors="coerce").to_numpy(dtype=float)
    for odd, what, mend in (
        (~np.isfinite(values), "holds what is no number", "Mend the cells, or drop those rows."),
        (
            values <= 0,
            "holds times that are not above 0",
            "Nobody is followed for no time at all: mend them, or drop those rows with rows: {drop: …}.",
        ),
    ):
        if odd.any():
            raise DataError(place, what, seen=numbered(time.index[odd]), expected="times above 0", mend=mend)
    if np.ptp(values) == 0:
        raise DataError(place, "holds one time only", expected="times that vary", mend="Check the column.")
    return np.asarray(values)


def _events(event: pd.Series[str], spec: Target, where: str, numbered: Numbered) -> NDArray[np.bool_]:
    assert spec.event is not None
    if spec.event.positive is not None:
        happened = equals(event, spec.event.positive)
        if not happened.any():
            raise StudyError(
                "target.event.positive",
                f"no row has the value '{spec.event.positive}'",
                seen=f"{event.nunique()} different values in {where}",
                mend="Say which of them is the event.",
            )
        return happened
    happened = np.any([equals(event, word) for word in HAPPENED], axis=0)
    censored = np.any([equals(event, word) for word in CENSORED], axis=0)
    odd = ~(happened | censored)
    if odd.any():
        raise DataError(
            where,
            "is neither 0 and 1 nor true and false",
            seen=numbered(event.index[odd]),
            mend="Name the value that is the event: event: {column: …, positive: VALUE}.",
        )
    return np.asarray(happened)
