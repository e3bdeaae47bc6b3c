"""From new rows to answers: a bundle, files, and a table that is written as it grows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import pandas as pd

from prognome.check.shift import BATCH_ROWS, ShiftWatch, say_shift
from prognome.core.bundle import Bundle
from prognome.core.files import new_file
from prognome.errors import OutputError, StudyError, nearest
from prognome.jobs.how_read import source_of
from prognome.jobs.incoming import read_new
from prognome.jobs.reasons import Reasons, in_words
from prognome.read.source import Source


@dataclass(frozen=True)
class Answered:
    """How many rows were answered, and how.

    Parameters
    ----------
    rows, ok, flagged, refused
        Rows in all, and by status.
    unasked
        Block → rows of it that nobody asked about.
    shift
        One sentence where the rows, twenty or more, do not look like the training rows; else empty.
    """

    rows: int
    ok: int
    flagged: int
    refused: int
    unasked: Mapping[str, int] = field(default_factory=dict)
    shift: str = ""


def sources_for(
    bundle: Bundle,
    blocks: Mapping[str, str],
    every: str | None,
    *,
    id_column: str | None = None,
    fasta: str | None = None,
) -> dict[str, tuple[str, Source]]:
    """Where each block of the bundle stands, read as in training.

    Parameters
    ----------
    bundle
        What is asked.
    blocks
        Block → file.
    every
        One file for all blocks that are not named.
    id_column
        Column of row ids, where it is not called as in training.
    fasta
        Reference for blocks whose windows are cut from one.

    Raises
    ------
    StudyError
        For a block that the bundle does not know, or windows without a reference.
    """
    known = [block.name for block in bundle.schema.blocks]
    for name in blocks:
        if name not in known:
            raise StudyError(f"--block {name}", "the bundle knows no such block", mend=nearest(name, known))
    found = {}
    for name in known:
        path = blocks.get(name, every)
        if path is None:
            continue
        how: Mapping[str, Any] = bundle.about["read"][name]
        source = source_of(how, str(path), name=name, id_column=id_column, fasta=fasta)
        found[name] = (how["read"], source)
    return found


def answers(
    bundle: Bundle,
    sources: Mapping[str, tuple[str, Source]],
    unasked: dict[str, int] | None = None,
    watch: ShiftWatch | None = None,
    reasons: Reasons | None = None,
    told: Callable[[pd.DataFrame], None] | None = None,
) -> Iterator[pd.DataFrame]:
    """Answers batch by batch, in the order of the first block's file.

    Parameters
    ----------
    bundle, sources
        Who answers, and about what.
    unasked
        As in ``read_new``.
    watch
        Counts the rows in; ask :func:`shift_of` at the end.
    reasons
        Who tells reasons; then the answers have the columns ``reasons`` and ``reasons_error`` as well.
    told
        Called with the table of reasons of each batch.
    """
    for ids, tables in read_new(bundle.schema, sources, unasked=unasked):
        if watch is not None:
            watch.add(tables)
        matched = bundle.schema.match(ids, tables)
        table = bundle.answer(matched)
        if reasons is not None:
            found = reasons.table(matched.cohort, matched.refused != "")
            table["reasons"] = in_words(found, table["row"].to_numpy())
            table["reasons_error"] = table["row"].map(found.groupby("row")["error"].first())
            if told is not None:
                told(found)
        yield table


def shift_of(watch: ShiftWatch) -> str:
    """One sentence where twenty or more new rows do not look like the training rows; else empty."""
    return say_shift(watch.judge(least=BATCH_ROWS))


def predict(
    bundle: Bundle,
    sources: Mapping[str, tuple[str, Source]],
    out: Path,
    *,
    reasons: Reasons | None = None,
    overwrite: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Answered:
    """Answer for every row and write a table that appears whole or not at all.

    Parameters
    ----------
    bundle, sources
        Who answers, and about what.
    out
        TSV to write.
    reasons
        Who tells reasons; they are written beside ``out`` as well (:func:`reasons_file`).
    overwrite
        Replace files that are there.
    progress
        Called with the number of rows answered so far.

    Raises
    ------
    CallError
        If the new rows do not fit, or ``out`` cannot be written.
    """
    beside = reasons_file(out) if reasons is not None else None
    read = {Path(path).absolute() for _, source in sources.values() for path in source.paths}
    for place in (out, beside):
        if place is not None and place.exists() and not overwrite:
            raise OutputError(
                str(place), "is already there", mend="Give another file with -o, or say --overwrite."
            )
        if place is not None and place.absolute() in read:
            raise OutputError(str(place), "is also read", mend="Give another file with -o.")
    counts: Counter[str] = Counter()
    unasked: dict[str, int] = {}
    watch = ShiftWatch(bundle.schema)
    with ExitStack() as files:
        handle = files.enter_context(_new_text(out))
        told = None
        if beside is not None:
            told = _Rows(files.enter_context(_new_text(beside))).add
        for table in answers(bundle, sources, unasked, watch, reasons, told):
            table.to_csv(handle, sep="\t", index=False, header=not counts, lineterminator="\n")
            counts.update(table["status"].tolist())
            if progress:
                progress(counts.total())
    return Answered(
        counts.total(), counts["ok"], counts["flagged"], counts["refused"], unasked, shift_of(watch)
    )


def reasons_file(out: Path) -> Path:
    """Where the table of reasons stands: ``answers.tsv`` → ``answers.reasons.tsv``."""
    return out.with_name(f"{out.stem}.reasons{out.suffix or '.tsv'}")


@contextmanager
def _new_text(path: Path) -> Iterator[IO[str]]:
    with new_file(path) as made, made.open("w", encoding="utf-8", newline="") as handle:
        yield handle


class _Rows:
    """Writes tables one below the other."""

    def __init__(self, handle: IO[str]) -> None:
        self._handle, self._begun = handle, False

    def add(self, table: pd.DataFrame) -> None:
        table.to_csv(self._handle, sep="\t", index=False, header=not self._begun, lineterminator="\n")
        self._begun = True


def parse_blocks(pairs: Sequence[str]) -> dict[str, str]:
    """``name=file`` as the command line gives them."""
    found: dict[str, str] = {}
    for pair in pairs:
        name, equals, path = pair.partition("=")
        if not equals or not name or not path:
            raise StudyError(
                f"--block {pair}", "is not NAME=FILE", mend="Write for instance --block mrna=new.tsv."
            )
        if name in found:
            raise StudyError(f"--block {name}", "is given twice")
        found[name] = path
    return found
