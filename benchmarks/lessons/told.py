"""What a lesson hands over: its section, and the lines that stand in the table at the top of the page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.lessons.paired import Span


@dataclass(frozen=True)
class Short:
    """One line of the table at the top.

    Parameters
    ----------
    data
        Data set and figure.
    flattered, honest
        The figure as the trap shows it, and as it is.
    bought
        Their difference, with its interval.
    """

    data: str
    flattered: str
    honest: str
    bought: str


@dataclass(frozen=True)
class Told:
    """A lesson's outcome.

    Parameters
    ----------
    short
        Lines for the table at the top.
    lines
        Markdown under the heading.
    """

    short: tuple[Short, ...]
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Lesson:
    """A trap and the code that measures it.

    Parameters
    ----------
    name
        What the command takes.
    title
        Heading.
    trap
        A few words for the table at the top.
    measure
        From the folder of the data sets to what is told.
    """

    name: str
    title: str
    trap: str
    measure: Callable[[Path], Told]


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A Markdown table with an empty line behind it.

    >>> table(["a", "b"], [["1", "2"]])
    ['| a | b |', '|---|---|', '| 1 | 2 |', '']
    """
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    return [*lines, *("| " + " | ".join(row) + " |" for row in rows), ""]


def show(span: Span, *, signed: bool = False) -> str:
    """``.812 [.790, .833]``.

    >>> show(Span(0.5, 0.25, 1.0))
    '.500 [.250, 1.000]'
    >>> show(Span(-0.0625, -0.1, 0.02), signed=True)
    '-.062 [-.100, +.020]'
    """
    value, low, high = (number(one, signed=signed) for one in (span.value, span.low, span.high))
    return f"{value} [{low}, {high}]"


def number(value: float, *, signed: bool = False) -> str:
    """Three decimals without the leading zero."""
    text = f"{value:+.3f}" if signed else f"{value:.3f}"
    return text.replace("0.", ".", 1) if abs(value) < 0.9995 else text
