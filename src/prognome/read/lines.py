"""Naming the places of a fault in files: lines are counted from 1, and the header is the first."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

LIMIT = 5


def number_lines(lines: Sequence[int] | NDArray[np.int64], *, unit: str = "line") -> str:
    """Number the first few lines.

    >>> number_lines([3])
    'line 3'
    >>> number_lines([3, 9])
    'lines 3, 9'
    """
    shown = ", ".join(str(int(line)) for line in lines[:LIMIT])
    return f"{unit}{'s' if len(lines) > 1 else ''} {shown}{', …' if len(lines) > LIMIT else ''}"


def number_places(
    paths: Sequence[str],
    files: NDArray[np.intp],
    lines: NDArray[np.int64],
    *,
    unit: str = "line",
) -> str:
    """Number the first few lines, with their files where there are several.

    Parameters
    ----------
    paths
        The files.
    files, lines
        (n,) position of each place's file in ``paths``, and its line.
    unit
        What is counted: ``line``, ``column``.
    """
    if len(paths) == 1:
        return number_lines(lines, unit=unit)
    shown = [
        f"{paths[file]} {number_lines(lines[:LIMIT][files[:LIMIT] == file], unit=unit)}"
        for file in dict.fromkeys(files[:LIMIT].tolist())
    ]
    return "; ".join(shown) + ("; …" if len(lines) > LIMIT else "")


def count(n: int, noun: str) -> str:
    """A number and its noun.

    >>> count(1, "row"), count(1200, "row")
    ('1 row', '1,200 rows')
    """
    return f"{n:,} {noun}{'' if n == 1 else 's'}"
