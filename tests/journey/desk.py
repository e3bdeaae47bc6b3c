"""A desk at which the command line is used as its user would: a folder, a table, a study."""

from __future__ import annotations

import hashlib
import io
import re
import subprocess
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from prognome.cli.main import main
from tests.clinic import patients_table

PROGNOME = [sys.executable, "-m", "prognome"]
PLANTED = "SECRET"  # what a test writes into a patient's cell; it must never be said


@dataclass(frozen=True)
class Said:
    """Exit status and both streams of one call."""

    status: int
    out: str
    err: str


class Desk:
    """The clinic's table in a folder, and the command line on it.

    ``call`` runs :func:`prognome.cli.main.main` in this process, which is quick; ``process`` starts
    ``python -m prognome``. Both give exit status, stdout and stderr.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.frame = patients_table()
        self.table = self.put(self.frame)
        self.out = folder / "out"

    def put(self, frame: pd.DataFrame, name: str = "patients.tsv") -> Path:
        """Write a table."""
        path = self.folder / name
        frame.to_csv(path, sep="\t", index=False)
        return path

    def ask(self, table: str = "patients.tsv", **changes: Any) -> Path:
        """Write a quick study: two blocks, two folds, one model. A change of None takes a key away."""
        said = {
            "name": "clinic",
            "rows": {"id": "id"},
            "blocks": {
                "clinical": {"path": table, "columns": ["age", "sex"]},
                "genes": {"path": table, "columns": ["g*"]},
            },
            "target": {"path": table, "column": "ill", "kind": "binary", "positive": 1},
            "split": {"outer": {"folds": 2}, "inner": {"folds": 2}},
            "judge": {"bootstrap": 100},
            "models": ["logistic"],
            "seed": 3,
        }
        said = {key: value for key, value in {**said, **changes}.items() if value is not None}
        path = self.folder / "study.yaml"
        path.write_text(yaml.safe_dump(said, allow_unicode=True, sort_keys=False), encoding="utf-8")
        return path

    def call(self, *arguments: object) -> Said:
        """One call in this process."""
        status: Any = 0
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patched, redirect_stdout(out), redirect_stderr(err):
            patched.setattr(sys, "argv", ["prognome", *map(str, arguments)])
            try:
                main()
            except SystemExit as leave:
                status = leave.code or 0
        return Said(status, out.getvalue(), err.getvalue())

    def process(self, *arguments: object, before: Sequence[str] = (), **how: Any) -> Said:
        """One call in a process of its own, with words such as ``setpriv …`` before it."""
        done = subprocess.run(
            [*before, *PROGNOME, *map(str, arguments)],
            capture_output=True, text=True, timeout=120, check=False, **how,
        )  # fmt: skip
        return Said(done.returncode, done.stdout, done.stderr)

    def run(self, *arguments: object) -> Path:
        """``prognome run`` of the study that stands here; it must succeed. Returns the run folder."""
        said = self.call("run", self.folder / "study.yaml", "-o", self.out, "--workers", 1, *arguments)
        assert said.status == 0, said.err
        return self.out

    def refused(self, *arguments: object, process: bool = False, **how: Any) -> str:
        """A call that must be refused as every fault is; returns what was said.

        Exit status 2, no traceback, nothing new, changed or gone in the folder, nobody's id or value said.
        """
        before = self.standing()
        said = self.process(*arguments, **how) if process else self.call(*arguments)
        assert said.status == 2, (said.status, said.out, said.err)
        self.check_silence(said)
        assert self.standing() == before
        return said.out + said.err

    def check_silence(self, said: Said) -> None:
        """No traceback, and nothing that belongs to one patient."""
        text = said.out + said.err
        assert "Traceback" not in text
        assert "fault in prognome" not in text
        assert PLANTED not in text
        words = set(re.findall(r"-?\d+\.\d+|\w+", text))
        columns = [column for column in self.frame if column.startswith("g") or column in ("id", "dose")]
        values = {str(value) for column in columns for value in self.frame[column].dropna()}
        assert not {word for word in words & values if len(word) > 4}

    def refused_run(self, **changes: Any) -> str:
        """``prognome run`` of a study that must be refused, and ``doctor`` must see it too."""
        study = self.ask(**changes)
        text = self.refused("run", study, "-o", self.out, "--workers", 1)
        assert text.count("error: ") == 1
        seen = self.refused("doctor", study)
        message = text.split("error: ")[1].strip()
        assert message in seen
        return message

    def standing(self) -> dict[str, str]:
        """Everything in the folder with its content's checksum."""
        return {
            str(path.relative_to(self.folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            if path.is_file()
            else "folder"
            for path in self.folder.rglob("*")
        }


def read(path: Path) -> pd.DataFrame:
    """A table of ours, every cell as the text that stands there."""
    return pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)
