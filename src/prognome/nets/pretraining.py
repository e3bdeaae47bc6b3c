"""Learning an encoder: labelled tasks in turn, masked letters, or both on the same windows."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from prognome.errors import WorkError
from prognome.nets.device import Precision, autocast, choose_device, quiet_threads
from prognome.nets.encoder_file import EncoderSpec
from prognome.nets.encoders.base import Trunk
from prognome.nets.many_tasks import WINDOW, ManyTasks, Windows
from prognome.nets.masked import LetterHead, hide_letters, letter_loss
from prognome.nets.training import warm_then_cosine
from prognome.sequence.alphabet import alphabet

LETTERS = "masked letters"


@dataclass(frozen=True)
class Pretraining:
    """How an encoder is learned.

    Parameters
    ----------
    epochs
        Passes over all windows of all tasks.
    batch_size
        Windows of one task a step.
    learning_rate, weight_decay, clip
        Of AdamW, with a warm-up and down to zero along a cosine.
    share
        Of the letters that are hidden where letters are to be told.
    letters
        Weight of masked letters beside a labelled task; 0: never. Windows without a target are for masked
        letters alone, whatever the weight.
    validation
        Share of each task's windows that only say how well it is told; nothing is chosen by it.
    bins, head_layers, dropout
        Of each task's own part.
    precision, device
        As in :class:`prognome.nets.training.Training`.
    """

    epochs: int = 10
    batch_size: int = 128
    learning_rate: float = 2e-3
    weight_decay: float = 0.01
    clip: float = 1.0
    share: float = 0.15
    letters: float = 0.0
    validation: float = 0.05
    bins: int = 8
    head_layers: tuple[int, ...] = (64,)
    dropout: float = 0.2
    precision: Precision = "auto"
    device: str = "auto"


@dataclass(frozen=True)
class TaskLoss:
    """Mean losses of a task in an epoch; the validation loss is NaN where no window was kept aside."""

    epoch: int
    task: str
    train_loss: float
    validation_loss: float


@dataclass(frozen=True, eq=False)
class Pretrained:
    """What was learned, and how it went.

    Parameters
    ----------
    trunk
        In evaluation mode, on the CPU.
    history
        Every epoch, every task, masked letters last.
    seconds
        Of the whole.
    """

    trunk: Trunk
    history: tuple[TaskLoss, ...]
    seconds: float


Progress = Callable[[int, int, str], None]


def pretrain(
    spec: EncoderSpec,
    tasks: Sequence[Windows],
    how: Pretraining,
    *,
    seed: int,
    progress: Progress | None = None,
) -> Pretrained:
    """Learn an encoder.

    Parameters
    ----------
    spec
        Of the trunk.
    tasks
        Windows with targets, or without where letters are to be told.
    how
        The settings.
    seed
        Names first weights, order, dropout, hidden letters and windows kept aside. On one CPU the same seed
        gives the same encoder.
    progress
        Called with steps done, steps in all, and a word on the loss.

    Raises
    ------
    WorkError
        If a loss is no number.
    """
    device = choose_device(how.device)
    devices = list(range(torch.cuda.device_count())) if device.type == "cuda" else []
    with quiet_threads(), torch.random.fork_rng(devices):
        torch.manual_seed(seed)
        return _Run(spec, tasks, how, seed, progress or (lambda *_: None)).run()


class _Run:
    def __init__(
        self, spec: EncoderSpec, tasks: Sequence[Windows], how: Pretraining, seed: int, progress: Progress
    ) -> None:
        self.how, self.progress = how, progress
        self.device = choose_device(how.device)
        self.generator = torch.Generator().manual_seed(seed)
        self.letters = alphabet(spec.alphabet)
        self.trunk = spec.build()
        self.labelled = [task for task in tasks if task.target is not None]
        self.tasks = [*self.labelled, *(task for task in tasks if task.target is None)]
        self.many = ManyTasks(
            self.trunk,
            spec,
            self.labelled,
            bins=how.bins,
            head_layers=how.head_layers,
            dropout=how.dropout,
        )
        asked_letters = how.letters > 0 or len(self.labelled) < len(self.tasks)
        self.head = LetterHead(self.trunk, self.letters.size) if asked_letters else None
        self.all = nn.ModuleDict({"many": self.many, "trunk": self.trunk})
        if self.head is not None:
            self.all["head"] = self.head
        self.all.to(self.device).to(memory_format=torch.channels_last)
        self.embedding = torch.from_numpy(self.letters.matrix.copy()).to(self.device)
        self.complement = None
        if self.letters.has_strands:
            self.complement = torch.from_numpy(self.letters.complement.copy()).to(self.device)
        rng = np.random.default_rng(seed)
        self.aside = [_aside(len(task), how.validation, rng) for task in self.tasks]
        self.learn = [
            np.setdiff1d(np.arange(len(task)), aside)
            for task, aside in zip(self.tasks, self.aside, strict=True)
        ]

    def run(self) -> Pretrained:
        begun = time.perf_counter()
        epoch_steps = sum(max(1, len(rows) // self.how.batch_size) for rows in self.learn)
        steps = self.how.epochs * epoch_steps
        optimizer = torch.optim.AdamW(
            self.all.parameters(), lr=self.how.learning_rate, weight_decay=self.how.weight_decay
        )
        rate = torch.optim.lr_scheduler.LambdaLR(optimizer, warm_then_cosine(steps))
        history: list[TaskLoss] = []
        done, smooth = 0, math.nan
        for epoch in range(1, self.how.epochs + 1):
            sums: dict[str, list[float]] = {}
            for at, index in self._batches():
                optimizer.zero_grad()
                losses = self._losses(at, index, learning=True)
                loss = torch.stack([weight * value for _, weight, value in losses]).sum()
                if not math.isfinite(float(loss.detach())):
                    raise WorkError(
                        f"pretrain: epoch {epoch}", "the loss is no number", mend="Lower learning_rate."
                    )
                loss.backward()
                nn.utils.clip_grad_norm_(self.all.parameters(), self.how.clip)
                optimizer.step()
                rate.step()
                for name, _, value in losses:
                    sums.setdefault(name, []).append(float(value.detach()))
                done += 1
                now = float(loss.detach())
                smooth = now if math.isnan(smooth) else 0.95 * smooth + 0.05 * now
                self.progress(done, steps, f"epoch {epoch}, loss {smooth:.3f}")
            history += self._look(epoch, {name: float(np.mean(seen)) for name, seen in sums.items()})
        return Pretrained(self.trunk.to("cpu").eval(), tuple(history), time.perf_counter() - begun)

    def _batches(self) -> list[tuple[int, NDArray[np.intp]]]:
        """Batches of all tasks in a random order."""
        found = []
        for at, rows in enumerate(self.learn):
            order = rows[torch.randperm(len(rows), generator=self.generator).numpy()]
            found += [(at, part) for part in np.array_split(order, max(1, len(rows) // self.how.batch_size))]
        return [found[k] for k in torch.randperm(len(found), generator=self.generator).tolist()]

    def _losses(
        self, at: int, index: NDArray[np.intp], *, learning: bool, generator: torch.Generator | None = None
    ) -> list[tuple[str, float, Tensor]]:
        """Name, weight and value of what this batch gives."""
        task, generator = self.tasks[at], generator or self.generator
        self.all.train(learning)
        codes = torch.from_numpy(task.codes[index]).to(self.device)
        found: list[tuple[str, float, Tensor]] = []
        with autocast(self.device, self.how.precision) if learning else torch.inference_mode():
            if task.target is not None:
                target = torch.from_numpy(task.target[index]).to(self.device)
                said = self.many.networks[at]({WINDOW: codes}).float()
                found.append((task.name, 1.0, _loss(said, target)))
            if self.head is not None and (self.how.letters > 0 or task.target is None):
                weight = self.how.letters if task.target is not None else 1.0
                found.append((LETTERS, weight, self._told(task, codes, generator)))
        return found

    def _told(self, task: Windows, codes: Tensor, generator: torch.Generator) -> Tensor:
        """Loss of hidden letters; of windows without a strand either strand is read."""
        assert self.head is not None
        if not task.stranded and self.complement is not None:
            turn = (torch.rand((len(codes), 1), generator=generator) < 0.5).to(self.device)
            codes = torch.where(turn, self.complement[codes.long()].flip(1), codes)
        hidden = hide_letters(codes, self.letters, self.how.share, generator)
        seen = functional.embedding(hidden.codes.int(), self.embedding)
        told = self.head(self.trunk(seen, seen.sum(dim=2) > 0), codes.shape[1])
        if not hidden.chosen.any():
            return told.sum() * 0
        return letter_loss(told, codes, hidden.chosen)

    def _look(self, epoch: int, train: dict[str, float]) -> list[TaskLoss]:
        """Losses on windows kept aside, the same hidden letters every time."""
        generator = torch.Generator().manual_seed(0)
        sums: dict[str, tuple[float, int]] = {}
        for at, rows in enumerate(self.aside):
            for start in range(0, len(rows), 512):
                part = rows[start : start + 512]
                for name, _, value in self._losses(at, part, learning=False, generator=generator):
                    total, n = sums.get(name, (0.0, 0))
                    sums[name] = (total + float(value) * len(part), n + len(part))
        names = [name for name in (*(task.name for task in self.labelled), LETTERS) if name in train]
        return [
            TaskLoss(epoch, name, train[name], sums[name][0] / sums[name][1] if name in sums else math.nan)
            for name in names
        ]


def _loss(said: Tensor, target: Tensor) -> Tensor:
    if said.shape[1] == 1:
        return functional.mse_loss(said[:, 0], target.float())
    return functional.cross_entropy(said, target.long())


def _aside(n: int, share: float, rng: np.random.Generator) -> NDArray[np.intp]:
    return np.sort(rng.permutation(n)[: int(n * share)])
