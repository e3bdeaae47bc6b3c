"""A cohort of survival as guards can look at it, which know classes and numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from prognome.core.cohort import Cohort
from prognome.core.survival import martingale_residuals

CENSORED, EVENT = "censored", "event"


def by_event(cohort: Cohort) -> Cohort:
    """The same rows, with whether the event was seen as two classes; any other cohort as it is.

    Where everybody has the event, the time in its place.
    """
    if cohort.follow_up is None or cohort.target is None:
        return cohort
    event = cohort.target[:, 1].astype(np.int64)
    if event.all():
        return by_time(cohort)
    return replace(cohort, target=event, classes=(CENSORED, EVENT), follow_up=None)


def by_residual(cohort: Cohort) -> Cohort:
    """The same rows, with martingale residuals as numbers; any other cohort as it is."""
    if cohort.follow_up is None or cohort.target is None:
        return cohort
    return replace(cohort, target=martingale_residuals(cohort.target), follow_up=None)


def by_time(cohort: Cohort) -> Cohort:
    """The same rows, with the time as a number; any other cohort as it is."""
    if cohort.follow_up is None or cohort.target is None:
        return cohort
    return replace(cohort, target=cohort.target[:, 0].copy(), follow_up=None)
