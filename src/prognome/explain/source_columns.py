"""From prepared features back to the columns that a user knows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def sources_of(features: Sequence[str], columns: Mapping[str, Collection[str]]) -> list[str]:
    """The column that each prepared feature was made of.

    Parameters
    ----------
    features
        ``BLOCK:FEATURE`` as preparation names them. A level of a category is ``COLUMN=LEVEL``, a gap that
        was marked ``COLUMN=missing``.
    columns
        Block → its columns.

    Returns
    -------
    ``BLOCK:COLUMN``; the feature itself where it was made of several columns (a component) or of letters.

    Examples
    --------
    >>> sources_of(["clinic:race=a=b", "genes:pc1"], {"clinic": ["race", "age"], "genes": ["A"]})
    ['clinic:race', 'genes:pc1']
    """
    known = {block: frozenset(names) for block, names in columns.items()}
    return [_source(feature, known) for feature in features]


def _source(feature: str, columns: Mapping[str, frozenset[str]]) -> str:
    block, colon, name = feature.partition(":")
    known = columns.get(block, frozenset())
    if not colon or name in known:
        return feature
    at = name.rfind("=")
    while at > 0:
        if name[:at] in known:
            return f"{block}:{name[:at]}"
        at = name.rfind("=", 0, at)
    return feature


def summed(values: ArrayLike, sources: Sequence[str], order: Sequence[str]) -> Array:
    """Parts of features added up by source.

    Parameters
    ----------
    values
        (n, features) or (n, features, K); parts that add up to an answer, so their sums do too.
    sources
        (features,) where each comes from.
    order
        (columns,) sources in the order wanted; one that no feature comes from has parts of 0.

    Examples
    --------
    >>> summed([[1.0, 2.0, 4.0]], ["race", "race", "age"], ["age", "race", "sex"]).tolist()
    [[4.0, 3.0, 0.0]]
    """
    parts = np.asarray(values, dtype=np.float64)
    place = {name: at for at, name in enumerate(order)}
    into = np.array([place[name] for name in sources], dtype=np.intp)
    found = np.zeros((parts.shape[0], len(order), *parts.shape[2:]))
    np.add.at(found.swapaxes(0, 1), into, parts.swapaxes(0, 1))
    return found
