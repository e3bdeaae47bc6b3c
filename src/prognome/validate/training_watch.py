"""What networks in training tell about their epochs, from whatever process they are in."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from prognome.nets.epochs import Epoch, listening

EVERY_SECONDS = 0.5


@dataclass(frozen=True)
class NetworkStatus:
    """Where one training stands.

    Parameters
    ----------
    label, part, repeat, fold
        Of the piece of work.
    network
        Which training of that piece, from 1: inner folds and members come one after the other.
    epoch, most
        Epochs done, and at most.
    train_loss, validation_loss
        Of the last epoch, means over rows; the latter NaN where no rows were kept aside.
    """

    label: str
    part: str
    repeat: int
    fold: int
    network: int
    epoch: int
    most: int
    train_loss: float
    validation_loss: float


@runtime_checkable
class WatchesTraining(Protocol):
    """A progress that also wants to hear of networks in training."""

    def training(self, networks: Sequence[NetworkStatus]) -> None:
        """Hear of all networks that train at this moment."""


@contextlib.contextmanager
def telling(folder: str | None, label: str, part: str, repeat: int, fold: int) -> Iterator[None]:
    """Within it, trainings of this process write where they stand into a file of their own in the folder.

    Parameters
    ----------
    folder
        Where the asking process looks; None tells nobody.
    label, part, repeat, fold
        Of the piece of work.
    """
    if folder is None:
        yield
        return
    path = Path(folder) / f"{os.getpid()}.json"
    made = path.with_suffix(".new")
    network, written = 0, 0.0

    def listen(epoch: Epoch, most: int) -> None:
        nonlocal network, written
        now = time.monotonic()
        if epoch.epoch == 1:
            network, written = network + 1, 0.0
        if now - written < EVERY_SECONDS:
            return
        written = now
        status = NetworkStatus(
            label, part, repeat, fold, network, epoch.epoch, most,
            epoch.train_loss, epoch.validation_loss,
        )  # fmt: skip
        with contextlib.suppress(OSError):  # who only watches never stops the work
            made.write_text(json.dumps(asdict(status)), encoding="utf-8")
            made.replace(path)

    try:
        with listening(listen):
            yield
    finally:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


@contextlib.contextmanager
def watching(watcher: object) -> Iterator[str | None]:
    """Look every half second what :func:`telling` wrote, and pass it on; nothing where nobody watches.

    Parameters
    ----------
    watcher
        A progress; only a :class:`WatchesTraining` is told.

    Yields
    ------
    The folder for :func:`telling`, or None.
    """
    if not isinstance(watcher, WatchesTraining):
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="prognome-", ignore_cleanup_errors=True) as folder:
        done = threading.Event()

        def look() -> None:
            before: list[NetworkStatus] = []
            while not done.wait(EVERY_SECONDS):
                now = read_statuses(Path(folder))
                if now or before:
                    watcher.training(now)
                before = now

        thread = threading.Thread(target=look, daemon=True)
        thread.start()
        try:
            yield folder
        finally:
            done.set()
            thread.join()
            watcher.training([])


def read_statuses(folder: Path) -> list[NetworkStatus]:
    """What stands in the folder at this moment."""
    found = []
    for path in sorted(folder.glob("*.json")):
        with contextlib.suppress(OSError, ValueError, TypeError):  # gone, or not ours
            found.append(NetworkStatus(**json.loads(path.read_text(encoding="utf-8"))))
    return found
