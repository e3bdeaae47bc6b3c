"""Turning sequences into numbers: the letter at each position, and the share of each k-mer."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from prognome.core.sequences import PAIR
from prognome.errors import StudyError
from prognome.prepare.allowed import FLAG, ListOf, OneOf, Rule, WholeFrom
from prognome.prepare.base import Step
from prognome.prepare.columns import Columns, Mask, Names, Numbers
from prognome.sequence.alphabet import ALPHABETS, Alphabet, alphabet
from prognome.sequence.codes import Codes, encode
from prognome.sequence.kmers import count_kmers, is_canonical, kmer_names
from prognome.sequence.one_hot import one_hot
from prognome.sequence.pairs import encode_pairs

CHANGE = "alt-ref"
_ALPHABET = OneOf(tuple(ALPHABETS))
_ROWS_AT_ONCE = 2000
_MOST_COLUMNS = 20_000


@dataclass(frozen=True, eq=False)
class _Read:
    """The sequences of one text column as codes, and which rows have one."""

    codes: Codes
    present: Mask


class _SequenceStep(Step):
    """What the two have in common: text columns in, number columns made of them.

    Exactly two text columns called ``ref`` and ``alt`` are a pair: the reference is described, and how the
    alternative differs from it.
    """

    alphabet: str

    @abstractmethod
    def _made(self, texts: Names) -> list[str]:
        """Names of the columns that the text columns of these names become."""

    @abstractmethod
    def _fill(self, numbers: Numbers, columns: Columns) -> None:
        """Write the (n, made) numbers."""

    def _append(self, columns: Columns) -> Numbers:
        """The old numbers, and after them those made of text."""
        old = columns.numbers.shape[1]
        numbers = np.empty((len(columns), old + len(self._made(columns.category_names))))
        numbers[:, :old] = columns.numbers
        self._fill(numbers[:, old:], columns)
        return numbers

    def _read(self, column: pd.Series, *, length: int | None = None) -> _Read:
        texts = column.to_numpy(dtype=object)
        codes = encode(texts, self._letters, length=length, where=f"{self.NAME}: column {column.name}")
        return _Read(codes, codes.lengths > 0)

    @property
    def _letters(self) -> Alphabet:
        return alphabet(self.alphabet)


class PositionEncoder(_SequenceStep):
    """A 0/1 column ``COLUMN[12]=A`` for each position, counted from 1, and letter; the text stays.

    Only of a column in which every training sequence has the same length and that is at most ``max_length``;
    of others nothing is made. A letter that stands for several gives each its share. Of a pair: the
    reference, and ``alt-ref[12]=A``, which is 1 where only the alternative has the letter, -1 where only the
    reference has it, and 0 elsewhere. A later sequence of another length is padded or cropped around its
    centre, a pair around that of its reference, so that what both share keeps its place. Padding gives zeros,
    also in ``alt-ref`` where either is padding. A missing sequence gives NaN.

    **Learns** ``lengths_`` ((c,) the one length of each text column, 0 where there is not one).

    Parameters
    ----------
    alphabet
        ``dna``, ``rna`` or ``protein``.
    max_length
        Longest sequences of which positions are made into columns.

    Examples
    --------
    >>> step = PositionEncoder().fit(pd.DataFrame({"site": ["AC", "AG"]}))
    >>> made = step.transform(pd.DataFrame({"site": ["AT"]}))
    >>> made[["site[1]=A", "site[2]=G", "site[2]=T"]].to_numpy().tolist()
    [[1.0, 0.0, 1.0]]
    """

    NAME = "encode.position"
    ALLOWED: ClassVar[dict[str, Rule]] = {"alphabet": _ALPHABET, "max_length": WholeFrom(1)}

    def __init__(self, *, alphabet: str = "dna", max_length: int = 100) -> None:
        self.alphabet = alphabet
        self.max_length = max_length

    def _learn(self, columns: Columns, y: Any) -> None:
        found = []
        for column in columns.categories:
            lengths = np.unique(self._read(column).codes.lengths)
            lengths = lengths[lengths > 0]
            found.append(int(lengths[0]) if len(lengths) == 1 and lengths[0] <= self.max_length else 0)
        self.lengths_ = np.array(found, dtype=np.intp)

    def _apply(self, columns: Columns) -> Columns:
        names = self._rename(columns.names)
        numeric = np.concatenate([columns.number, np.ones(len(names) - len(columns.names), dtype=bool)])
        return Columns(names, numeric, self._append(columns), columns.categories, columns.index)

    def _fill(self, numbers: Numbers, columns: Columns) -> None:
        if self._gives_change(columns.category_names):
            self._fill_pair(numbers, columns)
            return
        at = 0
        for column, length in zip(columns.categories, self.lengths_, strict=True):
            if not length:
                continue
            read = self._read(column, length=int(length))
            width = int(length) * self._letters.size
            numbers[:, at : at + width] = one_hot(read.codes, self._letters).reshape(len(columns), width)
            numbers[~read.present, at : at + width] = np.nan
            at += width

    def _fill_pair(self, numbers: Numbers, columns: Columns) -> None:
        """The reference, and after it the change."""
        length = int(self.lengths_[0])
        refs, alts = (column.tolist() for column in columns.categories)
        named = [f"{self.NAME}: column {name}" for name in PAIR]
        codes = encode_pairs(refs, alts, self._letters, length=length, where=(named[0], named[1]))
        known = codes != self._letters.pad
        ref, alt = (one_hot(np.ascontiguousarray(codes[:, side]), self._letters) for side in (0, 1))
        np.subtract(alt, ref, out=alt, where=known.all(axis=1)[:, :, None])
        alt[~known.all(axis=1)] = 0
        here = known.any(axis=2)
        width = length * self._letters.size
        numbers[:, :width] = ref.reshape(len(columns), width)
        numbers[:, width:] = alt.reshape(len(columns), width)
        numbers[~here[:, 0], :width] = np.nan
        numbers[~here.all(axis=1), width:] = np.nan

    def _gives_change(self, texts: Names) -> bool:
        return tuple(texts) == PAIR and 0 < self.lengths_[0] == self.lengths_[1]

    def _made(self, texts: Names) -> list[str]:
        told = [texts[0], CHANGE] if self._gives_change(texts) else texts
        return [
            f"{name}[{position + 1}]={letter}"
            for name, length in zip(told, self.lengths_, strict=True)
            for position in range(length)
            for letter in self._letters.letters
        ]

    def _rename(self, names: Names) -> Names:
        made = self._made(names[~self.number_columns_])
        return np.concatenate([names, np.array(made, dtype=object)])


class KmerEncoder(_SequenceStep):
    """Replace each text column by ``COLUMN~ACG``, the share of each k-mer among its k-mers.

    Of a pair: the shares in the reference, and ``alt-ref~ACG``, how many more the alternative has. Runs that
    hold a letter that stands for several are not counted. A missing sequence gives NaN, and so does a share
    where there is no run to count, as in a sequence shorter than k. The new columns stand after the numbers.

    **Learns** nothing but the columns: each row is described by itself.

    Parameters
    ----------
    alphabet
        ``dna``, ``rna`` or ``protein``.
    k
        Letters of a k-mer, as a list.
    both_strands
        Count a k-mer and its reverse complement as one, under the name that comes first in the alphabet.
    normalise
        Shares, so that length does not matter; else counts.

    Examples
    --------
    >>> KmerEncoder(k=[1]).fit_transform(pd.DataFrame({"site": ["AACC", "TTNT"]})).to_numpy().tolist()
    [[0.5, 0.5, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0]]
    """

    NAME = "encode.kmer"
    ALLOWED: ClassVar[dict[str, Rule]] = {
        "alphabet": _ALPHABET,
        "k": ListOf(WholeFrom(1)),
        "both_strands": FLAG,
        "normalise": FLAG,
    }

    def __init__(
        self,
        *,
        alphabet: str = "dna",
        k: Sequence[int] = (1, 2, 3, 4),
        both_strands: bool = False,
        normalise: bool = True,
    ) -> None:
        self.alphabet = alphabet
        self.k = k
        self.both_strands = both_strands
        self.normalise = normalise

    def _learn(self, columns: Columns, y: Any) -> None:
        width = sum(self._letters.size**k for k in self.k)
        if width > _MOST_COLUMNS:
            raise StudyError(
                self.NAME,
                f"k gives {width:,} columns for each sequence",
                seen=f"k {list(self.k)}, {self._letters.size} letters",
                expected=f"at most {_MOST_COLUMNS:,}",
                mend="Take a smaller k, or the model kmer, which holds only what occurs.",
            )

    def _apply(self, columns: Columns) -> Columns:
        names = self._rename(columns.names)
        return Columns(names, np.ones(len(names), dtype=bool), self._append(columns), [], columns.index)

    def _fill(self, numbers: Numbers, columns: Columns) -> None:
        kept, runs = self._kept()
        reads = [self._read(column) for column in columns.categories]
        pair = tuple(columns.category_names) == PAIR
        for rows in _pieces(len(columns)):
            at = 0
            first: Numbers | None = None
            for read in reads:
                counts = self._count(read.codes.rows(rows), kept)
                present = read.present[rows]
                if pair and first is not None:
                    made, present = counts - first, present & reads[0].present[rows]
                else:
                    first = counts
                    made = _shares(counts, runs) if self.normalise else counts
                numbers[rows, at : at + len(kept)] = np.where(present[:, None], made, np.nan)
                at += len(kept)

    def _count(self, codes: Codes, kept: Any) -> Numbers:
        counts = count_kmers(codes, self._letters, self.k, self.both_strands)
        return np.asarray(counts.toarray()[:, kept], dtype=np.float64)

    def _kept(self) -> tuple[Any, Any]:
        """Columns of the counts that are kept, and which k each belongs to."""
        size = self._letters.size
        which = np.repeat(np.arange(len(self.k)), [size**k for k in self.k])
        kept = np.arange(len(which))
        if self.both_strands:
            kept = kept[is_canonical(self._letters, self.k)]
        return kept, which[kept]

    def _made(self, texts: Names) -> list[str]:
        kept, _ = self._kept()
        kmers = np.array(kmer_names(self._letters, self.k), dtype=object)[kept]
        told = [texts[0], CHANGE] if tuple(texts) == PAIR else texts
        return [f"{name}~{kmer}" for name in told for kmer in kmers]

    def _rename(self, names: Names) -> Names:
        made = self._made(names[~self.number_columns_])
        return np.concatenate([names[self.number_columns_], np.array(made, dtype=object)])


def _shares(counts: Numbers, runs: Any) -> Numbers:
    """Counts over how many runs of as many letters were counted; NaN where none was."""
    shares = np.empty_like(counts)
    for k in np.unique(runs):
        mine = runs == k
        total = counts[:, mine].sum(axis=1, keepdims=True)
        shares[:, mine] = np.divide(
            counts[:, mine], total, out=np.full((len(counts), int(mine.sum())), np.nan), where=total > 0
        )
    return shares


def _pieces(n: int) -> Iterator[slice]:
    for start in range(0, n, _ROWS_AT_ONCE):
        yield slice(start, min(start + _ROWS_AT_ONCE, n))
