"""Area under the ROC curve with its variance, its interval, and a test of two scores on the same rows.

Every row has an *influence*: how far it moves the AUC. An event's is its placement, the share of non-events
scored below it, less the AUC, over the number of events; a non-event's is the share of events above it,
likewise. The variance is the sum over units (rows, or groups of rows) of the squared summed influence.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from prognome.core.scale import expit

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class AucInfluence:
    """One AUC and what each row gives to its error.

    Parameters
    ----------
    auc
        Mann–Whitney statistic, ties counted half; NaN where a class is missing.
    values
        (n,) influence of each row; they sum to nought over the events and over the others.
    event
        (n,) whether the row is an event.
    """

    auc: float
    values: Array
    event: NDArray[np.bool_]


@dataclass(frozen=True)
class AucInterval:
    """Ends of an interval of an AUC, and how it was made."""

    low: float
    high: float
    method: str


@dataclass(frozen=True)
class AucTest:
    """Two scores on the same rows: AUC of the first minus AUC of the second.

    Parameters
    ----------
    difference, standard_error
        Of the AUC.
    z, p
        Normal deviate and two-sided p: 0 and 1 where the two rank alike; NaN for a difference of no variance.
    low, high
        Wald interval of the difference.
    """

    difference: float
    standard_error: float
    z: float
    p: float
    low: float
    high: float


def influence(event: NDArray[Any], score: NDArray[Any]) -> AucInfluence:
    """AUC and the influence of every row, by sorting: no comparison of all pairs.

    Parameters
    ----------
    event
        (n,) True where the row is an event.
    score
        (n,) higher speaks for the event.

    References
    ----------
    DeLong, DeLong and Clarke-Pearson (1988), Biometrics 44:837–845; Sun and Xu (2014), IEEE Signal Processing
    Letters 21:1389–1393.
    """
    event = np.asarray(event, dtype=bool)
    score = np.asarray(score, dtype=float)
    yes, no = score[event], score[~event]
    values = np.full(len(score), np.nan)
    if not len(yes) or not len(no):
        return AucInfluence(float("nan"), values, event)
    above = _share_below(yes, no)
    below = 1 - _share_below(no, yes)
    auc = float(above.mean())
    values[event] = (above - auc) / len(yes)
    values[~event] = (below - auc) / len(no)
    return AucInfluence(auc, values, event)


def covariance(influences: Sequence[AucInfluence], groups: NDArray[Any] | None = None) -> Array:
    """Variances and covariances of AUCs of several scores on the same rows.

    Parameters
    ----------
    influences
        One for each score.
    groups
        (n,) labels of rows that go together; None: rows are independent.

    Returns
    -------
    (k, k); NaN where a class has fewer than two units.

    References
    ----------
    Rows: DeLong et al. (1988), Biometrics 44:837–845. Groups: Obuchowski (1997), Biometrics 53:567–578
    (S10, S01 and S11).
    """
    event = influences[0].event
    values = np.stack([one.values for one in influences])
    return clustered_covariance(values, event, groups)


def clustered_covariance(
    values: Array, event: NDArray[np.bool_], groups: NDArray[Any] | None = None
) -> Array:
    """Sum over units of products of summed influence, each class with its factor units / (units - 1).

    Parameters
    ----------
    values
        (k, n) influence of each row on k figures.
    event
        (n,) which of two classes the row is of.
    groups
        (n,) labels, or None.
    """
    yes, no = values[:, event], values[:, ~event]
    if groups is None:
        return np.asarray(_factor(yes.shape[1]) * (yes @ yes.T) + _factor(no.shape[1]) * (no @ no.T))
    code = unit_codes(groups)
    units = int(code.max()) + 1 if len(code) else 0
    by_yes, by_no = _sum_by(yes, code[event], units), _sum_by(no, code[~event], units)
    both = by_yes @ by_no.T
    return np.asarray(
        _factor(len(np.unique(code[event]))) * (by_yes @ by_yes.T)
        + _factor(len(np.unique(code[~event]))) * (by_no @ by_no.T)
        + _factor(units) * (both + both.T)
    )


def variance(one: AucInfluence, groups: NDArray[Any] | None = None) -> float:
    """Variance of one AUC: DeLong's for independent rows, Obuchowski's for groups."""
    return float(covariance([one], groups)[0, 0])


def interval(one: AucInfluence, level: float = 0.95, groups: NDArray[Any] | None = None) -> AucInterval:
    """Interval of one AUC.

    Parameters
    ----------
    one
        From ``influence``.
    level
        Such as .95.
    groups
        (n,) labels of rows that go together, or None.

    References
    ----------
    On the logit scale: Pepe (2003), The Statistical Evaluation of Medical Tests, section 5.2.5.
    """
    code = None if groups is None else unit_codes(groups)
    yes = np.arange(len(one.event)) if code is None else code
    units = (len(np.unique(yes[one.event])), len(np.unique(yes[~one.event])))
    label = "DeLong" if groups is None else "DeLong by groups"
    freedom = math.inf if code is None else len(np.unique(code)) - 1
    return interval_of(one.auc, variance(one, code), *units, level=level, label=label, freedom=freedom)


def interval_of(
    auc: float,
    spread: float,
    events: float,
    others: float,
    *,
    level: float,
    label: str,
    freedom: float = math.inf,
) -> AucInterval:
    """Wald interval on the logit scale; where the AUC is 0 or 1 or has no variance, Newcombe's.

    Parameters
    ----------
    auc, spread
        AUC and its variance.
    events, others
        Independent units with an event, and with a non-event.
    level
        Such as .95.
    label
        Begins the name of the method.
    freedom
        Degrees of freedom of Student's quantile, where units are few groups; the normal one by default.
    """
    if math.isnan(auc):
        return AucInterval(float("nan"), float("nan"), f"{label}, not defined")
    z = deviate(level, freedom)
    if not 0 < auc < 1 or not spread > 0:
        low, high = newcombe(auc, events, others, level)
        return AucInterval(low, high, "Newcombe method 5")
    middle = math.log(auc / (1 - auc))
    reach = z * math.sqrt(spread) / (auc * (1 - auc))
    return AucInterval(expit(middle - reach), expit(middle + reach), f"{label}, logit")


def deviate(level: float, freedom: float = math.inf) -> float:
    """1.96 for .95; Student's where degrees of freedom are given."""
    if math.isinf(freedom):
        return NormalDist().inv_cdf((1 + level) / 2)
    from scipy import special

    return float(special.stdtrit(freedom, (1 + level) / 2)) if freedom > 0 else float("nan")


