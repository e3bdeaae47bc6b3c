"""From the names in a study to candidates: preparation and model in one pipeline each."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sklearn.base import clone
from sklearn.pipeline import Pipeline

from prognome.core.learner import Family, Learner
from prognome.core.study import Study
from prognome.core.study_models import ModelSpec, Named
from prognome.errors import StudyError
from prognome.jobs.search_space import refuse_unknown, space_of
from prognome.model.catalog import MODELS
from prognome.model.group_mean import GroupMeanClassifier, GroupMeanRegressor
from prognome.prepare.catalog import STEPS
from prognome.prepare.fuse import default_steps, fuse, settled
from prognome.read.catalog import READERS
from prognome.validate.candidate import Candidate

STACK = "stack"
CLINICAL_ONLY = "clinical_only"
LINEAR = "linear"
GROUP_MEAN = "group_mean"
SINGLE_BEST = "single_best"
KMER = "kmer"
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
    baselines = _baselines(study)
    for label, model in named.items():
        if model.name == STACK:
            built[label] = _stack(study, model, {**baselines, **built})
    if all(candidate.baseline for candidate in built.values()):
        raise StudyError(
            "models", "holds nothing but a baseline", mend="Add a model that learns, such as logistic."
        )
    for label, baseline in baselines.items():
        built.setdefault(label, baseline)
    refuse_unknown(study, list(built), [one.label for one in study.models if one.name == STACK])
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
        block: _given_steps(study, block) if block in study.prepare else _default_steps(study, block)
        for block in study.blocks
    }


def _given_steps(study: Study, block: str) -> list[tuple[str, dict[str, Any]]]:
    """The steps that the study names, with lists of columns read from their files.

    Those for sequences know the block's alphabet and strands.

    Raises
    ------
    StudyError
        For a step that meets sequences and cannot read them, or a file of columns that cannot be read.
    """
    chain = [
        (step.name, settled(step.name, step.params, where=f"prepare: {block}"))
        for step in study.prepare[block]
    ]
    for name, _ in chain:
        serves = STEPS.find(name, where=f"prepare: {block}").targets
        if serves and study.target.kind not in serves:
            raise StudyError(
                f"prepare: {block}",
                f"'{name}' does not serve a {study.target.kind} target",
                expected=" or ".join(serves),
                mend="For classes and numbers: select.anova.",
            )
    if "sequence" not in _kinds(study, block):
        return chain
    of_block = dict(_default_steps(study, block))
    text = True
    for name, params in chain:
        readable = STEPS.find(name, where=f"prepare: {block}").blocks
        if text and readable and "sequence" not in readable:
            raise StudyError(
                f"prepare: {block}",
                f"'{name}' cannot read sequences",
                mend="Put encode.kmer before it, or leave the block out of prepare for the default steps.",
            )
        if name in ("encode.kmer", "encode.position"):
            for key in ("alphabet", "both_strands"):
                if key in of_block[name]:
                    params.setdefault(key, of_block[name][key])
        text = text and name == "encode.position"
    return chain


def _default_steps(study: Study, block: str) -> list[tuple[str, dict[str, Any]]]:
    spec = study.blocks[block]
    if "sequence" not in _kinds(study, block):
        return default_steps("table")
    return default_steps("sequence", alphabet=spec.alphabet or "dna", both_strands=spec.stranded is False)


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
    learner = None if model is None else _learner(study, model.name, label)
    if learner is not None and getattr(learner.estimator, "reads_cohort", False):
        blocks = _tables(study, blocks)
    if _preparation(study, blocks).holds_training_rows:
        return True
    return learner is not None and learner.holds_training_rows


def refuse_too_many_rows(standing: Sequence[Candidate], rows: int) -> None:
    """Ask before the work whether every model can learn from that many rows.

    Raises
    ------
    StudyError
        For a model that says by ``most_rows`` that it cannot.
    """
    for candidate in standing:
        model = candidate.estimator.steps[-1][1] if isinstance(candidate.estimator, Pipeline) else None
        most = getattr(model, "most_rows", rows)
        if rows > most:
            raise StudyError(
                f"models: {candidate.label}",
                "is for few rows: its work grows with their cube",
                seen=f"{rows:,} rows to learn from",
                expected=f"at most {most:,}",
                mend="Use svm, which bends as freely, or logistic or ridge.",
            )


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
    blocks = [
        name
        for name in (model.blocks or study.blocks)
        if not entry.blocks or set(_kinds(study, name)) & set(entry.blocks)
    ]
    if not blocks:
        raise StudyError(
            f"models: {model.label}",
            "can use no block of the study",
            expected=f"a block of kind {' or '.join(entry.blocks)}",
        )
    return blocks


def _kinds(study: Study, block: str) -> tuple[str, ...]:
    return READERS.find(study.blocks[block].read, where=f"blocks.{block}.read").blocks


def _tables(study: Study, blocks: Sequence[str]) -> list[str]:
    return [name for name in blocks if "table" in _kinds(study, name)]


def ordered_blocks(study: Study) -> list[str]:
    """Tables whose columns stand in an order that means something: those that say so, and VCF."""
    return [
        name
        for name in _tables(study, list(study.blocks))
        if study.blocks[name].ordered
        or (study.blocks[name].ordered is None and study.blocks[name].read == "vcf")
    ]


def _preparation(study: Study, blocks: Sequence[str]) -> Any:
    return fuse(resolved_steps(study), list(blocks), random_state=None)


def _parameters(estimator: type) -> set[str]:
    return set(inspect.signature(estimator).parameters)


def _reading_cohorts(
    study: Study, model: ModelSpec, estimator: Any, blocks: Sequence[str], least: int | None
) -> Any:
    """A model that takes the place of the whole pipeline: it reads sequences as they are, tables by steps.

    With ``least`` it is content with that many blocks, whatever it asks of a study.

    Raises
    ------
    StudyError
        For a model that reads along an order where no block has one, or that joins blocks where there are too
        few.
    """
    least = getattr(estimator, "least_blocks", 1) if least is None else least
    if len(blocks) < least:
        raise StudyError(
            f"models: {model.label}",
            f"needs at least {least} blocks",
            seen=f"{len(blocks)}",
            mend="Leave the model out, or part the columns into blocks.",
        )
    tables = _tables(study, blocks)
    signals = [name for name in ordered_blocks(study) if name in tables]
    if getattr(estimator, "needs_order", False) and len(tables) == len(blocks) and not signals:
        raise StudyError(
            f"models: {model.label}",
            "reads along sequences or ordered columns, and no block of the study has such",
            seen=f"{', '.join(blocks)}: tables without order",
            mend="Say ordered: true in a block whose columns stand in an order that means something, "
            "use mlp for plain tables, or leave the model out.",
        )
    given = {
        "blocks": list(blocks),
        "signals": signals,
        "prepare": _preparation(study, tables) if tables else None,
    }
    known = _parameters(type(estimator)) - set(model.params)
    return estimator.set_params(**{name: value for name, value in given.items() if name in known})


def _single(study: Study, model: ModelSpec, *, least_blocks: int | None = None) -> Candidate:
    learner = _learner(study, model.name, model.label)
    estimator = learner.build(model.params, where=f"models: {model.label}")
    blocks = _usable_blocks(study, model)
    if getattr(learner.estimator, "reads_cohort", False):
        whole: Any = _reading_cohorts(study, model, estimator, blocks, least_blocks)
    elif "prepare" in _parameters(learner.estimator):  # it learns the steps in folds of its own
        whole = estimator.set_params(prepare=_preparation(study, blocks))
    else:
        whole = Pipeline([("prepare", _preparation(study, blocks)), ("model", estimator)])
    steps = {} if model.name in _TO_BE_BEATEN else _searched_steps(study, learner, blocks)
    space = space_of(study, model, learner, steps, inside=isinstance(whole, Pipeline))
    return Candidate(
        model.label,
        whole,
        MODELS.rank(model.name),
        space,
        baseline=model.name in _TO_BE_BEATEN,
        reluctant=model.name == SINGLE_BEST,
    )


def _searched_steps(study: Study, learner: Learner, blocks: Sequence[str]) -> dict[str, Any]:
    """The steps of the blocks that a model reads through steps; a network reads sequences without."""
    chains = resolved_steps(study)
    network = getattr(learner.estimator, "reads_cohort", False)
    return {name: chains[name] for name in (_tables(study, blocks) if network else blocks)}


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
    members = tuple(built[name] for name in wanted)
    own_folds = params["folds"] != study.split.inner.folds or any(one.members for one in members)
    return Candidate(model.label, estimator, MODELS.rank(model.name), members=() if own_folds else members)


def plain_linear(study: Study) -> str:
    """The plain linear model for the study's kind of target."""
    return {"number": "ridge", "survival": "cox"}.get(study.target.kind, "logistic")


