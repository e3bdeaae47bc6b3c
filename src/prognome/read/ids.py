"""Matching ids of two tables, and finding those that nearly match."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prognome.errors import DataError
from prognome.read.lines import count


@dataclass(frozen=True, eq=False)
class Match:
    """How ids found each other.

    Parameters
    ----------
    index
        (n,) position in ``there`` of each wanted id, -1 where it is absent.
    near
        (k, 2) pairs of positions (wanted, there) that are equal but for case, blanks around them and leading
        zeros. Matched in relaxed mode, only reported otherwise.
    unmatched_wanted, unmatched_there
        How many ids on either side have no partner in ``index``.
    """

    index: NDArray[np.intp]
    near: NDArray[np.intp]
    unmatched_wanted: int
    unmatched_there: int


def normal_id(text: str) -> str:
    """An id without blanks around it, case, and leading zeros.

    >>> normal_id(" 007a "), normal_id("000")
    ('7a', '0')
    """
    plain = text.strip().casefold()
    return plain.lstrip("0") or plain[-1:]


def match_ids(wanted: Sequence[str], there: Sequence[str], *, relaxed: bool) -> Match:
    """Find each wanted id.

    Parameters
    ----------
    wanted
        (n,) ids sought; one may be sought more than once.
    there
        (m,) ids that stand in a table, each once.
    relaxed
        Match ids that differ only in case, blanks around them or leading zeros.

    Returns
    -------
    Positions, near matches and counts.

    Raises
    ------
    DataError
        In relaxed mode, if two different ids of one side become equal.
    """
    if relaxed:
        for ids in (wanted, there):
            _refuse_merged(ids)
    index = _look_up(wanted, there, str)
    open_wanted = np.flatnonzero(index < 0)
    used = np.zeros(len(there), dtype=bool)
    used[index[index >= 0]] = True
    near = np.empty((0, 2), dtype=np.intp)
    if len(open_wanted):
        open_there = np.flatnonzero(~used)
        found = _look_up(
            [wanted[i] for i in open_wanted.tolist()], [there[i] for i in open_there.tolist()], normal_id
        )
        near = np.column_stack([open_wanted[found >= 0], open_there[found[found >= 0]]])
    if relaxed:
        index[near[:, 0]] = near[:, 1]
        used[near[:, 1]] = True
    return Match(index, near, int((index < 0).sum()), int((~used).sum()))


def _look_up(wanted: Iterable[str], there: Iterable[str], form: Callable[[str], str]) -> NDArray[np.intp]:
    places: dict[str, int] = {}
    for place, name in enumerate(there):
        places.setdefault(form(name), place)
    return np.array([places.get(form(name), -1) for name in wanted], dtype=np.intp)


def _refuse_merged(ids: Sequence[str]) -> None:
    different = set(ids)
    merged = len(different) - len({normal_id(name) for name in different})
    if merged:
        raise DataError(
            "rows: match: relaxed",
            f"{count(merged, 'id')} {'becomes' if merged == 1 else 'become'} equal to another "
            "when case, blanks and leading zeros do not count",
            mend="Mend the ids, or use match: exact.",
        )
