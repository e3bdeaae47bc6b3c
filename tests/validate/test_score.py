"""Lines of scores.tsv: which there are, what their values are, and which method made their intervals."""

import numpy as np
import pytest

from prognome.core.judged import Judged
from prognome.core.metrics import METRICS, metrics_for
from prognome.validate.score import COLUMNS, Interval, JudgedFold, score_part

rng = np.random.default_rng(0)
N = 120
TRUTH = rng.integers(0, 2, N)
EVENT = np.clip(TRUTH * 0.3 + rng.random(N) * 0.7, 0.01, 0.99)
ALL = Judged(TRUTH, np.c_[1 - EVENT, EVENT])
FAMILIES = np.repeat(np.arange(N // 4), 4).astype(object)
PART = [JudgedFold(1, 1, np.arange(N), ALL)]


def folds(repeats=1, judged=ALL, count=3):
    made = []
    for repeat in range(1, repeats + 1):
        for number, rows in enumerate(np.array_split(np.arange(len(judged.truth)), count), start=1):
            made.append(JudgedFold(repeat, number, rows, judged.rows(rows)))
    return made


def table(given, groups=None, kind="binary", replicates=200, names=None):
    metrics = [METRICS[name] for name in names] if names else metrics_for(kind)
    return score_part("m", "cv", given, metrics, groups=groups, interval=Interval(replicates, 0.95, 1))


def whole(given, groups=None, kind="binary", **more):
    lines = table(given, groups, kind, **more)
    return {(line["metric"], line["threshold"]): line for line in lines if line["repeat"] is None}


def test_over_all_folds_is_the_mean_of_folds():
    lines = table(folds(2), names=["auc_roc", "accuracy", "f1"])
    for name in ("auc_roc", "accuracy", "f1"):
        mine = [line for line in lines if line["metric"] == name]
        assert len(mine) == 7
        assert mine[-1]["value"] == pytest.approx(np.mean([line["value"] for line in mine[:-1]]), abs=1e-15)
        assert (mine[-1]["n"], mine[-1]["events"]) == (N, int(TRUTH.sum()))


def test_the_value_of_a_fold_is_scikit_learns():
    for line in table(folds())[:-1]:
        if line["fold"] is not None:
            judged = folds()[line["fold"] - 1].judged
            assert line["value"] == pytest.approx(METRICS[line["metric"]].value(judged), rel=1e-12, abs=1e-12)


def test_calibration_over_folds_is_of_the_pooled_rows():
    found = whole(folds(2))
    for name in ("calibration_slope", "calibration_intercept"):
        assert found[name, ""]["value"] == pytest.approx(METRICS[name].value(ALL), rel=1e-12)
        assert "rows of a repeat pooled" in found[name, ""]["method"]


def test_every_line_has_every_column_an_interval_about_its_value_and_a_method():
    for groups in (None, FAMILIES):
        for given in (PART, folds(), folds(3)):
            for line in table(given, groups):
                assert set(line) == set(COLUMNS)
                assert line["low"] <= line["value"] <= line["high"], line
                assert line["low"] < line["high"], line
                assert line["method"]


def test_methods_on_one_part():
    found = whole(PART)
    assert found["auc_roc", ""]["method"] == "DeLong, logit"
    assert found["sensitivity", "fixed"]["method"] == "Wilson"
    assert found["brier", ""]["method"] == "BCa bootstrap, 200 × rows"
    grouped = whole(PART, FAMILIES)
    assert grouped["auc_roc", ""]["method"] == "DeLong by groups, logit"
    assert grouped["sensitivity", "fixed"]["method"].startswith("Wilson, effective n ")
    assert grouped["brier", ""]["method"] == "jackknife, log, groups"


def test_methods_over_folds():
    found = whole(folds(2))
    assert found["auc_roc", ""]["method"] == "cross-validated influence curve, rows, logit"
    assert found["accuracy", "fixed"]["method"].startswith("Wilson, effective n ")
    assert found["f1", "fixed"]["method"] == "jackknife, logit, rows, mean of folds"


def test_decisions_come_at_the_chosen_threshold_as_well():
    given = [JudgedFold(1, 1, np.arange(N), ALL, chosen=0.3)]
    found = whole(given)
    assert found["sensitivity", "chosen"]["value"] == METRICS["sensitivity"].value(ALL.at(0.3))
    assert found["sensitivity", "fixed"]["value"] == METRICS["sensitivity"].value(ALL)
    assert ("auc_roc", "chosen") not in found
    assert ("sensitivity", "chosen") not in whole(PART)
    assert {name for name, threshold in found if threshold == "chosen"} == {
        metric.name for metric in metrics_for("binary") if metric.of_decision
    }


def test_coverage_comes_only_with_prediction_sets():
    assert not {"coverage", "set_size"} & {name for name, _ in whole(PART)}
    sets = Judged(TRUTH, ALL.score, within=np.c_[EVENT < 0.8, EVENT > 0.2])
    found = whole([JudgedFold(1, 1, np.arange(N), sets)])
    assert found["coverage", ""]["method"] == "Wilson"
    assert found["set_size", ""]["value"] == pytest.approx(sets.extent.mean())


def test_several_classes_and_numbers_have_their_lines():
    truth = rng.integers(0, 3, N)
    p = rng.dirichlet(np.ones(3), N) + 0.5 * np.eye(3)[truth]
    three = Judged(truth, p / p.sum(1, keepdims=True))
    assert whole(folds(judged=three), kind="multiclass")["auc_roc", ""]["events"] is None
    number = Judged(rng.normal(10, 3, N), rng.normal(10, 3, N))
    found = whole(folds(judged=number), kind="number")
    assert found["within_20_percent", ""]["method"].startswith("Wilson")
    assert found["r2", ""]["low"] < found["r2", ""]["value"]


def test_the_interval_of_an_accuracy_is_wilsons():
    judged = Judged(np.r_[np.ones(23, int), np.zeros(7, int)], np.tile([0.0, 1.0], (30, 1)))
    found = whole([JudgedFold(1, 1, np.arange(30), judged)], names=["accuracy"])
    # R 4.2.2: prop.test(23, 30, correct=FALSE)$conf.int
    line = found["accuracy", "fixed"]
    assert (line["low"], line["high"]) == pytest.approx((0.590716738418778, 0.882076118555105), abs=1e-12)


def test_a_perfect_model_has_intervals_with_width():
    truth = np.tile([0, 1, 1, 0], 15)
    perfect = Judged(truth, np.c_[1 - truth, truth].astype(float) * 0.98 + 0.01)
    names = [
        "auc_roc",
        "average_precision",
        "accuracy",
        "balanced_accuracy",
        "sensitivity",
        "precision",
        "f1",
        "mcc",
    ]
    families = np.repeat(np.arange(15), 4).astype(object)
    for given in (folds(judged=perfect), folds(2, perfect), [JudgedFold(1, 1, np.arange(60), perfect)]):
        for groups in (None, families):
            for (name, _), line in whole(given, groups, names=names).items():
                assert line["value"] == line["high"] == 1.0
                assert 0.4 < line["low"] < 0.98, (name, line)


def test_rows_that_go_together_widen_the_interval():
    one = np.repeat(rng.integers(0, 2, 30), 4)
    event = np.where(np.repeat(rng.random(30) < 0.7, 4), one, 1 - one).astype(float)
    given = [JudgedFold(1, 1, np.arange(N), Judged(one, np.c_[1 - event, event]))]
    for name in ("accuracy", "auc_roc", "f1", "brier"):
        (alone,) = table(given, names=[name])
        (grouped,) = table(given, FAMILIES, names=[name])
        assert grouped["high"] - grouped["low"] > 1.5 * (alone["high"] - alone["low"])


def test_repeating_the_same_folds_makes_no_interval_narrower():
    """Repeats are no new rows. Figures of ranks are wider by what training sets have in common, no other."""
    once, thrice = whole(folds(1)), whole(folds(3))
    for (name, *_), ends, wider in ((key, once[key], thrice[key]) for key in once):
        same = (wider["low"], wider["high"]) == pytest.approx((ends["low"], ends["high"]))
        if name in ("auc_roc", "average_precision"):
            assert wider["high"] - wider["low"] > ends["high"] - ends["low"]
        else:
            assert same, name


def test_the_same_seed_gives_the_same_lines():
    assert table(PART) == table(PART)


def test_where_a_fold_is_a_site_the_interval_is_students_over_sites():
    truth = np.ones(60, int)
    right = np.r_[np.ones(18), np.zeros(2), np.ones(15), np.zeros(5), np.ones(12), np.zeros(8)]
    judged = Judged(truth, np.c_[1 - right, right])
    sites = np.repeat(np.array(["a", "b", "c"], dtype=object), 20)
    lines = table(folds(judged=judged), sites, names=["accuracy"])
    # .90, .75, .60: mean .75, s .15; qt(.975, 2) = 4.302653 times .15/√3
    reach = 4.302652729911275 * 0.15 / np.sqrt(3)
    assert lines[-1]["method"] == "Student's t over 3 folds, each a site never seen"
    assert lines[-1]["low"] == pytest.approx(0.75 - reach)
    assert lines[-1]["high"] == 1.0
    assert [line["method"] for line in lines[:-1]] == ["Wilson"] * 3


def test_sites_that_are_alike_keep_two_thirds_of_the_interval_of_their_rows():
    """By hand: 15 of 20 right at each of three sites; 60 rows are worth 60 / (1 + 15/60 + 5/60) = 45, of
    which Wilson's interval is .6073 to .8534; two thirds of its distance from .75."""
    truth = np.ones(60, int)
    right = np.tile(np.r_[np.ones(15), np.zeros(5)], 3)
    sites = np.repeat(np.array(["a", "b", "c"], dtype=object), 20)
    given = folds(judged=Judged(truth, np.c_[1 - right, right]))
    *_, line = table(given, sites, names=["accuracy"])
    assert line["low"] == pytest.approx(0.75 - 2 / 3 * (0.75 - 0.6073), abs=1e-4)
    assert line["high"] == pytest.approx(0.75 + 2 / 3 * (0.8534 - 0.75), abs=1e-4)
    assert "within sites" in line["method"]


def test_with_too_few_groups_rows_are_taken_and_the_method_says_so():
    half = np.repeat(np.array(["a", "b"], dtype=object), N // 2)
    for line in whole(PART, half).values():
        assert line["low"] < line["high"]
        assert "too few groups to draw: 2" in line["method"]
    one = np.full(N, "a", dtype=object)
    assert "too few groups to draw: 1" in whole(PART, one)["auc_roc", ""]["method"]


def test_a_fold_of_one_class_is_left_out_of_the_mean():
    order = np.argsort(TRUTH, kind="stable")  # the first folds have no events
    given = [JudgedFold(1, k + 1, rows, ALL.rows(rows)) for k, rows in enumerate(np.array_split(order, 4))]
    lines = table(given, names=["auc_roc", "average_precision", "sensitivity"])
    auc = [line for line in lines if line["metric"] == "auc_roc"]
    defined = [line["value"] for line in auc[:-1] if not np.isnan(line["value"])]
    assert 0 < len(defined) < 4
    assert auc[-1]["value"] == pytest.approx(np.mean(defined))
    assert auc[-1]["low"] < auc[-1]["value"] < auc[-1]["high"]
