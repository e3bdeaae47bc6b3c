"""Sequences of any origin as one table of text: a column, or two for a reference and an alternative one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
import polars as pl
from numpy.typing import NDArray

from prognome.core.letters import LONGEST, crop, crop_pairs, is_unsure, lengths_of, read_letters
from prognome.core.sequences import PAIR, AlphabetName, Sequences
from prognome.errors import DataError
from prognome.read.batches import read_batches, read_names
from prognome.read.fasta import SEQUENCE, is_fasta, read_fasta
from prognome.read.lines import count
from prognome.read.raw import NOBODY, RawTable, stack
from prognome.read.sequence_source import SequenceSource
from prognome.read.source import Source
from prognome.read.suggest import suggest
from prognome.read.windows import cut_windows
from prognome.sequence.alphabet import alphabet

Take = Callable[[Source, frozenset[str]], RawTable]
"""Text of some columns of a table; who reads many blocks of one file remembers what it has read."""


def read_sequences(source: Source, *, text: frozenset[str] = NOBODY) -> RawTable:
    """Read sequences as ``source.sequences`` says.

    Parameters
    ----------
    source
        A table with a column (or a pair of columns) of sequences; FASTA; or a table of places, around which
        windows are cut.
    text
        Not looked at: all is text.

    Returns
    -------
    Text columns: upper-case letters, null for missing, cropped to the wanted length. What is no letter of
    the alphabet stands there as it was; :func:`as_sequences` refuses it.

    Raises
    ------
    DataError
        With file, column, rows and remedy.
    """
    return take_sequences(source, read_texts)


def take_sequences(source: Source, take: Take) -> RawTable:
    """As :func:`read_sequences`, columns of tables read by ``take``."""
    said = source.sequences or SequenceSource()
    if said.windows is None and is_fasta(source.paths[0]):
        if said.named:
            raise DataError(
                source.paths[0],
                "is FASTA, which has no columns",
                seen=", ".join(column for _, column in said.columns),
                mend="Leave out columns: the record's name is the row's id.",
            )
        return _cleaned(read_fasta(source), said)
    _refuse_absent(source)
    raw = take(table_of(source), frozenset(columns_of(source)))
    return _made(raw, said)


def read_batches_of_sequences(source: Source, *, size: int = 10_000) -> Iterator[RawTable]:
    """Columns of a long table in batches of rows; FASTA and windows come as one."""
    said = source.sequences or SequenceSource()
    if said.windows is not None or is_fasta(source.paths[0]):
        yield read_sequences(source)
        return
    _refuse_absent(source)
    for raw in read_batches(table_of(source), numbers=NOBODY, text=frozenset(columns_of(source)), size=size):
        yield _made(raw, said)


def read_texts(source: Source, columns: frozenset[str]) -> RawTable:
    """These columns of a table as text."""
    return stack(list(read_batches(source, numbers=NOBODY, text=columns, size=1 << 62)))


def table_of(source: Source) -> Source:
    """The table alone, so that two blocks of one file are read as one.

    Where windows are cut, ``-`` is a strand or a fault, and no missing value.
    """
    missing = source.missing
    if source.sequences is not None and source.sequences.windows is not None:
        missing = tuple(word for word in missing if word != "-")
    return replace(source, sequences=None, missing=missing)


def columns_of(source: Source) -> list[str]:
    """Columns of the table that sequences are made of."""
    said = source.sequences or SequenceSource()
    return [column for _, column in (said.windows.columns if said.windows else said.columns)]


def as_sequences(
    raw: RawTable,
    name: AlphabetName,
    *,
    stranded: bool,
    where: str,
    optional: bool = False,
    used: NDArray[np.intp] | None = None,
) -> Sequences:
    """A block of sequences, every row that is used judged.

    Parameters
    ----------
    raw
        As :func:`read_sequences` gives it.
    name, stranded
        Alphabet, and whether the strand matters.
    where
        Block, for messages.
    optional
        Accept rows without a sequence.
    used
        Positions of the rows that take part, and that are judged; None for all.

    Raises
    ------
    DataError
        With count and lines: for what is no letter of the alphabet, rows without a sequence, or a block in
        which every sequence is nothing but N.
    """
    where = f"{where} ({raw.where})"
    frame = pd.DataFrame(
        {column: np.array(raw.frame[column].to_list(), dtype=object) for column in raw.names}
    )
    strange, missing, unsure = (np.zeros(len(raw), dtype=bool) for _ in range(3))
    for column in raw.names:
        texts = frame[column].to_numpy(dtype=object)
        strange |= read_letters(texts, name).strange
        missing |= lengths_of(texts) == 0
        unsure |= is_unsure(texts, name)
    judged = np.ones(len(raw), dtype=bool)
    if used is not None:
        judged = np.isin(np.arange(len(raw)), used)
    strange, missing, unsure = strange & judged, missing & judged, unsure & judged
    if strange.any():
        letters = alphabet(name)
        raise DataError(
            where,
            f"{count(int(strange.sum()), 'sequence')} with what is no letter of the alphabet {name}",
            seen=raw.places(strange),
            expected=f"{letters.letters}, or {''.join(letters.ambiguous)} where unsure",
            mend=f"Name another alphabet{_which_else(frame, name)}, or take gaps, stops and blanks out.",
        )
    if missing.any() and not optional:
        raise DataError(
            where,
            f"{count(int(missing.sum()), 'row')} without a sequence",
            seen=raw.places(missing),
            mend="Fill them in, leave these rows out, or say that the block is optional: true.",
        )
    if unsure.any() and unsure.sum() == (judged & ~missing).sum():
        blank = "X" if name == "protein" else "N"
        raise DataError(
            where, f"every sequence is nothing but {blank}", mend="Look at the file, or at the reference."
        )
    return Sequences(raw.ids, frame, name, stranded)


def sentences_on(raw: RawTable, name: AlphabetName) -> list[str]:
    """What the user should know about sequences: how they were read, unequal lengths, nothing but N."""
    notes = list(raw.notes)
    texts = [text for column in raw.names for text in raw.frame[column].to_list()]
    lengths = lengths_of(texts)
    lengths = lengths[lengths > 0]
    if len(lengths) and lengths.min() < lengths.max():
        notes.append(
            f"sequences have {int(lengths.min()):,} to {int(lengths.max()):,} letters; models of positions "
            "pad the shorter ones"
        )
    unsure = int(is_unsure(texts, name).sum())
    if unsure:
        notes.append(f"{count(unsure, 'sequence')} nothing but {'X' if name == 'protein' else 'N'}")
    return notes


def _which_else(frame: pd.DataFrame, name: str) -> str:
    """An alphabet that would take every sequence."""
    for other in ("dna", "rna", "protein"):
        if other != name and not any(
            read_letters(frame[column], other).strange.any() for column in frame.columns
        ):
            return f" (all are {other})"
    return ""


def _made(raw: RawTable, said: SequenceSource) -> RawTable:
    """The columns that were read, under our names; or the windows around the places that they say."""
    if said.windows is not None:
        _refuse_missing_columns(raw.names, [column for _, column in said.windows.columns], raw.where)
        cut = cut_windows(raw, said.windows)
        return _cleaned(replace(raw, frame=cut.frame, notes=cut.notes), said)
    _refuse_missing_columns(raw.names, [column for _, column in said.columns], raw.where)
    frame = pl.DataFrame({ours: raw.frame[theirs].cast(pl.String) for ours, theirs in said.columns})
    return _cleaned(replace(raw, frame=frame), said)


def _cleaned(raw: RawTable, said: SequenceSource) -> RawTable:
    """Letters of the alphabet in upper case, cropped to the wanted length."""
    wanted = said.length or LONGEST
    texts = [read_letters(raw.frame[name].to_list(), said.alphabet).texts for name in raw.names]
    longer = np.zeros(len(raw), dtype=bool)
    for one in texts:
        longer |= lengths_of(one) > wanted
    if tuple(raw.names) == PAIR:
        kept = list(crop_pairs(texts[0], texts[1], wanted, said.anchor))
    else:
        kept = [crop(one, wanted, said.anchor) for one in texts]
    columns = {name: one.tolist() for name, one in zip(raw.names, kept, strict=True)}
    notes = raw.notes
    if longer.any():
        part = {"start": "first", "end": "last"}.get(said.anchor, "middle")
        why = "" if said.length else "; length: says another number"
        notes += (f"{count(int(longer.sum()), 'sequence')} cropped to the {part} {wanted:,} letters{why}",)
    return replace(raw, frame=pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String)), notes=notes)


def _refuse_absent(source: Source) -> None:
    table = table_of(source)
    _refuse_missing_columns(read_names(table), columns_of(source), source.paths[0])


def _refuse_missing_columns(names: Collection[str], wanted: Collection[str], where: str) -> None:
    for column in wanted:
        if column not in names:
            mend = suggest(column, names)
            if column == SEQUENCE:
                mend = f"Name it: columns: [COLUMN], or {{ref: COLUMN, alt: COLUMN}}. {mend}"
            raise DataError(where, f"there is no column '{column}' of sequences or places", mend=mend.strip())
