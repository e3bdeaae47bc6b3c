"""Figures for classes: ROC curves and predicted probabilities."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from prognome.page.chart import Axis, Plot, bars, draw, key, line, shorten, words
from prognome.page.html import Markup, element
from prognome.page.numbers import decimal, percent
from prognome.page.palette import role, series
from prognome.report.curves import Curve, mean_roc, roc
from prognome.report.drawing import Drawing, figures, slug
from prognome.report.folder import Run
from prognome.report.words import inside, model_name, part_name

SHARES = tuple(round(k / 5, 1) for k in range(6))
UNIT_X = Axis(0, 1, "Share of false alarms (1 − specificity)", SHARES)
UNIT_Y = Axis(0, 1, "Share of events found (sensitivity)", SHARES)
DASHES = ("", "6 3", "2 3")
FEW_FOLDS, CLASSES_A_PLOT, MOST_CLASSES = 10, 6, 24


def class_section(run: Run) -> tuple[Markup, list[Drawing]]:
    """The section of figures of the best model, and the figures for files."""
    drawings = _roc_drawings(run)
    if run.kind == "binary":
        drawings += [_histogram(run, part) for part in run.parts if len(run.said(part))]
    body = element(
        "section",
        element("h2", f"How well it does: {model_name(run, run.best)}"),
        figures(drawings),
        first_repeat_note(run) if run.kind == "binary" else None,
        id="figures",
    )
    return body, drawings


def first_repeat_note(run: Run) -> Markup | None:
    """Where folds were repeated: which of the repeats is shown."""
    repeats = run.record["study"].get("split", {}).get("outer", {}).get("repeats", 1)
    if repeats == 1 or run.main != "cv":
        return None
    return element(
        "p",
        "Single probabilities and decisions are of the first of the repeats, so that each row counts once.",
        class_="note",
    )


# --- ROC ------------------------------------------------------------------------------------------------


def _fold_curves(rows: pd.DataFrame, label: str) -> list[Curve]:
    """One curve a fold, where both sides are there, by the scores that rank: those before recalibration."""
    pieces = [rows] if rows["fold"].isna().all() else [part for _, part in rows.groupby(["repeat", "fold"])]
    ranked = f"s_{label}" if f"s_{label}" in rows and rows[f"s_{label}"].notna().all() else f"p_{label}"
    found = [roc((p["truth"] == label).to_numpy(bool), p[ranked].to_numpy(float)) for p in pieces]
    return [curve for curve in found if curve is not None]


def _roc_drawings(run: Run) -> list[Drawing]:
    if run.kind == "binary":
        return _binary_roc(run)
    return [one for part in run.parts for one in _one_against_rest(run, part)]


def _binary_roc(run: Run) -> list[Drawing]:
    plot = Plot(UNIT_X, UNIT_Y, height=388)
    faint: list[Markup] = []
    bold: list[Markup] = []
    entries: list[tuple[str, str, str]] = []
    told = []
    for part in run.parts:
        rows = run.predictions[run.predictions["part"] == part]
        curves = _fold_curves(rows, run.classes[1]) if len(rows) else []
        if not curves:
            continue
        at = len(entries)
        colour, dash = series(at), DASHES[at % len(DASHES)]
        if 1 < len(curves) <= FEW_FOLDS:
            faint += [line(plot, *_thin(plot, c), colour, width=1, opacity=0.3) for c in curves]
        mean = mean_roc(curves)
        bold.append(line(plot, *_thin(plot, mean), colour, width=2.4, dash=dash))
        entries.append((f"{shorten(part_name(part))}: {decimal(mean.area, 2, top=1.0)}", colour, dash))
        told.append(f"{part_name(part)}: area {decimal(mean.area, 2, top=1.0)}")
    if not entries:
        return []
    marks = [_diagonal(plot), *faint, *reversed(bold), _key_low(plot, entries)]
    caption = "Every threshold at once; the dashed diagonal is guessing. The area is in the key."
    if run.main == "cv":
        caption += " Cross-validation: mean of the folds" + (", single folds thin." if faint else ".")
    return [Drawing("roc", "ROC curve", caption, draw(plot, marks, "ROC curve", "; ".join(told)))]


def _one_against_rest(run: Run, part: str) -> list[Drawing]:
    rows = run.predictions[run.predictions["part"] == part]
    found = []
    for start in range(0, min(len(run.classes), MOST_CLASSES), CLASSES_A_PLOT):
        plot = Plot(UNIT_X, Axis(0, 1, "Share of the class found (sensitivity)", SHARES), height=388)
        bold, entries = [], []
        for at, label in enumerate(run.classes[start : min(start + CLASSES_A_PLOT, MOST_CLASSES)]):
            curves = _fold_curves(rows, label) if len(rows) else []
            if not curves:
                continue
            mean = mean_roc(curves)
            dash = DASHES[at % len(DASHES)]
            bold.append(line(plot, *_thin(plot, mean), series(at), width=2.2, dash=dash))
            entries.append((f"{shorten(label)}: {decimal(mean.area, 2, top=1.0)}", series(at), dash))
        if not entries:
            continue
        title = f"ROC of each class against the rest, {inside(part)}"
        caption = "The dashed diagonal is guessing. The area is in the key." + (
            " Mean of the folds." if part == "cv" else ""
        )
        marks = [_diagonal(plot), *reversed(bold), _key_low(plot, entries)]
        told = "; ".join(f"area for {name}" for name, _, _ in entries)
        found.append(Drawing(f"roc_{slug(part)}", title, caption, draw(plot, marks, title, told)))
    return found


def _diagonal(plot: Plot) -> Markup:
    return line(plot, [0, 1], [0, 1], role("soft"), width=1.2, dash="4 4")


def _key_low(plot: Plot, entries: list[tuple[str, str, str]]) -> Markup:
    """The key in the lower right corner, where a ROC curve seldom is."""
    longest = max(len(name) for name, _, _ in entries)
    x = plot.width - plot.right - 34 - 6.1 * longest
    return key(entries, max(plot.left + 8.0, x), plot.height - plot.bottom - 12 - 18.0 * (len(entries) - 1))


def _thin(plot: Plot, curve: Curve) -> tuple[NDArray[Any], NDArray[Any]]:
    """A curve without the points that the eye cannot tell from the one before."""
    xs, ys = plot.px(curve.x), plot.py(curve.y)
    keep, last = [0], 0
    for at in range(1, len(xs) - 1):
        straight = (xs[at] == xs[last] == xs[at + 1]) or (ys[at] == ys[last] == ys[at + 1])
        if not straight and abs(xs[at] - xs[last]) + abs(ys[at] - ys[last]) > 0.6:
            keep.append(at)
            last = at
    keep.append(len(xs) - 1)
    return curve.x[keep], curve.y[keep]


# --- predicted probabilities ----------------------------------------------------------------------------


def _histogram(run: Run, part: str) -> Drawing:
    rows = run.said(part)
    event, other = run.classes[1], run.classes[0]
    edges = np.linspace(0, 1, 21 if len(rows) >= 100 else 11)
    yes = (rows["truth"] == event).to_numpy(bool)
    said = rows[f"p_{event}"].to_numpy(float)
    up, down = (_shares(said[which], edges) for which in (yes, ~yes))
    top = max(0.1, float(np.ceil(10 * max(up.max(), down.max()) - 1e-9) / 10))
    y = Axis(-top, top, "Share of the class", (-top, 0.0, top), (percent(top), "0", percent(top)))
    plot = Plot(Axis(0, 1, f"Predicted probability of {shorten(event)}", SHARES), y, height=388, left=58)
    left, right = plot.left + 8, plot.width - plot.right - 8
    high, low = plot.top + 18, plot.height - plot.bottom - 10
    marks = [
        bars(plot, edges[:-1], edges[1:], 0, up, role("s2")),
        bars(plot, edges[:-1], edges[1:], 0, -down, role("s1")),
        line(plot, [0, 1], [0, 0], role("soft"), width=1),
        line(plot, [0.5, 0.5], [-top, top], role("soft"), width=1, dash="4 4"),
        words(left, high, f"truly {shorten(event)} ({int(yes.sum()):,})", colour=role("s2")),
        words(right, low, f"truly {shorten(other)} ({int((~yes).sum()):,})", colour=role("s1"), anchor="end"),
    ]
    title = f"Predicted probabilities, {inside(part)}"
    found, cleared = int((said[yes] >= 0.5).sum()), int((said[~yes] < 0.5).sum())
    told = (
        f"{found:,} of {int(yes.sum()):,} {event} at or above 0.5, "
        f"{cleared:,} of {int((~yes).sum()):,} {other} below"
    )
    caption = f"Rows that truly are {event} point up, {other} down. The dashed line is the threshold 0.5."
    return Drawing(f"probabilities_{slug(part)}", title, caption, draw(plot, marks, title, told))


def _shares(values: NDArray[Any], edges: NDArray[Any]) -> NDArray[Any]:
    counts = np.histogram(values, edges)[0]
    return np.asarray(counts / max(1, len(values)))
