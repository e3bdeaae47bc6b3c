"""Work that several models ask for on the same rows is done once, within a process and bounded memory.

Only what is sure to be equal is shared: rows of a cohort that is traced (:meth:`Cohort.trace`), a step with
plain parameters, and the same steps before it. A result is what was kept, the same to the last digit.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

MOST_BYTES = 512_000_000  # kept by each process
_LEARNING: ContextVar[tuple[str, Any] | None] = ContextVar("learning", default=None)


@dataclass(frozen=True)
class _Kept:
    """A result, its size, its own seconds on the wall and of the processor, and what it was made from."""

    value: Any
    octets: int
    wall: float
    cpu: float
    parts: tuple[str, ...]


@dataclass
class _Doing:
    """Work that goes on: seconds of what was done inside it, and the keys of that."""

    wall: float = 0.0
    cpu: float = 0.0
    parts: list[str] = field(default_factory=list)


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
        self._doing: list[_Doing] = []

    def once(self, key: str, do: Callable[[], tuple[Any, int]]) -> Any:
        """What ``do`` gave when this key was first asked for.

        Parameters
        ----------
        key
            Of everything that the result depends on.
        do
            Gives the result and how many bytes it takes. It must not be changed by anybody afterwards.
        """
        if self._doing:
            self._doing[-1].parts.append(key)
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
            self._owe(key)
            return kept.value
        start, inside = (time.perf_counter(), time.process_time()), _Doing()
        self._doing.append(inside)
        try:
            value, octets = do()
        finally:
            self._doing.pop()
        wall, cpu = time.perf_counter() - start[0], time.process_time() - start[1]
        if self._doing:
            self._doing[-1].wall += wall
            self._doing[-1].cpu += cpu
        self._paid.add(key)
        if octets <= self._most:
            own = (wall - inside.wall, cpu - inside.cpu)
            self._kept[key] = _Kept(value, octets, *own, tuple(inside.parts))
            self._octets += octets
            while self._octets > self._most:
                self._octets -= self._kept.popitem(last=False)[1].octets
        return value

    def _owe(self, key: str) -> None:
        """Count what others spent on this, and on what it was made from, once for each piece of work."""
        kept = self._kept.get(key)
        if kept is None or key in self._paid:
            return
        self._paid.add(key)
        self._owed = (self._owed[0] + kept.wall, self._owed[1] + kept.cpu)
        for part in kept.parts:
            self._owe(part)

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
def learning(step: Any, table: str | None) -> Iterator[None]:
    """Within it this step, and no step inside it, learns from the table of this name; None has no name."""
    token = _LEARNING.set(None if table is None else (table, step))
    try:
        yield
    finally:
        _LEARNING.reset(token)


def once_on_this_table(step: Any, what: str, do: Callable[[], tuple[Any, int]]) -> Any:
    """Something that depends on the table that a step learns from, on its target, and on ``what`` alone.

    Parameters
    ----------
    step
        Who asks; another than the one that learns may have other rows, and shares nothing.
    what
        Names the rest: a class and those parameters that matter.
    do
        As in :meth:`SharedWork.once`.
    """
    known = _LEARNING.get()
    if known is None or known[1] is not step:
        return do()[0]
    return SHARED.once(f"{known[0]}/{what}", do)
