"""What a run folder answers in sentences, for the cards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prognome.page.html import plain
from prognome.page.numbers import count, percent
from prognome.report import guards
from prognome.report.calibration import mended
from prognome.report.decisions import rule_words
from prognome.report.folder import CHOSEN, Run
from prognome.report.subgroup_words import sentences
from prognome.report.survival_figures import mended as mended_survival
from prognome.report.words import (
    in_part,
    level_name,
    listed,
    metric_name,
    metric_of,
    model_name,
    scheme,
    sentence,
    with_interval,
)

MOST_SENTENCES = 6


def about(run: Run, *keys: str) -> str:
    """What the authors say under these keys, in one text."""
    told = []
    for key in keys:
        said = run.about.get(key) or ""
        words = "; ".join(str(one) for one in said) if isinstance(said, list) else str(said)
        if words:
            told.append(words if words.endswith((".", "?", "!")) else f"{words}.")
    return " ".join(told)


def target(run: Run) -> str:
    """The target, its kind and its classes."""
    spec = run.study["target"]
    if run.kind == "number":
        return f"Column “{spec['column']}”, a number."
    if run.kind == "survival":
        tau = float(run.record["follow_up"]["tau"])
        return (
            f"Survival: time to the event in “{spec['time']}”, whether it was seen in “{spec['column']}”; "
            f"judged up to {tau:.4g}."
        )
    classes = listed([f"“{label}”" for label in run.classes])
    event = f"; the event is “{run.classes[1]}”" if run.kind == "binary" else ""
    return f"Column “{spec['column']}”, classes {classes}{event}."


def rows(run: Run) -> str:
    """How many rows, with their classes, and what was lost."""
    cohort = run.record["cohort"]
    classes = [f"{one['rows']:,} {one['label']}" for one in cohort["classes"]]
    words = f"{count(cohort['rows'], 'row')} in the study{f' ({listed(classes)})' if classes else ''}."
    lost = cohort["losses"][1:]
    told = [f"{one['rows']:,} {one['reason']}" for one in lost if one["rows"]]
    return f"{words} Left out: {listed(told)}." if told else f"{words} None were left out."


def parts(run: Run) -> str:
    """Rows, and events, of every part that judged."""
    told = []
    for part in run.parts:
        figure = run.figure(run.best, part)
        if figure is not None:
            events = "" if figure.events is None else f", {figure.events:,} with the event"
            told.append(f"{in_part(run, part)}: {count(figure.n, 'row')}{events}")
    return sentence("; ".join(told)) + "."


def division(run: Run) -> str:
    """Who learned and who judged."""
    split = run.record["split"]
    main = scheme(run) if run.main == "cv" else "one training, one validation and one test part"
    words = f"Development and internal validation by {main}."
    if split["test_rows"]:
        words += f" A test part of {count(split['test_rows'], 'row')} judged once, at the end."
    external = run.record.get("external") or {}
    if external:
        named = listed([f"“{name}” ({count(one['rows'], 'row')})" for name, one in external.items()])
        words += f" External cohorts only judged: {named}."
    return words


def blocks(run: Run) -> str:
    """Blocks of features and their sizes."""
    told = [
        f"{name} ({count(facts['columns'], 'column')}, {percent(facts['missing'])} missing)"
        for name, facts in run.record["cohort"]["blocks"].items()
    ]
    return f"Blocks: {listed(told)}."


def steps(run: Run) -> str:
    """Steps of every block."""
    spelt: Mapping[str, Any] = run.record.get("prepare") or run.study.get("prepare") or {}
    told = []
    for block in run.record["cohort"]["blocks"]:
        found = spelt.get(block)
        if found is None:
            continue
        names = [str(one["name"] if isinstance(one, Mapping) else one[0]) for one in found]
        told.append(f"{block}: {', then '.join(names) or 'none'}")
    return f"Steps, learned anew from the training rows of every fold: {'; '.join(told)}." if told else ""


def models(run: Run) -> str:
    """The models that were compared, the baselines, and the search."""
    ours = [model_name(run, label) for label in run.labels if label not in run.baselines]
    base = [model_name(run, label) for label in run.labels if label in run.baselines]
    tune = run.study.get("tune", {})
    search = (
        "parameters were not searched for"
        if tune.get("search", "none") == "none"
        else f"parameters were searched for inside each training set ({tune['search']}, "
        f"at most {count(int(tune.get('trials', 0)), 'setting')} of each model)"
    )
    return (
        f"Compared: {listed(ours)}; baselines: {listed(base)}. Best by {metric_name(run.primary)}, within "
        f"one standard error the simpler: {model_name(run, run.best)}. In this run {search}."
    )


def performance(run: Run, metric: str = "") -> str:
    """The best model's figure on every part."""
    told = []
    for part in run.parts:
        figure = run.figure(run.best, part, metric)
        if figure is not None and figure.value is not None:
            value = plain(with_interval(run, metric or run.primary, figure))
            told.append(f"{value} {in_part(run, part)}")
    name = metric_of(run, metric or run.primary)
    start = f"{sentence(name)} of {model_name(run, run.best)}, with {level_name(run)} intervals"
    return f"{start}: {'; '.join(told)}."


