"""Columns that put rows together while no groups are declared."""

import numpy as np
import pandas as pd
import pytest

from prognome.check.undeclared_groups import find_undeclared_groups, looks_like_a_group
from tests.check.plain_cohort import as_cohort


def cohort_of(n=60, **facts):
    return as_cohort({"x": pd.DataFrame({"a": np.zeros(n)})}, **facts)


def repeated(values, n=60):
    return np.array([f"v{k % values}" for k in range(n)], dtype=object)


def test_a_gene_column_asks_for_groups_and_a_site_column_for_leaving_out():
    spare = {"hospital": repeated(5), "gene": repeated(20), "age": repeated(20)}
    gene, site = find_undeclared_groups(cohort_of(), spare=spare)
    assert gene.where == "column gene"
    assert "split: {outer: {group: gene}}" in gene.remedy
    assert gene.facts == {"values": 20, "rows_together": 60, "largest": 3, "source": False}
    assert site.where == "column hospital"
    assert "leave_out: hospital" in site.remedy
    assert "rows: {batch: hospital}" in site.remedy
    assert len(gene.pairs) == 0


def test_facts_are_looked_at_as_well():
    (alarm,) = find_undeclared_groups(cohort_of(exon=repeated(10)))
    assert alarm.where == "column exon"


def test_silence_where_groups_are_declared_or_nothing_repeats():
    each = np.array([f"v{k}" for k in range(60)], dtype=object)
    assert find_undeclared_groups(cohort_of(), spare={"gene": repeated(20)}, declared=True) == []
    assert find_undeclared_groups(cohort_of(), spare={"family": each}) == []
    assert find_undeclared_groups(cohort_of(), spare={"site": repeated(2), "arm": repeated(2)}) == []
    assert find_undeclared_groups(cohort_of(batch=repeated(6)), batch=["batch"]) == []
    assert find_undeclared_groups(cohort_of(), spare={"cohort": repeated(5)}, known=["cohort"]) == []


GROUPS = "gene GeneSymbol exon family_id FID pedigree chrom chr site Center centre hospital batch plate study"
MEASURES = (
    "age sex gene_count batch_size NLR Stage position tmb label BRCA1 family_history patient.age regional"
)


@pytest.mark.parametrize(
    "name", [*GROUPS.split(), "cohort", "donor", "cell_line", "cellLine", "patient", "drug"]
)
def test_names_of_groups_are_known(name):
    assert looks_like_a_group(name)


@pytest.mark.parametrize("name", [*MEASURES.split(), "Line of therapy", "days since diagnosis"])
def test_names_of_measurements_are_not(name):
    assert not looks_like_a_group(name)


@pytest.mark.realdata
def test_exons_and_genes_of_real_variant_tables_are_named(data):
    brca = pd.read_csv(data / "brca1_sge" / "variants.tsv", sep="\t", dtype=str)
    (alarm,) = find_undeclared_groups(
        cohort_of(len(brca)), spare={n: brca[n].to_numpy() for n in ("exon", "chrom")}
    )
    assert alarm.where == "column exon"
    assert alarm.facts["values"] == 10
    gavin = pd.read_csv(data / "gavin" / "variants.tsv", sep="\t", dtype=str)
    found = find_undeclared_groups(
        cohort_of(len(gavin)), spare={n: gavin[n].to_numpy() for n in ("gene", "chrom")}
    )
    assert [alarm.where for alarm in found] == ["column gene", "column chrom"]
    cells = pd.read_csv(data / "stemcells" / "expression.tsv.gz", sep="\t", dtype=str, usecols=["study"])
    (alarm,) = find_undeclared_groups(cohort_of(len(cells)), spare={"study": cells["study"].to_numpy()})
    assert alarm.facts["source"]
