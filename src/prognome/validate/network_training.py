"""How the networks inside a fitted model were trained: losses by epoch, the epoch that was kept, notes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isnan
from typing import Any

import pandas as pd

COLUMNS = (
    "model", "part", "repeat", "fold", "member", "epoch", "train_loss", "validation_loss", "seconds", "best",
)  # fmt: skip
_LONGEST_LIST = 1000


@dataclass(frozen=True)
class NetworkEpoch:
    """An epoch; losses are means over rows, the validation loss NaN where no rows were kept aside."""

    epoch: int
    train_loss: float
    validation_loss: float
    seconds: float


@dataclass(frozen=True)
class NetworkTraining:
    """One training.

    Parameters
    ----------
    member
        Which network of the model: ``1``, or names and numbers on the way to it (``cnn``, ``pairs 2``).
    epochs
        All that were run.
    best_epoch
        Whose weights were kept.
    notes
        What the user should know: smaller batches for lack of memory.
    """

    member: str
    epochs: tuple[NetworkEpoch, ...]
    best_epoch: int
    notes: tuple[str, ...] = ()


def find_trainings(fitted: Any) -> tuple[NetworkTraining, ...]:
    """Every training whose network the fitted model holds, in the order in which it holds them.

    A network says ``history`` (a mapping for each epoch: ``epoch train_loss validation_loss seconds``),
    ``best_epoch`` and ``notes``; an estimator that holds no such object may say ``history_``, a list of such
    lists. They are found in a pipeline's steps and in public attributes of our own and of foreign
    estimators, through lists, pairs of name and estimator, and mappings; so hybrids and stacks need to do
    nothing. Networks that were trained on the way and thrown away are not found.

    Parameters
    ----------
    fitted
        Any fitted model.
    """
    found: list[tuple[tuple[str, ...], NetworkTraining]] = []
    _collect(fitted, (), found, set())
    names = [" ".join(path) or "1" for path, _ in found]
    return tuple(
        replace(one, member=name if names.count(name) == 1 else f"{name} {number}")
        for number, (name, (_, one)) in enumerate(zip(names, found, strict=True), start=1)
    )


def training_table(done: Sequence[Any]) -> pd.DataFrame:
    """``training.tsv`` of pieces of work (:class:`prognome.validate.learn.Learned`): one line an epoch."""
    rows = [
        {
            "model": one.label,
            "part": "refit" if one.part == "test" else one.part,
            "repeat": one.repeat if one.part == "cv" else None,
            "fold": one.fold if one.part == "cv" else None,
            "member": training.member,
            "epoch": epoch.epoch,
            "train_loss": epoch.train_loss,
            "validation_loss": epoch.validation_loss,
            "seconds": epoch.seconds,
            "best": int(epoch.epoch == training.best_epoch),
        }
        for one in done
        for training in one.trainings
        for epoch in training.epochs
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.astype({**dict.fromkeys(("repeat", "fold", "epoch", "best"), "Int64")})


def training_notes(done: Sequence[Any]) -> dict[str, list[str]]:
    """Label → what trainings of its folds had to say, each once with how often."""
    said: dict[str, dict[str, int]] = {}
    for one in done:
        for training in one.trainings:
            for note in training.notes:
                counts = said.setdefault(one.label, {})
                counts[note] = counts.get(note, 0) + 1
    return {
        label: [f"{note} ({times} times)" if times > 1 else note for note, times in counts.items()]
        for label, counts in said.items()
    }


def _collect(
    it: Any, path: tuple[str, ...], found: list[tuple[tuple[str, ...], NetworkTraining]], seen: set[int]
) -> None:
    if id(it) in seen:
        return
    if isinstance(it, (list, tuple, Mapping)):
        if len(it) <= _LONGEST_LIST:
            for name, item in _items(it):
                _collect(item, (*path, name) if name else path, found, seen)
        return
    module = type(it).__module__
    if not hasattr(it, "__dict__") or isinstance(it, type):
        return
    seen.add(id(it))
    if _is_history(getattr(it, "history", None)):
        found.append((path, _training(it.history, getattr(it, "best_epoch", 0), getattr(it, "notes", ()))))
        return
    if module.startswith("sklearn.pipeline"):
        for _, step in it.steps:
            _collect(step, path, found, seen)
        return
    if not (module.startswith("prognome.") or hasattr(it, "get_params")) or module.startswith("sklearn."):
        return
    before = len(found)
    for name, value in vars(it).items():
        if not name.startswith("_"):
            _collect(value, path, found, seen)
    if len(found) == before:
        histories = getattr(it, "history_", None)
        if isinstance(histories, (list, tuple)) and histories and all(map(_is_history, histories)):
            for number, history in enumerate(histories, start=1):
                at = (*path, str(number)) if len(histories) > 1 else path
                found.append((at, _training(history, 0, ())))


def _items(it: Any) -> Iterator[tuple[str, Any]]:
    """What a container holds, with the name or number that tells it from its neighbours."""
    if isinstance(it, Mapping):
        yield from ((str(name), item) for name, item in it.items())
    elif len(it) == 2 and isinstance(it[0], str):
        yield it[0], it[1]
    else:
        named = [isinstance(one, tuple) and len(one) == 2 and isinstance(one[0], str) for one in it]
        for number, one in enumerate(it, start=1):
            yield ("" if len(it) == 1 or named[number - 1] else str(number)), one


def _is_history(it: Any) -> bool:
    return (
        isinstance(it, (list, tuple))
        and len(it) > 0
        and all(isinstance(one, Mapping) and {"epoch", "train_loss"} <= set(one) for one in it)
    )


def _training(history: Sequence[Mapping[str, Any]], best: int, notes: Sequence[str]) -> NetworkTraining:
    epochs = tuple(
        NetworkEpoch(
            int(one["epoch"]),
            float(one["train_loss"]),
            float(one.get("validation_loss", "nan")),
            float(one.get("seconds", "nan")),
        )
        for one in history
    )
    return NetworkTraining("", epochs, int(best) or _lowest(epochs), tuple(map(str, notes)))


def _lowest(epochs: Sequence[NetworkEpoch]) -> int:
    """The epoch of the lowest validation loss; the last where there is none."""
    judged = [one for one in epochs if not isnan(one.validation_loss)]
    return min(judged, key=lambda one: one.validation_loss).epoch if judged else epochs[-1].epoch
