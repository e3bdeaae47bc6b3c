"""Reading an expression matrix of 1,000 samples by 20,000 genes (TSV, gzip), ours against pandas in one run.

::

    OMP_NUM_THREADS=1 python benchmarks/bench_read.py
"""

from __future__ import annotations

import argparse
import gzip
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from prognome.core.table import Table
from prognome.read.raw import read_raw
from prognome.read.source import Source
from prognome.read.typed import typed

GOAL = 1.8


def write_matrix(path: Path, samples: int, genes: int, *, missing: bool) -> None:
    """Write log-normal values with six significant digits; ``missing`` makes one cell in a hundred NA."""
    rng = np.random.default_rng(7)
    with gzip.open(path, "wt", compresslevel=4) as file:
        file.write("sample\t" + "\t".join(f"ENSG{gene:011d}" for gene in range(genes)) + "\n")
        for sample in range(samples):
            cells = [f"{value:.6g}" for value in rng.lognormal(2, 1.5, size=genes)]
            if missing:
                for gene in rng.integers(0, genes, size=genes // 100).tolist():
                    cells[gene] = "NA"
            file.write(f"S{sample:05d}\t" + "\t".join(cells) + "\n")


def read_ours(path: Path) -> Table:
    """From file to a table of float64, with every check."""
    raw = read_raw(Source((str(path),), id="sample"))
    return typed(raw, raw.names, {}, "block expression")


def read_pandas(path: Path) -> pd.DataFrame:
    """What a script would write."""
    return pd.read_csv(path, sep="\t", index_col="sample")


def time_both(path: Path, repeats: int) -> tuple[float, float]:
    """Least seconds of either, taken in turns so that both meet the same machine."""
    seconds: dict[Callable[[Path], object], list[float]] = {read_ours: [], read_pandas: []}
    for _ in range(repeats):
        for read, taken in seconds.items():
            start = time.perf_counter()
            read(path)
            taken.append(time.perf_counter() - start)
    return min(seconds[read_ours]), min(seconds[read_pandas])


def main() -> int:
    """Print one RESULT line for a full matrix and one for a matrix with gaps."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=1000)
    parser.add_argument("--genes", type=int, default=20_000)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    fast_enough = True
    with tempfile.TemporaryDirectory() as folder:
        for name, missing in (("full", False), ("with gaps", True)):
            path = Path(folder) / "expression.tsv.gz"
            write_matrix(path, options.samples, options.genes, missing=missing)
            ours, theirs = read_ours(path), read_pandas(path)
            same = np.array_equal(ours.frame.to_numpy(), theirs.to_numpy(), equal_nan=True)
            same = same and ours.ids.tolist() == theirs.index.tolist() and ours.names == list(theirs.columns)
            del ours, theirs
            if not same:
                print(f"RESULT read {name}: values differ from those of pandas")
                return 1
            mine, pandas_ = time_both(path, options.repeats)
            fast_enough = fast_enough and pandas_ / mine >= GOAL
            print(
                f"RESULT read {name} {options.samples}x{options.genes} tsv.gz: prognome {mine:.2f} s, "
                f"pandas {pandas_:.2f} s, ratio {pandas_ / mine:.2f} (goal {GOAL}), equal values",
                flush=True,
            )
    return 0 if fast_enough else 1


if __name__ == "__main__":
    sys.exit(main())
