"""What every model costs, and accuracy against cost."""

from __future__ import annotations

import numpy as np

from prognome.page.chart import Axis, Plot, draw, points, shorten, whiskers
from prognome.page.html import Markup, element, join
from prognome.page.labels import Box, draw_labels, place_labels
from prognome.page.numbers import data, seconds, significant
from prognome.page.palette import role
from prognome.page.table import Column, table
from prognome.page.ticks import log_ticks, plain_tick
from prognome.report.drawing import Drawing
from prognome.report.earned import best_simple, earned, earned_words, fit_seconds
from prognome.report.folder import Figure, Run
from prognome.report.words import difference, in_part, inside, level_name, metric_name, model_name, sentence

LEAST_SECONDS = 1e-3


def cost_block(run: Run) -> tuple[Markup, list[Drawing]]:
    """A table of costs and the figure, under one heading."""
    drawing = cost_drawing(run)
    simple = best_simple(run)
    rows = [
        [
            model_name(run, label),
            *([_gain(run, label)] if simple else []),
            *(_shown(value) for value in _costs(run, label)),
        ]
        for label in run.labels
    ]
    columns = [
        Column("Model"),
        *([Column("Gain", numeric=True)] if simple else []),
        Column("In all, CPU s", numeric=True),
        Column("Fit, CPU s", numeric=True),
        Column("Predict 1,000 rows, CPU s", numeric=True),
        Column("Peak memory, MB", numeric=True),
        Column("Size, kB", numeric=True),
    ]
    built = join(
        [
            element("h3", "Cost"),
            earned_words(run),
            table("What every model costs", columns, rows, name="cost", scroll=True),
            element(
                "p",
                f"{_of_gain(run, simple)}In all: what a model took {in_part(run, run.main)}. "
                "Fit and predict: medians over the fits, without the search for parameters. Peak memory: the "
                "most that a fit needed above what the process held before. Size: of the saved model. No "
                "column counts the work of a graphics card.",
                class_="note",
            ),
            drawing.figure() if drawing else None,
        ]
    )
    return built, [drawing] if drawing else []


def _costs(run: Run, label: str) -> list[float | None]:
    """CPU seconds in all, of a fit, and of predicting 1,000 rows, peak MB, kB."""
    here = run.timing[run.timing["model"] == label]
    judged = here[here["part"] == run.main]
    asked = here[here["judged_rows"] > 0]
    spent = "predict_cpu_seconds" if "predict_cpu_seconds" in here else "predict_seconds"
    return [
        _known(judged[["search_cpu_seconds", "fit_cpu_seconds", spent]].sum().sum()),
        _known(fit_seconds(run, label)),
        _known((1000 * asked[spent] / asked["judged_rows"]).median()),
        _known(here["peak_mb"].max()) if "peak_mb" in here else None,
        _known(here["model_kb"].max()) if "model_kb" in here else None,
    ]


def _gain(run: Run, label: str) -> Markup:
    """By how much a model was better than the best simple one."""
    found = earned(run, label)
    if found is None:
        return element("span", "–", class_="soft")
    return difference(run, found.gain, sign=True)


def _of_gain(run: Run, simple: str | None) -> str:
    if simple is None:
        return ""
    less = "" if run.metric.higher else ", as so much less of it"
    return f"Gain: in {metric_name(run.primary)}{less}, over the {model_name(run, simple)}. "


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _shown(value: float | None) -> Markup:
    if value is None:
        return element("span", "–", class_="soft")
    return data(value, "<0.001" if 0 < value < 0.001 else significant(value, 2))


def cost_drawing(run: Run) -> Drawing | None:
    """The primary metric with its interval over CPU seconds of a fit; None below two models."""
    told: list[tuple[str, float, Figure]] = []
    for label in run.labels:
        figure, spent = run.figure(label, run.main), _costs(run, label)[1]
        if figure is not None and figure.value is not None and spent is not None:
            told.append((label, max(spent, LEAST_SECONDS), figure))
    if len(told) < 2:
        return None
    xs = np.log10([spent for _, spent, _ in told])
    marks = log_ticks(float(10 ** xs.min()), float(10 ** xs.max()))
    places = tuple(np.log10(marks).tolist())
    ends = [v for _, _, f in told for v in (f.value, f.low, f.high) if v is not None]
    plot = Plot(
        Axis(places[0], places[-1], "CPU seconds of one fit", places, tuple(plain_tick(m) for m in marks)),
        Axis.around(ends, sentence(metric_name(run.primary))),
        width=720,
        height=420,
        left=62,
        right=24,
    )
    drawn = []
    for (label, _, figure), x in zip(told, xs, strict=True):
        colour = role("s1") if label == run.best else role("soft")
        drawn.append(whiskers(plot, [x], [_or_nan(figure.low)], [_or_nan(figure.high)], colour))
        hollow = label in run.baselines and label != run.best
        drawn.append(points(plot, [x], [figure.value], colour, radius=4.5, hollow=hollow))
    order = sorted(range(len(told)), key=lambda at: told[at][0] != run.best)
    at = [(float(plot.px(xs[k])), float(plot.py(told[k][2].value))) for k in order]
    taken = [
        Box(x - 2, float(plot.py(told[k][2].high)), x + 2, float(plot.py(told[k][2].low)))
        for k, (x, _) in zip(order, at, strict=True)
        if told[k][2].low is not None and told[k][2].high is not None
    ]
    labels = place_labels(
        [shorten(model_name(run, told[k][0]), 30) for k in order],
        at,
        Box(plot.left + 2, plot.top, plot.width - 4, plot.height - plot.bottom - 2),
        taken,
    )
    drawn.append(draw_labels(labels, [role("s1") if told[k][0] == run.best else role("ink") for k in order]))
    title = "Accuracy against cost"
    words = "; ".join(
        f"{model_name(run, label)}: {significant(figure.value)} at {seconds(spent)}"
        for label, spent, figure in told
    )
    caption = (
        f"{sentence(metric_name(run.primary))} with {level_name(run)} interval ({inside(run.main)}) over "
        "processor time of one fit, on a logarithmic scale. Hollow points are baselines."
    )
    return Drawing("cost", title, caption, draw(plot, drawn, title, words), wide=True)


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value
