"""A network as one safetensors file: weights, and in its header the configuration."""

from __future__ import annotations

import json

from safetensors.torch import save

from prognome.errors import BundleError
from prognome.nets.checked_weights import fill, read_tensors, refuse_endless
from prognome.nets.network import Network
from prognome.nets.spec import NetworkSpec

CONFIGURATION = "prognome.network"
WHERE, ANEW = "network", "Train it anew, or take the file from where it was saved."


def save_network(network: Network) -> bytes:
    """A whole safetensors file, the same bytes for the same network."""
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in network.state_dict().items()}
    return bytes(save(tensors, {CONFIGURATION: network.spec.to_json()}))


def load_network(data: bytes) -> Network:
    """The network, on the CPU and in evaluation mode.

    Nothing is run from the file, and no more memory is taken than the file has bytes: the network is first
    built without weights, and compared with those that came.

    Raises
    ------
    BundleError
        If the file is no network of ours, was tampered with, or weights and configuration do not fit.
    """
    tensors, spec = read_tensors(data, where=WHERE, mend=ANEW), read_spec(data)
    layers = (len(spec.inputs), len(spec.table_layers), len(spec.head_layers))
    refuse_endless(layers, spec.encoder_params, len(tensors), where=WHERE, mend=ANEW)
    return fill(lambda: Network(spec), tensors, where=WHERE, mend=ANEW)


def read_spec(data: bytes) -> NetworkSpec:
    """The configuration in the header.

    Raises
    ------
    BundleError
        If there is none that can be read.
    """
    try:
        size = int.from_bytes(data[:8], "little")
        header = json.loads(data[8 : 8 + size])
        return NetworkSpec.from_json(header["__metadata__"][CONFIGURATION])
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
        raise BundleError(WHERE, "is no network that was saved here", mend=ANEW) from error
