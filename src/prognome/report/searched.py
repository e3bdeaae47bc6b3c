"""What the search for parameters tried, what it took, and what that was worth on inner folds."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import numpy as np
import pandas as pd

from prognome.page.chart import Axis, Plot, draw, line
from prognome.page.html import Markup, element
from prognome.page.numbers import count, seconds, significant
from prognome.page.palette import role
from prognome.page.table import Column, table
from prognome.report.drawing import Drawing
from prognome.report.folder import Run
from prognome.report.named_lines import names_at_ends
from prognome.report.words import decimal_of, metric_name, model_name, sentence

COLOURS = ("s1", "s2", "s3", "s4", "s5", "soft")
DASHES = ("", "7 4", "2 4")
PLANS = {
    "random": "drawn at random",
    "grid": "of a grid",
    "bayesian": "proposed from what was seen (tree-structured Parzen estimator)",
    "halving": "on few rows first, the best third on three times as many, until all rows were used",
}


def search_section(run: Run) -> tuple[Markup | None, list[Drawing]]:
    """A table of what was taken and a figure of how the best rose; None where nothing was searched."""
    tried = _tried(run)
    if not len(tried):
        return None, []
    drawing = search_drawing(run, tried)
    plan = str(run.study.get("tune", {}).get("search", ""))
    body = element(
        "section",
        element("h2", "Search"),
        element("p", _words(run, tried, plan)),
        _table(run, tried),
        element("div", drawing.figure(), class_="figures") if drawing else None,
        element(
            "p",
            "Figures of inner folds, on training rows alone. The best of many settings looks better than it "
            "is; what the search was worth stands in the table of models, by the rows outside. All settings: "
            "search.tsv in the run folder.",
            class_="note",
        ),
        id="search",
    )
    return body, [drawing] if drawing else []


def _tried(run: Run) -> pd.DataFrame:
    """Settings of the part that chose the best model."""
    if not len(run.search):
        return run.search
    return run.search[run.search["part"] == run.main]


def _words(run: Run, tried: pd.DataFrame, plan: str) -> str:
    many = tried.groupby(["model", "repeat", "fold"], dropna=False).size()
    failed = int((tried["failure"] != "").sum())
    said = (
        f"{count(len(tried), 'setting')} of {count(tried['model'].nunique(), 'model')} were judged inside "
        f"the training rows, at most {int(many.max()):,} for a model in a fold: {PLANS.get(plan, plan)}. "
        f"That took {seconds(float(tried['seconds'].sum()))} in all, over all processes."
    )
    minutes = run.study.get("tune", {}).get("minutes")
    if minutes:
        said += (
            f" No new setting was begun after {minutes:g} minutes, so another machine may try more or fewer."
        )
    return f"{said} {count(failed, 'setting')} failed and could not be chosen." if failed else said


def _table(run: Run, tried: pd.DataFrame) -> Markup:
    rows = []
    for label in [one for one in run.labels if one in set(tried["model"])]:
        here = tried[tried["model"] == label]
        whole = here[here["share"] == 1]
        chosen = whole[whole["chosen"] == 1].drop_duplicates(["repeat", "fold"])
        first = whole[whole["parameters"] == "{}"]
        kept = int((chosen["parameters"] == "{}").sum())
        folds = len(here.drop_duplicates(["repeat", "fold"]))
        rows.append(
            [
                model_name(run, label),
                count(len(here)),
                _mean(run, first["score"], folds),
                _mean(run, chosen["score"], folds),
                f"{kept} of {folds}" if len(first) else "–",
                element("code", _chosen([json.loads(text) for text in chosen["parameters"]])),
            ]
        )
    columns = [
        Column("Model"),
        Column("Settings", numeric=True),
        Column("Defaults", numeric=True),
        Column("Chosen", numeric=True),
        Column("Defaults kept", numeric=True, label="Folds that kept the defaults"),
        Column("Chosen in the folds"),
    ]
    caption = f"{sentence(metric_name(run.primary))} on inner folds, mean of the folds"
    return table(caption, columns, rows, name="search", caption_shown=True)


def _mean(run: Run, scores: pd.Series, folds: int) -> object:
    """The mean over the folds; where some have no figure, how many have: another mean would not compare."""
    known = int(scores.notna().sum())
    if known == folds:
        return decimal_of(run, float(scores.mean()))
    return f"in {known} of {folds} folds" if known else "not tried"


def _chosen(settings: list[dict[str, Any]]) -> str:
    """Each parameter with what the folds took: a span of numbers, or values by how often."""
    said = []
    for name in dict.fromkeys(name for one in settings for name in one):
        values = [one[name] for one in settings if name in one]
        numbers = all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values)
        if numbers:
            low, high = f"{min(values):.4g}", f"{max(values):.4g}"
            told = low if low == high else f"{low} to {high}"
        else:
            told = ", ".join(f"{value} ({n}×)" for value, n in Counter(map(str, values)).most_common())
        said.append(f"{_short(name)}: {told}")
    return "; ".join(said) or "the defaults"


def _short(path: str) -> str:
    """``model__C`` is C; ``prepare__mrna__select.anova__k`` is mrna.select.anova.k."""
    return path.removeprefix("model__").removeprefix("prepare__").replace("__", ".")


def search_drawing(run: Run, tried: pd.DataFrame) -> Drawing | None:
    """The best so far by setting, mean of the folds, one line a model; None for a single setting."""
    whole = tried[tried["share"] == 1]
    climbs = {label: _climb(run, whole[whole["model"] == label]) for label in run.labels}
    climbs = {label: climb for label, climb in climbs.items() if len(climb) > 1}
    if not climbs:
        return None
    heights = np.concatenate(list(climbs.values()))
    longest = max(len(climb) for climb in climbs.values())
    plot = Plot(
        Axis.around([1, longest], "Settings judged on all rows"),
        Axis.around(heights[np.isfinite(heights)], sentence(metric_name(run.primary))),
        width=720,
        height=340,
        left=66,
        right=224,
    )
    drawn, ends = [], []
    for place, (label, climb) in enumerate(climbs.items()):
        colour, dash = COLOURS[place % len(COLOURS)], DASHES[place // len(COLOURS) % len(DASHES)]
        drawn.append(line(plot, np.arange(1, len(climb) + 1), climb, role(colour), width=2.2, dash=dash))
        ends.append((float(plot.py(climb[-1])), label, colour))
    drawn += names_at_ends(run, plot, ends)
    told = ". ".join(
        f"{model_name(run, label)}: {significant(float(climb[0]))} to {significant(float(climb[-1]))} in "
        f"{count(len(climb), 'setting')}"
        for label, climb in climbs.items()
    )
    title = "Search"
    caption = (
        f"{sentence(metric_name(run.primary))} of the best setting so far on inner folds, mean of the folds."
    )
    return Drawing("search", title, caption, draw(plot, drawn, title, told), wide=True)


def _climb(run: Run, here: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.float64]]:
    """(settings,) the best score so far, mean over the folds; cut to the shortest of them."""
    better = run.metric.better(1.0)
    best = [
        better * np.fmax.accumulate(better * one["score"].to_numpy(float))
        for _, one in here.groupby(["repeat", "fold"], sort=False, dropna=False)
    ]
    shortest = min((len(one) for one in best), default=0)
    return np.mean([one[:shortest] for one in best], axis=0) if shortest else np.empty(0)
