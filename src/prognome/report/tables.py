"""Tables of models and of every figure."""

from __future__ import annotations

from prognome.page.chart import Axis, interval_bar
from prognome.page.html import Markup, element, join
from prognome.page.palette import role
from prognome.page.table import Column, Estimate, table
from prognome.page.ticks import nice_ticks, tick_label
from prognome.report.baselines import baselines_list
from prognome.report.cost import cost_block
from prognome.report.drawing import Drawing, slug
from prognome.report.folder import CHOSEN, Run
from prognome.report.words import (
    UNIT,
    ends,
    equals,
    estimate,
    interval,
    level_name,
    metric_help,
    metric_name,
    metric_of,
    model_name,
    number,
    part_name,
    sentence,
)

MOST_CARDS = 3


def models_section(run: Run) -> tuple[Markup, list[Drawing]]:
    """One row a model, what each costs, and behind folds every figure there is."""
    cost, drawings = cost_block(run)
    body = element(
        "section",
        element("h2", "Models"),
        _models(run),
        baselines_list(run),
        element(
            "details",
            element("summary", f"Every figure of the best model, {model_name(run, run.best)}"),
            _every_metric(run, run.best),
        ),
        element("details", element("summary", "Every figure of all models"), _all_models(run), class_="long"),
        cost,
        id="models",
    )
    return body, drawings


def _models(run: Run) -> Markup:
    axis = _axis(run)
    guess = run.figure("dummy", run.main)
    reference = None if guess is None else guess.value
    compared = bool(run.differences(run.main))
    columns = [
        Column("Model"),
        *(Column(part_name(part)) for part in run.parts),
        *([Column("Against the best", label="Against best")] if compared else []),
    ]
    labels = [*run.labels, *([CHOSEN] if run.figure(CHOSEN, run.main) else [])]
    rows, classes = [], []
    for label in labels:
        best, baseline = label == run.best, label in run.baselines
        tags = [
            element("span", "best", class_="tag best") if best else None,
            element("span", "baseline", class_="tag") if baseline else None,
            element("span", "honest figure", class_="tag") if label == CHOSEN else None,
        ]
        rows.append(
            [
                [model_name(run, label), tags],
                *(_cell(run, label, part, axis, reference) for part in run.parts),
                *([_against_best(run, label)] if compared else []),
            ]
        )
        classes.append(" ".join(word for word, is_so in (("best", best), ("baseline", baseline)) if is_so))
    caption = f"{sentence(metric_name(run.primary))} with {level_name(run)} intervals"
    step = axis.marks()[1] - axis.marks()[0]
    scale = f"Each scale runs from {tick_label(axis.low, step)} to {tick_label(axis.high, step)}"
    dashed = f"; the dashed line is the dummy {_where(run)}" if reference is not None else ""
    better = "more is better" if run.metric.higher else "less is better"
    return join(
        [
            table(
                caption,
                columns,
                rows,
                name="models",
                row_classes=classes,
                scroll=len(run.parts) > MOST_CARDS,
                caption_shown=True,
            ),
            element(
                "p",
                f"{scale}{dashed}; {better}. Intervals: {_method(run)}.{_tested(run) if compared else ''}",
                class_="note",
            ),
        ]
    )


def _where(run: Run) -> str:
    return "in cross-validation" if run.main == "cv" else f"in the {run.main} part"


def _method(run: Run) -> str:
    figure = run.figure(run.best, run.main)
    return figure.method if figure else "none"


def _cell(run: Run, label: str, part: str, axis: Axis, reference: float | None) -> object:
    figure = run.figure(label, part)
    if figure is None:
        return element("span", "–", element("span", "not scored", class_="hidden"), class_="soft")
    if figure.value is None:
        return number(run, run.primary, figure)
    colour = role("s1") if label == run.best else role("soft")
    low, high = (_clip(v, axis) for v in (figure.low, figure.high))
    bar = interval_bar(_clip(figure.value, axis), low, high, axis, colour=colour, reference=reference)
    value = number(run, run.primary, figure)
    shown = element(
        "div",
        element("span", value, class_="value"),
        " ",
        element("span", interval(run, run.primary, figure, "–"), class_="range"),
        bar,
        class_="scored",
    )
    return Estimate(shown, value, *ends(run, run.primary, figure))


