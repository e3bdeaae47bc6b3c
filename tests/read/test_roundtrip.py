"""What is written is what is read, whatever the table."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from prognome.read.batches import read_batches
from prognome.read.raw import read_raw
from prognome.read.source import Source

CELL = st.text(
    st.characters(codec="utf-8", exclude_characters="\0\r\x1c\x1d\x1e\x1f", exclude_categories=["Cs"]),
    max_size=6,
)
NUMBER = st.none() | st.floats(allow_nan=False, allow_infinity=False)


ID = CELL.filter(lambda cell: cell.strip().lower().strip("+-") not in ("", "nan"))


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[float | None], list[str]]:
    n = draw(st.integers(1, 8))
    ids = draw(st.lists(ID, min_size=n, max_size=n, unique=True))
    numbers = draw(st.lists(NUMBER, min_size=n, max_size=n))
    return ids, numbers, draw(st.lists(CELL, min_size=n, max_size=n))


@settings(max_examples=120, deadline=None)
@given(
    table=tables(),
    delimiter=st.sampled_from([",", "\t", ";"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC, csv.QUOTE_ALL]),
)
def test_a_written_table_is_read_back(
    table: tuple[list[str], list[float | None], list[str]], delimiter: str, quoting: int
) -> None:
    ids, numbers, texts = table
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter, lineterminator="\n", quoting=quoting)  # type: ignore[arg-type]
    writer.writerow(["id", "number", "text"])
    writer.writerows(zip(ids, numbers, texts, strict=True))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_text(file.getvalue(), encoding="utf-8", newline="")
        source = Source((str(path),), id="id", missing=())
        raw = read_raw(source, text=frozenset({"text"}))
        parts = list(read_batches(source, numbers=frozenset({"number"}), text=frozenset({"text"}), size=3))
    gone = {"", "nan", "-nan", "+nan"}
    assert raw.ids.tolist() == ids
    assert [repr(number) for number in raw.frame["number"]] == [repr(number) for number in numbers]
    assert raw.frame["text"].to_list() == [None if t.strip().lower() in gone else t for t in texts]
    assert [name for part in parts for name in part.ids] == ids
    assert [number for part in parts for number in part.frame["number"]] == numbers
