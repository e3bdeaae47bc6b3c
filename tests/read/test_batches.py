"""Batches together are the whole, and no batch depends on where it was cut."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from prognome.errors import DataError
from prognome.read.batches import read_batches, read_names
from prognome.read.raw import RawTable, read_raw
from prognome.read.source import Source

NUMBERS, TEXT = frozenset({"x", "y", "yes"}), frozenset({"sex", "note"})


def table(n: int, *, quoted: bool = False) -> str:
    lines = ["id,x,sex,y,yes,note,other"]
    for i in range(n):
        x = "NA" if i % 7 == 0 else str(i / 8)
        y = "" if i < n // 2 else "2.5"  # missing throughout the first batches
        sex = "NA" if i < n // 3 else "01"  # looks like numbers
        note = f'"a, {i}\nb ""{i}"""' if quoted and i % 3 == 0 else f"n{i % 4}"
        lines.append(f"{i:05d},{x},{sex},{y},{'true' if i % 2 else 'false'},{note},u")
    return "\n".join(lines) + "\n"


def collect(source: Source, size: int) -> tuple[list[RawTable], pl.DataFrame]:
    parts = list(read_batches(source, numbers=NUMBERS, text=TEXT, size=size))
    return parts, pl.concat([part.frame for part in parts])


def assert_is_whole(source: Source, size: int, n: int) -> None:
    whole = read_raw(source, text=TEXT)
    parts, frame = collect(source, size)
    assert max(len(part) for part in parts) <= size
    assert [name for part in parts for name in part.ids] == whole.ids.tolist()
    assert [line for part in parts for line in part.lines] == whole.lines.tolist()
    assert frame.schema == {
        "x": pl.Float64,
        "sex": pl.String,
        "y": pl.Float64,
        "yes": pl.Float64,
        "note": pl.String,
    }
    assert all(part.frame.schema == frame.schema for part in parts)
    expected = whole.frame.select("x", "sex", "y", pl.col("yes").eq("true").cast(pl.Float64), "note")
    assert_frame_equal(frame, expected)
    assert len(frame) == n


@pytest.mark.parametrize("size", [5, 50, 99, 100, 1000])
@pytest.mark.parametrize("quoted", [False, True])
def test_batches_of_text_equal_the_whole(tmp_path: Path, size: int, quoted: bool) -> None:
    path = tmp_path / "t.csv.gz"
    path.write_bytes(
        gzip.compress(b"\xef\xbb\xbf" + table(100, quoted=quoted).replace("\n", "\r\n").encode())
    )
    assert_is_whole(Source((str(path),), id="id"), size, 100)


