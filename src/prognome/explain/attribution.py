"""What each feature gave to each answer, and by how much that misses the answer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Attribution:
    """Additive parts of answers.

    Parameters
    ----------
    values
        (n, features), or (n, features, K) of several classes: what each feature gave, in ``unit``. Of two
        classes the parts are those of the second, the event.
    base
        () or (K,): the answer with no feature known.
    said
        (n,) or (n, K): what the model itself says, in ``unit``.
    unit
        ``probability``, ``log-odds`` (of several classes: the score before softmax), ``score`` (a margin
        without such a meaning) or ``number``.
    """

    values: Array
    base: Array
    said: Array
    unit: str

    @cached_property
    def error(self) -> Array:
        """(n,) the attribution's own error: base + sum of parts less said, the largest over classes."""
        gap = np.abs(self.base + self.values.sum(axis=1) - self.said)
        return gap if gap.ndim == 1 else gap.max(axis=1)

    @property
    def strength(self) -> Array:
        """(features,) mean over rows of \\|part\\|; of several classes their sum."""
        mean = np.abs(self.values).mean(axis=0)
        return mean if mean.ndim == 1 else mean.sum(axis=1)
