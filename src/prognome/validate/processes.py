"""The same function on many sets of arguments, in this process or in several; Ctrl-C ends all of them."""

from __future__ import annotations

import contextlib
import signal
import threading
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Any

from prognome.core.shared_work import MOST_BYTES

LEAK_BYTES = 300_000_000  # by which a process of loky may grow, its own default


def in_processes(
    function: Callable[..., Any], calls: Iterable[tuple[Any, ...]], workers: int
) -> Generator[Any, None, None]:
    """Results as they come, in any order. Every process computes with one thread.

    Parameters
    ----------
    function
        Of a module, so that processes can find it.
    calls
        Its arguments, one set a call. Large arrays reach processes as one shared memory map.
    workers
        Processes; 1 does the work here, in the order of the calls.
    """
    if workers == 1:
        for arguments in calls:
            yield _on_one_thread(function, arguments)
        return
    from joblib import Parallel, delayed, parallel_config

    with (
        _silent_where_a_process_is_replaced(),
        parallel_config("loky", n_jobs=workers, inner_max_num_threads=1),
    ):
        pool = Parallel(return_as="generator_unordered", max_nbytes="1M", pre_dispatch="2*n_jobs")
        try:
            with _workers_deaf_to_ctrl_c():
                answers = pool(delayed(_in_a_process)(function, arguments) for arguments in calls)
            yield from answers
        except BaseException:
            from joblib.externals.loky import get_reusable_executor

            get_reusable_executor().shutdown(wait=False, kill_workers=True)
            raise


def _on_one_thread(function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):  # here as in any process, so that results do not depend on their number
        return function(*arguments)


def _in_a_process(function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    """As above, in a process of loky, which must not take what is kept of shared work for a leak."""
    from joblib.externals.loky import process_executor

    if hasattr(process_executor, "_MAX_MEMORY_LEAK_SIZE"):
        process_executor._MAX_MEMORY_LEAK_SIZE = LEAK_BYTES + MOST_BYTES
    return _on_one_thread(function, arguments)


@contextlib.contextmanager
def _silent_where_a_process_is_replaced() -> Iterator[None]:
    """A process that has grown by 300 MB, as libraries are loaded, is replaced by loky, with a warning.

    No work is lost, and nobody can do anything about it. Where warnings are errors, this one would end the
    thread that hands out the work, and the run would wait for ever.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="A worker stopped while some jobs were given")
        yield


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
