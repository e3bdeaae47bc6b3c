"""Levels of a column, and every figure at each of them: by hand arithmetic and against R."""

from io import StringIO

import numpy as np
import pandas as pd
import pytest

from prognome.core.judged import Judged
from prognome.core.metrics import METRICS
from prognome.core.study_judge import Subgroup
from prognome.errors import StudyError
from prognome.validate.judged_part import Interval, JudgedFold
from prognome.validate.score import COLUMNS
from prognome.validate.subgroup_figures import estimate, is_drawn, stratified_auc
from prognome.validate.subgroup_levels import NOT_RECORDED, Levels, learn_all_levels, learn_levels
from prognome.validate.subgroup_part import SubgroupPart
from prognome.validate.subgroup_rows import pool_rows
from prognome.validate.subgroups import FIGURES, score_subgroups


def text(*values):
    return np.array(values, dtype=object)


def binary(truth, event, **more):
    event = np.asarray(event, dtype=float)
    return Judged(np.asarray(truth), np.c_[1 - event, event], **more)


def one_fold(judged, chosen=None):
    return [JudgedFold(1, 1, np.arange(len(judged.truth)), judged, chosen)]


def table(folds, levels, kind="binary", primary="auc_roc", groups=None, replicates=200):
    sheet = SubgroupPart.of(
        "m", "cv", folds, [Levels("site", False)], {"site": levels}, kind=kind, primary=METRICS[primary],
        groups=groups, interval=Interval(replicates, 0.95, 1),
    )  # fmt: skip
    found = pd.DataFrame(score_subgroups(sheet), columns=list(COLUMNS))
    return found.set_index(["level", "metric", "threshold"])


# --- levels ---------------------------------------------------------------------------------------------


def test_text_goes_by_its_values_and_missing_is_a_level_of_its_own():
    values = text("b", None, "a", "b")
    levels = learn_levels(Subgroup(column="race"), values)
    assigned = levels.assign(values)
    assert list(assigned) == ["b", "not recorded", "a", "b"]
    assert levels.order(assigned) == ["a", "b", "not recorded"]


def test_numbers_are_cut_at_the_thirds_of_the_rows_given():
    levels = learn_levels(Subgroup(column="age"), text(*map(str, range(1, 11))))
    # thirds of 1 … 10 by linear interpolation: 4 and 7
    assert levels.spans == ("age < 4", "4 ≤ age < 7", "age ≥ 7")
    new = levels.assign(text("3.9", "4", "7", "99", None))
    assert list(new) == ["age < 4", "4 ≤ age < 7", "age ≥ 7", "age ≥ 7", "not recorded"]


def test_wanted_cuts_take_the_place_of_thirds_and_their_levels_stand_from_low_to_high():
    levels = learn_levels(Subgroup(column="age", cuts=[65, 50]), text("30", "70"))
    assigned = levels.assign(text("70", "64.9", "50", "49", "unknown"))
    assert list(assigned) == ["age ≥ 65", "50 ≤ age < 65", "50 ≤ age < 65", "age < 50", "not recorded"]
    assert levels.order(assigned) == ["age < 50", "50 ≤ age < 65", "age ≥ 65", "not recorded"]


def test_up_to_six_different_numbers_go_by_value_and_1_is_1_point_0():
    levels = learn_levels(Subgroup(column="grade"), text("1", "1.0", "2", "10"))
    assigned = levels.assign(text("10", "2.0", "1"))
    assert levels.order(assigned) == ["1", "2", "10"]
    seven = learn_levels(Subgroup(column="grade"), text(*map(str, range(7))))
    assert seven.cuts


def test_cuts_of_a_column_of_words_are_an_error_that_shows_no_value():
    with pytest.raises(StudyError, match="not a column of numbers") as caught:
        learn_levels(Subgroup(column="race", cuts=[1]), text("1", "secret"))
    assert "1 of 2" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_of_more_than_30_values_the_29_largest_keep_their_names():
    values = text(*[f"v{k:02d}" for k in range(31) for _ in range(31 - k)])
    levels = learn_levels(Subgroup(column="site"), values)
    assigned = levels.assign(values)
    order = levels.order(assigned)
    assert order == [f"v{k:02d}" for k in range(29)] + ["others"]
    assert (assigned == "others").sum() == 2 + 1
    thirty = values[values != "v30"]
    assert len(levels.order(levels.assign(thirty))) == 30
    assert "others" not in levels.assign(thirty)


