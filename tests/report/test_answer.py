"""What the first lines and the cautions say, from data in which the truth is known."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd

from prognome.report.answer import answer_section
from prognome.report.cautions import cautions
from prognome.report.folder import read_run
from prognome.report.report import build_report
from prognome.report.words import model_name


def words(markup: str | None) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", markup or ""))


def first(folder: Path) -> str:
    return words(answer_section(read_run(folder), None))


def warned(folder: Path) -> str:
    return words(cautions(read_run(folder)))


def test_a_good_model_is_said_to_be_better_than_guessing(make_run: Any) -> None:
    said = first(make_run("binary", models=("logistic",)))
    assert "(always the shares of the classes) gives 0.50 (" in said
    assert "In cross-validation logistic regression beats dummy." in said
    assert "does not show" not in said


def test_the_verdicts_are_those_of_the_record_with_models_as_people_call_them(make_run: Any) -> None:
    def change(record: dict[str, Any]) -> None:
        record["verdicts"] = {
            "cv": "In cross-validation logistic beats dummy and my_logistic; against linear:x none.",
            "external:linear": "In the cohort linear logistic beats dummy.",
        }

    said = first(make_run("binary", external={"linear": 60}, change=change))
    assert (
        "In cross-validation logistic regression beats dummy and my_logistic; against linear:x none." in said
    )
    assert "In the cohort “linear” logistic regression beats dummy." in said


def test_a_model_without_skill_is_not_praised(make_run: Any) -> None:
    folder = make_run("binary", skill=1e-9, models=("logistic",))
    p = read_run(folder).against("dummy", "cv")
    assert p is not None
    assert p.p_holm is not None
    said = first(folder).replace("\xa0", " ")
    shown = f"{p.p_holm:.3f}".lstrip("0")
    assert f"This run does not show that the best model does better than guessing (p = {shown})." in said
    assert "no difference is shown between logistic regression and dummy" in said


def test_a_difference_shown_elsewhere_is_enough_not_to_call_it_guessing(make_run: Any) -> None:
    folder = make_run("binary", models=("logistic",), external={"other": 60})
    table = folder / "comparisons.tsv"
    lines = table.read_text(encoding="utf-8").splitlines()
    table.write_text(
        "\n".join(
            line.replace("a is better", "no difference shown") if "\tcv\t" in line else line for line in lines
        ),
        encoding="utf-8",
    )
    assert read_run(folder).against("dummy", "cv").verdict == "no difference shown"  # type: ignore[union-attr]
    assert read_run(folder).against("dummy", "external:other").verdict == "a is better"  # type: ignore[union-attr]
    assert "does not show" not in first(folder)


def test_of_several_baselines_the_strongest_is_named_and_the_table_has_all(make_run: Any) -> None:
    def change(record: dict[str, Any]) -> None:
        for one in record["models"]:
            one["baseline"] = one["label"] != "logistic"

    folder = make_run("binary", models=("logistic", "linear", "single_best", "clinical_only"), change=change)
    run = read_run(folder)
    best = max(("dummy", "linear", "single_best", "clinical_only"), key=lambda m: run.figure(m, "cv").value)  # type: ignore[union-attr,return-value]
    said = first(folder)
    assert f"Of the 4 baselines the strongest, “{model_name(run, best)}” (" in said
    assert said.count("gives 0.") == 2  # the strongest baseline, and the model picked by the inner folds
    page, _ = build_report(run)
    for label in ("dummy", "linear", "single_best", "clinical_only"):
        assert re.search(rf"<th[^>]*>{model_name(run, label)}<span class=\"tag\">baseline", page)


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


def test_below_200_rows_the_measured_coverage_is_pointed_to(make_run: Any) -> None:
    assert "Fewer than 200 rows. Cross-validation: 150 rows; an interval may be a little" in warned(
        make_run("binary", rows=150)
    )
    assert "Fewer than 200" not in warned(make_run("binary", rows=200))


def test_sets_that_hold_less_than_wanted_are_named(make_run: Any) -> None:
    folder = make_run("binary", rows=300, skill=0.3)
    run = read_run(folder)
    coverage = run.figure("logistic", "cv", "coverage")
    assert coverage is not None
    assert coverage.high is not None
    assert coverage.high < 0.9
    words = f"Prediction sets hold too little. Cross-validation: coverage {coverage.value:.2f} ("
    assert words in warned(folder)


def test_sets_learned_from_rows_of_groups_are_named(make_run: Any) -> None:
    def change(record: dict[str, Any]) -> None:
        record["cohort"]["groups"] = 30

    folder = make_run("binary", change=change)
    assert "learned from rows" not in warned(folder)
    (folder / "bundle").mkdir()
    rule = {"kind": "binary", "cut": 0.3, "conformal": {"units": ["groups", "rows"]}}
    (folder / "bundle" / "rule.json").write_text(json.dumps(rule), encoding="utf-8")
    assert "Prediction sets learned from rows. There were too few groups" in warned(folder)


def test_a_perfect_score_whose_interval_has_no_width_is_not_called_certain(make_run: Any) -> None:
    folder = make_run("binary", perfect=True)
    assert "perfect" not in warned(folder)  # the interval of an AUC of 1 has a width
    scores = pd.read_csv(folder / "scores.tsv", sep="\t", float_precision="round_trip")
    scores.loc[scores["metric"] == "auc_roc", ["value", "low", "high"]] = 1.0
    scores["repeat"], scores["fold"] = scores["repeat"].astype("Int64"), scores["fold"].astype("Int64")
    scores.to_csv(folder / "scores.tsv", sep="\t", index=False)
    assert "A perfect score is not certainty. Cross-validation" in warned(folder)


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
