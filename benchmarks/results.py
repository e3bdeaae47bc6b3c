"""Run every example on the public data sets and rewrite docs/results.md: values, intervals, seconds, papers.

::

    make results

Needs the data sets (``$PROGNOME_DATA``). Nothing here chooses anything: the studies stand in ``examples/``, and
what is shown follows from them.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from prognome.core.metrics import METRICS, Judged
from prognome.core.study import Study
from prognome.jobs.run import run
from prognome.validate.score import Interval, JudgedFold, score_part

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Example:
    """A study and what papers say beside it.

    Parameters
    ----------
    file
        In ``examples/``.
    title, protocol
        Heading, and how the figures come about.
    figures
        Pairs of part and metric that are shown.
    published
        Lines of what others report, with their protocol.
    """

    file: str
    title: str
    protocol: str
    figures: tuple[tuple[str, str], ...]
    published: tuple[str, ...]


EXAMPLES = (
    Example(
        "01_leukaemia.yaml",
        "Leukaemia (Golub 1999): ALL or AML from 7,129 probes",
        "5-fold cross-validation, three times, on the 38; the 34 of other laboratories only judge",
        (("cv", "auc_roc"), ("external:independent", "auc_roc"), ("external:independent", "accuracy")),
        ("Golub et al.: 29 of 34 called with confidence, all 29 right", "most methods since: accuracy .95 or more"),
    ),
    Example(
        "02_alzheimer.yaml",
        "Alzheimer's disease (ROSMAP): three omics",
        "5-fold cross-validation on 245; the fixed 106 test rows asked once; 6 settings a model searched inside",
        (("cv", "auc_roc"), ("test", "auc_roc"), ("test", "accuracy"), ("test", "f1")),
        (
            "MOGONET (several random splits): accuracy .815, F1 .821, AUC .874",
            "MMDynamics: accuracy .842, F1 .846, AUC .912",
            "goal: test AUC .90",
        ),
    ),
    Example(
        "03_warfarin.yaml",
        "Warfarin dose (IWPC): mg a week from clinic and two genes",
        "5-fold cross-validation; rows with a dose and not marked unstable",
        (("cv", "mae"), ("cv", "within_20_percent"), ("cv", "r2")),
        (
            "linear model, 5 × 80/20: MAE 8.74, within 20 %: 45.0 %, R² .397",
            "goals: MAE 8.74, within 20 %: 45 %",
        ),
    ),
    Example(
        "04_glioma.yaml",
        "Glioma grade (TCGA): 20 mutated genes, sex, age, race",
        "10-fold cross-validation",
        (("cv", "auc_roc"), ("cv", "accuracy")),
        ("logistic regression, 10-fold: accuracy .869, AUC .910", "Tasci et al. 2022: accuracy .876", "goal: AUC .91"),
    ),
    Example(
        "05_stem_cells.yaml",
        "Stem cells (MINT): three kinds in four studies",
        "leave one study out",
        (("cv", "balanced_accuracy"), ("cv", "auc_roc")),
        ("raw logistic regression: balanced error .207 (accuracy .793); raw random forest .284 (.716)",),
    ),
    Example(
        "06_breast_expos_to_vdxs.yaml",
        "Oestrogen receptor: expO trains, VDX judges",
        "5-fold cross-validation on expO; VDX is external",
        (("cv", "auc_roc"), ("external:vdxs", "auc_roc"), ("external:vdxs", "balanced_accuracy")),
        ("across platforms uncorrected models fall to balanced accuracy .50; z-score within each cohort gives .80–.93",),
    ),
    Example(
        "07_breast_vdxs_to_expos.yaml",
        "Oestrogen receptor: VDX trains, expO judges",
        "5-fold cross-validation on VDX; expO is external",
        (("cv", "auc_roc"), ("external:expos", "auc_roc"), ("external:expos", "balanced_accuracy")),
        ("as above",),
    ),
)  # fmt: skip

HEAD = """\
# Results

Every figure here was measured by `make results` on public data; each line is value [95 % interval]. Intervals
are bootstrap percentiles over rows (or groups), with the models taken as fitted. **best** is the simplest model
within one standard error of the best in cross-validation, so it is chosen before any test or external row is
asked; `chosen` is the honest figure of whatever the inner folds would have picked in each outer fold.

