"""Dense layers, as a table's encoder and the head use them."""

from __future__ import annotations

from torch import nn


def dense_layers(columns: int, widths: tuple[int, ...], dropout: float) -> nn.Sequential:
    """Linear, layer norm, GELU and dropout for each width; with no width, what came."""
    layers: list[nn.Module] = []
    for width in widths:
        layers += [nn.Linear(columns, width), nn.LayerNorm(width), nn.GELU(), nn.Dropout(dropout)]
        columns = width
    return nn.Sequential(*layers)
