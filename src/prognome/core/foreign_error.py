"""What may be told of an exception that is not ours: its kind and its place, never its words.

A library quotes the cell that it could not use, and the cell is a patient's.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from prognome.errors import PrognomeError, WorkError

WITHHELD = "Its own words are withheld, since they may quote a patient."
_OURS = "prognome"


def tell(error: BaseException) -> str:
    """What is said of an exception in records, reports, logs and on the terminal.

    Parameters
    ----------
    error
        Caught; its traceback tells where it was raised.

    Returns
    -------
    The whole message of a :class:`prognome.errors.PrognomeError`, which holds no value of a patient; of any
    other exception its class, the module that raised it, and which of our modules had called.

    Examples
    --------
    >>> try:
    ...     float("Smith, John")
    ... except ValueError as error:
    ...     tell(error).replace(__name__, "here")
    'ValueError raised in here. Its own words are withheld, since they may quote a patient.'
    >>> tell(WorkError("epoch 3", "the loss is no number"))
    'epoch 3: the loss is no number.'
    """
    return str(error) if isinstance(error, PrognomeError) else f"{_kind_and_place(error)}. {WITHHELD}"


@contextlib.contextmanager
def step(where: str) -> Iterator[None]:
    """Within it a foreign exception becomes a WorkError that says where, and of what kind it was.

    Parameters
    ----------
    where
        Which model, fold and step, as far as whoever catches it does not know them.

    Raises
    ------
    WorkError
        In place of what is not ours. The original is not chained: a printed traceback would quote it.
        Errors of ours and want of memory pass as they are.
    """
    try:
        yield
    except (PrognomeError, MemoryError):
        raise
    except Exception as error:  # whatever a model of the user's raises
        raise WorkError(where, _kind_and_place(error), mend=WITHHELD) from None


def _kind_and_place(error: BaseException) -> str:
    modules = []
    trace = error.__traceback__
    while trace is not None:
        modules.append(str(trace.tb_frame.f_globals.get("__name__", "")))
        trace = trace.tb_next
    kind = type(error).__name__
    raised = next((name for name in reversed(modules) if name), "")
    ours = next((name for name in reversed(modules) if name.partition(".")[0] == _OURS), "")
    called = f", called by {ours}" if ours and ours != raised else ""
    return f"{kind} raised in {raised}{called}" if raised else kind
