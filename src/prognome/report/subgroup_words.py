"""The worst level of the columns of subgroups, for the first lines."""

from __future__ import annotations

from prognome.page.html import Markup, join
from prognome.report.folder import Run
from prognome.report.words import part_name

MOST = 3
GAP, UNSETTLED, TOO_FEW = "gap", "not enough evidence", "too few to say"


def sentences(run: Run, part: str) -> list[str]:
    """A sentence on each column, as the judge says it."""
    return [str(one) for one in (run.record.get("subgroups") or {}).get(part, [])]


def worst_sentences(run: Run) -> list[Markup]:
    """What the first lines say: columns with a gap in any part, else the column with the worst level."""
    found = []
    for part in run.parts:
        for sentence in sentences(run, part):
            if _column_of(run, part, sentence) in columns_with_gap(run, part):
                found.append(join([f"{part_name(part)}: ", sentence[:1].lower(), sentence[1:]]))
    if found:
        return found[:MOST]
    column = _worst_column(run, run.main)
    return [
        join([one]) for one in sentences(run, run.main) if column and _column_of(run, run.main, one) == column
    ][:1]


def columns_with_gap(run: Run, part: str) -> list[str]:
    """Columns in which a level's primary metric differs from that of all other rows."""
    if not len(run.gaps):
        return []
    rows = run.gaps[
        (run.gaps["part"] == part)
        & (run.gaps["metric"] == run.primary)
        & (run.gaps["threshold"] != "chosen")
        & (run.gaps["verdict"] == GAP)
    ]
    return list(dict.fromkeys(str(name) for name in rows["subgroup"]))


def _worst_column(run: Run, part: str) -> str | None:
    known = [one for one in run.by_level(part) if one.figure.value is not None]
    if not known:
        return None
    return min(known, key=lambda one: run.metric.better(one.figure.value or 0.0)).column


def _column_of(run: Run, part: str, sentence: str) -> str | None:
    """The column that a sentence is about; of names that begin alike the longest."""
    columns = {one.column for one in run.by_level(part)}
    fitting = [name for name in columns if sentence.startswith(f"By {name}, ")]
    return max(fitting, key=len, default=None)
