"""A stack whose members stand in the study: their answers are joined, and nothing is fitted twice.

Every candidate of an outer fold is searched on the same inner folds, so what the members said there is out of
fold for the stack too, and their final fits are those that the stack would make. What is left to learn is the
meta-model. Its own out-of-fold answers, by which the stack is compared and its rule learned, come from a
meta-model that learned on the other inner folds. With a validation part in their place, its rows are parted
into folds for that; what the stack says about the validation part is then out of fold as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from prognome.core.cohort import Cohort
from prognome.core.foreign_error import step, tell
from prognome.core.judged import Judged
from prognome.core.metrics import Metric
from prognome.core.rule import Rule
from prognome.errors import CallError, WorkError
from prognome.validate.candidate import Candidate
from prognome.validate.cost import measured, size_kb
from prognome.validate.learn import LONGEST_FAILURE, Learned, Task, place_of
from prognome.validate.trial import Trial

VALIDATION = "validation"
_ADDED = (
    "search_seconds", "search_cpu_seconds", "fit_seconds", "fit_cpu_seconds", "predict_seconds",
    "predict_cpu_seconds", "model_kb",
)  # fmt: skip


def that_can_join(standing: Sequence[Candidate]) -> list[Candidate]:
    """The same candidates; a stack is joined only where all its members stand, and else fitted by itself."""
    labels = {one.label for one in standing}
    return [
        one if all(member.label in labels for member in one.members) else replace(one, members=())
        for one in standing
    ]


def with_members(wanted: Sequence[Candidate], standing: Sequence[Candidate]) -> list[Candidate]:
    """These candidates and the members of those that are joined, in their order among all that stand."""
    labels = {one.label for one in wanted}
    labels |= {member.label for one in wanted for member in one.members}
    return [one for one in standing if one.label in labels]


def shared(task: Task, standing: Sequence[Candidate]) -> Task:
    """The task, told to bring its out-of-fold answers where a stack among those that stand needs them."""
    needed = {member.label for one in standing for member in one.members}
    return replace(task, share=task.candidate.label in needed)


def join_all(tasks: Sequence[Task], done: Sequence[Learned], cohort: Cohort, metric: Metric) -> list[Learned]:
    """The answers to all tasks in their order: those that were fitted, and those joined of them.

    Parameters
    ----------
    tasks
        All of them; a task whose candidate has members is joined here.
    done
        Answers to the others.
    cohort, metric
        As they were learned on and searched by.
    """
    found = {(one.label, one.part, one.repeat, one.fold): one for one in done}
    return [
        join(
            task,
            [found[(m.label, task.part, task.repeat, task.fold)] for m in task.candidate.members],
            cohort,
            metric,
        )
        if task.candidate.members
        else found[(task.candidate.label, task.part, task.repeat, task.fold)]
        for task in tasks
    ]


def join(task: Task, members: Sequence[Learned], cohort: Cohort, metric: Metric) -> Learned:
    """Learn the meta-model alone, from what the members said out of fold.

    Parameters
    ----------
    task
        Of the stack.
    members
        Answers to the members' tasks on the same rows and inner folds, with ``out_of_fold``.
    cohort, metric
        As they were learned on and searched by.

    Returns
    -------
    As :func:`prognome.validate.learn.learn` gives it. Seconds and size are those of all members and of the
    meta-model together, since that is what the stack costs by itself.
    """
    name = (task.candidate.label, task.part, task.repeat, task.fold)
    failed = [one for one in members if one.failure]
    if failed:
        return Learned(
            *name, failure=f"its member {failed[0].label} failed; {failed[0].failure}"[:LONGEST_FAILURE]
        )
    try:
        with step(f"{place_of(task)}, meta-model"):
            return _join(task, members, cohort, metric)
    except CallError:
        raise
    except Exception as error:
        return Learned(*name, failure=tell(error)[:LONGEST_FAILURE])


def _join(task: Task, members: Sequence[Learned], cohort: Cohort, metric: Metric) -> Learned:
    inside = cohort.rows(task.search)
    assert inside.target is not None
    fold, said = _out_of_fold(members)
    params = _params(task.candidate, members)
    with measured() as meter:
        told, scores = np.full(said[0].shape, np.nan), []
        for number in range(1, int(fold.max()) + 1):
            learn, judge = (fold > 0) & (fold != number), fold == number
            if not learn.any():
                raise WorkError("inner folds", "a single one leaves nothing for the meta-model to learn from")
            meta = task.candidate.with_params(params).learn_meta(
                [one[learn] for one in said], inside.target[learn]
            )
            told[judge] = _answer(meta, [one[judge] for one in said], cohort)
            judged = Judged(inside.target[judge], told[judge], follow_up=cohort.follow_up)
            scores.append(metric.value(judged))
        known = fold > 0
        rule = None
        if task.judge is not None:
            rule = Rule.learn(
                inside.target[known],
                told[known],
                kind=task.kind,
                judge=task.judge,
                groups=None if inside.groups is None else inside.groups[known],
                follow_up=cohort.follow_up,
            )
        meta = task.candidate.with_params(params).learn_meta(
            [one[known] for one in said], inside.target[known]
        )
        parts = {
            part: told[known]
            if part == VALIDATION
            else _answer(meta, [one.said[part] for one in members], cohort)
            for part in members[0].said
        }
        own_kb = size_kb(meta.without_members()) if task.weigh else None
        fitted = meta.adopt([one.fitted for one in members]) if task.keep else None
    return Learned(
        task.candidate.label,
        task.part,
        task.repeat,
        task.fold,
        parts,
        rule,
        [trial := Trial(params, tuple(scores))],
        trial,
        fitted,
        _cost(members, meter.total.wall_seconds, meter.total.cpu_seconds, own_kb),
        tuple(sorted({note for one in members for note in one.notes})),
    )


def _out_of_fold(members: Sequence[Learned]) -> tuple[NDArray[np.intp], list[NDArray[np.float64]]]:
    given = [one.out_of_fold for one in members]
    folds = [one.fold for one in given if one is not None]
    if len(folds) < len(given) or any(not np.array_equal(one, folds[0]) for one in folds):
        raise WorkError("inner folds", "are not the same for all members of the stack")
    return folds[0], [one.said for one in given if one is not None]


def _params(candidate: Candidate, members: Sequence[Learned]) -> dict[str, Any]:
    """The parameters that each member's search chose, by their path in the stack."""
    return {
        f"{one.label}__{path}": value
        for one in members
        if one.chosen is not None
        for path, value in one.chosen.params.items()
    }


def _answer(meta: Any, said: Sequence[NDArray[np.float64]], cohort: Cohort) -> NDArray[np.float64]:
    """(n, K) probabilities in the order of the class codes, (n,) numbers, or (n, 1 + T) risk and survival."""
    classes = len(cohort.classes)
    told = np.asarray(meta.combine(said), dtype=np.float64)
    if cohort.follow_up is not None:
        return np.hstack([told[:, None], meta.survival_of(told, np.array(cohort.follow_up.times))])
    if not classes or told.shape[1] == classes:
        return told
    whole = np.zeros((len(told), classes))
    whole[:, np.asarray(meta.classes_, dtype=int)] = told
    return whole


def _cost(
    members: Sequence[Learned], wall_seconds: float, cpu_seconds: float, own_kb: float | None
) -> Mapping[str, float]:
    cost = dict(members[0].timing)
    cost |= {name: float(sum(one.timing[name] for one in members)) for name in _ADDED}
    cost["peak_mb"] = max(one.timing["peak_mb"] for one in members)
    cost["search_seconds"] += wall_seconds
    cost["search_cpu_seconds"] += cpu_seconds
    cost["model_kb"] += own_kb or 0.0
    return cost
