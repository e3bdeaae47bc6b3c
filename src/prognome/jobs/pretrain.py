"""Pretraining: windows and labels of several files → an encoder with its card, in a folder of its own."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from prognome.core.encoder_card import ENCODER_LAYOUT, LETTERS, EncoderCard, Shown, write_encoder
from prognome.core.files import new_folder, refuse_taken, sha256
from prognome.core.paths import anchor
from prognome.core.seeds import seed_of
from prognome.core.sequences import Sequences
from prognome.core.study import Study
from prognome.core.study_blocks import BlockSpec
from prognome.core.study_pretrain import LabelTask, PretrainStudy
from prognome.core.study_rows import Rows
from prognome.core.study_target import Target
from prognome.errors import DataError, StudyError, nearest
from prognome.jobs.apart import KeptApart
from prognome.jobs.load import load
from prognome.jobs.record import versions
from prognome.jobs.shelf import Shelf, block_source
from prognome.read.sequences import as_sequences
from prognome.sequence.alphabet import alphabet
from prognome.sequence.codes import encode

if TYPE_CHECKING:
    from prognome.nets.encoder_file import EncoderSpec
    from prognome.nets.many_tasks import Windows
    from prognome.nets.pretraining import TaskLoss

Progress = Callable[[int, int, str], None]
Say = Callable[[str], None]
WINDOW = "window"
_LIBRARIES = ("prognome", "python", "numpy", "torch")


@dataclass(frozen=True, eq=False)
class PretrainResult:
    """What came of it.

    Parameters
    ----------
    card
        As written.
    history
        Every epoch, every task.
    out
        The encoder's folder.
    """

    card: EncoderCard
    history: tuple[TaskLoss, ...]
    out: Path


def pretrain(
    study: PretrainStudy,
    out: str | Path,
    *,
    overwrite: bool = False,
    command: str = "",
    progress: Progress | None = None,
    say: Say | None = None,
) -> PretrainResult:
    """Learn an encoder and write its folder.

    Parameters
    ----------
    study
        What from, and how.
    out
        Folder to write.
    overwrite
        Replace an encoder that stands there.
    command
        For the card; by default the call on the command line.
    progress
        Called with steps done, steps in all, and a word on the loss.
    say
        Called with a sentence where something begins.

    Raises
    ------
    CallError
        If study, data or place are wrong; nothing is left half-written.
    WorkError
        If a loss is no number.
    """
    from prognome.nets import pretraining
    from prognome.nets.encoder_file import save_encoder

    say, out = say or (lambda _: None), Path(out)
    study = anchor(study, Path.cwd())
    refuse_taken(out, overwrite=overwrite, layout=ENCODER_LAYOUT)
    spec, asked = encoder_spec(study), study.pretrain
    say("reading")
    apart = KeptApart(study)
    tasks, shown = read_tasks(study, apart)
    how = pretraining.Pretraining(
        epochs=asked.epochs,
        batch_size=asked.batch_size,
        learning_rate=asked.learning_rate,
        weight_decay=asked.weight_decay,
        share=asked.share,
        letters=asked.letters,
        validation=asked.validation,
        bins=asked.bins,
        dropout=asked.dropout,
        precision=asked.precision,
        device=asked.device,
    )
    with new_folder(out, overwrite=overwrite, layout=ENCODER_LAYOUT) as folder:
        say("learning")
        done = pretraining.pretrain(spec, tasks, how, seed=seed_of(study.seed, "pretrain"), progress=progress)
        weights = sum(parameter.numel() for parameter in done.trunk.parameters())
        card = EncoderCard(
            study.name,
            study.description,
            study.licence,
            spec.encoder,
            dict(spec.params),
            spec.alphabet,
            weights,
            tuple(shown),
            tuple(apart.files),
            apart.k,
            tuple(study.never_shown),
            _last_losses(done.history),
            command or f"prognome pretrain {study.name}.yaml -o {out.name}",
            study.seed,
            round(done.seconds, 1),
            {name: version for name, version in _versions().items() if name in _LIBRARIES},
            asked.model_dump(mode="json", exclude={"tasks"}),
        )
        write_encoder(folder, save_encoder(done.trunk, spec), card)
    return PretrainResult(card, done.history, out)


def encoder_spec(study: PretrainStudy) -> EncoderSpec:
    """The trunk that the study asks for.

    Raises
    ------
    StudyError
        If there is no such encoder or parameter, or a value that it does not take.
    """
    from prognome.nets.catalog import ENCODERS, encoder
    from prognome.nets.encoder_file import EncoderSpec

    asked = study.pretrain
    if asked.encoder not in ENCODERS:
        raise StudyError(
            "pretrain.encoder",
            f"no encoder is called '{asked.encoder}'",
            mend=nearest(asked.encoder, ENCODERS),
        )
    known = [name for name in inspect.signature(encoder(asked.encoder)).parameters if name != "channels"]
    for name in asked.params:
        if name not in known:
            raise StudyError(
                "pretrain.params", f"{asked.encoder} has no parameter '{name}'", mend=nearest(name, known)
            )
    spec = EncoderSpec(study.alphabet, asked.encoder, dict(asked.params))
    try:
        spec.build()
    except (ValueError, TypeError, RuntimeError) as error:
        raise StudyError("pretrain.params", str(error)) from error
    return spec


def read_tasks(study: PretrainStudy, apart: KeptApart) -> tuple[list[Windows], list[Shown]]:
    """Windows of every task and block that may be seen, and what the card says of their files.

    Raises
    ------
    DataError, StudyError
        With file, column, rows and remedy.
    """
    from prognome.nets.many_tasks import Windows

    tasks: list[Windows] = []
    shown: list[Shown] = []
    for task in study.pretrain.tasks:
        sequences, target, outputs = _read_labelled(study, task)
        texts = sequences.frame[sequences.names[0]].to_numpy(dtype=object)
        keep = _allowed(apart, texts, task.name)
        codes = _codes(texts[keep], study)
        tasks.append(Windows(task.name, codes, target[keep], outputs, study.pretrain.stranded))
        told = f"{task.column} ({task.kind})"
        if study.pretrain.letters:
            told += f" and {LETTERS}"
        shown += _shown(task.name, task.path, codes, int((~keep).sum()), told)
    for name, block in study.blocks.items():
        texts = _read_block(study, name, block)
        keep = _allowed(apart, texts, name)
        codes = _codes(texts[keep], study)
        tasks.append(Windows(name, codes, stranded=block.stranded is not False))
        shown += _shown(name, block.path, codes, int((~keep).sum()), LETTERS)
    return tasks, shown


def _allowed(apart: KeptApart, texts: NDArray[np.object_], name: str) -> NDArray[np.bool_]:
    keep = apart.allowed(texts.tolist())
    if not keep.any():
        raise DataError(
            f"pretrain: {name}", "no window is left", mend="All share letters with what is kept apart."
        )
    return keep


def _read_labelled(study: PretrainStudy, task: LabelTask) -> tuple[Sequences, NDArray[Any], int]:
    """Windows, class codes or scaled numbers, and how many outputs; read as any study would be."""
    window = {
        "read": "sequence",
        "path": task.path,
        "columns": [task.sequence],
        "alphabet": study.pretrain.alphabet,
        "stranded": study.pretrain.stranded,
    }
    target = Target(
        path=task.path,
        column=task.column,
        kind=task.kind,
        positive=task.positive,
        missing_words=task.missing_words,
    )
    asked = Study(
        name=task.name,
        rows=Rows(id=task.id),
        blocks={WINDOW: BlockSpec.model_validate(window)},
        target=target,
    )
    cohort = load(asked).cohort
    block = cohort.blocks[WINDOW]
    assert isinstance(block, Sequences)
    assert cohort.target is not None
    if task.kind != "number":
        return block, cohort.target, len(cohort.classes)
    values = cohort.target.astype(np.float64)
    return block, ((values - values.mean()) / (values.std() or 1.0)).astype(np.float32), 1


def _read_block(study: PretrainStudy, name: str, block: BlockSpec) -> NDArray[np.object_]:
    """(n,) windows of a block; of a pair both are windows of their own."""
    raw = Shelf().table(block.read, block_source(block, study.rows.id), frozenset())
    sequences = as_sequences(
        raw,
        block.alphabet or "dna",
        stranded=block.stranded is not False,
        where=f"block {name}",
        optional=block.optional,
    )
    texts = sequences.frame.to_numpy(dtype=object).ravel()
    return np.array([text for text in texts if text], dtype=object)


def _codes(texts: NDArray[np.object_], study: PretrainStudy) -> NDArray[np.uint8]:
    return encode(texts.tolist(), alphabet(study.alphabet)).values


def _shown(task: str, paths: list[str], codes: NDArray[np.uint8], left_out: int, told: str) -> list[Shown]:
    """One line a file; windows are counted over all files of a task."""
    return [
        Shown(task, Path(path).name, sha256(Path(path)), len(codes), left_out, codes.shape[1], told)
        for path in paths
    ]


def _last_losses(history: tuple[TaskLoss, ...]) -> Mapping[str, Mapping[str, float | None]]:
    last = max(one.epoch for one in history)
    return {
        one.task: {"training": _plain(one.train_loss), "validation": _plain(one.validation_loss)}
        for one in history
        if one.epoch == last
    }


def _plain(value: float) -> float | None:
    return round(value, 4) if math.isfinite(value) else None


def _versions() -> dict[str, str]:
    from importlib.metadata import version

    return versions() | {"torch": version("torch")}
