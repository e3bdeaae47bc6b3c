"""Whether probabilities can be taken at their word."""

from __future__ import annotations

from prognome.page.chart import Axis, Plot, draw, shorten
from prognome.page.html import Markup, element, join
from prognome.page.numbers import count
from prognome.page.table import Column, table
from prognome.report.curves import Reliability, reliability
from prognome.report.drawing import Drawing, figures, slug
from prognome.report.folder import Run
from prognome.report.reliability_marks import reliability_marks, reliability_rows, reliability_told
from prognome.report.words import estimate, inside, level_name, metric_name, part_name

SHARES = tuple(round(k / 5, 1) for k in range(6))
_FIGURES = ("calibration_slope", "calibration_intercept", "brier", "log_loss")


def calibration_block(run: Run) -> tuple[Markup, list[Drawing]]:
    """How probabilities were mended, slope and intercept, and the reliability curves."""
    drawings = calibration_drawings(run)
    built = join(
        [
            element("h3", "Calibration"),
            element("p", mended(run)),
            _table(run),
            figures(drawings),
            _bins_table(run) if run.kind == "binary" else None,
        ]
    )
    return built, drawings


def mended(run: Run) -> str:
    """What was done to the probabilities, as the study asked and as the refitted model had it."""
    asked = run.judge.get("calibrate")
    if asked is None:
        return "Probabilities are as the model gives them."
    if asked == "none":
        return "Probabilities are as the model gives them; recalibration was turned off (calibrate: none)."
    how = {
        "auto": "by a logistic map, or an isotonic one from 1,000 events and 1,000 others on"
        if run.kind == "binary"
        else "by a temperature",
        "logistic": "by a logistic map" if run.kind == "binary" else "by a temperature",
        "isotonic": "by an isotonic map",
    }.get(str(asked), str(asked))
    said = (
        f"Probabilities were recalibrated inside each training set, on its inner out-of-fold scores, {how}; "
        "the figures here are after that."
    )
    learned = run.rule.get("calibration") or {}
    if learned.get("kind") == "none" and learned.get("reason"):
        said += f" The model refitted at the end was not recalibrated: {learned['reason']}."
    return said


def _table(run: Run) -> Markup | None:
    names = [name for name in _FIGURES if any(run.figure(run.best, part, name) for part in run.parts)]
    if not names:
        return None
    ideal = {"calibration_slope": " (ideally 1)", "calibration_intercept": " (ideally 0)"}
    rows = []
    for part in run.parts:
        cells: list[object] = [part_name(part)]
        for name in names:
            figure = run.figure(run.best, part, name)
            if figure is None or figure.value is None:
                cells.append(element("span", "not defined", class_="none"))
            else:
                cells.append(estimate(run, name, figure))
        rows.append(cells)
    columns = [Column("Part"), *(Column(f"{sentence_of(name)}{ideal.get(name, '')}") for name in names)]
    caption = f"Calibration with {level_name(run)} intervals"
    return table(caption, columns, rows, name="calibration", caption_shown=True)


def sentence_of(name: str) -> str:
    """A figure of calibration as a heading."""
    words = metric_name(name).removeprefix("calibration ")
    return words[:1].upper() + words[1:]


def _bins(run: Run, part: str) -> Reliability | None:
    rows = run.said(part)
    if not len(rows):
        return None
    if run.kind == "binary":
        event = (rows["truth"] == run.classes[1]).to_numpy(bool)
        return reliability(event, rows[f"p_{run.classes[1]}"].to_numpy(float), run.level)
    said = rows[[f"p_{label}" for label in run.classes]].to_numpy(float).max(axis=1)
    return reliability((rows["truth"] == rows["decision"]).to_numpy(bool), said, run.level)


def calibration_drawings(run: Run) -> list[Drawing]:
    """Reliability of the best model on each part, after recalibration."""
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
        marks = reliability_marks(plot, bins)
        title = f"Calibration, {inside(part)}"
        told = reliability_told(bins)
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
        rows = reliability_rows(bins)
        columns = [
            Column("Mean predicted"),
            *(Column(c, numeric=True) for c in ("Observed (interval)", "Rows")),
        ]
        pieces.append(
            table(
                f"Calibration, {inside(part)}",
                columns,
                rows,
                name=f"calibration_bins_{slug(part)}",
                caption_shown=True,
            )
        )
    return element("details", element("summary", "Calibration in numbers"), pieces)
