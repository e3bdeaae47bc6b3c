"""Is the hybrid better than its parts, and the stack? On every example that has one; writes docs/ablation.md.

::

    python -m benchmarks.results                  first: the run folders
    python -m benchmarks.ablation                 from them alone

The tests are those of ``prognome.validate.compare``: the corrected resampled t-test over folds, and DeLong's,
McNemar's or the paired bootstrap on a part that was judged once. Holm's method corrects them over the page.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.results import folder_of
from benchmarks.results_examples import EXAMPLES, Example
from prognome.core.judged import Judged
from prognome.core.metrics import METRICS, Metric
from prognome.core.paired_tests import PairedTest, holm
from prognome.validate.compare import compare_pair
from prognome.validate.score import Interval, JudgedFold

ROOT = Path(__file__).resolve().parents[1]
IN_SAMPLE = "hybrid in sample"
NETWORKS = ("cnn", "mlp", "lstm", "gru", "transformer")
FORESTS = ("random_forest", "forest", "xgboost", "with ExAC")
ALPHA = 0.05

HEAD = """\
# Is the whole more than its parts?

Does a forest on what a network has made of the rows (`hybrid`) decide better than the network or a forest alone?
Does a `stack` decide better than its best member? Do cross-fitted pairs help against the way of the literature, where
network and forest learn from the same rows (`hybrid in sample`, `parts: 0`)? Asked on every study of the
[results](results.md) that holds such a model, in its primary metric, on the part that judges: the test part where there
is one, else cross-validation. Written by `python -m benchmarks.ablation` from those runs.

