"""Masked letters: hide some letters of a window and tell them from the others; no label is needed."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from prognome.nets.encoders.base import Trunk
from prognome.sequence.alphabet import Alphabet

AS_ANY, AS_OTHER = 0.8, 0.1  # of the chosen letters; the rest stay as they are


@dataclass(frozen=True, eq=False)
class Hidden:
    """Windows with hidden letters.

    Parameters
    ----------
    codes
        (n, L) what the network sees.
    chosen
        (n, L) bool: letters to be told.
    """

    codes: Tensor
    chosen: Tensor


def hide_letters(codes: Tensor, letters: Alphabet, share: float, generator: torch.Generator) -> Hidden:
    """Choose plain letters at random; show "any letter" for most of them, another letter for some.

    Parameters
    ----------
    codes
        (n, L) codes.
    letters
        Whose codes.
    share
        Of the plain letters, how many are chosen.
    generator
        On the CPU.

    References
    ----------
    Devlin et al. (2019), NAACL, 4171–4186, section 3.1: of the chosen 80 % hidden, 10 % changed, 10 % kept.
    """
    draw = torch.rand(codes.shape, generator=generator).to(codes.device)
    how = torch.rand(codes.shape, generator=generator).to(codes.device)
    other = torch.randint(0, letters.size, codes.shape, generator=generator, dtype=codes.dtype)
    chosen = (draw < share) & (codes < letters.size)
    seen = torch.where(chosen & (how < AS_ANY), letters.any, codes.long()).to(codes.dtype)
    changed = chosen & (how >= AS_ANY) & (how < AS_ANY + AS_OTHER)
    return Hidden(torch.where(changed, other.to(codes.device), seen), chosen)


class LetterHead(nn.Module):
    """From a trunk's maps back to letters: each pooled place tells all letters that it stands for.

    Parameters
    ----------
    trunk
        Whose maps.
    size
        Letters of the alphabet.
    """

    def __init__(self, trunk: Trunk, size: int) -> None:
        super().__init__()
        self.size, self.stride = size, trunk.stride
        self.tell = nn.Linear(trunk.features, self.stride * size)

    def forward(self, maps: Tensor, length: int) -> Tensor:
        """(n, L', F) → (n, L, size), before the softmax."""
        told: Tensor = self.tell(maps).unflatten(2, (self.stride, self.size)).flatten(1, 2)
        return told[:, :length]


def letter_loss(told: Tensor, codes: Tensor, chosen: Tensor) -> Tensor:
    """Mean cross-entropy of the chosen letters; log(size) is what guessing gives."""
    return functional.cross_entropy(told[chosen].float(), codes[chosen].long())
