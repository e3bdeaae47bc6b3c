"""A run that was interrupted goes on where it stood, and ends as if nothing had happened."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journey.desk import Desk, Said
from tests.journey.test_faults_system import living, wait_for

# the command itself, but that it keeps quick pieces too
EAGER = (
    "from prognome.validate import resume; resume.LEAST_SECONDS = 0.0; "
    "from prognome.cli.main import main; main()"
)
TABLES = (
    "scores.tsv",
    "predictions.tsv",
    "split.tsv",
    "comparisons.tsv",
    "stability.tsv",
    "gaps.tsv",
    "blocks.tsv",
)
MODELS = ["logistic", {"random_forest": {"n_estimators": 300}}]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Tables of the run that nobody interrupted."""
    desk = Desk(tmp_path_factory.mktemp("undisturbed"))
    desk.ask(models=MODELS)
    out = desk.run()
    return {name: (out / name).read_bytes() for name in TABLES if (out / name).is_file()}


@pytest.mark.skipif(not Path("/proc/self/stat").is_file(), reason="looks for processes in /proc")
@pytest.mark.parametrize(
    ("blow", "workers", "then"),
    [(signal.SIGINT, 2, 1), (signal.SIGKILL, 1, 2)],
    ids=["Ctrl-C of two at work, then one", "killed alone, then two"],
)
def test_resumed_run_has_the_tables_of_one_that_was_not_interrupted(
    desk: Desk, undisturbed: dict[str, bytes], blow: signal.Signals, workers: int, then: int
) -> None:
    study = desk.ask(models=MODELS)
    before = desk.standing()
    kept = desk.folder / ".out.pieces"
    run = subprocess.Popen(
        [sys.executable, "-c", EAGER, "run", str(study), "-o", str(desk.out), "--workers", str(workers)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        assert wait_for(lambda: len([*kept.glob("*.npz")]) >= 3 or run.poll() is not None, 60)
        os.killpg(run.pid, blow)
        out, err = run.communicate(timeout=30)
    finally:
        for process in living(run.pid):
            os.kill(process, signal.SIGKILL)
    assert run.returncode == (2 if blow == signal.SIGINT else -signal.SIGKILL), (out, err)
    desk.check_silence(Said(run.returncode, out, err))
    assert not desk.out.exists()
    assert kept.stat().st_mode & 0o777 == 0o700
    if blow == signal.SIGINT:
        *_, words, last = err.splitlines()
        assert words.startswith("Interrupted. ")
        assert words.endswith("pieces are kept in " + f"{kept}; the same command goes on from there.")
        assert last == "stopped by Ctrl-C; nothing was left half-written."
        assert {*desk.standing()} - {*before} == {
            ".out.pieces", *(f".out.pieces/{path.name}" for path in kept.iterdir())
        }  # fmt: skip

    again = desk.call("run", study, "-o", desk.out, "--workers", then)
    assert again.status == 0, again.err
    assert "resuming: " in again.err
    assert {name: (desk.out / name).read_bytes() for name in undisturbed} == undisturbed
    assert not kept.exists()
    record = json.loads((desk.out / "run.json").read_text())
    assert any(
        "of work stand from a run of this study that was interrupted" in one for one in record["notes"]
    )


def test_full_disk_at_the_end_loses_no_piece(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: Path) -> None:
        raise OSError(28, "No space left on device")

    study = desk.ask()
    monkeypatch.setattr("prognome.validate.resume.LEAST_SECONDS", 0.0)
    with monkeypatch.context() as broken:
        broken.setattr("prognome.jobs.run.write_report", full)
        said = desk.call("run", study, "-o", desk.out, "--workers", 1)
    assert said.status == 2
    assert "The disk is full" in said.err
    assert "the same command goes on from there" in said.err
    assert "Interrupted" not in said.err

    again = desk.call("run", study, "-o", desk.out, "--workers", 1)
    assert again.status == 0
    assert "resuming: " in again.err
    assert "--fresh" not in again.err


def test_fresh_takes_up_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(_: Path) -> None:
        raise KeyboardInterrupt

    study = desk.ask()
    monkeypatch.setattr("prognome.validate.resume.LEAST_SECONDS", 0.0)
    with monkeypatch.context() as broken:
        broken.setattr("prognome.jobs.run.write_report", stop)
        assert desk.call("run", study, "-o", desk.out, "--workers", 1).status == 2
    assert [*(desk.folder / ".out.pieces").iterdir()]
    said = desk.call("run", study, "-o", desk.out, "--workers", 1, "--fresh")
    assert said.status == 0
    assert "resuming" not in said.err
