"""Early stopping: the weights of the epoch with the lowest validation loss, and when to look no further."""

from __future__ import annotations

import copy
import math
from typing import Any

from skorch import NeuralNet
from skorch.callbacks import Callback


class BestEpoch(Callback):
    """Keeps a copy of the best weights.

    skorch's own ``EarlyStopping`` ends the loop by a ``KeyboardInterrupt``, and its loop therefore takes a
    real one for the end of the training. This one is asked.

    Parameters
    ----------
    patience
        Epochs without a lower loss after which ``is_over`` is true.
    """

    def __init__(self, patience: int) -> None:
        self.patience = patience
        self.epoch, self.loss = 0, math.inf
        self.is_over = False
        self.weights: dict[str, Any] = {}

    def on_epoch_end(self, net: NeuralNet, **_: Any) -> None:
        """Look at the last epoch."""
        loss = net.history[-1, "valid_loss"]
        if loss < self.loss:
            self.epoch, self.loss = len(net.history), loss
            self.weights = copy.deepcopy(net.module_.state_dict())
        self.is_over = len(net.history) - self.epoch >= self.patience

    def on_train_end(self, net: NeuralNet, **_: Any) -> None:
        """Give the best weights back."""
        net.module_.load_state_dict(self.weights)
        self.weights = {}
