"""Two runs side by side on one page: what each asked, on what rows, what came out, may it be compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any

from prognome.page.html import Markup, document, element, join
from prognome.page.numbers import count
from prognome.page.style import css
from prognome.page.table import Column, table
from prognome.report import card_facts, guards
from prognome.report.folder import CHOSEN, Run, read_run
from prognome.report.shared_rows import Shared, shared_rows
from prognome.report.words import (
    estimate,
    in_part,
    inside,
    listed,
    metric_name,
    model_name,
    part_name,
    scheme,
    sentence,
)

MOST_DIFFERENCES = 80
NO_TEST = (
    "Two intervals side by side make no test, whether they overlap or not. To learn whether one model is "
    "better than another, put both into one study: prognome then compares them on the same rows."
)
_WORDS_ALONE = ("name", "question", "about")


def compare_runs(first: Path, second: Path) -> str:
    """One HTML page on two run folders; it asks the network for nothing.

    Parameters
    ----------
    first, second
        Run folders.

    Raises
    ------
    OutputError
        If one of them is no run folder.
    """
    runs = (read_run(first), read_run(second))
    shared = shared_rows(Path(first), Path(second))
    names = _names(Path(first), Path(second))
    body = join(
        [
            element(
                "header",
                element("h1", "Two runs side by side"),
                element("p", f"A: {names[0]}. B: {names[1]}.", class_="question"),
                class_="top",
            ),
            element(
                "main",
                element(
                    "section",
                    element("h2", "May they be compared?"),
                    [element("p", one) for one in may_be_compared(runs, shared)],
                    element("p", element("strong", NO_TEST)),
                    class_="answer",
                ),
                _facts(runs),
                _scores(runs, shared),
                _guards(runs),
                _differences(runs),
            ),
            element(
                "footer",
                element("p", "Made by prognome from two run folders. Research use only."),
                class_="end",
            ),
        ]
    )
    return document("Two runs: prognome report", css(), body)


def _names(first: Path, second: Path) -> tuple[str, str]:
    """Names of the folders, with the folder above where they are the same."""
    one, other = first.resolve(), second.resolve()
    if one.name != other.name:
        return one.name, other.name
    return f"{one.parent.name}/{one.name}", f"{other.parent.name}/{other.name}"


# --- whether they may be compared -----------------------------------------------------------------------


def may_be_compared(runs: tuple[Run, Run], shared: Shared) -> list[str]:
    """Sentences on question, metric, rows and folds, the gravest first."""
    a, b = runs
    found = []
    targets = [(run.study["target"]["column"], run.kind, sorted(run.classes)) for run in runs]
    if targets[0] != targets[1]:
        found.append(
            f"They ask different questions: A predicts “{targets[0][0]}” ({a.kind}), B “{targets[1][0]}” "
            f"({b.kind}) or other classes. Their figures must not be compared."
        )
    if a.primary != b.primary:
        found.append(
            f"Their best models were chosen by different figures: {metric_name(a.primary)} in A, "
            f"{metric_name(b.primary)} in B."
        )
    found += [_rows(part, one) for part, one in shared.parts.items()]
    if not shared.parts:
        found.append("They have no part in common, so no figure of A stands on the rows of a figure of B.")
    if shared.folds is True:
        found.append(
            "Every row judged in the same fold in both: the same training rows stand behind each figure."
        )
    if shared.folds is False and "cv" in shared.parts and shared.parts["cv"].both:
        found.append(
            "The folds differ, so other training rows stand behind each figure; part of a difference is the "
            "chance of the folds."
        )
    if shared.taught:
        found.append(
            f"{count(shared.taught, 'row')} judged in the test part of one run and taught in the other: the "
            "two test parts are not the same."
        )
    return found


def _rows(part: str, one: Any) -> str:
    name = sentence(inside(part))
    if one.same:
        return (
            f"{name}: the same {count(one.both, 'row')} judged in both, so the figures stand on equal ground."
        )
    if not one.both:
        return (
            f"{name}: no row is in both ({one.first:,} in A, {one.second:,} in B). Figures are of other rows."
        )
    words = f"{name}: {count(one.both, 'row')} judged in both, of {one.first:,} in A and {one.second:,} in B."
    if one.other_truth:
        words += f" For {one.other_truth:,} of them the truth is not the same."
    return f"{words} A difference may be one of rows."


# --- what each is ---------------------------------------------------------------------------------------


def _facts(runs: tuple[Run, Run]) -> Markup:
    lines: list[tuple[str, list[object]]] = [
        ("Study", [str(run.study.get("name") or "study") for run in runs]),
        ("Question", [str(run.study.get("question") or "–") for run in runs]),
        ("Target", [card_facts.target(run) for run in runs]),
        ("Rows", [card_facts.rows(run) for run in runs]),
        ("Features", [card_facts.blocks(run) for run in runs]),
        ("Split", [_split(run) for run in runs]),
        ("External cohorts", [listed(list(run.record.get("external") or {})) or "none" for run in runs]),
        ("Best model", [model_name(run, run.best) for run in runs]),
        (
            "Date, version",
            [f"{run.record['started'][:10]}, {run.record['versions']['prognome']}" for run in runs],
        ),
    ]
    rows = [[name, *cells] for name, cells in lines]
    return element(
        "section",
        element("h2", "What each is"),
        table("What each run is", [Column("What"), Column("A"), Column("B")], rows),
    )


def _split(run: Run) -> str:
    test = run.record["split"]["test_rows"]
    main = scheme(run) if run.main == "cv" else "one training, one validation and one test part"
    return f"{main}; test part of {count(test, 'row')}" if test else main


# --- what came out --------------------------------------------------------------------------------------


def _scores(runs: tuple[Run, Run], shared: Shared) -> Markup:
    metrics = list(dict.fromkeys(run.primary for run in runs))
    return element("section", element("h2", "Scores"), [_table(runs, shared, metric) for metric in metrics])


def _table(runs: tuple[Run, Run], shared: Shared, metric: str) -> Markup:
    """Models with the same label on one line; parts that only one run has are left empty in the other."""
    parts = list(dict.fromkeys(part for run in runs for part in run.parts))
    labels = list(dict.fromkeys(label for run in runs for label in [*run.labels, CHOSEN]))
    columns = [Column("Model")]
    for part in parts:
        columns += [Column(f"{part_name(part)}, {letter}") for letter in "AB"]
    rows: list[list[object]] = []
    classes = []
    for label in labels:
        cells: list[object] = []
        for part in parts:
            cells += [_cell(run, label, part, metric) for run in runs]
        if all(cell == "–" for cell in cells):
            continue
        owner = next(run for run in runs if label in (*run.labels, CHOSEN))
        best = [letter for letter, run in zip("AB", runs, strict=True) if run.best == label]
        tags = [element("span", f"best in {letter}", class_="tag best") for letter in best]
        rows.append([[model_name(owner, label), tags], *cells])
        classes.append("best" if best else "")
    unequal = [
        in_part(runs[0], part) for part in parts if part in shared.parts and not shared.parts[part].same
    ]
    note = f" Not the same rows {listed(unequal)}." if unequal else ""
    return join(
        [
            table(
                f"{sentence(metric_name(metric))}, with the intervals of each run",
                columns,
                rows,
                row_classes=classes,
                scroll=True,
                caption_shown=True,
            ),
            element("p", f"{NO_TEST}{note}", class_="note"),
        ]
    )


def _cell(run: Run, label: str, part: str, metric: str) -> object:
    figure = run.figure(label, part, metric)
    return "–" if figure is None else estimate(run, metric, figure, "–")


# --- guards and studies ---------------------------------------------------------------------------------


def _guards(runs: tuple[Run, Run]) -> Markup:
    told = [{(one.title, one.where): one.status for one in guards.said(run)} for run in runs]
    keys = list(dict.fromkeys(key for each in told for key in each))
    loud = [key for key in keys if any(each.get(key) in ("alarm", "accepted") for each in told)]
    rows = [
        [
            f"{title} ({where})" if where else title,
            *(each.get((title, where), "silent or not asked") for each in told),
        ]
        for title, where in loud
    ]
    body = (
        table("Guards that spoke", [Column("Guard"), Column("A"), Column("B")], rows)
        if rows
        else element("p", "No guard raised an alarm in either run.")
    )
    return element("section", element("h2", "Guards"), body)


def _differences(runs: tuple[Run, Run]) -> Markup:
    flat = [_flat({k: v for k, v in run.study.items() if k not in _WORDS_ALONE}) for run in runs]
    keys = [key for key in dict.fromkeys((*flat[0], *flat[1])) if flat[0].get(key) != flat[1].get(key)]
    rows = [
        [element("code", key), *(_shown(each.get(key)) for each in flat)] for key in keys[:MOST_DIFFERENCES]
    ]
    more = len(keys) - len(rows)
    hashes = [{one["sha256"] for one in run.record["inputs"]} for run in runs]
    same = len(hashes[0] & hashes[1])
    files = (
        f"Input files with the same content: {same:,}; only in A: {len(hashes[0] - hashes[1]):,}; "
        f"only in B: {len(hashes[1] - hashes[0]):,}."
    )
    return element(
        "section",
        element("h2", "What differs in the studies"),
        element("p", files),
        table("Keys that differ", [Column("Key"), Column("A"), Column("B")], rows)
        if rows
        else element("p", "The two studies say the same, but for words."),
        element("p", f"{count(more, 'more key')} differ: see study.yaml.", class_="note")
        if more > 0
        else None,
    )


def _flat(said: Any, place: str = "") -> dict[str, Any]:
    """Dotted keys; models by label, so that another order is no difference; paths without their folders."""
    if isinstance(said, Mapping):
        found: dict[str, Any] = {}
        for key, value in said.items():
            found |= _flat(value, f"{place}.{key}" if place else str(key))
        return found or {place: "none"}
    if isinstance(said, Sequence) and not isinstance(said, str):
        if said and all(isinstance(one, Mapping) for one in said):
            found = {}
            for at, one in enumerate(said):
                name = one.get("label") or one.get("name") or at
                if place.startswith("prepare"):
                    name = f"{at}.{one.get('name', '')}"
                found |= _flat({k: v for k, v in one.items() if k != "label"}, f"{place}.{name}")
            return found
        return {place: [_bare(place, one) for one in said]}
    return {place: _bare(place, said)}


def _bare(place: str, value: Any) -> Any:
    return (
        PurePath(value).name
        if place.endswith(("path", "fasta", "file")) and isinstance(value, str)
        else value
    )


def _shown(value: Any) -> object:
    if value is None:
        return element("span", "–", class_="soft")
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= 160 else f"{text[:160]}…"
