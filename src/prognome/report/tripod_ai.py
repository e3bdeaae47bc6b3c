"""The TRIPOD+AI checklist, with what the run answers.

References
----------
Collins et al. (2024), TRIPOD+AI statement, BMJ 385:e078378; its checklist of 11 January 2024, item by item. Items
are paraphrased; the statement has the words.
"""

from __future__ import annotations

from prognome.page.numbers import count
from prognome.report import card_facts as facts
from prognome.report.card import Card, Item, given
from prognome.report.folder import Run
from prognome.report.words import listed

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
    run: Run,
    number: str,
    asks: str,
    said: str,
    keys: tuple[str, ...],
    lacks: str,
    *where: str,
    always: str = "",
) -> Item:
    """An item that the run answers in part, and the authors for the rest.

    ``lacks`` is what is missing while a key is; ``always`` what no key and no run can tell.
    """
    missing = [key for key in keys if not run.about.get(key)]
    left = ", and ".join(one for one in (lacks if missing else "", always) if one)
    return Item(number, asks, given(said, [facts.about(run, *keys)]), where, left)


def _title(run: Run) -> tuple[Item, ...]:
    named = f"{run.study.get('name') or 'A study'}: a model that predicts “{run.study['target']['column']}”."
    return (
        _with(run, "1", "Title names development or evaluation, whom it is for, and the outcome", f"{named} {facts.division(run)}", ("population",), "the target population", always="the title of the paper"),
        Item("2", "Abstract, by TRIPOD+AI for Abstracts"),
    )  # fmt: skip


def _introduction(run: Run) -> tuple[Item, ...]:
    question = str(run.study.get("question") or "")
    return (
        _told(run, "3a", "Healthcare context, diagnostic or prognostic, rationale, existing models", "background"),
        _with(run, "3b", "Target population, purpose in the care pathway, intended users", "", ("intended_use", "users", "population"), "purpose, users and population"),
        _told(run, "3c", "Known health inequalities between sociodemographic groups", "inequalities"),
        Item("4", "Objectives: development, evaluation, or both", f"{question} {facts.division(run)}".strip(), ("answer", "split"), "" if question else "the objectives"),
    )  # fmt: skip


def _data(run: Run) -> tuple[Item, ...]:
    return (
        _with(run, "5a", "Sources of the data, for development and evaluation each; why these, how representative", facts.inputs(run), ("collected",), "the source", "provenance", always="why these data, and how representative they are"),
        _told(run, "5b", "Dates: start and end of accrual, end of follow-up", "dates"),
        _told(run, "6a", "Setting: kind of care, number and place of centres", "setting"),
        _with(run, "6b", "Eligibility criteria", facts.rows(run), ("eligibility",), "the criteria by which people came into the files", "cohort"),
        _told(run, "6c", "Treatments received and how they were handled", "treatments"),
        Item("7", "Pre-processing and quality checks, and whether alike across groups", " ".join(one for one in (facts.steps(run), "In this run every row goes through the same steps.", facts.alarms(run)) if one), ("method", "guards"), "what was done before the files were written"),
    )  # fmt: skip


def _outcome(run: Run) -> tuple[Item, ...]:
    outcome, predictors = facts.about(run, "outcome"), facts.about(run, "predictors")
    return (
        _with(run, "8a", "Outcome and time horizon, how and when assessed, why this one, whether assessed alike across groups", facts.target(run), ("outcome",), "definition and assessment", "cohort", always="time horizon, why this outcome, and whether it was assessed alike in all groups"),
        Item("8b", "Qualifications and demographics of who judged the outcome, where judgement is subjective", outcome, lacks=_CHECK),
        Item("8c", "Blinding of the assessment of the outcome", outcome, lacks=_CHECK),
        _with(run, "9a", "How the first predictors were chosen, selection before modelling", facts.blocks(run), ("predictors",), "why these", "cohort", "method"),
        Item("9b", "Every predictor defined: how and when measured, and any blinding", predictors, lacks=_CHECK),
        Item("9c", "Qualifications and demographics of who judged predictors, where judgement is subjective", predictors, lacks=_CHECK),
        _with(run, "10", "How the sample size came about, for development and evaluation each, and why it is enough", facts.parts(run), ("sample_size",), "why this is enough", "cohort", "stability"),
        Item("11", "Missing data, and reasons for leaving data out", " ".join(one for one in (facts.blocks(run), facts.steps(run), facts.rows(run)) if one), ("cohort", "method")),
    )  # fmt: skip


