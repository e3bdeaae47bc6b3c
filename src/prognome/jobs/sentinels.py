"""Costly guards on request: the whole procedure on shuffled labels, and noise planted among the features."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from prognome.check.sentinels import NOISE, SHUFFLED, FoldValues, check_planted_noise, check_shuffled_labels
from prognome.core.alarm import Alarm
from prognome.core.cohort import Cohort
from prognome.core.metrics import METRICS, Metric
from prognome.core.seeds import seed_of
from prognome.core.split import Split
from prognome.core.study import Study
from prognome.errors import StudyError, WorkError
from prognome.jobs.survival_views import by_residual
from prognome.jobs.watch import ON_REQUEST, Said, said
from prognome.validate.candidate import Candidate
from prognome.validate.evaluate import CHOSEN, Rules, evaluate
from prognome.validate.resume import Pieces
from prognome.validate.score import JudgedFold

REPLICATES = 100


def ask_sentinels(
    study: Study,
    cohort: Cohort,
    split: Split,
    candidates: list[Candidate],
    rules: Rules,
    *,
    workers: int,
    pieces: Pieces | None = None,
) -> list[Said]:
    """Ask those that ``guards.sentinels`` names, on rows that are not test.

    Parameters
    ----------
    study, cohort, split, candidates, rules
        As they will be judged.
    workers, pieces
        As for ``evaluate``.

    Raises
    ------
    StudyError
        If shuffled labels are asked for where there are no folds.
    """
    wanted = study.guards.sentinels
    alarms: list[Alarm] = []
    idle: dict[str, str] = {}
    if SHUFFLED in wanted:
        try:
            alarms += _shuffled(study, cohort, split, candidates, rules, workers, pieces)
        except WorkError as error:
            idle[SHUFFLED] = f"the models cannot learn from shuffled labels; {error}"
    if NOISE in wanted:
        learn = by_residual(cohort.rows(split.learn))
        for block in [name for name, table in cohort.blocks.items() if table.kind == "table"]:
            alarms += check_planted_noise(learn, block, seed=seed_of(study.seed, NOISE))
    return said(study, ON_REQUEST, alarms, asked=wanted, idle=idle)


def _shuffled(
    study: Study,
    cohort: Cohort,
    split: Split,
    candidates: list[Candidate],
    rules: Rules,
    workers: int,
    pieces: Pieces | None,
) -> list[Alarm]:
    if split.scheme == "fractions":
        raise StudyError(
            "guards.sentinels",
            "shuffled_labels needs folds, and the study has fractions",
            mend="Use split.outer, or leave the sentinel out.",
        )
    metric = METRICS["auc_roc"] if cohort.classes else rules.metric
    quick = replace(rules, interval=replace(rules.interval, replicates=REPLICATES))
    only = Split(split.table[split.table["part"] == "cv"].reset_index(drop=True), split.ids, split.scheme)

    def judge(shuffled: Cohort) -> FoldValues:
        folds = evaluate(candidates, shuffled, only, quick, workers=workers, pieces=pieces).folds
        return FoldValues(_values(folds[(CHOSEN, "cv")], metric), _values(folds[("dummy", "cv")], metric))

    first = split.table[(split.table["part"] == "cv") & (split.table["repeat"] == 1)]
    fold_of = pd.Series(first["fold"].to_numpy(), index=first["row"])
    within = fold_of.reindex(cohort.ids).fillna(-1).to_numpy().astype(int).astype(str).astype(object)
    return check_shuffled_labels(
        cohort, judge, metric, seed=seed_of(study.seed, SHUFFLED), within=np.asarray(within)
    )


def _values(folds: Sequence[JudgedFold], metric: Metric) -> tuple[float, ...]:
    return tuple(metric.value(fold.judged) for fold in folds)
