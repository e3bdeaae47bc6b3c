"""A training step of the default CNN against the same network written plainly; streaming of predictions.

::

    OMP_NUM_THREADS=1 python -m benchmarks.bench_nets

The peer is the same arithmetic as people write it: ``Conv1d`` and its friends, channels first, float32, Adam,
slices of tensors in memory. It is given our first weights, and both must say the same before they are timed.
Seconds are of the processor, in one thread, ours and the peer's in turn.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from dataclasses import replace
from statistics import median
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from prognome.core import delong
from prognome.nets.epochs import Epoch, listening
from prognome.nets.network import Network
from prognome.nets.rows import Rows, batches
from prognome.nets.say import say
from prognome.nets.spec import Input, NetworkSpec
from prognome.nets.training import Training, train

WINDOW, BATCH = 200, 256
RATIO_GOAL = 2.0
SHARE_GOAL = 0.02
MOTIF = np.array([0, 3, 2, 2, 1, 0, 3, 1], dtype=np.uint8)
SPEC = NetworkSpec((Input("window", "sequence", WINDOW, "dna"),), "cnn")
PLAN = Training(batch_size=BATCH, patience=1000)


def planted(n: int, seed: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Windows of chance; a motif of eight letters somewhere in those of class 1."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 4, (n, WINDOW), dtype=np.uint8)
    event = rng.integers(0, 2, n)
    for row in np.flatnonzero(event):
        start = rng.integers(0, WINDOW - len(MOTIF))
        codes[row, start : start + len(MOTIF)] = MOTIF
    return codes, event


class Peer(nn.Module):
    """The default network, channels first."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        ours = network.state_dict()
        self.convolutions = nn.ModuleList([nn.Conv1d(4, 64, 11, padding=5), nn.Conv1d(64, 64, 5, padding=2)])
        self.norms = nn.ModuleList([nn.LayerNorm(64), nn.LayerNorm(64)])
        self.pool, self.silence = nn.MaxPool1d(3, ceil_mode=True), nn.Dropout1d(0.2)
        self.place = nn.Parameter(ours["encoders.block0.pool.place"].clone())
        self.norm = nn.LayerNorm(192)
        self.head = nn.Sequential(
            nn.Dropout(SPEC.dropout),
            nn.Linear(192, 64),
            nn.LayerNorm(64),
            nn.GELU(),
            nn.Dropout(SPEC.dropout),
        )
        self.answer = nn.Linear(64, 2)
        for at, (convolution, norm) in enumerate(zip(self.convolutions, self.norms, strict=True)):
            block = f"encoders.block0.trunk.blocks.{at}"
            convolution.load_state_dict(
                {"weight": ours[f"{block}.along.weight"][:, :, 0], "bias": ours[f"{block}.along.bias"]}
            )
            norm.load_state_dict({name: ours[f"{block}.norm.{name}"] for name in ("weight", "bias")})
        self.norm.load_state_dict({name: ours[f"norms.block0.{name}"] for name in ("weight", "bias")})
        self.answer.load_state_dict({name: ours[f"answer.{name}"] for name in ("weight", "bias")})
        for layer, at in ((self.head[1], 0), (self.head[2], 1)):
            layer.load_state_dict({name: ours[f"hidden.{at}.{name}"] for name in ("weight", "bias")})

    def forward(self, codes: Tensor) -> Tensor:
        """(n, L) codes → (n, 2)."""
        maps = nn.functional.one_hot(codes.long(), 4).float().transpose(1, 2)
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            maps = self.pool(convolution(maps))
            maps = self.silence(nn.functional.gelu(norm(maps.transpose(1, 2)).transpose(1, 2)))
        weighed = (maps * self.place.t()).sum(dim=2)
        encoded = torch.cat([maps.amax(dim=2), maps.mean(dim=2), weighed], dim=1)
        answer: Tensor = self.answer(self.head(self.norm(encoded)))
        return answer


def same_first_weights(seed: int) -> Network:
    """The network that ``train`` begins with."""
    with torch.random.fork_rng([]):
        torch.manual_seed(seed)
        return Network(SPEC)


def train_peer(
    codes: NDArray[np.uint8], event: NDArray[np.int64], epochs: int, seed: int
) -> tuple[Peer, list[float]]:
    """The loop as people write it; seconds of each epoch."""
    network = Peer(same_first_weights(seed))
    torch.manual_seed(seed)
    x, y = torch.from_numpy(codes), torch.from_numpy(event)
    optimiser = torch.optim.AdamW(network.parameters(), lr=PLAN.learning_rate, weight_decay=PLAN.weight_decay)
    steps = epochs * (len(x) // BATCH)
    rate = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, PLAN.learning_rate, total_steps=steps, pct_start=0.05
    )
    taken = []
    network.train()
    for _ in range(epochs):
        begun = time.process_time()
        order = torch.randperm(len(x))
        for at in range(0, len(x) - BATCH + 1, BATCH):
            index = order[at : at + BATCH]
            optimiser.zero_grad()
            loss = nn.functional.cross_entropy(network(x[index]), y[index])
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), PLAN.clip)
            optimiser.step()
            rate.step()
        taken.append(time.process_time() - begun)
    return network.eval(), taken


