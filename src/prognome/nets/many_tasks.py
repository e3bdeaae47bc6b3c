"""Many labelled tasks at once: one trunk for all, a pooling and a head for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

from prognome.nets.block import PositionEncoder
from prognome.nets.encoder_file import EncoderSpec
from prognome.nets.encoders.base import Trunk
from prognome.nets.network import Network
from prognome.nets.spec import Input, NetworkSpec

WINDOW = "window"


@dataclass(frozen=True, eq=False)
class Windows:
    """Windows of one length and, for a labelled task, what is to be told of them.

    Parameters
    ----------
    name
        Of the task.
    codes
        (n, L) codes of the encoder's alphabet.
    target
        (n,) class codes, or numbers of mean 0 and variance 1; None where nothing is told.
    outputs
        Classes, or 1 for a number.
    stranded
        Whether the reverse complement means something else.
    """

    name: str
    codes: NDArray[np.uint8]
    target: NDArray[Any] | None = None
    outputs: int = 0
    stranded: bool = True

    def __len__(self) -> int:
        return len(self.codes)


class ManyTasks(nn.Module):
    """A whole network for each task, all of them reading with one and the same trunk.

    Parameters
    ----------
    trunk
        Shared; the only part that travels.
    spec
        Of the trunk.
    tasks
        Windows with targets; lengths may differ.
    bins, head_layers, dropout
        Of each task's own part.

    References
    ----------
    Caruana (1997), Machine Learning 28:41–75.
    """

    def __init__(
        self,
        trunk: Trunk,
        spec: EncoderSpec,
        tasks: Sequence[Windows],
        *,
        bins: int = 8,
        head_layers: tuple[int, ...] = (64,),
        dropout: float = 0.2,
    ) -> None:
        super().__init__()
        self.networks = nn.ModuleList()
        for task in tasks:
            block = Input(WINDOW, "sequence", task.codes.shape[1], spec.alphabet, task.stranded)
            network = Network(
                NetworkSpec(
                    (block,),
                    spec.encoder,
                    {**spec.params, "bins": bins},
                    head_layers=head_layers,
                    outputs=task.outputs,
                    dropout=dropout,
                )
            )
            for reader in network.modules():
                if isinstance(reader, PositionEncoder):
                    reader.trunk = trunk
            self.networks.append(network)
