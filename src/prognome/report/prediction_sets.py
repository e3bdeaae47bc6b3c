"""Prediction sets and intervals: how often they hold the truth, and how large they are."""

from __future__ import annotations

import numpy as np

from prognome.page.html import Markup, element, join
from prognome.page.numbers import percent
from prognome.page.table import Column, table
from prognome.report.folder import Run
from prognome.report.words import estimate, level_name, part_name


def sets_block(run: Run) -> Markup | None:
    """Wanted and measured coverage and mean size of the best model on each part; None without any."""
    parts = [part for part in run.parts if run.figure(run.best, part, "coverage")]
    if not parts:
        return None
    numbers = run.kind == "number"
    size = "interval_width" if numbers else "set_size"
    wanted = run.judge.get("coverage")
    rows = []
    for part in parts:
        cells: list[object] = [part_name(part)]
        if wanted is not None:
            cells.append(percent(float(wanted)))
        cells += [_with_interval(run, part, "coverage"), _with_interval(run, part, size)]
        if not numbers:
            cells.append(_sizes(run, part))
        rows.append(cells)
    columns = [
        Column("Part"),
        *([Column("Wanted", numeric=True)] if wanted is not None else []),
        Column("Measured coverage"),
        Column("Mean width" if numbers else "Mean size"),
        *([] if numbers else [Column("Share of sets")]),
    ]
    what = "interval around a prediction" if numbers else "set of classes"
    words = (
        f"Each {what} was laid so that it holds the truth for the wanted share of new rows"
        f"{'' if numbers else ', of each class'}. Coverage is what came true on rows that judged."
    )
    return join(
        [
            element("p", words),
            table(
                f"Coverage with {level_name(run)} intervals",
                columns,
                rows,
                name="coverage",
                caption_shown=True,
            ),
            element("p", _small(numbers), class_="note"),
        ]
    )


def _small(numbers: bool) -> str:
    if numbers:
        return (
            "A narrow interval says more, so long as the coverage holds. The width is in the target's unit."
        )
    return (
        "A set of one class says most, so long as the coverage holds; one of all classes says “cannot tell”."
    )


def _with_interval(run: Run, part: str, metric: str) -> object:
    figure = run.figure(run.best, part, metric)
    if figure is None or figure.value is None:
        return element("span", "not defined", class_="none")
    return estimate(run, metric, figure)


def _sizes(run: Run, part: str) -> str:
    """``one class 64 %, two 36 %``: how many classes the sets hold."""
    said = run.said(part)
    columns = [f"set_{label}" for label in run.classes]
    if not len(said) or any(name not in said for name in columns):
        return "–"
    held = said[columns].to_numpy(float)
    if np.isnan(held).any():
        return "–"
    sizes = np.bincount(held.sum(axis=1).astype(int), minlength=len(columns) + 1)
    names = {0: "none", 1: "one class", 2: "two"}
    told = [(names.get(k, f"{k}"), n) for k, n in enumerate(sizes.tolist()) if n]
    if len(told) > 3:
        more = sum(n for _, n in told[2:])
        told = [*told[:2], ("more", more)]
    return ", ".join(f"{name} {percent(n / len(held))}" for name, n in told)