def _analysis(run: Run) -> tuple[Item, ...]:
    classes = run.kind != "number"
    built = (facts.models(run), facts.recalibration(run), facts.division(run))
    plots = "Their plots stand in figures/ of the run folder."
    return (
        Item("12a", "How data were used and parted", facts.division(run), ("split",)),
        Item("12b", "How predictors were handled: form, scale, transformation", facts.steps(run), ("method",)),
        Item("12c", "Type of model and why, all steps of building, tuning, internal validation", " ".join(one for one in built if one), ("method", "models", "decisions"), "why models of these types"),
        Item("12d", "Heterogeneity between clusters: how handled", _clusters(run), ("split", "models")),
        Item("12e", "Measures and plots of performance and why these, comparisons", f"{facts.measures(run)} {plots}", ("models", "figures", "decisions"), "why these measures"),
        Item("12f", "Updating of the model after evaluation", facts.updating(run), ("method",)),
        Item("12g", "How predictions were calculated for evaluation", facts.calculated(run), ("provenance",)),
        Item("13", "Class imbalance: methods and why, recalibration after them", _imbalance(run), ("method",), "why" if _weighed(run) else ""),
        _fairness(run),
        Item("15", "Output of the model, how thresholds were found and why", facts.output(run), ("decisions",), "why decisions are taken so" if classes else ""),
        _differences(run),
        _with(run, "17", "Ethical approval, and consent or its waiver", "", ("ethics", "consent"), "approval or consent, whichever is missing"),
    )  # fmt: skip


def _weighed(run: Run) -> list[str]:
    """Labels of the models that the study asks to weigh classes."""
    return [
        str(one["label"])
        for one in run.study.get("models", [])
        if (one.get("params") or {}).get("class_weight")
    ]


def _imbalance(run: Run) -> str:
    if none := {"number": "a number", "survival": "a time"}.get(run.kind):
        return f"Not applicable: the target is {none}."
    if weighed := _weighed(run):
        return f"Classes were weighed in {', '.join(weighed)}. {facts.recalibration(run)}"
    return "The study asks for no weighing of classes; no rows were drawn again or left out for balance."


def _fairness(run: Run) -> Item:
    """What was looked at; nothing in a run makes a model fairer."""
    asks = "Approaches to fairness and why"
    columns = facts.subgroup_columns(run)
    if not columns:
        said = "No subgroups were asked for, and no step makes the model fairer."
        return Item("14", asks, said, (), "what was done about fairness, if anything")
    against = ", and each level is compared with all other rows" if len(run.gaps) else ""
    said = (
        f"The best model has figures of its own at each level of {listed(columns)}{against}. No step makes the "
        "model fairer."
    )
    return Item("14", asks, said, ("subgroups",), "why these groups")


def _clusters(run: Run) -> str:
    outer = run.study.get("split", {}).get("outer", {})
    if outer.get("leave_out"):
        return f"Each {outer['leave_out']} was left out in turn, and has a figure of its own."
    if run.record.get("external"):
        return "External cohorts were judged apart; no model of heterogeneity was fitted."
    return "Not examined: no clusters were compared in this run."


def _elsewhere(run: Run) -> bool:
    """Whether rows that judge may differ from those that taught, beyond chance."""
    split = run.study.get("split", {})
    chosen = "column" in (split.get("test") or {}) or "leave_out" in split.get("outer", {})
    return bool(run.record.get("external")) or (chosen and bool(split))


