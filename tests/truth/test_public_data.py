"""Our numbers on public data against those of others, and against scikit-learn on the same rows."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from benchmarks.results_examples import EXAMPLES as ON_THE_PAGE
from prognome import Study, load, run
from prognome.check.missingness import missingness_predicts
from prognome.check.sequences import shared_between
from prognome.jobs.run import prepare

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
pytestmark = pytest.mark.realdata


def figures(result, model, part):
    """Metric → value over all folds, of decisions at the fixed threshold."""
    table = result.scores
    over_all = table[table["fold"].isna() & (table["model"] == model) & (table["part"] == part)]
    plain = over_all[(over_all["subgroup"] == "") & (over_all["threshold"] != "chosen")]
    return plain.set_index("metric")["value"]


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
    cohort = load(study).cohort
    by_hand = pd.read_csv(path, sep="\t").dropna(
        subset=["PharmGKB Subject ID", "Therapeutic Dose of Warfarin"]
    )
    by_hand = by_hand[by_hand["Subject Reached Stable Dose of Warfarin"] != 0]
    assert len(cohort) == len(by_hand) == 4353
    np.testing.assert_array_equal(cohort.target, by_hand["Therapeutic Dose of Warfarin"])


@pytest.fixture
def example(data, tmp_path, monkeypatch):
    """A study of ``examples/`` by its number, with changes laid over it."""
    monkeypatch.setenv("PROGNOME_DATA", str(data))
    monkeypatch.setenv("PROGNOME_TABLES", str(tmp_path))

    def read(number, *changes):
        (file,) = EXAMPLES.glob(f"{number:02d}_*.yaml")
        return Study.from_file(file, changes=changes)

    return read


QUICK = ("judge.bootstrap=100", "stability.curve=[]", "stability.seeds=0", "subgroups=[]")


def spoke(study):
    """Guard → what it said, of those that gave an alarm before or after the split."""
    return {one.guard: one for one in prepare(study).guards if one.status == "alarm"}


def test_every_example_is_a_study_and_stands_on_the_page_of_results(example):
    files = sorted(file.name for file in EXAMPLES.glob("*.yaml"))
    assert files == [one.file for one in ON_THE_PAGE]
    for file in files:
        assert example(int(file[:2])).name


def test_what_was_measured_or_judged_afterwards_is_no_feature_of_brca1(example):
    """Never features (data/README): function_score, function_class, rna_score, clinvar."""
    for number in (12, 13):
        columns = {name for block in example(number).blocks.values() for name in block.columns}
        assert not columns & {"function_score", "function_class", "rna_score", "lof"}
        assert not any("clinvar" in name for name in columns)


def test_cadd_alone_by_exon_is_what_others_report(example):
    """By exon, LOF against the rest: CADD AUROC .804 (data/README)."""
    study = example(12, "models=[{logistic: {label: CADD alone, blocks: [cadd]}}]", *QUICK)
    assert figures(run(study, workers=1), "CADD alone", "cv")["auc_roc"] == pytest.approx(0.804, abs=0.015)


def test_six_features_of_loris_in_honest_folds_are_what_others_report(example):
    """An honest 5-fold gives .70–.72 (data/README); the published .741 is of the training rows."""
    study = example(8, "models=[{logistic: {label: six, blocks: [six]}}]", "split.outer.repeats=2", *QUICK)
    assert 0.69 <= figures(run(study, workers=1), "six", "cv")["auc_roc"] <= 0.725


def test_the_guard_sees_that_missing_frequencies_tell_the_class(data):
    """ExAC is there for 83 % of benign and 21 % of pathogenic rows (data/README)."""
    path = str(data / "gavin" / "variants.tsv")
    study = Study.from_mapping(
        {
            "blocks": {"exac": {"path": path, "columns": ["exac_af", "exac_het"]}},
            "target": {"path": path, "column": "classification", "kind": "binary", "positive": "P"},
            "split": {"outer": {"group": "gene"}},
        }
    )
    (alarm,) = missingness_predicts(load(study).cohort)
    assert "83 %" in alarm.what
    assert "21 %" in alarm.what


def test_the_guard_sees_that_cells_and_studies_go_together(example):
    assert spoke(example(5))["batch_is_class"].where == "column study"


def test_the_guard_knows_the_scores_that_were_trained_on_such_labels(example):
    """MetaSVM, MetaLR, REVEL, VEST3 and M-CAP (data/README)."""
    for number in (10, 11):
        told = [one for one in prepare(example(number)).guards if one.guard == "label_trained_scores"]
        (five,) = [one for one in told if one.where == "block label_trained"]
        assert len(five.facts["columns"]) == 5


def test_parents_and_children_of_the_1000_genomes_stay_on_one_side(example, data):
    """1,214 parent–child pairs by pedigree (data/README); KING-robust finds them from 1,004 variants."""
    cohort = prepare(example(14)).loaded.cohort
    family = dict(zip(cohort.ids.tolist(), cohort.groups.tolist(), strict=True))
    pedigree = pd.read_csv(data / "tiny1000g" / "labels.psam", sep="\t", dtype=str)
    pairs = [
        (child, parent)
        for child, *parents in pedigree[["#IID", "PAT", "MAT"]].itertuples(index=False)
        for parent in parents
        if parent in family
    ]
    assert len(pairs) == 1214
    assert np.mean([family[child] == family[parent] for child, parent in pairs]) > 0.97


def test_windows_that_stand_in_train_and_test_are_as_many_as_others_count(data):
    """prom_300_tata: 16 % of the test windows share a 24-mer with a training window (data/README)."""
    train, test = (
        pd.read_csv(data / "gue" / f"prom_prom_300_tata_{part}.tsv.gz", sep="\t")["sequence"].tolist()
        for part in ("train", "test")
    )
    assert shared_between(train, test, 24).mean() == pytest.approx(0.16, abs=0.01)
