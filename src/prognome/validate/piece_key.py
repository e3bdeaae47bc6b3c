"""The name of a piece of work: a hash of everything its answer depends on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd
from pydantic import BaseModel

from prognome.core.cohort import Cohort
from prognome.core.metrics import Metric
from prognome.core.table import Index

_COHORTS: WeakKeyDictionary[Cohort, bytes] = WeakKeyDictionary()


class NoKeyError(Exception):
    """Something that a task holds cannot be told apart by its content."""


def piece_key(
    task: Any,
    cohort: Cohort,
    asked: Mapping[str, tuple[Cohort, Index]],
    metric: Metric,
    versions: Mapping[str, str],
) -> str:
    """64 hexadecimal digits; equal where, and only where, the answer is sure to be equal.

    Parameters
    ----------
    task
        A dataclass: model with its parameters, rows, inner folds, seeds, rules of judging. Its class and
        every field count.
    cohort, asked
        By their content, not by where they came from.
    metric
        By its name.
    versions
        Name → version of all that the numbers may depend on. Our own source files count besides, files that a
        parameter names, and of networks the encoder that they start from, the device and the precision.

    Raises
    ------
    NoKeyError
        If a parameter is an object of unknown kind, or an encoder or a device is not there.
    """
    digest = hashlib.sha256()
    _feed(digest, (dict(versions), our_sources(), metric.name))
    _feed(digest, task)
    digest.update(_of_cohort(cohort))
    for name, (rows, at) in asked.items():
        _feed(digest, name)
        digest.update(_of_cohort(rows))
        _feed(digest, np.asarray(at))
    return digest.hexdigest()


@cache
def our_sources() -> str:
    """A hash of the source files of this package, so that changed code never takes up old answers."""
    digest = hashlib.sha256()
    root = Path(__file__).parents[1]
    for path in sorted(root.rglob("*.py")):
        digest.update(f"{path.relative_to(root)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _of_cohort(cohort: Cohort) -> bytes:
    """A hash of all that a cohort holds; reckoned once for each."""
    if cohort not in _COHORTS:
        digest = hashlib.sha256()
        for field in fields(cohort):
            _feed(digest, (field.name, getattr(cohort, field.name)))
        _COHORTS[cohort] = digest.digest()
    return _COHORTS[cohort]


def _feed(digest: Any, it: Any) -> None:
    """Add a value so that unlike values never look alike: its kind, its length, its content."""
    if it is None or isinstance(it, (bool, int, float, complex)):
        _part(digest, type(it).__name__, repr(it).encode())
    elif isinstance(it, str):
        _part(digest, "str", it.encode("utf-8", "surrogatepass"))
    elif isinstance(it, bytes):
        _part(digest, "bytes", it)
    elif isinstance(it, Path):
        _part(digest, "path", str(it).encode())
    elif isinstance(it, np.generic):
        _part(digest, f"scalar {it.dtype.str}", it.tobytes())
    elif isinstance(it, np.ndarray):
        _feed_array(digest, it)
    elif isinstance(it, (pd.DataFrame, pd.Series, pd.Index)):
        _feed_frame(digest, it)
    elif isinstance(it, Mapping):
        _part(digest, "mapping", str(len(it)).encode())
        for key, value in it.items():
            _feed(digest, key)
            _feed(digest, value)
    elif isinstance(it, (list, tuple)):
        _part(digest, type(it).__name__, str(len(it)).encode())
        for value in it:
            _feed(digest, value)
    elif isinstance(it, (set, frozenset)):
        _feed(digest, sorted(map(repr, it)))
    elif isinstance(it, type) or hasattr(it, "__code__"):
        _feed_name(digest, it)
    elif isinstance(it, BaseModel):
        _feed_name(digest, type(it))
        _feed(digest, it.model_dump(mode="json"))
    elif hasattr(it, "get_params"):
        _feed_name(digest, type(it))
        for name, value in sorted(it.get_params(deep=False).items()):
            _feed(digest, (name, value))
            _feed_files(digest, value)
        _feed_rest(digest, it)
    elif is_dataclass(it):
        _feed_name(digest, type(it))
        for field in fields(it):
            _feed(digest, (field.name, getattr(it, field.name)))
    else:
        raise NoKeyError(type(it).__name__)


def _part(digest: Any, kind: str, content: bytes) -> None:
    digest.update(f"{kind}:{len(content)}:".encode())
    digest.update(content)


def _feed_name(digest: Any, it: Any) -> None:
    """A class or function by its name; one without a name of its own is not known."""
    if "<" in it.__qualname__:
        raise NoKeyError(it.__qualname__)
    _part(digest, "name", f"{it.__module__}.{it.__qualname__}".encode())


def _feed_array(digest: Any, it: np.ndarray[Any, Any]) -> None:
    _part(digest, f"array {it.dtype.str}", str(it.shape).encode())
    if it.dtype.kind != "O":
        digest.update(np.ascontiguousarray(it).data)
        return
    for value in it.ravel().tolist():
        if isinstance(value, str):
            text = value.encode("utf-8", "surrogatepass")
            digest.update(b"s%d:" % len(text) + text)
        else:
            _feed(digest, value)


def _feed_frame(digest: Any, it: Any) -> None:
    if isinstance(it, pd.DataFrame):
        _feed(digest, ("frame", len(it), [str(name) for name in it.columns]))
        for place in range(it.shape[1]):
            _feed_frame(digest, it.iloc[:, place])
        return
    _part(digest, "series", str(it.dtype).encode())
    if isinstance(it.dtype, pd.CategoricalDtype):
        _feed(digest, (list(it.dtype.categories), bool(it.dtype.ordered)))
        it = pd.Series(it).cat.codes
    _feed_array(digest, it.to_numpy())


def _feed_rest(digest: Any, it: Any) -> None:
    """What the answer of an estimator hangs on besides its parameters.

    ``made_of``: estimators that it builds from its parameters and their defaults. ``counts_with``: texts that
    name device, precision and the content of files.
    """
    try:
        _feed(digest, (getattr(it, "made_of", None), getattr(it, "counts_with", None)))
    except Exception as error:  # what is wrong is for the fit to say, not for its key
        raise NoKeyError(type(it).__name__) from error


def _feed_files(digest: Any, value: Any) -> None:
    """Files and folders that a parameter names, or a mapping in it."""
    if isinstance(value, (str, Path)):
        _feed_file(digest, str(value))
    elif isinstance(value, Mapping):
        for item in value.values():
            _feed_files(digest, item)


def _feed_file(digest: Any, text: str) -> None:
    """What a file or folder holds that a parameter names: the name alone would hide a change."""
    if not 0 < len(text) < 1024 or "\n" in text or "\0" in text:
        return
    place = Path(text)
    try:
        if place.is_file():
            digest.update(hashlib.sha256(place.read_bytes()).digest())
        elif place.is_dir():
            for path in sorted(place.rglob("*")):
                told = path.stat()
                digest.update(f"{path.relative_to(place)}\0{told.st_size}\0{told.st_mtime_ns}\0".encode())
    except OSError as error:
        raise NoKeyError(text) from error
