"""Table 1 from a study, against pandas on the same file."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from prognome.jobs.run import run
from tests.clinic import make_study, patients_table


def test_a_run_writes_table_1_of_clinical_and_subgroup_columns(tmp_path):
    frame = patients_table(90)
    path = tmp_path / "patients.tsv"
    frame.to_csv(path, sep="\t", index=False)
    study = make_study(path, models=["logistic"], subgroups=["site"], about={"not_for": ["children"]})
    run(study, tmp_path / "out", workers=1)
    table = pd.read_csv(tmp_path / "out" / "table1.tsv", sep="\t", keep_default_na=False, na_values=[""])
    assert list(dict.fromkeys(table["variable"])) == ["rows", "age", "sex", "site"]
    age = table[(table["variable"] == "age") & (table["group"] == "class:1")].iloc[0]
    ill = frame.loc[frame["ill"] == 1, "age"]
    assert age["mean"] == pytest.approx(ill.mean())
    assert age["sd"] == pytest.approx(ill.std())
    assert (age["n"], age["missing"]) == (len(ill), 0)
    here = table[(table["variable"] == "site") & (table["level"] == "north")].set_index("group")["count"]
    assert here["all"] == (frame["site"] == "north").sum()
    assert here["class:0"] == ((frame["site"] == "north") & (frame["ill"] == 0)).sum()
    text = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "Table 1: characteristics by class" in text
    assert "children" in text
    assert {"model_card.md", "tripod_ai.md", "data_sheet.md"} == {
        one.name for one in (tmp_path / "out" / "cards").iterdir()
    }
    assert json.loads((tmp_path / "out" / "run.json").read_text())["study"]["about"]["not_for"] == [
        "children"
    ]
    run(study, tmp_path / "out", workers=1, overwrite=True)  # a whole run folder may be replaced


def test_a_number_as_target_is_described_by_thirds(tmp_path):
    frame = patients_table(90)
    path = tmp_path / "patients.tsv"
    frame.to_csv(path, sep="\t", index=False)
    target = {"path": str(path), "column": "dose", "kind": "number"}
    run(make_study(path, models=["ridge"], target=target), tmp_path / "out", workers=1)
    table = pd.read_csv(tmp_path / "out" / "table1.tsv", sep="\t")
    sizes = table[table["variable"] == "rows"].set_index("group")["n"]
    assert sizes["all"] == 90
    assert sizes.iloc[1:].tolist() == [30, 30, 30]
    assert all(name.startswith("class:") for name in sizes.index[1:])
