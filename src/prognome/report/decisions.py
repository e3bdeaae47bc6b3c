"""What decisions are worth: thresholds, calibration, net benefit, sets and intervals."""

from __future__ import annotations

from prognome.page.html import Markup, element, join
from prognome.page.numbers import decimal, percent
from prognome.page.table import Column, table
from prognome.report.calibration import calibration_block
from prognome.report.class_figures import first_repeat_note
from prognome.report.confusion import confusion_block
from prognome.report.decision_curves import benefit_block
from prognome.report.drawing import Drawing, slug
from prognome.report.folder import CHOSEN, Figure, Run
from prognome.report.prediction_sets import sets_block
from prognome.report.words import (
    estimate,
    level_name,
    metric_help,
    metric_name,
    part_name,
    sentence,
)

AT_THRESHOLDS = (
    "sensitivity",
    "specificity",
    "precision",
    "npv",
    "accuracy",
    "balanced_accuracy",
    "f1",
    "mcc",
)


def decisions_section(run: Run) -> tuple[Markup | None, list[Drawing]]:
    """Decisions and calibration of classes; of numbers the intervals alone, where there are any."""
    sets = sets_block(run)
    if run.kind == "number":
        if sets is None:
            return None, []
        return element("section", element("h2", "Prediction intervals"), sets, id="decisions"), []
    counts, confusions = confusion_block(run)
    calibration, curves = calibration_block(run)
    benefit, benefits = benefit_block(run)
    body = element(
        "section",
        element("h2", "Decisions"),
        _thresholds(run) if run.kind == "binary" else None,
        counts,
        first_repeat_note(run),
        calibration,
        benefit,
        join([element("h3", "Prediction sets"), sets]) if sets is not None else None,
        id="decisions",
    )
    return body, [*confusions, *curves, *benefits]


def _thresholds(run: Run) -> Markup:
    """The rule, and figures at both thresholds side by side."""
    parts = [part for part in run.parts if _at_chosen(run, part)]
    if not parts:
        words = (
            "The event is decided on above a probability of 0.5. No threshold was chosen inside training."
            if "threshold" in run.judge
            else "The event is decided on above a probability of 0.5."
        )
        return element("p", words)
    cut = run.rule.get("cut")
    words = (
        "At the fixed threshold the event is decided on above a probability of 0.5. The other threshold was "
        f"chosen inside each training set: {rule_words(run)}."
    )
    if cut is not None and run.rule.get("kind") == "binary":
        words += f" For the model refitted at the end it is {decimal(float(cut), 3)}."
    return join(
        [element("p", words), element("div", [_side_by_side(run, part) for part in parts], class_="figures")]
    )


def _at_chosen(run: Run, part: str) -> list[str]:
    return [name for name in AT_THRESHOLDS if run.at_chosen(run.best, part, name) is not None]


def rule_words(run: Run) -> str:
    """The rule by which a threshold was chosen."""
    spec = run.judge.get("threshold") or {}
    rule, wanted, cost = spec.get("rule", "youden"), spec.get("wanted"), spec.get("cost") or {}
    if rule == "youden":
        return "the greatest sum of sensitivity and specificity (Youden)"
    if rule == "cost":
        missed, alarm = float(cost["false_negative"]), float(cost["false_positive"])
        return f"the least cost, where a missed event costs {missed:g} and a false alarm {alarm:g}"
    other = "specificity" if rule == "sensitivity" else "sensitivity"
    return f"the best {other} with a {rule} of at least {percent(wanted)}"


def _side_by_side(run: Run, part: str) -> Markup:
    rows = [
        [
            element("span", sentence(metric_name(name)), title=metric_help(name)),
            _cell(run, name, run.figure(run.best, part, name)),
            _cell(run, name, run.at_chosen(run.best, part, name)),
        ]
        for name in _at_chosen(run, part)
    ]
    columns = [Column("Figure"), Column("Fixed (0.5)"), Column(f"{sentence(CHOSEN)}")]
    caption = f"{part_name(part)}, with {level_name(run)} intervals"
    name = f"thresholds_{slug(part)}"
    return element("div", table(caption, columns, rows, name=name, caption_shown=True))


def _cell(run: Run, metric: str, figure: Figure | None) -> object:
    if figure is None:
        return element("span", "–", class_="soft")
    return estimate(run, metric, figure)
