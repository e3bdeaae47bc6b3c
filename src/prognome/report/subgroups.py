"""Whether the best model serves all alike: forest plots by column, and gaps with their verdicts."""

from __future__ import annotations

import pandas as pd

from prognome.core.metrics import METRICS
from prognome.page.chart import Axis
from prognome.page.forest import ForestBlock, ForestLine, forest
from prognome.page.html import Markup, element, join
from prognome.page.numbers import count, data, decimal, significant
from prognome.page.table import Column, Estimate, table
from prognome.report.drawing import Drawing, slug
from prognome.report.folder import Level, Run
from prognome.report.subgroup_words import GAP, TOO_FEW, UNSETTLED, sentences
from prognome.report.words import (
    UNIT,
    estimate,
    inside,
    level_name,
    listed,
    metric_name,
    metric_of,
    model_name,
    p_value,
    part_name,
    places,
    sentence,
)

MOST_LINES = 150
_NAMED = 3


def subgroups_section(run: Run) -> tuple[Markup | None, list[Drawing]]:
    """Sentences, a forest plot for each column, and the gaps; None where no column was named."""
    columns = list(dict.fromkeys(one.column for part in run.parts for one in run.by_level(part)))
    if not columns:
        return None, []
    drawings = [_forest(run, column) for column in columns]
    body = element(
        "section",
        element("h2", "Subgroups"),
        element(
            "p",
            f"The best model, {model_name(run, run.best)}, at each level of the columns that the "
            "study names; rows are pooled over the folds. “Not enough evidence” is not a pass: a gap may be "
            "there that these rows cannot show.",
        ),
        [_said(run, part) for part in run.parts],
        [one.figure() for one in drawings],
        _gaps(run),
        _levels(run, columns),
        id="subgroups",
    )
    return body, drawings


def _said(run: Run, part: str) -> Markup | None:
    told = sentences(run, part)
    if not told:
        return None
    return join([element("h3", part_name(part)), element("ul", [element("li", one) for one in told])])


# --- forest ---------------------------------------------------------------------------------------------


def _forest(run: Run, column: str) -> Drawing:
    blocks, ends = [], []
    parts = [part for part in run.parts if any(one.column == column for one in run.by_level(part))]
    for part in parts:
        lines = [one for one in run.by_level(part) if one.column == column]
        whole = run.figure(run.best, part)
        blocks.append(
            ForestBlock(
                part_name(part) if len(run.parts) > 1 else "",
                tuple(_line(run, one) for one in lines),
                None if whole is None else whole.value,
            )
        )
        ends += [
            v for one in lines for v in (one.figure.value, one.figure.low, one.figure.high) if v is not None
        ]
        ends += [whole.value] if whole is not None and whole.value is not None else []
    axis = Axis.around(ends, sentence(metric_name(run.primary)))
    title = f"By {column}"
    told = "; ".join(
        f"{block.heading + ', ' if block.heading else ''}{one.name} ({one.size}): {one.shown}"
        for block in blocks
        for one in block.lines
    )
    size = "events / rows" if run.kind in ("binary", "survival") else "rows"
    caption = (
        f"{sentence(metric_name(run.primary))} with {level_name(run)} interval at each level, and its "
        f"{size}. The dashed line is the figure of all."
    )
    return Drawing(f"subgroup_{slug(column)}", title, caption, forest(blocks, axis, title, told), wide=True)