def test_cuts_come_from_rows_that_are_not_test():
    facts = {"age": text(*map(str, range(1, 11)), "1000", "2000", "3000")}
    (levels,) = learn_all_levels([Subgroup(column="age")], facts, np.arange(10))
    assert levels.cuts == (4.0, 7.0)


def test_a_level_with_tab_quote_and_comma_survives_the_table():
    name = 'a\t"b", c'
    truth = np.tile([0, 1], 30)
    found = table(one_fold(binary(truth, truth * 0.5 + 0.2)), np.repeat(text(name, "x"), 30)).reset_index()
    written = found.to_csv(sep="\t", index=False)
    again = pd.read_csv(StringIO(written), sep="\t")
    assert name in set(again["level"])


# --- figures --------------------------------------------------------------------------------------------


def test_sensitivity_has_wilsons_interval_as_r_gives_it():
    # 56 of 70 at a, 48 of 80 at b; R 4.2.2 prop.test(56, 70, correct = FALSE)$conf.int, and (48, 80)
    said = np.r_[np.ones(56), np.zeros(14), np.ones(48), np.zeros(32)]
    found = table(one_fold(binary(np.ones(150, int), said)), np.repeat(text("a", "b"), [70, 80]))
    a, b = found.loc[("a", "sensitivity", "fixed")], found.loc[("b", "sensitivity", "fixed")]
    assert (a["value"], a["low"], a["high"]) == pytest.approx((0.8, 0.69183356, 0.87695261), abs=1e-8)
    assert (b["value"], b["low"], b["high"]) == pytest.approx((0.6, 0.49045465, 0.70038172), abs=1e-8)
    assert (a["method"], a["n"], a["events"]) == ("Wilson", 70, 70)


def test_auc_in_one_part_has_delongs_error_as_proc_gives_it():
    truth = np.repeat([0, 1], 10)
    score = np.array([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 5, 8, 11, 12, 13, 6, 15, 16, 17, 3]) / 20
    one = estimate("auc_roc", pool_rows(one_fold(binary(truth, score)), None))
    # pROC 1.18.0: auc(roc(y, s)), sqrt(var(roc(y, s)))
    assert (one.value, one.error) == pytest.approx((0.8, 0.1032796), abs=1e-7)
    assert one.method == "DeLong, logit"


def test_auc_over_folds_compares_only_rows_of_one_fold():
    event = np.array([True, False, True, False, False])
    score = np.array([0.05, 0.01, 0.2, 0.1, 0.3])
    # fold 0: one pair, won; fold 1: .2 against .1 won, against .3 lost. 2 of 3, where all rows give 3 of 6
    auc, values = stratified_auc(event, score, np.array([0, 0, 1, 1, 1]))
    assert auc == pytest.approx(2 / 3)
    # influence of the first event: its one partner is won: 1 · (1 - 2/3) / 3
    assert values[0] == pytest.approx(1 / 9)
    assert values.sum() == pytest.approx(0)


def test_a_shift_between_the_models_of_folds_does_not_touch_the_auc():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, 200)
    event = np.clip(0.3 * truth + 0.4 * rng.random(200), 0.01, 0.99)
    halves = [np.arange(100), np.arange(100, 200)]

    def folds(shift):
        return [
            JudgedFold(1, k + 1, rows, binary(truth[rows], event[rows] + shift * k))
            for k, rows in enumerate(halves)
        ]

    site = text(*["a", "b"] * 100)
    plain, shifted = (table(folds(shift), site).loc[("a", "auc_roc", "")] for shift in (0, 0.2))
    assert shifted["value"] == pytest.approx(plain["value"], abs=1e-12)
    assert shifted["low"] == pytest.approx(plain["low"], abs=1e-12)


def test_calibration_has_the_sandwich_error_as_r_gives_it():
    linear = np.linspace(-1.5, 2.5, 60)
    judged = binary(np.tile([0, 1, 0, 0, 1, 1], 10), 1 / (1 + np.exp(-linear)))
    pool = pool_rows(one_fold(judged), None)
    # R 4.2.2: glm(y ~ offset(x)) and glm(y ~ x), sandwich by matrices, times n / (n - p)
    intercept = estimate("calibration_intercept", pool)
    slope = estimate("calibration_slope", pool)
    assert (intercept.value, intercept.error) == pytest.approx((-0.5, 0.37759396404), abs=1e-7)
    assert (slope.value, slope.error) == pytest.approx((0.08208129502, 0.22351582009), abs=1e-7)


