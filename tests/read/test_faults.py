"""Every fault of a file is told with its place and its remedy, and without a patient's value."""

from __future__ import annotations

import gzip
from pathlib import Path

import openpyxl
import polars as pl
import pyarrow as pa
import pytest

from prognome.errors import DataError, StudyError
from prognome.read.batches import read_batches
from prognome.read.raw import read_raw
from prognome.read.source import Source


def write(folder: Path, text: str | bytes, name: str = "t.csv") -> str:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return str(path)


def fault(*paths: str, **how: object) -> str:
    with pytest.raises(DataError) as caught:
        read_raw(Source(tuple(paths), **{"id": "id", **how}))  # type: ignore[arg-type]
    assert caught.value.exit_status == 2
    return str(caught.value)


def test_missing_file_names_its_neighbour(tmp_path: Path) -> None:
    write(tmp_path, "id\n", "patients.tsv.gz")
    message = fault(str(tmp_path / "patients.tsv"))
    assert message == f"{tmp_path / 'patients.tsv'}: there is no such file. Did you mean 'patients.tsv.gz'?"
    assert "There is no folder" in fault(str(tmp_path / "no" / "t.csv"))


def test_folder_is_no_file(tmp_path: Path) -> None:
    assert "is a folder" in fault(str(tmp_path))


def test_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = write(tmp_path, "id,x\na,1\n")
    monkeypatch.setattr(Path, "open", refuse)
    assert "you may not read this file" in fault(path)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", gzip.compress(b"", mtime=0)])
def test_empty_file(tmp_path: Path, content: bytes) -> None:
    assert "the file is empty" in fault(write(tmp_path, content))


def test_header_alone(tmp_path: Path) -> None:
    assert "has a header and no rows" in fault(write(tmp_path, "id,x"))
    path = tmp_path / "t.parquet"
    pl.DataFrame({"id": [], "x": []}, schema={"id": pl.String, "x": pl.Float64}).write_parquet(path)
    assert "has a header and no rows" in fault(str(path))


@pytest.mark.parametrize("keep", [30, -4])
def test_compressed_file_that_ends_too_early(tmp_path: Path, keep: int) -> None:
    text = b"id,x\n" + b"".join(b"p%d,%d\n" % (i, i * 7919 % 1000) for i in range(500))
    assert "gzip data end too early" in fault(write(tmp_path, gzip.compress(text)[:keep], "t.csv.gz"))
    squeezed = pa.compress(text, "zstd", asbytes=True)[:keep]
    assert "zstd data end too early" in fault(write(tmp_path, squeezed, "t.csv.zst"))


def test_compressed_file_that_is_damaged(tmp_path: Path) -> None:
    data = bytearray(gzip.compress(b"id,x\na,1\n"))
    data[-5] ^= 255  # the length that gzip notes at its end
    assert "gzip data are damaged" in fault(write(tmp_path, bytes(data), "t.csv.gz"))


def test_name_that_promises_compression(tmp_path: Path) -> None:
    assert "is named .gz but is not gzip" in fault(write(tmp_path, "id,x\na,1\n", "t.csv.gz"))
    assert "is named .zst but is not zstd" in fault(write(tmp_path, "id,x\na,1\n", "t.csv.zst"))


def test_binary_file_and_other_encodings(tmp_path: Path) -> None:
    assert "holds binary data" in fault(write(tmp_path, b"id,x\n\x00\x01,2\n"))
    assert "holds binary data" in fault(write(tmp_path, b"\x00\x01\x02"))
    assert "is UTF-16" in fault(write(tmp_path, "id,x\na,1\n".encode("utf-16")))
    path = write(tmp_path, "id,x\na,1\nb,é\n".encode("latin-1"))
    assert fault(path).startswith(f"{path}, line 3: is not UTF-8 text")


def test_ragged_lines_are_counted_and_numbered(tmp_path: Path) -> None:
    path = write(tmp_path, "id,x,y\na,1,2\nb,1\nc,1,2,3\nd,1,2\n")
    message = fault(path)
    assert message.startswith(f"{path}, lines 3, 4: 2 lines with more or fewer cells than the header")
    assert "seen: 2 on line 3; expected: 3" in message


def test_ragged_lines_among_quoted_ones_are_numbered_by_line_of_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, 'id,x\n"a\nb","1,2"\nc\n')
    assert fault(path).startswith(f"{path}, line 4: 1 line with")


def test_header_without_a_name_for_the_first_column(tmp_path: Path) -> None:
    assert "R's write.table" in fault(write(tmp_path, "x\ty\na\t1\t2\nb\t3\t4\n"))


def test_quotation_marks_that_do_not_close(tmp_path: Path) -> None:
    assert "never closed" in fault(write(tmp_path, 'id,x\na,"1\nb,2\n'))
    assert "never closed" in fault(write(tmp_path, '"id,x\na,1\n'))


def test_absent_id_column_names_the_nearest(tmp_path: Path) -> None:
    path = write(tmp_path, "subject,x\na,1\n")
    assert "there is no id column 'Subjct'. Did you mean 'subject'?" in fault(path, id="Subjct")


