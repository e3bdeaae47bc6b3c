"""The menu of encoders of positions; nothing heavy is imported to read it."""

from __future__ import annotations

from importlib import import_module
from typing import Any

ENCODERS = {
    "cnn": "prognome.nets.encoders.convolution:Convolution",
    "lstm": "prognome.nets.encoders.recurrent:Lstm",
    "gru": "prognome.nets.encoders.recurrent:Gru",
    "transformer": "prognome.nets.encoders.attention:Transformer",
}


def encoder(name: str) -> Any:
    """The class of that name.

    Raises
    ------
    KeyError
        If there is none.
    """
    module, _, attribute = ENCODERS[name].partition(":")
    return getattr(import_module(module), attribute)