def _clip(value: float | None, axis: Axis) -> float | None:
    return None if value is None else min(max(value, axis.low), axis.high)


def _axis(run: Run) -> Axis:
    """One scale for all models and parts."""
    figures = [run.figure(label, part) for label in [*run.labels, CHOSEN] for part in run.parts]
    values = [v for f in figures if f for v in (f.value, f.low, f.high) if v is not None] or [0.0, 1.0]
    low, high = min(values), max(values)
    if run.primary in UNIT:
        low, high = max(low, -1.0), min(high, 1.0)
    marks = nice_ticks(low, high, 4)
    return Axis(marks[0], marks[-1], ticks=tuple(marks))


def _against_best(run: Run, label: str) -> object:
    """The verdict of the test between the best model and this one, in the part that chose the best."""
    one = run.against(label, run.main)
    if one is None:
        return element("span", "–", element("span", "not tested", class_="hidden"), class_="soft")
    if one.p_holm is None:
        return element("span", one.verdict, class_="soft")
    words = {"a is better": "worse", "b is better": "better"}.get(one.verdict, one.verdict)
    colour = None if one.verdict == "a is better" else "soft"
    return element("span", f"{words} ({equals(one.p_holm)})", class_=colour)


def _tested(run: Run) -> str:
    test = run.differences(run.main)[0].test
    where = "" if len(run.parts) == 1 else f" {_where(run)}"
    return (
        f" Against the best{where}: {test}, p after Holm; every baseline and the runner-up alone are tested."
    )


def _every_metric(run: Run, label: str) -> Markup:
    metrics = run.metrics()
    columns = [Column("Figure"), *(Column(part_name(part), numeric=True) for part in run.parts)]
    rows = [
        [_metric_head(run, name), *(_plain(run, label, part, name) for part in run.parts)] for name in metrics
    ]
    caption = f"Every figure of {model_name(run, label)}, with {level_name(run)} intervals"
    wide = len(run.parts) > MOST_CARDS
    return join([table(caption, columns, rows, name="best_model", scroll=wide), _thresholds(run)])


def _metric_head(run: Run, name: str) -> object:
    help_line = metric_help(name)
    return (
        [metric_of(run, name), element("br"), element("small", help_line, class_="soft")]
        if help_line
        else metric_of(run, name)
    )


def _thresholds(run: Run) -> Markup | None:
    if run.kind in ("number", "survival"):
        return None
    words = "the event above a probability of 0.5" if run.kind == "binary" else "the most probable class"
    chosen = "; those at the chosen one stand under Decisions" if run.kind == "binary" else ""
    return element("p", f"Decisions are taken at the fixed threshold: {words}{chosen}.", class_="note")


def _plain(run: Run, label: str, part: str, metric: str) -> object:
    figure = run.figure(label, part, metric)
    if figure is None:
        return element("span", "–", class_="soft")
    return estimate(run, metric, figure, "–")


def _all_models(run: Run) -> Markup:
    metrics = run.metrics()
    columns = [Column("Model"), *(Column(metric_of(run, name), numeric=True) for name in metrics)]
    pieces = []
    for part in run.parts:
        labels = [label for label in [*run.labels, CHOSEN] if run.figure(label, part)]
        rows = [[_raw(label), *(_value(run, label, part, name) for name in metrics)] for label in labels]
        pieces.append(element("h3", part_name(part)))
        caption = f"{part_name(part)}: every figure of all models"
        pieces.append(table(caption, columns, rows, name=f"all_models_{slug(part)}", scroll=True))
    return join(
        [*pieces, element("p", "With intervals and by fold: scores.tsv in the run folder.", class_="note")]
    )


def _raw(label: str) -> Markup:
    return element("code", label)


def _value(run: Run, label: str, part: str, metric: str) -> object:
    figure = run.figure(label, part, metric)
    return element("span", "–", class_="soft") if figure is None else number(run, metric, figure)
