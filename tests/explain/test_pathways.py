"""Over-representation by hand and in exact whole numbers; files that are no GMT."""

import numpy as np
import pytest

from prognome.errors import DataError
from prognome.explain.pathways import GeneSet, over_represented, read_gmt


def genes(n, start=0):
    return [f"G{i}" for i in range(start, start + n)]


def test_a_file_is_read(tmp_path):
    path = tmp_path / "sets.gmt"
    path.write_text("REPAIR\tan address\tBRCA1\tBRCA2\tATM\t\n\nCYCLE\t\tTP53\tATM\r\n", encoding="utf-8")
    found = read_gmt(path)
    assert list(found) == ["REPAIR", "CYCLE"]
    assert found["REPAIR"] == GeneSet("an address", frozenset({"BRCA1", "BRCA2", "ATM"}))
    assert found["CYCLE"].genes == {"TP53", "ATM"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("REPAIR\tx\tA\nCYCLE\tx\n", "line 2: this is no gene set; seen: 2 fields"),
        ("REPAIR x A B\n", "parted by tabs"),
        ("\tx\tA\n", "line 1: this is no gene set"),
        ("ONE\tx\tA\nONE\tx\tB\n", "line 2: the gene set 'ONE' stands twice"),
        ("\n\n", "holds no gene set"),
    ],
)
def test_malformed_files_are_named_with_their_line(tmp_path, text, said):
    path = tmp_path / "sets.gmt"
    path.write_text(text)
    with pytest.raises(DataError, match=said):
        read_gmt(path)


def test_files_that_are_not_there_or_no_text(tmp_path):
    with pytest.raises(DataError, match="No such file"):
        read_gmt(tmp_path / "none.gmt")
    (tmp_path / "zip.gmt").write_bytes(b"\x1f\x8b\xff\xfe")
    with pytest.raises(DataError, match="no text in UTF-8"):
        read_gmt(tmp_path / "zip.gmt")


def test_a_p_value_by_hand():
    # 10 genes, 4 in the set, 3 markers of which 2 in it: (C(4,2) C(6,1) + C(4,3)) / C(10,3) = 40 / 120
    found = over_represented(["G0", "G1", "G9"], genes(10), {"S": GeneSet("", frozenset(genes(4)))}, least=1)
    line = found.iloc[0]
    assert line["p"] == pytest.approx(1 / 3)
    assert line["expected"] == pytest.approx(1.2)
    assert line["ratio"] == pytest.approx(2 / 1.2)
    assert (line["size"], line["markers"], line["genes"]) == (4, 2, "G0,G1")


def test_a_small_p_value_by_an_exact_sum():
    # 10 or more of 50 among 100 markers of 20,000, as a sum of exact whole numbers
    from fractions import Fraction
    from math import comb

    wanted = sum(Fraction(comb(50, k) * comb(19950, 100 - k), comb(20000, 100)) for k in range(10, 51))
    markers = genes(10) + genes(90, start=1000)
    found = over_represented(markers, genes(20000), {"S": GeneSet("", frozenset(genes(50)))})
    assert found["p"][0] == pytest.approx(float(wanted), rel=1e-9)
    assert found["p"][0] < 1e-13


def test_only_measured_genes_count_and_small_sets_are_left_out():
    sets = {
        "measured in part": GeneSet("", frozenset([*genes(6), "elsewhere"])),
        "too small": GeneSet("", frozenset(genes(4))),
        "too large": GeneSet("", frozenset(genes(15))),
        "not hit": GeneSet("", frozenset(genes(6, start=10))),
    }
    found = over_represented(genes(3), genes(20), sets, most=10)
    assert found["pathway"].tolist() == ["measured in part", "not hit"]
    assert found["size"].tolist() == [6, 6]
    # C(6,3) / C(20,3) = 20 / 1140; corrected for the two that were tested
    assert found["p"].tolist() == pytest.approx([20 / 1140, 1])
    assert found["q"].tolist() == pytest.approx([40 / 1140, 1])
    assert over_represented(genes(3), genes(20), sets, least=19).empty


def test_names_that_do_not_match_are_refused():
    sets = {"S": GeneSet("", frozenset({"ENSG1", "ENSG2"}))}
    with pytest.raises(DataError, match="no gene set has a measured gene; seen: G0, G1, G2; expected: ENSG1"):
        over_represented(["G0"], genes(5), sets)
    with pytest.raises(DataError, match="1 of 2 markers are not among the measured genes; seen: X"):
        over_represented(["G0", "X"], genes(5), sets)


def test_no_markers_give_no_enrichment():
    found = over_represented([], genes(10), {"S": GeneSet("", frozenset(genes(5)))})
    assert found["p"].tolist() == [1]
    assert np.isnan(found["ratio"][0])
