"""Who the rows are, how many were lost and why, and the cohorts from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prognome.page.html import Markup, element
from prognome.page.numbers import count, percent
from prognome.page.table import Column, table
from prognome.report.drawing import Drawing
from prognome.report.flow import flow_drawing
from prognome.report.folder import Run
from prognome.report.table1 import table1_block


def cohort_section(run: Run) -> tuple[Markup, list[Drawing]]:
    """Flow of rows, classes, characteristics, blocks, external cohorts."""
    cohort = run.record["cohort"]
    drawing = flow_drawing(run)
    body = element(
        "section",
        element("h2", "Cohort"),
        _flow(run),
        element("div", drawing.figure(), class_="roomy"),
        element(
            "p",
            f"{count(cohort['mismatches'], 'id')} did not match between files; see mismatches.tsv.",
        )
        if cohort.get("mismatches")
        else None,
        _classes(run),
        table1_block(run),
        _blocks(run),
        _external(run),
        id="cohort",
    )
    return body, [drawing]


def _flow(run: Run) -> Markup:
    """The same as the diagram, as a list for narrow screens."""
    cohort, split = run.record["cohort"], run.record["split"]
    first, *lost = cohort["losses"] or [{"reason": "in the study", "rows": cohort["rows"]}]
    lines = [_step(f"Rows {first['reason']}", count(first["rows"]))]
    lines += [_step(one["reason"], f"−\u202f{count(one['rows'])}") for one in lost]
    lines.append(_step("Rows in the study", count(cohort["rows"]), kept=True))
    if split["test_rows"]:
        lines.append(_step("to learn from", count(split["learn_rows"])))
        lines.append(_step("kept aside as test part", count(split["test_rows"])))
    return element("ol", lines, class_="flow")


def _step(words: str, rows: str, *, kept: bool = False) -> Markup:
    return element("li", element("span", words), element("span", rows), class_="kept" if kept else None)


def _classes(run: Run) -> Markup | None:
    cohort = run.record["cohort"]
    if not cohort["classes"]:
        return None
    rows = [
        [
            one["label"] + (" (the event)" if run.kind == "binary" and at == 1 else ""),
            count(one["rows"]),
            percent(one["rows"] / cohort["rows"]),
        ]
        for at, one in enumerate(cohort["classes"])
    ]
    columns = [
        Column(str(run.study["target"]["column"])),
        Column("Rows", numeric=True),
        Column("Share", numeric=True),
    ]
    return table("Classes", columns, rows, name="classes", caption_shown=True)


def _blocks(run: Run) -> Markup:
    cohort = run.record["cohort"]
    clinical = set(cohort.get("clinical_blocks") or [])
    any_sequences = any("sequences" in facts for facts in cohort["blocks"].values())
    rows = [
        [
            [name, element("span", "clinical", class_="tag") if name in clinical else None],
            count(facts["columns"]),
            count(facts["numbers"]),
            count(facts["categories"]),
            percent(facts["missing"]),
            *([_sequences(facts.get("sequences"))] if any_sequences else []),
        ]
        for name, facts in cohort["blocks"].items()
    ]
    columns = [
        Column("Block"),
        *(Column(c, numeric=True) for c in ("Columns", "Numbers", "Categories", "Missing")),
        *([Column("Sequences")] if any_sequences else []),
    ]
    return table("Blocks of data", columns, rows, name="blocks_of_data", caption_shown=True)


def _sequences(facts: Mapping[str, Any] | None) -> str:
    """What a block of sequences holds; empty for tables."""
    if facts is None:
        return ""
    low, high = facts["lengths"]
    letters = f"{low:,.0f}" if low == high else f"about {low:,.0f} to {high:,.0f}"
    strand = ", one strand" if facts["stranded"] else ", both strands"
    what = "pairs, " if facts["columns"] == 2 else ""
    return f"{what}{facts['alphabet']}, {letters} letters{'' if facts['alphabet'] == 'protein' else strand}"


def _external(run: Run) -> Markup | None:
    external = run.record.get("external") or {}
    if not external:
        return None
    rows = [
        [
            name,
            count(facts["rows"]),
            percent(facts["coverage"]),
            f"{count(facts['out_of_range'])} ({percent(facts['outside'])})",
            count(facts["unseen_category"]),
            count(facts["refused_by_contract"]),
        ]
        for name, facts in external.items()
    ]
    columns = [
        Column("External cohort"),
        Column("Rows", numeric=True),
        Column("Coverage", numeric=True),
        Column("Out of range", numeric=True),
        Column("New category", numeric=True),
        Column("Would be refused", numeric=True),
    ]
    return element(
        "div",
        table(
            "External cohorts: they judge, and nothing learns from them",
            columns,
            rows,
            name="external",
            caption_shown=True,
        ),
        element(
            "p",
            "Coverage: mean share of the features that a row brings. Out of range: rows with more values "
            "beyond the training range than the contract tolerates (and the share of all values). New "
            "category: rows with a category that training rows had not. Would be refused: rows that the "
            "bundle's contract turns away as new patients; they are scored here all the same.",
            class_="note",
        ),
    )
