"""Every format and spelling of a table gives the same rows."""

from __future__ import annotations

import datetime
import gzip
import math
from pathlib import Path

import numpy as np
import openpyxl
import polars as pl
import pyarrow as pa
import pytest

from prognome.read.raw import RawTable, read_raw
from prognome.read.source import Source

ROWS = "id,age,sex,smokes\n007,63,F,true\n 8,1.5,M,FALSE\nP-9,NA,,\n"


def write(folder: Path, text: str | bytes, name: str = "t.csv") -> str:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return str(path)


def read(*paths: str, text: frozenset[str] = frozenset(), **how: object) -> RawTable:
    return read_raw(Source(tuple(paths), **{"id": "id", **how}), text=text)  # type: ignore[arg-type]


def assert_is_rows(raw: RawTable) -> None:
    assert raw.ids.tolist() == ["007", " 8", "P-9"]
    assert raw.frame.to_dict(as_series=False) == {
        "age": [63.0, 1.5, None],
        "sex": ["F", "M", None],
        "smokes": ["true", "FALSE", None],
    }
    assert raw.lines.tolist() == [2, 3, 4]


def test_csv_keeps_ids_as_text_and_knows_numbers_from_text(tmp_path: Path) -> None:
    raw = read(write(tmp_path, ROWS))
    assert_is_rows(raw)
    assert raw.names == ["age", "sex", "smokes"]
    assert len(raw) == 3


@pytest.mark.parametrize("mark", ["\t", ";"])
def test_delimiter_is_found_in_the_header(tmp_path: Path, mark: str) -> None:
    assert_is_rows(read(write(tmp_path, ROWS.replace(",", mark))))


def test_delimiter_can_be_given(tmp_path: Path) -> None:
    assert_is_rows(read(write(tmp_path, ROWS.replace(",", "|")), delimiter="|"))
    assert_is_rows(read(write(tmp_path, ROWS.replace(",", "\t")), delimiter="\\t"))


def test_byte_order_mark_and_windows_line_ends_change_nothing(tmp_path: Path) -> None:
    assert_is_rows(read(write(tmp_path, b"\xef\xbb\xbf" + ROWS.replace("\n", "\r\n").encode())))


def test_old_mac_line_ends_and_absent_last_newline_change_nothing(tmp_path: Path) -> None:
    assert_is_rows(read(write(tmp_path, ROWS.replace("\n", "\r"))))
    assert_is_rows(read(write(tmp_path, ROWS.rstrip("\n"))))


def test_blank_lines_are_passed_over_and_counted(tmp_path: Path) -> None:
    raw = read(write(tmp_path, "\nid,x\n\na,1\n\n\nb,2\n\n"))
    assert raw.ids.tolist() == ["a", "b"]
    assert raw.lines.tolist() == [4, 7]


def test_compression_is_known_by_content_whatever_the_name(tmp_path: Path) -> None:
    half = len(ROWS) // 2
    members = gzip.compress(ROWS[:half].encode()) + gzip.compress(ROWS[half:].encode())  # as bgzip does
    assert_is_rows(read(write(tmp_path, members, "t.csv.gz")))
    assert_is_rows(read(write(tmp_path, members, "named_plain.csv")))
    assert_is_rows(read(write(tmp_path, pa.compress(ROWS.encode(), "zstd", asbytes=True), "t.csv.zst")))


def test_quoted_cells_may_hold_delimiters_quotes_and_newlines(tmp_path: Path) -> None:
    text = '"id","a, b","say ""x"""\n"p1","1.5","one\ntwo"\n"p,2","2","3, ""4"""\n'
    raw = read(write(tmp_path, text))
    assert raw.ids.tolist() == ["p1", "p,2"]
    assert raw.frame.to_dict(as_series=False) == {"a, b": [1.5, 2.0], 'say "x"': ["one\ntwo", '3, "4"']}
    assert raw.lines.tolist() == [2, 4]


def test_a_quotation_mark_inside_a_plain_cell_is_a_character(tmp_path: Path) -> None:
    raw = read(write(tmp_path, "id\tend\tx\na\t5\" end\t1\nb\t3' end\t2\n"))
    assert raw.frame["end"].to_list() == ['5" end', "3' end"]


