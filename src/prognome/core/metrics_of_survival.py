"""Figures of predicted risk and survival, where some times are censored.

Rows that are censored early are missing from pairs and squared errors. Where a figure puts that right it
weighs each row that is known by one over the chance of being known (inverse probability of censoring
weights). That chance is the product-limit estimate of censoring **in the judged rows themselves**, as Uno et
al. have it, so that another cohort is judged by its own follow-up; in every bootstrap sample it is estimated
anew. Censoring is taken to be independent of what the model knows.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from prognome.core.follow_up import FollowUp
from prognome.core.judged import Judged
from prognome.core.metrics_of_probabilities import auc_of
from prognome.core.weighed import Weighed, add_ties, in_order, ratio
from prognome.core.weighed_survival import share_of_pairs

Array = NDArray[np.float64]
Form = Callable[[Weighed], Array]


def of_rows_as_they_are(form: Form) -> Callable[[Judged], float]:
    """The value of a figure from its weighted form: every row counts once."""

    def value(j: Judged) -> float:
        if not len(j.truth):
            return float("nan")
        return float(form(Weighed(j, np.ones((1, len(j.truth)))))[0])

    return value


def c_harrell(w: Weighed) -> Array:
    """(replicates,) share of usable pairs whose earlier event has the higher risk, ties counted half.

    References
    ----------
    Harrell et al. (1982), JAMA 247:2543–2546.
    """
    cases, right, whole = w.survival.pairs
    return share_of_pairs(right, whole, w.weights[:, cases])


def c_uno(w: Weighed) -> Array:
    """(replicates,) the same, free of the censoring: pairs of events before ``tau``, weighed by 1 / G².

    References
    ----------
    Uno et al. (2011), Statistics in Medicine 30:1105–1117, equation 6.
    """
    s, follow_up = w.survival, known(w.judged)
    cases, right, whole = s.pairs
    chance = s.censoring_before[:, cases]
    early = s.time[cases] < follow_up.tau
    weights = w.weights[:, cases] * early
    weights = np.divide(weights, chance**2, out=np.zeros_like(weights), where=(chance > 0) & (weights > 0))
    return share_of_pairs(right, whole, weights)


def auc_at(horizon: float) -> Form:
    """Area under the ROC curve at a time: events until then against rows that are free of it then.

    References
    ----------
    Cumulative cases, dynamic controls: Heagerty and Zheng (2005), Biometrics 61:92–105; weights: Uno et al.
    (2007), Journal of the American Statistical Association 102:527–537; Hung and Chiang (2010), Canadian
    Journal of Statistics 38:8–26.
    """

    def form(w: Weighed) -> Array:
        s = w.survival
        yes, no = s.inverse * (s.time <= horizon), w.weights * (s.time > horizon)
        order, starts, ordered = in_order(w.judged.risk, yes)
        return auc_of(add_ties(ordered, starts), add_ties(np.take(no, order, axis=1), starts))

    return form


def auc_t(w: Weighed) -> Array:
    """(replicates,) mean over the horizons of the area under the ROC curve at that time."""
    each = np.stack([auc_at(horizon)(w) for horizon in known(w.judged).horizons])
    there = ~np.isnan(each)
    return ratio(np.where(there, each, 0).sum(axis=0), there.sum(axis=0))


def brier_at(horizon: float) -> Form:
    """Squared error of the predicted survival at a time.

    References
    ----------
    Graf et al. (1999), Statistics in Medicine 18:2529–2545, equation 4.
    """

    def form(w: Weighed) -> Array:
        return _briers(w, [known(w.judged).times.index(horizon)])[:, 0]

    return form


def brier_integrated(w: Weighed) -> Array:
    """(replicates,) mean over the time up to ``tau`` of the squared error of predicted survival.

    By the trapezium rule on the times of the study; at time 0 there is no error.

    References
    ----------
    Graf et al. (1999), Statistics in Medicine 18:2529–2545, equation 7.
    """
    times = known(w.judged).times
    each = _briers(w, list(range(len(times))))
    heights, edges = np.c_[np.zeros(len(each)), each], np.r_[0.0, times]
    return np.asarray((np.diff(edges) * (heights[:, 1:] + heights[:, :-1]) / 2).sum(axis=1) / edges[-1])


def survival_bias_at(horizon: float) -> Form:
    """Mean predicted survival less the product-limit estimate, at a time."""

    def form(w: Weighed) -> Array:
        said = w.judged.survival[:, known(w.judged).times.index(horizon)]
        return w.mean(said) - w.survival.survival(horizon)

    return form


def _briers(w: Weighed, columns: list[int]) -> Array:
    """(replicates, columns) squared error at some of the study's times."""
    s, said = w.survival, w.judged.survival[:, columns]
    when = np.array(known(w.judged).times)[columns]
    happened = (s.time[:, None] <= when) & s.event[:, None]
    free = s.time[:, None] > when
    missed = w.weights @ (free * (1 - said) ** 2)
    chance = np.stack([s.uncensored(float(one)) for one in when], axis=1)
    of_free = np.divide(missed, chance, out=np.zeros_like(missed), where=chance > 0)
    return ratio(s.inverse @ (happened * said**2) + of_free, w.total[:, None])


def known(judged: Judged) -> FollowUp:
    """The times of what was judged."""
    assert judged.follow_up is not None
    return judged.follow_up
