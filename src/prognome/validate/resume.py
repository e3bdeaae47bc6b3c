"""Finished pieces of work are kept on disk, so that an interrupted run goes on where it stood."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from collections.abc import Callable, Mapping
from pathlib import Path

from prognome.core.cohort import Cohort
from prognome.core.metrics import Metric
from prognome.core.table import Index
from prognome.errors import OutputError
from prognome.page.numbers import count
from prognome.validate.craft import A, Answer, Craft, W, Work
from prognome.validate.learn import place_of
from prognome.validate.piece_file import PieceDamagedError
from prognome.validate.piece_key import NoKeyError, piece_key

LEAST_SECONDS = 5.0  # what is done sooner is done again
Asked = Mapping[str, tuple[Cohort, Index]]


def pieces_folder(out: Path) -> Path:
    """Where the pieces of a run into ``out`` stand: hidden beside it, ``.OUT.pieces``."""
    out = Path(out).absolute()
    return out.parent / f".{out.name}.pieces"


class Pieces:
    """The pieces of one run.

    A piece is taken up only where model, parameters, seeds, rows, data, versions and source code are those it
    was made with (:func:`prognome.validate.piece_key.piece_key`), so an interrupted run has the results of
    one that was not. The folder is readable by its owner alone, since a piece holds what was
    said about rows (by their position, with neither id nor truth). Fitted models are not kept.

    Parameters
    ----------
    folder
        Of the pieces; made when the first one is kept.
    versions
        Name → version of all that the numbers may depend on.
    fresh
        Whether what stands there is thrown away.
    notice
        Called with a sentence that the user should hear.
    """

    def __init__(
        self,
        folder: Path,
        versions: Mapping[str, str],
        *,
        fresh: bool = False,
        notice: Callable[[str], None] | None = None,
    ) -> None:
        self._folder = folder
        self._versions = dict(versions)
        self._notice = notice or (lambda _: None)
        self._held: set[str] = set()
        self._full = False
        self.taken = 0
        self.kept = 0
        self.expected = 0
        if fresh:
            self.clear()
        self._there = self._look()

    def expect(self, total: int) -> None:
        """So many pieces more will be asked for."""
        self.expected += total

    def find(self, task: W, cohort: Cohort, asked: Asked, metric: Metric, craft: Craft[W, A]) -> A | None:
        """The answer to a task, if it was kept; None where it has to be worked out."""
        if task.keep or not self._there:
            return None
        key = self._key(task, cohort, asked, metric)
        if key is None or f"{key}.npz" not in self._there:
            return None
        path = self._folder / f"{key}.npz"
        try:
            found = craft.read(path, key, {part: len(at) for part, (_, at) in asked.items()})
        except PieceDamagedError:
            self._notice(f"a piece of the interrupted run is damaged and is done again: {_name(task)}")
            with contextlib.suppress(OSError):
                path.unlink()
            return None
        self.taken += 1
        self._held.add(key)
        return found

    def keep(self, task: W, cohort: Cohort, asked: Asked, metric: Metric, one: A, craft: Craft[W, A]) -> None:
        """Keep an answer that took its time; a failure and a fitted model are not kept."""
        if task.keep or one.failure or self._full or _spent(one) < LEAST_SECONDS:
            return
        key = self._key(task, cohort, asked, metric)
        if key is None:
            return
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            craft.write(self._folder / f"{key}.npz", key, one)
        except TypeError:
            return
        except (OSError, OutputError) as error:
            self._full = True
            self._notice(
                f"finished pieces of work cannot be kept, so an interruption would lose them: {error}"
            )
            return
        self.kept += 1
        self._held.add(key)

    def clear(self) -> None:
        """Take the folder away: the run is done."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._there = set()

    def tell_taken(self, taken: int, of: int) -> None:
        """Say that so many pieces of so many did not have to be done again."""
        self._notice(f"resuming: {taken:,} of {count(of, 'piece')} of work stand from an interrupted run")

    def note(self) -> str:
        """What the record says of it."""
        return (
            f"{count(self.taken, 'piece')} of work stand from a run of this study that was interrupted; "
            "their seconds and memory were measured then"
        )

    def goodbye(self, *, interrupted: bool) -> str:
        """What is said when the run ends before its time; empty where nothing is kept."""
        if not self._held:
            return ""
        held, total = len(self._held), max(self.expected, len(self._held))
        return (
            f"{'Interrupted. ' if interrupted else ''}{held:,} of {count(total, 'piece')} are kept in "
            f"{self._folder}; the same command goes on from there."
        )

    def _key(self, task: Work, cohort: Cohort, asked: Asked, metric: Metric) -> str | None:
        try:
            return piece_key(task, cohort, asked, metric, self._versions)
        except NoKeyError:
            return None

    def _look(self) -> set[str]:
        """Names of the files that stand there; none where another user could have put them there."""
        try:
            told = self._folder.lstat()
        except OSError:
            return set()
        alone = stat.S_ISDIR(told.st_mode) and not told.st_mode & 0o022
        mine = not hasattr(os, "getuid") or told.st_uid == os.getuid()
        if not (alone and mine):
            self._notice(f"{self._folder}: is not yours alone to write, so what it holds is not taken up")
            self._full = True
            return set()
        return {path.name for path in self._folder.glob("*.npz")}


def _spent(one: Answer) -> float:
    spans = ("search_seconds", "fit_seconds", "predict_seconds")
    return sum(float(one.timing.get(name, 0.0)) for name in spans)


def _name(task: Work) -> str:
    return f"{task.candidate.label}, {place_of(task)}"
