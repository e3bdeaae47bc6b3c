"""The files of the demonstration cohort: the same every time, well formed, and said to be simulated."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from prognome.errors import CallError, OutputError
from prognome.simulate.cohort import write_cohort

HOSPITALS = ("north", "south")


def hashes(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_seed_gives_the_same_bytes_and_another_seed_other_data(tmp_path):
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        write_cohort(tmp_path / name, seed=seed, people=60, variants=200)
    first, again, other = (hashes(tmp_path / name) for name in "abc")
    assert first == again
    assert {name for name in first if first[name] == other[name]} == {"README.txt"}


def test_the_folder_holds_what_the_readme_says_and_is_small(simulated):
    expected = {"README.txt", "truth.json", "truth_risk.tsv"} | {
        f"{hospital}/{name}"
        for hospital in HOSPITALS
        for name in ("genotypes.vcf.gz", "expression.tsv.gz", "clinical.tsv")
    }
    assert set(hashes(simulated.folder)) == expected
    assert sum(path.stat().st_size for path in simulated.folder.rglob("*") if path.is_file()) < 3_000_000


def test_gzip_headers_hold_no_time(simulated):
    for path in simulated.folder.rglob("*.gz"):
        assert path.read_bytes()[4:8] == bytes(4)


def test_it_says_everywhere_that_it_is_simulated(simulated):
    assert "NO REAL PERSON" in (simulated.folder / "README.txt").read_text()
    assert json.loads((simulated.folder / "truth.json").read_text())["note"] == "simulated; no real person"
    for hospital in HOSPITALS:
        assert any("simulated; no real person" in line for line in simulated.vcf[hospital].header)


def test_truth_json_is_the_truth_that_is_returned(simulated):
    written = json.loads((simulated.folder / "truth.json").read_text())
    assert written == json.loads(json.dumps(asdict(simulated.truth)))


@pytest.mark.parametrize("hospital", HOSPITALS)
def test_the_vcf_is_well_formed(simulated, hospital):
    vcf = simulated.vcf[hospital]
    assert vcf.header[0] == "##fileformat=VCFv4.2"
    contigs = {
        match[1]: int(match[2])
        for line in vcf.header
        if (match := re.fullmatch(r"##contig=<ID=(\w+),length=(\d+),assembly=GRCh38>", line))
    }
    assert list(contigs) == [f"chr{number}" for number in range(1, 23)]
    assert sum(contigs.values()) == 2_875_001_522  # GRCh38 primary autosomes, added up by the assembly report
    places = [(list(contigs).index(row[0]), int(row[1])) for row in vcf.fields]
    assert all(before < after for before, after in pairwise(places))
    assert {chromosome for chromosome, _ in places} == set(range(22))
    assert len(vcf.fields) == 3000
    for row in vcf.fields:
        assert 1 <= int(row[1]) <= contigs[row[0]]
        assert row[3] in "ACGT"
        assert row[4] in "ACGT"
        assert row[3] != row[4]
        assert row[5:7] == [".", "PASS"]
        assert row[8] == "GT"
    names = [row[2] for row in vcf.fields if row[2] != "."]
    assert len(set(names)) == len(names)
    assert 0.01 < 1 - len(names) / 3000 < 0.08


@pytest.mark.parametrize("hospital", HOSPITALS)
def test_info_counts_the_calls_of_its_line(simulated, hospital):
    vcf = simulated.vcf[hospital]
    alt = np.nansum(vcf.dosage, axis=1)
    called = 2 * np.isfinite(vcf.dosage).sum(axis=1)
    assert [row[7] for row in vcf.fields] == [
        f"AC={int(a)};AN={int(n)}" for a, n in zip(alt, called, strict=True)
    ]


def test_sites_and_genes_are_the_same_in_both_hospitals(simulated):
    north, south = ([row[:5] for row in simulated.vcf[name].fields] for name in HOSPITALS)
    assert north == south
    assert list(simulated.expression["north"]) == list(simulated.expression["south"])
    assert simulated.expression["north"].shape == (800, 400)


@pytest.mark.parametrize(("hospital", "count", "letter"), [("north", 800, "N"), ("south", 400, "S")])
def test_every_file_has_the_same_people(simulated, hospital, count, letter):
    ids = [f"{letter}{number:04d}" for number in range(1, count + 1)]
    assert simulated.vcf[hospital].samples == ids
    assert list(simulated.clinical[hospital].index) == ids
    assert list(simulated.expression[hospital].index) == ids
    assert list(simulated.risk.index[simulated.risk["hospital"] == hospital]) == ids


@pytest.mark.parametrize("hospital", HOSPITALS)
def test_shares_of_missing_values_are_as_stated(simulated, hospital):
    clinical = simulated.clinical[hospital]
    assert np.isnan(simulated.vcf[hospital].dosage).mean() == pytest.approx(0.005, rel=0.05)
    assert simulated.expression[hospital].isna().to_numpy().mean() == pytest.approx(0.01, rel=0.10)
    assert 0.02 < clinical["smoking"].isna().mean() < 0.08
    assert 0.005 < clinical["bmi"].isna().mean() < 0.04
    assert clinical.drop(columns=["smoking", "bmi"]).notna().all(axis=None)


@pytest.mark.parametrize("hospital", HOSPITALS)
def test_the_clinical_table_is_plausible(simulated, hospital):
    clinical = simulated.clinical[hospital]
    assert list(clinical.columns) == [
        *("age_years", "sex", "bmi", "smoking", "run", "family", "hospital", "recruited", "disease")
    ]
    assert clinical["age_years"].between(25, 90).all()
    assert 54 < clinical["age_years"].mean() < 64
    assert clinical["bmi"].dropna().between(16, 55).all()
    assert set(clinical["sex"]) == {"female", "male"}
    assert set(clinical["smoking"].dropna()) == {"never", "former", "current"}
    assert set(clinical["disease"]) == {0, 1}
    assert set(clinical["run"]) == {f"{hospital}_run_{number}" for number in (1, 2, 3)}
    assert set(clinical["hospital"]) == {hospital}
    days = pd.to_datetime(clinical["recruited"], format="%Y-%m-%d")
    assert days.is_monotonic_increasing


@pytest.mark.parametrize("hospital", HOSPITALS)
def test_a_third_of_the_people_have_siblings(simulated, hospital):
    family = simulated.clinical[hospital]["family"]
    sizes = family.value_counts()
    assert set(sizes) == {1, 2, 3}
    assert sizes[sizes > 1].sum() / len(family) == pytest.approx(1 / 3, abs=0.01)


def test_no_family_is_in_both_hospitals(simulated):
    north, south = (set(simulated.clinical[name]["family"]) for name in HOSPITALS)
    assert not north & south


@pytest.mark.parametrize(
    ("asked", "word"),
    [({"people": 59}, "people"), ({"variants": 199}, "variants"), ({"people": 10**6}, "memory")],
)
def test_a_size_that_cannot_work_is_refused_before_anything_is_written(tmp_path, asked, word):
    with pytest.raises(CallError, match=word):
        write_cohort(tmp_path / "new", **asked)
    assert not (tmp_path / "new").exists()


def test_a_place_that_cannot_be_written_is_an_output_error(tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(OutputError, match="taken"):
        write_cohort(tmp_path / "taken", people=60, variants=200)
