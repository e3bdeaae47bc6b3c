"""Two run folders on one page, and whether it says rightly what they share."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from prognome.errors import OutputError
from prognome.jobs.report import rewrite, side_by_side
from prognome.page.html import plain
from prognome.report.folder import read_run
from prognome.report.shared_rows import shared_rows
from prognome.report.side_by_side import NO_TEST, compare_runs, may_be_compared
from tests.report.test_report import Page


def verdict(first: Path, second: Path) -> str:
    return " ".join(may_be_compared((read_run(first), read_run(second)), shared_rows(first, second)))


def rename(folder: Path, name: str, rows: list[str], other: list[str]) -> None:
    table = pd.read_csv(folder / name, sep="\t", dtype=str, keep_default_na=False)
    table["row"] = table["row"].replace(dict(zip(rows, other, strict=True)))
    table.to_csv(folder / name, sep="\t", index=False)


def test_the_same_rows_and_folds_are_said_to_be_equal_ground(make_run: Any) -> None:
    said = verdict(make_run("binary", external={"x": 60}), make_run("binary", external={"x": 60}))
    assert "Cross-validation: the same 120 rows judged in both" in said
    assert "External: x: the same 60 rows judged in both" in said
    assert "Every row judged in the same fold in both" in said
    assert "different questions" not in said


def test_part_of_the_rows_is_counted(make_run: Any) -> None:
    first, second = make_run("binary"), make_run("binary")
    ours = [f"SECRET-{k:04d}" for k in range(50)]
    for name in ("predictions.tsv", "split.tsv"):
        rename(second, name, ours, [f"{one}x" for one in ours])
    shared = shared_rows(first, second)
    assert (shared.parts["cv"].first, shared.parts["cv"].second, shared.parts["cv"].both) == (120, 120, 70)
    said = verdict(first, second)
    assert "70 rows judged in both, of 120 in A and 120 in B" in said
    assert "The folds differ" in said


def test_another_truth_for_the_same_row_is_told(make_run: Any) -> None:
    first, second = make_run("binary"), make_run("binary")
    path = second / "predictions.tsv"
    table = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)
    here = table["row"] == "SECRET-0001"
    table.loc[here, "truth"] = table.loc[here, "truth"].map({"well": "ill", "ill": "well"})
    table.to_csv(path, sep="\t", index=False)
    assert "For 1 of them the truth is not the same" in verdict(first, second)


def test_test_rows_that_teach_in_the_other_run_are_counted(make_run: Any) -> None:
    first, second = make_run("binary", scheme="fractions"), make_run("binary")
    # a third of 120 rows are test rows in the first; all of the second's rows teach
    assert shared_rows(first, second).taught == 40
    assert "40 rows judged in the test part of one run and taught in the other" in verdict(first, second)


def test_other_questions_must_not_be_compared(make_run: Any) -> None:
    def change(record: dict[str, Any]) -> None:
        record["study"]["target"]["column"] = "other"

    assert "must not be compared" in verdict(make_run("binary"), make_run("binary", change=change))
    assert "must not be compared" in verdict(make_run("binary"), make_run("number"))


@pytest.mark.parametrize("other", ["binary", "multiclass", "number"])
def test_the_page_is_one_file_that_names_no_row_and_no_folder(make_run: Any, other: str) -> None:
    def change(record: dict[str, Any]) -> None:
        record["study"]["blocks"]["genes"]["path"] = ["/home/somebody/new.tsv"]

    text = compare_runs(make_run("binary"), make_run(other, change=change))
    page = Page(text)
    assert page.open == []
    assert "SECRET" not in text
    assert "/home/somebody" not in text
    assert "new.tsv" in page.words
    assert NO_TEST in plain(page.words)
    assert not re.search(r"https?:|<script|<img|<link", text)
    assert not [value for _, name, value in page.attributes if name in ("src", "href")]


def test_keys_that_differ_are_listed_and_the_order_of_models_is_no_difference(make_run: Any) -> None:
    def change(record: dict[str, Any]) -> None:
        record["study"]["models"].reverse()
        record["study"]["seed"] = 8

    page = Page(compare_runs(make_run("binary"), make_run("binary", change=change)))
    part = page.words[page.words.index("What differs in the studies") :]
    assert "seed78" in part.replace(" ", "")
    assert "models" not in part


def test_a_place_that_is_taken_or_no_run_folder_is_refused(make_run: Any, tmp_path: Path) -> None:
    first, second, out = make_run("binary"), make_run("binary"), tmp_path / "c.html"
    assert side_by_side(first, second, out) == out
    with pytest.raises(OutputError, match="there already"):
        side_by_side(first, second, out)
    side_by_side(first, second, out, overwrite=True)
    with pytest.raises(OutputError, match="same run folder twice"):
        side_by_side(first, first, out)
    with pytest.raises(OutputError, match=r"holds no run\.json.*prognome run wrote"):
        side_by_side(first, tmp_path, tmp_path / "d.html")
    assert not (tmp_path / "d.html").exists()


def test_a_report_is_written_anew_with_its_tables_and_cards(make_run: Any) -> None:
    folder = make_run("multiclass")
    assert rewrite(folder).is_file()
    assert (folder / "tables" / "models.tex").is_file()
    assert (folder / "cards" / "data_sheet.md").is_file()


@pytest.mark.parametrize(("text", "words"), [("{", "no record of a run"), ("[]", "no record of a run")])
def test_a_broken_record_is_no_fault_of_ours(make_run: Any, text: str, words: str) -> None:
    folder = make_run("binary")
    (folder / "run.json").write_text(text, encoding="utf-8")
    with pytest.raises(OutputError, match=words):
        rewrite(folder)


def test_a_newer_layout_is_refused(make_run: Any) -> None:
    folder = make_run("binary", change=lambda record: record.update(format=2))
    with pytest.raises(OutputError, match=r"seen: format 2; expected: format 1"):
        rewrite(folder)
