"""What has been read once is not read again."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd
import polars as pl
from numpy.typing import ArrayLike, NDArray

from prognome.core.study_blocks import BlockSpec
from prognome.core.study_part import MISSING_WORDS
from prognome.read.batches import read_batches, read_names
from prognome.read.catalog import READERS
from prognome.read.lines import count, number_places
from prognome.read.raw import RawTable
from prognome.read.sequence_source import sequence_source
from prognome.read.sequences import take_sequences
from prognome.read.source import Source


def block_source(spec: BlockSpec, rows_id: str | None) -> Source:
    """Where a block stands and how to read it."""
    return Source(
        tuple(spec.path),
        spec.id or rows_id,
        tuple(spec.missing),
        spec.orient,
        spec.sheet,
        spec.delimiter,
        sequence_source(spec),
    )


def fact_source(paths: Sequence[str], column: str | None, missing: Sequence[str] = MISSING_WORDS) -> Source:
    """Where facts about rows stand (the target's file, or that of ``rows``)."""
    return Source(tuple(paths), column, tuple(missing))


class Shelf:
    """Reads files and remembers them for the length of one job.

    Parameters
    ----------
    facts
        Columns about rows that will be asked for; those a file has are read together, in one pass.
    """

    def __init__(self, facts: Collection[str] = ()) -> None:
        self._facts = frozenset(facts)
        self._tables: dict[tuple[str, Source, frozenset[str]], RawTable] = {}
        self._names: dict[Source, list[str]] = {}
        self._texts: dict[tuple[Source, str], pd.Series[str]] = {}
        self._lines: dict[Source, tuple[pd.Index[str], NDArray[np.intp], NDArray[np.int64]]] = {}

    def table(self, reader: str, source: Source, text: frozenset[str]) -> RawTable:
        """The whole table, with these columns kept as text."""
        key = (reader, source, text)
        if key not in self._tables:
            if reader == "sequence":
                self._tables[key] = take_sequences(source, self.texts)
            else:
                self._tables[key] = READERS.find(reader, where="read").load()(source, text=text)
        return self._tables[key]

    def names(self, source: Source) -> list[str]:
        """Column names, from the header alone where the format allows."""
        if source not in self._names:
            self._names[source] = read_names(source)
        return self._names[source]

    def text(self, source: Source, column: str) -> pd.Series[str]:
        """One column exactly as in the file (None for missing), indexed by row id."""
        self._read_texts(source, {column})
        return self._texts[(source, column)]

    def texts(self, source: Source, columns: Collection[str]) -> RawTable:
        """Some columns exactly as in the files, with the line of every row."""
        self._read_texts(source, set(columns))
        index, files, lines = self._lines[source]
        frame = pl.DataFrame({name: self._texts[(source, name)].tolist() for name in sorted(columns)})
        return RawTable(index.to_numpy(dtype=object), frame.cast(pl.String), source.paths, files, lines)

    def _read_texts(self, source: Source, wanted: set[str]) -> None:
        """Read columns that were not read before, and with them those that will be asked for."""
        if any((source, column) not in self._texts for column in wanted):
            columns = wanted | (self._facts & set(self.names(source)))
            pieces = list(read_batches(source, numbers=frozenset(), text=frozenset(columns)))
            index = pd.Index(np.concatenate([piece.ids for piece in pieces]), dtype=object)
            files = np.concatenate([[source.paths.index(p.paths[f]) for f in p.files] for p in pieces])
            self._lines[source] = (index, files, np.concatenate([p.lines for p in pieces]))
            for name in columns:
                values = [value for piece in pieces for value in piece.frame[name].to_list()]
                self._texts[(source, name)] = pd.Series(values, index=index, dtype=object, name=name)

    def files_of(self, source: Source, ids: ArrayLike) -> NDArray[np.intp]:
        """Position in the source's paths of the file each row stands in; -1 for rows it does not hold."""
        index, files, _ = self._lines[source]
        at = index.get_indexer(pd.Index(np.asarray(ids, dtype=object)))
        return np.where(at < 0, -1, files[at])

    def numbered(self, source: Source, ids: ArrayLike) -> str:
        """Count these rows and number the lines of the first few, as messages want them."""
        index, files, lines = self._lines[source]
        wanted = np.asarray(ids, dtype=object)
        at = np.sort(index.get_indexer(pd.Index(wanted)))
        at = at[at >= 0]
        if not len(at):
            return count(len(wanted), "row")
        return f"{count(len(wanted), 'row')}: {number_places(source.paths, files[at], lines[at])}"
