"""Round numbers for an axis."""

from __future__ import annotations

import math


def nice_ticks(low: float, high: float, wanted: int = 5) -> list[float]:
    """Multiples of 1, 2, 2.5 or 5 times a power of ten that cover a range.

    Parameters
    ----------
    low, high
        The range; the first tick is at most ``low``, the last at least ``high``.
    wanted
        About how many.

    References
    ----------
    Heckbert (1990), Nice numbers for graph labels, Graphics Gems, 61–63.

    Examples
    --------
    >>> nice_ticks(0, 1)
    [0.0, 0.25, 0.5, 0.75, 1.0]
    >>> nice_ticks(3.2, 97)
    [0.0, 25.0, 50.0, 75.0, 100.0]
    """
    if not (math.isfinite(low) and math.isfinite(high)):
        low, high = 0.0, 1.0
    if low > high:
        low, high = high, low
    if high - low <= 1e-12 * max(1.0, abs(low), abs(high)):
        pad = abs(low) * 0.1 or 1.0
        low, high = low - pad, high + pad
    step = nice_step((high - low) / max(1, wanted - 1))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    places = max(0, 2 - math.floor(math.log10(step)))
    return [round(k * step, places) + 0.0 for k in range(first, last + 1)]


def nice_step(rough: float) -> float:
    """The nice number nearest to a rough step."""
    power = 10.0 ** math.floor(math.log10(rough))
    share = rough / power
    nice = next(
        number for number, limit in ((1, 1.4), (2, 2.2), (2.5, 3.2), (5, 7), (10, 11)) if share < limit
    )
    return nice * power


def tick_label(value: float, step: float) -> str:
    """A tick with just the decimals that its step needs.

    >>> tick_label(0.2, 0.2), tick_label(20.0, 20.0), tick_label(-1250.0, 250.0), tick_label(0.25, 0.25)
    ('0.2', '20', '−1,250', '0.25')
    """
    if value != 0 and (abs(value) >= 1e6 or step < 1e-4):
        return f"{value:.3g}".replace("-", "\u2212")
    places = max(0, -math.floor(math.log10(step) + 1e-9))
    if abs(round(step, places) - step) > 1e-9 * step:
        places += 1
    return f"{value:,.{places}f}".replace("-", "\u2212")


def log_ticks(low: float, high: float) -> list[float]:
    """Round numbers from below a range of positive numbers to above it, for a logarithmic axis.

    Powers of ten, with 2 and 5 between them where the range is short.

    >>> log_ticks(0.03, 40)
    [0.01, 0.1, 1.0, 10.0, 100.0]
    >>> log_ticks(0.3, 1.5)
    [0.2, 0.5, 1.0, 2.0]
    """
    first, last = math.floor(math.log10(low) + 1e-9), math.ceil(math.log10(high) - 1e-9)
    powers = range(first, max(last, first + 1) + 1)
    if len(powers) > 3:
        return [float(f"1e{k}") for k in powers]
    every = [float(f"{m}e{k}") for k in powers for m in (1, 2, 5)]
    start = max((at for at, tick in enumerate(every) if tick <= low * (1 + 1e-9)), default=0)
    end = next((at for at, tick in enumerate(every) if tick >= high * (1 - 1e-9)), len(every) - 1)
    return every[start : max(end, start + 1) + 1]


def plain_tick(value: float) -> str:
    """A round number without zeros that say nothing.

    >>> plain_tick(0.05), plain_tick(1000.0), plain_tick(0.0001)
    ('0.05', '1,000', '1e-04')
    """
    return f"{value:.0e}" if value < 1e-3 or value >= 1e6 else f"{value:,.10g}"
