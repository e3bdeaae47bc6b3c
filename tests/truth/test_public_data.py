"""Our numbers on public data against those of others, and against scikit-learn on the same rows."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from prognome import Study, run

pytestmark = pytest.mark.realdata


def figures(result, model, part):
    table = result.scores
    over_all = table[table["fold"].isna() & (table["model"] == model) & (table["part"] == part)]
    return over_all.set_index("metric")["value"]


def test_glioma_by_logistic_regression_is_what_others_report(data):
    """10-fold: accuracy .869, AUC .910 (data/README); Tasci et al. 2022, 10.3390/ijms232214155: .876."""
    path = str(data / "glioma" / "patients.tsv")
    study = Study.from_mapping(
        {
            "blocks": {"tumour": {"path": path, "categories": ["Race"]}},
            "target": {"path": path, "column": "Grade", "kind": "binary", "positive": 1},
            "split": {"outer": {"folds": 10}},
            "judge": {"bootstrap": 100},
            "models": ["logistic"],
        }
    )
    found = figures(run(study, workers=1), "logistic", "cv")
    assert found["auc_roc"] == pytest.approx(0.910, abs=0.010)
    assert found["accuracy"] == pytest.approx(0.869, abs=0.010)


def test_rosmap_on_the_fixed_test_part_is_scikit_learns_own_answer(data):
    """Three omics, 245 + 106 rows: block by block, file by file, the same matrix as by hand."""
    folder = data / "rosmap"
    omics = ("mrna", "methylation", "mirna")

    def files(name, ending):
        return [str(folder / f"{name}_{part}.{ending}") for part in ("train", "test")]

    study = Study.from_mapping(
        {
            "rows": {"id": "sample"},
            "blocks": {name: {"path": files(name, "tsv.gz")} for name in omics},
            "target": {
                "path": files("labels", "tsv"),
                "column": "alzheimer",
                "kind": "binary",
                "positive": 1,
            },
            "split": {"test": {"column": "split", "value": "test"}},
            "judge": {"bootstrap": 100},
            "prepare": {name: [] for name in omics},
            "models": [{"logistic": {"C": 1.0}}],
        }
    )
    found = figures(run(study, workers=1), "logistic", "test")

    def matrix(part):
        tables = [pd.read_csv(folder / f"{name}_{part}.tsv.gz", sep="\t", index_col=0) for name in omics]
        return np.hstack([table.to_numpy() for table in tables])

    labels = {part: pd.read_csv(folder / f"labels_{part}.tsv", sep="\t") for part in ("train", "test")}
    peer = LogisticRegression(max_iter=1000).fit(matrix("train"), labels["train"]["alzheimer"])
    wanted = roc_auc_score(labels["test"]["alzheimer"], peer.predict_proba(matrix("test"))[:, 1])
    assert found["auc_roc"] == pytest.approx(wanted, abs=1e-12)
    assert found["accuracy"] == pytest.approx(0.811, abs=0.001)  # as others report for plain LR


def test_warfarin_rows_are_those_of_the_consortium(data):
    """4,581 patients less those without a dose and those marked unstable."""
    path = str(data / "iwpc_warfarin" / "patients.tsv")
    study = Study.from_mapping(
        {
            "rows": {
                "id": "PharmGKB Subject ID",
                "drop": [{"column": "Subject Reached Stable Dose of Warfarin", "values": [0]}],
            },
            "blocks": {"clinical": {"path": path, "columns": ["Weight (kg)", "Race"]}},
            "target": {
                "path": path, "column": "Therapeutic Dose of Warfarin", "kind": "number", "missing": "drop"
            },
            "models": ["ridge"],
        }
    )  # fmt: skip
    from prognome import load

    cohort = load(study).cohort
    by_hand = pd.read_csv(path, sep="\t").dropna(
        subset=["PharmGKB Subject ID", "Therapeutic Dose of Warfarin"]
    )
    by_hand = by_hand[by_hand["Subject Reached Stable Dose of Warfarin"] != 0]
    assert len(cohort) == len(by_hand) == 4353
    np.testing.assert_array_equal(cohort.target, by_hand["Therapeutic Dose of Warfarin"])
