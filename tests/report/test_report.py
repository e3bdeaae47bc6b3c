"""The page as a whole: well-formed, self-contained, true to the tables, silent about persons."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from prognome.errors import OutputError
from prognome.page.html import VOID
from prognome.report.report import write_report

KINDS = ("binary", "multiclass", "number")


class Page(HTMLParser):
    """Tags that are opened and closed, attributes, text, and the values of <data>."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.text: list[str] = []
        self.values: list[float] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag == "data":
            self.values.append(float(dict(attrs)["value"] or "nan"))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text.append(data)

    @property
    def words(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.text))


def report(folder: Path) -> tuple[str, Page]:
    write_report(folder)
    text = (folder / "report.html").read_text(encoding="utf-8")
    return text, Page(text)


FULL: dict[str, Any] = {
    "external": {"other": 60},
    "subgroups": {"sex": 2, "region": 4},
    "guards": [
        {"guard": "giveaway", "stage": "training_rows", "status": "alarm", "what": "W.", "remedy": "R."}
    ],
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scheme", ["folds", "fractions"])
def test_every_tag_closes_and_ids_are_unique_and_links_lead_somewhere(
    make_run: Any, kind: str, scheme: str
) -> None:
    folder = make_run(kind, scheme=scheme, **FULL)
    _, page = report(folder)
    assert page.open == []
    ids = [value for _, name, value in page.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    links = {value for tag, name, value in page.attributes if tag == "a" and name == "href"}
    files = {link for link in links if link and link[0] != "#"}
    assert links - files == {f"#{place}" for place in ids}
    assert files
    assert all((folder / str(link)).is_file() for link in files)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_comes_from_outside(make_run: Any, kind: str) -> None:
    folder = make_run(kind, **FULL)
    text, page = report(folder)
    svgs = [path.read_text(encoding="utf-8") for path in (folder / "figures").iterdir()]
    for one in [text, *svgs]:
        bare = one.replace('xmlns="http://www.w3.org/2000/svg"', "")
        assert "http:" not in bare
        assert "https:" not in bare
        assert not re.search(r"url\(|@import|<script|<link|<img|<iframe|\bon\w+=", bare)
    assert "src" not in {name for _, name, _ in page.attributes}
    links = [value or "" for _, name, value in page.attributes if name == "href"]
    assert all(re.match(r"#|(figures|tables|cards)/[\w.-]+$", link) for link in links)
    policy = [
        value for _, name, value in page.attributes if name == "content" and "default-src" in (value or "")
    ]
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'"]


@pytest.mark.parametrize("kind", KINDS)
def test_figures_are_well_formed_xml_with_plain_colours_and_a_title(make_run: Any, kind: str) -> None:
    folder = make_run(kind, **{**FULL, "external": {"other <1>": 60}})
    report(folder)
    files = sorted((folder / "figures").glob("*.svg"))
    names = {path.stem for path in files}
    assert {"cost", "folds", "learning_curve", "subgroup_sex", "subgroup_region"} <= names
    for path in files:
        text = path.read_text(encoding="utf-8")
        root = ET.fromstring(text)
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert root.findtext("{http://www.w3.org/2000/svg}title")
        assert "var(" not in text
        assert "nan" not in re.sub(r">[^<]*<", "><", text).lower()


def _gains(scores: pd.DataFrame) -> list[float]:
    """Every model less the better of the two simple ones, dummy and logistic, in cross-validation."""
    primary = "mae" if "mae" in set(scores["metric"]) else "auc_roc"
    whole = scores[scores["fold"].isna() & scores["subgroup"].isna() & (scores["part"] == "cv")]
    value = whole[whole["metric"] == primary].set_index("model")["value"] * (-1 if primary == "mae" else 1)
    return [float(one) for one in value - value[["dummy", "logistic"]].max()]


def _known(folder: Path) -> list[float]:
    """Every number of the tables, and what the page reckons from timing and seeds, in order."""
    tables = {
        path.stem: pd.read_csv(path, sep="\t", float_precision="round_trip") for path in folder.glob("*.tsv")
    }
    known: list[float] = []
    for name in ("scores", "comparisons", "gaps"):
        if name in tables:
            known += tables[name].select_dtypes("number").stack().astype(float).tolist()
    timing = tables["timing"]
    timing["predict_1000"] = 1000 * timing["predict_cpu_seconds"] / timing["judged_rows"]
    cost = timing.groupby("model")[["fit_cpu_seconds", "predict_1000", "peak_mb", "model_kb"]].median()
    known += cost.stack().astype(float).tolist()
    known += (
        timing["search_cpu_seconds"] + timing["fit_cpu_seconds"] + timing["predict_cpu_seconds"]
    ).tolist()
    known += _gains(tables["scores"])
    seeds = tables["stability"].query("kind == 'seed'").groupby("seed")["value"]
    known += seeds.agg(["mean", "min", "max"]).stack().astype(float).tolist()
    return sorted(known)


@pytest.mark.parametrize("kind", KINDS)
def test_every_number_in_the_tables_stands_in_the_files_to_the_last_digit(make_run: Any, kind: str) -> None:
    folder = make_run(kind, external={"other": 60}, subgroups={"sex": 2, "region": 4})
    _, page = report(folder)
    known = np.array(_known(folder))
    shown = np.array(page.values)
    nearest = np.abs(shown[:, None] - known[None, :]).min(axis=1)
    assert shown[nearest > 1e-12].tolist() == []
    scores = pd.read_csv(folder / "scores.tsv", sep="\t", float_precision="round_trip")
    overall = scores[scores["fold"].isna() & scores["subgroup"].isna()]
    primary = "mae" if kind == "number" else "auc_roc"
    wanted = overall.loc[overall["metric"] == primary, ["value", "low", "high"]].stack().astype(float)
    assert set(wanted) <= set(page.values)
    compared = pd.read_csv(folder / "comparisons.tsv", sep="\t", float_precision="round_trip")
    family = compared[~compared["verdict"].str.startswith("exploratory")]
    assert set(family[["difference", "low", "high", "p", "p_holm"]].stack()) <= set(page.values)


def test_the_answer_names_value_interval_and_rows(make_run: Any) -> None:
    folder = make_run("binary", external={"other": 60})
    _, page = report(folder)
    scores = pd.read_csv(folder / "scores.tsv", sep="\t")
    lines = scores[scores["fold"].isna() & (scores["metric"] == "auc_roc") & (scores["model"] == "logistic")]
    cv, other = (lines[lines["part"] == part].iloc[0] for part in ("cv", "external:other"))
    assert (
        "The best model, logistic regression, tells ill from well with an area under the ROC curve of "
        f"{cv['value']:.2f} (95 % interval {cv['low']:.2f} to {cv['high']:.2f}) in 4-fold cross-validation "
        f"on 120 rows; in the cohort “other” (60 rows) it is {other['value']:.2f} "
        f"({other['low']:.2f} to {other['high']:.2f})."
    ) in page.words


@pytest.mark.parametrize("kind", KINDS)
def test_no_row_id_is_on_the_page_or_in_a_figure(make_run: Any, kind: str) -> None:
    folder = make_run(kind, **FULL)
    text, _ = report(folder)
    assert "SECRET" in (folder / "predictions.tsv").read_text(encoding="utf-8")
    assert "SECRET" not in text
    written = [path for place in ("figures", "tables", "cards") for path in (folder / place).glob("*")]
    assert len(written) > 20
    assert all("SECRET" not in path.read_text(encoding="utf-8") for path in written)


def test_numbers_are_drawn_in_bins_without_a_dot_for_each_row(make_run: Any) -> None:
    folder = make_run("number", rows=600)
    report(folder)
    assert "<circle" not in (folder / "figures" / "predicted_cv.svg").read_text(encoding="utf-8")
    assert (folder / "figures" / "errors_cv.svg").read_text(encoding="utf-8").count("<circle") <= 12


def test_names_with_markup_quotes_and_commas_are_escaped(make_run: Any) -> None:
    odd = "<b onload=x>&\"', a"

    def change(record: dict[str, Any]) -> None:
        record["study"]["name"] = record["study"]["question"] = odd
        record["study"]["target"]["column"] = odd
        record["notes"] = [odd]
        record["failures"] = {odd: odd}
        record["cohort"]["blocks"] = {odd: record["cohort"]["blocks"]["genes"]}

    text, page = report(
        make_run(
            "binary", models=(odd,), best=odd, classes=["w<e>ll", 'i"l,l&'], external={odd: 60}, change=change
        )
    )
    assert "<b onload" not in text
    assert page.open == []
    assert not any(name.startswith("on") for _, name, _ in page.attributes)
    assert odd in page.words
    assert 'tells i"l,l& from w<e>ll' in page.words


def test_a_class_called_na_or_1_keeps_its_name(make_run: Any) -> None:
    _, page = report(make_run("binary", classes=["NA", "01"]))
    assert "tells 01 from NA" in page.words


def test_a_failed_model_is_told_and_the_others_stand(make_run: Any) -> None:
    def change(record: dict[str, Any]) -> None:
        record["failures"] = {"svm": "ValueError: it broke"}
        record["models"].append({"label": "svm", "baseline": False, "params": None, "warnings": []})

    _, page = report(make_run("binary", change=change))
    assert "A model failed. support vector machine (RBF): ValueError: it broke" in page.words


@pytest.mark.parametrize("kind", KINDS)
def test_a_run_folder_without_the_later_tables_still_gives_a_page(make_run: Any, kind: str) -> None:
    folder = make_run(kind, old=True, external={"other": 60})
    _, page = report(folder)
    assert page.open == []
    ids = {value for _, name, value in page.attributes if name == "id"}
    assert {"answer", "models", "stability"} <= ids
    assert not ids & {"comparisons", "subgroups", "guards"}
    assert not (folder / "figures" / "learning_curve.svg").exists()


def test_a_file_of_the_run_folder_that_is_missing_is_named(make_run: Any) -> None:
    folder = make_run("binary")
    (folder / "timing.tsv").unlink()
    with pytest.raises(OutputError, match=r"holds no timing\.tsv"):
        write_report(folder)


def test_the_same_folder_gives_the_same_bytes(make_run: Any) -> None:
    folder = make_run("multiclass")
    first, _ = report(folder)
    assert report(folder)[0] == first


def test_twenty_models_on_5000_rows_stay_small(make_run: Any) -> None:
    folder = make_run("binary", rows=5000, models=("logistic", "forest"), external={"other": 5000})
    text, _ = report(folder)
    assert len(text) < 1_000_000