The studies stand in `examples/`. Figures of others are theirs, under their protocol, which is rarely ours.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the examples asked for (all without arguments) and write the page."""
    parser = argparse.ArgumentParser(description="Run every example and rewrite docs/results.md.")
    parser.add_argument("only", nargs="*", help="numbers, as in 01 03; default: all")
    parser.add_argument("--runs", type=Path, default=ROOT / "runs")
    asked = parser.parse_args(arguments)
    if "PROGNOME_DATA" not in os.environ:
        sys.stderr.write("set PROGNOME_DATA to the folder of the data sets\n")
        return 2
    asked.runs.mkdir(exist_ok=True)
    for example in EXAMPLES:
        name = example.file.removesuffix(".yaml")
        if asked.only and name[:2] not in asked.only:
            continue
        sys.stderr.write(f"{name} …\n")
        study = Study.from_file(ROOT / "examples" / example.file)
        result = run(study, asked.runs / name, overwrite=True)
        lines = section(example, result.record, result.scores)
        if name == "03_warfarin":
            lines += by_race(result.predictions, result.best, Path(os.environ["PROGNOME_DATA"]))
        (asked.runs / f"{name}.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    pages = [asked.runs / example.file.replace(".yaml", ".md") for example in EXAMPLES]
    absent = [page.stem for page in pages if not page.is_file()]
    if absent:
        sys.stderr.write(f"docs/results.md not written: {', '.join(absent)} were never run\n")
        return 1
    text = HEAD + "\n" + "\n".join(page.read_text(encoding="utf-8") for page in pages)
    (ROOT / "docs" / "results.md").write_text(text, encoding="utf-8")
    sys.stderr.write("wrote docs/results.md\n")
    return 0


def section(example: Example, record: dict[str, Any], scores: pd.DataFrame) -> list[str]:
    """One example as Markdown."""
    over_all = scores[scores["fold"].isna()].set_index(["model", "part", "metric"])
    baselines = {model["label"] for model in record["models"] if model["baseline"]}
    heads = [f"{part.removeprefix('external:')} {metric}" for part, metric in example.figures]
    lines = [
        f"## {example.title}",
        "",
        f"`examples/{example.file}`: {record['cohort']['rows']:,} rows; {example.protocol}. "
        f"{record['seconds']:,.0f} seconds on {record['machine']['cores']} cores.",
        "",
        "| model | " + " | ".join(heads) + " |",
        "|---|" + "---|" * len(heads),
    ]
    for model in dict.fromkeys(scores["model"]):
        cells = [figure(over_all, (model, part, metric)) for part, metric in example.figures]
        name = f"**{model}** (best)" if model == record["best"] else model
        name += " (baseline)" if model in baselines else ""
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    lines += ["", "Published:", ""] + [f"- {line}" for line in example.published]
    if record["split"]["test_looked_at_by_studies"]:
        looks = record["split"]["test_looked_at_by_studies"]
        lines += ["", f"Different studies that have scored this test part on this machine: {looks}."]
    for label, why in record["failures"].items():
        lines += ["", f"Failed: {label}: {why}."]
    return [*lines, ""]


def figure(table: pd.DataFrame, key: tuple[str, str, str]) -> str:
    """``.901 [.84, .95]``, or empty where there is none."""
    if key not in table.index:
        return ""
    line = table.loc[key]
    digits = 3 if abs(line["value"]) < 5 else 2
    return f"{line['value']:.{digits}f} [{line['low']:.{digits}f}, {line['high']:.{digits}f}]"


def by_race(predictions: pd.DataFrame, best: str, data: Path) -> list[str]:
    """Share of doses within 20 % and mean absolute error by race, of the best model and the ridge."""
    races = pd.read_csv(data / "iwpc_warfarin" / "patients.tsv", sep="\t", dtype=str)
    race = races.set_index("PharmGKB Subject ID")["Race"]
    lines = ["By race (cross-validated; the subgroups are not part of the study):", ""]
    lines += ["| race | rows | model | within 20 % | MAE |", "|---|---|---|---|---|"]
    for model in dict.fromkeys((best, "ridge")):
        mine = predictions[(predictions["model"] == model) & (predictions["part"] == "cv")].reset_index(
            drop=True
        )
        group = mine["row"].map(race)
        for name in sorted(group.dropna().unique()):
            here = mine[group == name]
            folds = [
                JudgedFold(1, int(number), rows.index.to_numpy(), Judged(rows["truth"].to_numpy(), rows["prediction"].to_numpy()))
                for number, rows in here.groupby("fold")
            ]  # fmt: skip
            wanted = [METRICS["within_20_percent"], METRICS["mae"]]
            rows = score_part(model, "cv", folds, wanted, groups=None, interval=Interval(1000, 0.95, 1))
            table = pd.DataFrame(rows)
            table = table[table["fold"].isna()].set_index(["model", "part", "metric"])
            cells = [figure(table, (model, "cv", metric.name)) for metric in wanted]
            lines.append(f"| {name} | {len(np.unique(here['row'])):,} | {model} | {cells[0]} | {cells[1]} |")
    published = "Published, linear, within 20 %: Asian 39.5 %, White 46.8 %, Black 46.0 %; a stack raises Asian 42.5 → 47.9 %."
    return [*lines, "", published, ""]


if __name__ == "__main__":
    sys.exit(main())
