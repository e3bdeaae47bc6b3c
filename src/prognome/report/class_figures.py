"""Figures for classes: ROC, calibration, predicted probabilities, confusion."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from prognome.page.chart import (
    Axis,
    Plot,
    bars,
    cells,
    draw,
    key,
    line,
    points,
    shorten,
    whiskers,
    words,
)
from prognome.page.html import Markup, element
from prognome.page.numbers import count, decimal, percent
from prognome.page.palette import role, series
from prognome.page.table import Column, table
from prognome.report.curves import Curve, Reliability, mean_roc, reliability, roc
from prognome.report.drawing import Drawing, figures, slug
from prognome.report.folder import Run
from prognome.report.words import level_name, model_name, part_name

SHARES = tuple(round(k / 5, 1) for k in range(6))
UNIT_X = Axis(0, 1, "Share of false alarms (1 − specificity)", SHARES)
UNIT_Y = Axis(0, 1, "Share of events found (sensitivity)", SHARES)
DASHES = ("", "6 3", "2 3")
FEW_FOLDS, CLASSES_A_PLOT, MOST_CLASSES = 10, 6, 24


def class_section(run: Run) -> tuple[Markup, list[Drawing]]:
    """The section of figures of the best model, and the figures for files."""
    drawings = [*_roc_drawings(run), *_calibration_drawings(run)]
    if run.kind == "binary":
        drawings += [_histogram(run, part) for part in run.parts if len(run.said(part))]
    confusions = [(part, _confusion(run, part)) for part in run.parts if len(run.said(part))]
    many = len(run.classes) > MOST_CLASSES
    files = drawings + (
        [] if many else [_confusion_drawing(run, part, counts) for part, counts in confusions]
    )
    repeats = run.record["study"].get("split", {}).get("outer", {}).get("repeats", 1)
    body = element(
        "section",
        element("h2", f"How well it does: {model_name(run, run.best)}"),
        figures(drawings),
        element("h3", "Decisions"),
        element("p", f"{len(run.classes)} classes are too many for a table of decisions.") if many else None,
        _decisions(run, confusions) if not many else None,
        _bins_table(run) if run.kind == "binary" else None,
        element(
            "p",
            "Calibration, probabilities and decisions show the first of the repeats, so that each row counts "
            "once.",
            class_="note",
        )
        if repeats > 1 and run.main == "cv"
        else None,
        id="figures",
    )
    return body, files


# --- ROC ------------------------------------------------------------------------------------------------


def _fold_curves(rows: pd.DataFrame, label: str) -> list[Curve]:
    """One curve a fold, where both sides are there."""
    pieces = [rows] if rows["fold"].isna().all() else [part for _, part in rows.groupby(["repeat", "fold"])]
    found = [roc((p["truth"] == label).to_numpy(bool), p[f"p_{label}"].to_numpy(float)) for p in pieces]
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
        title = f"ROC of each class against the rest, {_in_words(part)}"
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


# --- calibration ----------------------------------------------------------------------------------------


def _bins(run: Run, part: str) -> Reliability | None:
    rows = run.said(part)
    if not len(rows):
        return None
    if run.kind == "binary":
        event = (rows["truth"] == run.classes[1]).to_numpy(bool)
        return reliability(event, rows[f"p_{run.classes[1]}"].to_numpy(float), run.level)
    said = rows[[f"p_{label}" for label in run.classes]].to_numpy(float).max(axis=1)
    return reliability((rows["truth"] == rows["decision"]).to_numpy(bool), said, run.level)


def _calibration_drawings(run: Run) -> list[Drawing]:
    found = []
    binary = run.kind == "binary"
    for part in run.parts:
        bins = _bins(run, part)
        if bins is None:
            continue
        x = Axis(
            0,
            1,
            f"Predicted probability of {shorten(run.classes[1])}"
            if binary
            else "Probability of the class decided on",
            SHARES,
        )
        y = Axis(
            0,
            1,
            f"Observed share of {shorten(run.classes[1], 22)}" if binary else "Share of right decisions",
            SHARES,
        )
        plot = Plot(x, y, height=388)
        marks = [
            _diagonal(plot),
            whiskers(plot, bins.predicted, bins.low, bins.high, role("s1")),
            line(plot, bins.predicted, bins.observed, role("s1"), width=1.2, opacity=0.5),
            points(plot, bins.predicted, bins.observed, role("s1"), radius=4),
        ]
        title = f"Calibration, {_in_words(part)}"
        told = "; ".join(
            f"predicted {decimal(p)}, observed {decimal(o)}, {count(int(n), 'row')}"
            for p, o, n in zip(bins.predicted, bins.observed, bins.rows, strict=True)
        )
        caption = (
            f"On the dashed line, probabilities can be taken at their word. {_bin_words(bins)} with Wilson "
            f"{level_name(run)} intervals."
        )
        found.append(Drawing(f"calibration_{slug(part)}", title, caption, draw(plot, marks, title, told)))
    return found


def _bin_words(bins: Reliability) -> str:
    low, high = int(bins.rows.min()), int(bins.rows.max())
    each = count(low, "row") if low == high else f"{low:,} to {high:,} rows"
    return f"{count(len(bins.rows), 'bin')} of {each}"


def _bins_table(run: Run) -> Markup:
    pieces = []
    for part in run.parts:
        bins = _bins(run, part)
        if bins is None:
            continue
        rows = [
            [decimal(p, 3, top=1.0), decimal(o, 3, top=1.0), f"{decimal(lo)}–{decimal(hi)}", count(int(n))]
            for p, o, lo, hi, n in zip(
                bins.predicted, bins.observed, bins.low, bins.high, bins.rows, strict=True
            )
        ]
        columns = [
            Column("Mean predicted"),
            *(Column(c, numeric=True) for c in ("Observed", "Interval", "Rows")),
        ]
        pieces.append(table(f"Calibration, {_in_words(part)}", columns, rows, caption_shown=True))
    return element("details", element("summary", "Calibration in numbers"), pieces)


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
    title = f"Predicted probabilities, {_in_words(part)}"
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


# --- decisions ------------------------------------------------------------------------------------------


def _confusion(run: Run, part: str) -> NDArray[np.int_]:
    """(K, K) counts, truth by decision."""
    rows = run.said(part)
    at = {label: code for code, label in enumerate(run.classes)}
    counts = np.zeros((len(at), len(at)), dtype=int)
    np.add.at(counts, (rows["truth"].map(at).to_numpy(int), rows["decision"].map(at).to_numpy(int)), 1)
    return counts


def _decisions(run: Run, confusions: list[tuple[str, NDArray[np.int_]]]) -> list[Markup]:
    threshold = "0.5" if run.kind == "binary" else "most probable class"
    words = (
        f"Counts at the fixed threshold ({threshold}); each line adds up to all who truly are in the class."
    )
    tables = [_confusion_table(run, part, counts) for part, counts in confusions]
    return [element("p", words, class_="note"), element("div", tables, class_="figures")]


def _confusion_table(run: Run, part: str, counts: NDArray[np.int_]) -> Markup:
    head = element(
        "tr",
        element("th", "Truth", scope="col", class_="corner"),
        [element("th", f"said {label}", scope="col") for label in run.classes],
    )
    rows = []
    for k, label in enumerate(run.classes):
        whole = int(counts[k].sum())
        boxes = [
            element(
                "td",
                count(int(n)),
                element("small", percent(n / whole)) if whole else None,
                style=f"--share:{n / whole if whole else 0:.3f}",
            )
            for n in counts[k]
        ]
        rows.append(
            element(
                "tr",
                element("th", label, " ", element("small", count(whole, "row"), class_="soft"), scope="row"),
                boxes,
            )
        )
    caption = part_name(part)
    built = element(
        "table",
        element("caption", caption),
        element("thead", head),
        element("tbody", rows),
        class_="confusion",
    )
    return element(
        "div", built, class_="scroll", role="region", aria_label=f"Decisions, {part_name(part)}", tabindex=0
    )


def _confusion_drawing(run: Run, part: str, counts: NDArray[np.int_]) -> Drawing:
    k = len(run.classes)
    names = tuple(shorten(label, 14) for label in run.classes)
    places = tuple(at + 0.5 for at in range(k))
    side = max(320, min(900, 64 * k))
    x = Axis(0, k, "Decision", places, names)
    y = Axis(k, 0, "Truth", places, names)
    plot = Plot(x, y, width=side + 130, height=side + 60, left=118, bottom=48, grid=False)
    whole = counts.sum(axis=1, keepdims=True)
    share = np.divide(counts, whole, out=np.zeros(counts.shape), where=whole > 0)
    edges = np.arange(k + 1)
    labels = [
        words(float(plot.px(c + 0.5)), float(plot.py(r + 0.5)) + 4, f"{counts[r, c]:,}", anchor="middle")
        for r in range(k)
        for c in range(k)
    ]
    title = f"Decisions, {_in_words(part)}"
    told = "; ".join(
        f"truly {run.classes[r]}, said {run.classes[c]}: {counts[r, c]}" for r in range(k) for c in range(k)
    )
    drawing = draw(plot, [cells(plot, edges, edges, share * 0.55, role("s1")), labels], title, told)
    return Drawing(f"confusion_{slug(part)}", title, "Truth by decision.", drawing, shown=False)


def _in_words(part: str) -> str:
    name = part_name(part)
    return name[0].lower() + name[1:]
