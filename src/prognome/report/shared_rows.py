"""Which rows two runs have in common; ids are compared here and go no further."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd


@dataclass(frozen=True)
class SharedPart:
    """Rows of one part that were judged in both runs.

    Parameters
    ----------
    first, second, both
        How many rows were judged in each run, and in both.
    other_truth
        Of those in both, how many have another truth.
    """

    first: int
    second: int
    both: int
    other_truth: int

    @property
    def same(self) -> bool:
        """Whether the very same rows with the same truth were judged."""
        return self.first == self.second == self.both and not self.other_truth


@dataclass(frozen=True)
class Shared:
    """What two runs have in common.

    Parameters
    ----------
    parts
        Part that both have → its rows.
    folds
        Whether every row judges in the same fold of the same repeat; None where not both have folds.
    taught
        Rows that judge in the test part of one run and teach in the other.
    """

    parts: Mapping[str, SharedPart]
    folds: bool | None
    taught: int


def shared_rows(first: Path, second: Path) -> Shared:
    """Compare the rows of two run folders by id and truth."""
    said = [_judged(folder) for folder in (first, second)]
    splits = [
        pd.read_csv(folder / "split.tsv", sep="\t", dtype=str, keep_default_na=False)
        for folder in (first, second)
    ]
    parts = {}
    for part in [one for one in said[0] if one in said[1]]:
        one, other = said[0][part], said[1][part]
        both = one.index.intersection(other.index)
        differ = int((one[both].to_numpy() != other[both].to_numpy()).sum())
        parts[part] = SharedPart(len(one), len(other), len(both), differ)
    folds = [_folds(split) for split in splits]
    same = folds[0] == folds[1] if folds[0] and folds[1] else None
    tests = [set(split.loc[split["part"] == "test", "row"]) for split in splits]
    teach = [set(split.loc[split["part"] != "test", "row"]) for split in splits]
    return Shared(parts, same, len(tests[0] & teach[1]) + len(tests[1] & teach[0]))


def _judged(folder: Path) -> dict[str, pd.Series[str]]:
    """Part → truth by row id."""
    table = pd.read_csv(
        folder / "predictions.tsv",
        sep="\t",
        usecols=["row", "part", "truth"],
        dtype=str,
        keep_default_na=False,
    ).drop_duplicates(["row", "part"])
    return {str(part): here.set_index("row")["truth"] for part, here in table.groupby("part", sort=False)}


def _folds(split: pd.DataFrame) -> set[tuple[str, str, str]]:
    here = split[split["part"] == "cv"]
    return set(zip(here["row"], here["repeat"], here["fold"], strict=True))
