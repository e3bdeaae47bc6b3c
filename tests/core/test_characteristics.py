"""Table 1: numbers by hand, and nobody to be known by a small cell."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from prognome.core.characteristics import FEW, describe, numbers_where_all_are, thirds


def told(
    frame: pd.DataFrame, ill: np.ndarray, external: dict[str, pd.DataFrame] | None = None
) -> pd.DataFrame:
    return describe(frame, dict.fromkeys(frame, "clinical"), {"well": ~ill, "ill": ill}, external or {})


def line(table: pd.DataFrame, variable: str, group: str, level: str = "") -> pd.Series:
    found = table[(table["variable"] == variable) & (table["group"] == group) & (table["level"] == level)]
    assert len(found) == 1
    return found.iloc[0]


def test_numbers_are_mean_sd_and_quartiles_of_those_known() -> None:
    # 1 … 9: mean 5, sample sd sqrt(60/8), quartiles 3, 5, 7 by hand
    frame = pd.DataFrame({"age": [1.0, 2, 3, 4, 5, 6, 7, 8, 9, np.nan, *[10.0] * 6]})
    ill = np.array([True] * 10 + [False] * 6)
    one = line(told(frame, ill), "age", "class:ill")
    assert (one["n"], one["missing"]) == (9, 1)
    assert one["mean"] == pytest.approx(5)
    assert one["sd"] == pytest.approx(np.sqrt(7.5))
    assert (one["q1"], one["median"], one["q3"]) == (3, 5, 7)


def test_counts_add_up_and_external_cohorts_stand_beside() -> None:
    frame = pd.DataFrame({"sex": ["m"] * 10 + ["f"] * 14})
    ill = np.arange(24) % 2 == 0
    table = told(frame, ill, {"south": pd.DataFrame({"sex": ["f"] * 7})})
    assert line(table, "sex", "all", "f")["count"] == 14
    assert line(table, "sex", "class:ill", "m")["count"] == 5
    assert line(table, "sex", "external:south", "f")["count"] == 7
    assert line(table, "sex", "external:south", "m")["count"] == 0
    assert line(table, "rows", "external:south")["n"] == 7


def test_a_level_with_three_rows_in_a_class_is_not_shown_and_not_to_be_reckoned() -> None:
    frame = pd.DataFrame({"site": ["a"] * 40 + ["b"] * 30 + ["c"] * 3})
    ill = np.arange(73) % 2 == 0
    table = told(frame, ill)
    levels = set(table.loc[table["variable"] == "site", "level"])
    assert levels == {"a", "others"}  # c alone would be known by subtraction, so b goes with it
    assert line(table, "site", "all", "others")["count"] == 33


def test_two_levels_of_which_one_is_small_are_both_hidden() -> None:
    frame = pd.DataFrame({"sex": ["m"] * 2 + ["f"] * 20})
    table = told(frame, np.arange(22) % 2 == 0)
    assert set(table.loc[table["variable"] == "sex", "level"]) == {"hidden"}
    assert table.loc[table["variable"] == "sex", "count"].isna().all()


def test_a_number_known_of_few_in_a_class_is_given_over_all_rows_alone() -> None:
    frame = pd.DataFrame({"bmi": np.arange(30.0)})
    ill = np.arange(30) < 3
    table = told(frame, ill)
    assert line(table, "bmi", "all")["mean"] == pytest.approx(14.5)
    assert np.isnan(line(table, "bmi", "class:ill")["mean"])
    assert np.isnan(line(table, "bmi", "class:well")["mean"])  # else the three would follow from the rest


@pytest.mark.parametrize("seed", range(20))
def test_no_count_of_one_to_four_is_ever_shown(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(12, 120))
    levels = rng.choice(list("abcdefgh"), n, p=rng.dirichlet(np.full(8, 0.4)))
    frame = pd.DataFrame({"x": levels, "y": rng.integers(0, 2, n).astype(float)})
    frame.loc[rng.random(n) < 0.1, "x"] = None
    table = told(frame, rng.random(n) < 0.3, {"e": frame.sample(n // 2, random_state=seed)})
    shown = table[table["variable"].isin(["x", "y"])]
    counts = shown["count"].dropna().astype(int)
    assert not ((counts > 0) & (counts < FEW)).any()
    for (_, group), here in shown.groupby(["variable", "group"]):
        known = here["count"].notna().all()
        assert not known or int(here["count"].sum()) == int(here["n"].iloc[0]), group


def test_text_that_is_all_numbers_is_a_number_and_a_target_is_cut_at_its_thirds() -> None:
    assert numbers_where_all_are(np.array(["1", "x", None], dtype=object)).tolist() == ["1", "x", None]
    assert sum(int(rows.sum()) for rows in thirds(np.array([1.0, 1, 1, 2, 3])).values()) == 5


def test_a_level_that_is_called_others_is_counted_with_the_others() -> None:
    frame = pd.DataFrame({"origin": ["a"] * 40 + ["others"] * 20 + ["b"] * 6 + ["c"] * 6})
    table = told(frame, np.arange(72) % 2 == 0)  # b and c have three rows in each class
    assert line(table, "origin", "all", "a")["count"] == 40
    assert line(table, "origin", "all", "others")["count"] == 32
