r"""Text and tables for a paper in LaTeX.

What stands here compiles with pdfLaTeX where all letters are Latin or Greek; other alphabets need XeLaTeX or
LuaLaTeX. For tables see :mod:`prognome.page.latex_table`.
"""

from __future__ import annotations

import re
import unicodedata

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "_": r"\_",
    "%": r"\%",
    "&": r"\&",
    "#": r"\#",
    "$": r"\$",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": "$<$",
    ">": "$>$",
    "|": r"\textbar{}",
    '"': "''",
    "\u2212": "$-$",
    "\u00a0": "~",
    "\u202f": r"\,",
    "\u2013": "--",
    "\u2014": "---",
    "\u2026": r"\ldots{}",
    "\u201c": "``",
    "\u201d": "''",
    "\u2018": "`",
    "\u2019": "'",
    "\u2192": r"$\to$",
    "\u2264": r"$\leq$",
    "\u2265": r"$\geq$",
    "\u2248": r"$\approx$",
    "\u00b1": r"$\pm$",
    "\u00d7": r"$\times$",
    "\u00b7": r"$\cdot$",
    "\u00b5": r"$\mu$",
    "\u00b0": r"$^\circ$",
    "\u200b": r"\allowbreak{}",
}
_GREEK = dict(
    zip(
        "αβγδεζηθικλμνξπρστυφχψω",
        [
            "alpha",
            "beta",
            "gamma",
            "delta",
            "epsilon",
            "zeta",
            "eta",
            "theta",
            "iota",
            "kappa",
            "lambda",
            "mu",
            "nu",
            "xi",
            "pi",
            "rho",
            "sigma",
            "tau",
            "upsilon",
            "phi",
            "chi",
            "psi",
            "omega",
        ],
        strict=True,
    )
)
_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789", strict=True))
_LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True))


def escape(text: str) -> str:
    r"""Text as LaTeX prints it; what would steer LaTeX, or has no shape, loses its force.

    >>> print(escape("p_A & 5 % of {x} \u2212 R²"))
    p\_A \& 5 \% of \{x\} $-$ R\textsuperscript{2}
    """
    return "".join(_letter(one) for one in unicodedata.normalize("NFC", text))


def _letter(one: str) -> str:
    if one in _SPECIAL:
        return _SPECIAL[one]
    if one in _GREEK:
        return f"$\\{_GREEK[one]}$"
    if one in _RAISED:
        return rf"\textsuperscript{{{_RAISED[one]}}}"
    if one in _LOWERED:
        return rf"\textsubscript{{{_LOWERED[one]}}}"
    if unicodedata.category(one) in ("Cc", "Cf", "Zl", "Zp"):
        return " " if one.isspace() else ""
    return one


def label(name: str) -> str:
    """A name as the key of ``\\label``: letters, digits and ``-`` alone.

    >>> label("confusion_external_x")
    'confusion-external-x'
    """
    return re.sub(r"[^A-Za-z0-9-]+", "-", name).strip("-")
