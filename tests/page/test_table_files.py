"""One table in three forms, by hand."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path
from shutil import which
from subprocess import run

import pytest

from prognome.page import flow, latex, table
from prognome.page.flow import Box, Step
from prognome.page.html import Markup, element, join, plain
from prognome.page.table import Column, Estimate, Table

HOSTILE = r"a_b%c&d#e{f}g~h^i\j$k<l>"


def estimate(value: str, low: str, high: str) -> Estimate:
    return Estimate(element("div", value, f" {low} to {high}"), value, low, high)


def test_what_steers_latex_loses_its_force() -> None:
    # written down from the LaTeX Companion, table of special characters
    assert latex.escape(HOSTILE) == (
        r"a\_b\%c\&d\#e\{f\}g\textasciitilde{}h\textasciicircum{}i\textbackslash{}j\$k$<$l$>$"
    )
    assert latex.escape("\u22120.5 to 1\u202f%") == r"$-$0.5 to 1\,\%"
    assert latex.escape("R²β≥ü中") == r"R\textsuperscript{2}$\beta$$\geq$ü中"
    assert latex.escape("a\u202eb\x07c\td") == "abc d"


def test_tsv_splits_a_value_from_its_interval_and_is_plain() -> None:
    one = Table(
        "t",
        "T",
        [Column("Model"), Column("Score"), Column("Rows", numeric=True)],
        [
            [
                ["best\tone", element("span", "best", class_="tag")],
                estimate("\u22120.10", "\u22120.2", "0"),
                "1,234",
            ],
            [element("b", "<x> & y"), element("span", "–"), "5\u202f%"],
        ],
    )
    assert one.tsv() == (
        "Model\tScore\tScore low\tScore high\tRows\n"
        "best one (best)\t-0.10\t-0.2\t0\t1234\n"
        "<x> & y\t\t\t\t5 %\n"
    )


def test_latex_has_caption_label_rules_and_as_many_cells_as_columns() -> None:
    text = Table(
        "a_b", "50 % & more", [Column("M"), Column("S")], [["[x]", estimate("0.5", "0.4", "0.6")]]
    ).tex()
    lines = text.splitlines()
    assert r"\caption{50 \% \& more.}" in lines
    assert r"\label{tab:a-b}" in lines
    assert r"\begin{tabular}{@{}lr@{}}" in lines
    assert [line for line in lines if line.endswith(r"\\")] == [r"M & S \\", r"{}[x] & 0.5 [0.4, 0.6] \\"]
    assert [text.count(rule) for rule in (r"\toprule", r"\midrule", r"\bottomrule")] == [1, 1, 1]
    assert r"\small" not in lines


def test_wide_tables_are_small_and_long_words_wrap() -> None:
    wide = Table("w", "W", [Column(f"c{k}") for k in range(8)], [["1"] * 8]).tex()
    assert "\n\\small\n" in wide
    long = Table("l", "L", [Column("a"), Column("b")], [["x", "word " * 40]]).tex()
    # room for 98 letters in \small: one goes to "x" and 1.4 to the gap, (98 - 2.4) / 98 = 0.98
    assert r"p{0.98\linewidth}" in long
    assert r"\usepackage{array}" in long


def test_figures_wider_than_a_page_are_parted_and_each_part_names_its_rows() -> None:
    columns = [Column("Model"), *(Column(f"figure {k}", numeric=True) for k in range(20))]
    text = Table("all", "All", columns, [["forest", *["0.50 [0.40, 0.60]"] * 20]]).tex()
    assert text.count(r"\begin{table}") == text.count("\nforest & ") == 4
    assert text.count("0.50 [0.40, 0.60]") == 20
    assert [line for line in text.splitlines() if line.startswith(r"\label")] == [
        r"\label{tab:all}",
        r"\label{tab:all-2}",
        r"\label{tab:all-3}",
        r"\label{tab:all-4}",
    ]
    assert r"\caption{All, part 4 of 4.}" in text


def test_a_table_longer_than_a_page_breaks_and_repeats_its_headings() -> None:
    text = Table("n", "N", [Column("a"), Column("b")], [[f"r{k}", "1"] for k in range(46)]).tex()
    assert r"\usepackage{longtable}" in text
    assert r"\begin{table}" not in text
    assert text.index("a & b") < text.index(r"\endhead") < text.index("r0 & 1")


TEX_OF_ALL = r"""\documentclass[a4paper]{article}\usepackage[T1]{fontenc}\usepackage[margin=25mm]{geometry}
\usepackage{booktabs}\usepackage{array}\usepackage{longtable}\begin{document}
%s\end{document}
"""


@pytest.mark.skipif(which("pdflatex") is None, reason="no pdflatex here")
@pytest.mark.parametrize("rows", [2, 50])
@pytest.mark.parametrize("columns", [2, 9, 25])
def test_names_that_steer_latex_compile_without_an_overfull_box(
    tmp_path: Path, rows: int, columns: int
) -> None:
    heads = [Column(HOSTILE), *(Column(f"{HOSTILE} and {k}", numeric=k % 3 > 0) for k in range(1, columns))]
    cells = [[f"[{HOSTILE} {k}", *["0.50 [0.40, 0.60]"] * (columns - 1)] for k in range(rows)]
    text = Table("t", HOSTILE, heads, cells).tex()
    (tmp_path / "t.tex").write_text(TEX_OF_ALL % text, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "t.tex"]
    done = run(command, cwd=tmp_path, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0
    said = (tmp_path / "t.log").read_text(encoding="latin-1")
    assert "Overfull" not in said
    assert "Missing character" not in said


def test_markup_carries_its_tables_through_elements_and_joins() -> None:
    built = table.table("T", [Column("a"), Column("b")], [["x", "1"]], name="mine")
    page = join([element("div", element("p", "y"), [built]), "z"])
    assert [one.name for one in page.carried if isinstance(one, Table)] == ["mine"]
    assert 'href="tables/mine.tsv"' in page
    assert table.table("T", [Column("a")], [["x"]]).carried == ()


@pytest.mark.parametrize(
    ("markup", "said"),
    [
        (join(["a", element("small", "aside")]), "a"),
        (element("p", "x", Markup("<br>"), "y"), "x; y"),
        (element("span", "–", element("span", "not scored", class_="hidden")), "–"),
        ("1 < 2 & 3", "1 < 2 & 3"),
    ],
)
def test_plain_says_what_the_eye_sees(markup: object, said: str) -> None:
    assert plain(markup) == said


def test_boxes_of_a_flow_stand_inside_the_drawing_and_words_wrap() -> None:
    steps = [Step(Box("read", "9 rows"), (Box("a long reason " * 8, "1 row"),)), Step(Box("kept", "8 rows"))]
    svg = flow.flow(steps, [Box("a", "4 rows")] * 5, [Box("b", "2 rows")], "T", "D")
    root = ET.fromstring(svg)
    width, height = (float(root.attrib[name]) for name in ("width", "height"))
    boxes = [one.attrib for one in root.iter("{http://www.w3.org/2000/svg}rect")]
    assert len(boxes) == 9
    for box in boxes:
        assert float(box["x"]) >= 0
        assert float(box["x"]) + float(box["width"]) <= width
        assert float(box["y"]) + float(box["height"]) <= height
    assert svg.count("a long reason") >= 4
    spans = sorted((float(b["y"]), float(b["y"]) + float(b["height"])) for b in boxes if float(b["x"]) < 9)
    assert all(above[1] < below[0] for above, below in pairwise(spans))


def test_counts_too_long_for_a_box_of_a_flow_wrap() -> None:
    # 280 units inside a box of the main line hold 37 bold letters of 7.4
    short = flow.flow([Step(Box("Rows", "9 rows (a: 4, b: 5)"))], [], [], "T", "D")
    long = flow.flow([Step(Box("Rows", "220 rows (Basal: 66, Her2: 44, LumA: 110)"))], [], [], "T", "D")
    assert ">220 rows (Basal: 66, Her2: 44, LumA:<" in long
    assert ">110)<" in long
    heights = [float(ET.fromstring(one).attrib["height"]) for one in (short, long)]
    assert heights[1] - heights[0] == 16
