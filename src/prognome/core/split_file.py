"""Honouring a split.tsv that was written before: strictly, since everything stands on it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from prognome.core.split import PARTS, Scheme, Split
from prognome.errors import DataError, number_rows


def read_split(
    path: Path, ids: NDArray[np.object_], *, scheme: Scheme, groups: NDArray[np.object_] | None
) -> Split:
    """Honour a split.tsv that was written before.

    Raises
    ------
    DataError
        If columns are missing, rows are unknown, without a part, or twice in a repeat.
    """
    try:
        table = pd.read_csv(
            path,
            sep="\t",
            dtype={"row": str, "part": str},
            keep_default_na=False,
            na_values={"repeat": [""], "fold": [""]},
            encoding="utf-8-sig",
        )
    except FileNotFoundError as error:
        raise DataError(str(path), "there is no such file", mend="Check split.file.") from error
    except (OSError, ValueError) as error:
        raise DataError(
            str(path), "is not a readable tab-separated table", mend="Check split.file."
        ) from error
    absent = [c for c in ("row", "part") if c not in table]
    if absent:
        raise DataError(
            str(path),
            f"column '{absent[0]}' is missing",
            expected="row part repeat fold group",
            mend="Write it as prognome does, or leave out split.file.",
        )
    for column in ("repeat", "fold"):
        values = table[column] if column in table else pd.Series(np.nan, index=table.index)
        table[column] = pd.to_numeric(values, errors="coerce").astype("float64")
    odd = table.index[~table["part"].isin(PARTS)]
    if len(odd):
        raise DataError(
            str(path),
            "a part that does not exist",
            seen=number_rows((odd + 2).tolist()),
            expected=", ".join(PARTS),
        )
    fractions = "validation" in set(table["part"])
    cv = table["part"] == "cv"
    if not fractions and (not cv.any() or table.loc[cv, ["repeat", "fold"]].isna().any(axis=None)):
        raise DataError(str(path), "rows of part cv need a repeat and a fold, counted from 1")
    whole = table[["repeat", "fold"]].to_numpy()
    uneven = table.index[(np.nan_to_num(whole) % 1 != 0).any(axis=1) | (np.nan_to_num(whole) < 0).any(axis=1)]
    if len(uneven):
        raise DataError(
            str(path), "a repeat or fold that is no whole number", seen=number_rows((uneven + 2).tolist())
        )
    if not fractions and (table["part"] == "train").any():
        raise DataError(
            str(path),
            "part train goes with part validation; beside cv such rows would never be judged",
            mend="Give them a fold, or fold 0 where they only train.",
        )
    per_repeat = table[cv].groupby("repeat")["row"].nunique()
    if cv.any() and per_repeat.nunique() > 1:
        raise DataError(
            str(path),
            "the repeats do not have the same rows",
            seen=", ".join(f"{count:,} in repeat {repeat:.0f}" for repeat, count in per_repeat.items()),
            mend="Every row of part cv needs a fold in every repeat.",
        )
    unknown = table.index[~table["row"].isin(ids)]
    if len(unknown):
        raise DataError(
            str(path),
            "rows that the cohort does not have",
            seen=number_rows((unknown + 2).tolist()),
            mend="Make a new split, or bring back the rows.",
        )
    without = np.flatnonzero(~np.isin(ids.astype(str), table["row"].to_numpy().astype(str)))
    if len(without):
        raise DataError(
            str(path),
            f"{len(without):,} rows of the cohort have no part",
            mend="Add them, or leave out split.file.",
        )
    twice = table.index[table.duplicated(["row", "repeat"])]
    parts = table.groupby("row")["part"].nunique()
    if len(twice) or (parts > 1).any():
        raise DataError(
            str(path),
            "a row stands twice in one repeat, or in two parts",
            seen=number_rows((twice + 2).tolist()) if len(twice) else f"{int((parts > 1).sum())} rows",
        )
    table["group"] = "" if groups is None else groups[pd.Index(ids).get_indexer(pd.Index(table["row"]))]
    return Split(table[["row", "part", "repeat", "fold", "group"]], ids, "fractions" if fractions else scheme)
