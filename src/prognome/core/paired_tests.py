"""Is one model better than another? Tests of a difference on the same folds, or on the same rows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from prognome.core.bootstrap import replicate_weights
from prognome.core.judged import Judged
from prognome.core.metrics import Metric

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
_NAN = float("nan")
_ROUNDING = 1e-12
_EXACT = 200


@dataclass(frozen=True)
class PairedTest:
    """A difference, a minus b, with its interval and its test.

    Parameters
    ----------
    difference
        In the unit of what was compared.
    low, high
        Interval of the difference; NaN where there is none.
    statistic
        The test's own: t, the signed-rank sum, or the count where a alone is right.
    p
        Two-sided. 1 where a and b are the same; NaN where the test is not defined.
    name
        The test, as in ``comparisons.tsv``.
    """

    difference: float
    low: float
    high: float
    statistic: float
    p: float
    name: str


def corrected_resampled_t(
    differences: Sequence[float] | Array,
    test_per_train: float,
    level: float = 0.95,
    *,
    freedom: int | None = None,
) -> PairedTest:
    """t-test of fold differences that allows for training sets that overlap.

    Folds of a cross-validation share most of their training rows, so the spread over J folds understates
    the error of their mean. Its variance is taken as ``(1 / J + n_test / n_train) s²``, not ``s² / J``.

    Parameters
    ----------
    differences
        (J,) a minus b on each fold, repeat after repeat; NaN folds are left out.
    test_per_train
        Judged rows for each training row, ``n_test / n_train``; ``1 / (k - 1)`` for k equal folds.
    level
        Of the interval.
    freedom
        Degrees of freedom; None: J - 1, as published, also where folds are repeats of the same rows.

    Returns
    -------
    The test; not defined (NaN) with fewer than two folds, or where all folds differ by the same amount.

    References
    ----------
    Nadeau and Bengio (2003), Machine Learning 52:239–281, section 5; repeated cross-validation: Bouckaert
    and Frank (2004), Advances in Knowledge Discovery and Data Mining, LNCS 3056:3–12.

    Examples
    --------
    >>> test = corrected_resampled_t([0.02, 0.04, 0.01, 0.03, 0.05], test_per_train=1 / 4)
    >>> round(test.statistic, 3), round(test.p, 3)
    (2.828, 0.047)
    """
    known, name = _known(differences), "corrected resampled t-test"
    return _t_test(known, 1 / max(len(known), 1) + test_per_train, level, name, freedom)


def paired_t(differences: Sequence[float] | Array, level: float = 0.95) -> PairedTest:
    """Student's paired t-test, which takes folds for independent; they are not, so it finds too much.

    Parameters
    ----------
    differences
        (J,) a minus b on each fold; NaN folds are left out.
    level
        Of the interval.

    References
    ----------
    Student (1908), Biometrika 6:1–25; why not on folds: Dietterich (1998), Neural Computation 10:1895–1923.
    """
    known = _known(differences)
    return _t_test(known, 1 / max(len(known), 1), level, "paired t-test", None)


def wilcoxon_signed_rank(differences: Sequence[float] | Array, level: float = 0.95) -> PairedTest:
    """Wilcoxon's signed-rank test; the difference is the pseudomedian (Hodges and Lehmann).

    Differences of nought are left out. The p-value is exact, ties included, for up to 200 differences. The
    interval comes from the exact distribution, and is left empty where so few folds cannot reach ``level``.
    The statistic is the sum of ranks of the differences above nought.

    Parameters
    ----------
    differences
        (J,) a minus b on each fold; NaN folds are left out.
    level
        Of the interval.

    References
    ----------
    Wilcoxon (1945), Biometrics Bulletin 1:80–83; Hodges and Lehmann (1963), Annals of Mathematical Statistics
    34:598–611.
    """
    from scipy.stats import rankdata, wilcoxon

    name = "Wilcoxon signed-rank test"
    known = _known(differences)
    if len(known) and (scale := float(np.abs(known).max())):
        known = scale * np.round(known / scale, 12)  # ties that rounding broke
    moved = known[known != 0]
    if len(known) and not len(moved):
        return PairedTest(0.0, 0.0, 0.0, 0.0, 1.0, name)
    if len(moved) < 2:
        return PairedTest(float(known.mean()) if len(known) else _NAN, _NAN, _NAN, _NAN, _NAN, name)
    ranks = rankdata(np.abs(moved))
    positive = float(ranks[moved > 0].sum())
    if len(moved) <= _EXACT:
        chance = _rank_sums(ranks)
        fewer = min(positive, float(ranks.sum()) - positive)
        p = min(1.0, 2 * float(chance[: round(2 * fewer) + 1].sum()))
    else:
        p = float(wilcoxon(moved).pvalue)
    walsh = np.sort(((moved[:, None] + moved[None, :]) / 2)[np.triu_indices(len(moved))])
    low = high = _NAN
    below = _largest_tail(len(moved), (1 - level) / 2) if len(moved) <= _EXACT else 0
    if below:
        low, high = float(walsh[below - 1]), float(walsh[-below])
    return PairedTest(float(np.median(walsh)), low, high, positive, p, name)


def least_wilcoxon_p(folds: int) -> float:
    """The smallest two-sided p that Wilcoxon's test can give: all differences on one side.

    >>> least_wilcoxon_p(5), least_wilcoxon_p(6)
    (0.0625, 0.03125)
    """
    return float(min(1.0, 2.0 ** (1 - folds)))


def mcnemar(right_a: NDArray[Any], right_b: NDArray[Any], level: float = 0.95) -> PairedTest:
    """Whether a is right more often than b on the same rows, from the rows where one alone is right.

    The mid-p form: the exact binomial test wastes much of its size with few discordant rows, the corrected
    chi-squared test as well, and the plain one exceeds it. The interval is Tango's score interval.

    Parameters
    ----------
    right_a, right_b
        (n,) whether each is right about the row.
    level
        Of the interval.

    Returns
    -------
    The difference of the two accuracies; the statistic is the number of rows about which a alone is right.

    References
    ----------
    McNemar (1947), Psychometrika 12:153–157; mid-p: Fagerland, Lydersen and Laake (2013), BMC Medical
    Research Methodology 13:91; interval: Tango (1998), Statistics in Medicine 17:891–908.

    Examples
    --------
    >>> test = mcnemar([True] * 9 + [False], [False] * 6 + [True] * 4)
    >>> test.difference, round(test.p, 4)  # 6 against 1: 2 · (1 + 7) / 128 less 7 / 128
    (0.5, 0.0703)
    """
    from scipy.stats import binom

    name = "McNemar test, mid-p"
    a, b = np.asarray(right_a, dtype=bool), np.asarray(right_b, dtype=bool)
    n, only_a, only_b = len(a), int((a & ~b).sum()), int((b & ~a).sum())
    if not n:
        return PairedTest(_NAN, _NAN, _NAN, _NAN, _NAN, name)
    low, high = tango_interval(only_a, only_b, n, level)
    discordant, fewer = only_a + only_b, min(only_a, only_b)
    p = 1.0
    if only_a != only_b:
        p = float(2 * binom.cdf(fewer, discordant, 0.5) - binom.pmf(fewer, discordant, 0.5))
    return PairedTest((only_a - only_b) / n, low, high, float(only_a), min(1.0, p), name)


def tango_interval(only_a: int, only_b: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Score interval of the difference of two proportions of the same rows.

    Parameters
    ----------
    only_a, only_b
        Rows where the one alone is right, and the other alone.
    n
        All rows.
    level
        Such as .95.

    References
    ----------
    Tango (1998), Statistics in Medicine 17:891–908, equations 16 to 21.
    """
    from scipy.optimize import brentq
    from scipy.stats import norm

    z = float(norm.ppf((1 + level) / 2))
    middle = (only_a - only_b) / n

    def excess(delta: float) -> float:
        """Squared distance from ``delta`` less z²; the nuisance proportion at its restricted maximum."""
        linear = -only_a - only_b + (2 * n - only_a + only_b) * delta
        root = math.sqrt(max(linear**2 + 8 * n * only_b * delta * (1 - delta), 0.0))
        nuisance = (root - linear) / (4 * n)
        spread = n * (2 * nuisance + delta * (1 - delta))
        return (only_a - only_b - n * delta) ** 2 - z**2 * spread

    edge = 1 - 1e-12
    step = 1e-9  # at the estimate itself the excess may be nought where no row is discordant
    low = -1.0 if middle - step <= -edge else float(brentq(excess, -edge, middle - step))
    high = 1.0 if middle + step >= edge else float(brentq(excess, middle + step, edge))
    return low, high


