"""Numbers become one block of float64, categories stay text, and what is neither is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from prognome.core.table import Table
from prognome.errors import DataError
from prognome.read.raw import read_raw
from prognome.read.source import Source
from prognome.read.typed import typed


def make(folder: Path, text: str, levels: dict[str, list[str] | None] | None = None, **how: object) -> Table:
    path = folder / "t.csv"
    path.write_text(text)
    declared = levels or {}
    raw = read_raw(Source((str(path),), id="id"), text=frozenset(declared))
    return typed(raw, raw.names, declared, "block x", **how)  # type: ignore[arg-type]


def fault(folder: Path, text: str, levels: dict[str, list[str] | None] | None = None, **how: object) -> str:
    with pytest.raises(DataError) as caught:
        make(folder, text, levels, **how)
    return str(caught.value)


def test_numbers_are_one_block_of_float64(tmp_path: Path) -> None:
    table = make(tmp_path, "id,x,y\na,1,2\nb,NA,4.5\n")
    assert table.frame.dtypes.tolist() == [np.float64, np.float64]
    np.testing.assert_array_equal(table.frame.to_numpy(), [[1, 2], [np.nan, 4.5]])
    assert table.frame._mgr.nblocks == 1
    assert np.shares_memory(table.frame.to_numpy(), table.frame._mgr.blocks[0].values)
    assert isinstance(table.frame.index, pd.RangeIndex)
    table.frame.iloc[0, 0] = 5  # nothing read-only is handed out


def test_columns_come_in_the_order_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("id,x,s,y\na,1,u,2\n")
    raw = read_raw(Source((str(path),), id="id"))
    assert typed(raw, ["y", "s", "x"], {}, "b").names == ["y", "s", "x"]


def test_true_and_false_become_one_and_zero(tmp_path: Path) -> None:
    table = make(tmp_path, "id,a,b\n1,true,FALSE\n2,False,\n3,,TRUE\n")
    np.testing.assert_array_equal(table.frame["a"], [1, 0, np.nan])
    np.testing.assert_array_equal(table.frame["b"], [0, np.nan, 1])


def test_text_is_a_category_with_none_for_missing(tmp_path: Path) -> None:
    table = make(tmp_path, "id,s,x\na,u,1\nb,NA,2\n")
    assert table.frame["s"].dtype == object
    assert table.frame["s"].tolist() == ["u", None]


def test_declared_categories_keep_numbers_as_they_are_written(tmp_path: Path) -> None:
    table = make(tmp_path, "id,s\na,1\nb,1.0\nc,01\nd,\n", {"s": None})
    assert table.frame["s"].tolist() == ["1", "1.0", "01", None]


def test_levels_make_an_ordered_category(tmp_path: Path) -> None:
    table = make(tmp_path, "id,grade\na,high\nb,low\nc,NA\n", {"grade": ["low", "mid", "high"]})
    expected = pd.CategoricalDtype(["low", "mid", "high"], ordered=True)
    assert table.frame["grade"].dtype == expected
    assert table.frame["grade"].cat.codes.tolist() == [2, 0, -1]


def test_a_value_outside_the_levels_is_counted_and_not_shown(tmp_path: Path) -> None:
    message = fault(tmp_path, "id,g\na,1\nb,secret\nc,2\nd,secret\n", {"g": ["1", "2"]})
    assert (
        "column 'g': 2 cells outside the levels of the category; seen: lines 3, 5; expected: 1, 2" in message
    )
    assert "secret" not in message


def test_text_among_numbers_is_counted_and_numbered(tmp_path: Path) -> None:
    message = fault(tmp_path, "id,x,y,z\na,1,1,1\nb,low,2,1\nc,3,>9,1\nd,secret,4,1\n")
    assert "block x (" in message
    assert "2 columns mix numbers and text" in message
    assert "'x': 2 numbers, 2 text (lines 3, 5); 'y': 3 numbers, 1 text (line 4)" in message
    assert "'categories'" in message
    assert "secret" not in message


def test_text_where_a_schema_wants_numbers(tmp_path: Path) -> None:
    message = fault(tmp_path, "id,x\na,low\nb,high\n", numbers=["x"])
    assert "'x': 0 numbers, 2 text (lines 2, 3)" in message


def test_infinity_is_counted_and_numbered(tmp_path: Path) -> None:
    message = fault(tmp_path, "id,x,y\na,inf,1\nb,2,1\nc,-Infinity,1\nd,1e999,1\n")
    assert "1 column holds infinity; seen: 'x': 3 cells (lines 2, 4, 5)" in message


def test_columns_without_a_value_are_named_with_the_remedy(tmp_path: Path) -> None:
    text = "id,x,y,z\na,,NA,1\nb,,,2\n"
    assert "2 columns without a single value; seen: x, y. Leave them out: exclude: [x, y]." in fault(
        tmp_path, text
    )
    assert "without a single value" in fault(tmp_path, "id,s\na,\nb,\n", {"s": None})


def test_columns_without_a_value_pass_for_a_single_new_patient(tmp_path: Path) -> None:
    table = make(tmp_path, "id,x,s,y\na,,,2\n", {"s": None}, allow_empty=True)
    assert np.isnan(table.frame["x"]).all()
    assert table.frame["s"].tolist() == [None]


def test_free_text_is_no_category_unless_declared(tmp_path: Path) -> None:
    text = "id,note,few\n" + "".join(f"{i},word {i},w{i % 100}\n" for i in range(101))
    message = fault(tmp_path, text)
    assert "1 column holds free text; seen: 'note': 101 different texts" in message
    assert len(make(tmp_path, text, {"note": None})) == 101


def test_decimal_commas_are_recognised(tmp_path: Path) -> None:
    message = fault(tmp_path, "id;x\na;1,5\nb;2\nc;3,25\n")
    assert "column 'x': 2 cells with a decimal comma; seen: lines 2, 4" in message


def test_lines_are_named_with_their_file_where_there_are_several(tmp_path: Path) -> None:
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_text("id,x\na,1\nb,2\n")
    two.write_text("id,x\nc,3\nd,low\n")
    raw = read_raw(Source((str(one), str(two)), id="id"))
    with pytest.raises(DataError, match=r"3 numbers, 1 text \(.*two.csv line 3\)"):
        typed(raw, raw.names, {}, "block x")
