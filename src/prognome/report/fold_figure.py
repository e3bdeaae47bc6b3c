"""Every model's score in every fold: how much the answer depends on who judged."""

from __future__ import annotations

import numpy as np

from prognome.page.chart import Axis, Plot, draw, line, points, shorten
from prognome.page.numbers import decimal
from prognome.page.palette import role
from prognome.report.drawing import Drawing
from prognome.report.folder import CHOSEN, Run
from prognome.report.words import UNIT, metric_name, model_name, sentence


def fold_drawing(run: Run) -> Drawing | None:
    """Dots of folds, one line a model; None where one part judged."""
    said = []
    for label in [*run.labels, CHOSEN]:
        values = [f.value for _, _, f in run.by_fold(label) if f.value is not None]
        if values:
            said.append((label, values))
    if not said:
        return None
    everything = [v for _, values in said for v in values]
    floor = -1.0 if run.primary in UNIT else -np.inf
    x = Axis.around([max(v, floor) for v in everything], metric_name(run.primary))
    places = tuple(len(said) - at - 0.5 for at in range(len(said)))
    names = tuple(shorten(model_name(run, label), 36) for label, _ in said)
    left = 24 + round(6.3 * max(len(name) for name in names))
    plot = Plot(
        x,
        Axis(0, len(said), "", places, names),
        width=max(560, left + 320),
        height=60 + 30 * len(said),
        left=left,
        right=18,
        top=8,
    )
    marks = []
    for (label, values), y in zip(said, places, strict=True):
        colour = role("s1") if label == run.best else role("soft")
        mean = float(np.mean(values))
        marks.append(
            points(plot, np.maximum(values, floor), [y] * len(values), colour, radius=4.2, opacity=0.55)
        )
        marks.append(line(plot, [max(mean, floor)] * 2, [y - 0.3, y + 0.3], role("ink"), width=2))
    title = "Score in every fold"
    told = "; ".join(
        f"{model_name(run, label)}: {decimal(min(v))} to {decimal(max(v))} in {len(v)} folds"
        for label, v in said
    )
    caption = (
        f"{metric_name(run.primary)}: a dot for each fold that judged, an upright stroke for their mean."
    )
    return Drawing("folds", title, sentence(caption), draw(plot, marks, title, told), wide=True)
