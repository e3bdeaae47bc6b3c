"""Measure every trap on public data and write docs/lessons.md.

::

    python -m benchmarks.lessons            all
    python -m benchmarks.lessons windows    one; the others as they were last measured
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.lessons import (
    batches,
    label_trained,
    missing,
    neighbours,
    relatives,
    resubstitution,
    selection,
    windows,
)
from benchmarks.lessons.told import Short, Told, table

ROOT = Path(__file__).resolve().parents[2]
LESSONS = [
    module.LESSON
    for module in (selection, resubstitution, neighbours, relatives, windows, label_trained, missing, batches)
]
HEAD = """\
# Lessons

Eight ways to a good score that does not hold, each measured on public data by `python -m benchmarks.lessons`.
Every one of them has been published, by careful people. A score from such a study is not a little too high: it
answers another question.

**Flattered** is the figure as the trap shows it, **honest** as it is, and **bought** their difference, each with
its 95 % interval. Unless a section says otherwise, intervals of a figure are those of a run folder (AUC: DeLong or
the influence curve over folds; others: BCa bootstrap), and those of a difference are paired percentile bootstraps
that draw the same rows, or groups, for both; models are taken as fitted.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the lessons asked for (all without arguments) and write the page."""
    parser = argparse.ArgumentParser(description="Measure every trap and write docs/lessons.md.")
    parser.add_argument("only", nargs="*", choices=[[], *(one.name for one in LESSONS)], help="default: all")
    parser.add_argument("--runs", type=Path, default=ROOT / "runs" / "lessons")
    asked = parser.parse_args(arguments)
    if "PROGNOME_DATA" not in os.environ:
        sys.stderr.write("set PROGNOME_DATA to the folder of the data sets\n")
        return 2
    asked.runs.mkdir(parents=True, exist_ok=True)
    for one in LESSONS:
        if asked.only and one.name not in asked.only:
            continue
        sys.stderr.write(f"{one.name} …\n")
        told = one.measure(Path(os.environ["PROGNOME_DATA"]))
        (asked.runs / f"{one.name}.json").write_text(json.dumps(asdict(told), indent=1), encoding="utf-8")
    absent = [one.name for one in LESSONS if not (asked.runs / f"{one.name}.json").is_file()]
    if absent:
        sys.stderr.write(f"docs/lessons.md not written: {', '.join(absent)} were never measured\n")
        return 1
    (ROOT / "docs" / "lessons.md").write_text(page(asked.runs), encoding="utf-8")
    sys.stderr.write("wrote docs/lessons.md\n")
    return 0


def page(folder: Path) -> str:
    """The whole page from what was measured."""
    told = {one.name: read(folder / f"{one.name}.json") for one in LESSONS}
    rows = [
        [
            f"[{one.trap}](#{anchor(one.title)})" if at == 0 else "",
            short.data,
            short.flattered,
            short.honest,
            short.bought,
        ]
        for one in LESSONS
        for at, short in enumerate(told[one.name].short)
    ]
    lines = [HEAD, *table(["trap", "data and figure", "flattered", "honest", "bought"], rows)]
    for one in LESSONS:
        lines += [
            f"## {one.title}",
            "",
            *told[one.name].lines,
            "",
            f"`python -m benchmarks.lessons {one.name}`",
            "",
        ]
    return "\n".join(lines)


def read(path: Path) -> Told:
    """What a lesson told."""
    known = json.loads(path.read_text(encoding="utf-8"))
    return Told(tuple(Short(**short) for short in known["short"]), tuple(known["lines"]))


def anchor(title: str) -> str:
    """As the site makes it.

    >>> anchor("Random folds where exons and genes repeat")
    'random-folds-where-exons-and-genes-repeat'
    """
    return title.lower().replace(",", "").replace(" ", "-")


if __name__ == "__main__":
    sys.exit(main())