def honest(run: Run) -> str:
    """The figure that allows for the choice among models; empty where there is none."""
    figure = run.figure(CHOSEN, run.main)
    if figure is None or figure.value is None:
        return ""
    value = plain(with_interval(run, run.primary, figure))
    return f"Allowing for the choice among models: {value}."


def measures(run: Run) -> str:
    """Metrics and tests."""
    told = listed([metric_of(run, name) for name in run.metrics()])
    compared = sorted({one.test.split(",")[0] for part in run.parts for one in run.differences(part)})
    tests = f" Models were compared by: {listed(compared)}; p-values after Holm." if compared else ""
    return f"{sentence(told)}.{tests}"


def output(run: Run) -> str:
    """What the model says, and how decisions are taken."""
    sets = run.judge.get("coverage")
    covered = f" Intervals or sets are laid to hold the truth for {percent(float(sets))}." if sets else ""
    if run.kind == "number":
        return f"A number.{covered}"
    if run.kind == "survival":
        at = listed([f"{horizon:g}" for horizon in run.horizons])
        return f"A risk, the higher the earlier the event, and the share free of the event at {at}."
    words = "A probability of each class, and a decision"
    if run.kind == "multiclass":
        return f"{words}: the most probable class.{covered}"
    chosen = f", and at a threshold chosen inside training ({rule_words(run)})"
    return f"{words} at 0.5{chosen if run.judge.get('threshold') else ''}.{covered}"


def recalibration(run: Run) -> str:
    """Whether probabilities were mended inside training; empty for numbers."""
    if run.kind == "survival":
        return mended_survival(run)
    return "" if run.kind == "number" else mended(run)


def updating(run: Run) -> str:
    """What was changed after judging, and because of it."""
    if run.study.get("refit") == "all" and run.record["split"]["test_rows"]:
        return (
            "After judging, the saved model was fitted again on all rows, test rows among them; what was "
            "judged is the model before that."
        )
    return "No updating: nothing was changed by what the judged rows showed."


def calculated(run: Run) -> str:
    """How the rows that judge got their predictions."""
    chose = "" if run.main == "cv" else " The validation part also chose settings."
    return (
        f"In code (prognome {run.record['versions']['prognome']}): every row was predicted by a model fitted "
        f"on other rows.{chose} Single predictions stand in predictions.tsv."
    )


def subgroup_columns(run: Run) -> list[str]:
    """Columns whose levels have figures of their own."""
    return list(dict.fromkeys(one.column for part in run.parts for one in run.by_level(part)))


def subgroups(run: Run) -> str:
    """What was said of subgroups; empty where nobody looked."""
    told = [one for part in run.parts for one in sentences(run, part)]
    more = len(told) - MOST_SENTENCES
    left = [f"{count(more, 'more sentence')} in the report."] if more > 0 else []
    return " ".join([*told[:MOST_SENTENCES], *left])


def alarms(run: Run, stage: str = "") -> str:
    """What the guards found; empty where none was asked.

    Parameters
    ----------
    run
        The run folder.
    stage
        How the names of the stages begin that count; all by default.
    """
    told = [one for one in guards.said(run) if one.stage.startswith(stage)]
    asked = {one.guard for one in told if one.status != "not_applicable"}
    if not told:
        return ""
    if not asked:
        return "No guard applied."
    loud, excused = (
        list(dict.fromkeys(one.title for one in told if one.status == status))
        for status in ("alarm", "accepted")
    )
    found = f"alarms: {listed(loud)}" if loud else "none raised an alarm that was not accepted"
    if not loud and not excused:
        found = "none raised an alarm"
    if excused:
        found += f"; accepted with a reason: {listed(excused)}"
    return f"{count(len(asked), 'guard')} looked for reasons for doubt; {found}."


def arrivals(run: Run) -> str:
    """How external cohorts meet the contract; empty where there are none."""
    told = [
        f"“{name}”: {percent(one['coverage'])} of the features on average, {count(one['out_of_range'])} of "
        f"{count(one['rows'], 'row')} outside the training range, {count(one['refused_by_contract'])} would "
        "be refused"
        for name, one in (run.record.get("external") or {}).items()
    ]
    return f"{'; '.join(told)}." if told else ""


def contract(run: Run) -> str:
    """What happens to a new row that does not fit; empty where the run folder does not say."""
    spec = run.study.get("contract") or {}
    if not spec:
        return ""
    return (
        f"A new row that lacks a column: {spec['missing_column']}; with an unseen category: "
        f"{spec['unseen_category']}; with values outside the training range: {spec['out_of_range']}. It must "
        f"bring {percent(float(spec['coverage']))} of the features; single gaps are filled as in training."
    )


def bundle(run: Run) -> str:
    """The saved model; empty where there is none."""
    facts = run.record.get("bundle")
    if not facts:
        return ""
    holds = "holds" if facts["holds_training_rows"] else "does not hold"
    return (
        f"bundle/ in the run folder, manifest sha256 {facts['manifest_sha256'][:12]}…; applied with: "
        f"prognome predict. It {holds} data of single training rows."
    )


def inputs(run: Run) -> str:
    """How many files, named by checksum in run.json."""
    return f"{count(len(run.record['inputs']), 'input file')}, with checksums in run.json."
