"""Training a network: skorch's loop over batches of our rows, early stopping on rows kept aside."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from skorch import NeuralNet
from skorch.callbacks import Callback, GradientNormClipping, LRScheduler
from torch import Tensor, nn
from torch.nn import functional

from prognome.errors import WorkError
from prognome.nets.augment import Augmentation, augmented
from prognome.nets.best_epoch import BestEpoch
from prognome.nets.device import Precision, autocast, choose_device, choose_precision, quiet_threads
from prognome.nets.epochs import Epoch, tell
from prognome.nets.network import Network
from prognome.nets.rows import Batch, Rows, batches, count_batches
from prognome.nets.spec import NetworkSpec

Schedule = Literal["cosine", "constant"]
LEAST_BATCH, MOST_BATCH = 16, 256
STEPS_AN_EPOCH = 80  # so that 300 rows and 100,000 rows both take enough steps, and not too many


@dataclass(frozen=True)
class Training:
    """How a network is trained.

    Parameters
    ----------
    epochs
        At most.
    batch_size
        Rows a step; by default so many that an epoch has about 80 steps, between 16 and 256.
    learning_rate, weight_decay
        Of AdamW.
    schedule
        ``cosine``: a twentieth of the steps to warm up, then down to zero. ``constant``.
    patience
        Epochs without a better validation loss before it ends; the best epoch's weights are kept.
    clip
        Largest norm of the gradient.
    balanced
        Whether classes weigh alike, whatever their number of rows.
    precision
        ``auto``: bfloat16 where the processor has it and a step is large enough for it to pay, else float32.
    device
        ``auto``: a GPU where there is one.
    augmentation
        What is done to training rows.
    """

    epochs: int = 40
    batch_size: int | None = None
    learning_rate: float = 2e-3
    weight_decay: float = 0.01
    schedule: Schedule = "cosine"
    patience: int = 8
    clip: float = 1.0
    balanced: bool = False
    precision: Precision = "auto"
    device: str = "auto"
    augmentation: Augmentation = field(default_factory=Augmentation)

    def rows_a_step(self, n: int) -> int:
        """The batch size for n training rows."""
        if self.batch_size is not None:
            return self.batch_size
        power = 2 ** round(math.log2(max(1, n / STEPS_AN_EPOCH)))
        return int(min(MOST_BATCH, max(LEAST_BATCH, power)))


@dataclass(frozen=True, eq=False)
class Trained:
    """A trained network and how it got there.

    Parameters
    ----------
    network
        In evaluation mode, on the CPU.
    history
        Every epoch.
    best_epoch
        Whose weights were kept.
    notes
        What the user should know: smaller batches, or data left on the CPU, for lack of memory.
    """

    network: Network
    history: tuple[Epoch, ...]
    best_epoch: int
    notes: tuple[str, ...] = ()


def train(
    spec: NetworkSpec,
    rows: Rows,
    target: NDArray[Any],
    validation: NDArray[np.intp],
    training: Training,
    *,
    seed: int,
    start: Callable[[Network], None] | None = None,
    groups_of_parameters: Callable[[Network], list[dict[str, Any]]] | None = None,
    awake: Callable[[Network, int], None] | None = None,
) -> Trained:
    """Train a network from its first weights.

    Parameters
    ----------
    spec
        What it is made of.
    rows
        Training and validation rows.
    target
        (n,) class codes, or numbers (brought to mean 0 and variance 1 by the caller).
    validation
        Positions that only say when to stop; may be empty, then all epochs are run.
    training
        How.
    seed
        Names first weights, order of rows, dropout, augmentation. On one CPU the same seed gives the same
        network.
    start
        Called with the fresh network, to load weights of an encoder.
    groups_of_parameters
        Gives AdamW's parameter groups, for layer-wise rates and frozen parts.
    awake
        Called before each step with the network and the epoch from 0, in place of ``network.train()``: says
        which parts learn, for gradual unfreezing.

    Raises
    ------
    WorkError
        If the loss is no number, or a GPU has no memory even for one row.
    """
    learn = np.setdiff1d(np.arange(len(rows)), validation)
    size = min(training.rows_a_step(len(learn)), len(learn))
    notes: list[str] = []
    while True:
        try:
            with quiet_threads(), torch.random.fork_rng(_with_own_randomness(training)):
                done = _train_once(
                    spec, rows, target, learn, validation, training, size, seed, start, groups_of_parameters,
                    awake, notes,
                )  # fmt: skip
            return Trained(done[0], done[1], done[2], tuple(dict.fromkeys(notes)))
        except torch.OutOfMemoryError:
            pass  # what the failed training holds is only let go outside
        if size <= 1:
            raise WorkError(
                "device", "the GPU has no memory even for one row at a time", mend="Use device: cpu."
            )
        torch.cuda.empty_cache()
        size = max(1, size // 2)
        notes.append(f"not enough memory on the GPU: went on with batches of {size:,} rows")


def _with_own_randomness(training: Training) -> list[int]:
    """GPUs whose random state is to be given back afterwards; the CPU's always is."""
    if choose_device(training.device).type != "cuda":
        return []
    return list(range(torch.cuda.device_count()))


