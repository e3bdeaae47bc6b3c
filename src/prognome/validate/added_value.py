"""What each block adds: a model judged again without it, on the same folds, with the parameters it chose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from prognome.core.cohort import Cohort
from prognome.core.follow_up import FollowUp
from prognome.core.judged import Judged
from prognome.core.metrics import Metric
from prognome.core.paired_tests import PairedTest, holm
from prognome.core.seeds import seed_of
from prognome.core.split import Split
from prognome.core.study_models import Tune
from prognome.core.table import Index
from prognome.errors import CallError
from prognome.validate.candidate import Candidate
from prognome.validate.compare import NOT_DEFINED, Folds, Groups, TrainRows, compare_pair
from prognome.validate.crew import Asked, Crew
from prognome.validate.evaluate import Evaluation, Rules
from prognome.validate.learn import Learned, Task
from prognome.validate.score import Interval, JudgedFold

COLUMNS = (
    "model", "block", "part", "metric", "with", "without", "difference", "low", "high", "test", "p", "p_holm",
    "verdict",
)  # fmt: skip
ADDS, TAKES_AWAY, NOTHING = "adds", "takes away", "nothing shown"
LEFT_OUT = "left out"
WITH = "with all blocks"
_ALL = "refit"
Parts = Mapping[str, Sequence[JudgedFold]]


@dataclass(frozen=True, eq=False)
class Narrowed:
    """A model judged again without each of its blocks.

    Parameters
    ----------
    whole
        Part → what the model with all blocks said, fold by fold, before recalibration.
    without
        Block → the same, without it.
    failures
        Block → why there is nothing of it.
    """

    whole: Parts
    without: Mapping[str, Parts]
    failures: Mapping[str, str]


def judge_narrowed(
    best: Candidate,
    narrowed: Mapping[str, Candidate],
    cohort: Cohort,
    split: Split,
    rules: Rules,
    evaluation: Evaluation,
    external: Mapping[str, Cohort],
    crew: Crew,
) -> Narrowed:
    """Fit the model without each block, on the training rows of every fold and on all rows that are not test.

    Parameters and seeds are those of the model with all blocks: nothing is searched. So nothing is
    recalibrated either, and both sides are told before recalibration. A stack that was joined of its members'
    answers is fitted by itself here, with all blocks too, so that both sides are made in one way.

    Parameters
    ----------
    best
        The model with all blocks.
    narrowed
        Block → the model without it.
    cohort, split, rules, evaluation, external
        As the model was judged.
    crew
        Who does the work; :func:`count_fits` says how much there is.
    """
    parts = [part for label, part in evaluation.folds if label == best.label]
    sources = {part: external[part[9:]] if part.startswith("external:") else cohort for part in parts}
    at = {part: [(fold.repeat, fold.fold, fold.rows) for fold in evaluation.folds[(best.label, part)]]
          for part in parts}  # fmt: skip
    truths = {part: source.target for part, source in sources.items()}

    def judged(candidate: Candidate, name: str) -> Parts | str:
        work = list(_work(candidate, name, best.label, cohort, split, rules, evaluation, sources, at))
        try:
            answers = crew.work(work)
        except CallError as error:
            return f"{error.where}: {error.problem}"
        failed = [one.failure for one in answers if one.failure]
        return failed[0] if failed else _by_part(answers, at, truths, cohort.follow_up)

    whole: Parts = {
        part: [
            JudgedFold(one.repeat, one.fold, one.rows, one.judged.as_said())
            for one in evaluation.folds[(best.label, part)]
        ]
        for part in parts
    }
    if best.members:
        again = judged(best, WITH)
        if isinstance(again, str):
            return Narrowed({}, {}, dict.fromkeys(narrowed, again))
        whole = again
    found = {block: judged(one, f"without {block}") for block, one in narrowed.items()}
    failures = {block: one for block, one in found.items() if isinstance(one, str)}
    return Narrowed(whole, {block: one for block, one in found.items() if not isinstance(one, str)}, failures)


def count_fits(split: Split, blocks: int, *, elsewhere: bool, joined: bool = False) -> int:
    """How many fits :func:`judge_narrowed` takes.

    Parameters
    ----------
    split
        Its folds.
    blocks
        How many are left out in turn.
    elsewhere
        Whether a test part or an external cohort judges too.
    joined
        Whether the model is a stack that was joined.
    """
    return (blocks + joined) * (sum(1 for _ in split.folds()) + elsewhere)


def tabulate(
    model: str,
    narrowed: Narrowed,
    metric: Metric,
    *,
    groups_of: Mapping[str, Groups],
    interval: Interval,
    train_rows: TrainRows,
    left_out: Mapping[str, str],
) -> pd.DataFrame:
    """The lines of ``blocks.tsv``: with a block minus without it, in the primary metric.

    The tests are those of :func:`prognome.validate.compare.compare`. In each part the p-values of all blocks
    are corrected together by Holm's method, apart from the comparisons between models: these lines are
    exploratory. The interval is of one difference.

    Parameters
    ----------
    model
        Label.
    narrowed
        What was said.
    metric
        The primary one.
    groups_of
        Part → (n,) labels of rows that go together, or None.
    interval, train_rows
        As for ``compare``.
    left_out
        Block → why it was not tried; what failed is added to it.
    """
    lines: list[dict[str, Any]] = []
    for part, whole in narrowed.whole.items():
        blocks = list(narrowed.without)
        tests = []
        for block in blocks:
            folds: Folds = {(WITH, part): whole, (block, part): narrowed.without[block][part]}
            tests.append(
                compare_pair(
                    folds, metric, part, (WITH, block),
                    groups=groups_of[part], interval=interval, train_rows=train_rows,
                )
            )  # fmt: skip
        corrected = holm([test.p for test in tests]).tolist() if tests else []
        lines += [
            {"model": model, "block": block, "part": part, "metric": metric.name,
             "with": _mean(whole, metric), "without": _mean(narrowed.without[block][part], metric),
             "difference": test.difference, "low": test.low, "high": test.high, "test": test.name,
             "p": test.p, "p_holm": p_holm, "verdict": _verdict(test, p_holm, metric, interval.level)}
            for block, test, p_holm in zip(blocks, tests, corrected, strict=True)
        ]  # fmt: skip
    nothing = {"model": model, "part": "", "metric": metric.name, "test": ""}
    lines += [
        {**nothing, "block": block, "verdict": f"{LEFT_OUT}: {why}"}
        for block, why in {**left_out, **narrowed.failures}.items()
    ]
    numbers = ("with", "without", "difference", "low", "high", "p", "p_holm")
    return pd.DataFrame(lines, columns=list(COLUMNS)).astype(dict.fromkeys(numbers, "float64"))


def _work(
    candidate: Candidate,
    name: str,
    label: str,
    cohort: Cohort,
    split: Split,
    rules: Rules,
    evaluation: Evaluation,
    sources: Mapping[str, Cohort],
    at: Mapping[str, Sequence[tuple[int, int, Index]]],
) -> Iterator[tuple[Task, Asked]]:
    """A fit for each fold, and one on all rows that are not test where such a part judges."""
    known = set(candidate.estimator.get_params(deep=True))

    def task(part: str, judged: str, where: tuple[int, int], train: Index, params: Mapping[str, Any]) -> Task:
        seed = seed_of(rules.seed, "model", label, judged, *where)
        kept = {path: value for path, value in params.items() if path in known}
        return Task(candidate, part, *where, train, train, [], Tune(), seed, seed, params=kept)

    folds = list(split.folds())
    for fold in folds:
        where = (fold.repeat, fold.fold)
        params = evaluation.params[(label, *where)]
        yield task(name, fold.part, where, fold.train, params), {fold.part: (cohort, fold.judge)}
    last = [part for part in at if part != folds[0].part]
    if last:
        chosen = evaluation.refitted[label].chosen
        params = chosen.params if chosen else {}
        asked = {part: (sources[part], at[part][0][2]) for part in last}
        yield task(f"{name}, {_ALL}", "test", (1, 1), split.learn, params), asked


def _by_part(
    answers: Sequence[Learned],
    at: Mapping[str, Sequence[tuple[int, int, Index]]],
    truths: Mapping[str, Any],
    follow_up: FollowUp | None,
) -> Parts:
    """What was said, in the order of the folds of the model with all blocks."""
    said = {(part, one.repeat, one.fold): told for one in answers for part, told in one.said.items()}
    return {
        part: [
            JudgedFold(
                repeat,
                fold,
                rows,
                Judged(truths[part][rows], said[(part, repeat, fold)], follow_up=follow_up),
            )
            for repeat, fold, rows in places
        ]
        for part, places in at.items()
    }


def _mean(folds: Sequence[JudgedFold], metric: Metric) -> float:
    values = np.array([metric.value(fold.judged) for fold in folds])
    return float("nan") if np.isnan(values).all() else float(np.nanmean(values))


def _verdict(test: PairedTest, p_holm: float, metric: Metric, level: float) -> str:
    if np.isnan(p_holm):
        return NOT_DEFINED
    if p_holm > 1 - level:
        return NOTHING
    return ADDS if metric.better(test.difference) > 0 else TAKES_AWAY