def test_a_name_with_any_character_is_kept(tmp_path: Path) -> None:
    raw = read(write(tmp_path, "id,β-catenin,column_1, x \na,1,2,3\n"))
    assert raw.names == ["β-catenin", "column_1", " x "]


@pytest.mark.parametrize(
    "cell",
    [
        "1e-320",
        "0.1",
        "3.14159265358979312",
        "2.2250738585072011e-308",
        "9007199254740993",
        "+.5",
        "5.",
        "1E5",
        "123456789012345678901234567890",
        "1.7976931348623157e308",
        "4.9e-324",
        " 7",
        "7 ",
    ],
)
def test_numbers_are_rounded_as_python_rounds_them(tmp_path: Path, cell: str) -> None:
    raw = read(write(tmp_path, f"id,x\na,{cell}\nb,1\n"))
    assert raw.frame["x"].to_list() == [float(cell), 1.0]


def test_missing_words_of_the_source_and_nan_become_null(tmp_path: Path) -> None:
    text = "id,x,y,z\na,1,absent,-9.0\nb,absent,u,2\nc,NaN, absent ,-9\nd,,nan,3\n"
    raw = read(write(tmp_path, text), missing=("absent", "-9"))
    assert raw.frame["x"].fill_nan(None).to_list() == [1.0, None, None, None]
    assert raw.frame["y"].to_list() == [None, "u", None, None]
    assert raw.frame["z"].to_list() == [None, 2.0, None, 3.0]


def test_a_word_not_said_to_be_missing_makes_a_column_text(tmp_path: Path) -> None:
    raw = read(write(tmp_path, "id,x\na,1\nb,NA\n"), missing=())
    assert raw.frame["x"].to_list() == ["1", "NA"]


def test_text_far_below_the_first_lines_is_found(tmp_path: Path) -> None:
    cells = [str(i / 8) for i in range(60_000)]
    cells[59_000] = "low"
    text = "id,x,y\n" + "".join(f"{i},{cell},{i}\n" for i, cell in enumerate(cells))
    raw = read(write(tmp_path, text))
    assert raw.frame["x"].to_list() == cells
    assert raw.frame["y"].to_list() == [float(i) for i in range(60_000)]


def test_columns_asked_for_as_text_keep_their_spelling(tmp_path: Path) -> None:
    raw = read(write(tmp_path, "id,stage,x\na,1,1\nb,1.0,2\nc,01,3\nd,NA,4\n"), text=frozenset({"stage"}))
    assert raw.frame["stage"].to_list() == ["1", "1.0", "01", None]
    assert raw.frame["x"].dtype == pl.Float64


def test_rows_without_an_id_column_are_numbered(tmp_path: Path) -> None:
    raw = read(write(tmp_path, "x\n5\n6\n"), id=None)
    assert raw.ids.tolist() == ["1", "2"]
    assert raw.frame["x"].to_list() == [5.0, 6.0]


