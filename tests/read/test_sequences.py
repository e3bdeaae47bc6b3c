"""Sequences of a table, of a pair of columns and of FASTA: read alike, and judged with rows and remedy."""

import gzip

import pytest

from prognome.core.letters import crop
from prognome.core.study_part import MISSING_WORDS
from prognome.errors import DataError
from prognome.read.sequence_source import SequenceSource
from prognome.read.sequences import as_sequences, read_batches_of_sequences, read_sequences, sentences_on
from prognome.read.source import Source
from prognome.sequence.alphabet import DNA
from prognome.sequence.codes import encode

ONE = (("sequence", "sequence"),)
BOTH = (("ref", "before"), ("alt", "after"))


def table(folder, text: str, **said) -> Source:
    path = folder / "x.tsv"
    path.write_text(text, encoding="utf-8")
    return Source((str(path),), "id", MISSING_WORDS, sequences=SequenceSource(**{"columns": ONE, **said}))


def column(source: Source) -> list:
    return read_sequences(source).frame.to_series(0).to_list()


def judge(source: Source, name="dna", **said):
    return as_sequences(read_sequences(source), name, stranded=True, where="block w", **said)


def test_a_column_is_cleaned(tmp_path):
    source = table(tmp_path, "id\tsequence\tx\na\tacgt\t1\nb\t ACGU \t2\nc\tNNRY\t3\nd\t\t4\n")
    raw = read_sequences(source)
    assert raw.frame.to_dict(as_series=False) == {"sequence": ["ACGT", "ACGT", "NNRY", None]}
    assert raw.ids.tolist() == ["a", "b", "c", "d"]
    assert raw.lines.tolist() == [2, 3, 4, 5]


def test_windows_line_ends_and_a_mark_in_front_do_no_harm(tmp_path):
    source = table(tmp_path, "\ufeffid\tsequence\r\na\tacgt\r\n")
    assert column(source) == ["ACGT"]


@pytest.mark.parametrize(("name", "said"), [("dna", "ACGT"), ("rna", "ACGU")])
def test_u_and_t_are_one_letter(tmp_path, name, said):
    assert column(table(tmp_path, "id\tsequence\na\tACGU\nb\tACGT\n", alphabet=name)) == [said, said]


def test_a_pair_is_two_columns_called_ref_and_alt(tmp_path):
    made = judge(table(tmp_path, "id\tafter\tbefore\na\tACT\tACG\n", columns=BOTH))
    assert made.is_pair
    assert made.frame.to_dict("list") == {"ref": ["ACG"], "alt": ["ACT"]}


def test_fasta_gives_rows_by_the_names_of_its_records(tmp_path):
    path = tmp_path / "w.fa.gz"
    path.write_bytes(gzip.compress(b">b x\nAC\nGT\n>a\nacgu\n"))
    raw = read_sequences(Source((str(path),), "id", sequences=SequenceSource()))
    assert raw.ids.tolist() == ["b", "a"]
    assert raw.frame["sequence"].to_list() == ["ACGT", "ACGT"]


def test_fasta_has_no_columns(tmp_path):
    path = tmp_path / "w.fa"
    path.write_text(">a\nACGT\n", encoding="utf-8")
    with pytest.raises(DataError, match="is FASTA, which has no columns; seen: window"):
        read_sequences(
            Source((str(path),), sequences=SequenceSource(columns=(("window", "window"),), named=True))
        )


def test_batches_are_the_whole_cut_in_pieces(tmp_path):
    rows = "".join(f"r{k}\t{'acgt' * (k % 4 + 1)}\n" for k in range(25))
    source = table(tmp_path, "id\tsequence\n" + rows)
    whole = read_sequences(source)
    parts = list(read_batches_of_sequences(source, size=10))
    assert [len(part) for part in parts] == [10, 10, 5]
    assert [one for part in parts for one in part.frame["sequence"]] == whole.frame["sequence"].to_list()
    assert [one for part in parts for one in part.ids] == whole.ids.tolist()


# --- length -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("anchor", "said"), [("start", "ACG"), ("centre", "GTT"), ("end", "TTA")])
def test_longer_sequences_are_cropped_around_their_anchor_and_counted(tmp_path, anchor, said):
    raw = read_sequences(table(tmp_path, "id\tsequence\na\tACGTTA\nb\tAC\n", length=3, anchor=anchor))
    assert raw.frame["sequence"].to_list() == [said, "AC"]
    assert raw.notes[0].startswith("1 sequence cropped to the ")


