"""Who does the work: this process or several; the answers are the same."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from typing import Any

from prognome.core.cohort import Cohort
from prognome.core.metrics import Metric
from prognome.core.table import Index
from prognome.validate.craft import LEARNING, A, Answer, AnyCraft, Craft, W, Work
from prognome.validate.learn import Learned, Task, place_of
from prognome.validate.processes import in_processes
from prognome.validate.resume import Pieces
from prognome.validate.training_watch import telling, watching

Progress = Callable[[int, int, str], None]
Asked = Mapping[str, tuple[Cohort, Index]]


class Crew:
    """Does tasks on one cohort and counts them.

    Parameters
    ----------
    cohort
        All rows; each task cuts its own from it. Large arrays reach workers as one shared memory map.
    metric
        What searches are judged by.
    workers
        Processes. Every process computes with one thread, so results do not depend on the number.
    total
        Tasks there will be in all, for the progress.
    progress
        Called with tasks done, tasks in all, and a word on the last; or None. One that is a
        :class:`prognome.validate.training_watch.WatchesTraining` hears of networks in training too.
    pieces
        Where finished tasks are kept and taken up; None keeps nothing.
    """

    def __init__(
        self,
        cohort: Cohort,
        metric: Metric,
        workers: int,
        total: int,
        progress: Progress | None,
        pieces: Pieces | None = None,
    ) -> None:
        self._cohort = cohort.trace()
        self._metric = metric
        self._workers = workers
        self._total = total
        self._progress = progress
        self._pieces = pieces
        self._done = 0
        if pieces is not None:
            pieces.expect(total)

    def work(self, tasks: Sequence[tuple[Task, Asked]]) -> list[Learned]:
        """Learn and judge; the answers come in the order of the tasks."""
        return self.do(tasks, LEARNING)

    def do(self, tasks: Sequence[tuple[W, Asked]], craft: Craft[W, A]) -> list[A]:
        """Do tasks of any kind; the answers come in the order of the tasks."""
        self._say("")
        order = {_name(task): place for place, (task, _) in enumerate(tasks)}
        stand = [one for task, asked in tasks if (one := self._taken_up(task, asked, craft)) is not None]
        there = {_name_of(one) for one in stand}
        if stand and self._pieces is not None:
            self._pieces.tell_taken(len(stand), len(tasks))
        # the most complex models first: at the end no core waits for another
        left = sorted(
            ((task, asked) for task, asked in tasks if _name(task) not in there),
            key=lambda pair: -pair[0].candidate.rank,
        )
        return sorted(
            [*stand, *(self._answers(left, craft) if left else [])],
            key=lambda one: order[_name_of(one)],
        )

    def _taken_up(self, task: W, asked: Asked, craft: Craft[W, A]) -> A | None:
        """What an interrupted run has left of this task."""
        if self._pieces is None:
            return None
        found = self._pieces.find(task, self._cohort, asked, self._metric, craft)
        if found is not None:
            self._count(task)
        return found

    def _answers(self, tasks: Sequence[tuple[W, Asked]], craft: Craft[W, A]) -> Iterator[A]:
        asked_by = {_name(task): (task, asked) for task, asked in tasks}
        with (
            watching(self._progress) as folder,
            contextlib.closing(self._work(tasks, craft, folder)) as work,
        ):
            for one in work:
                task, asked = asked_by[_name_of(one)]
                if self._pieces is not None:
                    self._pieces.keep(task, self._cohort, asked, self._metric, one, craft)
                self._count(task)
                yield one

    def _work(
        self, tasks: Sequence[tuple[W, Asked]], craft: Craft[W, A], folder: str | None
    ) -> Generator[A, None, None]:
        calls = ((craft, task, self._cohort, asked, self._metric, folder) for task, asked in tasks)
        return in_processes(_one, calls, self._workers)

    def _count(self, task: Work) -> None:
        self._done += 1
        self._say(f"{task.candidate.label}, {place_of(task)}")

    def _say(self, word: str) -> None:
        if self._progress:
            self._progress(self._done, self._total, word)


def _name(task: Work) -> tuple[str, str, int, int]:
    return (task.candidate.label, task.part, task.repeat, task.fold)


def _name_of(one: Answer) -> tuple[str, str, int, int]:
    return (one.label, one.part, one.repeat, one.fold)


def _one(
    craft: AnyCraft, task: Work, cohort: Cohort, asked: Asked, metric: Metric, folder: str | None
) -> Any:
    with telling(folder, *_name(task)):
        return craft.do(task, cohort, {part: rows.rows(at) for part, (rows, at) in asked.items()}, metric)
