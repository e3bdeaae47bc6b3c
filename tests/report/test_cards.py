"""Model card, TRIPOD+AI and data sheet: all items, and nothing that the run does not say."""

from __future__ import annotations

import re
from typing import Any

import pytest

from prognome.core.study_about import About
from prognome.report.card import ANSWERED, OPEN, PARTLY, Card, Item, markdown
from prognome.report.card_facts import alarms
from prognome.report.cards import cards_of
from prognome.report.data_sheet import data_sheet
from prognome.report.folder import read_run
from prognome.report.model_card import model_card
from prognome.report.report import write_report
from prognome.report.tripod_ai import tripod_ai

# The numbers of Collins et al. 2024, table 1 (BMJ 385:e078378).
ITEMS = (
    "1 2 3a 3b 3c 4 5a 5b 6a 6b 6c 7 8a 8b 8c 9a 9b 9c 10 11 12a 12b 12c 12d 12e 12f 12g 13 14 15 16 17 "
    "18a 18b 18c 18d 18e 18f 19 20a 20b 20c 21 22 23a 23b 24 25 26 27a 27b 27c"
)


@pytest.mark.parametrize("kind", ["binary", "multiclass", "number"])
def test_all_items_of_tripod_ai_stand_in_their_order(make_run: Any, kind: str) -> None:
    card = tripod_ai(read_run(make_run(kind, external={"other": 60}, subgroups={"sex": 2})))
    assert " ".join(item.number for item in card.items) == ITEMS


def test_without_about_what_authors_must_say_is_open_and_counted(make_run: Any) -> None:
    folder = make_run("binary")
    card = tripod_ai(read_run(folder))
    left = {item.number for item in card.items if item.status == OPEN}
    assert {
        "2",
        "3a",
        "3b",
        "3c",
        "5b",
        "6a",
        "6c",
        "17",
        "18a",
        "18b",
        "18c",
        "18d",
        "18e",
        "19",
        "25",
    } <= left
    write_report(folder)
    text = (folder / "cards" / "tripod_ai.md").read_text(encoding="utf-8")
    assert f"{len(left)} not answered.**" in text
    assert text.count("*Not answered: the authors must.*") == len(left)
    assert text.count("\n### ") == len(ITEMS.split())
    assert all(f"- [ ] {number}. " in text for number in left)


def test_every_word_of_about_is_found_in_a_card_or_at_the_top(make_run: Any) -> None:
    words = {name: f"The {name.replace('_', ' ')} is told." for name in About.model_fields}
    said = {name: [text] if name in ("not_for", "authors") else text for name, text in words.items()}
    assert About.model_validate(said)

    def change(record: dict[str, Any]) -> None:
        record["study"]["about"] = said

    folder = make_run("binary", change=change)
    write_report(folder)
    texts = "".join(path.read_text(encoding="utf-8") for path in (folder / "cards").iterdir())
    assert [name for name, text in words.items() if text not in texts] == []
    card = tripod_ai(read_run(folder))
    # abstract and interpretation are never told; this folder has no steps, table 1 or contract
    left = {item.number for item in card.items if item.status == OPEN}
    assert left == {"2", "12b", "20b", "25", "27a"}


@pytest.mark.parametrize("kind", ["binary", "multiclass", "number"])
@pytest.mark.parametrize("old", [False, True])
def test_cards_of_any_run_folder_say_no_row_and_nothing_undefined(
    make_run: Any, kind: str, old: bool
) -> None:
    folder = make_run(kind, old=old, scheme="fractions" if old else "folds")
    write_report(folder)
    for path in (folder / "cards").iterdir():
        text = path.read_text(encoding="utf-8")
        assert "SECRET" not in text
        assert not re.search(r"\bNone\b|\bnan\b|<span|\{\w+\}", text), path.name


def _item(run: Any, number: str) -> Item:
    (found,) = [one for one in tripod_ai(run).items if one.number == number]
    return found


def test_fairness_claims_the_columns_that_were_looked_at_and_no_more(make_run: Any) -> None:
    plain, apart = (
        _item(read_run(make_run("binary", subgroups=given)), "14") for given in (None, {"sex": 2, "site": 3})
    )
    assert plain.said == "No subgroups were asked for, and no step makes the model fairer."
    assert "each level of sex and site, and each level is compared with all other rows" in apart.said
    assert "very figure" not in apart.said
    assert plain.status == apart.status == PARTLY


