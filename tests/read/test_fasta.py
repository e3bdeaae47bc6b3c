"""FASTA: records as they stand, whatever compression, line ends and cuts between chunks."""

import gzip

import pytest

from prognome.errors import DataError
from prognome.read import fasta
from prognome.read.fasta import is_fasta, read_fasta, read_records
from prognome.read.source import Source

TEXT = ">a the first\nACGT\nAC GT\n\n>b\n>c\tx\nNNNN"
RECORDS = [("a", 1, "ACGTACGT"), ("b", 5, ""), ("c", 6, "NNNN")]


def records(path) -> list[tuple[str, int, str]]:
    return [(one.name, one.line, one.letters) for one in read_records(str(path))]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 1000])
@pytest.mark.parametrize(
    "text", [TEXT, TEXT + "\n", TEXT.replace("\n", "\r\n"), "\ufeff" + TEXT, TEXT + "\n\n"]
)
def test_records_do_not_depend_on_chunks_line_ends_or_a_mark_in_front(tmp_path, monkeypatch, text, size):
    path = tmp_path / "x.fa"
    path.write_bytes(text.encode())
    real = fasta.read_chunks
    monkeypatch.setattr(fasta, "read_chunks", lambda path, size=size: real(path, size=max(size, 3)))
    assert records(path) == RECORDS


def test_gzip_and_bgzip_are_read(tmp_path):
    path = tmp_path / "x.fa.gz"
    path.write_bytes(gzip.compress(TEXT.encode()))
    assert records(path) == RECORDS
    pysam = pytest.importorskip("pysam")
    (tmp_path / "plain.fa").write_text(TEXT, encoding="utf-8")
    pysam.tabix_compress(str(tmp_path / "plain.fa"), str(tmp_path / "b.fa.gz"))
    assert records(tmp_path / "b.fa.gz") == RECORDS


def test_the_index_of_samtools_counts_the_same_letters(tmp_path):
    pysam = pytest.importorskip("pysam")
    path = tmp_path / "x.fa"
    path.write_text(">a x\nACGTA\nACGTA\nAC\n>b\nACG\n", encoding="utf-8")
    pysam.faidx(str(path))
    with pysam.FastaFile(str(path)) as file:
        theirs = [(name, file.fetch(name)) for name in file.references]
    assert [(name, letters) for name, _, letters in records(path)] == theirs


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"id\tsequence\na\tACGT\n", "is not FASTA"),
        (b"\n\n", "is not FASTA"),
        (b"", "the file is empty"),
        (b">a\nAC\n> \nGT\n", "line 3: is a header without a name"),
        (gzip.compress(TEXT.encode() * 50, mtime=0)[:-20], "end too early|damaged"),
    ],
)
def test_what_is_no_fasta_is_refused(tmp_path, content, said):
    path = tmp_path / "x.fa"
    path.write_bytes(content)
    with pytest.raises(DataError, match=said):
        records(path)


def test_a_name_that_stands_twice_is_refused_with_both_lines(tmp_path):
    path = tmp_path / "x.fa"
    path.write_text(">a\nAC\n>b\nAC\n>a again\nGG\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"1 id stands more than once; seen: 2 rows: lines 1, 5"):
        read_fasta(Source((str(path),)))


def test_fasta_is_told_from_tables(tmp_path):
    for name, content, said in [
        ("x.fa", b"\n>a\nAC\n", True),
        ("x.txt", b"\xef\xbb\xbf>a\nAC\n", True),
        ("x.tsv", b"a\tb\n>\t1\n", False),
        ("x.parquet", b"PAR1xxxx", False),
    ]:
        (tmp_path / name).write_bytes(content)
        assert is_fasta(str(tmp_path / name)) is said
