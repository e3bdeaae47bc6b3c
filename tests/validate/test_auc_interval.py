"""The interval of an AUC over folds: against the influence curve written out, and DeLong on one part."""

import math

import numpy as np
import pytest

from prognome.core.delong import influence, variance
from prognome.core.judged import Judged
from prognome.validate.auc_interval import estimate_auc
from prognome.validate.judged_part import Interval, JudgedFold, JudgedPart

rng = np.random.default_rng(0)
N = 150
TRUTH = rng.integers(0, 2, N)
EVENT = np.clip(TRUTH * 0.3 + rng.random(N) * 0.7, 0.01, 0.99)
ALL = Judged(TRUTH, np.c_[1 - EVENT, EVENT])
CUTS = np.array_split(np.arange(N), 5)
Z = 1.959963984540054


def part(groups=None):
    made = [JudgedFold(1, k, rows, ALL.rows(rows)) for k, rows in enumerate(CUTS, start=1)]
    return JudgedPart.of(made, groups, Interval(100, 0.95, 1))


def reach_of(estimate):
    """Standard error behind a Wald interval on the logit scale."""
    width = math.log(estimate.high / (1 - estimate.high)) - math.log(estimate.low / (1 - estimate.low))
    return width / (2 * Z) * estimate.value * (1 - estimate.value)


def test_over_folds_the_variance_is_the_mean_of_delongs_over_the_folds():
    # independent rows, each in one fold: the variance of a mean of five is the sum of variances over 25
    sheet = part()
    found = estimate_auc(sheet, [fold.judged for fold in sheet.folds])
    spread = sum(variance(influence(TRUTH[rows] == 1, EVENT[rows])) for rows in CUTS) / 25
    assert reach_of(found[-1]) ** 2 == pytest.approx(spread * (1 + 20 / N))
    for estimate, rows in zip(found, CUTS, strict=False):
        assert reach_of(estimate) ** 2 == pytest.approx(variance(influence(TRUTH[rows] == 1, EVENT[rows])))


def test_repeats_are_averaged_within_a_row():
    # two repeats with scores that err apart: less error than either, far from half
    noise = np.clip(EVENT + rng.normal(0, 0.1, N), 0.001, 0.999)
    other = Judged(TRUTH, np.c_[1 - noise, noise])
    folds = [JudgedFold(1, 1, np.arange(N), ALL), JudgedFold(2, 1, np.arange(N), other)]
    sheet = JudgedPart.of(folds, None, Interval(100, 0.95, 1))
    whole = estimate_auc(sheet, [ALL, other])[-1]
    a, b = influence(TRUTH == 1, EVENT), influence(TRUTH == 1, noise)
    both = type(a)((a.auc + b.auc) / 2, (a.values + b.values) / 2, a.event)
    assert whole.value == pytest.approx(both.auc)
    assert reach_of(whole) ** 2 == pytest.approx(variance(both) * (1 + 2 * 20 / N)), "twice with repeats"


def test_several_classes_have_the_macro_mean_and_the_error_of_a_bootstrap():
    truth = rng.integers(0, 3, 400)
    p = rng.dirichlet(np.ones(3), 400) + 0.4 * np.eye(3)[truth]
    judged = Judged(truth, p / p.sum(1, keepdims=True))
    sheet = JudgedPart.of([JudgedFold(1, 1, np.arange(400), judged)], None, Interval(100, 0.95, 1))
    (found, _) = estimate_auc(sheet, [judged])
    from prognome.core.bootstrap import replicate_weights
    from prognome.core.metrics import METRICS

    assert found.value == pytest.approx(METRICS["auc_roc"].value(judged))
    drawn = np.concatenate(
        [METRICS["auc_roc"].weighted(judged, w) for w in replicate_weights(400, None, 2000, 1)]
    )
    assert reach_of(found) == pytest.approx(drawn.std(), rel=0.06)
