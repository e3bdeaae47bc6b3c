"""How much the result hangs on the folds, on the number of rows, on seeds, and on looks at the test part."""

from __future__ import annotations

import numpy as np

from prognome.page.chart import Axis, Plot, draw, line, points
from prognome.page.html import Markup, element, join
from prognome.page.numbers import count, data, decimal, significant
from prognome.page.palette import role
from prognome.page.table import Column, table
from prognome.report.drawing import Drawing
from prognome.report.fold_figure import fold_drawing
from prognome.report.folder import Run
from prognome.report.words import UNIT, metric_name, model_name, sentence


def stability_section(run: Run) -> tuple[Markup | None, list[Drawing]]:
    """Folds, learning curve, seeds, looks; None where there is none of these."""
    folds, curve = fold_drawing(run), curve_drawing(run)
    said = run.record.get("stability") or {}
    blocks = [
        join([element("h3", "Fold by fold"), folds.figure()]) if folds else None,
        _curve_block(curve, str(said.get("curve") or "")),
        _seeds_block(run, str(said.get("spread") or "")),
        _looks(run),
    ]
    if not any(block is not None for block in blocks):
        return None, []
    drawings = [one for one in (folds, curve) if one is not None]
    return element("section", element("h2", "Stability"), blocks, id="stability"), drawings


def _curve_block(curve: Drawing | None, said: str) -> Markup | None:
    if curve is None and not said:
        return None
    return join(
        [
            element("h3", "More rows"),
            element("p", said) if said else None,
            curve.figure() if curve else None,
        ]
    )


def curve_drawing(run: Run) -> Drawing | None:
    """The primary metric over the number of rows learned from; None below two points."""
    if not len(run.stability):
        return None
    lines = run.stability[(run.stability["kind"] == "curve") & run.stability["value"].notna()]
    if lines["share"].nunique() < 2:
        return None
    mean = lines.groupby("share")[["train_rows", "value"]].mean()
    floor = -1.0 if run.primary in UNIT else -np.inf
    size, values = lines["train_rows"].to_numpy(float), np.maximum(lines["value"].to_numpy(float), floor)
    plot = Plot(
        Axis.around([*size, 0.0], "Rows learned from in a fold"),
        Axis.around(values, sentence(metric_name(run.primary))),
        width=720,
        height=340,
        left=66,
        right=24,
    )
    label = str(lines["model"].iloc[0])
    drawn = [
        points(plot, size, values, role("s1"), radius=3.4, opacity=0.35),
        line(plot, mean["train_rows"], np.maximum(mean["value"], floor), role("s1"), width=2.4),
        points(plot, mean["train_rows"], np.maximum(mean["value"], floor), role("s1"), radius=4.8),
    ]
    title = "Learning curve"
    told = "; ".join(
        f"{rows:.0f} rows: {significant(value)}" for rows, value in mean.to_numpy(float).tolist()
    )
    folds = lines[["repeat", "fold"]].drop_duplicates()
    caption = (
        f"{model_name(run, label)}: {metric_name(run.primary)}, mean of {count(len(folds), 'fold')} (line), "
        "single folds faint; the rows that judge are always the same."
    )
    return Drawing("learning_curve", title, caption, draw(plot, drawn, title, told), wide=True)


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
            table(caption, columns, shown, caption_shown=True) if shown else None,
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
