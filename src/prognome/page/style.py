"""The page's style: system fonts, one column, light and dark, paper and telephone."""

from __future__ import annotations

from importlib.resources import files

from prognome.page.palette import DARK, LIGHT, declarations


def css() -> str:
    """The whole style sheet; paper is always light."""
    rules = files("prognome.page").joinpath("style.css").read_text(encoding="utf-8")
    return (
        f":root{{color-scheme:light dark;{declarations(LIGHT)}}}"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{declarations(DARK)}}}}}\n"
        f"{rules}"
    )
