"""Learning curves and the chance of folds and seeds, within a bounded share of the run's time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from prognome.core.cohort import Cohort
from prognome.core.metrics import Metric
from prognome.core.split import Split
from prognome.core.study import Study
from prognome.jobs.assemble import LINEAR
from prognome.model.catalog import MODELS
from prognome.report.words import metric_name
from prognome.validate.candidate import Candidate
from prognome.validate.crew import Crew, Progress
from prognome.validate.curve_end import curve_sentence
from prognome.validate.evaluate import Evaluation, Rules
from prognome.validate.resume import Pieces
from prognome.validate.stability import count_pieces, learning_curve, over_seeds, spread_sentence

_PLAIN = ("kmer", "logistic", "ridge", "cox")
BY_RANK = (
    "auc_roc",
    "average_precision",
    "c_uno",
    "c_harrell",
    "auc_t",
)  # which recalibration leaves as they are
_MIDDLE = 0.5


@dataclass(frozen=True, eq=False)
class StabilityFound:
    """What was found.

    Parameters
    ----------
    table
        ``stability.tsv``; without lines where nothing was asked for.
    curve
        Sentences on the ends of the curves of the best model and of the network beside it; or empty.
    spread
        A sentence on chance of folds and seeds; or empty.
    left_out
        What was not done to save time, and how to ask for it; or empty.
    """

    table: pd.DataFrame
    curve: str = ""
    spread: str = ""
    left_out: str = ""


def judge_stability(
    study: Study,
    alive: Sequence[Candidate],
    cohort: Cohort,
    split: Split,
    rules: Rules,
    evaluation: Evaluation,
    *,
    workers: int,
    progress: Progress | None,
    pieces: Pieces | None,
) -> StabilityFound:
    """Judge again, in cross-validation, with fewer rows and with other folds and seeds.

    Curves are drawn of the best model, of the best network (or stack of networks) and of the best linear
    model, so that it can be seen which of them more rows would serve. A point at all rows is the figure that
    the folds have already. A costly model (:func:`is_costly`) has two points and no seeds unless the study
    says ``stability: {costly: full}``: its curve then costs half a fit in each fold, where judging it took
    three or so. The rule looks at the kind of model and not at a clock, so that equal studies have equal
    tables.

    Parameters
    ----------
    study, alive, cohort, split, rules, evaluation
        As judged; ``alive`` are candidates that did not fail.
    workers, progress, pieces
        As for ``evaluate``.
    """
    best = next(one for one in alive if one.label == evaluation.best)
    asked, metric = study.stability, rules.metric
    if split.scheme == "fractions" or best.label == "dummy" or not (asked.curve or asked.seeds):
        return StabilityFound(pd.DataFrame())
    costly = {one.label for one in alive if is_costly(study, one)}
    spared = costly if asked.costly == "short" else set()
    shown = models_of_curves(study, alive, evaluation, metric) if asked.curve else []
    shares = {one.label: two_points(asked.curve) if one.label in spared else asked.curve for one in shown}
    seeds = 0 if best.label in spared else asked.seeds
    total = sum(count_pieces(cohort, split, shares[one.label], 0, rules.seed, known=True) for one in shown)
    total += count_pieces(cohort, split, [], seeds, rules.seed)
    crew = Crew(cohort, metric, workers, total, progress, pieces)
    curves = {
        one.label: learning_curve(
            one, evaluation.params_of(one.label), cohort, split, shares[one.label],
            metric=metric, seed=rules.seed, crew=crew, level=rules.interval.level,
            known=_figures(evaluation, one.label, metric),
        )
        for one in shown
    }  # fmt: skip
    refitted = evaluation.refitted[best.label].chosen
    again = over_seeds(
        best, refitted.params if refitted else {}, cohort, split, study.split, seeds,
        metric=metric, seed=rules.seed, crew=crew,
    )  # fmt: skip
    tables = [one for one in (*(curve.table for curve in curves.values()), again.table) if len(one)]
    recalibrated = metric.name not in BY_RANK and (bool(cohort.classes) or cohort.follow_up is not None)
    caveat = " Figures are before recalibration." if recalibrated else ""
    words: dict[str, Any] = {"metric": metric_name(metric.name), "error": not metric.higher}
    said = []
    for one in shown:
        end = curves[one.label].end
        if end is not None and (one is best or one.label in costly):
            told = curve_sentence(end, **words)
            said.append(told if one is best else f"Beside it {one.label}: {told[0].lower()}{told[1:]}")
    return StabilityFound(
        pd.concat(tables) if tables else again.table,
        " ".join(said) + caveat if said else "",
        spread_sentence(again.spread, **words) + caveat if again.spread else "",
        _left_out([one.label for one in shown if one.label in spared], best.label in spared, asked.seeds),
    )


def models_of_curves(
    study: Study, alive: Sequence[Candidate], evaluation: Evaluation, metric: Metric
) -> list[Candidate]:
    """The best model, then the best costly one and the best linear one, each once."""
    names = {model.label: model.name for model in study.models}
    best = next(one for one in alive if one.label == evaluation.best)
    plain = [one for one in alive if one.label == LINEAR or names.get(one.label) in _PLAIN]
    costly = [one for one in alive if is_costly(study, one)]
    chosen = [best]
    if best not in costly and costly:
        chosen.append(_best_of(costly, evaluation, metric))
    if best not in plain and plain:
        chosen.append(_best_of(plain, evaluation, metric))
    return chosen


def is_costly(study: Study, candidate: Candidate) -> bool:
    """Whether a model is a network or is made of some, by its name and its parameters."""
    names = {model.label: model.name for model in study.models}
    networks = {entry.name for entry in MODELS if entry.extra == "deep"}
    if names.get(candidate.label) in networks or any(is_costly(study, one) for one in candidate.members):
        return True
    if candidate.label not in names:
        return False
    said = {text for value in candidate.estimator.get_params(deep=True).values() for text in _texts(value)}
    return any(text in networks or names.get(text) in networks for text in said)


def two_points(shares: Sequence[float]) -> list[float]:
    """Of the shares asked for, the last and the one next to half of it.

    >>> two_points([0.25, 0.5, 0.75, 1.0]), two_points([1.0]), two_points([0.1, 0.9])
    ([0.5, 1.0], [1.0], [0.1, 0.9])
    """
    last = max(shares)
    smaller = [share for share in sorted(set(shares)) if share < last]
    return [*([min(smaller, key=lambda share: abs(share - _MIDDLE * last))] if smaller else []), last]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _texts(item)


def _best_of(standing: Sequence[Candidate], evaluation: Evaluation, metric: Metric) -> Candidate:
    """The one with the best mean figure over folds; of equals the simpler."""
    means = [np.nanmean(list(_figures(evaluation, one.label, metric).values())) for one in standing]
    better = [-np.inf if np.isnan(mean) else metric.better(float(mean)) for mean in means]
    return standing[int(np.argmax(better))]


def _figures(evaluation: Evaluation, label: str, metric: Metric) -> dict[tuple[int, int], float]:
    """(repeat, fold) → what the model itself said there, judged before recalibration."""
    return {
        (fold.repeat, fold.fold): metric.value(fold.judged.as_said())
        for fold in evaluation.folds[(label, "cv")]
    }


def _left_out(short: Sequence[str], best_is_short: bool, seeds: int) -> str:
    """What was not done for costly models."""
    if not short:
        return ""
    said = f"To save time the learning curve of {' and '.join(short)} has two points alone"
    if best_is_short and seeds:
        said += ", and the model was not judged again with other folds and seeds"
    return f"{said}; stability: {{costly: full}} asks for all."
