r"""Text and tables for a paper in LaTeX.

What stands here compiles with pdfLaTeX and ``booktabs`` where all letters are Latin or Greek; other alphabets
need XeLaTeX or LuaLaTeX.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

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
_WIDE, _VERY_WIDE, _LONG, _LETTERS = 6, 10, 36, 95


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


def tabular(
    name: str, caption: str, heads: Sequence[str], numeric: Sequence[bool], rows: Sequence[Sequence[str]]
) -> str:
    """A floating table with rules of booktabs.

    Parameters
    ----------
    name
        Of the file; the label is ``tab:NAME``.
    caption
        Above the table, as journals want it.
    heads, numeric
        (p,) headings, and whether a column is set to the right.
    rows
        Cells as plain text.
    """
    longest = [max([len(row[at]) for row in rows] + [len(head)]) for at, head in enumerate(heads)]
    letters = sum(longest)
    crowded = letters > _LETTERS
    wrapped = [long > _LONG and crowded and not number for long, number in zip(longest, numeric, strict=True)]
    share = 0.62 / max(1, sum(wrapped))
    shape = "".join(
        rf">{{\raggedright\arraybackslash}}p{{{share:.2f}\linewidth}}" if wrap else "r" if number else "l"
        for wrap, number in zip(wrapped, numeric, strict=True)
    )
    dense = len(heads) > _WIDE or crowded
    lines = [
        r"% Needs \usepackage{booktabs}" + (r" and \usepackage{array}." if any(wrapped) else "."),
        r"\begin{table}[htbp]",
        r"\centering",
        *([r"\small"] if dense else []),
        *([r"\setlength{\tabcolsep}{3pt}"] if len(heads) > _VERY_WIDE else []),
        rf"\caption{{{escape(caption)}.}}",
        rf"\label{{tab:{label(name)}}}",
        rf"\begin{{tabular}}{{@{{}}{shape}@{{}}}}",
        r"\toprule",
        _line(heads),
        r"\midrule",
        *(_line(row) for row in rows),
        r"\bottomrule",
        r"\end{tabular}",
        r"\end{table}",
    ]
    return "\n".join(lines) + "\n"


def _line(cells: Sequence[str]) -> str:
    """One row; a bracket at its start would be taken for an argument of the ``\\\\`` before it."""
    told = [escape(cell) for cell in cells]
    if told and told[0][:1] in ("[", "*"):
        told[0] = "{}" + told[0]
    return " & ".join(told) + r" \\"
