"""How much the result hangs on the folds, on the number of rows, on seeds, and on looks at the test part."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from prognome.page.chart import Axis, Plot, draw, line, points
from prognome.page.html import Markup, element, join
from prognome.page.numbers import count, data, decimal, significant
from prognome.page.palette import role
from prognome.page.table import Column, table
from prognome.report.drawing import Drawing
from prognome.report.fold_figure import fold_drawing
from prognome.report.folder import Run
from prognome.report.named_lines import names_at_ends
from prognome.report.words import UNIT, listed, metric_name, model_name, sentence, spoken

_COLOURS = ("s1", "s2", "soft")
_DASHES = ("", "7 4", "2 4")


def stability_section(run: Run) -> tuple[Markup | None, list[Drawing]]:
    """Folds, learning curve, seeds, looks; None where there is none of these."""
    folds, curve = fold_drawing(run), curve_drawing(run)
    said = run.record.get("stability") or {}
    blocks = [
        join([element("h3", "Fold by fold"), folds.figure()]) if folds else None,
        _curve_block(run, curve, said),
        _seeds_block(run, str(said.get("spread") or "")),
        _looks(run),
    ]
    if not any(block is not None for block in blocks):
        return None, []
    drawings = [one for one in (folds, curve) if one is not None]
    return element("section", element("h2", "Stability"), blocks, id="stability"), drawings


def _curve_block(run: Run, curve: Drawing | None, said: Mapping[str, str]) -> Markup | None:
    shown, left_out = (spoken(run, str(said.get(name) or ""), run.main) for name in ("curve", "left_out"))
    if curve is None and not shown:
        return None
    return join(
        [
            element("h3", "More rows"),
            element("p", shown) if shown else None,
            curve.figure() if curve else None,
            element("p", left_out, class_="note") if left_out else None,
        ]
    )


def curve_drawing(run: Run) -> Drawing | None:
    """The primary metric over the number of rows learned from, for each model; None below two points."""
    if not len(run.stability):
        return None
    lines = run.stability[(run.stability["kind"] == "curve") & run.stability["value"].notna()]
    if lines["share"].nunique() < 2:
        return None
    floor = -1.0 if run.primary in UNIT else -np.inf
    labels = list(dict.fromkeys(lines["model"]))
    size, values = lines["train_rows"].to_numpy(float), np.maximum(lines["value"].to_numpy(float), floor)
    plot = Plot(
        Axis.around([*size, 0.0], "Rows learned from in a fold"),
        Axis.around(values, sentence(metric_name(run.primary))),
        width=720,
        height=340,
        left=66,
        right=24 if len(labels) == 1 else 224,
    )
    drawn, told, ends = [], [], []
    for label, colour, dash in zip(labels, _COLOURS, _DASHES, strict=False):
        here = lines[lines["model"] == label]
        mean = here.groupby("share")[["train_rows", "value"]].mean()
        heights = np.maximum(mean["value"].to_numpy(float), floor)
        faint = np.maximum(here["value"].to_numpy(float), floor)
        drawn += [
            points(plot, here["train_rows"], faint, role(colour), radius=3.4, opacity=0.35),
            line(plot, mean["train_rows"], heights, role(colour), width=2.4, dash=dash),
            points(plot, mean["train_rows"], heights, role(colour), radius=4.8),
        ]
        ends.append((float(plot.py(heights[-1])), label, colour))
        steps = "; ".join(
            f"{rows:.0f} rows: {significant(value)}" for rows, value in mean.to_numpy(float).tolist()
        )
        told.append(steps if len(labels) == 1 else f"{model_name(run, label)}: {steps}")
    if len(labels) > 1:
        drawn += names_at_ends(run, plot, ends)
    title = "Learning curve" if len(labels) == 1 else "Learning curves"
    folds = lines[["repeat", "fold"]].drop_duplicates()
    caption = (
        f"{listed([model_name(run, label) for label in labels])}: {metric_name(run.primary)}, mean of "
        f"{count(len(folds), 'fold')} (line), single folds faint; the rows that judge are always the same."
    )
    return Drawing("learning_curve", title, caption, draw(plot, drawn, title, ". ".join(told)), wide=True)


def _seeds_block(run: Run, said: str) -> Markup | None:
    rows = run.stability[run.stability["kind"] == "seed"] if len(run.stability) else run.stability
    if not len(rows) and not said:
        return None
    shown = []
    for seed in rows["seed"].unique().tolist() if len(rows) else []:
        known = rows.loc[rows["seed"] == seed, "value"].dropna().to_numpy(float)
        if not len(known):
            continue
        shown.append(
            [
                f"Seed {int(seed)}",
                _value(run, float(known.mean())),
                _value(run, float(known.min())),
                _value(run, float(known.max())),
                count(len(known)),
            ]
        )
    columns = [Column("Judged again"), *(Column(c, numeric=True) for c in ("Mean", "Least", "Most", "Folds"))]
    caption = f"{sentence(metric_name(run.primary))} with other seeds"
    return join(
        [
            element("h3", "Other seeds"),
            element("p", said) if said else None,
            table(caption, columns, shown, name="seeds", caption_shown=True) if shown else None,
        ]
    )


def _value(run: Run, value: float) -> Markup:
    return data(value, decimal(value, 3) if run.primary in UNIT else significant(value))


def _looks(run: Run) -> Markup | None:
    split = run.record["split"]
    if not split["test_rows"]:
        return None
    looks = split.get("test_looked_at_by_studies")
    if looks is None:
        words = "How often this test part has been scored could not be kept."
    elif looks == 1:
        words = "This study is the first on this machine to have scored these test rows."
    else:
        words = f"{count(looks)} different studies have scored these test rows on this machine."
    return join([element("h3", "Looks at the test part"), element("p", words)])