@pytest.mark.parametrize("anchor", ["start", "centre", "end"])
@pytest.mark.parametrize("length", [1, 2, 3, 4, 5, 6, 7])
def test_cropping_keeps_the_letters_that_codes_keep(anchor, length):
    texts = ["ACGTTA", "ACGTTAC", "A", "CG"]
    whole = encode(texts, DNA, length=length, anchor=anchor)
    cropped = encode(crop(texts, length, anchor), DNA, length=length, anchor=anchor)
    assert (whole.values == cropped.values).all()


@pytest.mark.parametrize(
    ("anchor", "said"), [("start", ("AACC", "AACC")), ("centre", ("ACCG", "ACCT")), ("end", ("CCGG", "TTGG"))]
)
def test_a_pair_is_cropped_together(tmp_path, anchor, said):
    # the reference keeps its middle, and the alternative the same letters in front of the insertion
    text = "id\tbefore\tafter\na\tAACCGG\tAACCTTTTGG\nb\tAC\tAC\n"
    raw = read_sequences(table(tmp_path, text, columns=BOTH, length=4, anchor=anchor))
    assert raw.frame.rows() == [said, ("AC", "AC")]


def test_nothing_longer_than_a_thousand_letters_is_kept_unasked(tmp_path):
    source = table(tmp_path, f"id\tsequence\na\t{'A' * 500}{'C' * 600}\nb\tACGT\n")
    raw = read_sequences(source)
    assert raw.frame["sequence"].to_list()[0] == "A" * 450 + "C" * 550  # the middle of 1,100 stays the middle
    assert raw.notes == ("1 sequence cropped to the middle 1,000 letters; length: says another number",)
    assert len(column(table(tmp_path, f"id\tsequence\na\t{'A' * 1100}\n", length=1100))[0]) == 1100


def test_unequal_lengths_and_sequences_of_n_are_said(tmp_path):
    raw = read_sequences(table(tmp_path, "id\tsequence\na\tACGT\nb\tNN\n"))
    assert sentences_on(raw, "dna") == [
        "sequences have 2 to 4 letters; models of positions pad the shorter ones",
        "1 sequence nothing but N",
    ]


# --- faults -----------------------------------------------------------------------------------------------


def test_a_letter_outside_the_alphabet_is_refused_with_lines_and_never_shown(tmp_path):
    source = table(tmp_path, "id\tsequence\na\tACGT\nb\tAC-GT\nc\tACGT\nd\tAC*T\n")
    with pytest.raises(DataError, match=r"2 sequences with what is no letter of the alphabet dna") as caught:
        judge(source)
    assert "seen: lines 3, 5" in str(caught.value)
    assert "AC-GT" not in str(caught.value)
    assert "take gaps, stops and blanks out" in str(caught.value)


def test_the_alphabet_that_would_fit_is_named(tmp_path):
    with pytest.raises(DataError, match=r"Name another alphabet \(all are protein\)"):
        judge(table(tmp_path, "id\tsequence\na\tMKVLA\nb\tMEEPQ\n"))


def test_letters_that_are_not_ascii_are_refused(tmp_path):
    with pytest.raises(DataError, match="1 sequence with what is no letter"):
        judge(table(tmp_path, "id\tsequence\na\tACGÄ\n"))


def test_a_row_without_a_sequence_is_refused_or_missing_where_the_block_is_optional(tmp_path):
    source = table(tmp_path, "id\tsequence\na\tACGT\nb\t\nc\tNA\n")
    with pytest.raises(DataError, match=r"2 rows without a sequence; seen: lines 3, 4\. Fill them in"):
        judge(source)
    assert judge(source, optional=True).frame["sequence"].tolist() == ["ACGT", None, None]


def test_rows_that_take_no_part_are_not_judged(tmp_path):
    source = table(tmp_path, "id\tsequence\na\tACGT\nb\tA-T\nc\t\n")
    assert len(judge(source, used=[0])) == 3


def test_nothing_but_n_is_refused_and_some_n_is_not(tmp_path):
    with pytest.raises(DataError, match="every sequence is nothing but N"):
        judge(table(tmp_path, "id\tsequence\na\tNNN\nb\tNN\n"))
    assert len(judge(table(tmp_path, "id\tsequence\na\tNNN\nb\tAC\n"))) == 2


def test_a_column_that_is_not_there_is_named_with_its_neighbour(tmp_path):
    source = table(tmp_path, "id\tsequence\na\tACGT\n", columns=(("sequenze", "sequenze"),))
    with pytest.raises(DataError, match=r"no column 'sequenze'.*Did you mean 'sequence'\?"):
        read_sequences(source)


def test_a_table_without_a_named_column_asks_for_one(tmp_path):
    source = table(tmp_path, "id\twindow\na\tACGT\n")
    with pytest.raises(DataError, match=r"no column 'sequence' of sequences or places.*columns: \[COLUMN\]"):
        read_sequences(source)
