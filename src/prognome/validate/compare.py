"""Which differences between models hold, in the primary metric and in decisions: a family, and all pairs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from prognome.core import delong
from prognome.core.metrics import METRICS, Metric
from prognome.core.paired_tests import (
    PairedTest,
    corrected_resampled_t,
    holm,
    least_wilcoxon_p,
    mcnemar,
    paired_bootstrap,
    paired_t,
    wilcoxon_signed_rank,
)
from prognome.validate.candidate import Candidate
from prognome.validate.choose import Standing
from prognome.validate.score import FEW_GROUPS, Interval, JudgedFold

COLUMNS = ("a", "b", "part", "metric", "difference", "low", "high", "test", "p", "p_holm", "verdict")
A_BETTER, B_BETTER = "a is better", "b is better"
NO_DIFFERENCE, NOT_DEFINED = "no difference shown", "not defined"
EXPLORATORY = "exploratory"
DECISIONS = "accuracy"
CHOSE_THE_BEST = ("cv", "validation")
MORE_ALIKE, LEAST_SHARE = 5 / 3, 1 / 3

Folds = Mapping[tuple[str, str], Sequence[JudgedFold]]
Groups = NDArray[Any] | None
TrainRows = Mapping[tuple[int, int], int]


@dataclass(frozen=True)
class HolmFamily:
    """The best model and whom it is compared with, named before any test is made.

    Parameters
    ----------
    best
        Label of the best model.
    models
        Every model, in the order of the menu; not the pseudo-model ``chosen``.
    baselines
        Those that stand only to be beaten.
    runner_up
        The model that is no baseline with the next best mean score; None where there is none.
    """

    best: str
    models: tuple[str, ...]
    baselines: tuple[str, ...]
    runner_up: str | None

    @property
    def rivals(self) -> tuple[str, ...]:
        """The baselines, then the runner-up; without the best itself."""
        others = tuple(label for label in self.baselines if label != self.best)
        return others if self.runner_up is None else (*others, self.runner_up)


def find_family(
    candidates: Sequence[Candidate], folds: Folds, metric: Metric, *, best: str, part: str = "cv"
) -> HolmFamily:
    """The best model's rivals, by the part that also chose the best.

    Parameters
    ----------
    candidates
        Models in the order of the menu; those without answers in ``part`` are left out.
    folds
        (label, part) → what was said, fold by fold.
    metric
        The primary one.
    best
        Label of the best model.
    part
        ``cv`` or ``validation``.

    **Learns** who is the runner-up, from the judged rows of ``part``.
    """
    alive = [one for one in candidates if (one.label, part) in folds]
    standings = [
        Standing(one.label, one.rank, tuple(metric.value(fold.judged) for fold in folds[(one.label, part)]))
        for one in alive
        if not one.baseline and one.label != best
    ]
    known = [one for one in standings if not np.isnan(one.mean)]
    runner_up = max(known, key=lambda one: (metric.better(one.mean), -one.rank)).label if known else None
    baselines = tuple(one.label for one in alive if one.baseline)
    return HolmFamily(best, tuple(one.label for one in alive), baselines, runner_up)


def compare(
    folds: Folds,
    metric: Metric,
    *,
    family: HolmFamily,
    groups_of: Callable[[str], Groups],
    interval: Interval,
    train_rows: TrainRows | None = None,
) -> pd.DataFrame:
    """The lines of ``comparisons.tsv``.

    In each part the best model meets every baseline and the runner-up in the primary metric, and the p-values
    of that family are corrected together by Holm's method. Over folds the corrected resampled t-test decides;
    on rows judged once DeLong's test (AUC of two classes), McNemar's (accuracy), or the paired bootstrap
    (everything else). Whole groups are drawn where there are ten or more. The interval is of one difference,
    not of the family.

    The corrected resampled t-test is used more strictly than published, since on null data the published form
    claims too much (``docs/false_positives.md``): repeats of a cross-validation add no degrees of freedom,
    and n_test / n_train is taken two thirds larger, never below 1/3.

    Of classes, decisions are compared as well on every part that had no say in the choice of the best model
    (test and external): the same rivals by the share of rows that each decides rightly (``accuracy``), a
    family of its own with its own correction, and all other pairs as exploratory. Decisions are those at the
    fixed threshold. One chosen for sensitivity, specificity or cost does not aim at being right most often,
    so that at it a count of right decisions would blame a model for what it was asked to do.

    All pairs in cross-validation follow in the primary metric, with the plain paired t-test and Wilcoxon's,
    as papers have them. These take folds for independent, which they are not: no verdict is drawn from them.

    Parameters
    ----------
    folds
        (label, part) → what was said, fold by fold, of all models and parts.
    metric
        The primary one.
    family
        The best model and its rivals.
    groups_of
        Part → (n,) labels of rows that go together, of all rows to which ``JudgedFold.rows`` refers; or None.
    interval
        Bootstrap samples, level and seed.
    train_rows
        (repeat, fold) → rows that trained it. Without it: all judged rows of the repeat but those of the
        fold, which is wrong for folds in time.

    Returns
    -------
    Columns as in ``COLUMNS``; the difference is a minus b in the unit of the metric. A rival without answers
    in a part has no line there.
    """
    lines: list[dict[str, Any]] = []
    decided: list[dict[str, Any]] = []
    explored: list[dict[str, Any]] = []
    for part in dict.fromkeys(part for label, part in folds if label == family.best):
        groups = groups_of(part)
        judge = _Judge(folds, metric, part, groups, interval, train_rows)
        rivals = [rival for rival in family.rivals if (rival, part) in folds]
        pairs = list(combinations([label for label in family.models if (label, part) in folds], 2))
        lines += _family(family.best, rivals, judge)
        if folds[(family.best, part)][0].judged.classes and part not in CHOSE_THE_BEST:
            decisions = _Judge(folds, METRICS[DECISIONS], part, groups, interval, train_rows)
            if metric.name != DECISIONS:
                decided += _family(family.best, rivals, decisions)
            known = {frozenset((family.best, rival)) for rival in rivals}
            explored += [decisions.line(a, b, decisions.test(a, b)) for a, b in pairs if {a, b} not in known]
        if part == "cv" and len(folds[(family.best, part)]) > 1:
            for a, b in pairs:
                explored += _explore(a, b, judge, interval.level)
    return pd.DataFrame(lines + decided + explored, columns=list(COLUMNS))


def compare_pair(
    folds: Folds,
    metric: Metric,
    part: str,
    pair: tuple[str, str],
    *,
    groups: Groups,
    interval: Interval,
    train_rows: TrainRows | None = None,
) -> PairedTest:
    """The test of one pair in one part, as :func:`compare` would make it.

    Parameters
    ----------
    folds, metric, interval, train_rows
        As for :func:`compare`.
    part, pair
        Where, and the labels of whom; the difference is the first minus the second.
    groups
        (n,) labels of rows that go together, of all rows to which ``JudgedFold.rows`` refers; or None.
    """
    return _Judge(folds, metric, part, groups, interval, train_rows).test(*pair)


def _family(best: str, rivals: Sequence[str], judge: _Judge) -> list[dict[str, Any]]:
    """The best against its rivals in one part and metric, corrected together."""
    tests = [judge.test(best, rival) for rival in rivals]
    corrected = holm([test.p for test in tests]).tolist()
    return [
        judge.line(best, rival, test, p_holm, judge.verdict(test, p_holm))
        for rival, test, p_holm in zip(rivals, tests, corrected, strict=True)
    ]


class _Judge:
    """One part and metric, and the test that fits; the figure is computed once for each model and fold."""

    def __init__(
        self,
        folds: Folds,
        metric: Metric,
        part: str,
        groups: Groups,
        interval: Interval,
        train_rows: TrainRows | None,
    ) -> None:
        self._folds = {label: judged for (label, where), judged in folds.items() if where == part}
        self._part, self._metric, self._interval = part, metric, interval
        self._groups, self._train_rows = groups, train_rows
        self._values: dict[str, dict[tuple[int, int], float]] = {}

    def test(self, a: str, b: str) -> PairedTest:
        """The test from which a verdict is drawn."""
        if len(self._folds[a]) > 1:
            return self._over_folds(a, b)
        return self._on_rows(self._folds[a][0], self._folds[b][0])

    def verdict(self, test: PairedTest, p_holm: float) -> str:
        """What follows from a test of the family."""
        if np.isnan(p_holm):
            return NOT_DEFINED
        if p_holm > 1 - self._interval.level:
            return NO_DIFFERENCE
        return A_BETTER if self._metric.better(test.difference) > 0 else B_BETTER

    def line(
        self, a: str, b: str, test: PairedTest, p_holm: float = np.nan, verdict: str = EXPLORATORY
    ) -> dict[str, Any]:
        """Of ``comparisons.tsv``; exploratory where no verdict is given."""
        return {
            "a": a, "b": b, "part": self._part, "metric": self._metric.name, "difference": test.difference,
            "low": test.low, "high": test.high, "test": test.name, "p": test.p, "p_holm": p_holm,
            "verdict": verdict,
        }  # fmt: skip

    def differences(self, a: str, b: str) -> NDArray[np.float64]:
        """(J,) a minus b on each fold."""
        one, other = self._of(a), self._of(b)
        return np.array([one[place] - other[place] for place in one])

    def _of(self, label: str) -> dict[tuple[int, int], float]:
        if label not in self._values:
            self._values[label] = {
                (fold.repeat, fold.fold): self._metric.value(fold.judged) for fold in self._folds[label]
            }
        return self._values[label]

    def _over_folds(self, a: str, b: str) -> PairedTest:
        folds, groups = self._folds[a], self._groups
        repeats = len({fold.repeat for fold in folds})
        found = corrected_resampled_t(
            self.differences(a, b),
            max(LEAST_SHARE, MORE_ALIKE * _test_per_train(folds, self._train_rows)),
            self._interval.level,
            freedom=len(folds) // repeats - 1,
        )
        left_out = groups is not None and all(len(set(groups[fold.rows])) == 1 for fold in folds)
        unit = "groups left out" if left_out else "folds"
        return replace(found, name=f"{found.name}, {len(folds)} {unit}")

    def _on_rows(self, one: JudgedFold, other: JudgedFold) -> PairedTest:
        a, b, level = one.judged, other.judged, self._interval.level
        labels = None if self._groups is None else self._groups[one.rows]
        count = 0 if labels is None else len(set(labels))
        few = f" (too few groups to draw: {count})" if 0 < count < FEW_GROUPS else ""
        labels = None if few else labels
        if self._metric.name == "auc_roc" and a.classes == 2:
            found = _delong(a.truth == 1, a.ranking[:, 1], b.ranking[:, 1], labels, level)
        elif self._metric.name == "accuracy" and labels is None:
            found = mcnemar(a.decision == a.truth, b.decision == b.truth, level)
        else:
            found = paired_bootstrap(
                self._metric,
                a,
                b,
                groups=labels,
                replicates=self._interval.replicates,
                level=level,
                seed=self._interval.seed,
            )
        return replace(found, name=found.name + few)


def _delong(event: NDArray[np.bool_], a: Any, b: Any, groups: Groups, level: float) -> PairedTest:
    """With groups by Student's t, as in the paired bootstrap: the normal form claims too much of few."""
    found = delong.paired_test(event, a, b, groups, level)
    if groups is None:
        return PairedTest(found.difference, found.low, found.high, found.z, found.p, "DeLong test")
    from scipy.stats import t

    name, freedom = "DeLong test, by groups", len(set(groups)) - 1
    if not found.standard_error > 0:
        return PairedTest(found.difference, found.low, found.high, found.z, found.p, name)
    reach = float(t.ppf((1 + level) / 2, freedom)) * found.standard_error
    p = 2 * float(t.sf(abs(found.z), freedom))
    return PairedTest(found.difference, found.difference - reach, found.difference + reach, found.z, p, name)


def _test_per_train(folds: Sequence[JudgedFold], train_rows: TrainRows | None) -> float:
    """Judged rows for each training row, averaged over folds."""
    if train_rows is None:
        whole: dict[int, int] = {}
        for fold in folds:
            whole[fold.repeat] = whole.get(fold.repeat, 0) + len(fold.rows)
        return float(np.mean([len(f.rows) / max(whole[f.repeat] - len(f.rows), 1) for f in folds]))
    return float(np.mean([len(f.rows) / train_rows[(f.repeat, f.fold)] for f in folds]))


def _explore(a: str, b: str, judge: _Judge, level: float) -> list[dict[str, Any]]:
    differences = judge.differences(a, b)
    known, alpha = int((~np.isnan(differences)).sum()), 1 - level
    beyond = f"{EXPLORATORY}: cannot reach {alpha:.2g} with {known} folds".replace("0.", ".")
    reach = EXPLORATORY if least_wilcoxon_p(known) <= alpha else beyond
    return [
        judge.line(a, b, paired_t(differences, level)),
        judge.line(a, b, wilcoxon_signed_rank(differences, level), verdict=reach),
    ]
