"""Seconds of a piece of work, and the line in which benchmarks tell them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any


def least_seconds(work: Callable[[], Any], repeats: int) -> float:
    """The least processor seconds of several runs."""
    taken = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return min(taken)


def result(name: str, seconds: float, peer: float, note: str) -> float:
    """One RESULT line; returns the ratio."""
    ratio = peer / seconds
    print(
        f"RESULT name={name} seconds={seconds:.4f} peer_seconds={peer:.2f} ratio={ratio:.1f} ({note})",
        flush=True,
    )
    return ratio
