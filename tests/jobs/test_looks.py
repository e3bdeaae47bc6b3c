"""Looks at a test part: counted by different studies, kept as hashes."""

import os
from pathlib import Path

import numpy as np

from prognome.jobs.looks import count_look

IDS = np.array(["P1", "P2"], dtype=object)


def ledger() -> Path:
    return Path(os.environ["XDG_STATE_HOME"]) / "prognome" / "looks.json"


def test_only_another_study_is_another_look():
    target = np.array([0, 1])
    assert [count_look(IDS, target, study) for study in ("a", "a", "b")] == [1, 1, 2]
    assert count_look(IDS[::-1], target[::-1], "c") == 3
    assert count_look(IDS[:1], target[:1], "a") == 1
    assert "P1" not in ledger().read_text()


def test_a_broken_ledger_is_begun_anew_and_one_that_cannot_be_written_gives_no_count(monkeypatch):
    ledger().parent.mkdir(parents=True)
    ledger().write_text("{")
    assert count_look(IDS, np.array([0, 1]), "a") == 1
    monkeypatch.setenv("XDG_STATE_HOME", os.devnull)
    assert count_look(IDS, np.array([0, 1]), "a") is None
