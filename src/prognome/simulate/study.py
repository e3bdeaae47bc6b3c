"""The study file of the demonstration, with every key explained."""

from __future__ import annotations

from pathlib import Path

from prognome.core.files import explain_os

STUDY = """\
# A study file for prognome. This cohort is simulated; there is no real person in it.
# Paths start at the folder of this file. Words after a # are for you; prognome does not read them.

# What the report is called, and the question it answers.
name: "demo (simulated): disease risk from genotypes, expression and the clinic"
question: Who of these simulated people has the disease?

# The people. Each is one row, known by the column 'id' in every file. The table named here also holds facts
# about them that are not used to predict, such as the family.
rows: {path: north/clinical.tsv, id: id}

# What is known about them: one block for each kind of knowledge.
blocks:
  # A table. 'columns' names what may be used to predict; the others (run, family, disease, ...) may not.
  # A block called 'clinical' also gives a model of its own, so that you see what the omics add.
  clinical: {read: table, path: north/clinical.tsv, columns: [age_years, sex, bmi, smoking]}
  # 400 genes, log2 values, one person a row. Without 'columns', every column but the id is used.
  expression: {read: table, path: north/expression.tsv.gz}
  # 3,000 variants. Each becomes a number: how many copies of the ALT allele a person has (0, 1, 2).
  genotypes: {read: vcf, path: north/genotypes.vcf.gz}

# What to predict: a column with two values. 'positive' is the value that means ill.
target: {path: north/clinical.tsv, column: disease, kind: binary, positive: 1}

# Who trains and who judges. Five parts; each judges once, by models that learned from the other four.
# 'group: family' keeps brothers and sisters on the same side; else a model could know them by their genes.
split:
  outer: {folds: 5, group: family}

# What is done to a block before a model sees it. All of it is learned from training people only.
# A block that is not named here gets the default steps.
prepare:
  expression: [impute.median, {select.anova: {k: 20}}, scale.zscore]
  genotypes: [impute.median, {select.anova: {k: 20}}, scale.zscore]

# The models to compare, simple ones first. 'stack' learns from the answers of others.
models: [logistic, svm, random_forest, xgboost, stack]

# What 'best' means: the area under the ROC curve.
judge: {primary: auc_roc}

# Another hospital, in another region, with other machines. It only judges; nothing is learned from it.
external:
  - name: south
    rows: {path: south/clinical.tsv, id: id}
    blocks:
      clinical: {path: south/clinical.tsv}
      expression: {path: south/expression.tsv.gz}
      genotypes: {path: south/genotypes.vcf.gz}
    target: {path: south/clinical.tsv}

# Every random choice follows from this number: the same number gives the same results.
seed: 7
"""


def write_study(folder: Path) -> Path:
    """Write ``study.yaml`` beside a cohort of :func:`prognome.simulate.cohort.write_cohort`.

    Parameters
    ----------
    folder
        The cohort's folder.

    Returns
    -------
    The file.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    path = Path(folder) / "study.yaml"
    with explain_os(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(STUDY, encoding="utf-8")
    return path
