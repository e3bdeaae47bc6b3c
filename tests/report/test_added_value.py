"""What each block adds: sentences, forest plot and table traced to the files."""

from __future__ import annotations

import json
import re
from typing import Any

import pandas as pd

from prognome.report.added_value import added_value_section
from prognome.report.folder import read_run
from prognome.report.report import build_report

LINE = {"model": "logistic", "part": "cv", "metric": "auc_roc", "with": 0.81, "without": 0.77,
        "difference": 0.04, "low": 0.01, "high": 0.07, "test": "corrected resampled t-test, 4 folds",
        "p": 0.01, "p_holm": 0.02}  # fmt: skip


def words(markup: str | None) -> str:
    text = re.sub(r"<[^>]+>", " ", markup or "")
    return re.sub(r"\s+", " ", text)


def filled(make_run: Any, lines: list[dict[str, Any]], **said: Any) -> Any:
    def change(record: dict[str, Any]) -> None:
        record["added_value"] = {"sentences": {}, "summary": "", "left_out": "", **said}

    folder = make_run("binary", change=change)
    if lines:
        pd.DataFrame(lines).to_csv(folder / "blocks.tsv", sep="\t", index=False)
    return folder


def test_each_block_has_its_sentence_its_line_in_the_plot_and_its_row(make_run: Any) -> None:
    noise = {**LINE, "block": "noise <1>", "without": 0.812, "difference": -0.002, "low": -0.02,
             "high": 0.016, "p": 0.8, "p_holm": 0.8, "verdict": "nothing shown"}  # fmt: skip
    gone = {"model": "logistic", "block": "images", "part": "", "metric": "auc_roc",
            "verdict": "left out: logistic does not use it"}  # fmt: skip
    lines = [{**LINE, "block": "genes", "verdict": "adds"}, noise, gone]
    told = "Without genes the area under the ROC curve falls by 0.040 (95 % interval 0.010 to 0.070)."
    folder = filled(make_run, lines, sentences={"cv": [told]})
    section, drawings = added_value_section(read_run(folder))
    said = words(section)
    assert told in said
    assert (
        "genes 0.810 0.770 0.040 ( 0.010 to 0.070 ) corrected resampled t-test, 4 folds .010 .020 adds"
        in said
    )
    assert "noise &lt;1&gt;" in said
    assert "images: logistic regression does not use it." in said
    (plot,) = drawings
    assert plot.name == "blocks"
    assert plot.svg.count("<circle") == 2
    assert "genes: 0.040 (0.010 to 0.070); noise &lt;1&gt;: −0.002 (−0.020 to 0.016)" in plot.svg
    page, every = build_report(read_run(folder))
    assert '<section id="blocks">' in page
    assert '<a href="#blocks">Blocks</a>' in page
    assert "blocks" in [one.name for one in every]


def test_what_was_spared_is_said_and_an_older_run_has_no_section(make_run: Any) -> None:
    why = "To save time logistic was not judged without each block, since there are 9 blocks."
    section, drawings = added_value_section(read_run(filled(make_run, [], left_out=why)))
    assert "To save time logistic regression was not judged" in words(section)
    assert drawings == []
    folder = make_run("binary")
    assert "added_value" not in json.loads((folder / "run.json").read_text())
    assert added_value_section(read_run(folder)) == (None, [])


def test_blocks_that_could_not_be_left_out_alone_draw_nothing(make_run: Any) -> None:
    gone = {**LINE, "block": "genes", "part": "", "verdict": "left out: ValueError: no", "difference": None}
    section, drawings = added_value_section(read_run(filled(make_run, [gone])))
    assert "genes: ValueError: no." in words(section)
    assert drawings == []
