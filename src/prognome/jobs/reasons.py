"""Why one row got its answer: exact parts of the bundle's model, with their own error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from prognome.core.bundle import Bundle
from prognome.core.cohort import Cohort
from prognome.errors import StudyError
from prognome.explain.attribution import Attribution
from prognome.explain.pipeline import Opened, by_column, has_parts, open_pipeline, parts_of

TOP = 5
BACKGROUND = "background"
REASON_COLUMNS = ("row", "rank", "feature", "value", "part", "unit", "class", "base", "said", "error")


def background_of(fitted: Any, cohort: Cohort) -> list[float] | None:
    """Mean of every prepared feature over the training rows, from which a linear model's parts are measured.

    Parameters
    ----------
    fitted
        The pipeline that goes into a bundle.
    cohort
        The rows it was fitted on.

    Returns
    -------
    (p,) means; None where the model has no parts or needs no background (trees).
    """
    opened = open_pipeline(fitted, _columns(cohort))
    if opened is None or not hasattr(opened.model, "coef_"):
        return None
    return [float(one) for one in np.asarray(opened.prepare.transform(cohort)).mean(axis=0)]


@dataclass(frozen=True, eq=False)
class Reasons:
    """Asks a bundle for the reasons of rows.

    Parameters
    ----------
    bundle
        Whose model has exact parts; :meth:`of` refuses others.
    opened
        Its pipeline, taken apart.
    background
        (1, p) mean of the prepared training rows.
    top
        How many columns are named for each row.
    """

    bundle: Bundle
    opened: Opened
    background: NDArray[np.float64]
    top: int

    @classmethod
    def of(cls, bundle: Bundle, top: int = TOP) -> Reasons:
        """Reasons for that bundle.

        Raises
        ------
        StudyError
            If its model has no exact parts, or the bundle was made without what they are measured from.
        """
        columns = {block.name: [one.name for one in block.columns] for block in bundle.schema.blocks}
        opened = open_pipeline(bundle.pipeline, columns)
        model = str(bundle.about.get("model", "its model"))
        if opened is None or not has_parts(opened.model):
            raise StudyError(
                "--explain",
                f"{model} has no exact parts, so one row's reasons cannot be told without error",
                expected="a linear model, a tree or forest, XGBoost or LightGBM",
                mend="Leave out --explain; the report tells what the model leans on as a whole.",
            )
        known = bundle.about.get(BACKGROUND)
        if known is None and hasattr(opened.model, "coef_"):
            raise StudyError(
                "--explain",
                "the bundle does not say what reasons are measured from",
                mend="It was made by an older prognome: run the study again.",
            )
        means = np.zeros(len(opened.features)) if known is None else np.asarray(known, dtype=float)
        return cls(bundle, opened, means[None], top)

    def table(self, cohort: Cohort, refused: NDArray[np.bool_]) -> pd.DataFrame:
        """The strongest reasons of every row that got an answer.

        Parameters
        ----------
        cohort
            Rows in the form of the bundle's schema.
        refused
            (n,) rows that got no answer, and so no reasons.

        Returns
        -------
        ``row rank feature value part unit class base said error``: the part of each column in what the model
        said of ``class`` before recalibration: the event, of several classes the one that it found most
        probable, empty for numbers. ``base`` plus all parts misses ``said`` by ``error``.
        """
        rows = cohort.rows(np.flatnonzero(~refused))
        if not len(rows):
            return pd.DataFrame(columns=list(REASON_COLUMNS))
        matrix = np.asarray(self.opened.prepare.transform(rows))
        found = by_column(parts_of(self.opened, matrix, self.background), self.opened)
        parts, base, said, code = _of_one_class(found)
        labels = [self.bundle.classes[one] for one in code] if self.bundle.classes else [""] * len(rows)
        lines: list[tuple[Any, ...]] = []
        for at, row in enumerate(rows.ids.tolist()):
            order = np.argsort(-np.abs(parts[at]), kind="stable")[: self.top]
            given = [column for column in order.tolist() if parts[at, column] != 0]
            for rank, column in enumerate(given, start=1):
                name = self.opened.columns[column]
                part = (_value(rows, at, name), parts[at, column], found.unit, labels[at])
                lines.append((row, rank, name, *part, base[at], said[at], found.error[at]))
        return pd.DataFrame(lines, columns=list(REASON_COLUMNS))


def in_words(reasons: pd.DataFrame, rows: NDArray[np.object_]) -> list[str]:
    """One text a row, in the order of ``rows``: ``age_years=71 (+0.12); CYP2C9=*1/*3 (-0.08)``."""
    texts: dict[Any, list[str]] = {}
    for one in reasons.to_dict("records"):
        name = str(one["feature"]).partition(":")[2] or str(one["feature"])
        value = "" if one["value"] == "" else f"={one['value']}"
        texts.setdefault(one["row"], []).append(f"{name}{value} ({one['part']:+.3g})")
    return ["; ".join(texts.get(row, [])) for row in rows.tolist()]


def _columns(cohort: Cohort) -> dict[str, list[str]]:
    return {name: block.names for name, block in cohort.blocks.items()}


def _of_one_class(
    found: Attribution,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.intp]]:
    """(n, columns) parts, (n,) base, answer and code of the class; of several the most probable."""
    n = len(found.said)
    if found.values.ndim == 2:
        return found.values, np.full(n, float(found.base)), found.said, np.ones(n, dtype=np.intp)
    best = found.said.argmax(axis=1)
    at = np.arange(n)
    return found.values[at, :, best], np.asarray(found.base)[best], found.said[at, best], best


def _value(rows: Cohort, at: int, name: str) -> str:
    """The cell as it was read, ``missing`` where it is empty; no text of a feature made of several."""
    block, _, column = name.partition(":")
    table = rows.blocks.get(block)
    if table is None or column not in table.names:
        return ""
    value = table.frame[column].iloc[at]
    if pd.isna(value):
        return "missing"
    return f"{value:.6g}" if isinstance(value, (int, float, np.number)) else str(value)
