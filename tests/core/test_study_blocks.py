"""Blocks of sequences in a study: every form is understood, every default said, every mixture refused."""

import pytest

from prognome.core.study import Study
from prognome.errors import StudyError

AROUND = {"chrom": "chrom", "pos": "pos", "ref": "ref", "alt": "alt"}


def study(block: dict, **more) -> Study:
    said = {
        "blocks": {"window": {"read": "sequence", **block}},
        "target": {"path": "v.tsv", "column": "y", "kind": "number"},
        **more,
    }
    return Study.from_mapping(said, folder="/data")


def window(block: dict):
    return study(block).blocks["window"]


def test_every_default_of_a_block_of_sequences_is_said():
    said = study({"path": "w.fa"}).to_mapping()["blocks"]["window"]
    assert (said["alphabet"], said["anchor"], said["stranded"]) == ("dna", "centre", True)
    assert "flank" not in said
    assert study({"fasta": "hg19.fa", "around": AROUND}).blocks["window"].flank == 128


def test_a_table_says_nothing_of_sequences():
    said = Study.from_mapping(
        {"blocks": {"x": {"path": "x.tsv"}}, "target": {"column": "y", "kind": "number"}}
    ).to_mapping()["blocks"]["x"]
    assert not {"alphabet", "stranded", "anchor", "flank", "around", "fasta", "length", "build"} & said.keys()


@pytest.mark.parametrize(
    ("columns", "ours"),
    [
        (None, {"sequence": "sequence"}),
        (["window"], {"window": "window"}),
        ({"alt": "after", "ref": "before"}, {"ref": "before", "alt": "after"}),
    ],
)
def test_columns_say_one_sequence_or_a_pair(columns, ours):
    block = window({"path": "w.tsv", **({} if columns is None else {"columns": columns})})
    assert block.sequence_columns == ours
    assert list(block.sequence_columns) == list(ours)
    assert block.columns_read == set(ours.values())


def test_windows_stand_in_the_targets_file_unless_they_say_where():
    assert window({"fasta": "g.fa", "around": AROUND}).path == ["/data/v.tsv"]
    assert window({"fasta": "g.fa", "around": AROUND, "path": "w.tsv"}).path == ["/data/w.tsv"]
    assert window({"fasta": "g.fa", "around": AROUND}).fasta == "/data/g.fa"
    assert window({"fasta": "g.fa", "around": AROUND}).columns_read == {"chrom", "pos", "ref", "alt"}


def test_a_study_of_sequences_reads_back_to_an_equal_one(tmp_path):
    one = study(
        {"fasta": "g.fa", "around": {**AROUND, "strand": "s", "alleles": "strand"}, "build": "GRCh37"}
    )
    (tmp_path / "s.yaml").write_text(one.to_yaml(), encoding="utf-8")
    assert Study.from_file(tmp_path / "s.yaml") == one


@pytest.mark.parametrize(
    ("block", "said"),
    [
        ({"path": "w", "fasta": "g.fa"}, "fasta and around go together"),
        ({"path": "w", "around": AROUND}, "fasta and around go together"),
        ({"path": "w", "flank": 5}, "flank belongs to windows"),
        ({"fasta": "g", "around": AROUND, "columns": ["x"]}, "columns and around do not go together"),
        ({"fasta": "g", "around": {"chrom": "c", "pos": "p", "ref": "r"}}, "ref and alt go together"),
        ({"fasta": "g", "around": {**AROUND, "alleles": "strand"}}, "alleles: strand needs the columns"),
        ({"fasta": "g", "around": AROUND, "alphabet": "protein"}, "windows of a reference are dna or rna"),
        ({"fasta": "g", "around": AROUND, "build": "hg19"}, "build"),
        ({"path": "w", "columns": {"ref": "a"}}, "a pair is {ref: COLUMN, alt: COLUMN}"),
        ({"path": "w", "columns": ["a", "b"]}, "one column of sequences a block"),
        ({"path": "w", "alphabet": "protein", "stranded": False}, "proteins have no other strand"),
        ({"path": "w", "categories": ["a"]}, "categories belongs to read: table"),
        ({"path": "w", "orient": "features"}, "orient: features belongs to read: table"),
        ({"path": "w", "alphabet": "xna"}, "alphabet"),
        ({"path": "w", "length": 0}, "length"),
        ({"columns": ["a"]}, "'blocks.window.path' is missing"),
        ({"path": "w", "read": "table", "stranded": True}, "stranded belongs to read: sequence"),
        ({"path": "w", "read": "table", "columns": {"ref": "a", "alt": "b"}}, "a mapping belongs to read"),
    ],
)
def test_what_does_not_go_together_is_refused(block, said):
    with pytest.raises(StudyError) as caught:
        study(block)
    assert said in str(caught.value)