def _levels(run: Run, columns: list[str]) -> Markup:
    """What the drawings show, as a table."""
    rows: list[list[object]] = []
    for column in columns:
        for part in run.parts:
            for one in run.by_level(part):
                if one.column != column:
                    continue
                figure = one.figure
                few = figure.value is None and figure.method.startswith(TOO_FEW)
                rows.append(
                    [
                        one.level if column in one.level else f"{column}: {one.level}",
                        part_name(part),
                        count(figure.n),
                        *([count(figure.events) if figure.events is not None else "–"] * _binary(run)),
                        figure.method if few else estimate(run, run.primary, figure),
                    ]
                )
    heads = [
        Column("Level"),
        Column("Part"),
        Column("Rows", numeric=True),
        *([Column("Events", numeric=True)] * _binary(run)),
        Column(f"{sentence(metric_name(run.primary))} ({level_name(run)} interval)"),
    ]
    return element(
        "details",
        element("summary", "Subgroups in numbers"),
        table(f"{sentence(metric_name(run.primary))} in subgroups", heads, rows, name="subgroups"),
        class_="long",
    )


def _binary(run: Run) -> int:
    return int(run.kind in ("binary", "survival"))


def _line(run: Run, one: Level) -> ForestLine:
    figure = one.figure
    size = f"{figure.n:,}" if figure.events is None else f"{figure.events:,} / {figure.n:,}"
    if figure.value is None:
        why = figure.method if figure.method.startswith(TOO_FEW) else "not defined"
        return ForestLine(one.level, size, None, None, None, why)
    digits, top = places(run, run.primary, figure), 1.0 if run.primary in UNIT else None
    shown = decimal(figure.value, digits, top=top)
    if figure.low is not None and figure.high is not None:
        ends = " to ".join(decimal(v, digits, top=top) for v in (figure.low, figure.high))
        shown += f" ({ends})"
    return ForestLine(one.level, size, figure.value, figure.low, figure.high, shown)


# --- gaps -----------------------------------------------------------------------------------------------


def _gaps(run: Run) -> Markup | None:
    gaps = run.gaps
    if not len(gaps):
        return None
    parts = [part for part in run.parts if (gaps["part"] == part).any()]
    return join(
        [
            element("h3", "Gaps: each level against all other rows"),
            [_matrix(run, part, gaps[gaps["part"] == part]) for part in parts],
            element(
                "p",
                "“Gap”: shown after correction for the levels of a column (Holm), with an interval "
                "that excludes 0. “No gap above” a size: the whole interval lies within it. “Not "
                "enough evidence”: neither; it is not a pass. “Too few to say”: nothing was compared.",
                class_="note",
            ),
            _holding(run, gaps),
            _every(run, gaps),
        ]
    )


def _matrix(run: Run, part: str, gaps: pd.DataFrame) -> Markup:
    """One cell a column and figure: the gravest verdict among its levels."""
    kinds = list(dict.fromkeys(zip(gaps["metric"], gaps["threshold"], strict=True)))
    columns = list(dict.fromkeys(gaps["subgroup"]))
    by_cell: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
    for metric, threshold, column, level, verdict in gaps[
        ["metric", "threshold", "subgroup", "level", "verdict"]
    ].itertuples(index=False):
        by_cell.setdefault((metric, threshold, column), []).append((level, verdict))
    rows = []
    for metric, threshold in kinds:
        cells = [_gravest(by_cell.get((metric, threshold, column), [])) for column in columns]
        rows.append([_figure_name(run, metric, threshold), *cells])
    heads = [Column("Figure"), *(Column(f"By {name}") for name in columns)]
    title = f"Verdicts, {inside(part)}"
    return table(
        title,
        heads,
        rows,
        name=f"verdicts_of_gaps_{slug(part)}",
        caption_shown=True,
        scroll=len(columns) > 4,
    )


def _figure_name(run: Run, metric: str, threshold: str) -> str:
    """``Sensitivity, chosen threshold``."""
    name = sentence(metric_of(run, metric))
    return f"{name}, {threshold} threshold" if threshold and run.kind == "binary" else name


