"""The TRIPOD+AI checklist, with what the run answers.

References
----------
Collins et al. (2024), TRIPOD+AI statement, BMJ 385:e078378. Items are paraphrased; the statement has the words.
"""

from __future__ import annotations

from prognome.page.numbers import count
from prognome.report import card_facts as facts
from prognome.report.card import Card, Item, given
from prognome.report.folder import Run

SOURCE = (
    "All items of TRIPOD+AI (Collins et al. 2024, BMJ 385:e078378), their wording shortened: read the "
    "statement itself before submission."
)
_CHECK = "that it covers this point"


def tripod_ai(run: Run) -> Card:
    """Every item by its number."""
    return Card(
        "tripod_ai",
        "TRIPOD+AI checklist",
        SOURCE,
        (
            ("Title and abstract", _title(run)),
            ("Introduction", _introduction(run)),
            ("Methods", (*_data(run), *_outcome(run), *_analysis(run))),
            ("Open science", _open_science(run)),
            ("Patient and public involvement", (_told(run, "19", "How patients and the public took part, or that they did not", "involvement"),)),
            ("Results", _results(run)),
            ("Discussion", _discussion(run)),
        ),
    )  # fmt: skip


def _told(run: Run, number: str, asks: str, *keys: str) -> Item:
    """An item that the authors alone can answer."""
    return Item(number, asks, facts.about(run, *keys))


def _with(
    run: Run, number: str, asks: str, said: str, keys: tuple[str, ...], lacks: str, *where: str
) -> Item:
    """An item that the run answers in part, and the authors for the rest."""
    missing = [key for key in keys if not run.about.get(key)]
    return Item(number, asks, given(said, [facts.about(run, *keys)]), where, lacks if missing else "")


def _title(run: Run) -> tuple[Item, ...]:
    named = f"{run.study.get('name') or 'A study'}: a model that predicts “{run.study['target']['column']}”."
    return (
        _with(run, "1", "Title names development or evaluation, whom it is for, and the outcome", f"{named} {facts.division(run)}", ("population",), "the target population"),
        Item("2", "Abstract, by TRIPOD+AI for Abstracts"),
    )  # fmt: skip


def _introduction(run: Run) -> tuple[Item, ...]:
    question = str(run.study.get("question") or "")
    return (
        _told(run, "3a", "Healthcare context, rationale, existing models", "background"),
        _with(run, "3b", "Target population, purpose in the care pathway, intended users", "", ("intended_use", "users", "population"), "purpose, users and population"),
        _told(run, "3c", "Known health inequalities between groups", "inequalities"),
        Item("4", "Objectives: development, evaluation, or both", f"{question} {facts.division(run)}".strip(), ("answer", "split")),
    )  # fmt: skip


def _data(run: Run) -> tuple[Item, ...]:
    return (
        _with(run, "5a", "Sources of the data, why these, how representative", facts.inputs(run), ("collected",), "the source, and how representative it is", "provenance"),
        _told(run, "5b", "Dates: start and end of accrual and follow-up", "dates"),
        _told(run, "6a", "Setting: kind of care, number and place of centres", "setting"),
        _with(run, "6b", "Eligibility criteria", facts.rows(run), ("eligibility",), "the criteria by which people came into the files", "cohort"),
        _told(run, "6c", "Treatments received and how they were handled", "treatments"),
        Item("7", "Pre-processing and quality checks, alike across groups", f"{facts.steps(run)} All groups of rows go through the same steps. {facts.alarms(run)}".strip(), ("method", "guards")),
    )  # fmt: skip


def _outcome(run: Run) -> tuple[Item, ...]:
    outcome, predictors = facts.about(run, "outcome"), facts.about(run, "predictors")
    return (
        _with(run, "8a", "Outcome, time horizon, how and when assessed, why this one", facts.target(run), ("outcome",), "definition, time horizon and assessment", "cohort"),
        Item("8b", "Who judged the outcome, where judgement is subjective", outcome, lacks=_CHECK),
        Item("8c", "Blinding of the assessment of the outcome", outcome, lacks=_CHECK),
        _with(run, "9a", "How the first predictors were chosen, selection before modelling", facts.blocks(run), ("predictors",), "why these", "cohort", "method"),
        Item("9b", "Every predictor defined: how and when measured", predictors, lacks=_CHECK),
        Item("9c", "Who judged predictors, where judgement is subjective", predictors, lacks=_CHECK),
        _with(run, "10", "How the sample size came about and why it is enough", facts.parts(run), ("sample_size",), "why this is enough", "cohort", "stability"),
        Item("11", "Missing data, and reasons for leaving data out", f"{facts.blocks(run)} {facts.steps(run)} {facts.rows(run)}", ("cohort", "method")),
    )  # fmt: skip


