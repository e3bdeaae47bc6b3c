"""What a guard says when it sees a reason why a result may not hold up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Pairs = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Alarm:
    """One reason for doubt, in plain words.

    Parameters
    ----------
    guard
        Its name on the menu of guards, by which a study accepts it.
    where
        What it is about: ``block mrna``, ``column site``, ``external vdx``, ``split``.
    what
        One sentence: what was seen, with counts; no value and no id of a row.
    remedy
        One sentence: how to mend it.
    facts
        Plain numbers and names behind it, for ``run.json``.
    pairs
        (m, 2) positions of rows that belong together and must not stand on both sides of a split; empty where
        the alarm is not about rows.
    """

    guard: str
    where: str
    what: str
    remedy: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    pairs: Pairs = field(default_factory=lambda: np.empty((0, 2), dtype=np.intp))
