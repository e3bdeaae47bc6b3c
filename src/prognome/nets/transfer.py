"""An encoder on new rows: its features as they are, or its weights as the start of a training."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from prognome.errors import StudyError
from prognome.nets.block import PositionEncoder
from prognome.nets.catalog import encoder
from prognome.nets.encoder_file import EncoderSpec, load_encoder, read_encoder_spec
from prognome.nets.encoders.base import Trunk
from prognome.nets.network import Network
from prognome.nets.rows import Rows
from prognome.nets.say import in_pieces
from prognome.nets.spec import Input


def refuse_unreadable(spec: EncoderSpec, inputs: Sequence[Input], *, where: str) -> None:
    """Raise StudyError if the encoder cannot read these blocks: none, another alphabet, or too long."""
    sequences = [one for one in inputs if one.kind in ("sequence", "pair")]
    if not sequences:
        raise StudyError(where, "an encoder reads sequences, and no block holds any")
    for one in sequences:
        if one.alphabet != spec.alphabet:
            raise StudyError(
                where,
                f"the encoder reads another alphabet than block {one.name} has",
                seen=spec.alphabet,
                expected=one.alphabet,
                mend="Give an encoder of that alphabet, or name the blocks it can read with 'blocks'.",
            )
        if spec.longest is not None and one.length > spec.longest:
            raise StudyError(
                where,
                f"block {one.name} is longer than the encoder can read",
                seen=f"{one.length:,} letters",
                expected=f"at most {spec.longest:,}",
                mend=f"Crop the windows about their centre with length: {spec.longest}.",
            )


def read_features(
    data: bytes, inputs: Sequence[Input], rows: Rows, *, bins: int, where: str = "encoder"
) -> NDArray[np.float32]:
    """What a frozen encoder says of every sequence block, side by side; of each row the same in any crowd.

    Parameters
    ----------
    data
        The encoder's file.
    inputs
        All blocks; those that are no sequences are passed over.
    rows
        Their arrays.
    bins
        Stretches of a sequence whose largest answers stand beside the mean; 0: the mean alone.

    Returns
    -------
    (n, p): for each block and each layer of the encoder, from the letters up, the mean answer of every
    feature, and its largest in each stretch; of a pair, where the alternative answers more, where less, and
    the reference. Early layers know what the later ones have dropped for the sake of their own tasks.

    Notes
    -----
    **Learns** nothing; the encoder stays as it is.

    References
    ----------
    All layers, not only the last: Peters et al. (2018), NAACL, 2227–2237.
    """
    spec, weights = read_encoder_spec(data, where=where), load_encoder(data, where=where).state_dict()
    found = []
    for one in inputs:
        if one.kind not in ("sequence", "pair"):
            continue
        for params in _prefixes(spec):
            reader = PositionEncoder(one, spec.encoder, params)
            names = reader.trunk.state_dict()
            reader.trunk.load_state_dict({name: weights[name] for name in names})
            reader.pool = Summary(bins)
            found.append(_ask(reader.eval(), rows.blocks[one.name]))
    return np.hstack(found)


def _prefixes(spec: EncoderSpec) -> list[dict[str, Any]]:
    """Parameters of the trunk cut after its first block, after its second, and so on to the whole."""
    depth = spec.params.get("depth", inspect.signature(encoder(spec.encoder)).parameters["depth"].default)
    return [{**spec.params, "depth": at} for at in range(1, int(depth) + 1)]


class Summary(nn.Module):
    """The mean answer of every feature, and its largest in each stretch: nothing here is learned.

    Parameters
    ----------
    bins
        Stretches, never more than positions; 0: the mean alone.
    """

    def __init__(self, bins: int) -> None:
        super().__init__()
        self.bins = bins

    def forward(self, maps: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
        """(n, L', F) and where something is known (n, L') → (n, F + F · bins)."""
        mean = (maps * known[:, :, None]).sum(dim=1) / known.sum(dim=1, keepdim=True).clamp(min=1)
        if self.bins == 0:
            return mean
        hidden = maps.masked_fill(~known[:, :, None], -torch.inf).transpose(1, 2)
        largest = functional.adaptive_max_pool1d(hidden, min(self.bins, maps.shape[1])).flatten(1)
        return torch.cat([mean, largest.masked_fill(largest == -torch.inf, 0)], dim=1)


def _ask(reader: Callable[[torch.Tensor], torch.Tensor], codes: NDArray[Any]) -> NDArray[np.float32]:
    """(n, …) codes → (n, p)."""
    blank = torch.zeros((1, *codes.shape[1:]), dtype=torch.uint8)
    return in_pieces(
        len(codes), lambda at: reader(torch.from_numpy(codes[at])), lambda: int(reader(blank).shape[1])
    )


def start_from(data: bytes) -> Callable[[Network], None]:
    """A function that gives every sequence reader of a fresh network the encoder's weights."""

    def start(network: Network) -> None:
        for reader in _readers(network):
            reader.trunk.load_state_dict(load_encoder(data).state_dict())

    return start


def layer_wise(rate: float, decay: float) -> Callable[[Network], list[dict[str, Any]]]:
    """Groups of parameters whose learning rate falls with the distance from the answer.

    Parameters
    ----------
    rate
        Of everything that does not come from the encoder.
    decay
        By which each layer's rate is multiplied, from the last of the encoder (``rate · decay``) down.

    References
    ----------
    Howard and Ruder (2018), ACL, 328–339, section 3.2 (discriminative fine-tuning).
    """

    def groups(network: Network) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        taken: set[int] = set()
        for reader in _readers(network):
            layers = layers_of(reader.trunk)
            for down, layer in enumerate(reversed(layers), start=1):
                params = [one for module in layer for one in module.parameters()]
                taken |= {id(one) for one in params}
                if params:
                    found.append({"params": params, "lr": rate * decay**down})
        rest = [one for one in network.parameters() if id(one) not in taken]
        return [{"params": rest, "lr": rate}, *found]

    return groups


def unfreeze_gradually(head_first: int) -> Callable[[Network, int], None]:
    """New parts learn alone for so many epochs; then, one more each epoch, the encoder's layers, last first.

    A layer that does not learn yet is in evaluation mode, without dropout.
    With 0 everything learns from the beginning.

    References
    ----------
    Howard and Ruder (2018), ACL, 328–339, section 3.3 (gradual unfreezing).
    """

    def awake(network: Network, epoch: int) -> None:
        network.train()
        for reader in _readers(network):
            layers = layers_of(reader.trunk)
            asleep = len(layers) if epoch < head_first else max(0, len(layers) - (epoch - head_first + 1))
            asleep = 0 if head_first == 0 else asleep
            for at, layer in enumerate(layers):
                for module in layer:
                    module.train(at >= asleep)
                    module.requires_grad_(at >= asleep)

    return awake


def layers_of(trunk: Trunk) -> list[list[nn.Module]]:
    """The trunk's parts from the letters up: what stands before its list of blocks, each block, and the rest.

    Parts after the blocks go with the last of them.
    """
    before: list[nn.Module] = []
    layers: list[list[nn.Module]] = []
    for child in trunk.children():
        if isinstance(child, nn.ModuleList):
            layers += [[block] for block in child]
        elif layers:
            layers[-1].append(child)
        else:
            before.append(child)
    return [before, *layers] if before else layers


def _readers(network: Network) -> list[PositionEncoder]:
    """Readers of sequences; a signal is read by a trunk of its own, which no encoder knows."""
    return [
        one
        for one in network.encoders.values()
        if isinstance(one, PositionEncoder) and one.block.kind != "signal"
    ]
