"""Augmentation of training rows: what may be changed without changing the answer."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from prognome.nets.rows import Batch
from prognome.nets.spec import Input, NetworkSpec
from prognome.sequence.alphabet import alphabet


@dataclass(frozen=True)
class Augmentation:
    """What is done to training rows, never to those that judge.

    Parameters
    ----------
    shift
        A sequence is moved by up to so many places; what leaves at one end comes back as nothing known.
    mutate
        Share of places that get another letter; in a pair the same letter in both, and never where the two
        differ or within 10 places of that.
    noise
        Standard deviation added to tables and signals (which are scaled to 1).
    mix
        Parameter a of the Beta(a, a) share in which two rows' encodings and targets are mixed; 0: never.

    References
    ----------
    Mix-up: Zhang et al. (2018), ICLR; of encodings: Verma et al. (2019), ICML, 6438–6447.
    """

    shift: int = 0
    mutate: float = 0.0
    noise: float = 0.0
    mix: float = 0.0

    def draw_mix(self, n: int, generator: torch.Generator) -> tuple[float, Tensor | None]:
        """Share of the row itself, and each row's partner; None where nothing is mixed."""
        if self.mix == 0 or n < 2:
            return 1.0, None
        a, b = torch._standard_gamma(torch.full((2,), self.mix), generator).tolist()
        return (a / (a + b) if a + b > 0 else 1.0), torch.randperm(n, generator=generator)


AWAY = 10


def augmented(
    batch: Batch, spec: NetworkSpec, augmentation: Augmentation, generator: torch.Generator
) -> Batch:
    """The batch, changed as the augmentation says; what came is left as it was."""
    changed = dict(batch)
    for one in spec.inputs:
        if one.kind in ("table", "signal"):
            if augmentation.noise:
                table = changed[one.name]
                noise = torch.randn(table.shape, generator=generator).to(table.device)
                changed[one.name] = table + augmentation.noise * noise
            continue
        if augmentation.mutate:
            changed[one.name] = _mutated(changed[one.name], one, augmentation.mutate, generator)
        if augmentation.shift:
            changed[one.name] = _shifted(changed[one.name], one, augmentation.shift, generator)
    return changed


def _shifted(codes: Tensor, block: Input, most: int, generator: torch.Generator) -> Tensor:
    """Every row by its own number of places, both sequences of a pair alike."""
    n, length = codes.shape[0], codes.shape[-1]
    by = torch.randint(-most, most + 1, (n, 1), generator=generator).to(codes.device)
    source = torch.arange(length, device=codes.device)[None] - by
    outside = (source < 0) | (source >= length)
    source = source.clamp(0, length - 1)
    if codes.dim() == 3:
        source, outside = (one[:, None].expand_as(codes) for one in (source, outside))
    moved = codes.gather(-1, source)
    return moved.masked_fill(outside, alphabet(block.alphabet).pad)


def _mutated(codes: Tensor, block: Input, share: float, generator: torch.Generator) -> Tensor:
    size = alphabet(block.alphabet).size
    shape = (codes.shape[0], codes.shape[-1])
    hit = (torch.rand(shape, generator=generator) < share).to(codes.device)
    letter = torch.randint(0, size, shape, generator=generator, dtype=codes.dtype).to(codes.device)
    if codes.dim() == 2:
        return torch.where(hit & (codes < size), letter, codes)
    differs = (codes[:, 0] != codes[:, 1]).float()[:, None]
    near = torch.nn.functional.max_pool1d(differs, 2 * AWAY + 1, stride=1, padding=AWAY)[:, 0] > 0
    hit = (hit & ~near & (codes[:, 0] < size))[:, None]
    return torch.where(hit, letter[:, None], codes)