def _train_once(
    spec: NetworkSpec,
    rows: Rows,
    target: NDArray[Any],
    learn: NDArray[np.intp],
    validation: NDArray[np.intp],
    training: Training,
    size: int,
    seed: int,
    start: Callable[[Network], None] | None,
    groups_of_parameters: Callable[[Network], list[dict[str, Any]]] | None,
    awake: Callable[[Network, int], None] | None,
    notes: list[str],
) -> tuple[Network, tuple[Epoch, ...], int]:
    torch.manual_seed(seed)
    network = Network(spec)
    if start is not None:
        start(network)
    device = choose_device(training.device)
    places = size * sum(one.length for one in spec.inputs)
    training = replace(training, precision=choose_precision(training.precision, device, places))
    network = network.to(device).to(memory_format=torch.channels_last)
    y = torch.from_numpy(np.ascontiguousarray(target))
    y = y.long() if spec.outputs > 1 else y.float()
    here = _Device(rows.take(learn), y[learn], device)
    aside = _Device(rows.take(validation), y[validation], device) if len(validation) else None
    if not all(one.fits for one in (here, aside) if one is not None):
        notes.append("not enough memory on the GPU for all rows: they went there a batch at a time")
    history = _History(training.epochs)
    best = BestEpoch(training.patience) if aside is not None else None
    callbacks: list[tuple[str, Callback]] = [
        ("clip", GradientNormClipping(training.clip)),
        ("history", history),
    ]
    if training.schedule == "cosine":
        steps = training.epochs * here.steps(size)
        rate = warm_then_cosine(steps)
        policy = torch.optim.lr_scheduler.LambdaLR
        callbacks.append(("rate", LRScheduler(policy=policy, lr_lambda=rate, step_every="batch")))
    if best is not None:
        callbacks.append(("best", best))
    loop = _Loop(
        network,
        criterion=_Loss,
        criterion__weight=_class_weights(y[learn], spec.outputs, device) if training.balanced else None,
        optimizer=torch.optim.AdamW,
        optimizer__fused=True,
        lr=training.learning_rate,
        optimizer__weight_decay=training.weight_decay,
        max_epochs=training.epochs,
        batch_size=size,
        train_split=None,
        callbacks=callbacks,
        callbacks__print_log=None,
        callbacks__train_loss=None,
        callbacks__valid_loss=None,
        callbacks__epoch_timer=None,
        device=None,
        verbose=0,
    )
    generator = torch.Generator().manual_seed(seed)
    loop.asked = _Asked(training, here, aside, generator, groups_of_parameters, awake or _all_awake, best)
    loop.fit(None, None)
    kept = best.epoch if best is not None else len(history.epochs)
    network = network.to("cpu").to(memory_format=torch.contiguous_format)  # as it will be read from its file
    return network.eval(), tuple(history.epochs), kept


@dataclass(frozen=True, eq=False)
class _Asked:
    training: Training
    learn: _Device
    aside: _Device | None
    generator: torch.Generator
    groups_of_parameters: Callable[[Network], list[dict[str, Any]]] | None
    awake: Callable[[Network, int], None]
    best: BestEpoch | None


def _all_awake(network: Network, epoch: int) -> None:
    network.train()


class _Device:
    """Rows and their target where the network is; if they do not fit there, moved a batch at a time."""

    def __init__(self, rows: Rows, target: Tensor, device: torch.device) -> None:
        self._device = device
        self._here = rows.tensors(), target
        self.fits = True
        try:
            self._here = self._moved(self._here)
        except torch.OutOfMemoryError:
            self.fits = False  # what was moved so far is only let go outside
        if not self.fits:
            torch.cuda.empty_cache()

    def __len__(self) -> int:
        return len(self._here[1])

    def batches(self, size: int, generator: torch.Generator | None) -> Iterator[tuple[Batch, Tensor]]:
        """As :func:`prognome.nets.rows.batches`, on the device."""
        for batch in batches(*self._here, size, generator):
            yield batch if self.fits else self._moved(batch)

    def _moved(self, given: tuple[Batch, Tensor]) -> tuple[Batch, Tensor]:
        return {name: one.to(self._device) for name, one in given[0].items()}, given[1].to(self._device)

    def steps(self, size: int) -> int:
        """Batches an epoch."""
        return count_batches(len(self), size)


class _Loss(nn.Module):
    """Cross-entropy of class codes, or squared error of numbers."""

    def __init__(self, weight: Tensor | None = None) -> None:
        super().__init__()
        self.weight = weight

    def forward(self, said: Tensor, target: Tensor) -> Tensor:
        if said.shape[1] == 1:
            return functional.mse_loss(said[:, 0], target)
        return functional.cross_entropy(said, target, weight=self.weight)


