"""A network as one safetensors file: weights, and in its header the configuration."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from prognome.errors import BundleError
from prognome.nets.network import Network
from prognome.nets.spec import NetworkSpec

CONFIGURATION = "prognome.network"


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
    tensors = _read_tensors(data)
    spec = read_spec(data)
    _check_size(spec, len(tensors))
    try:
        with torch.device("meta"):
            network = Network(spec)
    except (ArithmeticError, AttributeError, KeyError, RuntimeError, TypeError, ValueError) as error:
        raise _misfit("its configuration makes no network") from error
    wanted = network.state_dict()
    if wanted.keys() != tensors.keys():
        raise _misfit("its weights do not fit its configuration")
    for name, tensor in tensors.items():
        if tensor.shape != wanted[name].shape or tensor.dtype != wanted[name].dtype:
            raise _misfit("its weights do not fit its configuration")
        if not bool(torch.isfinite(tensor).all()):
            raise _misfit("a weight is no number")
    network.load_state_dict(tensors, assign=True)
    return network.eval()


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
        raise _misfit("is no network that was saved here") from error


def _read_tensors(data: bytes) -> Mapping[str, Tensor]:
    try:
        found: Mapping[str, Tensor] = load(data)
    except (SafetensorError, KeyError, RuntimeError, TypeError, ValueError) as error:
        raise _misfit("is damaged, or no safetensors file") from error
    return found


def _check_size(spec: NetworkSpec, tensors: int) -> None:
    """Every layer has a tensor at least: a configuration cannot ask for more layers than there are."""
    params: Any = spec.encoder_params
    counts: list[Any] = [len(spec.inputs), len(spec.table_layers), len(spec.head_layers)]
    counts += [params.get(name, 0) if isinstance(params, dict) else -1 for name in ("depth", "stem")]
    if any(not isinstance(one, int) or not 0 <= one <= tensors for one in counts):
        raise _misfit("its weights do not fit its configuration")


def _misfit(problem: str) -> BundleError:
    return BundleError("network", problem, mend="Train it anew, or take the file from where it was saved.")