def test_a_mean_has_students_interval():
    miss = np.r_[np.arange(1.0, 21), np.zeros(20)]
    judged = Judged(np.zeros(40), miss)
    found = table(one_fold(judged), np.repeat(text("a", "b"), 20), "number", "mae").loc[("a", "mae", "")]
    # mean 10.5, sd √35, t(.975, 19) = 2.093024: ± 2.093024 √(35/20)
    reach = 2.093024 * np.sqrt(35 / 20)
    assert (found["low"], found["value"], found["high"]) == pytest.approx((10.5 - reach, 10.5, 10.5 + reach))


def random_judged(kind, n=120):
    rng = np.random.default_rng(5)
    if kind == "number":
        truth = rng.normal(10, 3, n)
        score = truth + rng.normal(0, 2, n)
        return Judged(truth, score, within=np.c_[score - 3, score + 3])
    k = 2 if kind == "binary" else 3
    truth = rng.integers(0, k, n)
    raw = rng.random((n, k)) + 0.6 * np.eye(k)[truth]
    score = raw / raw.sum(axis=1, keepdims=True)
    return Judged(truth, score, within=score > 0.4)


@pytest.mark.parametrize("kind", ["binary", "multiclass", "number"])
def test_every_figure_equals_the_metric_on_the_rows_of_the_level(kind):
    judged = random_judged(kind)
    site = np.repeat(text("a", "b"), 60)
    primaries = [
        name for name, metric in METRICS.items() if kind in metric.targets and metric.higher is not None
    ]
    for primary in primaries:
        found = table(one_fold(judged, 0.5), site, kind, primary, replicates=100).reset_index()
        for line in found.itertuples():
            rows = np.flatnonzero(site == line.level)
            assert line.value == pytest.approx(METRICS[line.metric].value(judged.rows(rows)), abs=1e-9)
            assert line.low < line.value < line.high or line.value == line.high == 1
    assert set(FIGURES[kind]) <= set(found["metric"])


def test_repeats_are_averaged_within_a_row_and_do_not_multiply_rows():
    judged = random_judged("number", 60)
    once = one_fold(judged)
    thrice = [JudgedFold(repeat, 1, np.arange(60), judged) for repeat in (1, 2, 3)]
    site = text(*["a", "b"] * 30)
    first, second = (table(folds, site, "number", "mae").drop(columns="method") for folds in (once, thrice))
    pd.testing.assert_frame_equal(first, second, check_dtype=False)


def test_repeats_that_disagree_count_as_shares_of_a_row():
    truth = np.ones(20, int)
    twice = [JudgedFold(1, 1, np.arange(20), binary(truth, np.ones(20))),
             JudgedFold(2, 1, np.arange(20), binary(truth, np.r_[np.ones(10), np.zeros(10)]))]  # fmt: skip
    one = estimate("sensitivity", pool_rows(twice, None), "fixed")
    assert one.value == pytest.approx(0.75)  # ten rows 1, ten rows ½
    assert one.size[0] == 20  # the error would allow 57 trials; there are 20 rows
    assert one.successes is None


def test_a_fold_without_a_chosen_threshold_takes_the_fixed_one():
    truth = np.ones(40, int)
    event = np.full(40, 0.4)
    halves = [np.arange(20), np.arange(20, 40)]
    folds = [
        JudgedFold(1, k + 1, rows, binary(truth[rows], event[rows]), cut)
        for k, (rows, cut) in enumerate(zip(halves, (0.3, None), strict=True))
    ]
    found = table(folds, text(*["a"] * 40))["value"]
    assert found[("a", "sensitivity", "fixed")] == 0
    assert found[("a", "sensitivity", "chosen")] == pytest.approx(0.5)


# --- too few --------------------------------------------------------------------------------------------


def test_too_few_rows_leave_no_number_and_say_what_is_lacking():
    truth = np.r_[np.ones(7, int), np.zeros(53, int), np.ones(30, int), np.zeros(9, int)]
    event = np.where(truth == 1, 0.7, 0.2) + np.linspace(-0.1, 0.1, 99)
    found = table(one_fold(binary(truth, event)), np.repeat(text("a", "b"), [60, 39]))
    for metric, threshold in (("sensitivity", "fixed"), ("auc_roc", ""), ("calibration_intercept", "")):
        line = found.loc[("a", metric, threshold)]
        assert np.isnan([line["value"], line["low"], line["high"]]).all()
        assert line["method"] == "too few to say: 7 events"
        assert (line["n"], line["events"]) == (60, 7)
    assert found.loc[("a", "specificity", "fixed"), "value"] == 1
    assert found.loc[("a", "precision", "fixed"), "method"] == "too few to say: 7 alarms"
    assert found.loc[("b", "specificity", "fixed"), "method"] == "too few to say: 9 non-events"
    assert found.loc[("b", "npv", "fixed"), "method"] == "too few to say: 9 all-clears"
    assert not np.isnan(found.loc[("b", "brier", ""), "value"])


