"""What a search may try: the menu's space of a model, the study's own, and that of preparation steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from prognome.core.learner import Learner
from prognome.core.space import Choice, Space, size_of_grid
from prognome.core.study import Study
from prognome.core.study_models import ModelSpec
from prognome.errors import StudyError, nearest
from prognome.prepare.catalog import STEPS
from prognome.prepare.fuse import build_step

Steps = Mapping[str, Sequence[tuple[str, Mapping[str, Any]]]]


def space_of(study: Study, model: ModelSpec, learner: Learner, steps: Steps, *, inside: bool) -> Space:
    """Parameter path → what a search may try; empty where nothing is searched.

    Parameters
    ----------
    study
        With its ``tune``.
    model
        A parameter that it fixes is not searched.
    learner
        Of the model; its space is taken where ``tune.space`` says nothing of the model.
    steps
        Block → its steps, of the blocks that the model reads through steps.
    inside
        Whether the model stands in a pipeline, so that its parameters are called ``model__…``.

    Raises
    ------
    StudyError
        For a parameter or a value that does not exist, one that is fixed and searched, or a grid of more
        settings than ``tune.trials``.
    """
    tune, prefix = study.tune, "model__" if inside else ""
    if tune.search == "none":
        return {}
    said = tune.space_of(model.label)
    of_model = {name: one for name, one in learner.space.items() if name not in model.params}
    if said:
        of_model = {name: one for name, one in said.items() if "." not in name}
        for name, domain in of_model.items():
            _check_model(model, learner, name, domain)
    found: dict[str, Any] = {f"{prefix}{name}": domain for name, domain in of_model.items()}
    if tune.steps:
        found |= _of_steps(steps)
    for name, domain in said.items():
        if "." in name:
            found[_check_step(model, steps, name, domain)] = domain
    if tune.search == "grid" and (size := size_of_grid(found, tune.points)) > tune.trials:
        raise StudyError(
            f"tune: {model.label}",
            f"its grid has {size:,} settings",
            seen=", ".join(f"{len(domain.grid(tune.points))} of {name}" for name, domain in found.items()),
            expected=f"at most the {tune.trials:,} of tune.trials",
            mend="Name fewer parameters or values in tune.space, or say more trials, or search: random.",
        )
    return found


def refuse_unknown(study: Study, labels: Sequence[str], joined: Sequence[str]) -> None:
    """A space for a model that is not there, or that has no parameters of its own to search.

    Raises
    ------
    StudyError
        With the nearest label.
    """
    for label in study.tune.space:
        if label in joined:
            raise StudyError(
                f"tune.space.{label}",
                "is a stack, whose members are searched by themselves",
                mend="Name the members in its place.",
            )
        if label not in labels:
            raise StudyError(
                "tune.space", f"no model of the study is called '{label}'", mend=nearest(label, labels)
            )


def _of_steps(steps: Steps) -> dict[str, Any]:
    """What the steps themselves say may be tried; nothing of what the study fixes."""
    return {
        f"prepare__{block}__{_place(chain, place)}__{name}": domain
        for block, chain in steps.items()
        for place, (step, params) in enumerate(chain)
        for name, domain in getattr(STEPS.find(step, where="tune").load(), "SPACE", {}).items()
        if name not in params
    }


def _place(chain: Sequence[tuple[str, Any]], at: int) -> str:
    """The name of a step in its chain: a second one of the same kind is ``NAME#2``."""
    name = chain[at][0]
    earlier = sum(other == name for other, _ in chain[:at])
    return f"{name}#{earlier + 1}" if earlier else name


def _check_model(model: ModelSpec, learner: Learner, name: str, domain: Any) -> None:
    where = f"tune.space.{model.label}.{name}"
    if name in model.params:
        raise StudyError(where, "is fixed by the model and searched", mend="Leave out one of the two.")
    for value in _to_try(domain):
        learner.build({**model.params, name: value}, where=where)


def _check_step(model: ModelSpec, steps: Steps, path: str, domain: Any) -> str:
    """The whole path of ``BLOCK.STEP.PARAMETER``."""
    where = f"tune.space.{model.label}.{path}"
    block, _, rest = path.partition(".")
    step, _, name = rest.rpartition(".")
    if block not in steps:
        raise StudyError(
            where,
            f"the model reads no block called '{block}' through steps",
            expected="BLOCK.STEP.PARAMETER, such as mrna.select.anova.k",
            mend=nearest(block, steps),
        )
    chain = steps[block]
    places = {_place(chain, at): params for at, (_, params) in enumerate(chain)}
    if step not in places:
        raise StudyError(
            where,
            f"block '{block}' has no step '{step}'",
            expected=", ".join(places),
            mend=nearest(step, places),
        )
    if name in places[step]:
        raise StudyError(where, "is fixed by the study and searched", mend="Leave out one of the two.")
    for value in _to_try(domain):
        build_step(step.partition("#")[0], {**places[step], name: value}, where=where)
    return f"prepare__{block}__{step}__{name}"


def _to_try(domain: Any) -> Sequence[Any]:
    """All values of a choice, the ends of a range."""
    ends: Sequence[Any] = domain.values if isinstance(domain, Choice) else domain.grid(2)
    return ends