def _analysis(run: Run) -> tuple[Item, ...]:
    weighted = [
        str(one["label"])
        for one in run.study.get("models", [])
        if (one.get("params") or {}).get("class_weight")
    ]
    classes = (
        f"Classes were weighed in {', '.join(weighted)}."
        if weighted
        else "The study asks for no weighing of classes; no rows were drawn again or left out for balance."
    )
    none = {"number": "a number", "survival": "a time"}.get(run.kind)
    balance = f"Not applicable: the target is {none}." if none else classes
    looked = facts.subgroups(run)
    fair = f"Every figure was looked at in subgroups, and gaps were tested. {looked}" if looked else ""
    return (
        Item("12a", "How data were used and parted", facts.division(run), ("split",)),
        Item("12b", "How predictors were handled: form, scale, transformation", facts.steps(run), ("method",)),
        Item("12c", "Type of model, steps of building, tuning, internal validation", f"{facts.models(run)} {facts.division(run)}", ("method", "models")),
        Item("12d", "Heterogeneity between clusters: how handled", _clusters(run), ("split", "models")),
        Item("12e", "Measures and plots of performance, comparisons", facts.measures(run), ("models", "figures", "decisions")),
        Item("12f", "Updating of the model (recalibration)", facts.recalibration(run), ("decisions",)),
        Item("12g", "How predictions were calculated for evaluation", facts.bundle(run), ("provenance",)),
        Item("13", "Class imbalance: methods and why", balance, ("method",)),
        Item("14", "Fairness: what was done and why", fair, ("subgroups",), "why these groups" if fair else ""),
        Item("15", "Output of the model, and how thresholds were found", facts.output(run), ("decisions",)),
        _with(run, "16", "Differences between development and evaluation data", _differences(run), ("setting", "eligibility"), "setting and eligibility of each", "cohort", "guards"),
        _told(run, "17", "Ethical approval and consent", "ethics", "consent"),
    )  # fmt: skip


def _clusters(run: Run) -> str:
    outer = run.study.get("split", {}).get("outer", {})
    if outer.get("leave_out"):
        return f"Each {outer['leave_out']} was left out in turn."
    if run.record.get("external"):
        return "External cohorts were judged apart; no model of heterogeneity was fitted."
    return "Not examined: no clusters were compared in this run."


def _differences(run: Run) -> str:
    arrived = facts.arrivals(run)
    return arrived or "Development and evaluation rows are of the same files."


def _open_science(run: Run) -> tuple[Item, ...]:
    return (
        _told(run, "18a", "Funding, and the part of the funders", "funding"),
        _told(run, "18b", "Conflicts of interest", "conflicts"),
        _told(run, "18c", "Where the protocol is, or that there is none", "protocol"),
        _told(run, "18d", "Registration, or that there is none", "registration"),
        _told(run, "18e", "Availability of the data", "data_access"),
        _with(run, "18f", "Availability of the code", f"To get the numbers again: {run.record['replay']}", ("code_access",), "where the code is", "provenance"),
    )  # fmt: skip


def _results(run: Run) -> tuple[Item, ...]:
    described = len(run.table1) > 0
    table = "Table 1 gives clinical and subgroup columns by class, with missing values." if described else ""
    compared = " External cohorts stand beside it." if described and run.record.get("external") else ""
    shift = facts.alarms(run) if run.record.get("external") else ""
    return (
        Item("20a", "Flow of participants, with and without the outcome", facts.rows(run), ("cohort",)),
        Item("20b", "Characteristics of the participants, missing values", table, ("cohort",), "dates, treatments and follow-up" if table else ""),
        Item("20c", "Comparison of predictors with the development data", f"{shift}{compared}".strip() or "Development and evaluation rows are of the same files.", ("cohort", "guards")),
        Item("21", "Numbers of participants and events in each analysis", facts.parts(run), ("split", "models")),
        _with(run, "22", "The full model, and how it may be used", facts.bundle(run), ("licence",), "terms of use", "provenance"),
        Item("23a", "Performance with intervals, in subgroups too", " ".join(one for one in (facts.performance(run), facts.honest(run), facts.subgroups(run)) if one), ("models", "figures", "subgroups")),
        Item("23b", "Heterogeneity of performance across clusters", _clusters(run), ("models",)),
        Item("24", "Results of updating", facts.recalibration(run), ("decisions",)),
    )  # fmt: skip


def _discussion(run: Run) -> tuple[Item, ...]:
    figures = [run.figure(run.best, part) for part in run.parts]
    least = min(one.n for one in figures if one is not None) if any(figures) else 0
    limits = f"{facts.alarms(run)} The smallest part that judged has {count(least, 'row')}.".strip()
    return (
        Item("25", "Overall interpretation, fairness, earlier studies"),
        Item("26", "Limitations", limits, ("answer", "limits"), "their weight in this question"),
        Item("27a", "Poor or absent input data in use", facts.contract(run), ("method",)),
        _told(run, "27b", "What users must do and know", "users"),
        _told(run, "27c", "Next steps", "next_steps"),
    )  # fmt: skip
