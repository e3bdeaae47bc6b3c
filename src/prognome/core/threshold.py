"""Where a probability becomes a decision, chosen on rows that the model had not learned from."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from prognome.core.study_judge import ThresholdSpec

Array = NDArray[np.float64]

LEAST_ROWS = 5


def choose_threshold(truth: NDArray[Any], event: Array, spec: ThresholdSpec) -> float | None:
    """The cut above which a row is called an event.

    **Learns** one number from all rows given (for ``cost`` nothing). They must be rows that the model had not
    learned from, with probabilities as they will be given out.

    * ``youden``: the greatest sensitivity + specificity - 1. Of equal ones the cut in the widest stretch of
      probabilities.
    * ``sensitivity``, ``specificity``: the best of the other one subject to the wanted share. The share is
      reached by ⌈wanted · (n + 1)⌉ of the n rows of that class, as for a conformal quantile, so that it is
      reached on average by new rows and not by these alone. Where the class is too small for that, the
      nearest possible: every one of its rows.
    * ``cost``: false_positive / (false_positive + false_negative). For calibrated probabilities no other cut
      costs less, and it does not vary from sample to sample as one searched for does.

    Parameters
    ----------
    truth
        (n,) 1 for the event, 0 for the rest.
    event
        (n,) probability of the event.
    spec
        The rule.

    Returns
    -------
    A cut between 0 and 1, midway between two probabilities that were said; None where a class has fewer than
    5 rows or no two probabilities differ, and the fixed threshold must do.

    References
    ----------
    Youden (1950), Cancer 3:32–35; costs: Elkan (2001), IJCAI, 973–978.
    """
    if spec.rule == "cost":
        assert spec.cost is not None
        return spec.cost.false_positive / (spec.cost.false_positive + spec.cost.false_negative)
    happened = truth.astype(int) == 1
    if min(happened.sum(), (~happened).sum()) < LEAST_ROWS or np.ptp(event) == 0:
        return None
    if spec.rule == "youden":
        return _youden(happened, event)
    assert spec.wanted is not None
    if spec.rule == "sensitivity":
        return _reach_sensitivity(event, happened, spec.wanted)
    return _reach_specificity(event, happened, spec.wanted)


def _youden(happened: NDArray[np.bool_], event: Array) -> float:
    scores, place = np.unique(event, return_inverse=True)
    events = np.bincount(place[happened], minlength=len(scores))
    others = np.bincount(place[~happened], minlength=len(scores))
    # whole numbers, so that equal ones are equal: sensitivity + specificity - 1, times both counts
    criterion = np.cumsum(others)[:-1] * events.sum() - np.cumsum(events)[:-1] * others.sum()
    best = np.flatnonzero(criterion == criterion.max())
    starts = best[np.r_[True, np.diff(best) > 1]]
    ends = best[np.r_[np.diff(best) > 1, True]]
    widest = int((scores[ends + 1] - scores[starts]).argmax())
    return _between(scores[starts[widest]], scores[ends[widest] + 1])


def _reach_sensitivity(event: Array, happened: NDArray[np.bool_], wanted: float) -> float:
    """The highest cut with enough events above it."""
    events = np.sort(event[happened])
    lowest = events[len(events) - _enough(len(events), wanted)]
    below = event[event < lowest]
    if not len(below):
        return float(np.nextafter(0.0, -1.0)) if lowest <= 0 else _between(0.0, lowest)
    return _between(below.max(), lowest)


def _reach_specificity(event: Array, happened: NDArray[np.bool_], wanted: float) -> float:
    """The lowest cut with enough of the other rows not above it."""
    others = np.sort(event[~happened])
    highest = others[_enough(len(others), wanted) - 1]
    above = event[event > highest]
    return _between(highest, above.min() if len(above) else 1.0)


def _enough(rows: int, wanted: float) -> int:
    return min(rows, int(np.ceil(wanted * (rows + 1) - 1e-9)))


def _between(low: float, high: float) -> float:
    """Midway; the lower one where no number lies between, since decisions are for above the cut."""
    middle = float((low + high) / 2)
    return middle if middle < high else float(low)
