"""Stretches of a reference: by an index, in one pass, and by plain slicing they are the same."""

import gzip
import os

import numpy as np
import pytest

from prognome.errors import DataError
from prognome.read.builds import recognise_build
from prognome.read.reference import Contig, as_contig, cut_stretches, plain_chrom
from tests.read.places import CHR1, CHR2, write_reference

pysam = pytest.importorskip("pysam")
CONTIGS = {"chr1": CHR1, "chr2": CHR2}


def by_hand(chrom: str, first: int, last: int) -> str:
    letters = {k + 1: letter for k, letter in enumerate(CONTIGS[chrom])}
    return "".join(letters.get(k, "N") for k in range(first, last + 1))


@pytest.fixture(params=["stream", "gzip", "fai", "bgzip", "stale"])
def reference(request, tmp_path):
    path = write_reference(tmp_path)
    if request.param == "gzip":
        (tmp_path / "plain.fa.gz").write_bytes(gzip.compress(path.read_bytes()))
        return tmp_path / "plain.fa.gz"
    if request.param in ("fai", "stale"):
        pysam.faidx(str(path))
    if request.param == "stale":  # the file is newer than its index, which is wrong now
        (tmp_path / "genome.fa.fai").write_text("chr1\t3\t10\t3\t4\n", encoding="utf-8")
        os.utime(tmp_path / "genome.fa.fai", (1, 1))
    if request.param == "bgzip":
        pysam.tabix_compress(str(path), str(tmp_path / "blocks.fa.gz"))
        pysam.faidx(str(tmp_path / "blocks.fa.gz"))
        assert (tmp_path / "blocks.fa.gz.gzi").is_file()
        return tmp_path / "blocks.fa.gz"
    return path


def test_every_way_of_reading_gives_what_slicing_by_hand_gives(reference):
    rng = np.random.default_rng(0)
    chrom = rng.choice(["chr1", "chr2"], 200).tolist()
    at = rng.integers(1, 20, 200)
    first, last = at - rng.integers(0, 30, 200), at + rng.integers(0, 30, 200)
    found = cut_stretches(str(reference), chrom, at, first, last)
    assert found.texts == [by_hand(*one) for one in zip(chrom, first.tolist(), last.tolist(), strict=True)]
    assert [(one.name, one.low, one.high) for one in found.contigs] == [("chr1", 1, 30), ("chr2", 1, 20)]


def test_an_index_is_used_where_there_is_one(tmp_path, monkeypatch):
    path = write_reference(tmp_path)
    pysam.faidx(str(path))
    monkeypatch.setattr("prognome.read.reference.read_records", lambda path: pytest.fail("read as a whole"))
    one = np.array([10])
    assert cut_stretches(str(path), ["1"], one, one - 1, one + 1).texts == ["AGG"]


def test_what_is_no_fasta_is_refused(tmp_path):
    (tmp_path / "x.fa").write_text("chr1\tACGT\n", encoding="utf-8")
    one = np.array([1])
    with pytest.raises(DataError, match="is not FASTA"):
        cut_stretches(str(tmp_path / "x.fa"), ["1"], one, one, one)


@pytest.mark.parametrize(
    ("name", "chrom", "low"),
    [
        ("chr17:41100001-41100100", "17", 41100001),  # samtools faidx
        ("chr17:41100000-41100100", "17", 41100001),  # bedtools getfasta: the same letters, from 0, half open
        ("chr17:0-100", "17", 1),
        ("NC_000017.10", "17", 1),
        ("HLA-A*01:01:01:01", "hla-a*01:01:01:01", 1),
        ("chrM", "mt", 1),
    ],
)
def test_names_of_contigs_are_read(name, chrom, low):
    contig = as_contig(name, 100)
    assert (contig.chrom, contig.low, contig.high) == (chrom, low, low + 99)


def test_a_contig_called_m_is_not_taken_for_chromosome_twenty_three():
    assert plain_chrom("23") == "23"
    assert plain_chrom("NC_000023.11") == "x"


def test_builds_are_known_by_their_lengths():
    # lengths of chr17: 81,195,210 in GRCh37, 83,257,441 in GRCh38 (assembly reports of the GRC)
    assert recognise_build([Contig("chr17", "17", 1, 81195210)]) == "GRCh37"
    assert recognise_build([Contig("17", "17", 1, 83257441), Contig("KI27", "ki27", 1, 5)]) == "GRCh38"
    assert recognise_build([Contig("17", "17", 1, 1000)]) is None
    assert recognise_build([]) is None


def test_a_slice_that_is_not_as_long_as_its_header_says_is_refused():
    for length in (98, 99, 102, 0):
        with pytest.raises(DataError, match=r"g.fa: the record chr1:100-200 is not as long .* 101 .* or 100"):
            as_contig("chr1:100-200", length, where="g.fa")


@pytest.mark.parametrize("header", ["chr1:10-20", "chr1:11-20"])
@pytest.mark.parametrize("indexed", [False, True])
def test_a_slice_of_bedtools_and_one_of_samtools_give_the_same_letters(tmp_path, header, indexed):
    """Letters 11 to 20 of chr1, as ``bedtools getfasta`` and ``samtools faidx`` name them."""
    path = tmp_path / "slice.fa"
    path.write_text(f">{header}\n{CHR1[10:20]}\n", encoding="utf-8")
    if indexed:
        pysam.faidx(str(path))
    at = np.array([12])
    found = cut_stretches(str(path), ["chr1"], at, at - 1, at + 2)
    assert found.texts == [by_hand("chr1", 11, 14)]
    assert (found.low[0], found.high[0]) == (11, 20)