def newcombe(auc: float, events: float, others: float, level: float) -> tuple[float, float]:
    """Score interval of an AUC from its value and the numbers of both classes alone; never of no width.

    References
    ----------
    Newcombe (2006), Statistics in Medicine 25:559–573, method 5; variance after Hanley and McNeil (1982).
    """
    z = NormalDist().inv_cdf((1 + level) / 2)
    middle = (events + others) / 2 - 1
    if not events * others > 0:
        return (float("nan"), float("nan"))

    def excess(theta: float) -> float:
        spread = theta * (1 - theta) * (1 + middle * ((1 - theta) / (2 - theta) + theta / (1 + theta)))
        return abs(theta - auc) - z * math.sqrt(max(spread, 0.0) / (events * others))

    return _root(excess, auc, 0.0), _root(excess, auc, 1.0)


def paired_test(
    event: NDArray[Any],
    score_a: NDArray[Any],
    score_b: NDArray[Any],
    groups: NDArray[Any] | None = None,
    level: float = 0.95,
) -> AucTest:
    """Whether two scores of the same rows have the same AUC.

    Parameters
    ----------
    event
        (n,) True where the row is an event.
    score_a, score_b
        (n,) two scores of the same rows.
    groups
        (n,) labels of rows that go together, or None.
    level
        Of the interval.

    References
    ----------
    DeLong et al. (1988), Biometrics 44:837–845; groups: Obuchowski (1997), Biometrics 53:567–578.
    """
    a, b = influence(event, score_a), influence(event, score_b)
    difference = a.auc - b.auc
    apart = AucInfluence(difference, a.values - b.values, a.event)
    error = math.sqrt(max(variance(apart, groups), 0.0)) if not math.isnan(difference) else float("nan")
    reach = NormalDist().inv_cdf((1 + level) / 2) * error
    if error > 0:
        z = difference / error
        p = math.erfc(abs(z) / math.sqrt(2))
    else:
        same = bool(np.array_equal(a.values, b.values))
        z, p = (0.0, 1.0) if same else (float("nan"), float("nan"))
    return AucTest(difference, error, z, p, difference - reach, difference + reach)


def unit_codes(groups: NDArray[Any]) -> NDArray[np.intp]:
    """(n,) numbers from nought for labels of any kind."""
    groups = np.asarray(groups)
    if groups.dtype == object:
        groups = groups.astype(str)
    return np.unique(groups, return_inverse=True)[1]


def _share_below(these: Array, those: Array) -> Array:
    """For each of these the share of those that are lower, equal ones counted half."""
    ordered = np.sort(those)
    # sorted needles are looked up several times faster than unsorted ones
    order = np.argsort(these, kind="stable")
    found = np.empty(len(these))
    needles = these[order]
    found[order] = np.searchsorted(ordered, needles, "left") + np.searchsorted(ordered, needles, "right")
    return found / (2 * len(those))


def _sum_by(values: Array, code: NDArray[np.intp], units: int) -> Array:
    return np.stack([np.bincount(code, row, minlength=units) for row in values])


def _factor(units: int) -> float:
    return units / (units - 1) if units > 1 else float("nan")


def _root(excess: Any, near: float, end: float) -> float:
    """Where the excess turns positive on the way from ``near`` (where it is not) to ``end``."""
    inside, outside = near, end
    if excess(end) <= 0:
        return end
    for _ in range(100):
        middle = (inside + outside) / 2
        if excess(middle) <= 0:
            inside = middle
        else:
            outside = middle
    return (inside + outside) / 2
