"""What a schema knows of a column of sequences: its alphabet and lengths, and never a sequence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from prognome.core.letters import Texts, lengths_of, read_letters
from prognome.sequence.alphabet import alphabet


@dataclass(frozen=True, eq=False)
class Fitted:
    """New sequences held against those of training.

    Parameters
    ----------
    texts
        (n,) letters of the alphabet; None where missing, or where something else stood there.
    strange
        (n,) whether something else stood there.
    other_length
        (n,) whether a sequence is shorter or longer than any of training.
    """

    texts: Texts
    strange: NDArray[np.bool_]
    other_length: NDArray[np.bool_]


class Remarks:
    """Remarks on rows, each once.

    Parameters
    ----------
    n
        How many rows.
    """

    def __init__(self, n: int) -> None:
        self.texts = np.full(n, "", dtype=object)

    def add(self, marked: NDArray[np.bool_], remark: str) -> None:
        """Remark on these rows."""
        for row in np.flatnonzero(marked).tolist():
            said = self.texts[row]
            if remark not in said:
                self.texts[row] = f"{said}; {remark}" if said else remark

    def beside(self, others: NDArray[np.object_]) -> NDArray[np.object_]:
        """(n,) names that others have, with these added, divided by commas."""
        joined = [
            ", ".join(part for part in (other, own.replace("; ", ", ")) if part)
            for other, own in zip(others, self.texts, strict=True)
        ]
        made = np.empty(len(joined), dtype=object)
        made[:] = joined
        return made


def length_range(texts: Iterable[str | None]) -> tuple[float | None, float | None]:
    """Range of lengths in training; where they differ, rounded outwards to two significant digits.

    >>> length_range(["A" * 101, "C" * 101]), length_range(["A" * 97, "C" * 143, None]), length_range([None])
    ((101.0, 101.0), (97.0, 150.0), (None, None))
    """
    lengths = lengths_of(texts)
    lengths = lengths[lengths > 0]
    if not len(lengths):
        return None, None
    low, high = int(lengths.min()), int(lengths.max())
    if low == high:
        return float(low), float(high)
    step_low, step_high = _step(low), _step(high)
    return float(low // step_low * step_low), float(-(-high // step_high) * step_high)


def fit_letters(cells: Iterable[Any], name: str, low: float | None, high: float | None) -> Fitted:
    """Clean new cells and compare them with an alphabet and a range of lengths."""
    read = read_letters(cells, name)
    texts = read.texts.copy()
    texts[read.strange] = None
    lengths = lengths_of(texts)
    other = np.zeros(len(texts), dtype=bool)
    if low is not None and high is not None:
        other = (lengths > 0) & ((lengths < low) | (lengths > high))
    return Fitted(texts, read.strange, other)


def make_up(name: str, low: float | None, high: float | None, count: int, rng: np.random.Generator) -> Texts:
    """Random sequences of lengths between these; none where training had none."""
    made = np.full(count, None, dtype=object)
    if low is None or high is None:
        return made
    letters = np.array(list(alphabet(name).letters), dtype=object)
    for row, length in enumerate(rng.integers(int(low), int(high) + 1, count).tolist()):
        made[row] = "".join(letters[rng.integers(0, len(letters), length)])
    return made


def _step(value: int) -> int:
    return int(10 ** max(len(str(value)) - 2, 0))
