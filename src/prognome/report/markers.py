"""What the best model leans on: markers with their certainty, shapes, pairs, the smallest panel, pathways."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from prognome.core.name_feature import bare
from prognome.page.chart import Axis, Plot, band, draw, line, points, shorten, whiskers
from prognome.page.html import Markup, element, join
from prognome.page.numbers import count, data, decimal, significant
from prognome.page.palette import role
from prognome.page.table import Column, Estimate, table
from prognome.report.drawing import Drawing, figures, slug
from prognome.report.folder import Run
from prognome.report.marker_figures import bars_of_markers, spread_of_markers
from prognome.report.words import UNIT, metric_name, model_name, p_value, sentence, spoken

SHAPES = 6
PAIRS = 5
PATHWAYS = 15
MOST_MEMBERS = 30  # of a panel, before its list is folded
KNOWN = {
    "feature", "rank", "shap", "drop", "drop_low", "drop_high", "drop_rank", "importance",
    "importance_rank", "top", "folds", "cluster", "direction", "test", "effect", "measure", "p",
    "q", "overlooked", "cluster_drop", "neighbours", "drop_folds", "drop_p_holm", "ways_top", "ways",
}  # fmt: skip


def markers_section(run: Run) -> tuple[Markup | None, list[Drawing]]:
    """Sentences, figures and tables; None where the run was not asked."""
    said = run.record.get("explanation") or {}
    heading = element("h2", "What the model leans on")
    if not len(run.markers):
        if not said.get("left_out"):
            return None, []
        note = element("p", spoken(run, str(said["left_out"]), run.main), class_="note")
        return element("section", heading, note, id="markers"), []
    first = run.markers.head(int(said["top"]))
    by_parts = bool(first["shap"].notna().any())
    bars = bars_of_markers(run, first, by_parts=by_parts, unit=_unit(said))
    spread = spread_of_markers(run, _unit(said)) if len(run.marker_spread) else None
    shapes = _shapes(run, _unit(said))
    panel = _panel_drawing(run) if len(run.panel) else None
    drawings = [one for one in (bars, spread, *shapes, panel) if one is not None]
    body = element(
        "section",
        heading,
        element("p", _how(run, said, by_parts=by_parts)),
        element("ul", [element("li", str(one)) for one in said["sentences"]]),
        bars.figure(),
        spread.figure() if spread else None,
        _table(run, first, by_parts=by_parts),
        _shapes_block(shapes),
        _pairs(run),
        _panel_block(run, said, panel),
        _pathways(run),
        _agreement(run),
        id="markers",
    )
    return body, drawings


def _how(run: Run, said: dict[str, Any], *, by_parts: bool) -> str:
    rows = "rows that each fold judged" if said["part"] == "cv" else "validation rows"
    seeds = f", and the first fold with {count(said['seeds'], 'other seed')}" if said["seeds"] else ""
    if not by_parts:
        return (
            f"{sentence(model_name(run, run.best))} has no exact parts, so its columns were shuffled among "
            f"the {rows}{seeds}, and the loss was counted."
        )
    error = float(said["error"] or 0)
    tuned = "" if said["part"] == "cv" else " (though its parameters were chosen on them)"
    return (
        f"SHAP values of {model_name(run, run.best)}, in {_unit(said)}, of the {rows}{seeds}: none of the "
        f"models had learned from the rows they are asked about here{tuned}. The parts of a row add up "
        f"to its answer; the largest gap was {significant(error, 2) if error > 1e-12 else 'below 1e-12'}."
    )


def _unit(said: dict[str, Any]) -> str:
    unit = str(said.get("unit") or "")
    return "the target's unit" if unit == "number" else unit


def _table(run: Run, first: pd.DataFrame, *, by_parts: bool) -> Markup:
    name = sentence(metric_name(run.primary))
    annotated = [column for column in first.columns if column not in KNOWN]
    columns = [
        Column("Marker"),
        Column("Block"),
        *([Column("Mean |SHAP|", numeric=True)] if by_parts else []),
        Column("Direction"),
        Column(f"{name} lost by shuffling"),
        Column("Among the first", numeric=True),
        *([Column("Ways that name it", numeric=True)] if "ways" in first else []),
        Column("Plain test, q", numeric=True),
        Column("Neighbours", numeric=True),
        *(Column(column) for column in annotated),
    ]
    ways_of = {"number": ("raises it", "lowers it"), "survival": ("raises the risk", "lowers the risk")}
    up, down = ways_of.get(run.kind, ("speaks for", "speaks against"))
    ways = {"+": f"higher {up}", "-": f"higher {down}", "±": "both ways"}
    rows: list[list[object]] = []
    for at, one in enumerate(first.to_dict("records"), start=1):
        block = str(one["feature"]).partition(":")[0]
        missed = one["overlooked"] == "yes"
        rows.append(
            [
                f"{at}  {bare(one['feature'])}",
                block,
                *([_number(one["shap"])] if by_parts else []),
                ways.get(str(one["direction"]), "–"),
                _drop(run, one),
                f"{int(one['top'])} of {int(one['folds'])}",
                *([f"{int(one['ways_top'])} of {int(one['ways'])}"] if "ways" in first else []),
                element(
                    "span",
                    p_value(None if pd.isna(one["q"]) else float(one["q"])),
                    " (overlooked)" if missed else "",
                ),
                _dash_or_count(one.get("neighbours")),
                *("" if pd.isna(one[column]) else str(one[column]) for column in annotated),
            ]
        )
    note = (
        "Shuffling: mean over folds, with its interval corrected for training rows that folds share; without "
        "one where some fold did not shuffle the column. Among the first: in how many fits. Ways that name "
        "it: parts, shuffling, the model's own importance and the plain test that have it among their first "
        f"{len(first)}, of those that looked at it. Plain test: each column alone against the target, false "
        "discovery rate (Benjamini and Hochberg). Neighbours: columns with a correlation of .7 or more, by "
        "which it might be replaced. All columns stand in markers.tsv."
    )
    return join(
        [table("Markers, strongest first", columns, rows, name="markers"), element("p", note, class_="note")]
    )


def _drop(run: Run, one: dict[Any, Any]) -> object:
    if pd.isna(one["drop"]):
        return "–"
    value, low, high = (_figure(run, one[name]) for name in ("drop", "drop_low", "drop_high"))
    if pd.isna(one["drop_low"]):
        folds = one.get("drop_folds")  # run folders of an older prognome do not say
        return value if folds is None else element("span", value, f" (in {count(int(folds), 'fold')})")
    return Estimate(element("span", value, " (", low, " to ", high, ")"), value, low, high)


def _figure(run: Run, value: float) -> Markup:
    if pd.isna(value):
        return element("span", "–")
    return data(value, decimal(value, 3) if run.primary in UNIT else significant(value))


def _dash_or_count(value: float | None) -> str:
    """A dash for a column that was not looked at; run folders of an older prognome do not say."""
    return "–" if value is None or pd.isna(value) else count(int(value))


def _number(value: float) -> object:
    return "–" if pd.isna(value) else data(value, significant(value))


def _shapes(run: Run, unit: str) -> list[Drawing]:
    """Mean part over the values of each of the first columns, with the middle eight tenths of the rows."""
    drawings = []
    for feature in list(dict.fromkeys(run.marker_shapes.get("feature", ())))[:SHAPES]:
        here = run.marker_shapes[run.marker_shapes["feature"] == feature]
        if len(here) < 2:
            continue
        levels = here["value"].isna().all()
        x = np.arange(len(here), dtype=float) if levels else here["value"].to_numpy(float)
        names = tuple(str(level) for level in here["level"]) if levels else ()
        across = (
            Axis(-0.5, len(here) - 0.5, shorten(bare(feature), 38), tuple(x.tolist()), names)
            if levels
            else Axis.around(x, shorten(bare(feature), 38))
        )
        up = Axis.around([*here["shap_low"], *here["shap_high"], 0.0], f"Part, {unit}")
        plot = Plot(across, up, width=330, height=250, left=72, right=22)
        low, mean, high = (here[name].to_numpy(float) for name in ("shap_low", "shap", "shap_high"))
        marks = (
            [whiskers(plot, x, low, high, role("s1")), points(plot, x, mean, role("s1"))]
            if levels
            else [
                band(plot, x, low, high, role("s1")),
                line(plot, x, mean, role("s1")),
                points(plot, x, mean, role("s1"), radius=2.6),
            ]
        )
        title = f"How {bare(feature)} counts"
        told = "; ".join(
            f"{level if levels else significant(at)}: {significant(part)}"
            for level, at, part in zip(here["level"], x.tolist(), mean.tolist(), strict=True)
        )
        caption = "Mean part, and where eight tenths of the rows lie."
        drawings.append(
            Drawing(f"shape_{slug(str(feature))}", title, caption, draw(plot, marks, title, told))
        )
    return drawings


def _shapes_block(shapes: list[Drawing]) -> Markup | None:
    if not shapes:
        return None
    return join(
        [
            element("h3", "How the first ones count"),
            figures(shapes),
            element(
                "p",
                "Bins and levels of fewer than five rows are left out. A wide band at one value means that "
                "other columns change what this one says.",
                class_="note",
            ),
        ]
    )


def _pairs(run: Run) -> Markup | None:
    if not len(run.marker_pairs):
        return None
    rows: list[list[object]] = [
        [bare(one["a"]), bare(one["b"]), _number(one["strength"]), f"{int(one['folds'])}"]
        for one in run.marker_pairs.head(PAIRS).to_dict("records")
    ]
    columns = [
        Column("One"), Column("Other"), Column("Mean |joint part|", numeric=True),
        Column("Folds", numeric=True),
    ]  # fmt: skip
    return join(
        [
            element("h3", "Pairs that act together"),
            element(
                "p", "SHAP interaction values: what two columns give together beyond what each gives alone."
            ),
            table("Strongest pairs", columns, rows, name="marker_pairs"),
        ]
    )


def _panel_drawing(run: Run) -> Drawing:
    size = run.panel["size"].to_numpy(float)
    places = np.log2(size)
    name = sentence(metric_name(run.primary))
    ends = [*run.panel["mean"], *run.panel["mean"] - run.panel["se"], *run.panel["mean"] + run.panel["se"]]
    plot = Plot(
        Axis(
            places.min() - 0.2,
            places.max() + 0.2,
            "Markers",
            tuple(places.tolist()),
            tuple(f"{n:g}" for n in size),
        ),
        Axis.around(ends, name),
        width=720,
        height=300,
        left=66,
    )
    mean, se = run.panel["mean"].to_numpy(float), run.panel["se"].to_numpy(float)
    smallest = (run.record["explanation"]["panel"] or {}).get("smallest")
    chosen = size == smallest
    marks = [
        band(plot, places, mean - se, mean + se, role("s1")),
        line(plot, places, mean, role("s1")),
        points(plot, places, mean, role("s1")),
        points(plot, places[chosen], mean[chosen], role("s2"), radius=6),
    ]
    title = "How good with few markers"
    told = "; ".join(f"{n:g}: {significant(value)}" for n, value in zip(size, mean, strict=True))
    caption = (
        f"{name}, mean of the folds ± one standard error; every fold ranked the markers by its own training "
        "rows. Marked: the smallest panel within one standard error of the best."
    )
    return Drawing("panel", title, caption, draw(plot, marks, title, told), wide=True)


def _panel_block(run: Run, said: dict[str, Any], panel: Drawing | None) -> Markup | None:
    if panel is None:
        return None
    smallest = int(said["panel"]["smallest"])
    rows: list[list[object]] = [
        [
            bare(one["marker"]),
            str(one["marker"]).partition(":")[0],
            f"{int(one['folds'])} of {said['folds']}",
        ]
        for one in run.panel_markers.head(max(2 * smallest, 5)).to_dict("records")
    ]
    columns = [Column("Marker"), Column("Block"), Column(f"In the panel of {smallest}", numeric=True)]
    title = f"Who stands in the panel of {smallest}"
    members = table(title, columns, rows, name="panel_markers")
    if len(rows) > MOST_MEMBERS:
        members = element(
            "details", element("summary", f"{title} ({count(len(rows), 'marker')})"), members, class_="long"
        )
    return join(
        [
            element("h3", "The smallest panel"),
            element("p", str(said["panel_sentence"])),
            panel.figure(),
            members,
        ]
    )


def _pathways(run: Run) -> Markup | None:
    if not len(run.pathways):
        return None
    held = run.pathways[run.pathways["markers"] > 0].head(PATHWAYS)
    rows: list[list[object]] = [
        [
            str(one["pathway"]), f"{int(one['markers'])} of {int(one['size'])}", decimal(one["expected"], 1),
            p_value(float(one["p"])), p_value(float(one["q"])), str(one["genes"]).replace(",", ", "),
        ]
        for one in held.to_dict("records")
    ]  # fmt: skip
    columns = [
        Column("Gene set"), Column("Markers in it", numeric=True), Column("Expected", numeric=True),
        Column("p", numeric=True), Column("q", numeric=True), Column("Which"),
    ]  # fmt: skip
    tried = f"{count(len(run.pathways), 'gene set')} with 5 to 500 measured genes were tried"
    if not rows:
        return join([element("h3", "Pathways"), element("p", f"{tried}; none holds a marker.")])
    note = (
        f"{tried}: hypergeometric test against the measured columns, false discovery rate by Benjamini and "
        "Hochberg."
    )
    return join(
        [
            element("h3", "Pathways"),
            element("p", note),
            table("Gene sets", columns, rows, name="pathways", scroll=True),
        ]
    )


def _agreement(run: Run) -> Markup | None:
    if not len(run.marker_agreement):
        return None
    rows: list[list[object]] = [
        [
            str(one["a"]),
            str(one["b"]),
            *(_share(one[name]) for name in ("spearman", "rank_biased_overlap", "top_jaccard")),
        ]
        for one in run.marker_agreement.to_dict("records")
    ]
    columns: Sequence[Column] = [
        Column("One"), Column("Other"), Column("Rank correlation", numeric=True),
        Column("Overlap, top weighted", numeric=True), Column("Shared among the first", numeric=True),
    ]  # fmt: skip
    return element(
        "details",
        element("summary", "Do the ways of ranking agree?"),
        element(
            "p",
            "Over the columns that every way was asked about. Where they disagree, neighbours share weight, "
            "or the model uses a column otherwise than a plain test looks at it.",
        ),
        table("Agreement of ways to rank", columns, rows, name="marker_agreement"),
    )


def _share(value: float) -> object:
    return "–" if pd.isna(value) else data(value, decimal(value, 2))
