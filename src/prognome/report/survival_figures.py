"""Figures for survival: curves of thirds of risk, areas over time, calibration at the horizons."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from prognome.core.metrics import AT
from prognome.page.chart import Axis, Plot, band, draw, key, line, points, whiskers
from prognome.page.html import Markup, element, join
from prognome.page.numbers import count, decimal
from prognome.page.palette import role, series
from prognome.page.table import Column, table
from prognome.report.class_figures import DASHES, first_repeat_note
from prognome.report.drawing import Drawing, figures, slug
from prognome.report.folder import Run
from prognome.report.reliability_marks import reliability_marks, reliability_rows, reliability_told
from prognome.report.survival_curves import AtTime, Group, calibration_at, thirds_of_risk
from prognome.report.words import inside, level_name, model_name, part_name

SHARES = tuple(round(k / 5, 1) for k in range(6))
_COLUMNS_OF_RISK = 6  # of the table of rows at risk


def survival_section(run: Run) -> tuple[Markup, list[Drawing]]:
    """The section of figures of the best model, and the figures for files."""
    groups = {part: thirds_of_risk(run.said(part), _times(run), run.level) for part in run.parts}
    groups = {part: found for part, found in groups.items() if found}
    areas = _areas(run)
    drawings = [_curves(run, part, found) for part, found in groups.items()] + areas
    body = element(
        "section",
        element("h2", f"How well it does: {model_name(run, run.best)}"),
        figures(drawings),
        [_at_risk(run, part, found) for part, found in groups.items()],
        element(
            "p",
            "Curves are read at the times of the study's grid, so that no step is one person's time, and "
            "end where fewer than five rows are followed. They are of rows that did not teach the model. "
            "Thirds are cut within each fold.",
            class_="note",
        ),
        first_repeat_note(run),
        id="figures",
    )
    return body, drawings


def calibration_at_horizons(run: Run) -> tuple[Markup | None, list[Drawing]]:
    """Whether predicted survival can be taken at its word, at each horizon."""
    found: list[tuple[str, float, AtTime]] = []
    for part in run.parts:
        for horizon in run.horizons:
            bins = calibration_at(run.said(part), f"survival_{horizon:g}", horizon, run.level)
            if bins is not None:
                found.append((part, horizon, bins))
    if not found:
        return None, []
    drawings = [_calibration(run, *one) for one in found]
    body = element(
        "section",
        element("h2", "Calibration"),
        element("p", mended(run)),
        figures(drawings),
        element("details", element("summary", "Calibration in numbers"), [_bins(*one) for one in found]),
        id="decisions",
    )
    return body, drawings


def mended(run: Run) -> str:
    """What was done to predicted survival, as the study asked and as the refitted model had it."""
    if run.judge.get("calibrate") == "none":
        return "Predicted survival is as the model gives it; recalibration was turned off (calibrate: none)."
    said = (
        "Predicted survival was recalibrated inside each training set, on the risks of its inner folds: a "
        "slope of the risk by Cox's partial likelihood, and the hazard of all by Breslow's estimate. The "
        "figures here are after that."
    )
    learned = run.rule.get("calibration") or {}
    if learned.get("kind") == "none" and learned.get("reason"):
        said += f" The model refitted at the end was not recalibrated: {learned['reason']}."
    return said


def _times(run: Run) -> Sequence[float]:
    return [float(one) for one in run.record["follow_up"]["times"]]


def _time_axis(run: Run) -> Axis:
    return Axis.around([0.0, *_times(run)], f"Time ({run.study['target']['time']})")


def _curves(run: Run, part: str, groups: Sequence[Group]) -> Drawing:
    plot = Plot(_time_axis(run), Axis(0, 1, "Share free of the event", SHARES), height=388)
    marks: list[Markup] = []
    entries = []
    for at, one in enumerate(groups):
        colour, dash = series(at), DASHES[at % len(DASHES)]
        marks.append(band(plot, one.times, one.low, one.high, colour, opacity=0.12))
        marks.append(line(plot, one.times, one.survival, colour, width=2.2, dash=dash))
        entries.append((f"{one.name} risk: {one.events:,} of {count(one.rows, 'row')}", colour, dash))
    longest = max(len(words) for words, _, _ in entries)
    right = plot.width - plot.right - 34 - 6.1 * longest  # where curves that fall seldom are
    marks.append(key(entries, max(plot.left + 8.0, right), plot.top + 12.0))
    title = f"Survival by third of predicted risk, {inside(part)}"
    told = "; ".join(
        f"{one.name} risk: {decimal(float(one.survival[-1]))} at {one.times[-1]:g}" for one in groups
    )
    caption = (
        f"Kaplan–Meier estimates with {level_name(run)} bands (log-log). In the key: events of rows. "
        "The farther apart, the more the model tells."
    )
    return Drawing(f"survival_{slug(part)}", title, caption, draw(plot, marks, title, told))


def _at_risk(run: Run, part: str, groups: Sequence[Group]) -> Markup:
    """Rows followed so far, where there are five or more."""
    grid = np.r_[0.0, np.array(_times(run))]
    asked = grid[np.unique(np.linspace(0, len(grid) - 1, _COLUMNS_OF_RISK).round().astype(int))]
    rows = []
    for one in groups:
        known = dict(zip(one.times.tolist(), one.at_risk.tolist(), strict=True))
        rows.append(
            [f"{one.name} risk", *(count(known[t]) if t in known else "<\u202f5" for t in asked.tolist())]
        )
    columns = [Column("Third"), *(Column(f"{one:.4g}", numeric=True) for one in asked)]
    return table(
        f"Rows at risk, {inside(part)}", columns, rows, name=f"at_risk_{slug(part)}", caption_shown=True
    )


def _areas(run: Run) -> list[Drawing]:
    """The area under the ROC curve at each horizon."""
    plot = Plot(
        _time_axis(run), Axis(0.4, 1, "Area under the ROC curve", (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0))
    )
    marks: list[Markup] = [
        line(plot, [plot.x.low, plot.x.high], [0.5, 0.5], role("soft"), width=1.2, dash="4 4")
    ]
    entries, told = [], []
    for at, part in enumerate(run.parts):
        shown = [
            (horizon, figure)
            for horizon in run.horizons
            if (figure := run.figure(run.best, part, f"auc_t{AT}{horizon:g}")) and figure.value is not None
        ]
        if not shown:
            continue
        colour, dash = series(at), DASHES[at % len(DASHES)]
        x = np.array([horizon for horizon, _ in shown]) + 0.006 * at * (plot.x.high - plot.x.low)
        value, low, high = (
            np.array([np.nan if one is None else one for one in ends])
            for ends in zip(*((f.value, f.low, f.high) for _, f in shown), strict=True)
        )
        marks += [
            whiskers(plot, x, np.clip(low, 0.4, 1), np.clip(high, 0.4, 1), colour),
            line(plot, x, np.clip(value, 0.4, 1), colour, width=1.2, dash=dash),
            points(plot, x, np.clip(value, 0.4, 1), colour, radius=3.5),
        ]
        entries.append((part_name(part), colour, dash))
        told += [f"{part_name(part)}, at {h:g}: {decimal(f.value)}" for h, f in shown]
    if not entries:
        return []
    marks.append(key(entries, plot.left + 8.0, plot.top + 12.0))
    title = "Area under the ROC curve over time"
    caption = (
        "At each horizon: events until then against rows that are free of it then, weighed for censoring; "
        f"the dashed line is guessing. {level_name(run)} intervals."
    )
    return [Drawing("auc_over_time", title, caption, draw(plot, marks, title, "; ".join(told)))]


def _calibration(run: Run, part: str, horizon: float, bins: AtTime) -> Drawing:
    plot = Plot(
        Axis(0, 1, f"Predicted share free of the event at {horizon:g}", SHARES),
        Axis(0, 1, "Observed share (Kaplan–Meier)", SHARES),
        height=388,
    )
    marks = reliability_marks(plot, bins)
    title = f"Calibration at {horizon:g}, {inside(part)}"
    told = reliability_told(bins)
    caption = (
        "On the dashed line, predictions can be taken at their word. "
        f"{count(len(bins.rows), 'bin')} of about equal count with {level_name(run)} intervals (log-log)."
    )
    name = f"calibration_{slug(part)}_{slug(f'{horizon:g}')}"
    return Drawing(name, title, caption, draw(plot, marks, title, told))


def _bins(part: str, horizon: float, bins: AtTime) -> Markup:
    rows = reliability_rows(bins)
    columns = [Column("Mean predicted"), *(Column(c, numeric=True) for c in ("Observed (interval)", "Rows"))]
    return join(
        [
            table(
                f"Calibration at {horizon:g}, {inside(part)}",
                columns,
                rows,
                name=f"calibration_bins_{slug(part)}_{slug(f'{horizon:g}')}",
                caption_shown=True,
            )
        ]
    )