def test_a_calibration_slope_needs_20_of_each():
    truth = np.repeat([0, 1, 0, 1], [20, 19, 20, 20])
    event = np.random.default_rng(0).uniform(0.1, 0.9, 79)
    found = table(one_fold(binary(truth, event)), np.repeat(text("a", "b"), [39, 40]))["method"]
    assert found[("a", "calibration_slope", "")] == "too few to say: 19 events"
    assert not found[("b", "calibration_slope", "")].startswith("too few")


def test_19_rows_are_too_few_for_a_mean_and_20_are_not():
    judged = random_judged("number", 39)
    found = table(one_fold(judged), np.repeat(text("a", "b"), [19, 20]), "number", "mae")["method"]
    assert found[("a", "mae", "")] == "too few to say: 19 rows"
    assert found[("a", "r2", "")] == "too few to say: 19 rows"
    assert found[("b", "mae", "")] == "t"


def test_a_mean_over_classes_needs_10_rows_of_each_class():
    truth = np.r_[np.repeat([0, 1, 2], [20, 20, 9]), np.repeat([0, 1], 20)]
    score = np.eye(3)[truth] * 0.4 + 0.2
    found = table(one_fold(Judged(truth, score)), np.repeat(text("a", "b"), [49, 40]), "multiclass")["method"]
    assert found[("a", "balanced_accuracy", "fixed")] == "too few to say: 9 rows of a class"
    assert not found[("a", "accuracy", "fixed")].startswith("too few")
    assert not found[("b", "balanced_accuracy", "fixed")].startswith("too few")


# --- groups ---------------------------------------------------------------------------------------------


def test_rows_that_go_together_widen_every_interval():
    rng = np.random.default_rng(2)
    truth = np.repeat(rng.integers(0, 2, 60), 4)
    event = np.repeat(np.clip(0.3 * truth[::4] + 0.6 * rng.random(60), 0.02, 0.98), 4)
    judged = binary(truth, event)
    family = np.repeat(np.arange(60), 4).astype(object)
    site = np.repeat(text("a", "b"), 120)
    alone, grouped = (table(one_fold(judged), site, groups=groups) for groups in (None, family))
    wider = (grouped["high"] - grouped["low"]) / (alone["high"] - alone["low"])
    # four equal rows count as one: about twice as wide
    assert wider.between(1.6, 2.8).all()
    assert grouped["method"].str.contains("30 groups").all()


def test_where_every_level_is_one_group_rows_are_drawn():
    judged = random_judged("number", 60)
    site = np.repeat(text("a", "b"), 30)
    as_rows, as_groups = (table(one_fold(judged), site, "number", "mae", groups=g) for g in (None, site))
    pd.testing.assert_frame_equal(as_rows, as_groups)


def test_one_family_at_a_level_is_too_few():
    judged = random_judged("number", 60)
    family = np.r_[np.zeros(30), np.arange(1, 31)].astype(object)
    found = table(one_fold(judged), np.repeat(text("a", "b"), 30), "number", "mae", groups=family)["method"]
    assert found[("a", "mae", "")] == "too few to say: 1 group"
    assert found[("b", "mae", "")] == "t, 30 groups"


def test_coverage_is_left_out_where_there_are_no_intervals():
    judged = Judged(np.arange(40.0), np.arange(40.0) + 1)
    found = table(one_fold(judged), text(*["a"] * 40), "number", "mae").reset_index()
    assert "coverage" not in set(found["metric"])
    assert not is_drawn("mae", pool_rows(one_fold(judged), None))


def test_a_word_in_a_column_of_numbers_is_not_recorded_and_is_never_repeated():
    for cuts in (None, [2.0]):
        levels = learn_levels(
            Subgroup(column="wave", cuts=cuts), np.array(["1", "2", "3", "4", "5", "6", "7"], object)
        )
        assigned = levels.assign(np.array(["2", "high", None], dtype=object))
        assert assigned[1] == assigned[2] == NOT_RECORDED
        assert "high" not in levels.order(assigned)
