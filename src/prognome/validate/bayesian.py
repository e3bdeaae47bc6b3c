"""Settings that a tree-structured Parzen estimator proposes from what was seen so far (Optuna)."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import optuna
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.trial import TrialState

from prognome.core.metrics import Metric
from prognome.core.space import Choice, Real, Space, Whole
from prognome.validate.trial import Trial

DRAWN_FIRST = 10  # settings drawn at random before the first proposal, Optuna's own default


def proposals(space: Space, seen: Sequence[Trial], metric: Metric, *, seed: int) -> Iterator[dict[str, Any]]:
    """Settings without end; each is proposed after all that ``seen`` holds by then.

    Parameters
    ----------
    space
        What may be proposed.
    seen
        Grows by one trial, that of the last proposal, before the next is asked for. The first, the defaults,
        stands there already and teaches nothing, since its parameters are not said.
    metric
        What is judged.
    seed
        The same settings for the same figures.

    References
    ----------
    Bergstra et al. (2011), Algorithms for hyper-parameter optimization, NeurIPS 24:2546–2554; Akiba et al.
    (2019), Optuna, KDD.
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        sampler = optuna.samplers.TPESampler(
            seed=seed % 2**32, n_startup_trials=DRAWN_FIRST, multivariate=True
        )
    study = optuna.create_study(direction="maximize", sampler=sampler)
    domains = {name: _distribution(space[name]) for name in sorted(space)}
    while True:
        asked = study.ask(domains)
        yield {name: _value(space[name], asked.params[name]) for name in domains}
        known, worth = seen[-1].standing(metric)
        if known and known == max(trial.known for trial in seen):
            study.tell(asked, worth)
        else:
            study.tell(asked, state=TrialState.FAIL)


def _distribution(domain: Real | Whole | Choice) -> BaseDistribution:
    if isinstance(domain, Real):
        return FloatDistribution(domain.low, domain.high, log=domain.log)
    if isinstance(domain, Whole):
        return IntDistribution(domain.low, domain.high, log=domain.log)
    return CategoricalDistribution(range(len(domain.values)))  # by place: a value may be of any kind


def _value(domain: Real | Whole | Choice, drawn: Any) -> Any:
    return domain.values[drawn] if isinstance(domain, Choice) else drawn
