"""The shares of benchmarks/false_positives.py as docs/false_positives.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

HEAD = """# False positives

How often a comparison claims a difference where there is none. `python -m benchmarks.false_positives`
simulates it and writes this page; `prognome.validate.compare` draws the verdicts. The aim is that at most
5.5 % of worlds without a difference get a verdict that there is one: 5 %, and a little for the chance of the
simulation. With {worlds:,} worlds a share of 5 % has a standard error of {error:.2f} percentage points.
"""

FOLDS = """
## Two models over folds

Both learn alike, from features of equal worth, so their expected AUC is equal. *Verdict* is the corrected
resampled t-test as prognome uses it. *Published* is the same as Nadeau and Bengio (2003) have it, and
Bouckaert and Frank (2004) for repeats. The plain paired t-test and Wilcoxon's are what most papers use; with
five folds Wilcoxon's cannot reach .05 at all.

"""

WHY_STRICT = """
The published form keeps its promise where models are stable. Where they are not (no signal at all, or one
feature chosen among many) folds are more alike than n_test / n_train says, and repeats of the same rows are
not further folds. So prognome takes n_test / n_train two thirds larger, and never below 1/3, and it leaves
the degrees of freedom at folds - 1 whatever the repeats. Both numbers were chosen on worlds like these. The
price is power: where models are stable the verdict is stricter than it need be.
"""

ROWS = """
## Two models on rows judged once

A test part or an external cohort. The models are given; their errors are exchangeable and correlated by .5.
*Power* is the share found where the first is better by 0.35 (of the distance between classes, of the
threshold, or of the spread of errors). Tests without a bootstrap have four times as many worlds; the
percentile bootstrap is drawn in a quarter of them.

"""

FAMILY = """
## The whole family, after the best was chosen

As a run does it: the best is the simplest within one standard error, chosen on the same folds on which it
then meets the baselines and the runner-up, corrected by Holm. *Any false verdict* is the share of runs that
claim anything that is not so. Beside it what papers do: the model with the highest mean, plain paired t-tests
against all others, nothing corrected. Half as many worlds.

"""

POWER = """
## Where there is a difference

So that nobody thinks the tests merely never claim anything: the share of worlds in which the difference is
found. One eighth as many worlds.

"""


@dataclass(frozen=True)
class Shares:
    """What was simulated, table by table.

    Parameters
    ----------
    over_folds, power
        Pairs of equal and of unequal models: name, rows, folds, shares of four tests.
    on_rows
        Name, rows, false verdicts, the other way, its false verdicts, power.
    families
        Name, rows, folds, any false verdict, plain paired t.
    """

    over_folds: list[list[Any]]
    on_rows: list[list[Any]]
    families: list[list[Any]]
    power: list[list[Any]]

    @property
    def worst(self) -> float:
        """The largest share of false verdicts."""
        return max([line[3] for line in self.over_folds + self.families] + [line[2] for line in self.on_rows])


def write_page(shares: Shares, worlds: int) -> str:
    """The page as Markdown.

    Parameters
    ----------
    shares
        The tables.
    worlds
        How many were simulated.
    """
    tests = ["verdict", "published", "plain paired t", "Wilcoxon"]
    text = HEAD.format(worlds=worlds, error=100 * np.sqrt(0.05 * 0.95 / worlds))
    text += FOLDS + _table(["", "rows", "folds", *tests], shares.over_folds) + WHY_STRICT
    text += ROWS + _table(
        ["", "rows", "false verdicts", "other way", "its false verdicts", "power"], shares.on_rows
    )
    text += FAMILY + _table(["", "rows", "folds", "any false verdict", "plain paired t"], shares.families)
    text += POWER + _table(["", "rows", "folds", *tests], shares.power)
    return text + f"\nLargest share of false verdicts on this page: {100 * shares.worst:.1f} %.\n"


def _table(head: Sequence[str], lines: Sequence[Sequence[Any]]) -> str:
    """A table; shares in percent."""
    rows = [
        " | ".join(f"{100 * cell:.1f} %" if isinstance(cell, float) else str(cell) for cell in line)
        for line in lines
    ]
    return (
        "\n".join(f"| {row} |" for row in [" | ".join(head), " | ".join("---" for _ in head), *rows]) + "\n"
    )
