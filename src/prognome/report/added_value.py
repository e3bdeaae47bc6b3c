"""What each block adds to the best model: a forest plot of the loss without it, and a sentence on each."""

from __future__ import annotations

from typing import Any

import pandas as pd

from prognome.page.chart import Axis
from prognome.page.forest import ForestBlock, ForestLine, forest
from prognome.page.html import Markup, element, join
from prognome.page.numbers import data, decimal, significant
from prognome.page.table import Column, Estimate, table
from prognome.report.drawing import Drawing
from prognome.report.folder import Run
from prognome.report.words import (
    UNIT,
    level_name,
    metric_name,
    model_name,
    p_value,
    part_name,
    sentence,
    spoken,
)

LEFT_OUT = "left out: "


def added_value_section(run: Run) -> tuple[Markup | None, list[Drawing]]:
    """Sentences by part, a forest plot and a table; None where no block was left out in turn."""
    said = run.record.get("added_value") or {}
    why = str(said.get("left_out") or "")
    if not len(run.blocks) and not why:
        return None, []
    heading = element("h2", "What each block adds")
    if not len(run.blocks):
        return element(
            "section", heading, element("p", spoken(run, why, run.main), class_="note"), id="blocks"
        ), []
    tried = run.blocks[run.blocks["part"] != ""]
    drawing = _forest(run, tried) if tried["difference"].notna().any() else None
    sentences = said.get("sentences") or {}
    body = element(
        "section",
        heading,
        element(
            "p",
            f"The best model, {model_name(run, run.best)}, was fitted again without each of its blocks, on "
            "the same rows and with the parameters that it had chosen with all of them. A block that tells "
            "what the others tell too adds nothing here, whatever it tells alone.",
        ),
        [_said(run, part, sentences[part]) for part in run.parts if sentences.get(part)],
        drawing.figure() if drawing else None,
        _table(run, tried) if len(tried) else None,
        _left_out(run),
        element(
            "p",
            "Exploratory: apart from the comparisons between models, corrected over the blocks of a part "
            "(Holm). Figures are before recalibration. A model tuned anew without the block might lose less.",
            class_="note",
        ),
        id="blocks",
    )
    return body, [drawing] if drawing else []


def _said(run: Run, part: str, sentences: list[str]) -> Markup:
    heading = element("h3", part_name(part)) if len(run.parts) > 1 else None
    return join([heading, element("ul", [element("li", str(one)) for one in sentences])])


def _forest(run: Run, tried: pd.DataFrame) -> Drawing:
    blocks, ends = [], [0.0]
    for part in [part for part in run.parts if (tried["part"] == part).any()]:
        lines = tried[tried["part"] == part].to_dict("records")
        heading = part_name(part) if len(run.parts) > 1 else ""
        blocks.append(ForestBlock(heading, tuple(_line(run, one) for one in lines), 0.0))
        ends += [float(one[name]) for one in lines for name in ("difference", "low", "high")]
    name = metric_name(run.primary)
    axis = Axis.around([end for end in ends if not pd.isna(end)], f"{sentence(name)}, with minus without")
    title = "With each block and without it"
    told = "; ".join(
        f"{block.heading + ', ' if block.heading else ''}{one.name}: {one.shown}"
        for block in blocks
        for one in block.lines
    )
    side = "right" if run.metric.higher else "left"
    caption = (
        f"Difference in {name} with {level_name(run)} interval, and the figure without the block; {side} of "
        "the dashed line the block helps."
    )
    return Drawing("blocks", title, caption, forest(blocks, axis, title, told), wide=True)


def _line(run: Run, one: dict[Any, Any]) -> ForestLine:
    without = _shown(run, one["without"])
    if pd.isna(one["difference"]):
        return ForestLine(str(one["block"]), without, None, None, None, "not defined")
    value, shown = float(one["difference"]), _shown(run, one["difference"])
    if pd.isna(one["low"]) or pd.isna(one["high"]):
        return ForestLine(str(one["block"]), without, value, None, None, shown)
    ends = f"{_shown(run, one['low'])} to {_shown(run, one['high'])}"
    low, high = float(one["low"]), float(one["high"])
    return ForestLine(str(one["block"]), without, value, low, high, f"{shown} ({ends})")


def _table(run: Run, tried: pd.DataFrame) -> Markup:
    many = len(run.parts) > 1
    columns = [
        Column("Block"),
        *([Column("Part")] if many else []),
        Column("With", numeric=True),
        Column("Without", numeric=True),
        Column(f"Difference ({level_name(run)} interval)"),
        Column("Test"),
        Column("p", numeric=True),
        Column("p, Holm", numeric=True),
        Column("Verdict"),
    ]
    rows: list[list[object]] = []
    for one in tried.to_dict("records"):
        value, low, high = (_cell(run, one[name]) for name in ("difference", "low", "high"))
        rows.append(
            [
                str(one["block"]),
                *([part_name(str(one["part"]))] if many else []),
                _cell(run, one["with"]),
                _cell(run, one["without"]),
                Estimate(element("span", value, " (", low, " to ", high, ")"), value, low, high),
                str(one["test"]),
                p_value(None if pd.isna(one["p"]) else float(one["p"])),
                p_value(None if pd.isna(one["p_holm"]) else float(one["p_holm"])),
                str(one["verdict"]),
            ]
        )
    return table(
        f"{sentence(metric_name(run.primary))} with and without each block",
        columns,
        rows,
        name="blocks",
    )


def _left_out(run: Run) -> Markup | None:
    lines = run.blocks[run.blocks["part"] == ""]
    told = [
        element("li", f"{one['block']}: {spoken(run, str(one['verdict']).removeprefix(LEFT_OUT), run.main)}.")
        for one in lines.to_dict("records")
    ]
    return join([element("p", "Left out:"), element("ul", told)]) if told else None


def _cell(run: Run, value: float) -> Markup:
    return data(None if pd.isna(value) else float(value), _shown(run, value))


def _shown(run: Run, value: float) -> str:
    if pd.isna(value):
        return "–"
    return decimal(float(value), 3) if run.primary in UNIT else significant(float(value))
