"""The baselines that shame: what they are, and the strongest of them."""

from __future__ import annotations

from prognome.page.html import Markup, element, join
from prognome.page.numbers import count
from prognome.report.folder import Run
from prognome.report.words import in_part, listed, model_name, with_interval


def baseline_sentence(run: Run) -> Markup | None:
    """The strongest baseline but the best model, with its figure; None where there is none."""
    figures = {label: run.figure(label, run.main) for label in run.baselines if label != run.best}
    known = {label: one for label, one in figures.items() if one is not None and one.value is not None}
    if not known:
        return None
    label = max(known, key=lambda name: run.metric.better(known[name].value or 0.0))
    also = "other " if run.best in run.baselines else ""
    start = (
        f"The {also}baseline" if len(known) == 1 else f"Of the {len(known)} {also}baselines the strongest, "
    )
    name = f"“{model_name(run, label)}” ({baseline_words(run, label)})"
    return join(
        [
            f"{start} {name} gives " if len(known) == 1 else f"{start}{name}, gives ",
            with_interval(run, run.primary, known[label]),
            " ",
            in_part(run, run.main),
            "." if len(known) == 1 else "; the table below has all.",
        ]
    )


def baselines_list(run: Run) -> Markup | None:
    """What each baseline is."""
    scored = [label for label in run.baselines if label in run.labels]
    if not scored:
        return None
    lines = [
        element("li", element("strong", model_name(run, label)), f": {baseline_words(run, label)}")
        for label in scored
    ]
    return element("details", element("summary", "What the baselines are"), element("ul", lines))


_PLAIN = {"number": "ridge", "survival": "Cox"}


def baseline_words(run: Run, label: str) -> str:
    """What a baseline does, in a few words."""
    number = run.kind == "number"
    if label == "single_best":
        taken = _features_taken(run, label)
        return (
            f"the one feature that tells most by itself in the training rows{f': {taken}' if taken else ''}"
        )
    if label == "linear":
        return f"{_PLAIN.get(run.kind, 'logistic')} regression on all data"
    if label.partition(":")[0] == "group_mean":
        columns = run.study.get("rows", {}).get("batch") or []
        column = label.partition(":")[2] or listed([f"“{name}”" for name in columns])
        what = "the mean" if number else "the shares of the classes"
        return f"{what} among the training rows of the same {column or 'group'}, no feature"
    if label == "clinical_only":
        blocks = listed(list(run.record["cohort"].get("clinical_blocks") or []))
        return f"a model of the clinical data alone{f': {blocks}' if blocks else ''}"
    if label == "dummy":
        if run.kind == "survival":
            return "the survival of all training rows (Kaplan–Meier), the same for everybody"
        return "always the median of the training rows" if number else "always the shares of the classes"
    return "a baseline"


def _features_taken(run: Run, label: str) -> str:
    """Which feature each fold took: ``genes:g1 in 4 of 5 folds and genes:g3 in 1``."""
    taken = next((one.get("features") or [] for one in run.record["models"] if one["label"] == label), [])
    folds = sum(one["folds"] for one in taken)
    if len(taken) == 1:
        return str(taken[0]["name"])
    words = [f"{one['name']} in {one['folds']}" for one in taken[:3]]
    if words:
        words[0] += f" of {count(folds, 'fold')}"
    more = folds - sum(one["folds"] for one in taken[:3])
    return listed([*words, *([f"others in {more}"] if more else [])])
