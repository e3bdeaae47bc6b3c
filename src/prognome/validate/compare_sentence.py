"""One plain sentence on which differences hold, and one on those of decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from prognome.validate.compare import (
    A_BETTER,
    B_BETTER,
    DECISIONS,
    EXPLORATORY,
    NO_DIFFERENCE,
    NOT_DEFINED,
    HolmFamily,
)

_WHERE = {"cv": "In cross-validation", "validation": "On the validation part", "test": "On the test part"}


@dataclass(frozen=True)
class _Words:
    """Who wins, singular and plural; what is not shown; what leaves no test."""

    wins: str
    win: str
    same: str
    untested: str


_PRIMARY = _Words("beats", "beat", "no difference", "the folds leave no spread by which to test")
_DECIDED = _Words(
    "decides more rows rightly than",
    "decide more rows rightly than",
    "no difference in right decisions",
    "there is no test of decisions of",
)


def sentence(table: pd.DataFrame, family: HolmFamily, part: str, metric: str) -> str:
    """Say which of the best model's differences in the primary metric hold in a part.

    Parameters
    ----------
    table
        As ``compare`` gives it.
    family
        The best model and its rivals.
    part
        ``cv``, ``validation``, ``test`` or ``external:NAME``.
    metric
        Name of the primary one.

    Examples
    --------
    >>> rows = [["logistic", "dummy", "a is better"], ["logistic", "xgboost", "no difference shown"]]
    >>> table = pd.DataFrame(rows, columns=["a", "b", "verdict"]).assign(part="cv", metric="brier")
    >>> family = HolmFamily("logistic", ("logistic", "xgboost", "dummy"), ("dummy",), "xgboost")
    >>> said = sentence(table, family, "cv", "brier")
    >>> said.split("; ")[0]
    'In cross-validation logistic beats dummy (corrected for 2 comparisons)'
    >>> said.split("; ")[1]
    'against the runner-up xgboost no difference is shown.'
    """
    verdicts = _verdicts(table, family, part, metric)
    if not verdicts:
        return f"{_where(part)} there is nothing to compare {family.best} with."
    clauses = _clauses(verdicts, family, _PRIMARY)
    if family.best in family.baselines:
        clauses.append(f"{family.best} is itself a baseline")
    return f"{_where(part)} {'; '.join(clauses)}."


def decision_sentence(table: pd.DataFrame, family: HolmFamily, part: str) -> str:
    """Say which differences in right decisions at the fixed threshold hold in a part.

    Parameters
    ----------
    table, family, part
        As for :func:`sentence`.

    Returns
    -------
    Empty where decisions were not compared: in the part that chose the best model, and of numbers.

    Examples
    --------
    >>> rows = [["logistic", "dummy", "a is better"], ["logistic", "xgboost", "no difference shown"]]
    >>> table = pd.DataFrame(rows, columns=["a", "b", "verdict"]).assign(part="test", metric="accuracy")
    >>> family = HolmFamily("logistic", ("logistic", "xgboost", "dummy"), ("dummy",), "xgboost")
    >>> said = decision_sentence(table, family, "test")
    >>> said.split("; ")[0]
    'On the test part logistic decides more rows rightly than dummy (corrected for 2 comparisons)'
    >>> said.split("; ")[1]
    'against the runner-up xgboost no difference in right decisions is shown.'
    """
    verdicts = _verdicts(table, family, part, DECISIONS)
    if not verdicts:
        return ""
    return f"{_where(part)} {'; '.join(_clauses(verdicts, family, _DECIDED))}."


def _where(part: str) -> str:
    return _WHERE.get(part, f"In the cohort {part.removeprefix('external:')}")


def _verdicts(table: pd.DataFrame, family: HolmFamily, part: str, metric: str) -> dict[str, str]:
    """Rival → verdict."""
    lines = table[
        (table["a"] == family.best)
        & (table["part"] == part)
        & (table["metric"] == metric)
        & ~table["verdict"].str.startswith(EXPLORATORY)
    ]
    return dict(zip(lines["b"], lines["verdict"], strict=True))


def _clauses(verdicts: dict[str, str], family: HolmFamily, words: _Words) -> list[str]:
    best = family.best

    def those(wanted: str) -> list[str]:
        names = [rival for rival in family.rivals if verdicts.get(rival) == wanted]
        return [f"the runner-up {name}" if name == family.runner_up else name for name in names]

    won, lost, same, untested = (those(v) for v in (A_BETTER, B_BETTER, NO_DIFFERENCE, NOT_DEFINED))
    clauses = []
    if won:
        clauses.append(f"{best} {words.wins} {_join(won, 'and')}")
    if lost:
        clauses.append(f"{_join(lost, 'and')} {words.wins if len(lost) == 1 else words.win} {best}")
    if same:
        against = f"against {_join(same, 'and')} {words.same} is shown"
        clauses.append(
            against if clauses else f"{words.same} is shown between {best} and {_join(same, 'or')}"
        )
    tested = len(won) + len(lost) + len(same)
    if tested > 1:
        clauses[0] += f" (corrected for {tested} comparisons)"
    if untested:
        clauses.append(f"{words.untested} {best} against {_join(untested, 'or')}")
    return clauses


def _join(names: Sequence[str], word: str) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {word} {names[-1]}"
