"""What a library says of a cell it cannot use is said nowhere: in no file, on no terminal, in no log."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any, NoReturn

import pytest

from tests.journey.desk import Desk, Said

NAME = "Smith, John"
WITHHELD = "Its own words are withheld, since they may quote a patient."


def quote(*_: Any, **__: Any) -> NoReturn:
    raise ValueError(f"could not convert string to float: '{NAME}'")


def check_withheld(said: Said, folder: Path, log: pytest.LogCaptureFixture) -> None:
    """Neither name nor surname, whole or escaped."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    texts = [said.out, said.err, log.text, *(path.read_bytes().decode("utf-8", "replace") for path in files)]
    for text in texts:
        assert "Smith" not in text
        assert "could not convert" not in text


def test_a_model_that_quotes_a_patient_is_told_by_kind_fold_and_step(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr("sklearn.ensemble.RandomForestClassifier.fit", quote)
    study = desk.ask(models=["logistic", "random_forest"])
    said = desk.call("run", study, "-o", desk.out, "--workers", 1)
    assert said.status == 0, said.err
    check_withheld(said, desk.out, caplog)
    why = (
        "cv fold 2, search on inner folds: ValueError raised in tests.journey.test_withheld, called by "
        f"prognome.core.fit. {WITHHELD}"
    )
    assert json.loads((desk.out / "run.json").read_text())["failures"] == {"random_forest": why}
    assert f"failed: random_forest: {why}" in said.err
    assert "ValueError raised in" in (desk.out / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("where", "step"),
    [
        ("prognome.jobs.explained_fold.fit", "logistic, reasons fold 1, fit"),
        ("prognome.jobs.explained_fold.parts_of", "logistic, reasons fold 1, parts of its answers"),
        ("prognome.jobs.explained_fold.permutation_importance", "logistic, reasons fold 1, shuffling"),
        ("prognome.jobs.explained_fold.interactions_of", "logistic, reasons fold 1, pairs"),
        ("prognome.jobs.marker_tables.marker_table", ""),
    ],
)
def test_an_explanation_that_quotes_a_patient_is_told_by_kind_fold_and_step(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, where: str, step: str
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(where, quote)
    said = desk.call("run", desk.ask(), "-o", desk.out, "--workers", 1, "--verbose")
    assert said.status == 0, said.err
    check_withheld(said, desk.out, caplog)
    why = json.loads((desk.out / "run.json").read_text())["explanation"]["left_out"]
    begin = f"The best model could not be explained: {step}{': ' if step else ''}ValueError raised in "
    assert why.startswith(begin)
    assert why.endswith(f"{WITHHELD} All other figures stand.")
    # the report has a name of its own for the model
    assert begin.rpartition("logistic, ")[2] in (desk.out / "report.html").read_text(encoding="utf-8")
    assert begin in caplog.text


def test_a_run_without_any_model_and_a_fault_of_ours_quote_nobody(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("prognome.validate.learn.fit", quote)
        broken.setattr("prognome.validate.search.fit", quote)
        said = desk.call("run", desk.ask(), "-o", desk.out, "--workers", 1)
    assert said.status == 1
    assert "ValueError raised in" in said.err
    check_withheld(said, desk.folder, caplog)
    monkeypatch.setattr("prognome.jobs.run.prepare", quote)
    said = desk.call("run", desk.ask(), "-o", desk.out, "--workers", 1)
    assert said.status == 1
    assert "ValueError raised in tests.journey.test_withheld, called by prognome.jobs.run." in said.err
    assert "This is a fault in prognome" in said.err
    check_withheld(said, desk.folder, caplog)
