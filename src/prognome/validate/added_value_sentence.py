"""What a block adds, in one plain sentence, and all blocks of a part in another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from prognome.page.numbers import count, decimal, percent, probability, significant
from prognome.validate.added_value import ADDS, NOTHING, TAKES_AWAY
from prognome.validate.compare import NOT_DEFINED

_IN = {"cv": "In cross-validation", "validation": "On the validation part", "test": "On the test part"}


def block_sentences(table: pd.DataFrame, part: str, *, metric: str, error: bool, level: float) -> list[str]:
    """A sentence on each block that was tried in a part.

    Parameters
    ----------
    table
        As :func:`prognome.validate.added_value.tabulate` gives it.
    part
        ``cv``, ``validation``, ``test`` or ``external:NAME``.
    metric
        The figure as people call it.
    error
        Whether less of it is better; then it has a unit.
    level
        Of the intervals.

    Examples
    --------
    >>> line = {"block": "methylation", "part": "cv", "difference": 0.04, "low": 0.01, "high": 0.07,
    ...         "p": 0.01, "p_holm": 0.02, "verdict": "adds"}
    >>> block_sentences(pd.DataFrame([line]), "cv", metric="AUC", error=False, level=0.95)
    ['Without methylation the AUC falls by 0.040 (95\\u202f% interval 0.010 to 0.070).']
    """
    lines = table[table["part"] == part].to_dict("records")
    tested = sum(not pd.isna(line["p"]) for line in lines)
    return [_sentence(line, tested, metric, level, error=error) for line in lines]


def summary_sentence(table: pd.DataFrame, part: str) -> str:
    """Which blocks are shown to add something in a part, in one line; empty where none was tried."""
    by_verdict: dict[str, list[str]] = {}
    for line in table[table["part"] == part].to_dict("records"):
        by_verdict.setdefault(str(line["verdict"]), []).append(str(line["block"]))
    clauses = []
    for verdict, words in (
        (ADDS, "the model is worse without"),
        (TAKES_AWAY, "it is better without"),
        (NOTHING, "nothing is shown of"),
        (NOT_DEFINED, "no test can be made of"),
    ):
        if blocks := by_verdict.get(verdict):
            clauses.append(f"{words} {_listed(blocks, 'or')}")
    if not clauses:
        return ""
    where = _IN.get(part, f"In the cohort {part.removeprefix('external:')}")
    if len(clauses) == 1 and NOTHING in by_verdict:
        return f"What single blocks add: {where[0].lower()}{where[1:]} nothing is shown of any."
    return f"What single blocks add: {where[0].lower()}{where[1:]} {'; '.join(clauses)}."


def _sentence(line: Mapping[Any, Any], tested: int, metric: str, level: float, *, error: bool) -> str:
    def shown(value: float) -> str:
        return significant(value, 2) if error else decimal(value, 3)

    difference, low, high = (float(line[name]) for name in ("difference", "low", "high"))
    block, verdict = str(line["block"]), str(line["verdict"])
    if pd.isna(difference):
        return f"Without {block} the {metric} is not defined."
    if difference == 0:
        return f"Without {block} the {metric} does not change."
    if difference < 0:
        difference, low, high = -difference, -high, -low
        moved = f"Without {block} the {metric} rises by {shown(difference)}"
    else:
        moved = f"Without {block} the {metric} falls by {shown(difference)}"
    if pd.isna(low) or pd.isna(high):
        return f"{moved}; without an interval nothing tells that from chance."
    moved += f" ({percent(level)} interval {shown(low)} to {shown(high)})"
    if verdict == ADDS:
        return f"{moved}."
    if verdict == TAKES_AWAY:
        return f"{moved}: the model is better without it."
    if low > 0 and tested > 1:
        p = probability(float(line["p_holm"])).replace("\u202f", "")
        return f"{moved}; corrected for {count(tested, 'block')} nothing is shown (p {_is(p)})."
    return f"{moved}: nothing is shown."


def _is(p: str) -> str:
    return p if p[:1] in "<>" else f"= {p}"


def _listed(names: Sequence[str], word: str) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {word} {names[-1]}"
