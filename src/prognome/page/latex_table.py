r"""Tables for a paper in LaTeX, no wider than the text of an A4 page with margins of 25 mm.

What is too wide is set smaller, then its columns of words are wrapped, then it is parted into tables that
share the first column. What is too long for a page becomes a ``longtable``. Widths are counted in letters:
nobody knows here in which type the paper is set.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil
from textwrap import wrap

from prognome.page.latex import escape, label

# figures of Computer Modern on 160 mm
_ROOM = {"": 91, r"\small": 98, r"\footnotesize": 107, r"\scriptsize": 111}
_MANY, _LEAST_HEAD, _LEAST_WORDS, _FIRST, _LONG, _LINES = 6, 8, 14, 26, 36, 45
_GAP, _NARROW_GAP, _MORE = 2.6, 1.4, 0.5
_BROAD = frozenset("%&<>#~^\\@mw\u2013\u2014\u2026\u2192")
_WITHIN_NAMES = re.compile(r"(?<=[_./:=(,\]+])(?=[^\s_./:=(,\]+])")


@dataclass(frozen=True)
class _Form:
    """How a table is set: size of letters, width in letters of each column that is wrapped, and headings.

    Headings stand on one line only where nothing had to be made smaller.
    """

    size: str = r"\scriptsize"
    wrapped: dict[int, float] = field(default_factory=dict)
    one_line: bool = False


def tabular(
    name: str, caption: str, heads: Sequence[str], numeric: Sequence[bool], rows: Sequence[Sequence[str]]
) -> str:
    """A table, or several of one name where it is too wide for one.

    Parameters
    ----------
    name
        Of the file; the label is ``tab:NAME``, and ``tab:NAME-2`` of a second part.
    caption
        Above the table, as journals want it.
    heads, numeric
        (p,) headings, and whether a column is set to the right.
    rows
        Cells as plain text.
    """
    parts = _parts(heads, numeric, rows)
    told = []
    for k, columns in enumerate(parts):
        said = f"{caption}, part {k + 1} of {len(parts)}" if len(parts) > 1 else caption
        key = label(name) if k == 0 else f"{label(name)}-{k + 1}"
        told.append(
            _one(
                key,
                said,
                [heads[at] for at in columns],
                [numeric[at] for at in columns],
                [[row[at] for at in columns] for row in rows],
            )
        )
    needs = ["booktabs"]
    needs += ["array"] if any(r"\arraybackslash" in one for one in told) else []
    needs += ["longtable"] if any("{longtable}" in one for one in told) else []
    said = ", ".join(rf"\usepackage{{{one}}}" for one in needs)
    return f"% Needs {said}.\n" + "\n".join(told)


def _letters(said: str) -> float:
    return len(said) + _MORE * sum(one.isupper() or one in _BROAD for one in said)


def _width(at: int, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> float:
    """Of a column whose heading may take several lines."""
    cells = max((_letters(row[at]) for row in rows), default=0)
    return max(cells, *(_letters(line) for line in _head_lines(heads[at], cells)))


def _head_lines(head: str, letters: float) -> list[str]:
    return wrap(head, max(_LEAST_HEAD, int(letters)), break_long_words=False) or [""]


def _form(heads: Sequence[str], numeric: Sequence[bool], rows: Sequence[Sequence[str]]) -> _Form | None:
    """The largest letters in which all columns fit; None where they fit in none."""
    widths = [_width(at, heads, rows) for at in range(len(heads))]
    whole = [max(w, _letters(head)) for w, head in zip(widths, heads, strict=True)]
    if len(heads) <= _MANY and sum(whole) + _GAP * (len(heads) - 1) <= _ROOM[""]:
        return _Form("", one_line=True)
    gaps = _NARROW_GAP * (len(heads) - 1)
    for size in (r"\small", r"\footnotesize"):
        if sum(widths) + gaps <= _ROOM[size]:
            return _Form(size)
    words = {at: w for at, w in enumerate(widths) if not numeric[at] and w > _LEAST_WORDS}
    fixed = sum(widths) - sum(words.values()) + gaps
    for size in (r"\small", r"\footnotesize", r"\scriptsize"):
        left = _ROOM[size] - fixed
        if words and left >= _LEAST_WORDS * len(words):
            return _Form(size, _shared_out(words, left))
    return _Form() if sum(widths) + gaps <= _ROOM[r"\scriptsize"] else None


def _shared_out(wanted: dict[int, float], left: float) -> dict[int, float]:
    """Each gets what it wants or an equal share of what is left; who gets all it wants is not wrapped.

    >>> _shared_out({0: 10, 1: 200, 2: 300}, 90)
    {1: 40.0, 2: 40.0}
    """
    open_ = dict(wanted)
    while open_:
        fair = left / len(open_)
        content = {at: w for at, w in open_.items() if w <= fair}
        if not content:
            return dict.fromkeys(open_, fair)
        left -= sum(content.values())
        open_ = {at: w for at, w in open_.items() if at not in content}
    return {}


def _parts(
    heads: Sequence[str], numeric: Sequence[bool], rows: Sequence[Sequence[str]]
) -> list[tuple[int, ...]]:
    """Columns of each part; the first column stands in all."""
    everything = tuple(range(len(heads)))
    if len(heads) < 3 or _form(heads, numeric, rows):
        return [everything]
    widths = [min(_width(at, heads, rows), _FIRST if at == 0 else _LONG) for at in everything]
    room = _ROOM[r"\footnotesize"] - widths[0]
    parts: list[list[int]] = [[]]
    used = 0.0
    for at in everything[1:]:
        if parts[-1] and used + widths[at] + _NARROW_GAP > room:
            parts.append([])
            used = 0.0
        parts[-1].append(at)
        used += widths[at] + _NARROW_GAP
    return [(0, *part) for part in parts]


def _one(
    key: str, caption: str, heads: Sequence[str], numeric: Sequence[bool], rows: Sequence[Sequence[str]]
) -> str:
    form = _form(heads, numeric, rows) or _Form(wrapped={0: float(_FIRST)})
    room = _ROOM[form.size]
    shape = "".join(
        rf">{{\raggedright\arraybackslash}}p{{{form.wrapped[at] / room:.2f}\linewidth}}"
        if at in form.wrapped
        else "r"
        if right
        else "l"
        for at, right in enumerate(numeric)
    )
    body = [_line([_cell(cell, wrapped=at in form.wrapped) for at, cell in enumerate(row)]) for row in rows]
    top = _line([_head(at, heads, numeric, rows, form) for at in range(len(heads))])
    said = rf"\caption{{{escape(caption)}.}}"
    key = rf"\label{{tab:{key}}}"
    set_ = [*([form.size] if form.size else []), *([] if form.one_line else [r"\setlength{\tabcolsep}{3pt}"])]
    if sum(_height(row, form) for row in rows) > _LINES:
        lines = [
            r"\begingroup", *set_, rf"\begin{{longtable}}{{@{{}}{shape}@{{}}}}", said, rf"{key}\\",
            r"\toprule", top, r"\midrule", r"\endhead", r"\bottomrule", r"\endfoot", *body,
            r"\end{longtable}", r"\endgroup",
        ]  # fmt: skip
    else:
        lines = [
            r"\begin{table}[htbp]", r"\centering", *set_, said, key,
            rf"\begin{{tabular}}{{@{{}}{shape}@{{}}}}",
            r"\toprule", top, r"\midrule", *body, r"\bottomrule", r"\end{tabular}", r"\end{table}",
        ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _height(row: Sequence[str], form: _Form) -> int:
    """Lines that a row takes."""
    return max([1, *(ceil(_letters(row[at]) / width) for at, width in form.wrapped.items())])


def _head(
    at: int, heads: Sequence[str], numeric: Sequence[bool], rows: Sequence[Sequence[str]], form: _Form
) -> str:
    if at in form.wrapped:
        return _cell(heads[at], wrapped=True)
    lines = _head_lines(heads[at], max((_letters(row[at]) for row in rows), default=0))
    if form.one_line or len(lines) == 1:
        return escape(heads[at])
    side = "r" if numeric[at] else "l"
    return rf"\begin{{tabular}}[b]{{@{{}}{side}@{{}}}}" + r"\\".join(map(escape, lines)) + r"\end{tabular}"


def _cell(said: str, *, wrapped: bool) -> str:
    """A long name may be broken after its marks where the column is narrow."""
    return escape(_WITHIN_NAMES.sub("\u200b", said) if wrapped else said)


def _line(told: list[str]) -> str:
    """One row; a bracket at its start would be taken for an argument of the ``\\\\`` before it."""
    if told and told[0][:1] in ("[", "*"):
        told[0] = "{}" + told[0]
    return " & ".join(told) + r" \\"
