"""Dosages from VCF, each counted by hand."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from prognome.errors import DataError
from prognome.read.raw import RawTable
from prognome.read.source import Source
from prognome.read.vcf import read_vcf

HEAD = "##fileformat=VCFv4.2\n##contig=<ID=chr1>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t"


def record(calls: str, *, pos: int = 5, alt: str = "C", fmt: str = "GT", chrom: str = "chr1") -> str:
    return f"{chrom}\t{pos}\trs1\tA\t{alt}\t.\tPASS\t.\t{fmt}\t" + "\t".join(calls.split()) + "\n"


def read(folder: Path, *contents: str, text: frozenset[str] = frozenset()) -> RawTable:
    paths = []
    for number, content in enumerate(contents):
        path = folder / f"{number}.vcf"
        path.write_text(content)
        paths.append(str(path))
    return read_vcf(Source(tuple(paths)), text=text)


def fault(folder: Path, *contents: str) -> str:
    with pytest.raises(DataError) as caught:
        read(folder, *contents)
    return str(caught.value)


def test_dosage_counts_alternative_alleles_phased_or_not(tmp_path: Path) -> None:
    raw = read(
        tmp_path,
        HEAD
        + "S1\t02\tS3\tS4\tS5\n"
        + record("0/0 0/1 1|0 1/1 ./.")
        + record(".|1 0|0 . 1|1 0/1", pos=9, alt="CT"),
    )
    assert raw.ids.tolist() == ["S1", "02", "S3", "S4", "S5"]
    assert raw.names == ["chr1:5:A:C", "chr1:9:A:CT"]
    np.testing.assert_array_equal(
        raw.frame.to_numpy(), [[0, np.nan], [1, 0], [1, np.nan], [2, 2], [np.nan, 1]]
    )


def test_other_keys_of_the_format_are_passed_over(tmp_path: Path) -> None:
    raw = read(tmp_path, HEAD + "a\tb\tc\n" + record("0/1:12:99 1|1 ./.:.", fmt="GT:DP:GQ"))
    np.testing.assert_array_equal(raw.frame.to_numpy()[:, 0], [1, 2, np.nan])


def test_haploid_calls_count_nought_or_one(tmp_path: Path) -> None:
    raw = read(tmp_path, HEAD + "a\tb\tc\td\n" + record("0 1 . 0/1", chrom="X"))
    assert raw.names == ["X:5:A:C"]
    np.testing.assert_array_equal(raw.frame.to_numpy()[:, 0], [0, 1, np.nan, 1])


def test_haploid_and_diploid_calls_of_even_length_are_not_confused(tmp_path: Path) -> None:
    raw = read(
        tmp_path, HEAD + "a\tb\tc\n" + record("0/1:1 1 0/0:12", fmt="GT:DP")
    )  # 11 characters = 4·3-1… and more
    np.testing.assert_array_equal(raw.frame.to_numpy()[:, 0], [1, 1, 0])
    raw = read(tmp_path, HEAD + "a\tb\n" + record("1 1/1:7", fmt="GT:DP"))  # 7 = 4·2-1 characters
    np.testing.assert_array_equal(raw.frame.to_numpy()[:, 0], [1, 2])


def test_bgzip_and_windows_line_ends(tmp_path: Path) -> None:
    text = (HEAD + "a\tb\n" + record("0/1 1/1")).replace("\n", "\r\n").encode()
    path = tmp_path / "t.vcf.gz"
    path.write_bytes(gzip.compress(text[:80]) + gzip.compress(text[80:]) + gzip.compress(b""))
    assert read_vcf(Source((str(path),))).frame.to_numpy().tolist() == [[1.0], [2.0]]


def test_sites_can_be_kept_as_categories(tmp_path: Path) -> None:
    raw = read(tmp_path, HEAD + "a\tb\tc\n" + record("0/1 1/1 ./."), text=frozenset({"chr1:5:A:C"}))
    assert raw.frame["chr1:5:A:C"].to_list() == ["1", "2", None]


def test_a_file_a_chromosome_gives_more_columns(tmp_path: Path) -> None:
    raw = read(
        tmp_path, HEAD + "a\tb\n" + record("0/1 1/1"), HEAD + "b\ta\n" + record("0/0 1/1", chrom="chr2")
    )
    assert raw.ids.tolist() == ["a", "b"]
    np.testing.assert_array_equal(raw.frame.to_numpy(), [[1, 2], [2, 0]])


def test_other_samples_at_the_same_sites_give_more_rows(tmp_path: Path) -> None:
    one = HEAD + "a\n" + record("0/1") + record("1/1", pos=7)
    two = HEAD + "b\n" + record("0/0", pos=7) + record("1/1")
    raw = read(tmp_path, one, two)
    assert raw.ids.tolist() == ["a", "b"]
    np.testing.assert_array_equal(raw.frame.to_numpy(), [[1, 2], [2, 0]])


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("chr1\t5\n", "there is no header line"),
        ("##fileformat=VCFv4.2\n", "there is no header line"),
        (
            "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n" + record("0/1"),
            "line 1: holds sites and no samples",
        ),
        (HEAD + "a\tb\n", "has a header and no sites"),
        (
            HEAD + "a\tb\n" + record("0/1"),
            "line 4: the line has more or fewer cells than the header; seen: 10; expected: 11",
        ),
        (HEAD + "a\tb\n" + record("0/1 0/1 0/1"), "seen: 12; expected: 11"),
        (HEAD + "a\tb\n" + record("0/1 0/1") + "\n" + record("0/1 0/1", pos=9), "line 5: the line has more"),
        (HEAD + "a\tb\n" + record("0/1 A/T"), "line 4, column 11: 1 genotype that cannot be read"),
        (HEAD + "a\tb\n" + record("0/2 0/1"), "line 4, column 10: 1 genotype"),
        (HEAD + "a\tb\n" + record("0/1/1 0/1"), "line 4, column 10: 1 genotype"),
        (HEAD + "a\tb\n" + record("0/ 0/1"), "line 4, column 10: 1 genotype"),
        (HEAD + "a\tb\n" + record("0/1 10/1"), "line 4, column 11: 1 genotype"),
        (HEAD + "a\tb\n" + record("12 14", fmt="DP"), "line 4: FORMAT does not begin with GT"),
        (
            HEAD
            + "a\tb\n"
            + record("0/1 1/2", alt="C,G")
            + record("0/1 1/1", pos=8)
            + record("0/1 1/1", pos=9, alt="C,T"),
            "lines 4, 6: 2 sites with several alternative alleles",
        ),
        (
            HEAD + "a\tb\n" + record("0/1 1/1") + record("0/1 0/1"),
            "1 site more than once; seen: 2 records (lines 4, 5)",
        ),
        (HEAD + "a\ta\n" + record("0/1 1/1"), "1 id stands more than once; seen: 2 rows: columns 10, 11"),
    ],
)
def test_faults_name_the_line(tmp_path: Path, content: str, expected: str) -> None:
    assert expected in fault(tmp_path, content)


def test_remedy_for_several_alleles_is_the_command(tmp_path: Path) -> None:
    assert "bcftools norm -m-" in fault(tmp_path, HEAD + "a\n" + record("0/1", alt="C,G"))


def test_truncated_gzip(tmp_path: Path) -> None:
    path = tmp_path / "t.vcf.gz"
    path.write_bytes(gzip.compress((HEAD + "a\n" + record("0/1")).encode())[:-10])
    with pytest.raises(DataError, match="end too early"):
        read_vcf(Source((str(path),)))


def test_files_that_share_neither_samples_nor_sites(tmp_path: Path) -> None:
    message = fault(tmp_path, HEAD + "a\n" + record("0/1"), HEAD + "b\n" + record("0/1", pos=9))
    assert "1 site missing, 1 additional" in message
