"""What a training tells after every epoch, and who listens; loads no torch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Epoch:
    """One line of the training history; losses are means over rows."""

    epoch: int
    train_loss: float
    validation_loss: float
    seconds: float


Listener = Callable[[Epoch, int], None]
_LISTENERS: list[Listener] = []


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Within it, ``listener(epoch, epochs at most)`` is called after every epoch of every network."""
    _LISTENERS.append(listener)
    try:
        yield
    finally:
        _LISTENERS.remove(listener)


def tell(epoch: Epoch, most: int) -> None:
    """Tell all who listen in this process.

    Parameters
    ----------
    epoch
        The one that ended.
    most
        Epochs at most.
    """
    for listener in _LISTENERS:
        listener(epoch, most)
