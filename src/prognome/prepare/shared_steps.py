"""Names of tables between steps, so that equal steps on equal rows are learned and applied once."""

from __future__ import annotations

import hashlib
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from prognome.core.cohort import Cohort
from prognome.core.shared_work import SHARED, learning
from prognome.prepare.base import Step

_FITTED: WeakKeyDictionary[Any, str] = WeakKeyDictionary()


def name_table(X: Any, block: str, y: Any) -> str | None:
    """The name of a block's training table with its target; None where it could be anything."""
    if not isinstance(X, Cohort) or X.origin is None or not (y is None or y is X.target):
        return None
    return f"{X.origin}/{block}/{'alone' if y is None else 'target'}"


def name_rows(X: Any) -> str | None:
    """The name of rows that are asked about."""
    return X.origin if isinstance(X, Cohort) else None


def fit_step(
    step: Any, frame: pd.DataFrame, y: Any, known: dict[str, Any], table: str | None
) -> tuple[Any, Any, str | None]:
    """Learn and apply a step, or take both over from an equal one that met the same table.

    Parameters
    ----------
    step
        Unfitted.
    frame, y, known
        The table, its target, what else ``fit`` takes.
    table
        Its name, or None.

    Returns
    -------
    The fitted step, the table that it made, and the name of that table.
    """
    key = None if table is None or not isinstance(step, Step) else _extended(table, step)
    if key is None:
        with learning(step, None):
            given = frame if table is None else frame.copy()  # a foreign step may change what it gets
            return step, step.fit_transform(given, y, **known), None

    def do() -> tuple[Any, int]:
        with learning(step, table):
            made = step.fit_transform(frame, y, **known)
        _FITTED[step] = key
        learned = (value for value in vars(step).values() if isinstance(value, np.ndarray))
        return (step, made), _octets(made) + sum(value.nbytes for value in learned)

    fitted, made = SHARED.once(key, do)
    return fitted, made, key


def apply_step(step: Any, frame: pd.DataFrame, rows: str | None) -> Any:
    """What a fitted step makes of these rows, or what it made of them before.

    Parameters
    ----------
    step
        Fitted by :func:`fit_step`, or by anybody.
    frame
        What the steps before it made of the rows.
    rows
        The name of the rows that came into the first of them, or None.
    """
    key = _FITTED.get(step) if rows is not None and isinstance(step, Step) else None
    if key is None:
        return step.transform(frame)

    def do() -> tuple[Any, int]:
        made = step.transform(frame)
        return made, _octets(made)

    return SHARED.once(f"{key}?{rows}", do)


def _extended(table: str, step: Step) -> str | None:
    """The name of the table after a step; None where a parameter is no plain value."""
    told = plain(step.get_params(deep=False))
    if told is None:
        return None
    words = f"{table}|{type(step).__module__}.{type(step).__qualname__}|{told}"
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()


def plain(value: Any) -> str | None:
    """A parameter as text that no other value has; None where it is of a kind that could change unseen."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, (bool, int, float, str)):
        return f"{type(value).__name__}:{value!r}"
    if isinstance(value, dict):
        parts = [plain(item) for pair in sorted(value.items(), key=lambda p: str(p[0])) for item in pair]
    elif isinstance(value, (list, tuple)):
        parts = [plain(item) for item in value]
    else:
        return None
    return None if None in parts else f"{type(value).__name__}({','.join(map(str, parts))})"


def _octets(made: Any) -> int:
    if isinstance(made, pd.DataFrame):
        return int(made.memory_usage(index=True, deep=False).sum())
    return int(np.asarray(made).nbytes)
