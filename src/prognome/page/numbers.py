"""Numbers as people read them."""

from __future__ import annotations

import math

from prognome.page.html import Markup, element

UNDEFINED = "not defined"
_MINUS = "\u2212"
_THIN = "\u202f"


def decimal(value: float | None, places: int = 2, *, top: float | None = None) -> str:
    """A number with fixed decimals; never rounded up to ``top`` when it does not reach it.

    >>> decimal(0.923333), decimal(-0.1, 1), decimal(float("nan"))
    ('0.92', '−0.1', 'not defined')
    >>> decimal(0.9971, top=1.0), decimal(0.999999, top=1.0), decimal(1.0, top=1.0)
    ('0.997', '>0.999', '1.00')
    """
    if value is None or not math.isfinite(value):
        return UNDEFINED
    shown = f"{value:,.{places}f}"
    if top is not None and value < top and float(shown.replace(",", "")) >= top:
        for more in range(places + 1, 4):
            if float(f"{value:.{more}f}") < top:
                return f"{value:.{more}f}"
        return f">{top - 0.001:.3f}"
    if float(shown.replace(",", "")) == 0:
        shown = shown.lstrip("-")
    return shown.replace("-", _MINUS)


def significant(value: float | None, digits: int = 3) -> str:
    """A number with about this many digits that count, never in powers of ten below 10⁶.

    >>> significant(8.7412), significant(1234.5), significant(0.0123), significant(0)
    ('8.74', '1,234', '0.0123', '0')
    """
    if value is None or not math.isfinite(value):
        return UNDEFINED
    if value == 0:
        return "0"
    size = math.floor(math.log10(abs(value)))
    if size >= 6 or size < -4:
        return f"{value:.{digits - 1}e}".replace("-", _MINUS)
    return f"{value:,.{max(0, digits - 1 - size)}f}".replace("-", _MINUS)


def percent(share: float | None, places: int = 0) -> str:
    """A share as per cent; one that is not none, or not all, is never shown as none or all.

    >>> percent(0.5), percent(0.0004), percent(0.9996), percent(0.0)
    ('50\\u202f%', '<1\\u202f%', '>99\\u202f%', '0\\u202f%')
    """
    if share is None or not math.isfinite(share):
        return UNDEFINED
    least = 10**-places
    shown = f"{100 * share:.{places}f}"
    if share > 0 and float(shown) == 0:
        shown = f"<{least:.{places}f}"
    elif share < 1 and float(shown) >= 100:
        shown = f">{100 - least:.{places}f}"
    return f"{shown}{_THIN}%"


def probability(p: float | None) -> str:
    """A p-value to three places, without the zero in front.

    >>> probability(0.0312), probability(0.00004), probability(0.9999), probability(None)
    ('.031', '<\u202f.001', '>\u202f.999', 'not defined')
    """
    if p is None or not math.isfinite(p):
        return UNDEFINED
    if p < 0.001:
        return f"<{_THIN}.001"
    if p > 0.999:
        return f">{_THIN}.999"
    return f"{p:.3f}".lstrip("0")


def count(number: int, noun: str = "", plural: str = "") -> str:
    """A count, with its noun in the right number.

    >>> count(1, "row"), count(5000, "row"), count(2, "class", "classes")
    ('1 row', '5,000 rows', '2 classes')
    """
    if not noun:
        return f"{number:,}"
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def seconds(value: float | None) -> str:
    """A span of time.

    >>> seconds(0.0123), seconds(2.345), seconds(47.0), seconds(125), seconds(4000)
    ('0.01 s', '2.3 s', '47 s', '2 min 5 s', '1 h 7 min')
    """
    if value is None or not math.isfinite(value):
        return UNDEFINED
    if value < 1:
        return "<0.01 s" if value < 0.005 else f"{value:.2f} s"
    if value < 10:
        return f"{value:.1f} s"
    whole = round(value)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    minutes = round(value / 60)
    return f"{minutes // 60:,} h {minutes % 60} min"


def size(octets: int) -> str:
    """A size in bytes, decimal units.

    >>> size(512), size(491682), size(2_500_000)
    ('512 B', '492 kB', '2.5 MB')
    """
    value, units = float(octets), ("B", "kB", "MB", "GB", "TB")
    at = 0
    while value >= 999.5 and at < len(units) - 1:
        value /= 1000
        at += 1
    return f"{value:.0f} {units[at]}" if at == 0 or value >= 10 else f"{value:.1f} {units[at]}"


def data(value: float | None, shown: str) -> Markup:
    """A number on the page that carries its every digit for machines."""
    if value is None or not math.isfinite(value):
        return element("span", shown, class_="none")
    return element("data", shown, value=repr(float(value)))