def test_absent_header_does_not_show_the_first_patient(tmp_path: Path) -> None:
    assert "63.25" not in fault(write(tmp_path, "63.25,1.72\n64,1.8\n"))


def test_empty_ids_are_counted_and_numbered(tmp_path: Path) -> None:
    path = write(tmp_path, "id,x\na,1\n,2\n  ,3\nNA,4\n")
    assert fault(path).startswith(f"{path}, lines 3, 4, 5: 3 rows without an id")


def test_repeated_ids_are_counted_numbered_and_not_shown(tmp_path: Path) -> None:
    path = write(tmp_path, "id,x\nsecret,1\nb,2\nsecret,3\nsecret,4\n")
    message = fault(path)
    assert "1 id stands more than once; seen: 3 rows: lines 2, 4, 5" in message
    assert "secret" not in message


def test_repeated_ids_are_found_across_files(tmp_path: Path) -> None:
    one, two = write(tmp_path, "id,x\na,1\nb,2\n", "one.csv"), write(tmp_path, "id,x\nb,1\n", "two.csv")
    assert f"{one} line 3; {two} line 2" in fault(one, two)


def test_repeated_samples_in_columns_are_not_shown(tmp_path: Path) -> None:
    message = fault(write(tmp_path, "gene,secret,b,secret\nG,1,2,3\n"), orient="features")
    assert "columns 2, 4" in message
    assert "secret" not in message


def test_repeated_feature_names(tmp_path: Path) -> None:
    path = write(tmp_path, "gene,a,b\nG,1,2\nH,1,2\nG,3,4\n")
    assert "1 feature name stands more than once; seen: 'G' (features 1, 3)" in fault(path, orient="features")


def test_repeated_column_names(tmp_path: Path) -> None:
    assert "'x' (columns 2, 4)" in fault(write(tmp_path, "id,x,y,x\na,1,2,3\n"))


def test_files_with_other_columns(tmp_path: Path) -> None:
    one = write(tmp_path, "id,x,y\na,1,2\n", "one.csv")
    two = write(tmp_path, "id,x,z\nb,1,2\n", "two.csv")
    message = fault(one, two)
    assert message.startswith(f"{two}: has other columns than {one}")
    assert "1 column missing (y); 1 column additional (z)" in message


def test_numbered_rows_need_a_single_file(tmp_path: Path) -> None:
    path = write(tmp_path, "x\n1\n")
    assert "needs one single file" in fault(path, path, id=None)


def test_parquet_that_is_none_or_damaged_or_nested(tmp_path: Path) -> None:
    assert "is not a Parquet file" in fault(write(tmp_path, "id,x\na,1\n", "t.parquet"))
    path = tmp_path / "t2.parquet"
    pl.DataFrame({"id": ["a"], "x": [1.0]}).write_parquet(path)
    assert "damaged" in fault(write(tmp_path, path.read_bytes()[:-20], "t3.parquet"))
    pl.DataFrame({"id": ["a"], "x": [[1.0]]}).write_parquet(path)
    assert "hold lists or records; seen: x" in fault(str(path))


def test_workbook_that_is_none_or_lacks_the_sheet(tmp_path: Path) -> None:
    assert "is not an Excel workbook" in fault(write(tmp_path, "id,x\na,1\n", "t.xlsx"))
    book = openpyxl.Workbook()
    book.create_sheet("People").append(["id", "x"])
    path = str(tmp_path / "book.xlsx")
    book.save(path)
    assert "has no sheet 'people'. Did you mean 'People'?" in fault(path, sheet="people")
    assert "has a header and no rows" in fault(path, sheet="People")
    assert "the sheet is empty" in fault(path)


@pytest.mark.parametrize("mark", ["", "::", '"', "·"])
def test_delimiter_has_to_be_one_plain_character(tmp_path: Path, mark: str) -> None:
    with pytest.raises(StudyError, match="not one plain character"):
        read_raw(Source((write(tmp_path, "id,x\na,1\n"),), id="id", delimiter=mark))


@pytest.mark.parametrize("streamed", [False, True])
def test_a_line_of_nothing_but_delimiters_is_no_row(tmp_path, streamed):
    path = tmp_path / "a.tsv"
    path.write_text("id\tx\ty\na\t1\t2\n\t\t\nb\t\t3\n\t\t\n")
    source = Source((str(path),), "id")
    if streamed:
        (raw,) = read_batches(source, numbers=frozenset({"x"}))
    else:
        raw = read_raw(source)
    assert raw.ids.tolist() == ["a", "b"]
    assert raw.lines.tolist() == [2, 4]


@pytest.mark.parametrize("streamed", [False, True])
def test_a_row_without_id_but_with_cells_is_refused_even_if_they_are_not_wanted(tmp_path, streamed):
    path = tmp_path / "a.tsv"
    path.write_text("id\tx\ty\na\t1\t2\n\t\t3\n")
    source = Source((str(path),), "id")
    with pytest.raises(DataError, match="line 3: 1 row without an id"):
        list(read_batches(source, numbers=frozenset({"x"}))) if streamed else read_raw(source)
