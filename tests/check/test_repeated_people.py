"""People with several rows: seen in ids and columns, and not where ids only count."""

import numpy as np
import pandas as pd
import pytest

from prognome.check.repeated_people import find_repeated_people
from tests.check.plain_cohort import as_cohort, of_pairs


def examine(ids, **more):
    ids = list(ids)
    return find_repeated_people(as_cohort({"x": pd.DataFrame({"a": np.zeros(len(ids))})}, ids=ids), **more)


SEVERAL = {
    "tumour and normal": [f"P{k:02d}_{what}" for k in range(20) for what in ("tumour", "normal")],
    "time points": [f"P{k:02d}.T{t}" for k in range(20) for t in (0, 1)],
    "visits": [f"KB-{k}-visit{t}" for k in range(20) for t in (1, 2)],
    "replicates": [f"x{k}-rep{r}" for k in range(20) for r in (1, 2)],
    "numbers behind": [f"P{k:02d}_{r}" for k in range(20) for r in (1, 2)],
    "letters behind": [f"P{k}{r}" for k in range(20) for r in "ab"],
    "TCGA": [f"TCGA-AB-{k:04d}-{code}-11R" for k in range(20) for code in ("01A", "11A")],
    "GTEx": [f"GTEX-1{k:03d}A-{tissue}-SM-5GZ{k}" for k in range(20) for tissue in ("0226", "0526")],
}  # fmt: skip


@pytest.mark.parametrize("ids", SEVERAL.values(), ids=SEVERAL)
def test_ids_of_several_samples_of_one_person_are_seen(ids):
    (alarm,) = examine(ids)
    assert alarm.where == "ids"
    assert alarm.facts == {"rows": 40, "people": 20, "largest": 2}
    assert of_pairs(alarm) == {(2 * k, 2 * k + 1) for k in range(20)}


def test_a_few_with_a_second_sample_are_seen():
    ids = [f"P{k:03d}{end}" for k in range(100) for end in ("", "_rep2")[: 1 + (k < 3)]]
    (alarm,) = examine(ids)
    assert of_pairs(alarm) == {(0, 1), (2, 3), (4, 5)}


SINGLE = {
    "numbers": [f"P{k:04d}" for k in range(200)],
    "accessions": [f"GSM{k}" for k in range(38051, 38251)],
    "one stem for all": [f"sample_{k}" for k in range(1, 201)],
    "a stem a part": [f"{part}_{k:03d}" for part in ("train", "test") for k in range(100)],
    "patients of sites": [f"site{site}_{k}" for site in range(1, 11) for k in range(1, 16)],
    "patients of batches": [f"B{batch}-{k}" for batch in range(1, 7) for k in range(1, 11)],
    "1000 Genomes": [f"HG{k:05d}" for k in range(96, 200)],
    "one TCGA sample each": [f"TCGA-AB-{k:04d}-01A" for k in range(100)],
    "one ending for all": [f"PD{k}a" for k in range(7000, 7100)],
    "tumour throughout": [f"P{k}_tumour" for k in range(100)],
}  # fmt: skip


@pytest.mark.parametrize("ids", SINGLE.values(), ids=SINGLE)
def test_ids_that_only_count_raise_no_alarm(ids):
    assert examine(ids) == []


def test_a_column_of_people_with_repeats_is_seen():
    ids = [f"S{k}" for k in range(60)]
    people = np.array([f"D{k // 3}" for k in range(60)], dtype=object)
    (alarm,) = examine(ids, spare={"donor_id": people, "weight": people})
    assert alarm.where == "column donor_id"
    assert alarm.facts == {"rows": 60, "people": 20, "largest": 3}
    assert "split: {outer: {group: donor_id}}" in alarm.remedy


def test_a_column_of_people_without_repeats_or_of_few_words_is_not():
    ids = [f"S{k}" for k in range(60)]
    each = np.array([f"D{k}" for k in range(60)], dtype=object)
    flags = np.array(["yes", "no"] * 30, dtype=object)
    assert examine(ids, spare={"patient": each, "Subject Reached Stable Dose": each[[0] * 60]}) == []
    assert examine(ids, spare={"patient_smokes": flags}) == []


def test_people_within_declared_groups_are_in_order():
    ids = SEVERAL["replicates"]
    groups = np.array([one.split("-")[0] for one in ids], dtype=object)
    assert examine(ids, groups=groups) == []
    groups[0] = None
    (alarm,) = examine(ids, groups=groups)
    assert of_pairs(alarm) == {(0, 1)}


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("path", "column"),
    [
        ("aml/clinical.tsv", "PDID"),
        ("breast_tcga/mrna_train.tsv.gz", "sample"),
        ("breast_cohorts/vdxs_clinical.tsv", "sample"),
        ("iwpc_warfarin/patients.tsv", "PharmGKB Subject ID"),
        ("loris/Chowell_train.tsv", "SAMPLE_ID"),
        ("tiny1000g/labels.psam", "#IID"),
        ("stemcells/expression.tsv.gz", "sample"),
        ("rosmap/labels_train.tsv", "sample"),
        ("gdsc/ic50.tsv.gz", "COSMIC_ID"),
    ],
)
def test_ids_of_real_cohorts_raise_no_alarm(data, path, column):
    ids = pd.read_csv(data / path, sep="\t", dtype=str, usecols=[column])[column].dropna()
    assert examine(ids.drop_duplicates()) == []
