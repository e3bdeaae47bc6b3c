"""The model card, with what the run answers.

References
----------
Mitchell et al. (2019), Model cards for model reporting, FAT* '19, 220–229.
"""

from __future__ import annotations

from prognome.page.html import plain
from prognome.report import card_facts as facts
from prognome.report.at_once import does_not_hold, how_sure, not_for
from prognome.report.card import Card, Item, given
from prognome.report.folder import Run
from prognome.report.words import model_name

SOURCE = "The parts of a model card (Mitchell et al. 2019, Model cards for model reporting)."


def model_card(run: Run) -> Card:
    """Who made it, what it is for, how it was judged, what it must not do."""
    return Card(
        "model_card",
        "Model card",
        SOURCE,
        (
            ("Model", _model(run)),
            ("Intended use", _use(run)),
            ("Factors", _factors(run)),
            ("Data", _data(run)),
            ("Metrics and results", _results(run)),
            ("Ethics and caveats", _ethics(run)),
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
    return (
        Item("", "Groups of people that matter", facts.about(run, "population", "inequalities")),
        Item("", "Groups that were looked at apart", facts.subgroups(run), ("subgroups",)),
        Item("", "For whom it does not hold", _joined(does_not_hold(run)), ("answer",)),
    )


def _data(run: Run) -> tuple[Item, ...]:
    trained = f"{facts.target(run)} {facts.rows(run)} {facts.blocks(run)}"
    return (
        Item("", "Training data", given(trained, [facts.about(run, "collected", "dates")]), ("cohort",)),
        Item("", "Evaluation data", f"{facts.division(run)} {facts.parts(run)}", ("split", "cohort")),
        Item("", "How others differ", facts.arrivals(run), ("cohort", "guards")),
    )


def _results(run: Run) -> tuple[Item, ...]:
    slope = facts.performance(run, "calibration_slope") if "calibration_slope" in run.metrics() else ""
    return (
        Item("", "Measures", facts.measures(run), ("models",)),
        Item("", "Performance", f"{facts.performance(run)} {facts.honest(run)}".strip(), ("models",)),
        Item("", "How sure", _joined(how_sure(run)), ("answer", "comparisons")),
        Item("", "Calibration", f"{facts.recalibration(run)} {slope}".strip(), ("decisions",)),
    )


def _ethics(run: Run) -> tuple[Item, ...]:
    return (
        Item("", "Ethical approval and consent", facts.about(run, "ethics", "consent")),
        Item("", "Risks and harms"),
        Item("", "Reasons for doubt", facts.alarms(run), ("guards",)),
        Item("", "New rows that do not fit", facts.contract(run), ("method",)),
        Item("", "What has to be studied next", facts.about(run, "next_steps")),
    )


def _joined(told: list) -> str:
    return " ".join(plain(one) for one in told)
