"""The data sheet, with what the run answers.

References
----------
Gebru et al. (2021), Datasheets for datasets, Communications of the ACM 64(12), 86–92. Questions are shortened, and
were compared one by one with those of version 7 of arXiv:1803.09010. Two that carry no answer of their own are left
out: whether the data are about people, and “any other comments?”.
"""

from __future__ import annotations

from prognome.page.numbers import percent
from prognome.report import card_facts as facts
from prognome.report.card import Card, Item, given
from prognome.report.folder import Run
from prognome.report.words import listed

SOURCE = (
    "The questions of Datasheets for datasets (Gebru et al. 2021, Communications of the ACM 64(12):86–92), "
    "shortened. The data set is the one of this study."
)

_CHECK = "that it covers this point"


def data_sheet(run: Run) -> Card:
    """Motivation, composition, collection, processing, uses, distribution, maintenance."""
    return Card(
        "data_sheet",
        "Data sheet",
        SOURCE,
        (
            ("Motivation", _motivation(run)),
            ("Composition", _composition(run)),
            ("Collection process", _collection(run)),
            ("Preprocessing, cleaning, labelling", _processing(run)),
            ("Uses", _uses(run)),
            ("Distribution", _distribution(run)),
            ("Maintenance", _maintenance(run)),
        ),
    )


def _authors(run: Run, asks: str, *keys: str, lacks: str = "") -> Item:
    return Item("", asks, facts.about(run, *keys), lacks=lacks)


def _motivation(run: Run) -> tuple[Item, ...]:
    return (
        Item("", "For what purpose was the data set made?"),
        _authors(run, "Who made it, for whom?", "authors", lacks="whether they made the data too"),
        _authors(run, "Who paid for it?", "funding", lacks="whether this paid for the data too"),
    )


def _composition(run: Run) -> tuple[Item, ...]:
    cohort, columns = run.record["cohort"], facts.subgroup_columns(run)
    missing = "; ".join(f"{name}: {percent(one['missing'])}" for name, one in cohort["blocks"].items())
    gaps = any(one["missing"] for one in cohort["blocks"].values())
    groups = cohort.get("groups")
    linked = f"The rows form {groups:,} groups, which are never on both sides of a split." if groups else ""
    doubled = facts.alarms(run)
    groups_named = f"Columns of subgroups in this study: {listed(columns)}." if columns else ""
    return (
        Item("", "What is a row?", facts.about(run, "population"), lacks="what one row stands for"),
        Item("", "How many are there, of each kind?", facts.rows(run), ("cohort",)),
        _authors(run, "Are these all there are, or a sample? Does it stand for more?", "population", lacks="whether it is a sample, and how representative"),
        Item("", "What does each row hold?", facts.blocks(run), ("cohort",)),
        Item("", "Is there a label or target?", facts.target(run), ("cohort",)),
        Item("", "Is anything missing from rows?", f"Missing values by block: {missing}.", ("cohort",), "why they are missing" if gaps else ""),
        Item("", "Are rows linked to each other?", linked, ("split", "guards")),
        Item("", "Are there recommended splits?", f"In this study: {facts.division(run)} The split is in split.tsv.", ("split",), "whether the data come with splits of their own"),
        Item("", "Are there errors, noise or doubles?", doubled, ("guards",), "known errors of measurement" if doubled else ""),
        Item("", "Does it stand alone or lean on other sources?"),
        Item("", "Does it hold what is confidential?"),
        Item("", "Might it offend or frighten?"),
        Item("", "Does it name subpopulations, and how many are in each?", groups_named, ("subgroups",), "how they were told apart"),
        Item("", "Can persons be known from it, directly or with other data?"),
        Item("", "Does it hold what is sensitive?"),
    )  # fmt: skip


def _collection(run: Run) -> tuple[Item, ...]:
    return (
        _authors(run, "How were the data of each row acquired?", "collected", "outcome", "predictors"),
        _authors(run, "With what instruments or procedures?", "predictors"),
        _authors(run, "If a sample, how was it drawn?", "eligibility", lacks="how people were drawn"),
        Item("", "Who collected, and how were they paid?"),
        _authors(run, "Over what time?", "dates"),
        _authors(run, "Was there an ethical review?", "ethics"),
        _authors(run, "From the persons themselves, or from others?", "collected", lacks=_CHECK),
        _authors(run, "Were they told?", "consent", lacks=_CHECK),
        _authors(run, "Did they consent?", "consent"),
        Item("", "Can they withdraw their consent?"),
        Item("", "Was the effect on them studied?"),
    )


def _processing(run: Run) -> tuple[Item, ...]:
    done = given(facts.steps(run), [facts.rows(run)])
    raw = f"{facts.inputs(run)} They are read as they are and never written to."
    return (
        Item("", "Was anything cleaned, labelled or left out?", done, ("method", "cohort")),
        Item("", "Are the raw data kept?", raw, ("provenance",), "whether these are the raw data"),
        Item("", "Is the software that did it at hand?", f"prognome {run.record['versions']['prognome']}; to do it again: {run.record['replay']}", ("provenance",)),
    )  # fmt: skip


def _uses(run: Run) -> tuple[Item, ...]:
    looks = run.record["split"].get("test_looked_at_by_studies")
    counted = f" Different studies on this machine that scored its test part: {looks:,}." if looks else ""
    asked = str(run.study.get("question") or f"Predicting “{run.study['target']['column']}”.")
    return (
        Item("", "Has it been used already?", f"In this study: {asked}{counted}", ("answer",), "other uses"),
        Item("", "Is there a list of works that use it?"),
        Item("", "What else might it be used for?"),
        Item("", "Does anything in it limit later uses?"),
        _authors(
            run, "For what should it not be used?", "not_for", lacks="whether this holds for the data too"
        ),
    )


def _distribution(run: Run) -> tuple[Item, ...]:
    return (
        _authors(run, "Is it given to others?", "data_access"),
        _authors(run, "How, and is there a DOI?", "data_access", lacks=_CHECK),
        _authors(run, "When?", "data_access", lacks="the date"),
        _authors(run, "Under what licence or terms?", "licence", lacks="whether this holds for the data too"),
        Item("", "Do others hold rights in it?"),
        Item("", "Do export controls or other rules apply?"),
    )


def _maintenance(run: Run) -> tuple[Item, ...]:
    return (
        Item("", "Who keeps it?"),
        _authors(run, "Whom to ask?", "contact", lacks="whether this holds for the data too"),
        Item("", "Is there a list of errata?"),
        Item("", "Will it be brought up to date?"),
        Item("", "Are there limits on how long the data may be kept?"),
        Item("", "Are older versions kept?"),
        Item("", "Can others add to it?"),
    )
