"""Work that several models ask for on the same rows is done once, within a process and bounded memory.

Only what is sure to be equal is shared: rows of a cohort that is traced (:meth:`Cohort.trace`), a step with
plain parameters, and the same steps before it. A result is what was kept, the same to the last digit.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

MOST_BYTES = 512_000_000  # kept by each process
_TABLE: ContextVar[str | None] = ContextVar("table", default=None)


@dataclass(frozen=True)
class _Kept:
    value: Any
    octets: int
    wall: float
    cpu: float


class SharedWork:
    """What was done lately, the least lately used forgotten first.

    Examples
    --------
    >>> work = SharedWork(most_bytes=10)
    >>> [work.once("a", lambda: (1, 6)), work.once("a", lambda: (2, 6))]
    [1, 1]
    >>> work.once("b", lambda: (3, 6)), work.once("a", lambda: (4, 6))  # there was no room for both
    (3, 4)
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._octets = 0
        self._paid: set[str] = set()
        self._owed = (0.0, 0.0)

    def once(self, key: str, do: Any) -> Any:
        """What ``do`` gave when this key was first asked for.

        Parameters
        ----------
        key
            Of everything that the result depends on.
        do
            Gives the result and how many bytes it takes. It must not be changed by anybody afterwards.
        """
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
            if key not in self._paid:
                self._paid.add(key)
                self._owed = (self._owed[0] + kept.wall, self._owed[1] + kept.cpu)
            return kept.value
        start = (time.perf_counter(), time.process_time())
        value, octets = do()
        self._paid.add(key)
        if octets <= self._most:
            spent = (time.perf_counter() - start[0], time.process_time() - start[1])
            self._kept[key] = _Kept(value, octets, *spent)
            self._octets += octets
            while self._octets > self._most:
                self._octets -= self._kept.popitem(last=False)[1].octets
        return value

    def begin(self) -> None:
        """A new piece of work begins: what it takes over from others, it owes once."""
        self._paid.clear()
        self._owed = (0.0, 0.0)

    def settle(self) -> tuple[float, float]:
        """Seconds on the wall and of the processor that others spent for this piece of work.

        Since the last time it was asked. Added to its own they say what it would have cost alone.
        """
        owed, self._owed = self._owed, (0.0, 0.0)
        return owed

    def forget(self) -> None:
        """Give back the memory."""
        self._kept.clear()
        self._octets = 0


SHARED = SharedWork()


@contextmanager
def on_table(key: str | None) -> Iterator[None]:
    """Within it a step learns from the table of this key; None where the table has no name."""
    token = _TABLE.set(key)
    try:
        yield
    finally:
        _TABLE.reset(token)


def once_on_this_table(what: str, do: Any) -> Any:
    """Something that depends on the table that a step learns from, on its target, and on ``what`` alone.

    Parameters
    ----------
    what
        Names the rest: a class and those parameters that matter.
    do
        As in :meth:`SharedWork.once`.
    """
    table = _TABLE.get()
    return do()[0] if table is None else SHARED.once(f"{table}/{what}", do)
