"""From the names in a study to candidates: preparation and model in one pipeline each."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sklearn.pipeline import Pipeline

from prognome.core.learner import Family, Learner
from prognome.core.study import ModelSpec, Named, Study
from prognome.errors import StudyError
from prognome.model.catalog import MODELS
from prognome.model.group_mean import GroupMeanClassifier, GroupMeanRegressor
from prognome.prepare.fuse import default_steps, fuse
from prognome.read.catalog import READERS
from prognome.validate.candidate import Candidate

STACK = "stack"
CLINICAL_ONLY = "clinical_only"
LINEAR = "linear"
GROUP_MEAN = "group_mean"
SINGLE_BEST = "single_best"
_TO_BE_BEATEN = ("dummy", SINGLE_BEST)


def candidates(study: Study) -> list[Candidate]:
    """Every model of the study and the baselines, in the order of the menu.

    Raises
    ------
    StudyError
        For a model, step or parameter that does not exist, a model that does not serve the kind of target
        or can use no block, or a stack with nothing to stack.
    """
    named = {model.label: model for model in study.models}
    built = {label: _single(study, model) for label, model in named.items() if model.name != STACK}
    for label, model in named.items():
        if model.name == STACK:
            built[label] = _stack(study, model, built)
    if all(candidate.baseline for candidate in built.values()):
        raise StudyError(
            "models", "holds nothing but a baseline", mend="Add a model that learns, such as logistic."
        )
    for label, baseline in _baselines(study).items():
        built.setdefault(label, baseline)
    return sorted(built.values(), key=lambda candidate: (candidate.rank, candidate.label))


def clinical_blocks(study: Study) -> list[str]:
    """Blocks of what the clinic knows anyway."""
    return [
        name
        for name, spec in study.blocks.items()
        if spec.role == "clinical" or (spec.role is None and name == "clinical")
    ]


def resolved_steps(study: Study) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """The steps of every block, defaults spelled out."""
    return {
        block: [(step.name, dict(step.params)) for step in study.prepare[block]]
        if block in study.prepare
        else default_steps("table")
        for block in study.blocks
    }


def resolve(study: Study) -> Study:
    """The study with the defaults that depend on it spelled out: steps of every block, primary metric."""
    steps = {
        block: [Named(name=name, params=params) for name, params in chain]
        for block, chain in resolved_steps(study).items()
    }
    judge = study.judge.model_copy(update={"primary": study.primary})
    return study.model_copy(update={"prepare": steps, "judge": judge})


def holds_training_rows(study: Study, label: str) -> bool:
    """Whether the fitted model of that label keeps rows or values that it learned from."""
    model = next((one for one in study.models if one.label == label), None)
    if model is not None and model.name == STACK:
        members = model.params.get("members") or [one.label for one in study.models if one.name != STACK]
        return any(holds_training_rows(study, member) for member in members)
    if label.partition(":")[0] == GROUP_MEAN:
        return False
    blocks = list(study.blocks) if model is None else _usable_blocks(study, model)
    if label == CLINICAL_ONLY:
        blocks = clinical_blocks(study)
    if fuse(resolved_steps(study), blocks).holds_training_rows:
        return True
    return model is not None and _learner(study, model.name, label).holds_training_rows


def _learner(study: Study, name: str, label: str) -> Learner:
    where = f"models: {label}"
    entry = MODELS.find(name, where="models")
    if study.target.kind not in entry.targets:
        serving = [one.name for one in MODELS if study.target.kind in one.targets]
        raise StudyError(
            where,
            f"does not serve a {study.target.kind} target",
            mend=f"For one: {', '.join(serving)}.",
        )
    found = entry.load()
    if isinstance(found, Family):
        return found.learner(study.target.kind, where=where)
    return found if isinstance(found, Learner) else Learner(found)


def _usable_blocks(study: Study, model: ModelSpec) -> list[str]:
    entry = MODELS.find(model.name, where="models")
    kinds = {
        name: READERS.find(spec.read, where=f"blocks.{name}.read").blocks
        for name, spec in study.blocks.items()
    }
    blocks = [
        name
        for name in (model.blocks or study.blocks)
        if not entry.blocks or set(kinds[name]) & set(entry.blocks)
    ]
    if not blocks:
        raise StudyError(
            f"models: {model.label}",
            "can use no block of the study",
            expected=f"a block of kind {' or '.join(entry.blocks)}",
        )
    return blocks


def _single(study: Study, model: ModelSpec) -> Candidate:
    learner = _learner(study, model.name, model.label)
    estimator = learner.build(model.params, where=f"models: {model.label}")
    prepare = fuse(resolved_steps(study), _usable_blocks(study, model), random_state=None)
    free = {name: space for name, space in learner.space.items() if name not in model.params}
    if (
        "prepare" in inspect.signature(learner.estimator).parameters
    ):  # it learns the steps in folds of its own
        whole: Any = estimator.set_params(prepare=prepare)
    else:
        whole = Pipeline([("prepare", prepare), ("model", estimator)])
        free = {f"model__{name}": space for name, space in free.items()}
    return Candidate(
        model.label,
        whole,
        MODELS.rank(model.name),
        free if study.tune.search == "random" else {},
        baseline=model.name in _TO_BE_BEATEN,
        reluctant=model.name == SINGLE_BEST,
    )


def _stack(study: Study, model: ModelSpec, built: Mapping[str, Candidate]) -> Candidate:
    where = f"models: {model.label}"
    params = dict(model.params)
    wanted: Sequence[str] = params.pop("members", None) or [
        label for label, candidate in built.items() if not candidate.baseline
    ]
    unknown = [name for name in wanted if name not in built]
    if unknown:
        raise StudyError(
            f"{where}: members", f"no model of the study is called '{unknown[0]}'", expected=", ".join(built)
        )
    if len(wanted) < 2:
        raise StudyError(where, "has fewer than two models to stack", mend="Add models to the list.")
    if model.blocks:
        raise StudyError(where, "takes the blocks of its members", mend="Leave out its 'blocks'.")
    params["members"] = [(name, built[name].estimator) for name in wanted]
    params.setdefault("folds", study.split.inner.folds)
    estimator = _learner(study, model.name, model.label).build(params, where=where)
    return Candidate(model.label, estimator, MODELS.rank(model.name))


def _baselines(study: Study) -> dict[str, Candidate]:
    """What any model must beat, whether the study names it or not.

    ``dummy``; ``single_best``, the one feature that tells most; ``clinical_only``, where there is more than
    the clinic; ``linear``, where no plain linear model of all blocks stands for election; ``group_mean``, one
    for each column of ``rows.batch``, which can never be the best since a new row has no such group.
    """
    kind = study.target.kind
    found = {name: _single(study, ModelSpec(name=name, label=name)) for name in _TO_BE_BEATEN}
    plain = "ridge" if kind == "number" else "logistic"
    clinical = clinical_blocks(study)
    if clinical and len(clinical) < len(study.blocks):
        only = _single(study, ModelSpec(name=plain, label=CLINICAL_ONLY, blocks=clinical))
        found[CLINICAL_ONLY] = replace(only, baseline=True)
    if not any(_is_plain(study, model, plain) for model in study.models):
        whole = _single(study, ModelSpec(name=plain, label=LINEAR))
        found[LINEAR] = replace(whole, baseline=True, reluctant=True)
    columns = list(dict.fromkeys(study.rows.batch))
    for column in columns:
        label = GROUP_MEAN if len(columns) == 1 else f"{GROUP_MEAN}:{column}"
        mean: Any = GroupMeanRegressor(column) if kind == "number" else GroupMeanClassifier(column)
        found[label] = Candidate(label, mean, MODELS.rank("dummy"), baseline=True, comparison_only=True)
    return found


def group_mean_column(candidate: Candidate) -> str | None:
    """The column of batches whose means a baseline gives; None for any other model."""
    if candidate.label.partition(":")[0] != GROUP_MEAN:
        return None
    return str(candidate.estimator.column)


def _is_plain(study: Study, model: ModelSpec, plain: str) -> bool:
    """Whether a model of the study is the linear baseline itself: our defaults, all blocks."""
    if model.name != plain or model.params:
        return False
    everything = _usable_blocks(study, ModelSpec(name=plain, label=LINEAR))
    return set(_usable_blocks(study, model)) == set(everything)
