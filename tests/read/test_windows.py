"""Windows cut from a reference: every letter by hand, and every fault refused with rows and cause."""

import pytest

from prognome.errors import DataError
from prognome.read.sequences import read_sequences
from tests.read.places import CHR1, windows, write_reference


def cut(source) -> list[tuple]:
    return read_sequences(source).frame.rows()


def snv(pos: int, ref: str, alt: str, **more) -> dict:
    return {"chrom": "chr1", "pos": pos, "ref": ref, "alt": alt, **more}


# CHR1: ACGTTGCAAGGCTTACCGATAGGCATTCGA, counted from 1: position 10 is G, 9..12 are A G G C


def test_a_single_letter_variant_has_flank_letters_on_either_side(tmp_path):
    # positions 6..14 are G C A A G G C T T; 10 is the middle one
    assert cut(windows(tmp_path, [snv(10, "G", "T")])) == [("GCAAGGCTT", "GCAATGCTT")]


def test_a_deletion_is_filled_up_from_higher_positions(tmp_path):
    # GGC (10..12) becomes G, so 13..16 (T T A C) move up, and 15 and 16 come in
    assert cut(windows(tmp_path, [snv(10, "GGC", "G")])) == [("GCAAGGCTT", "GCAAGTTAC")]


def test_an_insertion_pushes_letters_out_at_higher_positions(tmp_path):
    assert cut(windows(tmp_path, [snv(10, "G", "GAC")])) == [("GCAAGGCTT", "GCAAGACGC")]


def test_an_insertion_longer_than_the_window_is_cropped(tmp_path):
    assert cut(windows(tmp_path, [snv(10, "G", "G" + "T" * 20)])) == [("GCAAGGCTT", "GCAAGTTTT")]


def test_windows_of_the_minus_strand_are_reversed_and_complemented(tmp_path):
    # reverse complement of GCAAGGCTT is AAGCCTTGC; of GCAATGCTT it is AAGCATTGC
    rows = [snv(10, "G", "T", strand="-"), snv(10, "G", "T", strand="+")]
    assert cut(windows(tmp_path, rows)) == [("AAGCCTTGC", "AAGCATTGC"), ("GCAAGGCTT", "GCAATGCTT")]


@pytest.mark.parametrize(("plus", "minus"), [("1", "-1"), ("+1", "-1"), ("+", "\N{MINUS SIGN}")])
def test_strands_may_be_written_as_numbers(tmp_path, plus, minus):
    rows = [snv(10, "G", "T", strand=minus), snv(10, "G", "T", strand=plus)]
    assert [one[0] for one in cut(windows(tmp_path, rows))] == ["AAGCCTTGC", "GCAAGGCTT"]


def test_alleles_written_on_the_rows_strand_are_turned_first(tmp_path):
    # on -, G>T at 10 is written C>A; the deletion GGC>G is written GCC>C
    rows = [snv(10, "C", "A", strand="-"), snv(10, "GCC", "C", strand="-"), snv(10, "G", "T", strand="+")]
    assert cut(windows(tmp_path, rows, alleles="strand")) == [
        ("AAGCCTTGC", "AAGCATTGC"),
        ("AAGCCTTGC", "GTAACTTGC"),
        ("GCAAGGCTT", "GCAATGCTT"),
    ]


def test_without_alleles_there_is_one_window_around_the_position(tmp_path):
    raw = read_sequences(windows(tmp_path, [{"chrom": "chr1", "pos": 10}]))
    assert raw.names == ["sequence"]
    assert raw.frame["sequence"].to_list() == ["GCAAGGCTT"]


def test_soft_masked_letters_are_letters(tmp_path):
    assert cut(windows(tmp_path, [{"chrom": "chr2", "pos": 6, "ref": "c", "alt": "a"}])) == [
        ("TTTTCCCCC", "TTTTACCCC")
    ]


