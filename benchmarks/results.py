"""Run every example on the public data sets and rewrite docs/results.md: values, intervals, seconds, papers.

::

    make results
    python -m benchmarks.results 08 12        these alone; the others as they were last run
    python -m benchmarks.results --page       the page from what was run, without running anything
    python -m benchmarks.results --sections   only the sections of what was run; the others stay as they are

Needs the data sets (``$PROGNOME_DATA``). Nothing here chooses anything: the studies stand in ``examples/``, and
what is shown follows from them.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from benchmarks.results_examples import EXAMPLES, Example
from benchmarks.results_section import section
from benchmarks.tables import write_tables
from prognome.core.study import Study
from prognome.jobs.run import run

ROOT = Path(__file__).resolve().parents[1]

HEAD = """\
# Results

Every figure here was measured by `make results` on public data; each line is value [95 % interval], and how the
intervals were made stands below each table. They take the models as fitted. **best** is the simplest model within
one standard error of the best in cross-validation, so it is chosen before any test or external row is asked;
`chosen` is the honest figure of whatever the inner folds would have picked in each outer fold. Decisions are at a
probability of .5, or at the **chosen threshold**: the one with the best Youden index on inner out-of-fold scores, or
what the study asks for.

Under each table stand the sentences that the run itself says: which differences hold, where the model is worst,
which guards spoke. The studies are in `examples/`. Figures of others are theirs, under their protocol, which is
rarely ours. What goes wrong when the protocol is not kept is measured in the [lessons](lessons.md).
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the examples asked for (all without arguments) and write the page."""
    parser = argparse.ArgumentParser(description="Run every example and rewrite docs/results.md.")
    parser.add_argument("only", nargs="*", help="numbers, as in 01 03; default: all")
    parser.add_argument("--runs", type=Path, default=ROOT / "runs")
    parser.add_argument("--page", action="store_true", help="run nothing, write the page alone")
    parser.add_argument("--sections", action="store_true", help="run nothing, renew what was run alone")
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="laid over every study, to try it"
    )
    asked = parser.parse_args(arguments)
    if "PROGNOME_DATA" not in os.environ:
        sys.stderr.write("set PROGNOME_DATA to the folder of the data sets\n")
        return 2
    if asked.sections:
        return renew_sections(ROOT / "docs" / "results.md", asked.runs)
    tables = asked.runs.resolve() / "tables"
    os.environ["PROGNOME_TABLES"] = str(tables)
    write_tables(Path(os.environ["PROGNOME_DATA"]), tables)
    wanted = [] if asked.page else [one for one in EXAMPLES if not asked.only or one.file[:2] in asked.only]
    failed = [one.file for one in wanted if not answered(one, asked.runs, asked.set)]
    absent = [one.file for one in EXAMPLES if not (folder_of(one, asked.runs) / "run.json").is_file()]
    if absent or failed or asked.set:
        told = f"not run: {', '.join(absent) or 'none'}; failed: {', '.join(failed) or 'none'}"
        sys.stderr.write(
            f"docs/results.md not written ({told}{'; --set is for trying' if asked.set else ''})\n"
        )
        return 1 if failed or absent else 0
    lines = [line for one in EXAMPLES for line in [*written(one, asked.runs), ""]]
    (ROOT / "docs" / "results.md").write_text(
        HEAD + "\n" + "\n".join(lines).rstrip() + "\n", encoding="utf-8"
    )
    sys.stderr.write("wrote docs/results.md\n")
    return 0


def renew_sections(page: Path, runs: Path) -> int:
    """Put the sections of finished runs in the place of those of the same title; new ones at the end."""
    pieces = page.read_text(encoding="utf-8").split("\n## ")
    place = {piece.partition("\n")[0]: at for at, piece in enumerate(pieces)}
    for example in EXAMPLES:
        if (folder_of(example, runs) / "run.json").is_file():
            text = "\n".join(written(example, runs)).removeprefix("## ").rstrip() + "\n\n"
            if example.title in place:
                pieces[place[example.title]] = text
            else:
                pieces.append(text)
            sys.stderr.write(f"{example.file}\n")
    page.write_text("\n## ".join(pieces).rstrip() + "\n", encoding="utf-8")
    return 0


def answered(example: Example, runs: Path, changes: Sequence[str]) -> bool:
    """Run one study; False if it failed, and the others go on."""
    sys.stderr.write(f"{example.file} …\n")
    try:
        study = Study.from_file(ROOT / "examples" / example.file, changes=changes)
        result = run(study, folder_of(example, runs), overwrite=True)
    except Exception as error:
        sys.stderr.write(f"  failed: {type(error).__name__}: {error}\n")
        return False
    sys.stderr.write(f"  {result.record['seconds']:,.0f} seconds; best {result.best}\n")
    return True


def written(example: Example, runs: Path) -> list[str]:
    """One example's section, from its run folder alone."""
    folder = folder_of(example, runs)
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    scores, gaps = read_table(folder / "scores.tsv"), read_table(folder / "gaps.tsv")
    timing = read_table(folder / "timing.tsv")
    return section(example, record, scores, gaps, timing, record["best"])


def read_table(path: Path) -> pd.DataFrame:
    """A table of a run folder; without lines where there is none."""
    if not path.is_file():
        return pd.DataFrame()
    words = ("subgroup", "level", "threshold", "verdict", "method")
    table = pd.read_csv(path, sep="\t", low_memory=False, dtype=dict.fromkeys(words, str))
    return table.fillna(dict.fromkeys(words, ""))


def folder_of(example: Example, runs: Path) -> Path:
    """The run folder of an example."""
    return runs / example.file.removesuffix(".yaml")


if __name__ == "__main__":
    sys.exit(main())
