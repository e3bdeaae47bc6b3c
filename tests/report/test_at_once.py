"""The first rows of the report, from folders in which the truth is known."""

from __future__ import annotations

from typing import Any

from prognome.page.html import plain
from prognome.report.at_once import CAUSES, RESEARCH, at_once, does_not_hold, how_sure, not_for
from prognome.report.folder import read_run
from prognome.report.report import build_report


def said(items: list[Any]) -> str:
    return " ".join(plain(one) for one in items)


def test_five_rows_stand_before_any_table(make_run: Any) -> None:
    page, _ = build_report(read_run(make_run("binary")))
    places = [page.index(f"<dt>{name}</dt>") for name in (
        "Question", "Answer", "How sure", "It does not hold for", "Not to be used for"
    )]  # fmt: skip
    assert places == sorted(places)
    assert places[-1] < page.index("<table")


def test_a_model_with_skill_is_shown_to_beat_guessing_and_one_without_is_not(make_run: Any) -> None:
    good = read_run(make_run("binary", models=("logistic",), external={"other": 60}))
    assert "Shown to do better than guessing in 4-fold cross-validation" in said(how_sure(good))
    assert "Any prediction" not in said(not_for(good))
    bad = read_run(make_run("binary", skill=1e-9, models=("logistic",)))
    assert "It may be no better than guessing" in said(how_sure(bad))
    assert "Any prediction: it is not shown to know more than a simple rule." in said(not_for(bad))


def test_what_nobody_looked_at_is_named(make_run: Any) -> None:
    alone = said(does_not_hold(read_run(make_run("binary"))))
    assert "no cohort from elsewhere" in alone
    assert "the study names no subgroups" in alone
    seen = said(does_not_hold(read_run(make_run("binary", external={"other": 60}))))
    assert "no cohort from elsewhere" not in seen


def test_what_the_authors_exclude_stands_first_and_research_only_always(make_run: Any) -> None:
    def change(record: dict[str, Any]) -> None:
        record["study"]["about"] = {"not_for": ["Children <b>"], "intended_use": "Triage."}

    run = read_run(make_run("binary", change=change))
    told = [plain(one) for one in not_for(run)]
    assert told[0] == "Children <b>"
    assert told[-2:] == [RESEARCH, CAUSES]
    assert "Meant for: Triage." in plain(at_once(run, plain("x")))  # type: ignore[arg-type]
    assert "&lt;b&gt;" in build_report(run)[0]


def test_a_gap_names_the_level_that_is_served_worse(make_run: Any) -> None:
    folder = make_run("binary", rows=200, subgroups={"sex": 2})
    path = folder / "gaps.tsv"
    lines = path.read_text(encoding="utf-8").splitlines()
    head = lines[0].split("\t")
    at = {name: head.index(name) for name in head}
    out = [lines[0]]
    for text in lines[1:]:
        cells = text.split("\t")
        if cells[at["metric"]] == "auc_roc":
            cells[at["verdict"]] = "gap"
            low = cells[at["level"]] == "level 1"
            cells[at["value"]], cells[at["rest"]] = ("0.6", "0.8") if low else ("0.8", "0.6")
        out.append("\t".join(cells))
    path.write_text("\n".join(out) + "\n", encoding="utf-8")
    told = said(does_not_hold(read_run(folder)))
    assert "Rows with sex level 1: area under the ROC curve of 0.60 against 0.80 of the others" in told
    assert "sex level 0" not in told
