"""Weights from a file into a module: what does not fit is refused before memory is taken for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor, nn

from prognome.errors import BundleError

Module = TypeVar("Module", bound=nn.Module)
LAYERS = ("depth", "stem")  # parameters of encoders that say how many layers there are


def read_tensors(data: bytes, *, where: str, mend: str) -> Mapping[str, Tensor]:
    """All tensors of a safetensors file; nothing of it is run.

    Raises
    ------
    BundleError
        If it is none, or damaged.
    """
    try:
        found: Mapping[str, Tensor] = load(data)
    except (SafetensorError, KeyError, RuntimeError, TypeError, ValueError) as error:
        raise BundleError(where, "is damaged, or no safetensors file", mend=mend) from error
    return found


def refuse_endless(layers: Iterable[int], params: Any, tensors: int, *, where: str, mend: str) -> None:
    """Raise BundleError if a configuration asks for more layers than there are tensors.

    Parameters
    ----------
    layers
        Of several kinds.
    params
        Of an encoder.
    """
    counts = [*layers, *(params.get(name, 0) if isinstance(params, Mapping) else -1 for name in LAYERS)]
    if any(not isinstance(one, int) or not 0 <= one <= tensors for one in counts):
        raise BundleError(where, "has weights that do not fit its configuration", mend=mend)


def fill(build: Callable[[], Module], tensors: Mapping[str, Tensor], *, where: str, mend: str) -> Module:
    """The module with these weights, in evaluation mode.

    It is first built without any memory and compared with what came.

    Raises
    ------
    BundleError
        If names, shapes or kinds differ, or a weight is no number.
    """
    try:
        with torch.device("meta"):
            module = build()
    except (ArithmeticError, AttributeError, KeyError, RuntimeError, TypeError, ValueError) as error:
        raise BundleError(where, "has a configuration that makes no network", mend=mend) from error
    wanted = module.state_dict()
    misfit = wanted.keys() != tensors.keys() or any(
        tensor.shape != wanted[name].shape or tensor.dtype != wanted[name].dtype
        for name, tensor in tensors.items()
    )
    if misfit:
        raise BundleError(where, "has weights that do not fit its configuration", mend=mend)
    if not all(bool(torch.isfinite(tensor).all()) for tensor in tensors.values()):
        raise BundleError(where, "has a weight that is no number", mend=mend)
    module.load_state_dict(tensors, assign=True)
    return module.eval()