@pytest.mark.parametrize("chrom", ["chr1", "1", "Chr1", "CHR1"])
def test_contigs_are_found_with_and_without_chr(tmp_path, chrom):
    assert cut(windows(tmp_path, [{**snv(10, "G", "T"), "chrom": chrom}])) == [("GCAAGGCTT", "GCAATGCTT")]


def test_a_window_off_the_end_is_padded_with_n_and_counted(tmp_path):
    raw = read_sequences(windows(tmp_path, [snv(2, "C", "T"), snv(29, "G", "A"), snv(10, "G", "T")]))
    assert raw.frame.rows()[:2] == [("NNNACGTTG", "NNNATGTTG"), ("ATTCGANNN", "ATTCAANNN")]
    assert raw.notes == ("2 windows of 3 reach beyond the reference; padded with N",)


def test_a_position_off_its_contig_is_refused_with_its_line(tmp_path):
    rows = [snv(10, "G", "T"), snv(31, "G", "T"), snv(0, "G", "T")]
    with pytest.raises(DataError, match=r"column 'pos': is off its contig in 2 rows; seen: lines 3, 4"):
        cut(windows(tmp_path, rows))


def test_a_contig_that_is_not_there_is_refused(tmp_path):
    rows = [snv(10, "G", "T"), {**snv(10, "G", "T"), "chrom": "chr7"}]
    with pytest.raises(DataError, match=r"'chrom': is no contig of .*genome.fa in 1 row; seen: line 3"):
        cut(windows(tmp_path, rows))


@pytest.mark.parametrize("allele", ["<DEL>", "*", "A,T", "-"])
def test_an_allele_without_letters_is_refused(tmp_path, allele):
    with pytest.raises(DataError, match="is no ALT written in letters in 1 row; seen: line 2"):
        cut(windows(tmp_path, [snv(10, "G", allele)]))


def test_a_strand_that_is_none_is_refused(tmp_path):
    with pytest.raises(DataError, match="'strand': is no strand in 1 row"):
        cut(windows(tmp_path, [snv(10, "G", "T", strand="up")]))


@pytest.mark.parametrize("pos", ["ten", "1.5", "inf"])
def test_a_position_that_is_no_whole_number_is_refused(tmp_path, pos):
    with pytest.raises(DataError, match="'pos': is no position in 1 row"):
        cut(windows(tmp_path, [{**snv(10, "G", "T"), "pos": pos}]))


def test_a_gap_in_a_place_gives_no_window(tmp_path):
    rows = [snv(10, "G", "T"), {**snv(10, "G", "T"), "pos": None}, {**snv(10, "G", "T"), "strand": "."}]
    rows = [{"strand": "+", **row} for row in rows]
    assert cut(windows(tmp_path, rows))[1:] == [(None, None), (None, None)]


# --- REF against the reference ----------------------------------------------------------------------------


def variants(at, *, letters: str = CHR1, shift: int = 0, **more) -> list[dict]:
    """Variants at these positions, the letters as they stand there."""
    other = str.maketrans("ACGT", "CGTA")
    return [snv(k + shift, letters[k - 1], letters[k - 1].translate(other), **more) for k in at]


def test_a_mismatch_is_refused_with_count_and_lines(tmp_path):
    rows = [*variants(range(5, 26)), snv(26, "G", "A")]  # 26 is T
    with pytest.raises(DataError, match=r"REF disagrees with the reference in 1 of 22 rows; seen: line 23"):
        cut(windows(tmp_path, rows))


def test_positions_counted_from_nought_are_named(tmp_path):
    with pytest.raises(DataError, match=r"counted from 0: add 1 to each\. Then 21 of 21 rows agree"):
        cut(windows(tmp_path, variants(range(5, 26), shift=-1)))


def test_positions_one_too_high_are_named(tmp_path):
    with pytest.raises(DataError, match="one too high: take 1 from each"):
        cut(windows(tmp_path, variants(range(5, 26), shift=1)))