def _gravest(told: list[tuple[str, str]]) -> Markup:
    """Of levels with their verdicts."""
    verdicts = [verdict for _, verdict in told]
    gap = [level for level, verdict in told if verdict == GAP]
    if gap and len(told) == 2:
        return element("strong", GAP)
    if gap:
        more = [f"{len(gap) - _NAMED} more"] if len(gap) > _NAMED else []
        return element("strong", f"{GAP}: {listed([*gap[:_NAMED], *more])}")
    if UNSETTLED in verdicts:
        return element("span", UNSETTLED)
    others = [verdict for verdict in verdicts if verdict != TOO_FEW]
    few = len(verdicts) - len(others)
    if not others:
        return element("span", TOO_FEW if few else "–", class_="soft")
    words = f"; {TOO_FEW} for {count(few, 'level')}" if few else ""
    return element("span", f"{others[0]}{words}", class_="soft")


def _holding(run: Run, gaps: pd.DataFrame) -> Markup:
    rows = gaps[gaps["verdict"] == GAP]
    if not len(rows):
        return element("p", "No gap is shown in any figure.")
    shown = _one_side(rows).head(MOST_LINES)
    columns, lines = _lines(run, shown, verdict=False)
    return table("Gaps that hold", columns, lines, name="gaps_that_hold", caption_shown=True, scroll=True)


def _one_side(rows: pd.DataFrame) -> pd.DataFrame:
    """Of two levels that are each other's rest the worse alone: the gap is the same."""
    kept = []
    for _, same in rows.groupby(["part", "subgroup", "metric", "threshold"], sort=False):
        mirrored = len(same) == 2 and set(same["value"]) == set(same["rest"])
        if mirrored:
            metric = METRICS.get(str(same["metric"].iloc[0]))
            upward = metric is None or metric.higher is not False
            same = same.sort_values("value", ascending=upward, kind="stable").head(1)
        kept.append(same)
    return pd.concat(kept)


def _every(run: Run, gaps: pd.DataFrame) -> Markup:
    shown = gaps.head(MOST_LINES)
    columns, lines = _lines(run, shown)
    more = len(gaps) - len(shown)
    return element(
        "details",
        element("summary", f"Every level and figure ({count(len(gaps), 'line')})"),
        table("Every level and figure", columns, lines, name="gaps", scroll=True),
        element("p", f"{count(more)} more lines: gaps.tsv in the run folder.", class_="note")
        if more
        else None,
        class_="long",
    )


def _lines(run: Run, gaps: pd.DataFrame, *, verdict: bool = True) -> tuple[list[Column], list[list[object]]]:
    many = len(run.parts) > 1
    columns = [
        Column("Level"),
        *([Column("Part")] if many else []),
        Column("Figure"),
        Column("Here", numeric=True),
        Column("All others", numeric=True),
        Column(f"Gap ({level_name(run)} interval)"),
        Column("p, Holm", numeric=True),
        *([Column("Rows", numeric=True), Column("Verdict")] if verdict else []),
    ]
    rows: list[list[object]] = []
    for one in gaps.to_dict("records"):
        metric, level, column = str(one["metric"]), str(one["level"]), str(one["subgroup"])
        gap: object = element("span", "–", class_="soft")
        if not pd.isna(one["gap"]):
            value, low, high = (_value(metric, one[name]) for name in ("gap", "low", "high"))
            gap = Estimate(element("span", value, " (", low, " to ", high, ")"), value, low, high)
        rows.append(
            [
                level if column in level else f"{column}: {level}",
                *([inside(str(one["part"]))] if many else []),
                _figure_name(run, metric, str(one["threshold"])),
                _value(metric, one["value"]),
                _value(metric, one["rest"]),
                gap,
                p_value(None if pd.isna(one["p_holm"]) else float(one["p_holm"])),
                *([count(int(one["n"])), str(one["verdict"])] if verdict else []),
            ]
        )
    return columns, rows


def _value(metric: str, value: float) -> Markup:
    if pd.isna(value):
        return element("span", "–", class_="soft")
    shown = decimal(value, 3) if metric in UNIT or metric.startswith("calibration") else significant(value)
    return data(float(value), shown)
