"""Rows that belong together: pairs of them, and which of those pairs no declared group holds."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

import numpy as np
from numpy.typing import NDArray

Pairs = NDArray[np.intp]


def chain(labels: Iterable[Hashable | None]) -> Pairs:
    """(m, 2) each row with the one before that has the same label; None has no label.

    >>> chain(["a", None, "a", "b", "a"]).tolist()
    [[0, 2], [2, 4]]
    """
    last: dict[Hashable, int] = {}
    pairs = []
    for place, label in enumerate(labels):
        if label is not None:
            if label in last:
                pairs.append((last[label], place))
            last[label] = place
    return np.array(pairs, dtype=np.intp).reshape(-1, 2)


def outside_groups(pairs: Pairs, groups: NDArray[np.object_] | None) -> NDArray[np.bool_]:
    """(m,) which pairs the declared groups do not already keep together; a row without a group is alone."""
    if groups is None:
        return np.ones(len(pairs), dtype=bool)
    labels = groups.tolist()
    return np.array([labels[i] is None or labels[i] != labels[j] for i, j in pairs.tolist()], dtype=bool)


def across_groups(pairs: Pairs, groups: NDArray[np.object_] | None) -> Pairs:
    """Those pairs."""
    return pairs[outside_groups(pairs, groups)]
