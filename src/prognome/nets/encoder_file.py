"""An encoder as one safetensors file: the trunk's weights, and in its header what they belong to.

A trunk has no pooling and no head, so that it reads windows of any length and travels to other questions.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from safetensors.torch import save

from prognome.errors import BundleError
from prognome.nets.catalog import ENCODERS, encoder
from prognome.nets.checked_weights import fill, read_tensors, refuse_endless
from prognome.nets.encoders.base import Trunk
from prognome.sequence.alphabet import alphabet

CONFIGURATION = "prognome.encoder"
_ANEW = "Take a fresh copy, or train it anew with: prognome pretrain."


@dataclass(frozen=True)
class EncoderSpec:
    """What a trunk is made of.

    Parameters
    ----------
    alphabet
        Name of the letters it reads.
    encoder
        A name on the menu of :mod:`prognome.nets.catalog`.
    params
        For that encoder.
    longest
        Positions it can read; None: any number.
    """

    alphabet: str
    encoder: str = "cnn"
    params: Mapping[str, Any] = field(default_factory=dict)
    longest: int | None = None

    def build(self) -> Trunk:
        """A trunk with first weights."""
        made: Trunk = encoder(self.encoder)(alphabet(self.alphabet).size, **self.params)
        return made

    def to_json(self) -> str:
        """As text, keys in order."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """What :meth:`to_json` wrote."""
        return cls(**json.loads(text))


def save_encoder(trunk: Trunk, spec: EncoderSpec) -> bytes:
    """A whole safetensors file, the same bytes for the same trunk."""
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in trunk.state_dict().items()}
    return bytes(save(tensors, {CONFIGURATION: spec.to_json()}))


def read_encoder_spec(data: bytes, *, where: str = "encoder") -> EncoderSpec:
    """The configuration in the header.

    Raises
    ------
    BundleError
        If the file is no encoder of ours, or one of a kind that this version does not know.
    """
    try:
        size = int.from_bytes(data[:8], "little")
        header = json.loads(data[8 : 8 + size])
        spec = EncoderSpec.from_json(header["__metadata__"][CONFIGURATION])
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
        raise BundleError(where, "is no encoder that was saved here", mend=_ANEW) from error
    if spec.encoder not in ENCODERS:
        raise BundleError(
            where, "is of a kind that this version does not know", seen=spec.encoder, mend="Update prognome."
        )
    return spec


def load_encoder(data: bytes, *, where: str = "encoder") -> Trunk:
    """The trunk, on the CPU and in evaluation mode.

    Raises
    ------
    BundleError
        If the file is no encoder of ours, or weights and configuration do not fit.
    """
    spec = read_encoder_spec(data, where=where)
    tensors = read_tensors(data, where=where, mend=_ANEW)
    refuse_endless((), spec.params, len(tensors), where=where, mend=_ANEW)
    return fill(spec.build, tensors, where=where, mend=_ANEW)
