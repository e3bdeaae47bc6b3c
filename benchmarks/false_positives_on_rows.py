"""Size and power of the tests of two models on rows judged once: DeLong, McNemar, the paired bootstrap."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.null_worlds import Array, classes
from prognome.core import delong
from prognome.core.bootstrap import percentile_interval, replicate_weights
from prognome.core.judged import Judged
from prognome.core.metrics import METRICS
from prognome.core.paired_tests import mcnemar, paired_bootstrap
from prognome.validate.compare import HolmFamily, compare
from prognome.validate.score import Interval, JudgedFold

AUC = METRICS["auc_roc"]


@dataclass(frozen=True)
class RowTest:
    """A test on rows judged once, and how else one might do it.

    Parameters
    ----------
    name, naive
        What is tested, and the other way.
    p_values
        (rng, n, gain) → p of the two ways; ``gain`` above 0 makes the first model better.
    """

    name: str
    naive: str
    p_values: Callable[[np.random.Generator, int, float], tuple[float, float]]

    @property
    def more(self) -> int:
        """How many times as many worlds, where no bootstrap is drawn."""
        return 1 if "bootstrap" in self.name else 4


GROUP = 4


def _alike(rng: np.random.Generator, n: int, *, grouped: bool = False) -> Array:
    """(2, n) exchangeable normal errors of two models, correlated by .5; in groups of four by .5 as well."""

    def draw(k: int) -> Array:
        both = rng.standard_normal(k)
        return np.asarray((both + rng.standard_normal((2, k))) / np.sqrt(2))

    if not grouped:
        return draw(n)
    return (np.repeat(draw(n // GROUP), GROUP, axis=1) + draw(n)) / np.sqrt(2)


def _auc_rows(rng: np.random.Generator, n: int, gain: float) -> tuple[float, float]:
    event = classes(n)
    a, b = _alike(rng, n) + event * np.array([[1 + gain], [1.0]])
    unpaired = [delong.influence(event, score) for score in (a, b)]
    error = np.sqrt(sum(delong.variance(one) for one in unpaired))
    from scipy.stats import norm

    z = (unpaired[0].auc - unpaired[1].auc) / error
    return delong.paired_test(event, a, b).p, float(2 * norm.sf(abs(z)))


def _auc_groups(rng: np.random.Generator, n: int, gain: float) -> tuple[float, float]:
    groups = np.repeat(np.arange(n // GROUP), GROUP)
    event = rng.permutation(classes(n // GROUP))[groups]
    a, b = _alike(rng, n, grouped=True) + event * np.array([[1 + gain], [1.0]])
    return _p_of_verdict(event, a, b, groups), delong.paired_test(event, a, b).p


def _p_of_verdict(event: Any, a: Array, b: Array, groups: Any) -> float:
    """Of the AUC on a part with groups, through the very function that draws the verdict."""
    said = {
        (label, "validation"): [  # a part judged once, where decisions are not compared besides
            JudgedFold(1, 1, np.arange(len(event)), Judged(event.astype(int), np.c_[-one, one]))
        ]
        for label, one in (("a", a), ("b", b))
    }
    family = HolmFamily("a", ("a", "b"), (), "b")
    table = compare(said, AUC, family=family, groups_of=lambda part: groups, interval=Interval(100, 0.95, 0))
    return float(table["p"].iloc[0])


def _decisions(rng: np.random.Generator, n: int, gain: float) -> tuple[float, float]:
    from scipy.stats import chi2

    a, b = _alike(rng, n) > np.array([[-0.7 - gain], [-0.7]])  # right in 76 of 100
    only_a, only_b = int((a & ~b).sum()), int((b & ~a).sum())
    corrected = max(abs(only_a - only_b) - 1, 0) ** 2 / max(only_a + only_b, 1)
    return mcnemar(a, b).p, float(chi2.sf(corrected, 1))


def _bootstrap(
    metric: str, a: Judged, b: Judged, groups: Any, rng: np.random.Generator
) -> tuple[float, float]:
    seed, look = int(rng.integers(2**31)), rng.random() < 0.25
    p = paired_bootstrap(METRICS[metric], a, b, groups=groups, seed=seed).p
    if not look:
        return p, float("nan")
    weights = np.concatenate(list(replicate_weights(len(a.truth), None, 1000, seed)))
    drawn = METRICS[metric].weighted(a, weights) - METRICS[metric].weighted(b, weights)
    low, high = percentile_interval(drawn, 0.95)
    return p, float(low <= 0 <= high)  # 0: the percentile interval of rows leaves nought out


def _numbers(*, grouped: bool = False, heavy: bool = False) -> Any:
    def p_values(rng: np.random.Generator, n: int, gain: float) -> tuple[float, float]:
        truth = rng.standard_normal(n)
        errors = _alike(rng, n, grouped=grouped)
        if heavy:
            errors = errors / np.sqrt(rng.chisquare(3, n) / 3)
        a, b = truth + errors * np.array([[1 / (1 + gain)], [1.0]])
        groups = np.repeat(np.arange(n // GROUP), GROUP) if grouped else None
        return _bootstrap("mae", Judged(truth, a), Judged(truth, b), groups, rng)

    return p_values


def _probabilities(metric: str) -> Any:
    def p_values(rng: np.random.Generator, n: int, gain: float) -> tuple[float, float]:
        event = classes(n)
        logit = 1.5 * (_alike(rng, n) + (event - 0.4) * np.array([[1 + gain], [1.0]]))
        p = 1 / (1 + np.exp(-logit))
        a, b = (Judged(event.astype(int), np.c_[1 - one, one]) for one in p)
        return _bootstrap(metric, a, b, None, rng)

    return p_values


PERCENTILE = "percentile bootstrap"
ON_ROWS = (
    RowTest("AUC: DeLong", "the two taken as independent", _auc_rows),
    RowTest("AUC, groups of 4: DeLong by groups, t", "DeLong, groups ignored", _auc_groups),
    RowTest("accuracy: McNemar, mid-p", "McNemar, corrected χ²", _decisions),
    RowTest("MAE: paired bootstrap", PERCENTILE, _numbers()),
    RowTest("MAE, heavy tails: paired bootstrap", PERCENTILE, _numbers(heavy=True)),
    RowTest("MAE, groups of 4: paired bootstrap", "percentile, groups ignored", _numbers(grouped=True)),
    RowTest("Brier: paired bootstrap", PERCENTILE, _probabilities("brier")),
    RowTest("F1: paired bootstrap", PERCENTILE, _probabilities("f1")),
)


def table_on_rows(worlds: int, sizes: Sequence[int]) -> Iterator[list[Any]]:
    """Lines of the table of tests on rows: size of both ways, and power where the first is better."""
    for test in ON_ROWS:
        for n in sizes:
            rng = np.random.default_rng(n)
            none = np.array([test.p_values(rng, n, 0.0) for _ in range(test.more * worlds)])
            real = np.array([test.p_values(rng, n, 0.35) for _ in range(max(100, worlds // 8))])
            size = [float((p[~np.isnan(p)] <= 0.05).mean()) for p in none.T]
            yield [test.name, n, size[0], test.naive, size[1], float((real[:, 0] <= 0.05).mean())]
