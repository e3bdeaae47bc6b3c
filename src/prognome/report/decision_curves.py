"""Net benefit of deciding by the model, against treating all and treating none."""

from __future__ import annotations

import numpy as np
import pandas as pd

from prognome.page.chart import Axis, Plot, band, draw, key, line, shorten
from prognome.page.html import Markup, element, join
from prognome.page.labels import LETTER
from prognome.page.numbers import decimal
from prognome.page.palette import role
from prognome.page.ticks import nice_ticks
from prognome.report.drawing import Drawing, figures, slug
from prognome.report.folder import Run
from prognome.report.words import inside, level_name, model_name

RIVALS = ("clinical_only", "linear", "single_best")
MOST_RIVALS = 2


def benefit_block(run: Run) -> tuple[Markup | None, list[Drawing]]:
    """A decision curve for each part; None where the run folder has none."""
    drawings = [one for part in run.parts if (one := _drawing(run, part)) is not None]
    if not drawings:
        return None, []
    words = (
        "Net benefit counts events found for each row, less false alarms weighed by the odds of the "
        "threshold. Where somebody would act, the model helps if its line lies above both treating all and "
        "treating none. All models: decision_curve.tsv."
    )
    built = join([element("h3", "Decision curve"), element("p", words), figures(drawings)])
    return built, drawings


def _curve(run: Run, label: str, part: str) -> pd.DataFrame:
    table = run.decision_curve
    if not len(table):
        return table
    return table[(table["model"] == label) & (table["part"] == part)].sort_values("threshold")


def _drawing(run: Run, part: str) -> Drawing | None:
    ours = _curve(run, run.best, part)
    if not len(ours):
        return None
    labels = [name for name in RIVALS if name != run.best and len(_curve(run, name, part))]
    rivals = labels[:MOST_RIVALS]
    lines = [(name, _curve(run, name, part)) for name in rivals]
    x = ours["threshold"].to_numpy(float)
    everything, none = ours["treat_all"].to_numpy(float), ours["treat_none"].to_numpy(float)
    high = max(
        *(float(np.nanmax(table["net_benefit"])) for _, table in [("", ours), *lines]),
        float(np.nanmax(ours["high"])),
        float(everything.max()),
        0.02,
    )
    marks = [tick for tick in nice_ticks(0, high, 5) if tick >= 0]
    low = -0.25 * marks[-1]
    plot = Plot(
        Axis(0, 1, "Threshold: act above this probability", tuple(round(k / 5, 1) for k in range(6))),
        Axis(low, marks[-1], "Net benefit", tuple(marks)),
        height=388,
        left=58,
    )
    values = ours["net_benefit"].to_numpy(float)
    drawn: list[Markup] = [
        band(plot, x, np.maximum(ours["low"], low), np.maximum(ours["high"], low), role("s1")),
        line(plot, [0, 1], [float(none[0])] * 2, role("soft"), width=1.2, dash="4 4"),
        line(plot, *_above(x, everything, low), role("soft"), width=1.6),
    ]
    entries = [(shorten(model_name(run, run.best), 26), role("s1"), "")]
    for (name, table), colour, dash in zip(lines, ("s2", "s3"), ("6 3", "2 3"), strict=False):
        cut = _above(table["threshold"].to_numpy(float), table["net_benefit"].to_numpy(float), low)
        drawn.append(line(plot, *cut, role(colour), width=1.8, dash=dash))
        entries.append((shorten(model_name(run, name), 26), role(colour), dash))
    drawn.append(line(plot, *_above(x, values, low), role("s1"), width=2.4))
    entries += [("treat all", role("soft"), ""), ("treat none", role("soft"), "4 4")]
    longest = max(len(name) for name, _, _ in entries)
    drawn.append(key(entries, plot.width - plot.right - 34 - LETTER * longest, plot.top + 14))
    title = f"Decision curve, {inside(part)}"
    where = _where(x, values, everything)
    caption = f"The band is the {level_name(run)} interval of {model_name(run, run.best)}. {where}"
    told = "; ".join(
        f"threshold {decimal(x[at])}: {decimal(values[at], 3)}, treating all {decimal(everything[at], 3)}"
        for at in np.searchsorted(x, [0.1, 0.2, 0.3, 0.5]).tolist()
        if at < len(x)
    )
    return Drawing(f"decision_curve_{slug(part)}", title, caption, draw(plot, drawn, title, told))


def _where(x: np.ndarray, ours: np.ndarray, everything: np.ndarray) -> str:
    """The longest stretch of thresholds over which the line lies above both."""
    over = ours > np.maximum(everything, 0) + 1e-12
    best, start = (0, 0), None
    for at, yes in enumerate([*over.tolist(), False]):
        if yes and start is None:
            start = at
        elif not yes and start is not None:
            best = max(best, (at - start, start))
            start = None
    if not best[0]:
        return "Its line lies nowhere above both."
    first, last = x[best[1]], x[best[1] + best[0] - 1]
    return f"Its line lies above both from {decimal(first)} to {decimal(last)}."


def _above(x: np.ndarray, y: np.ndarray, low: float) -> tuple[np.ndarray, np.ndarray]:
    """A line cut where it falls below the area; the cut is between two points."""
    xs, ys = [], []
    for at in range(len(x)):
        if at and (y[at] < low) != (y[at - 1] < low):
            share = (low - y[at - 1]) / (y[at] - y[at - 1])
            xs.append(x[at - 1] + share * (x[at] - x[at - 1]))
            ys.append(low)
        xs.append(x[at])
        ys.append(y[at] if y[at] >= low else np.nan)
    return np.array(xs), np.array(ys)