The difference is the first minus the second; for errors a difference below zero is in favour of the first. *p* is
corrected by Holm's method over all {tests} tests of this page. Nothing was chosen for this page: all rivals stand here,
and the best member is the one with the best score in cross-validation or validation.
"""


@dataclass(frozen=True)
class Question:
    """One comparison in one study."""

    asked: str
    study: str
    part: str
    metric: Metric
    a: str
    b: str
    values: tuple[float, float]
    test: PairedTest

    @property
    def favours_first(self) -> bool:
        """Whether the first is better by the value of the difference."""
        return self.metric.better(self.test.difference) > 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page from the run folders that are there."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=Path, default=ROOT / "runs")
    runs = parser.parse_args(arguments).runs
    found, absent = [], []
    for example in EXAMPLES:
        folder = folder_of(example, runs)
        if not (folder / "run.json").is_file():
            said = (ROOT / "examples" / example.file).read_text(encoding="utf-8")
            absent += [example.file] if "hybrid" in said or "- stack" in said else []
            continue
        found += list(questions(example, folder))
    text = page(found)
    if absent:
        text += "\nNot run: " + ", ".join(f"`{name}`" for name in absent) + ".\n"
    (ROOT / "docs" / "ablation.md").write_text(text, encoding="utf-8")
    sys.stderr.write("wrote docs/ablation.md\n")
    return 0


def questions(example: Example, folder: Path) -> Iterator[Question]:
    """Everything that is asked of one study; nothing of survival, whose models have no network among them."""
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    if record["study"]["target"]["kind"] == "survival":
        return
    metric = METRICS[record["primary"]]
    labels = [model["label"] for model in record["models"] if not model["baseline"]]
    labels = [label for label in labels if label not in record["failures"]]
    hybrids = [label for label in labels if label == "hybrid"]
    if not hybrids and "stack" not in labels:
        return
    scores = pd.read_csv(folder / "scores.tsv", sep="\t", low_memory=False)
    parts = set(scores["part"])
    part = "test" if "test" in parts else "cv"
    chose = "cv" if "cv" in parts else "validation"
    folds, groups = read_folds(folder, record, part)
    interval = Interval(1000, 0.95, record["study"]["seed"])

    def ask(asked: str, a: str, b: str) -> Question:
        test = compare_pair(folds, metric, part, (a, b), groups=groups, interval=interval)
        values = tuple(value(scores, label, part, metric.name) for label in (a, b))
        return Question(asked, example.title, part, metric, a, b, values, test)  # type: ignore[arg-type]

    for hybrid in hybrids:
        for b in [label for label in labels if label in NETWORKS]:
            yield ask("hybrid against its network", hybrid, b)
        for b in [label for label in labels if label in FORESTS]:
            yield ask("hybrid against trees alone", hybrid, b)
        if IN_SAMPLE in labels:
            yield ask("cross-fitted against in sample", hybrid, IN_SAMPLE)
    if "stack" in labels:
        stack = next(one for one in record["study"]["models"] if one["label"] == "stack")
        members = stack["params"].get("members") or [one for one in labels if one != "stack"]
        known = [one for one in members if one in set(scores["model"])]
        best = max(known, key=lambda label: metric.better(value(scores, label, chose, metric.name)))
        yield ask("stack against its best member", "stack", best)


def value(scores: pd.DataFrame, label: str, part: str, metric: str) -> float:
    """The figure over folds of a model; decisions at the fixed threshold."""
    here = scores[
        (scores["model"] == label) & (scores["part"] == part) & (scores["metric"] == metric)
        & scores["fold"].isna() & scores["subgroup"].isna() & (scores["threshold"] != "chosen")
    ]  # fmt: skip
    return float(here["value"].iloc[0])


def read_folds(
    folder: Path, record: Mapping[str, Any], part: str
) -> tuple[dict[tuple[str, str], list[JudgedFold]], Any]:
    """What every model said in a part, fold by fold, and the groups of its rows."""
    said = pd.read_csv(
        folder / "predictions.tsv", sep="\t", dtype={"row": str, "truth": str}, low_memory=False
    )
    said = said[(said["part"] == part) & (said["model"] != "chosen")]
    split = pd.read_csv(folder / "split.tsv", sep="\t", dtype=str, keep_default_na=False)
    position = {row: at for at, row in enumerate(dict.fromkeys(split["row"]))}
    group_of = dict(zip(split["row"], split["group"], strict=True))
    groups = np.array([group_of[row] for row in position], dtype=object) if any(split["group"]) else None
    classes = [one["label"] for one in record["cohort"]["classes"]]
    code = {label: at for at, label in enumerate(classes)}
    folds: dict[tuple[str, str], list[JudgedFold]] = {}
    for (label, repeat, fold), rows in said.groupby(["model", "repeat", "fold"], dropna=False, sort=True):
        order = rows.assign(at=rows["row"].map(position)).sort_values("at")
        if classes:
            truth = order["truth"].map(code).to_numpy()
            score = order[[f"p_{name}" for name in classes]].to_numpy(dtype=float)
            raw = [f"s_{name}" for name in classes]
            ranked = order[raw].to_numpy(dtype=float) if set(raw) <= set(order) else None
            if ranked is not None and not np.isfinite(ranked).all():
                ranked = None
            judged = Judged(truth, score, ranked)
        else:
            judged = Judged(
                order["truth"].astype(float).to_numpy(), order["prediction"].to_numpy(dtype=float)
            )
        number = (1 if pd.isna(repeat) else int(repeat), 1 if pd.isna(fold) else int(fold))
        folds.setdefault((str(label), part), []).append(JudgedFold(*number, order["at"].to_numpy(), judged))
    return folds, groups


def page(found: Sequence[Question]) -> str:
    """The page as Markdown."""
    corrected = holm([one.test.p for one in found])
    lines = [HEAD.format(tests=len(found))]
    for asked in dict.fromkeys(one.asked for one in found):
        here = [(one, float(p)) for one, p in zip(found, corrected, strict=True) if one.asked == asked]
        lines += [f"## {asked[0].upper()}{asked[1:]}", "", summary(here), ""]
        heads = ("study", "part", "metric", "first", "second", "difference", "p", "p, Holm", "")
        lines += [_row(heads), "|" + "---|" * len(heads)]
        for one, p in here:
            test = one.test
            first, second = (
                f"{label} {figure:.3f}" for label, figure in zip((one.a, one.b), one.values, strict=True)
            )
            difference = f"{test.difference:+.3f} [{test.low:+.3f}, {test.high:+.3f}]"
            said = (one.study, one.part, one.metric.name, first, second, difference, f"{test.p:.3f}")
            lines.append(_row((*said, f"{p:.3f}", verdict(one, p))))
        lines.append("")
    return "\n".join(lines)


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def verdict(one: Question, p: float) -> str:
    """What may be said of one line."""
    if not p <= ALPHA:
        return "no difference shown"
    return f"{one.a} is better" if one.favours_first else f"{one.b} is better"


def summary(here: Sequence[tuple[Question, float]]) -> str:
    """One sentence on all lines of a question."""
    held = [one for one, p in here if p <= ALPHA]
    better = sum(one.favours_first for one in held)
    ahead = sum(one.favours_first for one, _ in here)
    return (
        f"In {len(here)} comparisons the first is ahead by its value in {ahead}; after correction it is "
        f"better in {better}, worse in {len(held) - better}, and in {len(here) - len(held)} no difference "
        "is shown."
    )


if __name__ == "__main__":
    sys.exit(main())