def test_parquet_gives_the_same_as_text(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pl.DataFrame(
        {
            "id": ["007", "8"],
            "i": [1, None],
            "f": [0.1, math.nan],
            "t": ["NA", "u"],
            "b": [True, None],
            "c": pl.Series(["x", "y"], dtype=pl.Categorical),
            "d": [datetime.date(2020, 1, 2), None],
            "n": pl.Series([None, None], dtype=pl.Null),
            "m": [-9, 4],
        }
    ).write_parquet(path)
    raw = read(str(path), missing=("NA", "-9"))
    assert raw.ids.tolist() == ["007", "8"]
    assert raw.frame.with_columns(pl.col(pl.Float64).fill_nan(None)).to_dict(as_series=False) == {
        "i": [1.0, None],
        "f": [0.1, None],
        "t": [None, "u"],
        "b": ["true", None],
        "c": ["x", "y"],
        "d": ["2020-01-02", None],
        "n": [None, None],
        "m": [None, 4.0],
    }


def test_whole_numbers_of_parquet_asked_for_as_text_have_no_decimal_point(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pl.DataFrame({"id": [7, 8], "stage": [1.0, None], "x": [1.5, 2.0]}).write_parquet(path)
    raw = read(str(path), text=frozenset({"stage", "x"}))
    assert raw.ids.tolist() == ["7", "8"]
    assert raw.frame["stage"].to_list() == ["1", None]
    assert raw.frame["x"].to_list() == ["1.5", "2.0"]


@pytest.fixture
def workbook(tmp_path: Path) -> str:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "people"
    for row in [
        ["id", "p", "word", "yes", "note"],
        ["007", 1e-20, "0.25", True, "a"],
        [8, "NA", 0.125, False, None],
        [None, None, None, None, None],
        ["x", 0.1234567890123, None, None, "b"],
    ]:
        sheet.append(row)
    other = book.create_sheet("more")
    other.append(["id", "z"])
    other.append(["a", 4])
    book.create_sheet("empty")
    path = tmp_path / "book.xlsx"
    book.save(path)
    return str(path)


def test_workbook_keeps_every_digit_and_passes_over_blank_rows(workbook: str) -> None:
    raw = read(workbook)
    assert raw.ids.tolist() == ["007", "8", "x"]
    assert raw.frame.to_dict(as_series=False) == {
        "p": [1e-20, None, 0.1234567890123],
        "word": [0.25, 0.125, None],
        "yes": ["true", "false", None],
        "note": ["a", None, "b"],
    }
    assert raw.lines.tolist() == [2, 3, 5]
    assert raw.unit == "row"


def test_workbook_sheet_can_be_named(workbook: str) -> None:
    assert read(workbook, sheet="more").frame["z"].to_list() == [4.0]


def test_samples_in_columns_are_turned(tmp_path: Path) -> None:
    raw = read(
        write(tmp_path, "gene\t01\tS2\tS3\nTP53\t1\t2\tNA\nBRCA1\t4\t5\t6\n"), orient="features", id=None
    )
    assert raw.ids.tolist() == ["01", "S2", "S3"]
    assert raw.names == ["TP53", "BRCA1"]
    np.testing.assert_array_equal(raw.frame.to_numpy(), [[1, 4], [2, 5], [np.nan, 6]])
    assert raw.lines.tolist() == [2, 3, 4]
    assert raw.unit == "column"


def test_samples_in_columns_may_have_features_of_text(tmp_path: Path) -> None:
    path = write(tmp_path, "f,a,b,c\nsex,M,F,NA\nstage,1,01,2\nx,1,2.5,NA\n")
    raw = read(path, orient="features", id=None, text=frozenset({"stage"}))
    assert raw.frame.to_dict(as_series=False) == {
        "sex": ["M", "F", None],
        "stage": ["1", "01", "2"],
        "x": [1.0, 2.5, None],
    }


def test_files_are_stacked_by_column_name(tmp_path: Path) -> None:
    one = write(tmp_path, "id,x,y,gap\na,1,u,\n", "one.csv")
    two = write(tmp_path, "y;gap;id;x\nv;w;b;2\n", "two.csv")
    raw = read(one, two)
    assert raw.ids.tolist() == ["a", "b"]
    assert raw.frame.to_dict(as_series=False) == {"x": [1.0, 2.0], "y": ["u", "v"], "gap": [None, "w"]}
    assert raw.paths == (one, two)
    assert raw.files.tolist() == [0, 1]
    assert raw.places(np.array([0, 1])) == f"{one} line 2; {two} line 2"


def test_a_column_of_numbers_here_and_text_there_keeps_the_text_of_both(tmp_path: Path) -> None:
    one = write(tmp_path, "id,x\na,01\nb,1.0\n", "one.csv")
    two = write(tmp_path, "id,x\nc,low\n", "two.csv")
    assert read(one, two).frame["x"].to_list() == ["01", "1.0", "low"]


def test_samples_in_columns_of_several_files_are_stacked(tmp_path: Path) -> None:
    one = write(tmp_path, "gene,a,b\nG1,1,2\nG2,3,4\n", "one.csv")
    two = write(tmp_path, "gene,c\nG2,30\nG1,10\n", "two.csv")
    raw = read(one, two, orient="features", id=None)
    assert raw.ids.tolist() == ["a", "b", "c"]
    assert raw.frame.to_dict(as_series=False) == {"G1": [1.0, 2.0, 10.0], "G2": [3.0, 4.0, 30.0]}


def test_a_source_can_be_the_key_of_a_cache() -> None:
    assert {Source(("a",), id="x"): 1}[Source(("a",), id="x")] == 1
