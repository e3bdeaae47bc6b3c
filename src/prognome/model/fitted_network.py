"""One trained network with the way from rows to arrays, as a bundle keeps it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator

from prognome.model.network_inputs import NetworkInputs
from prognome.nets.rows import Rows
from prognome.nets.saved import load_network, save_network
from prognome.nets.training import Trained

Array = NDArray[np.float64]


class FittedNetwork(BaseEstimator):
    """One trained network with the way from rows to arrays; saved as safetensors and plain data.

    Parameters
    ----------
    weights
        A whole safetensors file; its header holds the configuration.
    inputs
        Fitted.
    history
        A line for each epoch.
    best_epoch
        Whose weights these are.
    notes
        What the user should know.
    """

    def __init__(
        self,
        weights: bytes = b"",
        inputs: Any = None,
        history: Any = (),
        best_epoch: int = 0,
        notes: Any = (),
    ) -> None:
        self.weights = weights
        self.inputs = inputs
        self.history = history
        self.best_epoch = best_epoch
        self.notes = notes

    @classmethod
    def of(cls, trained: Trained, inputs: NetworkInputs) -> Self:
        """Of what training gave."""
        history = [vars(epoch).copy() for epoch in trained.history]
        made = cls(save_network(trained.network), inputs, history, trained.best_epoch, list(trained.notes))
        made._network = trained.network
        return made

    @property
    def network(self) -> Any:
        """The network, read from its weights when first asked for."""
        if getattr(self, "_network", None) is None:
            self._network = load_network(self.weights)
        return self._network

    def ask(self, what: Callable[[Any, Rows], NDArray[np.float32]], X: Any) -> Array:
        """What the network says (or makes) of these rows, as :mod:`prognome.nets.say` has it."""
        return what(self.network, self.inputs.rows(X)).astype(np.float64)

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in super().__getstate__().items() if key != "_network"}
