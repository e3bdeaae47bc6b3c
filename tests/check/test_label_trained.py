"""Scores that were trained on labels are known by name, whatever stands around it."""

import numpy as np
import pandas as pd
import pytest

from prognome.check.label_trained import known_scores, label_trained_scores, score_of
from tests.check.rows import make_cohort


def named(columns):
    frame = pd.DataFrame(np.zeros((6, len(columns))), columns=list(columns))
    return [
        column["name"]
        for alarm in label_trained_scores(make_cohort(frame, [0, 1] * 3))
        for column in alarm.facts["columns"]
    ]


@pytest.mark.parametrize(
    ("column", "score"),
    [
        ("REVEL_score", "REVEL"),
        ("MetaSVM_rankscore", "MetaSVM"),
        ("VEST3_score", "VEST"),
        ("VEST4_rankscore", "VEST"),
        ("M.CAP_score", "M-CAP"),
        ("MCAP", "M-CAP"),
        ("Polyphen2_HVAR_score", "PolyPhen-2"),
        ("dbNSFP_FATHMM_converted_rankscore", "FATHMM"),
        ("fathmm-MKL_coding_score", "FATHMM-MKL"),
        ("MutPred2_score", "MutPred"),
        ("BayesDel_noAF_score", "BayesDel"),
        ("SNPs&GO", "SNPs&GO"),
        ("VARITY_R_score", "VARITY"),
        ("MutationTaster_pred", "MutationTaster"),
    ],
)
def test_names_survive_their_prefixes_and_suffixes(column, score):
    assert score_of(column).name == score
    assert named([column]) == [column]


@pytest.mark.parametrize(
    "column",
    ["MPC1", "MPC2", "MVP", "SCAP", "REVELATION", "investment", "polyphenol", "fathmmx", "VESTIBULE"],
)
def test_genes_and_longer_words_are_silent(column):
    assert named([column, "ENSG00000001", "TP53"]) == []


def test_a_name_that_is_a_gene_speaks_beside_other_scores_or_with_a_suffix():
    assert named(["MVP", "TP53"]) == []
    assert named(["MVP_score"]) == ["MVP_score"]
    assert named(["MVP", "CADD_phred"]) == ["MVP"]


@pytest.mark.parametrize(
    "column",
    [
        *(
            "CADD_phred",
            "DANN_score",
            "SIFT_score",
            "PROVEAN_score",
            "LRT_score",
            "Eigen_raw",
            "phyloP100way",
        ),
        *(
            "EVE_score",
            "AlphaMissense_score",
            "PrimateAI_score",
            "MutationAssessor_score",
            "GenoCanyon_score",
        ),
    ],
)
def test_scores_without_such_labels_are_silent(column):
    assert named([column]) == []


def test_the_list_is_sound():
    """Every line has a paper and says what it was trained on; no spelling belongs to two."""
    scores = known_scores()
    spellings = [spelling for score in scores for spelling in score.spellings]
    assert len(spellings) == len(set(spellings))
    assert all(score.doi.startswith("10.") and score.labels for score in scores)
    assert all(spelling.isalnum() and spelling.islower() for spelling in spellings)
    assert sum(score.trained for score in scores) >= 25


@pytest.mark.realdata
def test_cardiac_variants_name_what_the_readme_names_and_more(data):
    columns = pd.read_csv(data / "cardioboost" / "arrhythmia_train.tsv", sep="\t", nrows=1).columns
    assert sorted(named(columns)) == sorted(
        [
            *("Polyphen2_HDIV_score", "Polyphen2_HVAR_score", "MutationTaster_score", "FATHMM_score"),
            *(
                "VEST3_score",
                "fathmm_MKL_coding_score",
                "MetaSVM_score",
                "MetaLR_score",
                "MCAP",
                "REVEL",
                "MPC",
            ),
        ]
    )