def paired_bootstrap(
    metric: Metric,
    a: Judged,
    b: Judged,
    *,
    groups: NDArray[Any] | None = None,
    replicates: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> PairedTest:
    """Difference of any metric on the same rows: the bootstrap's standard error, and Student's t.

    Both models meet the same samples. With u units (rows, or groups of rows) drawn, the standard error over
    the samples is too small by √((u - 1) / u), which is put right, and t has u - 1 degrees of freedom; a
    percentile interval ignores both and finds too much in small parts. Interval and p-value agree.

    Parameters
    ----------
    metric
        What is compared.
    a, b
        What the two models said about the same rows, in the same order.
    groups
        (n,) labels of rows that go together and are drawn together; None: rows are drawn.
    replicates
        Bootstrap samples. Samples in which the metric is not defined are left out.
    level
        Of the interval.
    seed
        Of the samples.

    Returns
    -------
    The test; not defined (NaN) where the metric is not, or in fewer than half of the samples.

    References
    ----------
    Efron and Tibshirani (1993), An Introduction to the Bootstrap, sections 6.2 and 12.3; the factor:
    Hesterberg (2015), The American Statistician 69:371–386, section 4.1; t with clusters: Cameron, Gelbach
    and Miller (2008), Review of Economics and Statistics 90:414–427.
    """
    name = f"paired bootstrap, {replicates} × {'rows' if groups is None else 'groups'}"
    if not np.array_equal(a.truth, b.truth):
        raise ValueError("a and b are not about the same rows")
    n = len(a.truth)
    units = n if groups is None else len(np.unique(np.asarray(groups).astype(str)))
    difference = metric.value(a) - metric.value(b) if n else _NAN
    if math.isnan(difference) or units < 2:
        return PairedTest(difference, _NAN, _NAN, _NAN, _NAN, name)
    drawn = np.concatenate(
        [
            metric.weighted(a, weights) - metric.weighted(b, weights)
            for weights in replicate_weights(n, groups, replicates, seed)
        ]
    )
    known = drawn[np.isfinite(drawn)]
    if len(known) < max(2, replicates / 2):
        return PairedTest(difference, _NAN, _NAN, _NAN, _NAN, name)
    error = float(known.std(ddof=1)) * math.sqrt(units / (units - 1))
    return _by_t(difference, error, units - 1, level, name, scale=float(np.abs(known).max()))


def holm(p_values: Sequence[float] | Array) -> Array:
    """p-values corrected for how many there are; NaN stays, and does not count.

    References
    ----------
    Holm (1979), Scandinavian Journal of Statistics 6:65–70.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03]).round(2).tolist()
    [0.03, 0.06, 0.06]
    """
    p = np.asarray(p_values, dtype=float)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    corrected = np.full(len(p), np.nan)
    steps = (len(order) - np.arange(len(order))) * p[order]
    corrected[order] = np.minimum(1.0, np.maximum.accumulate(steps)) if len(order) else steps
    return corrected


def _known(differences: Sequence[float] | Array) -> Array:
    values = np.asarray(differences, dtype=float)
    return np.asarray(values[~np.isnan(values)])


def _t_test(known: Array, share: float, level: float, name: str, freedom: int | None) -> PairedTest:
    """``share`` of the variance over folds is that of their mean."""
    if not len(known):
        return PairedTest(_NAN, _NAN, _NAN, _NAN, _NAN, name)
    mean = float(known.mean())
    if len(known) < 2:
        return PairedTest(mean, _NAN, _NAN, _NAN, _NAN, name)
    error = math.sqrt(share) * float(known.std(ddof=1))
    most = len(known) - 1
    freedom = most if freedom is None else max(1, min(freedom, most))
    return _by_t(mean, error, freedom, level, name, scale=float(np.abs(known).max()))


def _by_t(difference: float, error: float, freedom: int, level: float, name: str, scale: float) -> PairedTest:
    """Student's t; no difference at all gives p = 1, one without spread no test."""
    from scipy.stats import t

    if error <= _ROUNDING * scale or error == 0:
        if abs(difference) <= _ROUNDING * scale or difference == 0:
            return PairedTest(0.0, 0.0, 0.0, 0.0, 1.0, name)
        return PairedTest(difference, _NAN, _NAN, _NAN, _NAN, name)
    reach = float(t.ppf((1 + level) / 2, freedom)) * error
    statistic = difference / error
    p = 2 * float(t.sf(abs(statistic), freedom))
    return PairedTest(difference, difference - reach, difference + reach, statistic, p, name)


def _rank_sums(ranks: Array) -> Array:
    """Chance of each sum of signed ranks, at twice the sum; every sign is as likely as the other."""
    chance = np.ones(1)
    for step in np.rint(2 * ranks).astype(int).tolist():
        longer = np.zeros(len(chance) + step)
        longer[: len(chance)] += chance
        longer[step:] += chance
        chance = longer / 2
    return chance


def _largest_tail(n: int, tail: float) -> int:
    """How many ordered Walsh averages may be cut off either end; 0 where none may."""
    chance = _rank_sums(np.arange(1.0, n + 1))[::2]
    return int(np.searchsorted(np.cumsum(chance), tail, side="right"))
