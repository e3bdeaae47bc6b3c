"""``prognome report`` as it is called."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from prognome.cli.main import _register, app


def test_help_shows_examples() -> None:
    _register()
    said = CliRunner().invoke(app, ["report", "--help"])
    assert said.exit_code == 0
    assert "prognome report first second" in said.output
    assert "report" in get_command(app).commands  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["{here}"], "holds no run.json"),
        (["{here}/nowhere"], "holds no run.json"),
        (["{here}", "-o", "x.html"], "belongs to two run folders"),
        (["{here}", "{here}/nowhere"], "holds no run.json"),
    ],
)
def test_what_is_no_run_folder_is_a_wrong_call(tmp_path: Path, words: list[str], told: str) -> None:
    call = [one.format(here=tmp_path) for one in words]
    code = "import sys; from prognome.cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "report", *call],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 2
    assert told in done.stderr.replace("\n", " ")
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []
