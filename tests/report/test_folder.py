"""A run folder's tables as the report reads them."""

import pandas as pd

from prognome.core.files import write_tsv
from prognome.report.folder import read_run
from prognome.report.report import write_report


def test_a_column_of_an_annotation_may_be_called_as_one_of_predictions(make_run) -> None:
    folder = make_run("binary")
    markers = pd.DataFrame({"feature": ["v:1"], "rank": [1], "prediction": ["deleterious"], "low": ["yes"]})
    write_tsv(markers, folder / "markers.tsv")
    assert read_run(folder).markers[["prediction", "low"]].values.tolist() == [["deleterious", "yes"]]


def test_a_clinical_column_may_be_called_rows(make_run) -> None:
    folder = make_run("binary")
    head = {"level": "", "n": 20, "missing": 0}
    lines = [
        {"variable": "rows", "block": "", "group": "all", "count": 20, **head},
        {"variable": "rows", "block": "clinical", "group": "all", "mean": 3.5, "sd": 1.0, **head},
    ]
    columns = ["variable", "block", "level", "group", "n", "missing", "mean", "sd", "median", "q1", "q3"]
    write_tsv(pd.DataFrame(lines).reindex(columns=[*columns, "count"]), folder / "table1.tsv")
    write_report(folder)
    assert "rows, mean (SD)" in (folder / "report.html").read_text(encoding="utf-8")
