"""The glossary, table 1, the flow of rows, and the names and size of what is written."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from prognome.core.characteristics import describe
from prognome.core.files import write_tsv
from prognome.page.html import element
from prognome.report.flow import flow_drawing
from prognome.report.folder import read_run
from prognome.report.glossary import TERMS, with_glossary
from prognome.report.report import write_report
from tests.report.test_report import FULL, Page


def terms(folder: Path) -> set[str]:
    write_report(folder)
    text = (folder / "report.html").read_text(encoding="utf-8")
    part = text[text.index('id="glossary"') :]
    return set(re.findall(r"<dt[^>]*>([^<]+)</dt>", part))


def test_only_terms_that_occur_are_explained(make_run: Any) -> None:
    binary, number = terms(make_run("binary")), terms(make_run("number"))
    assert {"Area under the ROC curve (AUC)", "Cross-validation", "Baseline", "Net benefit"} <= binary
    assert "Mean absolute error" not in binary
    assert {"Mean absolute error", "R²"} <= number
    assert not {"Area under the ROC curve (AUC)", "Net benefit", "Youden&#x27;s rule"} & number


def test_the_first_use_in_a_sentence_is_linked_and_no_heading_or_code() -> None:
    body = element(
        "section",
        element("h2", "Bootstrap"),
        element("p", element("code", "bootstrap"), " and a bootstrap; a bootstrap"),
    )
    linked, glossary = with_glossary(body)
    assert linked.count('href="#g-bootstrap"') == 1
    assert '<h2>Bootstrap</h2><p><code>bootstrap</code> and a <a href="#g-bootstrap"' in linked
    assert 'id="g-bootstrap"' in glossary


def test_every_term_finds_itself_or_what_it_is_named_for() -> None:
    assert [term for term, (words, told) in TERMS.items() if not told.endswith(".") or not words] == []
    assert all(re.compile(words) for words, _ in TERMS.values())


def with_table1(folder: Path) -> Path:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"age_years": rng.normal(60, 10, 120), "sex": np.where(np.arange(120) < 70, "f", "m")}
    )
    frame.loc[:2, "age_years"] = np.nan
    ill = np.arange(120) % 2 == 1
    write_tsv(describe(frame, {}, {"well": ~ill, "ill": ill}, {}), folder / "table1.tsv")
    return folder


def test_table_1_stands_in_the_cohort_with_counts_and_missing(make_run: Any) -> None:
    folder = with_table1(make_run("binary"))
    write_report(folder)
    lines = (folder / "tables" / "table1.tsv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "Characteristic\tAll (n = 120)\twell (n = 60)\till (n = 60)\tMissing"
    assert "sex: f, n (%)\t70 (58 %)\t35 (58 %)\t35 (58 %)\t0" in lines
    assert lines[1].startswith("age_years, mean (SD)\t")
    assert lines[1].endswith("\t3 (2 %)")
    assert not (make_run("binary") / "table1.tsv").exists()


def test_the_flow_names_what_was_lost_and_why(make_run: Any) -> None:
    drawing = flow_drawing(read_run(make_run("binary", external={"south": 60})))
    told = re.search(r"<desc>(.*?)</desc>", drawing.svg)
    assert told is not None
    assert "123 rows; left out, Without a target: 3 rows; Rows in the study: 120 rows" in told[1]
    assert "External cohort “south”: only judges: 60 rows" in told[1]
    parts = flow_drawing(read_run(make_run("binary", scheme="fractions"))).svg
    assert all(words in parts for words in ("Training part", "Validation part", "Test part: judges once"))


def test_names_that_would_be_the_same_file_get_a_number_and_links_follow(make_run: Any) -> None:
    folder = make_run("binary", external={"a b": 60, "a_b": 60})
    write_report(folder)
    assert (folder / "tables" / "comparisons_external_a_b.tsv").is_file()
    assert (folder / "tables" / "comparisons_external_a_b_2.tsv").is_file()
    page = Page((folder / "report.html").read_text(encoding="utf-8"))
    links = [value or "" for tag, name, value in page.attributes if tag == "a" and name == "href"]
    files = [link for link in links if link.startswith(("tables/", "figures/"))]
    assert len(files) == len(set(files))
    assert all((folder / link).is_file() for link in files)


def test_every_table_of_the_page_has_its_files(make_run: Any) -> None:
    folder = make_run("binary", **FULL)
    write_report(folder)
    names = {path.stem for path in (folder / "tables").glob("*.tsv")}
    assert names == {path.stem for path in (folder / "tables").glob("*.tex")}
    assert {"models", "cost", "comparisons_cv", "subgroups", "gaps", "classes", "confusion_cv"} <= names
    for path in (folder / "tables").glob("*.tsv"):
        lines = path.read_text(encoding="utf-8").splitlines()
        assert len({line.count("\t") for line in lines}) == 1, path.name
    for path in (folder / "tables").glob("*.tex"):
        text = path.read_text(encoding="utf-8")
        for part in text.split(r"\toprule")[1:]:
            rows = [line for line in part.splitlines() if line.endswith(r"\\") and r"\label" not in line]
            assert len({len(re.findall(r"(?<!\\)&", row)) for row in rows}) == 1, path.name
        assert not re.search(r"(?<!\\)[%#](?!.*usepackage)", text), path.name


def test_twenty_models_on_5000_rows_stay_below_5_mb(make_run: Any) -> None:
    models = ("logistic", *(f"model_{k}" for k in range(19)))
    folder = make_run("binary", rows=5000, models=models, subgroups={"sex": 2, "region": 6})
    write_report(with_table1(folder))
    assert (folder / "report.html").stat().st_size < 5_000_000
    assert sum(path.stat().st_size for path in (folder / "figures").iterdir()) < 5_000_000
