"""Colours by role: variables inside a page, so that dark mode works, plain values in a file.

References
----------
Okabe and Ito (2008), Color universal design: colours that people with any colour vision tell apart.
"""

from __future__ import annotations

import re

LIGHT: dict[str, str] = {
    "paper": "#ffffff",
    "raised": "#f6f7f8",
    "ink": "#1b1f23",
    "soft": "#57606a",
    "rule": "#d5dae0",
    "grid": "#e8ebee",
    "link": "#0a5a94",
    "good": "#00694d",
    "warn": "#8a4b00",
    "warn-paper": "#fff6e8",
    "warn-rule": "#e69f00",
    "s1": "#0072b2",
    "s2": "#d55e00",
    "s3": "#009e73",
    "s4": "#cc79a7",
    "s5": "#b07d00",
    "s6": "#3d9bd1",
}
DARK: dict[str, str] = {
    "paper": "#14171a",
    "raised": "#1c2024",
    "ink": "#e8eaed",
    "soft": "#a3abb4",
    "rule": "#3a4148",
    "grid": "#292e33",
    "link": "#7cc0f0",
    "good": "#4cc9a0",
    "warn": "#ffc66b",
    "warn-paper": "#2a2216",
    "warn-rule": "#e69f00",
    "s1": "#56b4e9",
    "s2": "#f08a4b",
    "s3": "#33c296",
    "s4": "#e09cc3",
    "s5": "#e6b422",
    "s6": "#8fb7d9",
}
SERIES = ("s1", "s2", "s3", "s4", "s5", "s6")

_VARIABLE = re.compile(r"var\(--([a-z0-9-]+)\)")


def role(name: str) -> str:
    """The colour of a role, as the page's variable."""
    return f"var(--{name})"


def series(at: int) -> str:
    """The colour of the nth series; they come round again after six."""
    return role(SERIES[at % len(SERIES)])


def explicit(markup: str) -> str:
    """Markup with every variable replaced by its light colour, for a file that stands alone."""
    return _VARIABLE.sub(lambda found: LIGHT[found.group(1)], markup)


def declarations(colours: dict[str, str]) -> str:
    """CSS variables of a set of colours."""
    return "".join(f"--{name}:{value};" for name, value in colours.items())
