"""A long file of new rows is answered in bounded memory, and each row as if it stood alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.journey.desk import Desk

WIDTH, DIFFERENT = 60, 500
MEASURED = """
import resource, sys
from prognome.cli.main import main
bundle, *tables = sys.argv[1:]
for table in tables:
    sys.argv = ["prognome", "predict", bundle, table, "-o", table + ".answers", "-q"]
    main()
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.fixture(scope="module")
def cells() -> list[str]:
    """Sixty numbers a row, 500 different rows."""
    values = np.random.default_rng(0).normal(size=(DIFFERENT, WIDTH))
    return ["\t".join(f"{value:.3f}" for value in row) for row in values]


def write(path: Path, cells: list[str], rows: int) -> Path:
    """A table of so many rows: the different ones over and over, each time with ids of their own."""
    header = "\t".join(["id", *(f"x{k}" for k in range(WIDTH)), "y"])
    lines = [f"N{row}\t{cells[row % DIFFERENT]}\t{row % 2}" for row in range(rows)]
    path.write_text("\n".join([header, *lines]) + "\n")
    return path


def test_memory_of_predict_does_not_grow_with_the_rows(desk: Desk, cells: list[str]) -> None:
    """Here the peak grows by about 20 MB, mostly the ids seen so far; read whole it grows by 160 MB."""
    train = write(desk.folder / "train.tsv", cells, 100)
    desk.ask(
        blocks={
            "first": {"path": str(train), "columns": ["x0", "x1"]},
            "others": {"path": str(train), "columns": ["x*"], "exclude": ["x0", "x1"]},
        },
        target={"path": str(train), "column": "y", "kind": "binary", "positive": 1},
    )
    bundle = desk.run() / "bundle"
    tables = {rows: write(desk.folder / f"new{rows}.tsv", cells, rows) for rows in (10_000, 40_000)}
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(bundle), *map(str, tables.values())],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    for rows, table in tables.items():
        lines = Path(f"{table}.answers").read_text().splitlines()[1:]
        assert [line.split("\t", 1)[0] for line in lines] == [f"N{row}" for row in range(rows)]
        said = [line.split("\t", 1)[1] for line in lines]
        assert all(said[start : start + DIFFERENT] == said[:DIFFERENT] for start in range(0, rows, DIFFERENT))
    kilobytes = 1e-3 if sys.platform == "darwin" else 1
    small, large = (int(peak) * kilobytes for peak in done.stdout.split())
    assert large - small < 70e3
