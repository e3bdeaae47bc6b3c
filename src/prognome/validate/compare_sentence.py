"""One plain sentence on which differences hold."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from prognome.validate.compare import A_BETTER, B_BETTER, EXPLORATORY, NO_DIFFERENCE, NOT_DEFINED, HolmFamily

_WHERE = {"cv": "In cross-validation", "validation": "On the validation part", "test": "On the test part"}


def sentence(table: pd.DataFrame, family: HolmFamily, part: str) -> str:
    """Say which of the best model's differences hold in a part.

    Parameters
    ----------
    table
        As ``compare`` gives it.
    family
        The best model and its rivals.
    part
        ``cv``, ``validation``, ``test`` or ``external:NAME``.

    Examples
    --------
    >>> rows = [["logistic", "dummy", "a is better"], ["logistic", "xgboost", "no difference shown"]]
    >>> table = pd.DataFrame(rows, columns=["a", "b", "verdict"]).assign(part="cv")
    >>> family = HolmFamily("logistic", ("logistic", "xgboost", "dummy"), ("dummy",), "xgboost")
    >>> said = sentence(table, family, "cv")
    >>> said.split("; ")[0]
    'In cross-validation logistic beats dummy (corrected for 2 comparisons)'
    >>> said.split("; ")[1]
    'against the runner-up xgboost no difference is shown.'
    """
    where = _WHERE.get(part, f"In the cohort {part.removeprefix('external:')}")
    best = family.best
    lines = table[
        (table["a"] == best) & (table["part"] == part) & ~table["verdict"].str.startswith(EXPLORATORY)
    ]
    if lines.empty:
        return f"{where} there is nothing to compare {best} with."
    verdict = dict(zip(lines["b"], lines["verdict"], strict=True))

    def those(wanted: str) -> list[str]:
        names = [rival for rival in family.rivals if verdict.get(rival) == wanted]
        return [f"the runner-up {name}" if name == family.runner_up else name for name in names]

    won, lost, same, untested = (those(v) for v in (A_BETTER, B_BETTER, NO_DIFFERENCE, NOT_DEFINED))
    clauses = []
    if won:
        clauses.append(f"{best} beats {_join(won, 'and')}")
    if lost:
        clauses.append(f"{_join(lost, 'and')} {'beats' if len(lost) == 1 else 'beat'} {best}")
    if same:
        against = f"against {_join(same, 'and')} no difference is shown"
        clauses.append(
            against if clauses else f"no difference is shown between {best} and {_join(same, 'or')}"
        )
    tested = len(won) + len(lost) + len(same)
    if tested > 1:
        clauses[0] += f" (corrected for {tested} comparisons)"
    if untested:
        clauses.append(f"the folds leave no spread by which to test {best} against {_join(untested, 'or')}")
    if best in family.baselines:
        clauses.append(f"{best} is itself a baseline")
    return f"{where} {'; '.join(clauses)}."


def _join(names: Sequence[str], word: str) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {word} {names[-1]}"
