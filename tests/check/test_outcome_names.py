"""Columns called like an outcome are named; genes and things known beforehand are not."""

import numpy as np
import pandas as pd
import pytest

from prognome.check.outcome_names import outcome_name
from tests.check.rows import make_cohort


def named(columns, target):
    frame = pd.DataFrame(np.zeros((6, len(columns))), columns=list(columns))
    return [
        name
        for alarm in outcome_name(make_cohort(frame, [0, 1] * 3), target)
        for name in alarm.facts["columns"]
    ]


@pytest.mark.parametrize(
    "column",
    [
        *(
            "PFS_Months",
            "OS_Event",
            "OS",
            "e.dmfs",
            "t.rfs",
            "Overall survival (days)",
            "vitalStatus",
            "Death",
        ),
        *(
            "relapse",
            "follow_up_months",
            "Status",
            "Response",
            "best_response",
            "diagnosis",
            "label",
            "target",
        ),
        *("clinvar_simple", "CLNSIG", "Clinical significance"),
    ],
)
def test_names_of_outcomes_are_told(column):
    assert named([column], "grade") == [column]


@pytest.mark.parametrize(
    "column",
    [
        *("OSM", "OS9", "PFS1", "DSS1", "EVENTS9", "Age_at_diagnosis", "Smoking status", "MSI_status"),
        *(
            "HALLMARK_INTERFERON_ALPHA_RESPONSE",
            "GOBP_CELL_DEATH",
            "previous_relapse",
            "family_history_death",
        ),
        *("Target INR", "REVEL_score", "Systemic_therapy_history", "response_to_hypoxia", "Drug", "Stage"),
    ],
)
def test_genes_and_what_is_known_beforehand_are_silent(column):
    assert named([column], "grade") == []


def test_names_near_the_targets_are_told():
    assert named(["Grade_2", "tumor", "size"], "grade") == ["Grade_2"]
    assert named(["er", "ERBB2", "er_pct"], "er") == ["er"]
    assert named(["cell", "type", "cell_type_code"], "cell_type") == ["cell_type_code"]


@pytest.mark.realdata
def test_warfarin_names_its_two_outcome_columns_and_no_other(data):
    """The two that the data's README says are never features."""
    target = "Therapeutic Dose of Warfarin"
    columns = pd.read_csv(data / "iwpc_warfarin" / "patients.tsv", sep="\t", nrows=1).columns.drop(target)
    assert sorted(named(columns, target)) == [
        "INR on Reported Therapeutic Dose of Warfarin",
        "Subject Reached Stable Dose of Warfarin",
    ]


@pytest.mark.realdata
def test_immunotherapy_names_survival_and_nothing_else(data):
    columns = pd.read_csv(data / "loris" / "Chowell_train.tsv", sep="\t", nrows=1).columns.drop("Response")
    assert named(columns, "Response") == ["PFS_Event", "PFS_Months", "OS_Event", "OS_Months"]


@pytest.mark.realdata
def test_glioma_is_silent_though_it_has_an_age_at_diagnosis(data):
    columns = pd.read_csv(data / "glioma" / "patients.tsv", sep="\t", nrows=1).columns.drop("Grade")
    assert named(columns, "Grade") == []
