"""The model card, with what the run answers.

References
----------
Mitchell et al. (2019), Model cards for model reporting, FAT* '19, 220–229, sections 4.1 to 4.9.
"""

from __future__ import annotations

from prognome.page.html import plain
from prognome.report import card_facts as facts
from prognome.report.at_once import does_not_hold, how_sure, not_for
from prognome.report.card import Card, Item, given
from prognome.report.folder import Run
from prognome.report.words import level_name, listed, model_name

SOURCE = "The nine parts of a model card (Mitchell et al. 2019, Model cards for model reporting), shortened."


def model_card(run: Run) -> Card:
    """Who made it, what it is for, how it was judged, what it must not do."""
    return Card(
        "model_card",
        "Model card",
        SOURCE,
        (
            ("Model details", _model(run)),
            ("Intended use", _use(run)),
            ("Factors", _factors(run)),
            ("Metrics", _metrics(run)),
            ("Evaluation data", _evaluation(run)),
            ("Training data", _training(run)),
            ("Quantitative analyses", _results(run)),
            ("Ethical considerations", _ethics(run)),
            ("Caveats and recommendations", _caveats(run)),
        ),
    )


def _model(run: Run) -> tuple[Item, ...]:
    versions = run.record["versions"]
    name = model_name(run, run.best)
    dated = f"{run.record['started'][:10]}, prognome {versions['prognome']}, seed {run.study.get('seed', 0)}"
    return (
        Item("", "Who made it", facts.about(run, "authors")),
        Item(
            "",
            "Date and version",
            f"{dated}, study sha256 {run.record['study_sha256'][:12]}.",
            ("provenance",),
        ),
        Item("", "Type", f"{name[:1].upper()}{name[1:]}. {facts.output(run)}", ("method",)),
        Item("", "How it was trained", f"{facts.steps(run)} {facts.models(run)}".strip(), ("method",)),
        Item("", "Where it is", facts.bundle(run), ("provenance",)),
        Item("", "Paper, and how to cite it"),
        Item("", "Licence", facts.about(run, "licence")),
        Item("", "Whom to ask", facts.about(run, "contact")),
    )


def _use(run: Run) -> tuple[Item, ...]:
    return (
        Item("", "What it is for", facts.about(run, "intended_use")),
        Item("", "Who is to use it", facts.about(run, "users")),
        Item("", "What it must not be used for", _joined(not_for(run)), ("answer", "limits")),
    )


def _factors(run: Run) -> tuple[Item, ...]:
    columns = facts.subgroup_columns(run)
    known = facts.about(run, "population", "inequalities")
    looked = f"Figures are given at each level of {listed(columns)}." if columns else ""
    return (
        Item("", "Groups, instruments and surroundings that matter", known),
        Item("", "Which of them were looked at apart", looked, ("subgroups",), "why these" if looked else ""),
    )  # fmt: skip


def _metrics(run: Run) -> tuple[Item, ...]:
    intervals = f"{level_name(run)} intervals; the method of each stands in scores.tsv."
    return (
        Item("", "Measures of performance", facts.measures(run), ("models",), "why these"),
        Item("", "Output and thresholds of decision", facts.output(run), ("decisions",)),
        Item("", "How uncertainty was reckoned", intervals, ("models", "method")),
    )


def _evaluation(run: Run) -> tuple[Item, ...]:
    return (
        Item("", "Which data", f"{facts.division(run)} {facts.parts(run)}", ("split", "cohort")),
        Item("", "Why these"),
        Item("", "How prepared", facts.steps(run), ("method",)),
    )


def _training(run: Run) -> tuple[Item, ...]:
    trained = f"{facts.target(run)} {facts.rows(run)} {facts.blocks(run)}"
    return (Item("", "Which data", given(trained, [facts.about(run, "collected", "dates")]), ("cohort",)),)


def _results(run: Run) -> tuple[Item, ...]:
    slope = facts.performance(run, "calibration_slope") if "calibration_slope" in run.metrics() else ""
    apart = facts.subgroups(run)
    crossed = "Not done: columns of subgroups are looked at one at a time." if apart else ""
    return (
        Item("", "Performance", f"{facts.performance(run)} {facts.honest(run)}".strip(), ("models",)),
        Item("", "How sure", _joined(how_sure(run)), ("answer", "comparisons")),
        Item("", "Calibration", f"{facts.recalibration(run)} {slope}".strip(), ("decisions",)),
        Item("", "In each group by itself", apart, ("subgroups",)),
        Item("", "In groups crossed with each other", crossed, ("subgroups",)),
    )


def _ethics(run: Run) -> tuple[Item, ...]:
    return (
        Item("", "Sensitive data: approval and consent", facts.about(run, "ethics", "consent")),
        Item("", "Whether it bears on human life"),
        Item("", "What was done to lessen risks"),
        Item("", "Risks and harms"),
        Item("", "Uses that are fraught"),
    )


def _caveats(run: Run) -> tuple[Item, ...]:
    return (
        Item("", "Reasons for doubt", facts.alarms(run), ("guards",)),
        Item("", "For whom it does not hold", _joined(does_not_hold(run)), ("answer",)),
        Item("", "How others differ", facts.arrivals(run), ("cohort", "guards")),
        Item("", "New rows that do not fit", facts.contract(run), ("method",)),
        Item("", "What has to be studied next", facts.about(run, "next_steps")),
    )


def _joined(told: list) -> str:
    return " ".join(plain(one) for one in told)
