"""Rows that repeat each other: planted ones are found, coincidences are not called repeats."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from prognome.check.repeated_rows import find_repeated_rows
from tests.check.plain_cohort import as_cohort, of_pairs


def expression(n=120, p=400, seed=0):
    """Profiles that depend on five factors and a class."""
    rng = np.random.default_rng(seed)
    common = rng.normal(size=(n, 5)) @ rng.normal(size=(5, p))
    return 8 + common + rng.normal(size=(n, p)), rng


def clinic(n=600, seed=0):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "age": rng.normal(60, 12, n).round(2),
            "bmi": rng.normal(26, 4, n).round(1),
            "albumin": rng.normal(4, 0.4, n).round(1),
            "platelets": rng.normal(250, 60, n).round(),
            "crp": rng.lognormal(1, 1, n).round(1),
            "sex": rng.choice(["f", "m"], n),
            "stage": rng.choice(["I", "II", "III", "IV"], n),
            **{f"mutated_{k}": (rng.random(n) < 0.2).astype(float) for k in range(12)},
        }
    )


def with_rows(frame, rows):
    return pd.concat([frame, frame.iloc[rows]], ignore_index=True)


def test_equal_rows_of_a_table_are_found():
    (alarm,) = find_repeated_rows(as_cohort({"clinic": with_rows(clinic(), [3, 70, 70])}))
    assert alarm.where == "block clinic"
    assert of_pairs(alarm) == {(3, 600), (70, 601), (601, 602)}
    assert alarm.facts == {"rows": 5, "equal_rows": 5, "sets": 2, "largest_set": 3}


def test_rows_equal_but_for_one_cell_or_tiny_noise_are_found():
    frame = with_rows(clinic(), [3, 70])
    frame.loc[600, "stage"] = "I" if frame.loc[600, "stage"] != "I" else "II"
    frame.loc[601, ["age", "bmi"]] += 0.001
    (alarm,) = find_repeated_rows(as_cohort({"clinic": frame}))
    assert of_pairs(alarm) == {(3, 600), (70, 601)}


def test_missing_cells_do_not_hide_a_repeat():
    frame = clinic()
    rng = np.random.default_rng(1)
    for column in ("age", "bmi", "albumin", "mutated_3"):
        frame.loc[rng.random(600) < 0.2, column] = np.nan
    frame.loc[rng.random(600) < 0.2, "stage"] = None
    frame = with_rows(frame, [5, 6, 7])
    assert frame.iloc[5:8].isna().any(axis=None)
    (alarm,) = find_repeated_rows(as_cohort({"clinic": frame}))
    assert {(6, 601), (7, 602)} <= of_pairs(alarm) <= {(5, 600), (6, 601), (7, 602)}


def test_noisy_rounded_and_patched_profiles_are_found():
    values, rng = expression()
    values = np.vstack([values, values[:4]])
    values[121] += rng.normal(0, 0.05, 400)
    values[122] = values[122].round(1)
    values[123, rng.choice(400, 20, replace=False)] += 3
    (alarm,) = find_repeated_rows(as_cohort({"mrna": pd.DataFrame(values)}))
    assert of_pairs(alarm) == {(0, 120), (1, 121), (2, 122), (3, 123)}
    assert alarm.facts["equal_rows"] == 2


def test_a_repeat_in_a_wide_table_of_flags_is_found():
    rng = np.random.default_rng(0)
    flags = (rng.random((400, 700)) < rng.beta(0.3, 6, 700)).astype(float)
    (alarm,) = find_repeated_rows(as_cohort({"mutations": pd.DataFrame(np.vstack([flags, flags[7]]))}))
    assert of_pairs(alarm) == {(7, 400)}


@pytest.mark.parametrize("seed", range(4))
def test_many_equal_rows_of_few_columns_are_coincidence(seed):
    rng = np.random.default_rng(seed)
    n = 800
    frame = pd.DataFrame(
        {
            "sex": rng.choice(["f", "m"], n),
            "race": rng.choice(list("abcd"), n, p=[0.7, 0.15, 0.1, 0.05]),
            "age": rng.normal(60, 10, n).round(-1),
            **{f"m{k}": (rng.random(n) < 0.1).astype(float) for k in range(8)},
        }
    )
    assert frame.duplicated().sum() > 100
    assert find_repeated_rows(as_cohort({"tumour": frame})) == []


@pytest.mark.parametrize("seed", range(4))
def test_columns_that_depend_on_each_other_are_no_proof(seed):
    """One factor behind forty flags, a class behind levels, one-hot columns beside the word itself."""
    rng = np.random.default_rng(seed)
    n = 600
    severity = rng.normal(size=(n, 1))
    flags = (severity * rng.uniform(0.5, 2, 40) + rng.normal(size=(n, 40)) > 1.5).astype(float)
    word = rng.choice(list("abcdefgh"), n)
    frame = pd.DataFrame(flags, columns=[f"f{k}" for k in range(40)])
    frame["word"] = word
    for letter in "abcdefgh":
        frame[f"is_{letter}"] = (word == letter).astype(float)
    assert frame.duplicated().any()
    assert find_repeated_rows(as_cohort({"x": frame})) == []


@pytest.mark.parametrize("seed", range(3))
def test_clean_profiles_raise_no_alarm(seed):
    values, _ = expression(seed=seed)
    rng = np.random.default_rng(seed)
    few = rng.normal(size=(300, 2)) @ rng.normal(size=(2, 60)) + rng.normal(0, 0.05, (300, 60))
    cohort = {"mrna": pd.DataFrame(values)}
    assert find_repeated_rows(as_cohort(cohort)) == []
    assert find_repeated_rows(as_cohort({"two_factors": pd.DataFrame(few)})) == []


def test_blocks_together_tell_what_none_tells_alone():
    rng = np.random.default_rng(0)
    blocks = {}
    for name in "abcd":
        values = rng.integers(0, 12, (150, 2)).astype(float)
        blocks[name] = pd.DataFrame(np.vstack([values, values[:2]]), columns=[f"{name}1", f"{name}2"])
    (alarm,) = find_repeated_rows(as_cohort(blocks))
    assert alarm.where == "all blocks together"
    assert of_pairs(alarm) == {(0, 150), (1, 151)}


def test_rows_absent_from_an_optional_block_do_not_repeat_each_other():
    values, _ = expression()
    values[:10] = np.nan
    cohort = as_cohort({"mrna": pd.DataFrame(values)})
    cohort = replace(cohort, present={"mrna": np.arange(120) >= 10})
    assert find_repeated_rows(cohort) == []


def test_rows_of_one_declared_group_may_repeat():
    cohort = as_cohort({"clinic": with_rows(clinic(), [3])})
    groups = np.array([f"G{k}" for k in range(601)], dtype=object)
    groups[600] = "G3"
    assert find_repeated_rows(cohort, groups=groups) == []


def test_the_same_rows_give_the_same_alarm():
    cohort = as_cohort({"clinic": with_rows(clinic(), [3, 70])})
    one, two = (find_repeated_rows(cohort, seed=4)[0] for _ in range(2))
    np.testing.assert_array_equal(one.pairs, two.pairs)


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("path", "out", "repeats"),
    [
        ("glioma/patients.tsv", ["Grade"], 1),
        ("loris/Chowell_train.tsv", ["SAMPLE_ID", "Response"], 0),
        ("iwpc_warfarin/patients.tsv", ["PharmGKB Subject ID", "Therapeutic Dose of Warfarin"], 13),
        ("microarray/alon.tsv.gz", ["sample", "label"], 0),
        ("microarray/christensen.tsv.gz", ["sample", "label"], 0),
        ("stemcells/expression.tsv.gz", ["sample", "cell_type", "study"], 0),
        ("rosmap/mrna_train.tsv.gz", ["sample"], 0),
        ("gdsc/genomic_features.tsv.gz", ["COSMIC_ID"], 0),
        ("survival/gbsg_train.tsv", ["time_months", "event"], 6),
    ],
)
def test_real_cohorts_raise_no_alarm_though_some_rows_are_equal(data, path, out, repeats):
    """The two of glioma have a common pattern and the same age; those of iwpc are nearly empty."""
    frame = pd.read_csv(data / path, sep="\t", low_memory=False).drop(columns=out)
    frame = frame.apply(lambda column: column if column.dtype.kind in "if" else column.astype(object))
    assert frame.duplicated().sum() == repeats
    assert find_repeated_rows(as_cohort({"x": frame})) == []


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("path", "out"),
    [
        ("loris/Chowell_train.tsv", ["SAMPLE_ID", "Response"]),
        ("stemcells/expression.tsv.gz", ["sample", "cell_type", "study"]),
        ("microarray/alon.tsv.gz", ["sample", "label"]),
    ],
)
def test_a_patient_taken_twice_is_seen_in_real_cohorts(data, path, out):
    frame = pd.read_csv(data / path, sep="\t").drop(columns=out)
    frame = frame.apply(lambda column: column if column.dtype.kind in "if" else column.astype(object))
    n = len(frame)
    (alarm,) = find_repeated_rows(as_cohort({"x": with_rows(frame, [0, n // 2])}))
    assert of_pairs(alarm) == {(0, n), (n // 2, n + 1)}