def test_recalibration_inside_training_is_building_and_no_updating(make_run: Any) -> None:
    run = read_run(make_run("binary"))
    assert "recalibrated inside each training set" in _item(run, "12c").said
    for number in ("12f", "24"):
        assert _item(run, number).said.startswith("No updating")


def test_an_updated_bundle_is_told_where_all_rows_were_fitted_again(make_run: Any) -> None:
    def change(record: dict[str, Any]) -> None:
        record["study"]["refit"] = "all"

    run = read_run(make_run("binary", scheme="fractions", change=change))
    assert "fitted again on all rows, test rows among them" in _item(run, "12f").said


def test_data_parted_by_chance_do_not_differ_and_others_are_left_to_the_authors(make_run: Any) -> None:
    def change(record: dict[str, Any]) -> None:
        record["study"]["split"]["test"] = {"column": "year", "value": "2020"}

    by_chance, by_year = read_run(make_run("binary")), read_run(make_run("binary", change=change))
    assert [_item(by_chance, number).status for number in ("16", "20c")] == [ANSWERED, ANSWERED]
    assert [_item(by_year, number).status for number in ("16", "20c")] == [OPEN, OPEN]


def test_guards_that_do_not_apply_are_not_counted_and_accepted_alarms_are_told(make_run: Any) -> None:
    guards = [
        {"guard": "shifted", "stage": "external:other", "status": "not_applicable"},
        {"guard": "giveaway", "stage": "training_rows", "status": "silent"},
        {"guard": "repeated_people", "stage": "before_split", "status": "accepted", "reason": "twins"},
    ]
    run = read_run(make_run("binary", guards=guards))
    assert alarms(run) == (
        "2 guards looked for reasons for doubt; none raised an alarm that was not accepted; accepted with a "
        "reason: Several rows of one person."
    )
    assert alarms(run, "external:") == "No guard applied."
    assert alarms(run, "training_rows") == "1 guard looked for reasons for doubt; none raised an alarm."


def test_the_title_of_the_paper_and_what_authors_alone_judge_are_never_taken_for_answered(
    make_run: Any,
) -> None:
    def change(record: dict[str, Any]) -> None:
        record["study"]["about"] = {name: "Told." for name in About.model_fields if name != "consent"}

    run = read_run(make_run("binary", change=change))
    for number in ("1", "5a", "8a", "8b", "8c", "9b", "9c", "12c", "12e", "15", "17", "26", "27b"):
        assert _item(run, number).status == PARTLY, number


def test_data_sheet_asks_what_version_7_of_the_paper_asks(make_run: Any) -> None:
    # arXiv:1803.09010v7 has 4, 17, 13, 4, 6, 7 and 8 questions; left out are "any other comments?" (in all
    # seven parts) and whether the data are about people (in composition and collection)
    parts = data_sheet(read_run(make_run("binary"))).parts
    assert [len(items) for _, items in parts] == [3, 15, 11, 3, 5, 6, 7]


@pytest.mark.parametrize(("missing", "status"), [(0.0, ANSWERED), (0.01, PARTLY)])
def test_why_values_are_missing_is_asked_only_where_some_are(
    make_run: Any, missing: float, status: str
) -> None:
    def change(record: dict[str, Any]) -> None:
        record["cohort"]["blocks"]["genes"]["missing"] = missing

    items = data_sheet(read_run(make_run("binary", change=change))).items
    (asked,) = [one for one in items if one.asks == "Is anything missing from rows?"]
    assert asked.status == status


def test_model_card_has_the_nine_parts_of_the_paper(make_run: Any) -> None:
    # Mitchell et al. 2019, figure 1
    assert [heading for heading, _ in model_card(read_run(make_run("binary"))).parts] == [
        "Model details",
        "Intended use",
        "Factors",
        "Metrics",
        "Evaluation data",
        "Training data",
        "Quantitative analyses",
        "Ethical considerations",
        "Caveats and recommendations",
    ]


def test_text_of_others_does_not_become_markdown() -> None:
    card = Card("c", "C", "S", (("P", (Item("1", "Asked", "*a* [b](http://x) <i>\n# c", lacks="d_e"),)),))
    text = markdown(card, {})
    assert r"\*a\* \[b\](http://x) \<i\> \# c" in text
    assert r"d\_e" in text


def test_three_cards(make_run: Any) -> None:
    assert [card.name for card in cards_of(read_run(make_run("number")))] == [
        "model_card",
        "tripod_ai",
        "data_sheet",
    ]