@pytest.mark.parametrize("piece", [1, 2, 3, 17])
def test_batches_do_not_depend_on_how_the_bytes_come(
    tmp_path: Path, piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(
        b"\xef\xbb\xbf" + table(30, quoted=True).replace("\n", "\r\n").replace(",u", ",ü").encode()
    )
    source = Source((str(path),), id="id")
    whole, frame = read_raw(source, text=TEXT), collect(source, 4)[1]
    data = path.read_bytes()
    monkeypatch.setattr(
        "prognome.read.delimited.read_chunks",
        lambda _: (data[i : i + piece] for i in range(0, len(data), piece)),
    )
    assert_frame_equal(read_raw(source, text=TEXT).frame, whole.frame)
    assert_frame_equal(collect(source, 4)[1], frame)


def test_batches_of_parquet_equal_the_whole(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    frame = pl.read_csv(table(50).encode(), infer_schema=False)
    frame.with_columns(pl.col("x").replace("NA", None).cast(pl.Float64)).write_parquet(path)
    source = Source((str(path),), id="id")
    whole = read_raw(source, text=TEXT)
    parts, together = collect(source, 8)
    assert [len(part) for part in parts] == [8] * 6 + [2]
    assert [name for part in parts for name in part.ids] == whole.ids.tolist()
    assert_frame_equal(together.select("x", "sex", "note"), whole.frame.select("x", "sex", "note"))
    assert together["yes"].to_list() == [float(i % 2) for i in range(50)]


def test_several_files_follow_each_other(tmp_path: Path) -> None:
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_text("id,x\na,1\nb,2\n")
    two.write_text("x,id\n3,c\n")
    parts = list(read_batches(Source((str(one), str(two)), id="id"), numbers=NUMBERS))
    assert [part.ids.tolist() for part in parts] == [["a", "b"], ["c"]]
    assert [part.paths for part in parts] == [(str(one),), (str(two),)]


def test_samples_in_columns_come_as_one_batch(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("f,a,b\nx,1,2\nsex,01,1\nother,u,v\n")
    (raw,) = read_batches(Source((str(path),), orient="features"), numbers=NUMBERS, text=TEXT, size=1)
    assert raw.frame.to_dict(as_series=False) == {"x": [1.0, 2.0], "sex": ["01", "1"]}


def test_rows_are_numbered_on_from_batch_to_batch(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("x\n5\n6\n7\n")
    parts = list(read_batches(Source((str(path),)), numbers=NUMBERS, size=2))
    assert [part.ids.tolist() for part in parts] == [["1", "2"], ["3"]]


def test_text_in_a_column_of_numbers_names_the_line_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("id,x\n" + "".join(f"{i},{'secret' if i == 25 else i}\n" for i in range(40)))
    batches = read_batches(Source((str(path),), id="id"), numbers=NUMBERS, size=10)
    assert len(next(batches)) == 10
    assert len(next(batches)) == 10
    with pytest.raises(
        DataError, match="column 'x': 1 cell of text in a column of numbers; seen: line 27"
    ) as caught:
        next(batches)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(("a", "b"), [(3, 4), (3, 25)])
def test_repeated_ids_are_found_within_and_across_batches(tmp_path: Path, a: int, b: int) -> None:
    ids = [f"p{i}" for i in range(30)]
    ids[b] = ids[a]
    path = tmp_path / "t.csv"
    path.write_text("id,x\n" + "".join(f"{name},1\n" for name in ids))
    with pytest.raises(DataError, match=f"1 id stands more than once.*lines {a + 2}, {b + 2}"):
        list(read_batches(Source((str(path),), id="id"), numbers=NUMBERS, size=10))


def test_repeated_ids_are_found_across_files(tmp_path: Path) -> None:
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_text("id,x\na,1\nb,2\n")
    two.write_text("id,x\nb,3\n")
    with pytest.raises(DataError, match=r"one.csv line 3; .*two.csv line 2"):
        list(read_batches(Source((str(one), str(two)), id="id"), numbers=NUMBERS))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("id,x\n", "has a header and no rows"),
        ("", "the file is empty"),
        ("id,x\na,1\nb\n", "line 3: 1 line with more or fewer"),
        ("who,x\na,1\n", "there is no id column 'id'"),
        ("id,x,x\na,1,2\n", "'x' .columns 2, 3."),
        ('id,x\na,"1\n', "never closed"),
    ],
)
def test_faults_are_those_of_the_whole(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(content)
    with pytest.raises(DataError, match=message):
        list(read_batches(Source((str(path),), id="id"), numbers=NUMBERS))


def test_no_more_is_read_than_the_batch_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.csv"
    data = b"id,c\n" + b"".join(b"%06d,1.5\n" % i for i in range(20_000))  # 11 bytes a row
    path.write_bytes(data)
    taken = 0

    def count_pieces(_: str) -> Iterator[bytes]:
        nonlocal taken
        for start in range(0, len(data), 4096):
            taken = start + 4096
            yield data[start : start + 4096]

    monkeypatch.setattr("prognome.read.delimited.read_chunks", count_pieces)
    batches = read_batches(Source((str(path),), id="id"), numbers=frozenset({"c"}), size=1000)
    for batch in range(1, 21):
        assert len(next(batches)) == 1000
        assert taken <= 11_000 * batch + 2 * 4096
    assert next(batches, None) is None


def test_names_are_read_from_the_header_alone(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("x,id,y\nragged\n")
    assert read_names(Source((str(path),), id="id")) == ["x", "y"]
    frame = pl.DataFrame({"id": ["a"], "x": [1.0]})
    frame.write_parquet(tmp_path / "t.parquet")
    assert read_names(Source((str(tmp_path / "t.parquet"),), id="id")) == ["x"]
    path.write_text("f,a,b\nG,1,2\n")
    assert read_names(Source((str(path),), orient="features")) == ["G"]
