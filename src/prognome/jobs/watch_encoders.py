"""Encoders that learned elsewhere: what they were shown, against the files of the study."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from prognome.check.encoder_shown import GUARD, encoder_shown, why_not_known
from prognome.core.files import sha256
from prognome.core.study import Study
from prognome.errors import StudyError
from prognome.jobs.record import files_of_rows, files_of_windows, input_files
from prognome.jobs.watch import BEFORE_SPLIT, Said, said
from prognome.validate.candidate import Candidate


def guard_encoders(study: Study, standing: Sequence[Candidate]) -> list[Said]:
    """Ask what every encoder of the models was shown before.

    Returns
    -------
    An alarm for each that was shown files of the study. Where a card cannot tell, that it is not known.

    Raises
    ------
    StudyError
        If an encoder is not there, or a hybrid stands on one that was told labels of rows it would learn
        from.
    BundleError
        If an encoder was changed.
    """
    cards: dict[str, Mapping[str, Any] | None] = {
        one.encoder: one.encoder_card()
        for candidate in standing
        for one in _parts(candidate.estimator)
        if hasattr(one, "encoder_card")
    }
    if not cards:
        none = "no model starts from an encoder that learned elsewhere"
        return [Said(GUARD, BEFORE_SPLIT, status="not_applicable", what=none)]
    sums = {path: sha256(Path(path)) for path in input_files(study)}
    files, windows = set(sums.values()), {sums[path] for path in files_of_windows(study)}
    reasons = {name: why_not_known(card, files, windows) for name, card in cards.items()}
    known = {name: card for name, card in cards.items() if card is not None and reasons[name] is None}
    told = [
        Said(
            GUARD,
            BEFORE_SPLIT,
            f"encoder {name}",
            "not_applicable",
            f"whether encoder {name} was shown these rows is not known: {reason}",
        )
        for name, reason in reasons.items()
        if reason is not None
    ]
    if not known:
        return told
    alarms = encoder_shown(known, files)
    own = {sums[path] for path in files_of_rows(study)}
    labelled = {alarm.where.removeprefix("encoder ") for alarm in alarms if own & set(alarm.facts["labels"])}
    _refuse_hybrids(standing, labelled)
    return told + said(study, BEFORE_SPLIT, alarms, asked=[GUARD])


def _refuse_hybrids(standing: Sequence[Candidate], labelled: set[str]) -> None:
    """No division of the rows keeps a forest sober on features whose encoder knows all their labels."""
    if not labelled:
        return
    from prognome.model.hybrid import HybridClassifier, HybridRegressor

    for candidate in standing:
        for one in _parts(candidate.estimator):
            if not isinstance(one, (HybridClassifier, HybridRegressor)):
                continue
            names = {inner.encoder for inner in _parts(one) if hasattr(inner, "encoder_card")}
            if names & labelled:
                raise StudyError(
                    f"models: {candidate.label}",
                    f"its forests would learn on features of encoder {min(names & labelled)}, which was told "
                    "labels of these very rows: they would believe what it has learned by heart, and pairs "
                    "cannot part them from it",
                    mend="Take transfer, or hybrid with encoder: cnn; or learn an encoder that keeps these "
                    "files apart (prognome pretrain).",
                )


def _parts(it: Any) -> Iterator[Any]:
    """An estimator, those in its parameters, and those that it would build."""
    if isinstance(it, (list, tuple)):
        for one in it:
            yield from _parts(one)
    elif hasattr(it, "get_params") and not isinstance(it, type):
        yield it
        for value in it.get_params(deep=False).values():
            yield from _parts(value)
        yield from _parts(getattr(it, "made_of", ()))
