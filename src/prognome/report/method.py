"""How it was done: steps, models, parameters, what the inner folds picked, time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from prognome.page.html import Markup, element, join
from prognome.page.numbers import count, seconds
from prognome.page.table import Column, pairs, table
from prognome.report.folder import Run
from prognome.report.words import level_name, metric_name, model_name


def method_section(run: Run) -> Markup:
    """Steps, models with their parameters, timing."""
    study = run.study
    tune, judge = study.get("tune", {}), study.get("judge", {})
    search = tune.get("search", "none")
    where = "as the mean of the folds" if run.main == "cv" else f"in the {run.main} part"
    entries: list[tuple[object, object]] = [
        (
            "Best means",
            f"best {metric_name(run.primary)} {where}; within one standard error the simpler model",
        ),
        (
            "Search for parameters",
            "none"
            if search == "none"
            else f"{search}, at most {count(tune.get('trials', 0), 'setting')} a model in each training set",
        ),
        (
            "Intervals",
            f"{level_name(run)}; the method of each stands in scores.tsv. Where it draws samples, "
            f"{count(judge.get('bootstrap', 0), 'replicate')}; models are taken as fitted",
        ),
    ]
    if run.record.get("picks"):
        entries.append(("Picked by the inner folds", _picks(run)))
    return element(
        "section",
        element("h2", "How it was done"),
        pairs(entries),
        _steps(run),
        _models(run),
        _timing(run),
        id="method",
    )


def _picks(run: Run) -> str:
    picks = Counter(str(one["model"]) for one in run.record["picks"])
    return ", ".join(f"{model_name(run, label)} in {count(n, 'fold')}" for label, n in picks.most_common())


def _steps(run: Run) -> Markup:
    """Steps as the record spells them out, or as the study says them."""
    spelt: Mapping[str, Any] = run.record.get("prepare") or {}
    said: Mapping[str, Any] = run.study.get("prepare") or {}
    rows = []
    for block in run.record["cohort"]["blocks"]:
        steps = spelt.get(block, said.get(block))
        if steps is None:
            words: object = element("span", "the default steps of this version", class_="soft")
        elif not steps:
            words = element("span", "none", class_="soft")
        else:
            words = join([element("code", _step(one)) for one in steps], " → ")
        rows.append([block, words])
    caption = "Preparation, learned anew from the training rows of every fold"
    heads = [Column("Block"), Column("Steps, in order")]
    return table(caption, heads, rows, name="preparation", caption_shown=True)


def _step(step: Any) -> str:
    name, params = (step["name"], step.get("params")) if isinstance(step, Mapping) else (step[0], step[1])
    return f"{name}({_params(params)})" if params else str(name)


def _models(run: Run) -> Markup:
    specs = {spec["label"]: spec for spec in run.study.get("models", [])}
    rows = []
    for one in run.record["models"]:
        label = str(one["label"])
        spec = specs.get(label, {})
        said, chosen = spec.get("params") or {}, one.get("params") or {}
        if label in run.record.get("failures", {}):
            found: object = "failed"
        elif one.get("params") is None:
            found = element("span", "not refitted", class_="soft")
        else:
            found = (
                element("code", _params(chosen))
                if chosen
                else element("span", "nothing to choose", class_="soft")
            )
        rows.append(
            [
                _named(run, label),
                element("code", _params(said)) if said else element("span", "defaults", class_="soft"),
                found,
                ", ".join(spec["blocks"]) if spec.get("blocks") else "all it can use" if spec else "–",
            ]
        )
    columns = [Column("Model"), Column("Given"), Column("Chosen in the last fit"), Column("Blocks")]
    return table("Models and parameters", columns, rows, name="parameters", caption_shown=True)


def _named(run: Run, label: str) -> object:
    name = model_name(run, label)
    return name if name == label else [name, " ", element("code", label, class_="soft")]


def _params(params: Mapping[str, Any]) -> str:
    return ", ".join(f"{str(name).removeprefix('model__')}={_value(value)}" for name, value in params.items())


def _value(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _timing(run: Run) -> Markup:
    rows = []
    for label in [str(one["label"]) for one in run.record["models"]]:
        here = run.timing[run.timing["model"] == label]
        if not len(here):
            continue
        rows.append(
            [
                model_name(run, label),
                count(len(here)),
                *(
                    seconds(float(here[c].sum()))
                    for c in ("search_seconds", "fit_seconds", "predict_seconds")
                ),
                seconds(float(here["search_cpu_seconds"].sum() + here["fit_cpu_seconds"].sum())),
            ]
        )
    columns = [
        Column("Model"),
        *(Column(c, numeric=True) for c in ("Fits", "Search", "Fit", "Predict", "Processor")),
    ]
    machine = run.record.get("machine", {})
    cores = f" on {count(machine['cores'], 'core')}" if "cores" in machine else ""
    whole = f"The whole run took {seconds(run.record['seconds'])}{cores}."
    return element(
        "details",
        element("summary", "Time spent"),
        table("Time, summed over all fits", columns, rows, name="time"),
        element("p", whole, class_="note"),
    )
