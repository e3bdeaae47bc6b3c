"""The rule from what is said to what is told: plain JSON, the same for judge and bundle."""

import json

import numpy as np
import pytest

from prognome.core.calibrate import learn_calibration
from prognome.core.conformal import learn_conformal
from prognome.core.metrics import METRICS
from prognome.core.rule import Rule
from prognome.core.study_judge import Judge
from prognome.core.threshold import choose_threshold


def out_of_fold(kind: str, n: int, seed: int = 0):
    rng = np.random.default_rng(seed)
    if kind == "number":
        said = rng.normal(30, 5, n)
        return said + rng.normal(0, 3, n), said
    logits = 2 * rng.normal(size=(n, 2 if kind == "binary" else 4))
    truth = (logits / 2 + rng.gumbel(size=logits.shape)).argmax(axis=1)
    p = np.exp(logits)
    return truth, p / p.sum(axis=1, keepdims=True)


KINDS = ["binary", "multiclass", "number"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n", [8, 300])
def test_a_rule_is_plain_json_both_ways(kind, n):
    truth, said = out_of_fold(kind, n)
    rule = Rule.learn(truth, said, kind=kind, judge=Judge())
    again = Rule.from_mapping(json.loads(json.dumps(rule.to_mapping(), allow_nan=False)))
    assert again == rule
    np.testing.assert_array_equal(again.answer(said).score, rule.answer(said).score)
    assert Rule.from_mapping(Rule.nothing(kind).to_mapping()) == Rule.nothing(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_no_rule_tells_what_was_said(kind):
    truth, said = out_of_fold(kind, 30)
    judged = Rule.nothing(kind).judged(truth, said)
    assert judged.score is said
    assert judged.raw is judged.within is judged.cut is None
    answer = Rule.nothing(kind).answer(said)
    assert answer.score is said
    assert answer.decision_chosen is answer.within is None


def test_threshold_and_sets_are_learned_on_recalibrated_probabilities():
    truth, said = out_of_fold("binary", 400)
    judge = Judge.model_validate({"threshold": {"sensitivity": 0.9}, "coverage": 0.8})
    rule = Rule.learn(truth, said, kind="binary", judge=judge)
    calibration = learn_calibration(truth, said)
    score = calibration.apply(said)
    assert rule.calibration == calibration
    assert calibration.slope < 0.8
    assert rule.cut == choose_threshold(truth, score[:, 1], judge.threshold)
    assert rule.conformal == learn_conformal(truth, score, 0.8)
    assert Rule.learn(truth, said, kind="binary", judge=Judge(calibrate="none")).calibration.kind == "none"


def test_groups_reach_the_sets():
    truth, said = out_of_fold("number", 60)
    groups = np.arange(60) // 4
    assert Rule.learn(truth, said, kind="number", judge=Judge(), groups=groups).conformal.units == ("groups",)


@pytest.mark.parametrize("kind", KINDS)
def test_judge_and_answer_say_the_same(kind):
    rule = Rule.learn(*out_of_fold(kind, 200), kind=kind, judge=Judge())
    truth, said = out_of_fold(kind, 50, seed=1)
    judged, answer = rule.judged(truth, said), rule.answer(said)
    np.testing.assert_array_equal(judged.score, answer.score)
    np.testing.assert_array_equal(judged.within, answer.within)
    if kind == "number":
        assert answer.decision is answer.decision_chosen is rule.cut is judged.raw is None
        return
    assert judged.raw is said  # ranks stay those of the model
    np.testing.assert_array_equal(judged.decision, answer.decision)
    if kind == "binary":
        np.testing.assert_array_equal(judged.at(rule.cut).decision, answer.decision_chosen)
    else:
        assert rule.cut is answer.decision_chosen is None


@pytest.mark.parametrize("kind", KINDS)
def test_new_rows_are_covered_about_as_often_as_wanted(kind):
    truth, said = out_of_fold(kind, 600)
    rule = Rule.learn(truth, said, kind=kind, judge=Judge())
    judged = rule.judged(*out_of_fold(kind, 6000, seed=2))
    assert METRICS["coverage"].value(judged) == pytest.approx(0.9, abs=0.03)


def test_the_area_under_the_curve_is_that_of_what_was_said_though_isotonic_makes_ties():
    truth, said = out_of_fold("binary", 300)
    rule = Rule.learn(truth, said, kind="binary", judge=Judge(calibrate="isotonic"))
    new, asked = out_of_fold("binary", 500, seed=3)
    judged, plain = rule.judged(new, asked), Rule.nothing("binary").judged(new, asked)
    assert len(np.unique(judged.score)) < len(np.unique(plain.score))
    assert METRICS["auc_roc"].value(judged) == METRICS["auc_roc"].value(plain)


@pytest.mark.parametrize("kind", KINDS)
def test_one_row_alone_gets_what_it_gets_in_a_crowd(kind):
    rule = Rule.learn(*out_of_fold(kind, 200), kind=kind, judge=Judge())
    _, said = out_of_fold(kind, 40, seed=1)
    crowd = rule.answer(said)
    for i in range(40):
        alone = rule.answer(said[i : i + 1])
        np.testing.assert_array_equal(alone.score[0], crowd.score[i])
        np.testing.assert_array_equal(alone.within[0], crowd.within[i])


@pytest.mark.parametrize("how", ["auto", "isotonic"])
def test_a_class_nobody_of_whom_was_judged_breaks_nothing(how):
    truth, said = out_of_fold("multiclass", 90)
    keep = truth != 3
    rule = Rule.learn(truth[keep], said[keep], kind="multiclass", judge=Judge(calibrate=how))
    assert rule.calibration.kind == "none"
    assert rule.conformal.limits[3] is None
    assert rule.answer(said).within[:, 3].all()
