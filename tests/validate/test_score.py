"""Values by fold and over folds, and bootstrap intervals by rows and by groups."""

import numpy as np
import pytest

from prognome.core.bootstrap import percentile_interval, replicate_weights
from prognome.core.metrics import METRICS, Judged
from prognome.validate.score import Interval, JudgedFold, score_part

rng = np.random.default_rng(0)
TRUTH = rng.integers(0, 2, 60)
EVENT = np.clip(TRUTH * 0.3 + rng.random(60) * 0.7, 0.01, 0.99)
ALL = Judged(TRUTH, np.c_[1 - EVENT, EVENT])


def folds(repeats=1):
    made = []
    for repeat in range(1, repeats + 1):
        for number, rows in enumerate(np.array_split(np.arange(60), 3), start=1):
            made.append(JudgedFold(repeat, number, rows, ALL.rows(rows)))
    return made


def score(metric, given, groups=None, replicates=300):
    rows = score_part(
        "m", "cv", given, [METRICS[metric]], groups=groups, interval=Interval(replicates, 0.95, 1)
    )
    return rows[-1], rows[:-1]


def test_over_all_folds_is_the_mean_of_folds():
    whole, parts = score("auc_roc", folds())
    assert len(parts) == 3
    assert whole["value"] == pytest.approx(np.mean([part["value"] for part in parts]))
    assert (whole["n"], whole["events"]) == (60, int(TRUTH.sum()))


def test_the_interval_of_an_accuracy_is_near_the_binomial_one():
    judged = Judged(np.r_[np.ones(80, int), np.zeros(20, int)], np.tile([0.0, 1.0], (100, 1)))
    (line,) = score_part(
        "m", "test", [JudgedFold(1, 1, np.arange(100), judged)], [METRICS["accuracy"]], groups=None,
        interval=Interval(4000, 0.95, 1),
    )  # fmt: skip
    # 80 of 100 right: .80 ± 1.96 √(.8·.2/100) = .72 to .88
    assert line["low"] == pytest.approx(0.72, abs=0.011)
    assert line["high"] == pytest.approx(0.88, abs=0.011)


def test_rows_that_go_together_widen_the_interval():
    one = np.repeat(rng.integers(0, 2, 15), 4)
    event = np.where(np.repeat(rng.random(15) < 0.7, 4), one, 1 - one).astype(float)
    given = [JudgedFold(1, 1, np.arange(60), Judged(one, np.c_[1 - event, event]))]
    families = np.repeat(np.arange(15), 4).astype(object)
    alone, _ = score("accuracy", given)
    grouped, _ = score("accuracy", given, families)
    assert grouped["high"] - grouped["low"] > 1.5 * (alone["high"] - alone["low"])
    assert "groups" in grouped["method"]


def test_repeating_the_folds_does_not_narrow_the_interval():
    once, _ = score("auc_roc", folds(1))
    thrice, _ = score("auc_roc", folds(3))
    assert thrice["low"] == pytest.approx(once["low"])
    assert thrice["high"] == pytest.approx(once["high"])


def test_weights_draw_whole_groups_and_as_many_as_there_are():
    groups = np.repeat(np.arange(20), 3).astype(object)
    weights = np.concatenate(list(replicate_weights(60, groups, 50, 0)))
    assert weights.shape == (50, 60)
    for start in range(0, 60, 3):
        assert (weights[:, start] == weights[:, start + 1]).all()
    assert (weights[:, ::3].sum(axis=1) == 20).all()


def test_weights_come_in_bounded_pieces_with_the_same_seed_the_same():
    pieces = list(replicate_weights(100_000, None, 100, 3))
    assert max(piece.size for piece in pieces) <= 4_000_000
    again = list(replicate_weights(100_000, None, 100, 3))
    assert all((a == b).all() for a, b in zip(pieces, again, strict=True))


def test_an_interval_needs_half_of_its_replicates():
    assert np.isnan(percentile_interval(np.array([1.0, np.nan, np.nan]), 0.95)).all()
    assert percentile_interval(np.arange(101.0), 0.9) == pytest.approx((5.0, 95.0))


def test_where_a_fold_is_a_site_left_out_rows_are_drawn_within_it_and_sites_over_all():
    sites = np.repeat(np.array(["a", "b", "c"], dtype=object), 20)
    whole, parts = score("accuracy", folds(), sites, replicates=2000)
    for part in parts:
        assert part["low"] < part["value"] < part["high"]
        assert "rows" in part["method"]
    assert "folds drawn too" in whole["method"]
    alone, _ = score("accuracy", folds(), None, replicates=2000)
    assert whole["high"] - whole["low"] > alone["high"] - alone["low"]


def test_sites_that_differ_widen_the_interval_by_how_they_differ():
    truth = np.ones(60, int)
    right = np.r_[np.ones(20), np.ones(20), np.zeros(20)]  # two sites all right, one all wrong
    judged = Judged(truth, np.c_[1 - right, right])
    given = [
        JudgedFold(1, k + 1, rows, judged.rows(rows))
        for k, rows in enumerate(np.array_split(np.arange(60), 3))
    ]
    sites = np.repeat(np.array(["a", "b", "c"], dtype=object), 20)
    whole, parts = score("accuracy", given, sites, replicates=3000)
    # the mean of three sites drawn with replacement from 1, 1, 0: 0 with 1/27, 1 with 8/27
    assert (whole["low"], whole["value"], whole["high"]) == (0.0, pytest.approx(2 / 3), 1.0)
    assert [(part["low"], part["high"]) for part in parts] == [(1.0, 1.0), (1.0, 1.0), (0.0, 0.0)]


def test_with_too_few_groups_rows_are_drawn_and_the_method_says_so():
    half = np.repeat(np.array(["a", "b"], dtype=object), 30)
    whole, _ = score("accuracy", [JudgedFold(1, 1, np.arange(60), ALL)], half)
    assert whole["low"] < whole["value"] < whole["high"]
    assert "too few groups to draw: 2" in whole["method"]
    one, _ = score("accuracy", [JudgedFold(1, 1, np.arange(60), ALL)], np.full(60, "a", dtype=object))
    assert one["low"] < one["value"] < one["high"]
