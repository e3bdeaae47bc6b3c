"""Who does the work: this process or several; the answers are the same."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence

from prognome.core.cohort import Cohort
from prognome.core.metrics import Metric
from prognome.core.table import Index
from prognome.validate.learn import Learned, Task, learn

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
        Called with tasks done, tasks in all, and a word on the last; or None.
    """

    def __init__(
        self, cohort: Cohort, metric: Metric, workers: int, total: int, progress: Progress | None
    ) -> None:
        self._cohort = cohort
        self._metric = metric
        self._workers = workers
        self._total = total
        self._progress = progress
        self._done = 0

    def work(self, tasks: Sequence[tuple[Task, Asked]]) -> list[Learned]:
        """Do these tasks; the answers come in the order of the tasks."""
        self._say("")
        order = {
            (task.candidate.label, task.part, task.repeat, task.fold): place
            for place, (task, _) in enumerate(tasks)
        }
        # the most complex models first: at the end no core waits for another
        hardest_first = sorted(tasks, key=lambda pair: -pair[0].candidate.rank)
        return sorted(
            self._answers(hardest_first),
            key=lambda one: order[(one.label, one.part, one.repeat, one.fold)],
        )

    def _answers(self, tasks: Sequence[tuple[Task, Asked]]) -> Iterator[Learned]:
        from joblib import Parallel, delayed, parallel_config

        if self._workers == 1:
            for task, asked in tasks:
                yield self._count(_one(task, self._cohort, asked, self._metric))
            return
        with parallel_config("loky", n_jobs=self._workers, inner_max_num_threads=1):
            pool = Parallel(return_as="generator_unordered", max_nbytes="1M", pre_dispatch="2*n_jobs")
            try:
                with _workers_deaf_to_ctrl_c():
                    answers = pool(
                        delayed(_one)(task, self._cohort, asked, self._metric) for task, asked in tasks
                    )
                for one in answers:
                    yield self._count(one)
            except BaseException:
                from joblib.externals.loky import get_reusable_executor

                get_reusable_executor().shutdown(wait=False, kill_workers=True)
                raise

    def _count(self, one: Learned) -> Learned:
        self._done += 1
        self._say(f"{one.label}, {one.part}" + (f" fold {one.fold}" if one.part == "cv" else ""))
        return one

    def _say(self, word: str) -> None:
        if self._progress:
            self._progress(self._done, self._total, word)


@contextlib.contextmanager
def _workers_deaf_to_ctrl_c() -> Iterator[None]:
    """Processes begun here ignore Ctrl-C, which a terminal sends to all: this one hears it and ends them."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _one(task: Task, cohort: Cohort, asked: Asked, metric: Metric) -> Learned:
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        return learn(task, cohort, {part: rows.rows(at) for part, (rows, at) in asked.items()}, metric)
