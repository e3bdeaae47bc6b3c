"""One full cohort for all tests here, read by a parser that shares no code with the writer."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from prognome.simulate.cohort import write_cohort
from prognome.simulate.truth import Truth


@dataclass(frozen=True)
class Vcf:
    """Header lines, the first nine fields of each record, samples, (v, n) dosage with NaN for no call."""

    header: list[str]
    fields: list[list[str]]
    samples: list[str]
    dosage: np.ndarray


@dataclass(frozen=True)
class Simulated:
    folder: Path
    truth: Truth
    vcf: dict[str, Vcf]
    clinical: dict[str, pd.DataFrame]
    expression: dict[str, pd.DataFrame]
    risk: pd.DataFrame


def parse_vcf(path: Path) -> Vcf:
    lines = gzip.decompress(path.read_bytes()).decode().splitlines()
    first = next(place for place, line in enumerate(lines) if not line.startswith("##"))
    fields = [line.split("\t") for line in lines[first + 1 :]]
    copies = {"0|0": 0.0, "0|1": 1.0, "1|0": 1.0, "1|1": 2.0, "./.": np.nan}
    dosage = np.array([[copies[call] for call in row[9:]] for row in fields])
    return Vcf(lines[:first], [row[:9] for row in fields], lines[first].split("\t")[9:], dosage)


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    folder = tmp_path_factory.mktemp("simulated")
    truth = write_cohort(folder)
    names = ("north", "south")
    return Simulated(
        folder,
        truth,
        {name: parse_vcf(folder / name / "genotypes.vcf.gz") for name in names},
        {name: pd.read_csv(folder / name / "clinical.tsv", sep="\t", index_col="id") for name in names},
        {name: pd.read_csv(folder / name / "expression.tsv.gz", sep="\t", index_col="id") for name in names},
        pd.read_csv(folder / "truth_risk.tsv", sep="\t", index_col="id"),
    )
