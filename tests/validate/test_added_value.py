"""Differences with and without a block by hand, their own correction, and the sentences."""

import numpy as np
import pandas as pd
import pytest

from prognome.core.judged import Judged
from prognome.core.metrics import METRICS
from prognome.core.paired_tests import corrected_resampled_t
from prognome.validate.added_value import COLUMNS, Narrowed, tabulate
from prognome.validate.added_value_sentence import block_sentences, summary_sentence
from prognome.validate.score import Interval, JudgedFold

INTERVAL = Interval(100, 0.95, 1)
MAE, AUC = METRICS["mae"], METRICS["auc_roc"]
TRAIN_ROWS = {(1, fold): 8 for fold in range(1, 6)}


def off_by(errors):
    """Five folds of two rows, each row wrong by the error of its fold: that is the fold's MAE."""
    truth = np.array([1.0, 2.0])
    return [
        JudgedFold(1, k + 1, np.array([2 * k, 2 * k + 1]), Judged(truth, truth + error))
        for k, error in enumerate(errors)
    ]


def made(without, *, whole=(1.0, 1.1, 0.9, 1.0, 1.0), **changes):
    given = {"groups_of": {"cv": None}, "interval": INTERVAL, "train_rows": TRAIN_ROWS, "left_out": {}}
    folds = {block: {"cv": off_by(errors)} for block, errors in without.items()}
    return tabulate("ridge", Narrowed({"cv": off_by(whole)}, folds, {}), MAE, **{**given, **changes})


def test_the_difference_is_with_minus_without_and_the_test_is_that_of_models_over_folds():
    found = made({"genes": (3.0, 3.2, 2.9, 3.0, 3.1), "noise": (1.1, 1.0, 1.0, 0.9, 1.0)})
    assert tuple(found.columns) == COLUMNS
    genes, noise = found.to_dict("records")
    # means by hand: (1 + 1.1 + .9 + 1 + 1) / 5 and (3 + 3.2 + 2.9 + 3 + 3.1) / 5
    assert genes["with"] == pytest.approx(1.0)
    assert genes["without"] == pytest.approx(3.04)
    assert genes["difference"] == pytest.approx(-2.04)
    assert genes["test"] == "corrected resampled t-test, 5 folds"
    # two judged rows for eight that train, taken two thirds larger as between models: 5/12
    by_hand = corrected_resampled_t(np.array([-2.0, -2.1, -2.0, -2.0, -2.1]), 5 / 12, 0.95)
    assert (genes["low"], genes["high"], genes["p"]) == pytest.approx((by_hand.low, by_hand.high, by_hand.p))
    assert genes["verdict"] == "adds"
    assert noise["low"] < 0 < noise["high"]
    assert noise["verdict"] == "nothing shown"


def test_holm_corrects_over_the_blocks_of_a_part():
    found = made({"a": (1.1, 1.3, 1.0, 1.2, 1.1), "b": (1.2, 1.2, 1.2, 1.1, 1.3)})
    p, corrected = found["p"].to_numpy(), found["p_holm"].to_numpy()
    assert p[0] < p[1]
    assert corrected == pytest.approx([2 * p[0], max(2 * p[0], p[1])])


def test_a_model_that_is_better_without_a_block_says_so():
    (line,) = made({"site": (0.2, 0.35, 0.1, 0.2, 0.25)}).to_dict("records")
    assert line["verdict"] == "takes away"


def test_equal_figures_are_no_change_and_equal_differences_leave_no_test():
    found = made({"same": (1.0, 1.1, 0.9, 1.0, 1.0), "steady": (1.5, 1.6, 1.4, 1.5, 1.5)})
    assert found["verdict"].tolist() == ["nothing shown", "not defined"]
    assert block_sentences(found, "cv", metric="error", error=True, level=0.95) == [
        "Without same the error does not change.",
        "Without steady the error rises by 0.50; without an interval nothing tells that from chance.",
    ]


def test_rows_judged_once_take_the_test_of_models_on_rows():
    rng = np.random.default_rng(0)
    truth = np.arange(60) % 2
    event = np.clip(0.5 + 0.3 * (2 * truth - 1) + rng.normal(0, 0.2, 60), 0.01, 0.99)
    blind = rng.random(60)
    rows = np.arange(60)

    def folds(p):
        return {"test": [JudgedFold(1, 1, rows, Judged(truth, np.c_[1 - p, p]))]}

    (line,) = tabulate(
        "forest", Narrowed(folds(event), {"genes": folds(blind)}, {}), AUC,
        groups_of={"test": None}, interval=INTERVAL, train_rows={}, left_out={},
    ).to_dict("records")  # fmt: skip
    assert line["test"] == "DeLong test"
    assert line["verdict"] == "adds"
    assert line["low"] > 0


def test_what_was_not_tried_stands_in_the_table_with_its_reason():
    narrowed = Narrowed({"cv": off_by((1.0,) * 5)}, {}, {"b": "ValueError: no"})
    found = tabulate(
        "ridge", narrowed, MAE, groups_of={"cv": None}, interval=INTERVAL, train_rows=TRAIN_ROWS,
        left_out={"a": "ridge does not use it"},
    )  # fmt: skip
    assert found["verdict"].tolist() == ["left out: ridge does not use it", "left out: ValueError: no"]
    assert found["difference"].isna().all()
    assert summary_sentence(found, "cv") == ""


LINE = {"part": "cv", "difference": 0.04, "low": 0.01, "high": 0.07, "p": 0.02, "p_holm": 0.04}


@pytest.mark.parametrize(
    ("changes", "error", "expected"),
    [
        ({"verdict": "adds"}, False, "Without x the AUC falls by 0.040 (95\u202f% interval 0.010 to 0.070)."),
        (
            {"difference": -4.0, "low": -7.0, "high": -1.0, "verdict": "adds"},
            True,
            "Without x the AUC rises by 4.0 (95\u202f% interval 1.0 to 7.0).",
        ),
        (
            {"low": -0.02, "high": 0.1, "verdict": "nothing shown"},
            False,
            "Without x the AUC falls by 0.040 (95\u202f% interval −0.020 to 0.100): nothing is shown.",
        ),
        (
            {"p_holm": 0.08, "verdict": "nothing shown"},
            False,
            "Without x the AUC falls by 0.040 (95\u202f% interval 0.010 to 0.070); corrected for 2 blocks "
            "nothing is shown (p = .080).",
        ),
        (
            {"difference": -0.04, "low": -0.07, "high": -0.01, "verdict": "takes away"},
            False,
            "Without x the AUC rises by 0.040 (95\u202f% interval 0.010 to 0.070): "
            "the model is better without it.",
        ),
        ({"difference": np.nan, "verdict": "not defined"}, False, "Without x the AUC is not defined."),
    ],
)
def test_the_sentence_tells_size_interval_and_what_holds(changes, error, expected):
    other = {**LINE, "block": "y", "verdict": "adds"}
    found = pd.DataFrame([{**LINE, "block": "x", **changes}, other])
    assert block_sentences(found, "cv", metric="AUC", error=error, level=0.95)[0] == expected


def test_the_summary_names_what_holds_and_what_does_not():
    found = pd.DataFrame(
        {"block": ["a", "b", "c"], "part": "cv", "verdict": ["adds", "nothing shown", "adds"]}
    )
    assert summary_sentence(found, "cv") == (
        "What single blocks add: in cross-validation the model is worse without a or c; "
        "nothing is shown of b."
    )
    assert summary_sentence(found.iloc[[1]], "cv").endswith("nothing is shown of any.")
    assert summary_sentence(found, "test") == ""