def _baselines(study: Study) -> dict[str, Candidate]:
    """What any model must beat, whether the study names it or not.

    ``dummy``; ``single_best``, the one feature that tells most; ``kmer``, where there are sequences and the
    study does not name it: what a network has to beat there; ``clinical_only``, where there is more than
    the clinic; ``linear``, where no plain linear model of all blocks stands for election; ``group_mean``, one
    for each column of ``rows.batch``, which can never be the best since a new row has no such group (not of
    survival).
    """
    kind = study.target.kind
    found = {name: _single(study, ModelSpec(name=name, label=name)) for name in _TO_BE_BEATEN}
    serves = kind in MODELS.find(KMER, where="models").targets
    if serves and any("sequence" in _kinds(study, block) for block in study.blocks):
        found[KMER] = replace(_single(study, ModelSpec(name=KMER, label=KMER)), baseline=True, reluctant=True)
    plain = plain_linear(study)
    clinical = clinical_blocks(study)
    if clinical and len(clinical) < len(study.blocks):
        only = _single(study, ModelSpec(name=plain, label=CLINICAL_ONLY, blocks=clinical))
        found[CLINICAL_ONLY] = replace(only, baseline=True)
    if not any(_is_plain(study, model, plain) for model in study.models):
        whole = _single(study, ModelSpec(name=plain, label=LINEAR))
        found[LINEAR] = replace(whole, baseline=True, reluctant=True)
    columns = [] if kind == "survival" else list(dict.fromkeys(study.rows.batch))
    for column in columns:
        label = GROUP_MEAN if len(columns) == 1 else f"{GROUP_MEAN}:{column}"
        mean: Any = GroupMeanRegressor(column) if kind == "number" else GroupMeanClassifier(column)
        found[label] = Candidate(label, mean, MODELS.rank("dummy"), baseline=True, comparison_only=True)
    return found


