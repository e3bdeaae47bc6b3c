"""Model card, TRIPOD+AI and data sheet: all items, and nothing that the run does not say."""

from __future__ import annotations

import re
from typing import Any

import pytest

from prognome.core.study_about import About
from prognome.report.card import OPEN, Card, Item, markdown
from prognome.report.cards import cards_of
from prognome.report.folder import read_run
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
    # abstract and interpretation are never told; this folder has no steps, subgroups, table 1 or contract
    left = {item.number for item in card.items if item.status == OPEN}
    assert left == {"2", "12b", "14", "20b", "25", "27a"}


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
