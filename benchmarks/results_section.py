"""One study of docs/results.md as Markdown: figures, verdicts, subgroups, what the guards said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from benchmarks.results_examples import Example, Figure

KEY = ["model", "part", "metric", "threshold"]


def section(
    example: Example,
    record: Mapping[str, Any],
    scores: pd.DataFrame,
    gaps: pd.DataFrame,
    timing: pd.DataFrame,
    best: str,
) -> list[str]:
    """The whole section.

    Parameters
    ----------
    example
        What to show.
    record
        ``run.json``.
    scores, gaps, timing
        The tables of the run folder.
    best
        Label of the best model.
    """
    head = (
        f"`examples/{example.file}`: {record['cohort']['rows']:,} rows; {example.protocol}. "
        f"{record['seconds']:,.0f} seconds on {record['machine']['cores']} cores; {used(timing):,.0f} seconds of "
        "one core went into fitting."
    )
    lines = [f"## {example.title}", "", head, "", *figures(example, record, scores), ""]
    lines += [f"- {said}" for said in record["verdicts"].values()]
    for part, sentences in record["subgroups"].items():
        where = "" if len(record["subgroups"]) == 1 else f"{short(part)}: "
        lines += [f"- {where}{sentence}" for sentence in sentences]
    lines += ["", *gap_tables(example, gaps, best)]
    lines += [*guards(record["guards"]), ""]
    lines += [example.remark, ""] if example.remark else []
    if example.published:
        lines += ["Published:", "", *(f"- {line}" for line in example.published), ""]
    looks = record["split"]["test_looked_at_by_studies"]
    if looks:
        lines += [f"Different studies that have scored this test part on this machine: {looks}.", ""]
    return lines + [f"Failed: {label}: {why}.\n" for label, why in record["failures"].items()]


def used(timing: pd.DataFrame) -> float:
    """Processor seconds of all fits and searches: other work on the machine does not make them more."""
    return float(timing[["search_cpu_seconds", "fit_cpu_seconds"]].sum().sum())


def figures(example: Example, record: Mapping[str, Any], scores: pd.DataFrame) -> list[str]:
    """The table of models, and below it how its intervals were made."""
    over_all = scores[scores["fold"].isna() & (scores["subgroup"] == "")]
    keys = over_all[KEY].itertuples(index=False, name=None)
    lines_by_key = dict(zip(keys, over_all.to_dict("records"), strict=True))
    baselines = {model["label"] for model in record["models"] if model["baseline"]}
    decided = {key[2] for key in lines_by_key if key[3] == "fixed"}
    lines = [
        "| model | " + " | ".join(headings(example.figures)) + " |",
        "|---|" + "---|" * len(example.figures),
    ]
    methods: dict[str, list[str]] = {}
    for model in dict.fromkeys(scores["model"]):
        wanted = [(model, *full(figure, decided)) for figure in example.figures]
        name = f"**{model}** (best)" if model == record["best"] else model
        name += " (baseline)" if model in baselines else ""
        lines.append(f"| {name} | " + " | ".join(cell(lines_by_key.get(key)) for key in wanted) + " |")
        if model == record["best"]:
            for heading, key in zip(headings(example.figures), wanted, strict=True):
                if key in lines_by_key:
                    methods.setdefault(lines_by_key[key]["method"], []).append(heading)
    made = "; ".join(f"{method} ({', '.join(names)})" for method, names in methods.items())
    return [*lines, "", f"Intervals: {made}."]


def gap_tables(example: Example, gaps: pd.DataFrame, best: str) -> list[str]:
    """For each metric asked for: every level of every column, against all other rows."""
    lines: list[str] = []
    for figure, heading in zip(example.gaps, headings(example.gaps), strict=True):
        part, metric, threshold = figure if len(figure) == 3 else (*figure, None)
        if gaps.empty:
            continue
        here = gaps[(gaps["model"] == best) & (gaps["part"] == part) & (gaps["metric"] == metric)]
        wanted = {threshold} if threshold else {"", "fixed"}
        here = here[here["threshold"].isin(wanted)]
        if here.empty:
            continue
        lines += [
            f"| {best}, {heading} | rows | value | all others | gap | verdict |",
            "|---|---|---|---|---|---|",
        ]
        said = here[here["verdict"] != "too few to say"]
        for line in said.to_dict("records"):
            level = f"{line['subgroup']}: {line['level']}"
            value, rest = (plain(line[name]) for name in ("value", "rest"))
            gap = (
                "" if pd.isna(line["gap"]) else f"{plain(line['gap'], signed=True)} {ends(line, signed=True)}"
            )
            lines.append(f"| {level} | {line['n']:,} | {value} | {rest} | {gap} | {line['verdict']} |")
        few = len(here) - len(said)
        lines += ["", f"{few} more with too few rows to say.", ""] if few else [""]
    return lines


def guards(told: Iterable[Mapping[str, Any]]) -> list[str]:
    """One line for each guard that spoke."""
    lines = []
    for one in told:
        if one["status"] not in ("alarm", "accepted"):
            continue
        accepted = f" Accepted: {one['reason']}." if one["status"] == "accepted" else ""
        lines.append(f"- `{one['guard']}`, {one['where']}: {first_sentence(one['what'])}{accepted}")
    return ["Guards that spoke:", "", *lines] if lines else ["No guard spoke."]


def headings(wanted: Sequence[Figure]) -> list[str]:
    """``cv accuracy, chosen threshold``."""
    return [
        f"{short(figure[0])} {figure[1]}" + (f", {figure[2]} threshold" if len(figure) == 3 else "")
        for figure in wanted
    ]


def full(figure: Figure, decided: set[str]) -> tuple[str, str, str]:
    """Part, metric and threshold; decisions are at the fixed one unless the example says otherwise."""
    if len(figure) == 3:
        return figure
    return (*figure, "fixed" if figure[1] in decided else "")


def cell(line: Mapping[Any, Any] | None) -> str:
    """``0.901 [0.840, 0.950]``, or empty where there is none."""
    if line is None or pd.isna(line["value"]):
        return ""
    digits = 3 if abs(line["value"]) < 5 else 2
    return f"{line['value']:.{digits}f} {ends(line, digits=digits)}".strip()


def ends(line: Mapping[Any, Any], *, digits: int | None = None, signed: bool = False) -> str:
    """The interval in brackets; empty where there is none."""
    if pd.isna(line["low"]):
        return ""
    if digits is not None:
        return f"[{line['low']:.{digits}f}, {line['high']:.{digits}f}]"
    return f"[{plain(line['low'], signed=signed)}, {plain(line['high'], signed=signed)}]"


def plain(value: float, *, signed: bool = False) -> str:
    """Three decimals below 5, two above; empty where there is none."""
    if pd.isna(value):
        return ""
    digits = 3 if abs(value) < 5 else 2
    return f"{value:+.{digits}f}" if signed else f"{value:.{digits}f}"


def short(part: str) -> str:
    """The part without ``external:``."""
    return part.removeprefix("external:")


def first_sentence(text: str) -> str:
    """Up to the first full stop that ends a sentence.

    >>> first_sentence("Kinship is .25 in 3 pairs. They are kept together.")
    'Kinship is .25 in 3 pairs.'
    """
    head, stop, _ = text.partition(". ")
    return head + "." if stop else text
