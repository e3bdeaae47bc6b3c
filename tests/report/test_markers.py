"""What the model leans on: sentences, figures and tables traced to the files; what is left out."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from prognome.report.folder import read_run
from prognome.report.markers import markers_section
from prognome.report.report import build_report

LINE = {
    "rank": 1, "shap": 0.31, "drop": 0.04, "drop_low": 0.01, "drop_high": 0.07, "drop_rank": 1,
    "importance": 2.0, "importance_rank": 1, "top": 6, "folds": 6, "cluster": 1, "cluster_drop": 0.1,
    "neighbours": 2, "direction": "+", "test": "Mann–Whitney", "effect": 0.7, "measure": "AUC", "p": 0.2,
    "q": 0.3, "overlooked": "yes",
}  # fmt: skip
SAID = {
    "model": "logistic", "part": "cv", "unit": "log-odds", "error": 1e-15, "top": 2, "folds": 4, "seeds": 2,
    "panel": {"best": 3, "smallest": 2}, "sentences": ["Most weight has <age>."],
    "panel_sentence": "2 markers reach it.",
    "stability": {"index": 0.8, "low": 0.6, "high": 1.0, "choices": 6},
}  # fmt: skip


def words(markup: str | None) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", markup or ""))


def filled(make_run: Any, **said: Any) -> Any:
    def change(record: dict[str, Any]) -> None:
        record["explanation"] = {**SAID, **said}

    folder = make_run("binary", change=change)
    small = {**LINE, "feature": "genes:TP<53>:x", "rank": 2, "shap": 0.1, "drop_low": float("nan"),
             "drop_high": float("nan"), "direction": "-", "overlooked": "", "neighbours": 0}  # fmt: skip
    lines = [{**LINE, "feature": "clinic:age", "what": "years, at entry"}, small, {**small, "feature": "z:z"}]
    tables = {
        "markers": lines,
        "marker_spread": [{"feature": "clinic:age", "low": -1, "high": 0, "rows": 9, "place": 0.1},
                          {"feature": "clinic:age", "low": 0, "high": 1, "rows": 7, "place": 0.9}],
        "marker_shapes": [{"feature": "clinic:age", "from": 1, "to": 2, "level": "", "rows": 9, "value": 1.5,
                           "shap": -1, "shap_low": -2, "shap_high": 0},
                          {"feature": "clinic:age", "from": 3, "to": 4, "level": "", "rows": 7, "value": 3.5,
                           "shap": 1, "shap_low": 0, "shap_high": 2}],
        "panel": [{"size": n, "folds": 4, "mean": 0.7 + n / 100, "se": 0.02, "low": 0.6, "high": 0.9}
                  for n in (1, 2, 3)],
        "panel_markers": [{"marker": "clinic:age", "folds": 4}, {"marker": "genes:TP<53>:x", "folds": 3}],
    }  # fmt: skip
    for name, table in tables.items():
        pd.DataFrame(table).to_csv(folder / f"{name}.tsv", sep="\t", index=False)
    return folder


def test_every_marker_has_its_row_and_names_are_escaped(make_run: Any) -> None:
    section, drawings = markers_section(read_run(filled(make_run)))
    said = words(section)
    assert "Most weight has &lt;age&gt;." in said
    row = (
        r"1 age clinic 0\.310 higher speaks for 0\.040 \( 0\.010 to 0\.070 \) 6 of 6 \.300 \(overlooked\) 2 "
    )
    assert re.search(row + "years, at entry", said)
    assert "2 TP&lt;53&gt;:x genes 0.100 higher speaks against 0.040 6 of 6" in said
    assert "z:z" not in said  # only the first two were asked for
    assert "and the first fold with 2 other seeds" in said
    assert "largest gap was below 1e-12" in said
    assert [one.name for one in drawings] == ["markers", "marker_spread", "shape_clinic_age", "panel"]


def test_ways_that_agree_and_drops_of_some_folds_are_told(make_run: Any) -> None:
    folder = filled(make_run)
    table = pd.read_csv(folder / "markers.tsv", sep="\t")
    table = table.assign(drop_folds=[4, 3, 3], drop_p_holm=0.01, ways_top=[3, 1, 0], ways=[4, 3, 3])
    table.to_csv(folder / "markers.tsv", sep="\t", index=False)
    said = words(markers_section(read_run(folder))[0])
    assert "0.040 ( 0.010 to 0.070 ) 6 of 6 3 of 4 .300 (overlooked) 2 years, at entry" in said
    assert "0.040 (in 3 folds) 6 of 6 1 of 3 .300" in said
    assert "drop_p_holm" not in said


def test_figures_say_in_words_what_they_show(make_run: Any) -> None:
    _, drawings = markers_section(read_run(filled(make_run)))
    bars, spread, shape, panel = (str(one.svg) for one in drawings)
    assert "age: 0.310; TP&lt;53&gt;:x: 0.100" in bars
    assert "age: −1.00 to 1.00" in spread
    assert "1.50: −1.00; 3.50: 1.00" in shape
    assert "1: 0.710; 2: 0.720; 3: 0.730" in panel
    assert panel.count("<circle") == 4  # three sizes, and the smallest once more


def test_who_stands_in_the_smallest_panel_is_counted(make_run: Any) -> None:
    said = words(markers_section(read_run(filled(make_run)))[0])
    assert "2 markers reach it." in said
    assert "age clinic 4 of 4" in said
    assert "TP&lt;53&gt;:x genes 3 of 4" in said


def test_a_panel_of_many_is_folded(make_run: Any) -> None:
    folder = filled(make_run, panel={**SAID["panel"], "smallest": 20})
    members = pd.DataFrame([{"marker": f"genes:g{k}", "folds": 4} for k in range(40)])
    members.to_csv(folder / "panel_markers.tsv", sep="\t", index=False)
    section = str(markers_section(read_run(folder))[0])
    assert '<details class="long"><summary>Who stands in the panel of 20 (40 markers)</summary>' in section
    short = str(markers_section(read_run(filled(make_run)))[0])
    assert "Who stands in the panel of" in short
    assert "<summary>Who stands" not in short


def test_a_model_that_was_not_asked_says_why(make_run: Any) -> None:
    folder = make_run(
        "binary", change=lambda record: record.update(explanation={"left_out": "To save time."})
    )
    section, drawings = markers_section(read_run(folder))
    assert "To save time." in words(section)
    assert drawings == []


def test_older_runs_have_no_such_section(make_run: Any) -> None:
    page, _ = build_report(read_run(make_run("binary")))
    assert 'id="markers"' not in page
