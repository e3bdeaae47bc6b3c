"""Kinds of pieces of work: how one is done, and how its answer is kept for a run that is interrupted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from prognome.core.cohort import Cohort
from prognome.core.metrics import Metric
from prognome.validate.candidate import Candidate
from prognome.validate.learn import Learned, Task, learn
from prognome.validate.piece_file import read_piece, write_piece


class Work(Protocol):
    """A piece of work; a dataclass whose fields are all that its answer depends on beside the data."""

    @property
    def candidate(self) -> Candidate: ...
    @property
    def part(self) -> str: ...
    @property
    def repeat(self) -> int: ...
    @property
    def fold(self) -> int: ...
    @property
    def keep(self) -> bool: ...


class Answer(Protocol):
    """What comes of it, under the name of the piece."""

    @property
    def label(self) -> str: ...
    @property
    def part(self) -> str: ...
    @property
    def repeat(self) -> int: ...
    @property
    def fold(self) -> int: ...
    @property
    def failure(self) -> str: ...
    @property
    def timing(self) -> Mapping[str, float]: ...


W = TypeVar("W", bound=Work)
A = TypeVar("A", bound=Answer)


@dataclass(frozen=True)
class Craft(Generic[W, A]):
    """One kind of work. All three are functions of a module, so that processes find them.

    Parameters
    ----------
    do
        ``do(work, cohort, judges, metric)``: the answer; ``judges`` are the rows asked about, by name.
    write
        ``write(path, key, answer)``: a file that appears whole or not at all. TypeError where the answer
        cannot be written.
    read
        ``read(path, key, rows)``: the answer; ``rows`` says how many were asked about, by name.
        :class:`prognome.validate.piece_file.PieceDamagedError` where it is not that one.
    """

    do: Callable[[W, Cohort, Mapping[str, Cohort], Metric], A]
    write: Callable[[Path, str, A], None]
    read: Callable[[Path, str, Mapping[str, int]], A]


LEARNING: Craft[Task, Learned] = Craft(learn, write_piece, read_piece)
AnyCraft = Craft[Any, Any]
