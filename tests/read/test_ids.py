"""Ids match exactly or nearly, and nothing is merged in silence."""

from __future__ import annotations

import time

import pytest

from prognome.errors import DataError
from prognome.read.ids import match_ids, normal_id


def test_exact_matching_reports_near_ones_and_leaves_them_out() -> None:
    match = match_ids(["a", "B", "007", "x"], ["b ", "a", "7", "q"], relaxed=False)
    assert match.index.tolist() == [1, -1, -1, -1]
    assert match.near.tolist() == [[1, 0], [2, 2]]
    assert (match.unmatched_wanted, match.unmatched_there) == (3, 3)


def test_relaxed_matching_takes_near_ones() -> None:
    match = match_ids(["a", "B", "007", "x"], ["b ", "a", "7", "q"], relaxed=True)
    assert match.index.tolist() == [1, 0, 2, -1]
    assert match.near.tolist() == [[1, 0], [2, 2]]
    assert (match.unmatched_wanted, match.unmatched_there) == (1, 1)


def test_an_exact_partner_is_preferred() -> None:
    assert match_ids(["7"], ["07", "7"], relaxed=False).index.tolist() == [1]
    assert match_ids(["7"], ["07", "7"], relaxed=False).near.tolist() == []


def test_an_id_may_be_wanted_more_than_once() -> None:
    match = match_ids(["d1", "d1", "D2", "D2"], ["d1", "d2"], relaxed=True)
    assert match.index.tolist() == [0, 0, 1, 1]
    assert match.unmatched_there == 0


@pytest.mark.parametrize(("wanted", "there"), [(["7"], ["07", "7"]), (["a", "A"], ["a"])])
def test_relaxed_matching_refuses_ids_that_become_equal(wanted: list[str], there: list[str]) -> None:
    with pytest.raises(DataError, match="1 id becomes equal to another") as caught:
        match_ids(wanted, there, relaxed=True)
    assert "07" not in str(caught.value)


def test_normal_form() -> None:
    assert [normal_id(text) for text in (" 007a ", "000", "0", "P07", "")] == ["7a", "0", "0", "p07", ""]


def test_a_hundred_thousand_ids_match_at_once() -> None:
    there = [f"{i:08d}" for i in range(100_000)]
    wanted = [str(i) for i in reversed(range(100_000))]
    start = time.perf_counter()
    match = match_ids(wanted, there, relaxed=True)
    assert match.index.tolist() == list(reversed(range(100_000)))
    assert time.perf_counter() - start < 5
