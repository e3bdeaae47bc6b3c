"""Markup, numbers and axes, by hand."""

from __future__ import annotations

import doctest
import re
import xml.etree.ElementTree as ET
from types import ModuleType

import numpy as np
import pytest

from prognome.page import chart, html, numbers, palette, ticks
from prognome.page.chart import Axis, Plot, as_file, bars, cells, draw, line, path, points, whiskers
from prognome.page.html import Markup, element, join
from prognome.page.palette import DARK, LIGHT, role
from prognome.page.style import css
from prognome.page.ticks import nice_ticks


@pytest.mark.parametrize("module", [chart, html, numbers, ticks])
def test_examples_in_the_docstrings_hold(module: ModuleType) -> None:
    found = doctest.testmod(module)
    assert found.failed == 0
    assert found.attempted > 0


def test_text_is_escaped_once_and_markup_not_at_all() -> None:
    inner = element("b", "<&>")
    assert inner == "<b>&lt;&amp;&gt;</b>"
    assert element("p", inner, ["a", None, Markup("<br>")]) == "<p><b>&lt;&amp;&gt;</b>a<br></p>"
    assert join(["<", inner], " & ") == "&lt; &amp; <b>&lt;&amp;&gt;</b>"


def test_attributes_are_escaped_and_false_ones_left_out() -> None:
    assert element("a", href='"><x>', hidden=False, title=None, open=True) == (
        '<a href="&quot;&gt;&lt;x&gt;" open></a>'
    )


def test_characters_that_xml_forbids_do_not_break_a_figure() -> None:
    drawing = draw(Plot(Axis(0, 1), Axis(0, 1)), [], "a\x00b\x1b", "c\ufffe")
    assert ET.fromstring(as_file(drawing))[1].text == "a\ufffdb\ufffd"


@pytest.mark.parametrize(
    ("low", "high"), [(0, 1), (3.2, 97), (-5e-7, 3e-6), (1e9, 3e9), (-1, -0.2), (0.9999, 1.0), (7, 7), (0, 0)]
)
def test_ticks_cover_the_range_with_equal_nice_steps(low: float, high: float) -> None:
    marks = nice_ticks(low, high)
    steps = np.diff(marks)
    assert marks[0] <= low
    assert marks[-1] >= high
    assert 2 <= len(marks) <= 12
    assert np.allclose(steps, steps[0], rtol=1e-6)
    mantissa = steps[0] / 10 ** np.floor(np.log10(steps[0]) + 1e-9)
    assert min(abs(mantissa - nice) for nice in (1, 2, 2.5, 5, 10)) < 1e-6


def test_ticks_of_nothing_known_are_still_an_axis() -> None:
    assert nice_ticks(float("nan"), 3) == nice_ticks(0, 1)


def test_a_plot_maps_the_corners_of_its_data_to_the_corners_of_its_area() -> None:
    plot = Plot(Axis(10, 20), Axis(-1, 1), width=100, height=80, left=10, right=10, top=5, bottom=15)
    assert plot.px([10, 15, 20]).tolist() == [10, 50, 90]
    assert plot.py([-1, 0, 1]).tolist() == [65, 35, 5]


def test_a_gap_breaks_a_line_and_drops_a_dot() -> None:
    plot = Plot(Axis(0, 1), Axis(0, 1))
    gap = [0.1, float("nan"), 0.9]
    assert path(np.array([0.0, 1.0, 2.0]), np.array([0.0, np.nan, 4.0])) == "M0 0M2 4"
    assert points(plot, gap, [0.5] * 3, "red").count("<circle") == 2
    assert "nan" not in whiskers(plot, gap, [0.1] * 3, [0.2] * 3, "red")
    assert "nan" not in line(plot, gap, gap, "red")


def test_marks_are_drawn_where_there_is_something() -> None:
    plot = Plot(Axis(0, 1), Axis(0, 1))
    assert bars(plot, [0, 0.5], [0.5, 1], 0, [0.0, 0.7], "red").count("<rect") == 1
    assert cells(plot, [0, 0.5, 1], [0, 0.5, 1], [[0, 0.3], [1, 0]], "red").count("<rect") == 2


def test_a_file_has_plain_colours_and_the_page_has_variables() -> None:
    drawing = draw(Plot(Axis(0, 1, "x"), Axis(0, 1)), [], "t", "d")
    assert role("ink") in drawing
    assert "var(" not in as_file(drawing)
    assert LIGHT["ink"] in as_file(drawing)


def _luminance(colour: str) -> float:
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


@pytest.mark.parametrize("colours", [LIGHT, DARK])
@pytest.mark.parametrize(
    ("front", "back", "least"),
    [("ink", "paper", 7), ("soft", "paper", 4.5), ("soft", "raised", 4.5), ("link", "paper", 4.5),
     ("good", "paper", 4.5), ("warn", "warn-paper", 4.5), ("ink", "warn-paper", 7),
     *((name, "paper", 3) for name in palette.SERIES)],
)  # fmt: skip
def test_text_and_lines_stand_out_as_wcag_2_asks(
    colours: dict[str, str], front: str, back: str, least: float
) -> None:
    light, dark = sorted((_luminance(colours[front]), _luminance(colours[back])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= least


def test_every_colour_the_style_asks_for_exists_in_both_modes() -> None:
    assert set(LIGHT) == set(DARK)
    asked = set(re.findall(r"var\(--([a-z0-9-]+)\)", css())) - {"share"}
    assert asked <= set(LIGHT)
    assert "url(" not in css()
