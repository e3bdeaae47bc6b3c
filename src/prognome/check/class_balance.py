"""Guard: another cohort has another share of events, mix of classes, or level of the number asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2_contingency, fisher_exact, levene, ttest_ind

from prognome.core.alarm import Alarm
from prognome.core.schema import list_names

GUARD = "class_balance"
LEVEL = 0.01
LEAST_ROWS = 10
DIFFERENCE = 0.1  # of shares: below it nothing is said, unless the odds double
ODDS = 2.0
MEAN = 0.25  # difference of means in training standard deviations below which nothing is said
SPREAD = 1.5  # ratio of standard deviations, or its inverse, below which nothing is said

_LOCAL = (
    "Recalibrate on local rows with known outcome, or correct the probabilities for the local shares, and "
    "compare by ranking (AUC): accuracy, precision and net benefit change with the shares alone. Where rows "
    "were collected by outcome, their shares are not those of patients."
)


def check_class_balance(
    trained: NDArray[Any], there: NDArray[Any], classes: tuple[str, ...], *, where: str
) -> list[Alarm]:
    """Compare the target of another cohort with that of the training rows.

    Speaks where a difference is beyond chance (level .01: Fisher's exact test, chi-square, Welch's t or
    Brown and Forsythe's test) and large: 10 points of a share, doubled or halved odds of the event, a quarter
    of a standard deviation of the mean, or a standard deviation 1.5 times as large or as small.

    Parameters
    ----------
    trained, there
        (n,) and (m,) class codes, or numbers. Fewer than 10 rows there say nothing.
    classes
        Labels by code, the event last; empty for numbers.
    where
        What the other rows are called: ``external vdx``.

    References
    ----------
    Saerens, Latinne, Decaestecker (2002), Neural Comput 14:21 (probabilities under other shares).
    """
    if len(there) < LEAST_ROWS or len(trained) < LEAST_ROWS:
        return []
    if not classes:
        return _check_number(trained.astype(float), there.astype(float), where)
    counts = np.array([np.bincount(codes, minlength=len(classes)) for codes in (trained, there)])
    return (_check_event if len(classes) == 2 else _check_mix)(counts, classes, where)


def _check_event(counts: NDArray[np.intp], classes: tuple[str, ...], where: str) -> list[Alarm]:
    here, there = (counts[:, 1] / counts.sum(axis=1)).tolist()
    odds = (counts[:, 1] + 0.5) / (counts[:, 0] + 0.5)
    ratio = float(odds[1] / odds[0])
    p = float(fisher_exact(counts).pvalue)
    if p >= LEVEL or (abs(there - here) < DIFFERENCE and 1 / ODDS < ratio < ODDS):
        return []
    what = (
        f"{_percent(there)} of {counts[1].sum():,} rows are '{classes[1]}' there, {_percent(here)} of "
        f"{counts[0].sum():,} training rows: probabilities of '{classes[1]}' will come out too "
        f"{'low' if ratio > 1 else 'high'}; were nothing else different, one of .50 would mean "
        f"{_decimal(ratio / (1 + ratio))}."
    )
    facts = {"share_training": here, "share_there": there, "odds_ratio": ratio, "p": p}
    return [Alarm(GUARD, where, what, _LOCAL, _short(facts))]


def _check_mix(counts: NDArray[np.intp], classes: tuple[str, ...], where: str) -> list[Alarm]:
    shares = counts / counts.sum(axis=1, keepdims=True)
    distance = float(np.abs(shares[1] - shares[0]).sum() / 2)
    present = counts.sum(axis=0) > 0
    if present.sum() < 2 or distance < DIFFERENCE:
        return []
    p = float(chi2_contingency(counts[:, present]).pvalue)
    if p >= LEVEL:
        return []
    change = shares[1] - shares[0]
    order = np.argsort(-np.abs(change), kind="stable")
    largest = [
        f"'{classes[k]}' {_percent(shares[1, k])} instead of {_percent(shares[0, k])}" for k in order[:3]
    ]
    up, down = (
        [classes[k] for k in order if change[k] * sign >= DIFFERENCE / 2 and abs(change[k]) > 0]
        for sign in (1, -1)
    )
    effects = [
        f"too {way} for " + list_names([f"'{name}'" for name in names])
        for way, names in (("low", up), ("high", down))
        if names
    ]
    what = (
        f"The mix of classes is another: {', '.join(largest)} ({counts[1].sum():,} rows against "
        f"{counts[0].sum():,} training rows)"
    )
    what += f": probabilities will come out {' and '.join(effects)}." if effects else "."
    facts = {
        "shares_training": dict(zip(classes, np.round(shares[0], 4).tolist(), strict=True)),
        "shares_there": dict(zip(classes, np.round(shares[1], 4).tolist(), strict=True)),
        "distance": distance,
        "p": p,
    }
    return [Alarm(GUARD, where, what, _LOCAL, _short(facts))]


def _check_number(here: NDArray[np.float64], there: NDArray[np.float64], where: str) -> list[Alarm]:
    deviation = float(here.std(ddof=1))
    other = float(there.std(ddof=1))
    if deviation <= 0:
        return []
    by = float((there.mean() - here.mean()) / deviation)
    ratio = other / deviation
    if other == 0:
        return []  # no spread there: neither test is defined, and every score says so
    p = float(ttest_ind(there, here, equal_var=False).pvalue)
    p_spread = float(levene(there, here, center="median").pvalue)
    moved = p < LEVEL and abs(by) >= MEAN
    wider = p_spread < LEVEL and not 1 / SPREAD < ratio < SPREAD
    if not moved and not wider:
        return []
    said, effect = [], []
    if moved:
        side = "higher" if by > 0 else "lower"
        said.append(f"is {abs(by):.1f} training standard deviations {side} on average")
        effect.append(f"predictions will come out too {'low' if by > 0 else 'high'}")
    if wider:
        side = "more" if ratio > 1 else "less"
        said.append(f"varies {max(ratio, 1 / ratio):.1f} times {side}")
        effect.append(
            f"prediction intervals too {'narrow' if ratio > 1 else 'wide'}, and R² is another question"
        )
    what = (
        f"The target {' and '.join(said)} there ({len(there):,} rows against {len(here):,} training rows): "
        f"{', '.join(effect)}."
    )
    remedy = (
        "Check unit and definition of the target; then refit intercept and slope on local rows with known "
        "outcome. Compare models by rank correlation."
    )
    facts = {"difference_sd": by, "p": p, "spread_ratio": ratio, "p_spread": p_spread}
    return [Alarm(GUARD, where, what, remedy, _short(facts))]


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _decimal(value: float) -> str:
    return f"{value:.2f}".removeprefix("0")


def _short(facts: dict[str, Any]) -> dict[str, Any]:
    return {key: float(f"{v:.4g}") if isinstance(v, float) else v for key, v in facts.items()}
