"""Which test is taken where, the family and its correction, and the sentence."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from prognome.core import delong
from prognome.core.judged import Judged
from prognome.core.metrics import METRICS
from prognome.core.paired_tests import corrected_resampled_t, holm, mcnemar, paired_t
from prognome.validate.candidate import Candidate
from prognome.validate.compare import COLUMNS, HolmFamily, compare, find_family
from prognome.validate.compare_sentence import decision_sentence, sentence
from prognome.validate.score import Interval, JudgedFold

N = 100
AUC, ACCURACY, BRIER, MAE = (METRICS[name] for name in ("auc_roc", "accuracy", "brier", "mae"))
INTERVAL = Interval(200, 0.95, 1)
LABELS = ("strong", "close", "weak", "dummy")
CANDIDATES = [Candidate(label, None, rank, baseline=label == "dummy") for rank, label in enumerate(LABELS)]
TRUTH = np.arange(N) % 2


def said(noise, seed):
    if noise is None:
        return Judged(TRUTH, np.full((N, 2), 0.5))
    event = 1 / (1 + np.exp(-(2 * TRUTH - 1 + noise * np.random.default_rng(seed).standard_normal(N))))
    return Judged(TRUTH, np.c_[1 - event, event])


SAID = {"strong": said(0.8, 1), "close": said(0.85, 2), "weak": said(4.0, 3), "dummy": said(None, 4)}


def over_folds(judged, count=5, repeats=1):
    return [
        JudgedFold(repeat, k + 1, rows, judged.rows(rows))
        for repeat in range(1, repeats + 1)
        for k, rows in enumerate(np.array_split(np.random.default_rng(repeat).permutation(N), count))
    ]


def on_rows(judged):
    return [JudgedFold(1, 1, np.arange(len(judged.truth)), judged)]


def world(parts=("cv",), judged=SAID, **kwargs):
    return {
        (label, part): over_folds(one, **kwargs) if part == "cv" else on_rows(one)
        for label, one in judged.items()
        for part in parts
    }


def table(folds, metric=AUC, best="strong", groups=None, **kwargs):
    family = find_family(CANDIDATES, folds, metric, best=best, part=next(iter(folds))[1])
    return compare(folds, metric, family=family, groups_of=lambda part: groups, interval=INTERVAL, **kwargs)


def line(found, b, part, a="strong"):
    (one,) = found[(found["a"] == a) & (found["b"] == b) & (found["part"] == part)].to_dict("records")[:1]
    return one


def test_the_family_is_the_baselines_and_the_runner_up():
    folds = world() | {("chosen", "cv"): over_folds(SAID["strong"])}
    family = find_family(CANDIDATES, folds, AUC, best="strong")
    assert family == HolmFamily("strong", LABELS, ("dummy",), "close")
    assert family.rivals == ("dummy", "close")
    found = table(folds)
    assert "chosen" not in {*found["a"], *found["b"]}
    confirmatory = found[found["p_holm"].notna()]
    assert confirmatory["b"].tolist() == ["dummy", "close"]
    np.testing.assert_allclose(confirmatory["p_holm"], holm(confirmatory["p"].to_numpy()))


def test_for_an_error_the_runner_up_has_the_least():
    truth = np.random.default_rng(0).standard_normal(N)
    judged = {
        label: Judged(truth, truth + add) for label, add in zip(LABELS, (1.0, 3.0, 2.0, 9.0), strict=True)
    }
    assert find_family(CANDIDATES, world(judged=judged), MAE, best="strong").runner_up == "weak"


def test_a_baseline_that_is_best_meets_the_other_baselines_and_the_best_model():
    candidates = [Candidate("clinical_only", None, 0, baseline=True), *CANDIDATES]
    folds = world(judged={"clinical_only": SAID["weak"], **SAID})
    family = find_family(candidates, folds, AUC, best="clinical_only")
    assert (family.rivals, family.runner_up) == (("dummy", "strong"), "strong")


def test_a_model_without_answers_in_a_part_has_no_line_there():
    folds = world(("cv", "test"))
    del folds[("close", "test")]
    found = table(folds)
    there = found[(found["part"] == "test") & found["p_holm"].notna()]
    assert there["b"].tolist() == ["dummy", "dummy"]
    assert there["metric"].tolist() == ["auc_roc", "accuracy"]
    assert "close" not in {*found.loc[found["part"] == "test", ["a", "b"]].to_numpy().ravel()}


def test_over_folds_the_corrected_resampled_t_is_stricter_than_published():
    found = line(table(world(repeats=3)), "close", "cv")
    assert tuple(found) == COLUMNS
    differences = [
        AUC.value(a.judged) - AUC.value(b.judged)
        for a, b in zip(
            over_folds(SAID["strong"], repeats=3), over_folds(SAID["close"], repeats=3), strict=True
        )
    ]
    published = corrected_resampled_t(differences, 1 / 4)
    expected = corrected_resampled_t(differences, 5 / 12, freedom=4)  # 5/3 of 20 rows for 80
    assert found["difference"] == pytest.approx(np.mean(differences))
    assert found["p"] == pytest.approx(expected.p)
    assert found["p"] > published.p > paired_t(differences).p
    assert found["test"] == "corrected resampled t-test, 15 folds"


def test_ten_folds_are_taken_for_no_less_alike_than_a_third():
    found = line(table(world(count=10)), "close", "cv")
    folds = zip(over_folds(SAID["strong"], 10), over_folds(SAID["close"], 10), strict=True)
    differences = [AUC.value(a.judged) - AUC.value(b.judged) for a, b in folds]
    assert found["p"] == pytest.approx(corrected_resampled_t(differences, 1 / 3).p)


def test_rows_that_trained_may_be_told():
    few = {(1, fold): 20 for fold in range(1, 6)}  # as many judge as train
    assert line(table(world(), train_rows=few), "close", "cv")["p"] > line(table(world()), "close", "cv")["p"]


def test_groups_left_out_are_said():
    groups = np.empty(N, dtype=object)
    for site, fold in enumerate(over_folds(SAID["strong"])):
        groups[fold.rows] = f"site {site}"
    found = table(world(), groups=groups)
    assert line(found, "dummy", "cv")["test"] == "corrected resampled t-test, 5 groups left out"


def test_constant_scores_of_the_dummy_are_beaten_in_every_part():
    found = table(world(("cv", "test", "external:other")))
    for part in ("cv", "test", "external:other"):
        one = line(found, "dummy", part)
        assert one["verdict"] == "a is better"
        assert one["p_holm"] <= 0.05
        assert line(found, "close", part)["verdict"] == "no difference shown"


def test_the_auc_of_a_test_part_is_delongs():
    one = line(table(world(("test",))), "close", "test")
    expected = delong.paired_test(TRUTH == 1, SAID["strong"].event, SAID["close"].event)
    assert (one["p"], one["low"], one["high"]) == (expected.p, expected.low, expected.high)
    assert one["test"] == "DeLong test"


def test_ranks_are_compared_before_recalibration():
    tied = Judged(TRUTH, np.full((N, 2), 0.5), raw=SAID["strong"].score)
    folds = world(("test",), {**SAID, "strong": tied})
    assert line(table(folds), "close", "test")["p"] == line(table(world(("test",))), "close", "test")["p"]


def test_accuracy_on_a_test_part_is_mcnemars():
    one = line(table(world(("test",)), ACCURACY), "dummy", "test")
    right = [SAID[label].decision == TRUTH for label in ("strong", "dummy")]
    assert one["p"] == mcnemar(*right).p
    assert one["test"] == "McNemar test, mid-p"


def test_everything_else_on_a_test_part_is_the_paired_bootstrap():
    one = line(table(world(("test",)), BRIER), "dummy", "test")
    assert one["test"] == "paired bootstrap, 200 × rows"
    assert one["difference"] < 0  # the lower Brier score
    assert one["verdict"] == "a is better"


@pytest.mark.parametrize(
    ("metric", "name"),
    [
        (AUC, "DeLong test, by groups"),
        (ACCURACY, "paired bootstrap, 200 × groups"),
        (BRIER, "paired bootstrap, 200 × groups"),
    ],
)
def test_ten_groups_or_more_are_drawn_whole(metric, name):
    families = np.array([f"family {k // 5}" for k in range(N)], dtype=object)
    assert line(table(world(("test",)), metric, groups=families), "dummy", "test")["test"] == name


def test_delong_by_groups_takes_students_t():
    families = np.repeat(np.arange(N // 5), 5).astype(object)
    one = line(table(world(("test",)), groups=families), "close", "test")
    plain = delong.paired_test(TRUTH == 1, SAID["strong"].event, SAID["close"].event, families)
    assert one["p"] == pytest.approx(2 * stats.t.sf(abs(plain.z), 19))
    assert one["p"] > plain.p
    middle = (one["low"] + one["high"]) / 2
    assert middle == pytest.approx(plain.difference)
    assert one["high"] - middle == pytest.approx(2.093 * plain.standard_error, rel=1e-3)  # R 4: qt(.975, 19)


def test_fewer_groups_than_ten_are_not_drawn_which_is_said():
    sites = np.array([f"site {k % 4}" for k in range(N)], dtype=object)
    one = line(table(world(("test",)), groups=sites), "dummy", "test")
    assert one["test"] == "DeLong test (too few groups to draw: 4)"


def test_the_same_predictions_are_no_difference():
    for metric in (AUC, ACCURACY, BRIER):
        found = table(world(("cv", "test"), {**SAID, "close": SAID["strong"]}), metric)
        for part in ("cv", "test"):
            one = line(found, "close", part)
            assert (one["difference"], one["p"], one["verdict"]) == (0, 1, "no difference shown")


def test_a_figure_without_spread_over_folds_is_not_defined_and_takes_nothing_from_the_others():
    perfect = Judged(TRUTH, np.c_[1 - TRUTH, TRUTH].astype(float))
    folds = {
        (label, "cv"): [
            JudgedFold(1, k + 1, np.arange(20 * k, 20 * k + 20), one.rows(np.arange(20 * k, 20 * k + 20)))
            for k in range(5)
        ]
        for label, one in {**SAID, "strong": perfect}.items()
    }
    found = table(folds)
    assert line(found, "dummy", "cv")["verdict"] == "not defined"
    assert line(found, "close", "cv")["p_holm"] == pytest.approx(line(found, "close", "cv")["p"])


def test_one_class_in_every_fold_is_not_defined():
    folds = {
        (label, "cv"): [JudgedFold(1, 1 + k, TRUTH.nonzero()[0], one.rows(TRUTH == 1)) for k in range(2)]
        for label, one in SAID.items()
    }
    found = table(folds)
    assert set(found.loc[found["test"].str.startswith("corrected"), "verdict"]) == {"not defined"}


def test_all_pairs_are_explored_and_five_folds_cannot_reach_a_twentieth():
    found = table(world())
    explored = found[found["verdict"].str.startswith("exploratory")]
    assert len(explored) == 2 * 6  # pairs of four models, two tests each
    assert explored["p_holm"].isna().all()
    by_test = explored.groupby("test")["verdict"].unique()
    assert by_test["paired t-test"].tolist() == ["exploratory"]
    assert by_test["Wilcoxon signed-rank test"].tolist() == ["exploratory: cannot reach .05 with 5 folds"]
    six = table(world(count=6))
    assert set(six.loc[six["test"].str.startswith("Wilcoxon"), "verdict"]) == {"exploratory"}


def test_a_part_judged_once_is_explored_in_decisions_alone():
    found = table(world(("test",)))
    explored = found[found["verdict"] == "exploratory"]
    assert set(explored["metric"]) == {"accuracy"}
    assert set(found.loc[found["metric"] == "auc_roc", "verdict"]) == {"a is better", "no difference shown"}


# --- decisions ------------------------------------------------------------------------------------------


def decided(*wrong):
    """Rows of which these are decided wrongly, the probabilities .7 and .3."""
    event = np.where(np.isin(np.arange(N), wrong), 1 - TRUTH, TRUTH) * 0.4 + 0.3
    return Judged(TRUTH, np.c_[1 - event, event])


# strong against close: 3 rows and 1; against dummy: 12 and 2; against weak: 5 and 2
WRONG = {
    "strong": decided(0, 1),
    "close": decided(1, 2, 3, 4),
    "weak": decided(20, 21, 22, 23, 24),
    "dummy": decided(*range(10, 22)),
}


def decisions(found, part="test"):
    return found[(found["metric"] == "accuracy") & (found["part"] == part)]


def test_decisions_are_a_family_of_their_own_with_its_own_correction():
    found = decisions(table(world(("cv", "test"), WRONG)))
    family = found[found["p_holm"].notna()]
    assert family[["a", "b"]].to_numpy().tolist() == [["strong", "dummy"], ["strong", "close"]]
    assert set(family["test"]) == {"McNemar test, mid-p"}
    # R 4.2.2: for (x, n) of (2, 14) and (1, 4): binom.test(x, n)$p.value - dbinom(x, n, .5)
    np.testing.assert_allclose(family["p"], [0.0073852539, 0.375], rtol=1e-7)
    np.testing.assert_allclose(family["p_holm"], [2 * 0.0073852539, 0.375], rtol=1e-7)
    np.testing.assert_allclose(family["difference"], [10 / N, 2 / N])
    assert family["verdict"].tolist() == ["a is better", "no difference shown"]


def test_lines_of_the_primary_metric_do_not_know_of_decisions():
    found = table(world(("cv", "test", "external:other")))
    for part in ("cv", "test", "external:other"):
        primary = found[(found["metric"] == "auc_roc") & (found["part"] == part) & found["p_holm"].notna()]
        assert primary["b"].tolist() == ["dummy", "close"]
        np.testing.assert_allclose(primary["p_holm"], holm(primary["p"].to_numpy()))


def test_other_pairs_of_decisions_are_exploratory():
    found = decisions(table(world(("cv", "test"), WRONG)))
    others = found[found["p_holm"].isna()]
    assert set(others["verdict"]) == {"exploratory"}
    assert others[["a", "b"]].to_numpy().tolist() == [
        ["strong", "weak"], ["close", "weak"], ["close", "dummy"], ["weak", "dummy"],
    ]  # fmt: skip
    one = others.iloc[0]
    # R 4.2.2: binom.test(2, 7)$p.value - dbinom(2, 7, .5)
    assert (one["difference"], one["p"]) == (pytest.approx(3 / N), pytest.approx(0.2890625))


def test_decisions_are_not_compared_where_the_best_was_chosen_nor_of_numbers():
    for first in ("cv", "validation"):
        found = table(world((first, "external:other")))
        assert set(found.loc[found["metric"] == "accuracy", "part"]) == {"external:other"}
    truth = np.random.default_rng(0).standard_normal(N)
    numbers = {label: Judged(truth, truth + k) for k, label in enumerate(LABELS, 1)}
    assert set(table(world(("cv", "test"), numbers), MAE)["metric"]) == {"mae"}


def test_decisions_are_not_doubled_where_accuracy_is_the_primary_metric():
    found = decisions(table(world(("cv", "test"), WRONG), ACCURACY))
    assert not found.duplicated(["a", "b"]).any()
    beside = decisions(table(world(("cv", "test"), WRONG)))
    pd.testing.assert_frame_equal(found.reset_index(drop=True), beside.reset_index(drop=True))


def test_decisions_are_those_of_the_fixed_threshold():
    folds = world(("test",), WRONG)
    at_others = {
        place: [JudgedFold(one.repeat, one.fold, one.rows, one.judged, chosen=0.9) for one in judged]
        for place, judged in folds.items()
    }
    pd.testing.assert_frame_equal(table(folds), table(at_others))


def test_decisions_by_groups_are_the_paired_bootstrap():
    families = np.array([f"family {k // 5}" for k in range(N)], dtype=object)
    found = decisions(table(world(("test",)), groups=families))
    assert set(found["test"]) == {"paired bootstrap, 200 × groups"}


def test_decisions_of_several_classes_are_the_most_probable():
    truth = np.arange(30) % 3
    right = np.eye(3)[truth]
    judged = {
        "strong": Judged(truth, 0.6 * right + 0.4 / 3),
        "dummy": Judged(truth, np.tile([0.4, 0.3, 0.3], (30, 1))),
    }
    (one,) = decisions(table(world(("test",), judged), METRICS["log_loss"])).to_dict("records")
    # right in 30 against 10: 20 rows and none; by hand 2 · (1/2)^20 less (1/2)^20
    assert (one["difference"], one["p"]) == (pytest.approx(20 / 30), pytest.approx(0.5**20))


# --- the sentence ---------------------------------------------------------------------------------------

USUAL = HolmFamily("logistic", ("logistic", "forest", "clinical", "dummy"), ("dummy", "clinical"), "forest")
WON, LOST, SAME, VOID = "a is better", "b is better", "no difference shown", "not defined"


OPEN = "against the runner-up forest no difference is shown"
ALL = "dummy, clinical or the runner-up forest"


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ((WON, WON, SAME), f"logistic beats dummy and clinical (corrected for 3 comparisons); {OPEN}."),
        (
            (WON, WON, WON),
            "logistic beats dummy, clinical and the runner-up forest (corrected for 3 comparisons).",
        ),
        (
            (SAME, SAME, SAME),
            f"no difference is shown between logistic and {ALL} (corrected for 3 comparisons).",
        ),
        (
            (WON, SAME, LOST),
            "logistic beats dummy (corrected for 3 comparisons); the runner-up forest beats logistic; "
            "against clinical no difference is shown.",
        ),
        ((LOST, LOST, SAME), f"dummy and clinical beat logistic (corrected for 3 comparisons); {OPEN}."),
        (
            (VOID, WON, SAME),
            f"logistic beats clinical (corrected for 2 comparisons); {OPEN}; the folds leave no spread by "
            "which to test logistic against dummy.",
        ),
        ((VOID, VOID, VOID), f"the folds leave no spread by which to test logistic against {ALL}."),
    ],
)
def test_the_sentence_says_what_holds(verdicts, expected):
    found = pd.DataFrame(
        {"a": "logistic", "b": USUAL.rivals, "part": "cv", "metric": "auc_roc", "verdict": verdicts}
    )
    assert sentence(found, USUAL, "cv", "auc_roc") == f"In cross-validation {expected}"


def test_the_sentence_names_the_part_and_a_best_baseline():
    family = HolmFamily("dummy", ("dummy", "forest"), ("dummy",), "forest")
    found = pd.DataFrame(
        {"a": "dummy", "b": ["forest"], "part": "external:Leeds", "metric": "mae", "verdict": [SAME]}
    )
    assert sentence(found, family, "external:Leeds", "mae") == (
        "In the cohort Leeds no difference is shown between dummy and the runner-up forest; dummy is itself "
        "a baseline."
    )
    said = sentence(found, family, "test", "mae")
    assert said == "On the test part there is nothing to compare dummy with."


def test_the_sentences_of_a_real_table_leave_exploratory_lines_and_each_other_out():
    folds = world(("cv", "test"), {**SAID, "close": SAID["weak"]})
    family = find_family(CANDIDATES, folds, AUC, best="strong")
    assert family.rivals == ("dummy", "close")
    found = table(folds)
    found.loc[(found["b"] == "close") & (found["metric"] == "accuracy"), "verdict"] = SAME
    assert sentence(found, family, "test", "auc_roc") == (
        "On the test part strong beats dummy and the runner-up close (corrected for 2 comparisons)."
    )
    assert decision_sentence(found, family, "test") == (
        "On the test part strong decides more rows rightly than dummy (corrected for 2 comparisons); "
        "against the runner-up close no difference in right decisions is shown."
    )
    assert decision_sentence(found, family, "cv") == ""


def test_rivals_that_decide_better_are_named():
    found = pd.DataFrame({"b": USUAL.rivals, "verdict": (LOST, LOST, VOID)})
    found = found.assign(a="logistic", part="test", metric="accuracy")
    assert decision_sentence(found, USUAL, "test") == (
        "On the test part dummy and clinical decide more rows rightly than logistic (corrected for 2 "
        "comparisons); there is no test of decisions of logistic against the runner-up forest."
    )