class _Loop(NeuralNet):
    """skorch's loop, with rows that are sliced from memory in place of a loader of single rows."""

    asked: _Asked

    def initialize_module(self) -> Any:
        """The network is there already."""
        self.module_ = self.module
        return self

    def initialize_optimizer(self, *args: Any, **kwargs: Any) -> Any:
        """AdamW; layer-wise rates where they were asked for."""
        asked = self.asked
        if asked.groups_of_parameters is None:
            return super().initialize_optimizer(*args, **kwargs)
        groups = asked.groups_of_parameters(self.module_)
        self.optimizer_ = torch.optim.AdamW(
            groups, lr=self.lr, weight_decay=asked.training.weight_decay, fused=True
        )
        return self

    def fit_loop(self, X: Any, y: Any = None, epochs: int | None = None, **fit_params: Any) -> Any:
        """Every epoch: a pass over training rows, a look at the validation rows."""
        asked, none = self.asked, {"dataset_train": None, "dataset_valid": None}
        for _ in range(self.max_epochs if epochs is None else epochs):
            self.notify("on_epoch_begin", **none)
            begun = time.perf_counter()
            self.history.record("train_loss", self._pass(asked))
            self.history.record("valid_loss", self._look(asked))
            self.history.record("dur", time.perf_counter() - begun)
            self.notify("on_epoch_end", **none)
            if asked.best is not None and asked.best.is_over:
                break
        return self

    def partial_fit(self, X: Any, y: Any = None, classes: Any = None, **fit_params: Any) -> Any:
        """As skorch's, but Ctrl-C is not taken for the end of the training."""
        if not self.initialized_:
            self.initialize()
        self.notify("on_train_begin", X=X, y=y)
        self.fit_loop(X, y, **fit_params)
        self.notify("on_train_end", X=X, y=y)
        return self

    def _pass(self, asked: _Asked) -> float:
        total, n = 0.0, 0
        for batch in asked.learn.batches(self.batch_size, asked.generator):
            self.notify("on_batch_begin", batch=batch, training=True)
            step = self.train_step(batch)
            self.notify("on_batch_end", batch=batch, training=True, **step)
            loss = self._finite(float(step["loss"]))
            total, n = total + loss * len(batch[1]), n + len(batch[1])
        return total / n

    def train_step_single(self, batch: tuple[Batch, Tensor], **_: Any) -> dict[str, Any]:
        """One forward and backward pass; augmentation and, if wanted, mix-up of the fused encodings."""
        given, target = batch
        training, network = self.asked.training, self.module_
        self.asked.awake(network, len(self.history) - 1)
        given = augmented(given, network.spec, training.augmentation, self.asked.generator)
        with autocast(target.device, training.precision):
            fused = network.fused(given)
            share, partner = training.augmentation.draw_mix(len(target), self.asked.generator)
            if partner is not None:
                partner = partner.to(target.device)
                fused = share * fused + (1 - share) * fused[partner]
            said = network.answer_to(fused).float()
            loss = self.criterion_(said, target)
            if partner is not None:
                loss = share * loss + (1 - share) * self.criterion_(said, target[partner])
        loss.backward()
        return {"loss": loss.detach(), "y_pred": said.detach()}

    @torch.inference_mode()
    def _look(self, asked: _Asked) -> float:
        if asked.aside is None:
            return math.nan
        self.module_.eval()
        total = 0.0
        for given, target in asked.aside.batches(self.batch_size, None):
            with autocast(target.device, asked.training.precision):
                said = self.module_(given).float()
            total += float(self.criterion_(said, target)) * len(target)
        return self._finite(total / len(asked.aside))

    def _finite(self, loss: float) -> float:
        if math.isfinite(loss):
            return loss
        raise WorkError(
            f"epoch {len(self.history)}",
            "the loss of the network is no number",
            mend="Lower learning_rate, or look for huge values in the blocks (scale them).",
        )


class _History(Callback):
    """Keeps what each epoch gave, and tells those who listen."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.epochs: list[Epoch] = []

    def on_epoch_end(self, net: NeuralNet, **_: Any) -> None:
        last = net.history[-1]
        done = Epoch(len(net.history), last["train_loss"], last["valid_loss"], last["dur"])
        self.epochs.append(done)
        tell(done, self.most)


def warm_then_cosine(steps: int) -> Callable[[int], float]:
    """Share of the learning rate at each step: a twentieth of the steps up, then down to zero."""
    warm = max(1, steps // 20)

    def rate(step: int) -> float:
        if step < warm:
            return (step + 1) / warm
        return 0.5 * (1 + math.cos(math.pi * min(1.0, (step - warm) / max(1, steps - warm))))

    return rate


def _class_weights(target: Tensor, outputs: int, device: torch.device) -> Tensor | None:
    if outputs == 1:
        return None
    counts = torch.bincount(target, minlength=outputs).clamp(min=1).float()
    return (len(target) / (outputs * counts)).to(device)
