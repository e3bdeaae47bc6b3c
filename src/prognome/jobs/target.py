"""From the target's column to class codes or numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from prognome.core.study_target import ONE_BY_ONE, REST, Target
from prognome.errors import DataError, StudyError
from prognome.jobs.roles import equals
from prognome.jobs.survival_target import code_survival

FEW_CLASSES, MANY_CLASSES = 6, 20
_LISTS = {
    ";": any,
    "|": all,
    ",": all,
}  # how many parts must stand alone elsewhere: "cancer, other" is no list
Numbered = Callable[[Any], str]


@dataclass(frozen=True, eq=False)
class Coded:
    """The target as the models see it.

    Parameters
    ----------
    values
        (n,) class codes or numbers; of survival (n, 2) time and event.
    classes
        Labels by code; for a binary target the event is code 1. Empty for numbers.
    notes
        What the user should know about the kind.
    """

    values: NDArray[Any]
    classes: tuple[str, ...]
    notes: tuple[str, ...] = ()


def code_target(
    text: pd.Series[str],
    spec: Target,
    *,
    where: str,
    numbered: Numbered,
    time: pd.Series[str] | None = None,
) -> Coded:
    """Code the target by its kind; the kind is what the study says, never a guess.

    Parameters
    ----------
    text
        (n,) cells without missing ones.
    spec
        The study's ``target``.
    where
        File and column, for messages.
    numbered
        Counts and numbers rows given by their ids, for messages.
    time
        (n,) cells of the time of survival; ``text`` is then the event.

    Raises
    ------
    DataError, StudyError
        For one class only, a third class in a binary target, an event nobody has, cells that list several
        classes, text or infinity among numbers, or a kind that cannot be meant.
    """
    if time is not None:
        values, notes = code_survival(time, text, spec, where=where, numbered=numbered)
        return Coded(values, (), notes)
    if spec.kind == "number":
        return _numbers(text, where, numbered)
    _refuse_lists(text, where, numbered)
    text = against_rest(text, spec)
    labels = sorted(set(text))
    if len(labels) < 2:
        raise DataError(
            where,
            "holds one class only",
            seen=f"{len(labels)} class in {len(text):,} rows",
            expected="two classes or more",
            mend="Check the column, and whether rows.drop or the match of ids lost the others.",
        )
    _refuse_equal_labels(labels, where)
    if spec.kind == "binary":
        return _binary(text, spec, labels, where)
    numeric = pd.to_numeric(text, errors="coerce").notna().all()
    if numeric and len(labels) > MANY_CLASSES:
        raise StudyError(
            "target.kind",
            f"multiclass, but the column holds {len(labels)} different numbers",
            mend="If it is a quantity, say kind: number.",
        )
    if not numeric and len(labels) > max(MANY_CLASSES, len(text) / 2):
        raise DataError(
            where,
            "is free text, not a class",
            seen=f"{len(labels):,} different texts in {len(text):,} rows",
            mend="Give another column.",
        )
    if len(labels) == 2:
        note = "the target has two classes: kind: binary with 'positive' gives sensitivity and specificity"
        return Coded(_codes(text, labels), tuple(labels), (note,))
    return Coded(_codes(text, labels), tuple(labels))


def code_by(
    text: pd.Series[str], classes: tuple[str, ...], *, where: str, numbered: Numbered
) -> NDArray[Any]:
    """Code another cohort's target by the classes of this study.

    Raises
    ------
    DataError
        For a class that the study does not have, or text where numbers are due.
    """
    if not classes:
        return _numbers(text, where, numbered).values
    codes = np.full(len(text), -1)
    for code, label in enumerate(classes):
        codes[equals(text, label)] = code
    strange = np.flatnonzero(codes < 0)
    if len(strange):
        raise DataError(
            where,
            "a class that the study does not have",
            seen=numbered(text.index[strange]),
            expected=", ".join(classes),
            mend="Rename the class there, or drop those rows with rows: {drop: …} of the external cohort.",
        )
    return codes


def against_rest(text: pd.Series[str], spec: Target) -> pd.Series[str]:
    """The same cells, or, where the study says ``negative: rest``, the event and ``rest``."""
    if spec.negative is None or spec.positive is None:
        return text
    events = equals(text, spec.positive)
    return text.where(events, REST) if events.any() else text


def _refuse_lists(text: pd.Series[str], where: str, numbered: Numbered) -> None:
    """Cells such as ``a;b`` beside ``a`` and ``b``: parts of the list are classes that stand alone too."""
    labels = set(text)
    for mark, enough in _LISTS.items():
        parted = {label: [part.strip() for part in label.split(mark)] for label in labels if mark in label}
        lists = {label for label, parts in parted.items() if enough(part in labels for part in parts)}
        if lists:
            raise DataError(
                where,
                f"lists several classes in one cell, parted by '{mark}': a multi-label target, "
                "which is not served",
                seen=numbered(text.index[text.isin(lists)]),
                mend=ONE_BY_ONE,
            )


def _refuse_equal_labels(labels: list[str], where: str) -> None:
    """1, 1.0 and 01 are three labels and one number: nobody means that."""
    numbers = pd.to_numeric(pd.Series(labels), errors="coerce").dropna()
    if numbers.duplicated().any():
        raise DataError(
            where,
            "writes one number in several ways, which would be several classes",
            seen=f"{len(labels)} labels, {numbers.nunique()} different numbers among them",
            mend="Write each class in one way.",
        )


def _codes(text: pd.Series[str], labels: list[str]) -> NDArray[Any]:
    return np.asarray(pd.Categorical(text, categories=labels).codes, dtype=np.int64)


def _binary(text: pd.Series[str], spec: Target, labels: list[str], where: str) -> Coded:
    if len(labels) > 2 and spec.negative is None:
        raise DataError(
            where,
            f"holds {len(labels)} classes where kind: binary needs two",
            seen=", ".join(labels) if len(labels) <= FEW_CLASSES else "",  # more may be patients' values
            mend="Say kind: multiclass; or negative: rest, for one class against all others; or drop the "
            "others with rows: {drop: [{column: …, values: […]}]}.",
        )
    assert spec.positive is not None
    events = [label for label in labels if equals(pd.Series([label]), spec.positive)[0]]
    if not events:
        raise StudyError(
            "target.positive",
            f"no row has the value '{spec.positive}'",
            seen=f"{where} holds {', '.join(labels) if len(labels) <= FEW_CLASSES else 'many others'}",
            mend="Say which of them counts as the event.",
        )
    event = events[0]
    other = next(label for label in labels if label != event)
    return Coded(_codes(text, [other, event]), (other, event))


def _numbers(text: pd.Series[str], where: str, numbered: Numbered) -> Coded:
    values = pd.to_numeric(text, errors="coerce").to_numpy(dtype=float)
    odd = np.flatnonzero(np.isnan(values))
    if len(odd):
        raise DataError(
            where,
            "text where kind: number needs numbers",
            seen=numbered(text.index[odd]),
            mend="Mend the cells, say kind: binary or multiclass, or drop the rows.",
        )
    endless = np.flatnonzero(~np.isfinite(values))
    if len(endless):
        raise DataError(
            where,
            "holds infinity",
            seen=numbered(text.index[endless]),
            mend="Mend or drop those rows.",
        )
    different = len(np.unique(values))
    if different < 2:
        raise DataError(where, "holds one value only", expected="numbers that vary", mend="Check the column.")
    notes: tuple[str, ...] = ()
    if different <= 2:
        notes = ("the target holds only two numbers: are they classes? Then say kind: binary",)
    return Coded(values, (), notes)
