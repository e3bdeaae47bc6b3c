"""Whether a model earned its cost: what it gained over the best simple one, for how much processor time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from prognome.page.html import Markup, element, join
from prognome.page.numbers import significant
from prognome.report.folder import CHOSEN, Difference, Run
from prognome.report.words import difference, equals, in_part, metric_name, model_name, sentence

SIMPLE = frozenset(
    {"dummy", "single_best", "clinical_only", "linear", "kmer", "logistic", "ridge"}
)  # a line through the features, or less
NETWORKS = frozenset({"mlp", "cnn", "lstm", "gru", "transformer", "hybrid", "transfer"})
_ALIKE = 1.5


@dataclass(frozen=True)
class Earned:
    """A model beside the best simple one.

    Parameters
    ----------
    label, simple
        Their labels.
    gain
        How much better it was in the primary metric; for an error, how much lower.
    times
        Its processor time of a fit, as a multiple of the simple one's.
    seconds, simple_seconds
        Processor time of a fit.
    """

    label: str
    simple: str
    gain: float
    times: float
    seconds: float
    simple_seconds: float


def fit_seconds(run: Run, label: str) -> float:
    """Median processor time of the fits of a model; NaN where unknown."""
    return float(run.timing.loc[run.timing["model"] == label, "fit_cpu_seconds"].median())


def best_simple(run: Run) -> str | None:
    """The simple model with the best figure in the part that chose; of equals the simpler."""
    names = _names(run)
    found: list[tuple[float, str]] = []
    for label in run.labels:
        figure = run.figure(label, run.main)
        if names.get(label, label) in SIMPLE and figure is not None and figure.value is not None:
            found.append((run.metric.better(figure.value), label))
    return max(found, key=lambda one: one[0])[1] if found else None


def earned(run: Run, label: str) -> Earned | None:
    """What a model gained over the best simple one; None for itself, and where figures are lacking."""
    simple = best_simple(run)
    if simple is None or label in (simple, CHOSEN):
        return None
    mine, its = run.figure(label, run.main), run.figure(simple, run.main)
    spent, less = fit_seconds(run, label), fit_seconds(run, simple)
    if mine is None or its is None or mine.value is None or its.value is None:
        return None
    if not (np.isfinite(spent) and np.isfinite(less)):
        return None
    gain = run.metric.better(mine.value) - run.metric.better(its.value)
    return Earned(label, simple, gain, spent / less if less > 0 else float("inf"), spent, less)


def earned_words(run: Run) -> Markup | None:
    """A sentence on every network, and on the best model where it is not simple."""
    names = _names(run)
    wanted = [
        label
        for label in run.labels
        if names.get(label, label) in NETWORKS
        or label in set(run.training.get("model", ()))
        or label == run.best
    ]
    told = [
        one for label in wanted if (one := earned(run, label)) is not None and one.label not in run.baselines
    ]
    if not told:
        return None
    return element("ul", [element("li", _sentence(run, one)) for one in told])


def _sentence(run: Run, one: Earned) -> Markup:
    simple, head = model_name(run, one.simple), sentence(model_name(run, one.label))
    metric = metric_name(run.primary)
    spent, less = significant(one.seconds, 2), significant(one.simple_seconds, 2)
    price = f"A fit took {spent} s of the processor against {less} s"
    if one.times >= _ALIKE:
        price += f", {significant(one.times, 2)} times as much"
    if one.gain > 0:
        said = join([f"{head} was better by ", difference(run, one.gain), f" in {metric} than"])
    else:
        said = join([f"{head} was no better in {metric} (", _signed(run, one), ") than"])
    where = f" the best simple model, {simple}, {in_part(run, run.main)}{_tested(run, one)}. "
    return join([said, where, f"{price}."])


def _signed(run: Run, one: Earned) -> Markup:
    return difference(run, one.gain if run.metric.higher else -one.gain, sign=True)


def _tested(run: Run, one: Earned) -> str:
    """What the test says, where these two were compared in the family."""
    found = _compared(run, one.label, one.simple)
    if found is None or found.p_holm is None:
        return "; this was not tested"
    winner = {"a is better": found.a, "b is better": found.b}.get(found.verdict)
    if winner is None:
        return f"; by the test {found.verdict} ({equals(found.p_holm)})"
    return f"; by the test {model_name(run, winner)} is better ({equals(found.p_holm)})"


def _compared(run: Run, one: str, other: str) -> Difference | None:
    pairs = ((one, other), (other, one))
    return next((d for d in run.differences(run.main) if (d.a, d.b) in pairs), None)


def _names(run: Run) -> dict[str, str]:
    """Label → name on the menu, for models of the study."""
    return {str(one["label"]): str(one["name"]) for one in run.study.get("models", [])}
