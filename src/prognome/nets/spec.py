"""What a network is made of, as plain data: saved beside its weights, and enough to build it again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Self

Kind = Literal["sequence", "pair", "table", "signal"]


@dataclass(frozen=True)
class Input:
    """What one block brings.

    Parameters
    ----------
    name
        Of the block.
    kind
        ``sequence``: (n, L) codes. ``pair``: (n, 2, L) codes, reference and alternative. ``table``: (n, p)
        numbers. ``signal``: (n, p) numbers whose order means something.
    length
        Positions L of a sequence; columns p of a table or signal.
    alphabet
        Name, for sequences.
    stranded
        If not, the reverse complement is read as well and both encodings are averaged.
    optional
        Whether a row may lack it.
    """

    name: str
    kind: Kind
    length: int
    alphabet: str = ""
    stranded: bool = True
    optional: bool = False


@dataclass(frozen=True)
class NetworkSpec:
    """One encoder a block, their fusion and a head.

    Parameters
    ----------
    inputs
        In the order in which encodings are put side by side.
    encoder
        Which encoder reads sequences and signals; a name on the menu of :mod:`prognome.nets.catalog`.
    encoder_params
        For that encoder.
    table_layers
        Widths of the dense layers that read a table.
    head_layers
        Widths of the dense layers after fusion; the last gives the deep features.
    outputs
        Classes, or 1 for a number.
    dropout
        Share of units silenced in training.
    block_dropout
        Share of rows for which an optional block is hidden in training.
    """

    inputs: tuple[Input, ...]
    encoder: str = "cnn"
    encoder_params: Mapping[str, Any] = field(default_factory=dict)
    table_layers: tuple[int, ...] = (64,)
    head_layers: tuple[int, ...] = (64,)
    outputs: int = 2
    dropout: float = 0.2
    block_dropout: float = 0.25

    def to_json(self) -> str:
        """As text, keys in order."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """What :meth:`to_json` wrote."""
        data = json.loads(text)
        data["inputs"] = tuple(Input(**one) for one in data["inputs"])
        data["table_layers"] = tuple(data["table_layers"])
        data["head_layers"] = tuple(data["head_layers"])
        return cls(**data)
