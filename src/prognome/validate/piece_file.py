"""One finished piece of work as a file: arrays and JSON, never a pickle."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from prognome.core.files import new_file
from prognome.core.rule import Rule
from prognome.validate.learn import Learned, OutOfFold
from prognome.validate.network_training import NetworkEpoch, NetworkTraining
from prognome.validate.trial import Trial

_WORDS = "words"


class PieceDamagedError(Exception):
    """A file that does not hold the piece it should."""


def write_piece(path: Path, key: str, one: Learned) -> None:
    """Write a piece; it appears whole or not at all.

    Parameters
    ----------
    path
        A ``.npz`` file.
    key
        As :func:`prognome.validate.piece_key.piece_key` gives it; checked when the file is read.
    one
        Without a fitted model.

    Raises
    ------
    OutputError
        If it cannot be written.
    TypeError
        If a parameter is no plain value.
    """
    words = {
        "label": one.label,
        "part": one.part,
        "repeat": one.repeat,
        "fold": one.fold,
        "said": list(one.said),
        "rule": None if one.rule is None else one.rule.to_mapping(),
        "trials": [_of_trial(trial) for trial in one.trials],
        "chosen": None if one.chosen is None else _of_trial(one.chosen),
        "timing": {name: _plain(value) for name, value in one.timing.items()},
        "notes": list(one.notes),
        "feature": one.feature,
        "trainings": [asdict(training) for training in one.trainings],
        "shared": one.out_of_fold is not None,
    }
    arrays: dict[str, Any] = {f"said_{number}": said for number, said in enumerate(one.said.values())}
    if one.out_of_fold is not None:
        arrays |= {"inner_fold": one.out_of_fold.fold, "inner_said": one.out_of_fold.said}
    write_words(path, key, words, arrays)


def read_piece(path: Path, key: str, rows: Mapping[str, int]) -> Learned:
    """Read a piece.

    Parameters
    ----------
    path
        Of the file.
    key
        That it must have.
    rows
        Part → number of rows that were asked about; it must answer for those and no others.

    Raises
    ------
    PieceDamagedError
        If it is damaged, or another piece.
    """
    with damaged_if_it_fails():
        words, arrays = read_words(path, key)
        said = {name: arrays[f"said_{number}"] for number, name in enumerate(words["said"])}
        if {name: len(values) for name, values in said.items()} != dict(rows):
            raise PieceDamagedError("it is another piece")
        shared = OutOfFold(arrays["inner_fold"], arrays["inner_said"]) if words["shared"] else None
        return replace(_learned(words, said), out_of_fold=shared)


def write_words(path: Path, key: str, words: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write plain values and arrays as one file, which appears whole or not at all.

    Parameters
    ----------
    path, key
        As for :func:`write_piece`.
    words
        What JSON takes; NaN stays.
    arrays
        By name; of numbers alone.
    """
    said = np.frombuffer(json.dumps({**words, "key": key}).encode(), dtype=np.uint8)
    stored: dict[str, Any] = {**arrays, _WORDS: said}
    with new_file(path) as made, made.open("wb") as file:
        np.savez(file, **stored)


def read_words(path: Path, key: str) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """The words and arrays of :func:`write_words`; PieceDamagedError where the key is another."""
    with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
        words = json.loads(stored[_WORDS].tobytes())
        arrays = {name: stored[name] for name in stored if name != _WORDS}
    if words["key"] != key:
        raise PieceDamagedError("it is another piece")
    return words, arrays


@contextlib.contextmanager
def damaged_if_it_fails() -> Iterator[None]:
    """Within it every exception becomes a PieceDamagedError."""
    try:
        yield
    except PieceDamagedError:
        raise
    except Exception as error:  # a damaged file fails in whatever way its damage makes it fail
        raise PieceDamagedError(type(error).__name__) from error


def _learned(words: Mapping[str, Any], said: Mapping[str, NDArray[np.float64]]) -> Learned:
    return Learned(
        words["label"],
        words["part"],
        words["repeat"],
        words["fold"],
        dict(said),
        None if words["rule"] is None else Rule.from_mapping(words["rule"]),
        [_trial(trial) for trial in words["trials"]],
        None if words["chosen"] is None else _trial(words["chosen"]),
        None,
        dict(words["timing"]),
        tuple(words["notes"]),
        words["feature"],
        trainings=tuple(
            NetworkTraining(
                one["member"],
                tuple(NetworkEpoch(**epoch) for epoch in one["epochs"]),
                one["best_epoch"],
                tuple(one["notes"]),
            )
            for one in words["trainings"]
        ),
    )


def _of_trial(trial: Trial) -> dict[str, Any]:
    return {
        "params": {name: _tagged(value) for name, value in trial.params.items()},
        "scores": [_plain(score) for score in trial.scores],
        "share": _plain(trial.share),
        "seconds": _plain(trial.seconds),
        "failure": trial.failure,
    }


def _trial(words: Mapping[str, Any]) -> Trial:
    params = {name: _untagged(value) for name, value in words["params"].items()}
    rest = {name: words[name] for name in ("share", "seconds", "failure")}
    return Trial(params, tuple(words["scores"]), **rest)


def _plain(value: Any) -> Any:
    """A number as Python has it; every digit of a float is kept."""
    return value.item() if isinstance(value, np.generic) else value


def _tagged(value: Any) -> Any:
    """A parameter as JSON, with the kinds that JSON does not know named."""
    if isinstance(value, np.generic):
        return {"numpy": value.dtype.str, "value": value.item()}
    if isinstance(value, tuple):
        return {"tuple": [_tagged(item) for item in value]}
    if isinstance(value, list):
        return [_tagged(item) for item in value]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise TypeError(f"a parameter of kind {type(value).__name__} is not kept")


def _untagged(value: Any) -> Any:
    if isinstance(value, dict):
        if "tuple" in value:
            return tuple(_untagged(item) for item in value["tuple"])
        return np.dtype(value["numpy"]).type(value["value"])
    return [_untagged(item) for item in value] if isinstance(value, list) else value
