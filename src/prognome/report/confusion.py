"""Truth by decision, in counts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from prognome.page.chart import Axis, Plot, cells, draw, shorten, words
from prognome.page.html import Markup, element, join
from prognome.page.numbers import count, percent
from prognome.page.palette import role
from prognome.page.table import Column, Table, with_files
from prognome.report.drawing import Drawing, slug
from prognome.report.folder import Run
from prognome.report.words import inside, part_name

MOST_CLASSES = 24


def confusion_block(run: Run) -> tuple[Markup, list[Drawing]]:
    """A table for each part and threshold, and drawings for files."""
    parts = [part for part in run.parts if len(run.said(part))]
    if len(run.classes) > MOST_CLASSES:
        words = f"{len(run.classes)} classes are too many for a table of decisions."
        return element("p", words), []
    tables, drawings = [], []
    fixed = "fixed threshold" if run.kind == "binary" else "most probable class"
    for part in parts:
        counts = _counts(run, part, "decision")
        chosen = _has_chosen(run, part)
        title = f"{part_name(part)}, {fixed}" if chosen else part_name(part)
        tables.append(_table(run, f"confusion_{slug(part)}", title, counts))
        drawings.append(_drawing(run, part, counts))
        if chosen:
            title = f"{part_name(part)}, chosen threshold"
            name = f"confusion_chosen_{slug(part)}"
            tables.append(_table(run, name, title, _counts(run, part, "decision_chosen")))
    words = "Counts of rows; each line adds up to all who truly are in the class."
    if not any(_has_chosen(run, part) for part in parts):
        words = f"Counts at the {fixed}; each line adds up to all who truly are in the class."
    return join([element("p", words, class_="note"), element("div", tables, class_="figures")]), drawings


def _has_chosen(run: Run, part: str) -> bool:
    rows = run.said(part)
    return run.kind == "binary" and "decision_chosen" in rows and bool((rows["decision_chosen"] != "").all())


def _counts(run: Run, part: str, said: str) -> NDArray[np.int_]:
    """(K, K) counts, truth by decision; ``said`` is ``decision`` or ``decision_chosen``."""
    rows = run.said(part)
    at = {label: code for code, label in enumerate(run.classes)}
    counts = np.zeros((len(at), len(at)), dtype=int)
    np.add.at(counts, (rows["truth"].map(at).to_numpy(int), rows[said].map(at).to_numpy(int)), 1)
    return counts


def _table(run: Run, name: str, title: str, counts: NDArray[np.int_]) -> Markup:
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
    built = element(
        "table",
        element("caption", title),
        element("thead", head),
        element("tbody", rows),
        class_="confusion",
    )
    noun = Table(
        name,
        f"Decisions, {title}: counts of rows, truth by decision",
        [
            Column("Truth"),
            Column("Rows", numeric=True),
            *(Column(f"said {label}", numeric=True) for label in run.classes),
        ],
        [
            [label, count(int(counts[k].sum())), *(count(int(n)) for n in counts[k])]
            for k, label in enumerate(run.classes)
        ],
    )
    scrolled = element(
        "div", built, class_="scroll", role="region", aria_label=f"Decisions, {title}", tabindex=0
    )
    return element("div", with_files(scrolled, noun))


def _drawing(run: Run, part: str, counts: NDArray[np.int_]) -> Drawing:
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
    title = f"Decisions, {inside(part)}"
    told = "; ".join(
        f"truly {run.classes[r]}, said {run.classes[c]}: {counts[r, c]}" for r in range(k) for c in range(k)
    )
    drawing = draw(plot, [cells(plot, edges, edges, share * 0.55, role("s1")), labels], title, told)
    return Drawing(f"confusion_{slug(part)}", title, "Truth by decision.", drawing, shown=False)
