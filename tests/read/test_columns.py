"""Columns are chosen by name and pattern."""

from __future__ import annotations

import pytest

from prognome.errors import StudyError
from prognome.read.columns import choose

NAMES = ["age", "ENSG1", "ENSG2", "site", "y", "p[1]", "p1", "a*b"]


def test_without_columns_everything_that_has_no_other_role() -> None:
    assert choose(NAMES, None, [], {"y", "site"}, "b") == ["age", "ENSG1", "ENSG2", "p[1]", "p1", "a*b"]


def test_names_and_patterns_in_the_order_given_each_once() -> None:
    assert choose(NAMES, ["ENSG*", "age", "ENSG1"], [], set(), "b") == ["ENSG1", "ENSG2", "age"]


def test_exclude_takes_names_and_patterns() -> None:
    assert choose(NAMES, None, ["ENSG?", "a*b", "p*"], {"y"}, "b") == ["age", "site"]


def test_a_name_with_brackets_or_stars_is_taken_for_itself() -> None:
    assert choose(NAMES, ["p[1]"], [], set(), "b") == ["p[1]"]
    assert choose(NAMES, ["a*b"], [], set(), "b") == ["a*b"]
    assert choose(["p1", "p2"], ["p[1]"], [], set(), "b") == ["p1"]


def test_a_pattern_never_takes_the_target_and_a_full_name_takes_a_group() -> None:
    assert "y" not in choose(NAMES, ["*"], [], {"y"}, "b")
    assert choose(NAMES, ["site"], [], {"site"}, "b") == ["site"]


def test_case_counts_in_patterns() -> None:
    with pytest.raises(StudyError, match="fits no column"):
        choose(NAMES, ["ensg*"], [], set(), "b")


@pytest.mark.parametrize(
    ("columns", "exclude", "message"),
    [
        (["aeg"], [], "b: columns: there is no column 'aeg'. Did you mean 'age'?"),
        (["ENS1*"], [], "b: columns: the pattern 'ENS1*' fits no column. Did you mean 'ENSG1'?"),
        (None, ["sites"], "b: exclude: there is no column 'sites'. Did you mean 'site'?"),
        (None, ["*"], "b: no column is left"),
    ],
)
def test_what_fits_nothing_is_an_error_that_names_the_nearest(
    columns: list[str] | None, exclude: list[str], message: str
) -> None:
    with pytest.raises(StudyError) as caught:
        choose(NAMES, columns, exclude, set(), "b")
    assert str(caught.value).startswith(message)


def test_a_file_of_many_columns_is_not_recited() -> None:
    with pytest.raises(StudyError) as caught:
        choose([f"gene{i}" for i in range(20_000)], ["zzz"], [], set(), "b")
    assert str(caught.value).endswith("There are 20,000, such as 'gene0', 'gene1', 'gene2'.")
