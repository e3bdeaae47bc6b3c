"""Comparisons, decisions, subgroups, guards, stability and cost: words and numbers traced to the files."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from prognome.check.catalog import GUARDS
from prognome.page.numbers import decimal
from prognome.report.comparisons import comparisons_section
from prognome.report.cost import cost_drawing
from prognome.report.decision_curves import _above, _where
from prognome.report.decisions import decisions_section, rule_words
from prognome.report.folder import read_run
from prognome.report.guards import TITLES, guards_section
from prognome.report.report import build_report
from prognome.report.stability import stability_section
from prognome.report.subgroups import subgroups_section
from prognome.report.tables import models_section


def words(markup: str | None) -> str:
    text = re.sub(r"<[^>]+>", " ", markup or "").replace("&#x27;", "'").replace("&lt;", "<")
    return re.sub(r"\s+", " ", text)


def table(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / f"{name}.tsv", sep="\t", float_precision="round_trip")


def rewrite(folder: Path, name: str, change: Any) -> None:
    """Change a table of the run folder."""
    path = folder / f"{name}.tsv"
    frame = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)
    change(frame).to_csv(path, sep="\t", index=False)


# --- what is read ---------------------------------------------------------------------------------------


def test_the_figure_of_a_model_is_that_of_all_rows_at_the_fixed_threshold(make_run: Any) -> None:
    folder = make_run("binary", subgroups={"sex": 2})
    run, scores = read_run(folder), table(folder, "scores")
    mine = scores[
        scores["fold"].isna() & (scores["model"] == "logistic") & (scores["metric"] == "sensitivity")
    ]
    whole = mine[mine["subgroup"].isna()].set_index("threshold")["value"]
    assert len(mine) == 2 + 4  # two thresholds, over all and at two levels
    fixed, chosen = (
        run.figure("logistic", "cv", "sensitivity"),
        run.at_chosen("logistic", "cv", "sensitivity"),
    )
    assert fixed is not None
    assert chosen is not None
    assert (fixed.value, chosen.value) == (whole["fixed"], whole["chosen"])
    assert fixed.value != chosen.value
    levels = mine[(mine["subgroup"] == "sex") & (mine["threshold"] == "fixed")]
    assert [one.figure.value for one in run.by_level("cv", "sensitivity")] == levels["value"].tolist()


def test_folds_of_a_metric_of_decisions_count_once_though_there_are_two_thresholds(make_run: Any) -> None:
    def change(record: dict[str, Any]) -> None:
        record["primary"] = record["study"]["judge"]["primary"] = "balanced_accuracy"

    run = read_run(make_run("binary", change=change))
    assert [fold for _, fold, _ in run.by_fold("logistic")] == [1, 2, 3, 4]


# --- models ---------------------------------------------------------------------------------------------


def test_every_model_says_how_it_stands_to_the_best_with_p_after_holm(make_run: Any) -> None:
    folder = make_run("binary")
    run = read_run(folder)
    said = words(models_section(run)[0]).replace("\xa0", " ")
    family = table(folder, "comparisons").query(
        "part == 'cv' and verdict in ['a is better', 'no difference shown']"
    )
    assert len(family) == 2
    for one in family.itertuples():
        verdict = {"a is better": "worse"}.get(str(one.verdict), one.verdict)
        p = "p < .001" if one.p_holm < 0.001 else f"p = {one.p_holm:.3f}".replace("0.", ".")
        assert f"{verdict} ({p})".replace("<", "< ").replace("  ", " ") in said.replace("\u202f", " ")


def test_costs_are_medians_of_a_fit_and_of_predicting_1000_rows(make_run: Any) -> None:
    said = words(models_section(read_run(make_run("binary")))[0])
    # from the made-up timing: fits of .25, .5 and .75 s; .5 s for 3 rows; .25 s of search; 1.5 MB; 42 kB
    for line in (
        "1.0 0.25 167 1.5 42 logistic regression – 1.2 0.50 167 1.5 42 forest",
        "1.5 0.75 167 1.5 42",
    ):
        assert line in said


def test_a_folder_without_costs_shows_a_dash(make_run: Any) -> None:
    said = words(models_section(read_run(make_run("binary", old=True)))[0])
    assert "0.75 0.25 83 – –" in said


def test_accuracy_against_cost_names_every_model_at_its_place(make_run: Any) -> None:
    names = tuple(f"a model with quite a long name {k}" for k in range(11))
    run = read_run(make_run("binary", models=names, best=names[0], old=True))
    drawing = cost_drawing(run)
    assert drawing is not None
    for name in names:
        assert f"{name}: " in drawing.svg
    boxes = [
        (float(x), float(y), len(name))
        for x, y, name in re.findall(
            r'<text x="([\d.]+)" y="([\d.]+)"[^>]*font-size="11.5"[^>]*>(a mod[^<]+|dummy)<', drawing.svg
        )
    ]
    assert len(boxes) == 12
    for k, (x, y, wide) in enumerate(boxes):
        for u, v, other in boxes[k + 1 :]:
            apart = abs(y - v) >= 11.5 or x + 6.2 * wide <= u or u + 6.2 * other <= x
            assert apart, "two names overlap"


# --- comparisons ----------------------------------------------------------------------------------------


def test_the_family_is_shown_with_test_difference_and_both_p_values(make_run: Any) -> None:
    folder = make_run("binary", external={"other": 60})
    said = words(comparisons_section(read_run(folder))).replace("\xa0", " ")
    lines = table(folder, "comparisons")
    family = lines[~lines["verdict"].str.startswith("exploratory")]
    assert set(family["part"]) == {"cv", "external:other"}
    for one in family.itertuples():
        assert f"{one.difference:+.3f}".replace("-", "−") in said
        assert str(one.test) in said
    assert "logistic regression is better" in said
    assert "“No difference shown” does not mean that the two are equal." in said


def test_exploratory_pairs_are_folded_away_and_no_verdict_is_drawn(make_run: Any) -> None:
    section = str(comparisons_section(read_run(make_run("binary"))))
    start = section.index("<details")
    assert "Exploratory: all 3 pairs, cross-validation" in section[start:]
    folded = words(section[start:])
    assert "No verdict is drawn from these." in folded
    assert "Wilcoxon's test cannot reach .05 with 4 folds." in folded
    assert "is better" not in folded


def test_decisions_have_a_sentence_and_rows_of_their_own_where_nobody_was_chosen(make_run: Any) -> None:
    folder = make_run("binary", external={"other": 60})
    run = read_run(folder)
    section = words(comparisons_section(run)).replace("\xa0", " ").replace("−", "-")
    cv, other = section.split("External: other ", 1)
    assert "right decisions" not in cv
    said = run.record["decisions"]["external:other"]
    assert said.startswith("In the cohort other logistic decides more rows rightly than dummy")
    assert "In the cohort “other” logistic regression decides more rows rightly than dummy" in other
    lines = table(folder, "comparisons").query("metric == 'accuracy' and p_holm == p_holm")
    assert lines["b"].tolist() == ["dummy", "forest"]
    for one in lines.itertuples():
        shown = f"{one.difference:+.3f} ( {one.low:.3f} to {one.high:.3f} ) McNemar test, mid-p"
        assert shown in other
    assert "Exploratory: decisions of 1 other pair, external: other" in other
    assert "dummy - forest" in other


def test_the_verdict_of_the_primary_metric_is_not_that_of_decisions(make_run: Any) -> None:
    folder = make_run("binary", external={"other": 60})

    def swap(frame: pd.DataFrame) -> pd.DataFrame:
        """Decisions say the contrary."""
        at = (frame["metric"] == "accuracy") & (frame["verdict"] == "a is better")
        assert at.any()
        frame.loc[at, "verdict"] = "b is better"
        return frame

    rewrite(folder, "comparisons", swap)
    run = read_run(folder)
    against = run.against("dummy", "external:other")
    assert against is not None
    assert against.verdict == "a is better"
    assert [one.verdict for one in run.decisions("external:other") if one.b == "dummy"] == ["b is better"]
    assert [one.b for one in run.differences("external:other")] == ["dummy", "forest"]


def test_accuracy_as_primary_metric_is_shown_once(make_run: Any) -> None:
    folder = make_run("binary", external={"other": 60}, primary="accuracy")
    run = read_run(folder)
    assert run.decisions("external:other") == []
    assert not {"external:other"} - set(run.record["verdicts"])
    section = words(comparisons_section(run))
    assert "right decisions of the best model against" not in section
    assert section.count("McNemar test, mid-p") == 3  # two rivals, and one other pair below


def test_numbers_have_no_decisions(make_run: Any) -> None:
    run = read_run(make_run("number", external={"other": 60}))
    assert run.record["decisions"] == {}
    assert "decisions" not in words(comparisons_section(run))


def test_without_comparisons_there_is_no_section(make_run: Any) -> None:
    assert comparisons_section(read_run(make_run("binary", old=True))) is None


# --- decisions ------------------------------------------------------------------------------------------


def test_figures_stand_side_by_side_at_both_thresholds(make_run: Any) -> None:
    folder = make_run("binary")
    said = words(decisions_section(read_run(folder))[0])
    scores = table(folder, "scores")
    lines = scores[scores["fold"].isna() & (scores["model"] == "logistic")].set_index(["metric", "threshold"])
    for metric, name in (("sensitivity", "Sensitivity"), ("npv", "Negative predictive value")):
        one, two = lines.loc[(metric, "fixed")], lines.loc[(metric, "chosen")]
        assert (
            f"{name} {one['value']:.2f} {one['low']:.2f} to {one['high']:.2f} "
            f"{two['value']:.2f} {two['low']:.2f} to {two['high']:.2f}"
        ) in said
    assert "inside each training set: the best specificity with a sensitivity of at least 90 %." in said


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"rule": "youden"}, "the greatest sum of sensitivity and specificity (Youden)"),
        (
            {"rule": "specificity", "wanted": 0.8},
            "the best sensitivity with a specificity of at least 80\u202f%",
        ),
        (
            {"rule": "cost", "cost": {"false_positive": 1.0, "false_negative": 5.0}},
            "the least cost, where a missed event costs 5 and a false alarm 1",
        ),
    ],
)
def test_the_rule_of_the_threshold_is_said(make_run: Any, spec: dict[str, Any], expected: str) -> None:
    def change(record: dict[str, Any]) -> None:
        record["study"]["judge"]["threshold"] = spec

    assert rule_words(read_run(make_run("binary", change=change))) == expected


def test_threshold_and_missing_recalibration_of_the_refitted_model_come_from_its_rule(make_run: Any) -> None:
    folder = make_run("binary")
    assert "refitted" not in words(decisions_section(read_run(folder))[0])
    (folder / "bundle").mkdir()
    rule = {
        "kind": "binary",
        "cut": 0.28712,
        "calibration": {"kind": "none", "reason": "the model says the same of every row"},
    }
    (folder / "bundle" / "rule.json").write_text(json.dumps(rule), encoding="utf-8")
    said = words(decisions_section(read_run(folder))[0])
    assert "For the model refitted at the end it is 0.287." in said
    assert "was not recalibrated: the model says the same of every row." in said


def test_counts_at_the_chosen_threshold_are_those_of_the_predictions(make_run: Any) -> None:
    folder = make_run("binary")
    said = words(decisions_section(read_run(folder))[0])
    told = table(folder, "predictions").query("model == 'logistic'")
    counts = pd.crosstab(told["truth"], told["decision_chosen"])
    ill, well = counts.loc["ill"], counts.loc["well"]
    start = said.index("Cross-validation, chosen threshold")
    shown = [int(n) for n in re.findall(r"(\d+) (?:>|<)?\d+\s?%", said[start : start + 200])]
    assert shown[:4] == [well["well"], well["ill"], ill["well"], ill["ill"]]


def test_coverage_is_shown_beside_what_was_wanted(make_run: Any) -> None:
    for kind, size in (("binary", "set_size"), ("multiclass", "set_size"), ("number", "interval_width")):
        folder = make_run(kind, models=("logistic",))
        said = words(decisions_section(read_run(folder))[0]).replace("\u202f", " ")
        scores = table(folder, "scores")
        lines = scores[scores["fold"].isna() & (scores["model"] == "logistic")].set_index("metric")
        coverage = lines.loc["coverage", "value"]
        assert f"Cross-validation 90 % {coverage:.2f} " in said
        assert f"{lines.loc[size, 'value']:.2f}"[:4] in said


def test_sizes_of_sets_are_counted_from_the_predictions(make_run: Any) -> None:
    folder = make_run("multiclass", models=("logistic",))
    told = table(folder, "predictions").query("model == 'logistic'")
    one = (told[["set_A", "set_B", "set_C"]].sum(axis=1) == 1).mean()
    said = words(decisions_section(read_run(folder))[0]).replace("\u202f", " ")
    assert f"one class {100 * one:.0f} %" in said


def test_the_decision_curve_is_cut_at_the_bottom_by_hand() -> None:
    x, y = _above(np.array([0.0, 0.5, 1.0]), np.array([0.4, 0.0, -0.4]), -0.2)
    assert x.tolist() == [0.0, 0.5, 0.75, 1.0]
    np.testing.assert_allclose(y, [0.4, 0.0, -0.2, np.nan])


def test_the_stretch_above_both_is_the_longest_by_hand() -> None:
    x = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    everything = np.array([0.5, 0.3, 0.1, -0.1, -0.3, -0.5])
    ours = np.array([0.6, 0.3, 0.2, 0.1, 0.05, -0.1])
    assert _where(x, ours, everything) == "Its line lies above both from 0.30 to 0.50."
    assert _where(x, everything, everything) == "Its line lies nowhere above both."


def test_decision_curves_show_the_best_against_few(make_run: Any) -> None:
    def change(record: dict[str, Any]) -> None:
        for one in record["models"]:
            one["baseline"] = one["label"] != "logistic"

    run = read_run(
        make_run("binary", models=("logistic", "linear", "single_best", "clinical_only"), change=change)
    )
    _, drawings = decisions_section(run)
    curve = next(one for one in drawings if one.name == "decision_curve_cv")
    for shown in (
        "logistic regression",
        "clinical data only",
        "plain linear model",
        "treat all",
        "treat none",
    ):
        assert f">{shown}</text>" in curve.svg
    assert ">single best feature</text>" not in curve.svg


@pytest.mark.parametrize("kind", ["multiclass", "number"])
def test_what_belongs_to_two_classes_is_not_shown_elsewhere(make_run: Any, kind: str) -> None:
    section, drawings = decisions_section(read_run(make_run(kind)))
    assert "threshold" not in words(section).lower()
    assert not any(one.name.startswith("decision_curve") for one in drawings)


# --- subgroups ------------------------------------------------------------------------------------------


def test_a_forest_plot_for_each_column_has_every_level_with_its_figure(make_run: Any) -> None:
    folder = make_run("binary", rows=400, subgroups={"sex": 2, "region": 12}, external={"other": 120})
    run = read_run(folder)
    _, drawings = subgroups_section(run)
    assert [one.name for one in drawings] == ["subgroup_sex", "subgroup_region"]
    scores = table(folder, "scores")
    for drawing, column in zip(drawings, ("sex", "region"), strict=True):
        for one in scores[(scores["subgroup"] == column) & (scores["metric"] == "auc_roc")].itertuples():
            assert f">{one.level}</text>" in drawing.svg
            assert f"{int(one.events)} / {int(one.n)}" in drawing.svg
            if not np.isnan(one.value):
                value, low, high = (decimal(v, 2, top=1.0) for v in (one.value, one.low, one.high))
                assert f"{value} ({low} to {high})".replace(">", "&gt;") in drawing.svg


def test_a_level_with_too_few_rows_has_words_and_no_point(make_run: Any) -> None:
    run = read_run(make_run("binary", rows=60, subgroups={"region": 6}))
    _, (drawing,) = subgroups_section(run)
    assert drawing.svg.count(">too few to say: ") == 6
    assert "<circle" not in drawing.svg


def test_not_enough_evidence_is_said_not_to_be_a_pass_and_verdicts_are_those_of_the_file(
    make_run: Any,
) -> None:
    folder = make_run("binary", rows=200, subgroups={"sex": 2})
    said = words(subgroups_section(read_run(folder))[0])
    gaps = table(folder, "gaps")
    assert "“Not enough evidence” is not a pass" in said
    assert said.count("not enough evidence") >= (gaps["verdict"] == "not enough evidence").sum() / 2
    assert all(
        sentence in said for sentence in json.loads((folder / "run.json").read_text())["subgroups"]["cv"]
    )


def test_gaps_that_hold_are_listed_once_with_the_worse_side(make_run: Any) -> None:
    folder = make_run("binary", rows=200, subgroups={"sex": 2})

    def change(frame: pd.DataFrame) -> pd.DataFrame:
        frame["verdict"] = "no gap above 0.1"
        at = (frame["metric"] == "sensitivity") & (frame["threshold"] == "fixed")
        frame.loc[at, "verdict"] = "gap"
        frame.loc[at, "value"], frame.loc[at, "rest"] = ["0.9", "0.4"], ["0.4", "0.9"]
        return frame

    rewrite(folder, "gaps", change)
    run = read_run(folder)
    section = str(subgroups_section(run)[0])
    holding = section[section.index("Gaps that hold") : section.index("<details")]
    assert "sex: level 1" in words(holding)
    assert "sex: level 0" not in words(holding)
    page, _ = build_report(run)
    assert "Subgroups differ. Cross-validation: a gap is shown in sensitivity by sex." in re.sub(
        r"<[^>]+>", "", page
    )


def test_without_subgroups_there_is_no_section(make_run: Any) -> None:
    assert subgroups_section(read_run(make_run("binary"))) == (None, [])


# --- guards ---------------------------------------------------------------------------------------------

SAID = [
    {"guard": "repeated_rows", "stage": "before_split"},
    {"guard": "related_people", "stage": "before_split", "status": "not_applicable", "what": "no genotypes"},
    {
        "guard": "giveaway",
        "stage": "training_rows",
        "status": "alarm",
        "where": "block genes",
        "what": "One column tells all.",
        "remedy": "Leave it out.",
    },
    {
        "guard": "batch_is_class",
        "stage": "training_rows",
        "status": "accepted",
        "what": "Batch is class.",
        "remedy": "Judge by batch.",
        "reason": "known by design",
    },
    {"guard": "a_users_own", "stage": "external:vdx", "status": "alarm", "what": "Odd.", "remedy": "Look."},
]


def test_every_guard_is_told_by_stage_with_status_and_words(make_run: Any) -> None:
    said = words(guards_section(read_run(make_run("binary", guards=SAID))))
    assert "2 alarm, 1 accepted, 1 silent and 1 not applicable" in said
    assert "Before the split: ids, features and facts alone" in said
    assert "Silent : The same row twice." in said
    assert "Relatives not applicable no genotypes" in said
    assert (
        "A column that gives the target away alarm block genes: One column tells all. Leave it out." in said
    )
    assert "accepted Batch is class. Judge by batch. Accepted, since: known by design." in said
    assert "External cohort “vdx”" in said
    assert "A users own alarm Odd. Look." in said


def test_alarms_stand_first_in_keep_in_mind_and_silent_guards_do_not(make_run: Any) -> None:
    page, _ = build_report(read_run(make_run("binary", rows=30, guards=SAID)))
    items = [words(one).strip() for one in re.findall(r"<li>(?:<strong>)(.*?)</li>", page)]
    first = items[:3]
    assert first[0].startswith(
        "A column that gives the target away (block genes). One column tells all. Leave"
    )
    assert first[1].startswith("A users own. Odd. Look.")
    assert first[2].startswith(
        "Batch and class are mixed up. Batch is class. Accepted, since: known by design."
    )
    assert not any("same row twice" in one.lower() for one in items)


def test_every_guard_on_the_menu_has_a_title() -> None:
    assert {entry.name for entry in GUARDS} == set(TITLES)


def test_without_guards_there_is_no_section(make_run: Any) -> None:
    assert guards_section(read_run(make_run("binary"))) is None


# --- stability ------------------------------------------------------------------------------------------


def test_the_learning_curve_has_a_faint_point_a_fold_and_the_mean_by_hand(make_run: Any) -> None:
    run = read_run(make_run("binary"))
    section, drawings = stability_section(run)
    curve = next(one for one in drawings if one.name == "learning_curve")
    assert curve.svg.count("<circle") == 3 * 4 + 3
    # .6 + .2 · share + .01 · (1 + 2 + 3 + 4) / 4
    assert "20 rows: 0.675; 40 rows: 0.725; 80 rows: 0.825" in curve.svg
    said = words(section)
    assert "The curve is flat at its end." in said
    assert "The spread is small." in said
    # .75 + .025 + .02
    assert "Seed 1 0.795 0.780 0.810 4" in said


def test_looks_at_the_test_part_are_counted(make_run: Any) -> None:
    assert "This study is the first on this machine" in words(
        stability_section(read_run(make_run("binary", scheme="fractions")))[0]
    )

    def change(record: dict[str, Any]) -> None:
        record["split"]["test_looked_at_by_studies"] = 4

    again = read_run(make_run("binary", scheme="fractions", change=change))
    assert "4 different studies have scored these test rows" in words(stability_section(again)[0])


def test_one_validation_part_without_folds_curve_or_test_has_no_section(make_run: Any) -> None:
    def change(record: dict[str, Any]) -> None:
        record["split"]["test_rows"] = 0

    run = read_run(make_run("binary", scheme="fractions", change=change))
    assert stability_section(run) == (None, [])


def test_groups_by_kinship_are_said_in_words(make_run: Any) -> None:
    def change(record: dict[str, Any]) -> None:
        record["study"]["split"]["outer"]["group"] = {"kinship": 0.0884}
        record["cohort"]["groups"] = 31

    said = words(build_report(read_run(make_run("binary", change=change)))[0])
    assert "relatives (kinship of 0.0884 or more by KING-robust): 31; never on both sides" in said


# --- size -----------------------------------------------------------------------------------------------


def test_forty_classes_and_twelve_levels_stay_small_and_whole(make_run: Any) -> None:
    name = "a model with a name that is long enough to be cut in the middle"
    run = read_run(
        make_run(
            "multiclass",
            rows=240,
            folds=2,
            classes=[f"class {k} of forty" for k in range(40)],
            models=(name,),
            best=name,
            subgroups={"tissue": 12},
        )
    )
    page, drawings = build_report(run)
    assert len(page) < 500_000
    assert "40 classes are too many for a table of decisions." in page
    assert "subgroup_tissue" in {one.name for one in drawings}
