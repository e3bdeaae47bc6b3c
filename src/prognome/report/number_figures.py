"""Figures for numbers, in bins: no dot stands for one person."""

from __future__ import annotations

import numpy as np

from prognome.page.chart import Axis, Plot, band, cells, draw, line, points, shorten
from prognome.page.html import Markup, element
from prognome.page.numbers import count, significant
from prognome.page.palette import role
from prognome.report.curves import error_spread
from prognome.report.drawing import Drawing, figures, slug
from prognome.report.folder import Run
from prognome.report.words import model_name, part_name


def number_section(run: Run) -> tuple[Markup, list[Drawing]]:
    """The section of figures of the best model, and the figures for files."""
    drawings = []
    for part in run.parts:
        if len(run.said(part)):
            drawings += [_density(run, part), _errors(run, part)]
    body = element(
        "section",
        element("h2", f"How well it does: {model_name(run, run.best)}"),
        figures(drawings),
        element("p", "Rows are shown in bins, so that no dot stands for one person.", class_="note"),
        id="figures",
    )
    return body, drawings


def _density(run: Run, part: str) -> Drawing:
    rows = run.said(part)
    truth, said = rows["truth"].to_numpy(float), rows["prediction"].to_numpy(float)
    low, high = _middle(np.concatenate([truth, said]))
    truth_in, said_in = np.clip(truth, low, high), np.clip(said, low, high)
    bins = int(np.clip(round(np.sqrt(len(rows)) * 1.1), 6, 40))
    edges = np.linspace(low, high, bins + 1)
    counts = np.histogram2d(said_in, truth_in, [edges, edges])[0]
    share = np.where(counts > 0, 0.12 + 0.88 * np.sqrt(counts / counts.max()), 0)
    column = shorten(str(run.study["target"]["column"]))
    plot = Plot(
        Axis(low, high, f"True {column}"),
        Axis(low, high, f"Predicted {column}"),
        height=388,
        left=62,
    )
    drawn = [
        cells(plot, edges, edges, share, role("s1")),
        line(plot, [low, high], [low, high], role("ink"), width=1.2, dash="4 4"),
    ]
    title = f"Predicted and true, {_lower(part)}"
    told = f"{count(len(rows), 'row')}; correlation {significant(_correlation(truth, said), 2)}"
    caption = (
        "On the dashed line a prediction is right. Darker is more rows; the darkest square holds "
        f"{count(int(counts.max()), 'row')}. The outermost hundredth at either end is drawn at the edge."
    )
    return Drawing(f"predicted_{slug(part)}", title, caption, draw(plot, drawn, title, told))


def _middle(values: np.ndarray) -> tuple[float, float]:
    """The range without the outermost hundredth at either end: one far value does not rule the plot."""
    low, high = (float(v) for v in np.quantile(values, (0.01, 0.99)))
    pad = 0.02 * (high - low) or abs(low) * 0.1 or 1.0
    return low - pad, high + pad


def _errors(run: Run, part: str) -> Drawing:
    rows = run.said(part)
    said = rows["prediction"].to_numpy(float)
    spread = error_spread(said, said - rows["truth"].to_numpy(float))
    q = spread.quantiles
    plot = Plot(
        Axis.around(spread.predicted, f"Predicted {shorten(str(run.study['target']['column']))}"),
        Axis.around(q.ravel(), "Error (predicted − true)", zero=True),
        height=388,
        left=62,
    )
    x, colour = spread.predicted, role("s1")
    drawn: list[Markup] = []
    if len(x) > 1:
        drawn += [
            band(plot, x, q[0], q[4], colour, opacity=0.14),
            band(plot, x, q[1], q[3], colour, opacity=0.26),
        ]
    else:
        drawn += [
            line(plot, [x[0], x[0]], [q[0, 0], q[4, 0]], colour, width=1.5),
            line(plot, [x[0], x[0]], [q[1, 0], q[3, 0]], colour, width=5),
        ]
    drawn += [
        line(plot, [plot.x.low, plot.x.high], [0, 0], role("ink"), width=1.2, dash="4 4"),
        line(plot, x, q[2], colour, width=2),
        points(plot, x, q[2], colour, radius=3),
    ]
    title = f"Errors, {_lower(part)}"
    told = "; ".join(
        f"predicted {significant(a)}: median error {significant(b)}" for a, b in zip(x, q[2], strict=True)
    )
    each = (
        f"about {significant(float(np.median(spread.rows)), 2)} rows each"
        if len(x) > 1
        else count(len(rows), "row")
    )
    caption = (
        "Median error (line), the middle half (dark) and nine in ten (light) of rows with a like "
        "prediction; "
        f"{count(len(x), 'bin')}, {each}."
    )
    return Drawing(f"errors_{slug(part)}", title, caption, draw(plot, drawn, title, told))


def _correlation(x: np.ndarray, y: np.ndarray) -> float:
    if len(x) < 3 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return float("nan")
    return float(np.corrcoef(x, y)[0, 1])


def _lower(part: str) -> str:
    name = part_name(part)
    return name[0].lower() + name[1:]