def _differences(run: Run) -> Item:
    asks = (
        "Differences between development and evaluation data in setting, eligibility, outcome and predictors"
    )
    if not _elsewhere(run):
        said = "Rows that taught and rows that judged are parts of one data set, parted by this run."
        return Item("16", asks, said, ("split",))
    keys = ("setting", "eligibility")
    said = given(facts.arrivals(run), [facts.about(run, *keys)])
    return Item("16", asks, said, ("cohort", "guards"), "setting, eligibility and outcome of each")


def _open_science(run: Run) -> tuple[Item, ...]:
    return (
        _told(run, "18a", "Funding, and the part of the funders", "funding"),
        _told(run, "18b", "Conflicts of interest and financial disclosures", "conflicts"),
        _told(run, "18c", "Where the protocol is, or that there is none", "protocol"),
        _told(run, "18d", "Register and number, or that the study was not registered", "registration"),
        _told(run, "18e", "Availability of the data", "data_access"),
        _with(run, "18f", "Availability of the code", f"To get the numbers again: {run.record['replay']}", ("code_access",), "where the code is", "provenance"),
    )  # fmt: skip


def _results(run: Run) -> tuple[Item, ...]:
    described = len(run.table1) > 0
    table = "Table 1 gives clinical and subgroup columns by class, with missing values." if described else ""
    model = facts.bundle(run)
    apart = facts.subgroups(run)
    performance = " ".join(one for one in (facts.performance(run), facts.honest(run), apart) if one)
    return (
        Item("20a", "Flow of participants, with and without the outcome, follow-up time", facts.rows(run), ("cohort",)),
        Item("20b", "Characteristics of the participants by source, missing values, differences between groups", table, ("cohort",), "dates, treatments and follow-up" if table else ""),
        _compared(run, described=described),
        Item("21", "Numbers of participants and events in each analysis", facts.parts(run), ("split", "models")),
        _with(run, "22", "The full model for use in new people, and restrictions of its use", model, ("licence",), "terms of use", "provenance", always="" if model else "the model"),
        Item("23a", "Performance with intervals, in key subgroups too", performance, ("models", "figures", "subgroups"), "" if apart else "key subgroups, or that there are none"),
        Item("23b", "Heterogeneity of performance across clusters", _clusters(run), ("models", "stability")),
        Item("24", "Results of updating", facts.updating(run), ("method",)),
    )  # fmt: skip


def _compared(run: Run, *, described: bool) -> Item:
    asks = "Comparison with the development data: demographics, predictors, outcome"
    if not run.record.get("external"):
        if not _elsewhere(run):
            return Item("20c", asks, "Not applicable: nothing was judged on data from elsewhere.")
        return Item("20c", asks)
    table = "External cohorts stand beside the study in Table 1." if described else ""
    said = " ".join(one for one in (facts.alarms(run, "external:"), facts.arrivals(run), table) if one)
    return Item("20c", asks, said, ("cohort", "guards"), "" if table else "demographics and outcome of each")


def _discussion(run: Run) -> tuple[Item, ...]:
    figures = [run.figure(run.best, part) for part in run.parts]
    least = min(one.n for one in figures if one is not None) if any(figures) else 0
    limits = f"{facts.alarms(run)} The smallest part that judged has {count(least, 'row')}.".strip()
    return (
        Item("25", "Overall interpretation, fairness, earlier studies"),
        Item("26", "Limitations, and what they do to bias, uncertainty and generalisability", limits, ("answer", "limits"), "other limitations, and their weight in this question"),
        Item("27a", "Poor or absent input data in use", facts.contract(run), ("method",)),
        Item("27b", "Whether users handle input or model, and what they must know", facts.about(run, "users"), lacks=_CHECK),
        _told(run, "27c", "Next steps, for applicability and generalisability", "next_steps"),
    )  # fmt: skip
