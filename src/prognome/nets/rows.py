"""Rows as a network reads them: one array a block, gathered by position without copying the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Batch = dict[str, Tensor]
PRESENT = "present"


@dataclass(frozen=True, eq=False)
class Rows:
    """Arrays of n rows.

    Parameters
    ----------
    blocks
        Name → (n, L) or (n, 2, L) ``uint8`` codes, or (n, p) ``float32``.
    present
        Name of an optional block → (n,) bool, whether the row has it.
    """

    blocks: Mapping[str, NDArray[np.uint8] | NDArray[np.float32]]
    present: Mapping[str, NDArray[np.bool_]]

    def __post_init__(self) -> None:
        lengths = {len(one) for one in (*self.blocks.values(), *self.present.values())}
        if len(lengths) != 1:
            raise ValueError(f"blocks of different length: {sorted(lengths)}")

    def __len__(self) -> int:
        return len(next(iter(self.blocks.values())))

    def take(self, index: NDArray[np.intp]) -> Rows:
        """Copies of these rows."""
        return Rows(
            {name: block[index] for name, block in self.blocks.items()},
            {name: mask[index] for name, mask in self.present.items()},
        )

    def tensors(self) -> Batch:
        """All rows; memory is shared with the arrays."""
        found = {name: torch.from_numpy(np.ascontiguousarray(block)) for name, block in self.blocks.items()}
        return found | {
            f"{PRESENT}:{name}": torch.from_numpy(np.ascontiguousarray(mask))
            for name, mask in self.present.items()
        }


def batches(
    tensors: Batch, target: Tensor, size: int, generator: torch.Generator | None
) -> Iterator[tuple[Batch, Tensor]]:
    """Batches of rows with their target; shuffled where there is a generator.

    A last batch of fewer than half the size joins the one before, so that no step is taken on two or three
    rows.
    """
    n = len(target)
    order = torch.arange(n) if generator is None else torch.randperm(n, generator=generator)
    start = 0
    for end in _ends(n, size):
        index = order[start:end].to(target.device)
        yield {name: one[index] for name, one in tensors.items()}, target[index]
        start = end


def count_batches(n: int, size: int) -> int:
    """How many batches :func:`batches` gives."""
    return len(_ends(n, size))


def _ends(n: int, size: int) -> list[int]:
    ends = [*range(size, n, size), n]
    if len(ends) > 1 and n - ends[-2] < size / 2:
        del ends[-2]
    return ends