def train_ours(
    codes: NDArray[np.uint8], event: NDArray[np.int64], epochs: int, seed: int, **changed: Any
) -> tuple[Network, list[float]]:
    """Ours through skorch; seconds of each epoch."""
    ends = [time.process_time()]

    def note(epoch: Epoch, most: int) -> None:
        ends.append(time.process_time())

    plan = replace(PLAN, epochs=epochs, **changed)
    with listening(note):
        done = train(SPEC, Rows({"window": codes}, {}), event, np.empty(0, np.intp), plan, seed=seed)
    return done.network, list(np.diff(ends))


def bench_step(steps: int, rounds: int) -> bool:
    """Seconds of a step, and how much of it is not the network."""
    codes, event = planted(steps * BATCH, 0)
    ours = same_first_weights(1).eval()
    with torch.inference_mode():
        said = ours({"window": torch.from_numpy(codes[:64])})
        np.testing.assert_allclose(said, Peer(ours).eval()(torch.from_numpy(codes[:64])), atol=1e-4)
    taken: dict[str, list[float]] = {"peer": [], "bfloat16": [], "float32": []}
    for _ in range(rounds):
        taken["peer"] += train_peer(codes, event, 3, 1)[1][1:]
        for precision in ("bfloat16", "float32"):
            taken[precision] += train_ours(codes, event, 3, 1, precision=precision)[1][1:]
    step = {name: median(seconds) / steps for name, seconds in taken.items()}
    for name in ("bfloat16", "float32"):
        print(
            f"RESULT name=cnn_step_{name} seconds={step[name]:.4f} peer_seconds={step['peer']:.4f} "
            f"ratio={step['peer'] / step[name]:.1f} (goal {RATIO_GOAL:.0f}; {BATCH} windows of {WINDOW}; "
            "peer: Conv1d in float32, the same answers from the same weights)",
            flush=True,
        )
    tensors, target = Rows({"window": codes}, {}).tensors(), torch.from_numpy(event)
    gathering = []
    for _ in range(7):
        begun = time.process_time()
        for _ in batches(tensors, target, BATCH, torch.Generator().manual_seed(1)):
            pass
        gathering.append((time.process_time() - begun) / steps)
    share = median(gathering) / step["bfloat16"]
    print(
        f"RESULT name=data_handling seconds={median(gathering):.6f} share={100 * share:.2f}% "
        f"(goal below {100 * SHARE_GOAL:.0f} % of a step)",
        flush=True,
    )
    return step["peer"] / step["bfloat16"] >= RATIO_GOAL and share < SHARE_GOAL


def bench_accuracy(rows: int, epochs: int) -> bool:
    """The same task, rows and epochs for both."""
    codes, event = planted(rows, 2)
    fresh, truth = planted(4000, 3)
    ours = say(train_ours(codes, event, epochs, 1)[0], Rows({"window": fresh}, {}))[:, 1]
    network = train_peer(codes, event, epochs, 1)[0]
    with torch.inference_mode():
        peer = network(torch.from_numpy(fresh)).softmax(dim=1)[:, 1].numpy()
    influences = [delong.influence(truth == 1, score.astype(float)) for score in (ours, peer)]
    own, other = (delong.interval(one) for one in influences)
    difference = delong.paired_test(truth == 1, ours.astype(float), peer.astype(float))
    print(
        f"RESULT name=cnn_accuracy auc={influences[0].auc:.4f} ({own.low:.4f} to {own.high:.4f}) "
        f"peer_auc={influences[1].auc:.4f} ({other.low:.4f} to {other.high:.4f}) "
        f"difference={difference.difference:.4f} ({difference.low:.4f} to {difference.high:.4f}; "
        f"{rows} rows, {epochs} epochs, a motif of {len(MOTIF)} letters in {WINDOW})",
        flush=True,
    )
    return own.high >= other.low


def bench_prediction(windows: int) -> None:
    """Seconds and memory of many predictions."""
    network = same_first_weights(1).eval()
    codes = np.random.default_rng(4).integers(0, 4, (windows, WINDOW), dtype=np.uint8)
    say(network, Rows({"window": codes[:2000]}, {}))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    begun = time.process_time()
    say(network, Rows({"window": codes}, {}))
    seconds = time.process_time() - begun
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - before
    print(
        f"RESULT name=predict_{windows}_windows seconds={seconds:.2f} grown_mb={grown:.0f} "
        f"peak_mb={before + grown:.0f}"
        " (float32; peak memory of the process beyond that after 2,000 windows)",
        flush=True,
    )


def main() -> int:
    """Print the RESULT lines; exit status 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--windows", type=int, default=100_000)
    parser.add_argument("--rows", type=int, default=4096)
    parser.add_argument("--epochs", type=int, default=15)
    options = parser.parse_args()
    torch.set_num_threads(1)
    bench_prediction(options.windows)
    fast = bench_step(options.steps, options.rounds)
    equal = bench_accuracy(options.rows, options.epochs)
    return 0 if fast and equal else 1


if __name__ == "__main__":
    sys.exit(main())
