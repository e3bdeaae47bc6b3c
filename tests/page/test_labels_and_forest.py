"""Names that do not overlap, logarithmic ticks, forest plots."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from prognome.page.chart import Axis, as_file
from prognome.page.forest import ForestBlock, ForestLine, forest
from prognome.page.labels import Box, draw_labels, place_labels
from prognome.page.numbers import probability
from prognome.page.table import Column, table
from prognome.page.ticks import log_ticks

AREA = Box(60, 10, 700, 380)


@pytest.mark.parametrize("seed", range(5))
def test_names_of_twelve_crowded_points_overlap_neither_each_other_nor_what_is_drawn(seed: int) -> None:
    rng = np.random.default_rng(seed)
    at = [
        (float(x), float(y)) for x, y in zip(rng.uniform(300, 420, 12), rng.uniform(40, 120, 12), strict=True)
    ]
    whiskers = [Box(x - 2, y - 30, x + 2, y + 30) for x, y in at]
    placed = place_labels([f"a model of some length {k}" for k in range(12)], at, AREA, whiskers)
    for k, one in enumerate(placed):
        assert one.box.outside(AREA) == 0
        assert all(one.box.shared(other.box) == 0 for other in placed[k + 1 :])
        assert all(one.box.shared(other) == 0 for other in whiskers)


def test_a_name_alone_stands_right_of_its_point_and_at_the_edge_left_of_it() -> None:
    (free,) = place_labels(["name"], [(200.0, 100.0)], AREA)
    (edge,) = place_labels(["name"], [(695.0, 100.0)], AREA)
    assert free.box.left > 200
    assert edge.box.right < 695


def test_names_too_many_for_their_corner_stay_inside_the_drawing() -> None:
    corner = [(690.0 + k % 5, 14.0 + 2 * k) for k in range(20)]
    placed = place_labels([f"SVM with an RBF kernel {k}" for k in range(20)], corner, AREA)
    assert all(one.box.outside(AREA) == 0 for one in placed)


def test_a_box_is_pushed_inside_by_hand() -> None:
    assert Box(8, -3, 12, 1).within(Box(0, 0, 10, 10)) == Box(6, 0, 10, 4)
    assert Box(2, 3, 4, 5).within(Box(0, 0, 10, 10)) == Box(2, 3, 4, 5)


def test_capitals_take_more_room_than_small_letters() -> None:
    (small,) = place_labels(["svm"], [(200.0, 100.0)], AREA)
    (large,) = place_labels(["SVM"], [(200.0, 100.0)], AREA)
    assert large.box.right - large.box.left > small.box.right - small.box.left


def test_a_name_far_from_its_point_gets_a_line() -> None:
    near = place_labels(["n"], [(200.0, 100.0)], AREA)
    far = place_labels(["n"], [(200.0, 100.0)], AREA, [Box(120, 40, 280, 160)])
    assert "<path" not in draw_labels(near, ["red"])
    assert "<path" in draw_labels(far, ["red"])


def test_shared_and_outside_areas_by_hand() -> None:
    assert Box(0, 0, 4, 4).shared(Box(2, 3, 9, 9)) == 2
    assert Box(0, 0, 4, 4).shared(Box(4, 0, 8, 4)) == 0
    assert Box(0, 0, 4, 4).outside(Box(1, 0, 9, 9)) == 4


@pytest.mark.parametrize(("low", "high"), [(0.001, 0.001), (0.02, 0.05), (1, 1000), (3e-3, 7e4), (0.9, 1.1)])
def test_logarithmic_ticks_cover_the_range(low: float, high: float) -> None:
    marks = log_ticks(low, high)
    assert marks[0] <= low * (1 + 1e-9)
    assert marks[-1] >= high * (1 - 1e-9)
    assert 2 <= len(marks) <= 10
    assert marks == sorted(set(marks))


def test_a_forest_plot_is_well_formed_and_has_words_where_there_is_no_value() -> None:
    lines = (
        ForestLine("f", "10 / 20", 0.8, 0.7, 0.9, "0.80 (0.70 to 0.90)"),
        ForestLine("<m>", "2 / 9", None, None, None, "too few to say: 2 events"),
        ForestLine("x", "5 / 9", 0.2, None, None, "0.20"),
    )
    drawing = forest([ForestBlock("Test", lines, 0.75)], Axis(0.5, 1.0, "AUC"), "By sex", "d")
    root = ET.fromstring(as_file(drawing))
    assert drawing.count("<circle") == 2
    assert "too few to say: 2 events" in "".join(root.itertext())
    low = min(float(x) for x in re.findall(r'<circle cx="([\d.]+)"', drawing))
    grid = min(float(x) for x in re.findall(r"M([\d.]+) [\d.]+V", drawing))
    assert low == pytest.approx(grid, abs=0.1)  # a value below the axis stands at its end


def test_p_values_are_never_shown_as_nought_or_one() -> None:
    assert [probability(p) for p in (0.0, 0.0005, 0.001, 0.9991, 1.0)] == [
        "<\u202f.001",
        "<\u202f.001",
        ".001",
        ">\u202f.999",
        ">\u202f.999",
    ]


def test_a_cell_of_several_pieces_is_one_element_so_that_a_card_keeps_it_together() -> None:
    built = table("t", [Column("a"), Column("b")], [["x", ["1", " (", "0", ")"]]])
    assert "<span>1 (0)</span></td>" in built