def without_block(study: Study, candidate: Candidate, block: str) -> Candidate:
    """The candidate as it would be if its model did not know of a block.

    A stack is made of its members so narrowed, without those that read nothing but the block; a single member
    that is left, like a single block that is left to a fusion, still goes through the meta-model.

    Raises
    ------
    StudyError
        If the model does not use the block, uses no other, or cannot do without it.
    """
    found = _narrowed(study, candidate.label, candidate.estimator, block)
    where = f"models: {candidate.label}"
    if found is None:
        raise StudyError(where, "uses no other block")
    if found is candidate.estimator:
        raise StudyError(where, "does not use it")
    return replace(candidate, estimator=found, members=())


def _narrowed(study: Study, label: str, estimator: Any, block: str) -> Any:
    """The estimator without the block: itself where it does not use it, None where it uses no other."""
    model = next((one for one in study.models if one.label == label), None) or _baseline_model(study, label)
    if model.name == STACK:
        members = [(name, _narrowed(study, name, one, block)) for name, one in estimator.members]
        if all(one is old for (_, one), (_, old) in zip(members, estimator.members, strict=True)):
            return estimator
        kept = [(name, one) for name, one in members if one is not None]
        return clone(estimator).set_params(members=kept) if kept else None
    used = _usable_blocks(study, model)
    if block not in used:
        return estimator
    rest = [name for name in used if name != block]
    narrow = model.model_copy(update={"blocks": rest})
    return _single(study, narrow, least_blocks=1).estimator if rest else None


def _baseline_model(study: Study, label: str) -> ModelSpec:
    """What a baseline that the study does not name is made of."""
    plain = plain_linear(study)
    if label == CLINICAL_ONLY:
        return ModelSpec(name=plain, label=label, blocks=clinical_blocks(study))
    return ModelSpec(name=plain if label == LINEAR else label, label=label)


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
