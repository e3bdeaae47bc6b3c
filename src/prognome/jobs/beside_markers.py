"""What the user's own files say of columns: gene sets, and a table that explains markers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from prognome.core.name_feature import bare
from prognome.core.study import Study
from prognome.errors import DataError
from prognome.explain.pathways import GeneSet, over_represented, read_gmt
from prognome.read.raw import read_raw, refuse_repeated_ids
from prognome.read.source import Source


@dataclass(frozen=True, eq=False)
class Beside:
    """Files that are read before any work, so that their faults are told before it.

    Parameters
    ----------
    gene_sets
        Name of a set → its genes.
    annotation
        One line a marker, by its name; None where the study names no table.
    """

    gene_sets: Mapping[str, GeneSet] = field(default_factory=dict)
    annotation: pd.DataFrame | None = None

    def pathways(self, markers: Sequence[str], measured: Sequence[str]) -> pd.DataFrame:
        """``pathways.tsv``: gene sets that hold more of the markers than chance would put there.

        Parameters
        ----------
        markers, measured
            ``BLOCK:COLUMN`` of the markers and of every column that was measured.
        """
        return over_represented(
            {bare(one) for one in markers}, [bare(one) for one in measured], self.gene_sets
        )

    def annotate(self, table: pd.DataFrame) -> pd.DataFrame:
        """The table of markers with the columns of the annotation behind it."""
        if self.annotation is None:
            return table
        clash = {name: f"{name} (given)" for name in self.annotation.columns if name in table.columns}
        beside = self.annotation.rename(columns=clash).reindex([bare(one) for one in table["feature"]])
        return pd.concat([table, beside.set_axis(table.index)], axis=1)


NOTHING_BESIDE = Beside()


def read_beside(study: Study, columns: Collection[str]) -> Beside:
    """Read the files that ``explain`` names.

    Parameters
    ----------
    study
        The question.
    columns
        ``COLUMN`` of every table, as its block names it.

    Raises
    ------
    DataError
        If a file cannot be read, or names no column of the study.
    """
    asked = study.explain
    sets: dict[str, GeneSet] = {}
    for path in asked.pathways.path if asked.pathways else ():
        found = read_gmt(path)
        twice = sorted(sets.keys() & found.keys())
        if twice:
            raise DataError(path, f"the gene set {twice[0]!r} stands in another file too", mend="Rename one.")
        sets |= found
    genes = {gene for one in sets.values() for gene in one.genes}
    if sets:
        _refuse_strangers("explain.pathways", "gene of a set", genes, columns)
    if asked.annotation is None:
        return Beside(sets)
    raw = read_raw(Source(tuple(asked.annotation.path), id=asked.annotation.column))
    refuse_repeated_ids(raw)
    _refuse_strangers(
        "explain.annotation", f"cell of the column {asked.annotation.column!r}", raw.ids, columns
    )
    return Beside(sets, raw.frame.to_pandas().set_axis(pd.Index(raw.ids), axis=0))


def _refuse_strangers(where: str, what: str, names: Collection[str], columns: Collection[str]) -> None:
    if not set(names) & set(columns):
        raise DataError(
            where,
            f"no {what} is a column of the study",
            seen=", ".join(sorted(map(str, names))[:3]),
            expected=f"names such as {', '.join(sorted(columns)[:3])}",
            mend="Names must be spelled as the blocks spell them.",
        )
