"""What the first lines and the cautions say, from data in which the truth is known."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from prognome.core.metrics import METRICS
from prognome.report.answer import answer_section
from prognome.report.cautions import cautions
from prognome.report.compare import Verdict, compare
from prognome.report.folder import Figure, read_run


def words(markup: str | None) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", markup or ""))


def first(folder: Path) -> str:
    return words(answer_section(read_run(folder), None))


def warned(folder: Path) -> str:
    return words(cautions(read_run(folder)))


def figure(value: float | None, low: float | None, high: float | None) -> Figure:
    return Figure(value, low, high, 100, None, "")


@pytest.mark.parametrize(
    ("ours", "theirs", "metric", "verdict"),
    [
        ((0.9, 0.8, 0.95), (0.5, 0.5, 0.5), "auc_roc", Verdict.APART),
        ((0.6, 0.45, 0.7), (0.5, 0.5, 0.5), "auc_roc", Verdict.OVERLAP),
        ((0.4, 0.3, 0.6), (0.5, 0.5, 0.5), "auc_roc", Verdict.NOT_BETTER),
        ((8.0, 7.0, 9.0), (12.0, 11.0, 13.0), "mae", Verdict.APART),
        ((8.0, 7.0, 11.5), (12.0, 11.0, 13.0), "mae", Verdict.OVERLAP),
        ((12.5, 12.0, 13.0), (12.0, 11.0, 13.0), "mae", Verdict.NOT_BETTER),
        ((None, None, None), (12.0, 11.0, 13.0), "mae", Verdict.UNKNOWN),
    ],
)
def test_intervals_show_a_difference_only_when_they_do_not_overlap(
    ours: Any, theirs: Any, metric: str, verdict: Verdict
) -> None:
    assert compare(figure(*ours), figure(*theirs), METRICS[metric]) is verdict


def test_a_good_model_is_said_to_be_better_than_guessing(make_run: Any) -> None:
    said = first(make_run("binary"))
    assert "(always the shares of the classes) gives 0.50 (0.50 to 0.50)" in said
    assert "the best model is better, and the intervals do not overlap" in said
    assert "does not show" not in said


def test_a_model_without_skill_is_not_praised(make_run: Any) -> None:
    said = first(make_run("binary", skill=1e-9, models=("logistic",)))
    assert "This run does not show that any model does better than guessing." in said


def test_a_best_that_is_a_baseline_is_said_plainly(make_run: Any) -> None:
    said = first(make_run("binary", best="dummy"))
    assert "nothing was learned" in said
    assert "The best is dummy (always the shares of the classes)" in said
    assert "tells ill from well" not in said


def test_the_dummy_of_a_number_is_the_median(make_run: Any) -> None:
    said = first(make_run("number", models=("ridge",), best="ridge"))
    assert "predicts state with a mean absolute error of" in said
    assert "(always the median of the training rows)" in said


def test_several_classes_are_told_apart(make_run: Any) -> None:
    assert "tells the 3 classes of “state” apart with an area under the ROC curve" in first(
        make_run("multiclass")
    )


def test_folds_give_the_honest_figure_and_fractions_say_why_there_is_none(make_run: Any) -> None:
    assert "the honest figure for the whole procedure" in first(make_run("binary"))
    fractions = first(make_run("binary", scheme="fractions"))
    assert "in the validation part on 120 rows; in the test part (120 rows) it is" in fractions
    assert "picked by its score in the validation part" in fractions


def test_few_rows_are_warned_of_and_many_are_not(make_run: Any) -> None:
    assert "Too few rows to trust the interval. Cross-validation: 40 rows." in warned(
        make_run("binary", rows=40)
    )
    assert "Too few rows" not in warned(make_run("binary", rows=400))
    assert "30 rows, 15 of them ill" in warned(make_run("binary", rows=30))


def test_a_perfect_score_is_not_called_certain(make_run: Any) -> None:
    assert "A perfect score is not certainty. Cross-validation" in warned(make_run("binary", perfect=True))
    assert "perfect" not in warned(make_run("binary"))


def test_what_the_record_tells_is_passed_on(make_run: Any) -> None:
    def change(record: dict[str, Any]) -> None:
        record["split"]["test_looked_at_by_studies"] = 3
        record["bundle"]["holds_training_rows"] = True
        record["models"][1]["warnings"] = ["ConvergenceWarning"]
        record["notes"] = ["a note of the loader"]
        record["cohort"]["groups"] = 6
        record["external"]["other"] |= {
            "refused_by_contract": 7,
            "out_of_range": 60,
            "outside": 0.31,
            "coverage": 0.81,
        }

    said = warned(make_run("binary", scheme="fractions", external={"other": 60}, change=change))
    assert "3 different studies have scored these test rows" in said
    assert "The bundle holds rows it learned from" in said
    assert "logistic regression: ConvergenceWarning" in said
    assert "a note of the loader" in said
    assert "6 groups" in said
    assert "7 of 60 rows would be refused as new patients" in said
    assert "In 60 of 60 rows more values lie beyond what was seen in training" in said
    assert "(31 % of all values)" in said.replace("\u202f", " ").replace("\xa0", " ")
    assert "81\u202f% of the features".replace("\u202f", " ") in said


def test_a_fall_elsewhere_is_named_only_when_the_interval_lies_below(make_run: Any) -> None:
    folder = make_run("binary", rows=300, external={"other": 300})
    assert "Worse elsewhere" not in warned(folder)
    scores = folder / "scores.tsv"
    lines = scores.read_text(encoding="utf-8").splitlines()
    worse = [
        "\t".join([*line.split("\t")[:8], "0.5", "0.45", "0.55", *line.split("\t")[11:]])
        if line.startswith("logistic\texternal:other") and "\tauc_roc\t" in line
        else line
        for line in lines
    ]
    scores.write_text("\n".join(worse) + "\n", encoding="utf-8")
    assert "The area under the ROC curve is 0.50 (0.45 to 0.55) in the cohort “other”" in warned(folder)
