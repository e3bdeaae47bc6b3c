"""Guard: the id, the date or the place a row comes from predicts the target."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from prognome.check.association import Association, associate, percent, target_of
from prognome.core.alarm import Alarm
from prognome.core.cohort import Cohort
from prognome.core.seeds import seed_of
from prognome.core.table import Table, is_number

GUARD = "origin_predicts"
LEVEL = 0.005  # over all that is looked at
AUC = 0.65  # from the label of origin alone, out of fold
R2 = 0.1
SAME = 0.8  # Cramér's V from which letters of ids are the classes
BINS = 10
MOST_LETTERS = 20
WIDTH = 1024
LEAST_ROWS = 20
NAMED = 8

_BATCH = (
    "Judge on places no model has seen (split: {{outer: {{leave_out: {column}}}}}) and compare with the "
    "baseline of "
    "group means; keep '{column}' out of the features."
)
_DATE = (
    "Judge forward in time (split: {{outer: {{time: {column}}}}}), keep the date out of the features, "
    "and ask what changed."
)
_LETTERS = (
    "Keep ids and what is cut from them out of the features, and ask whether cases and controls were "
    "collected, stored "
    "and measured in the same way."
)
_ID = "Leave it out (exclude: in its block): a new patient's id says nothing about the patient."


def origin_predicts(
    cohort: Cohort,
    *,
    batch: Sequence[str] = (),
    date: str | None = None,
    said: Collection[str] = (),
    seed: int = 0,
) -> list[Alarm]:
    """Look for ids among the features, and predict the target from where and when rows were taken.

    * A feature that is the id, or a linear function of its number, speaks always.
    * Letters of the ids speak where they are the classes (Cramér's V of .8): a hint about how rows were
      collected.
    * A batch column or the date (in tenths) speaks where it predicts the target beyond chance
      (permutation, over all
      looked at) with an AUC of .65 (numbers: R² of .1) out of fold.

    The order of rows in a file says nothing here: files are often sorted by class.

    Parameters
    ----------
    cohort
        Training rows, with the columns of ``batch`` and ``date`` among its facts.
    batch, date
        ``rows.batch`` and ``rows.date``.
    said
        Batch columns about which another guard has spoken already.
    seed
        Of the study.
    """
    seed = seed_of(seed, "guard", GUARD)
    alarms = _ids_among_features(cohort)
    columns = [column for column in batch if column not in said]
    looked_at = max(1, len(columns) + (date is not None) + 1)
    alarms += _letters(cohort, looked_at, seed)
    for column in columns:
        alarms += _place(cohort, column, cohort.facts[column], looked_at, seed, remedy=_BATCH)
    if date is not None:
        alarms += _place(cohort, date, _tenths(cohort.facts[date]), looked_at, seed, remedy=_DATE)
    return alarms


def _ids_among_features(cohort: Cohort) -> list[Alarm]:
    numbers = _numbers_of(cohort.ids)
    alarms = []
    for block, table in cohort.blocks.items():
        names = [*_number_ids(table, numbers), *_text_ids(table, cohort.ids)]
        if not names:
            continue
        listed = ", ".join(f"'{name}'" for name in names[:NAMED])
        who = "A feature is" if len(names) == 1 else f"{len(names)} features are"
        what = f"{who} the row's id, or made from it: {listed}."
        alarms.append(Alarm(GUARD, f"block {block}", what, _ID, {"columns": names[:50]}))
    return alarms


def _numbers_of(ids: NDArray[np.object_]) -> NDArray[np.float64] | None:
    """The last number in each id, where every id has one and all differ."""
    found = pd.Series(ids.astype(str)).str.extract(r"(\d{1,15})\D*$")[0].to_numpy(dtype=float)
    if len(found) < LEAST_ROWS or np.isnan(found).any() or len(np.unique(found)) < len(found):
        return None
    return found


def _number_ids(table: Table, numbers: NDArray[np.float64] | None) -> Iterator[str]:
    if numbers is None:
        return
    places = np.flatnonzero(is_number(table.frame))
    wanted = (numbers - numbers.mean()) / np.linalg.norm(numbers - numbers.mean())
    for start in range(0, len(places), WIDTH):
        values = table.frame.iloc[:, places[start : start + WIDTH]].to_numpy(dtype=float)
        values = values - values.mean(axis=0)  # a column with missing values is no id
        with np.errstate(invalid="ignore", divide="ignore"):
            r = np.abs(wanted @ values) / np.linalg.norm(values, axis=0)
        for at in np.flatnonzero(r > 1 - 1e-9):
            yield str(table.frame.columns[places[start + at]])


def _text_ids(table: Table, ids: NDArray[np.object_]) -> Iterator[str]:
    if len(ids) < LEAST_ROWS:
        return
    keys = ids.astype(str)
    for at in np.flatnonzero(~is_number(table.frame)).tolist():
        column: pd.Series[str] = table.frame.iloc[:, at]
        if column.isna().any() or column.nunique() < len(ids):
            continue
        cells = column.astype(str).to_numpy()
        if all(one in other or other in one for one, other in zip(keys, cells, strict=True)):
            yield table.names[at]


def _letters(cohort: Cohort, looked_at: int, seed: int) -> list[Alarm]:
    """What stands before the number of an id, such as AD_ and CTRL_."""
    if not cohort.classes:
        return []
    letters = pd.Series(
        [re.split(r"\d", str(one), maxsplit=1)[0].rstrip("_-. ").lower() for one in cohort.ids]
    )
    if not 2 <= letters.nunique() <= MOST_LETTERS:
        return []
    tie = associate(letters, target_of(cohort), len(cohort.classes), seed=seed)
    if tie is None or tie.p * looked_at > LEVEL or tie.strength < SAME:
        return []
    what = (
        f"What row ids begin with gives the class (Cramér's V {tie.strength:.2f}, {tie.rows:,} rows, "
        f"{len(tie.counts)} beginnings); ids are no features, so this is a hint at how rows were collected."
    )
    return [Alarm(GUARD, "ids", what, _LETTERS, _facts(tie, cohort))]


def _place(
    cohort: Cohort, column: str, labels: Any, looked_at: int, seed: int, *, remedy: str
) -> list[Alarm]:
    tie = associate(labels, target_of(cohort), len(cohort.classes), seed=seed_of(seed, column))
    enough = AUC if cohort.classes else R2
    if tie is None or tie.p * looked_at > LEVEL or tie.foretells < enough:
        return []
    measure = (
        f"an AUC of {tie.foretells:.2f}"
        if cohort.classes
        else f"{percent(tie.foretells)} of the variance explained"
    )
    inside = [name for name, table in cohort.blocks.items() if column in table.names]
    also = f" It is a feature of block {inside[0]}." if inside else ""
    what = (
        f"'{column}' alone predicts the target with {measure} out of fold ({tie.rows:,} rows), "
        f"without any feature.{also}"
    )
    facts = {**_facts(tie, cohort), "column": column, "feature_of": inside}
    return [Alarm(GUARD, f"column {column}", what, remedy.format(column=column), facts)]


def _tenths(cells: NDArray[np.object_]) -> NDArray[np.object_]:
    """Dates or numbers, cut at their tenths; None where neither."""
    text = pd.Series(cells, dtype=object)
    numbers = pd.to_numeric(text, errors="coerce").to_numpy(dtype=float)
    dates = pd.to_datetime(text, format="ISO8601", errors="coerce", utc=True)
    days = np.where(dates.isna(), np.nan, dates.astype("int64").to_numpy() / 8.64e13)
    times = numbers if np.isnan(numbers).sum() <= np.isnan(days).sum() else days
    labels = np.full(len(times), None, dtype=object)
    known = ~np.isnan(times)
    if known.any():
        cuts = np.unique(np.quantile(times[known], np.linspace(0, 1, BINS + 1)[1:-1]))
        labels[known] = np.searchsorted(cuts, times[known], side="right").astype(object)
    return labels


def _facts(tie: Association, cohort: Cohort) -> dict[str, object]:
    names = ("cramers_v", "auc") if cohort.classes else ("adjusted_r2", "r2")
    return {
        names[0]: round(tie.strength, 4),
        names[1]: round(tie.foretells, 4),
        "p": round(tie.p, 6),
        "labels": len(tie.counts),
    }