def test_alleles_of_the_other_strand_are_named(tmp_path):
    there = CHR1.translate(str.maketrans("ACGT", "TGCA"))
    rows = variants(range(5, 16), letters=there, strand="-") + variants(range(16, 26), strand="+")
    with pytest.raises(DataError, match=r"on the other strand: say alleles: strand under around\."):
        cut(windows(tmp_path, rows))
    assert len(cut(windows(tmp_path, rows, alleles="strand"))) == 21


def test_swapped_alleles_are_named(tmp_path):
    rows = [{**row, "ref": row["alt"], "alt": row["ref"]} for row in variants(range(5, 26))]
    with pytest.raises(DataError, match="REF and ALT are swapped"):
        cut(windows(tmp_path, rows))


def test_many_mismatches_without_a_cause_suggest_another_build(tmp_path):
    rows = variants(range(5, 26), letters=CHR1[7:] + CHR1[:7])
    with pytest.raises(DataError, match="positions of another build of the genome"):
        cut(windows(tmp_path, rows))


def test_n_in_the_reference_is_not_checked_and_said(tmp_path):
    path = tmp_path / "n.fa"
    path.write_text(f">1\n{CHR1[:9]}N{CHR1[10:]}\n", encoding="utf-8")
    raw = read_sequences(windows(tmp_path, [snv(10, "A", "T")], fasta=path))
    assert raw.frame.rows() == [("GCAANGCTT", "GCAATGCTT")]
    assert raw.notes == ("the reference has no plain letter where REF stands in 1 row; not checked there",)


# --- references -------------------------------------------------------------------------------------------


def test_a_slice_begins_where_its_header_says(tmp_path):
    path = tmp_path / "slice.fa"
    path.write_text(f">chr1:1001-1030\n{CHR1}\n>chr1:5001-5030\n{CHR1[::-1]}\n", encoding="utf-8")
    rows = [snv(1010, "G", "T"), snv(5021, "G", "T")]  # 5021 is letter 10 from the end
    assert cut(windows(tmp_path, rows, fasta=path))[0] == ("GCAAGGCTT", "GCAATGCTT")
    assert cut(windows(tmp_path, rows, fasta=path))[1] == ("TTCGGAACG", "TTCGTAACG")
    named = [{"chrom": "chr1", "pos": 1010}]  # no REF that would notice
    half_open = tmp_path / "bed.fa"
    half_open.write_text(f">chr1:1000-1030\n{CHR1}\n", encoding="utf-8")
    for fasta in (path, half_open):
        assert cut(windows(tmp_path, named, fasta=fasta)) == [("GCAAGGCTT",)]
    with pytest.raises(DataError, match=r"is off its contig in 1 row; .* positions of chr1:1001-1030"):
        cut(windows(tmp_path, [snv(10, "G", "T")], fasta=path))


def test_another_build_than_said_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("prognome.read.builds._LENGTHS", {"GRCh37": (30, 20), "GRCh38": (31, 20)})
    monkeypatch.setattr("prognome.read.builds._NAMES", ["1", "2"])
    assert cut(windows(tmp_path, [snv(10, "G", "T")], build="GRCh37"))
    with pytest.raises(DataError, match="another build than the study says; seen: GRCh37; expected: GRCh38"):
        cut(windows(tmp_path, [snv(10, "G", "T")], build="GRCh38"))


def test_nothing_is_written_beside_the_reference(tmp_path):
    folder = tmp_path / "closed"
    folder.mkdir()
    path = write_reference(folder)
    folder.chmod(0o500)
    try:
        assert cut(windows(tmp_path, [snv(10, "G", "T")], fasta=path)) == [("GCAAGGCTT", "GCAATGCTT")]
        assert [one.name for one in folder.iterdir()] == ["genome.fa"]
    finally:
        folder.chmod(0o700)
